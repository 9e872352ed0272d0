"""Builders of the store's tests: a transaction's values, a small book, a journal with something in it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.checkout.events import LineAdded
from kiosk.retail.item import Item, Names
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Offer, Scope
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.tax import TaxClass, TaxRate
from kiosk.retail.transaction import LineItem
from kiosk.store.book_builder import BookBuilder
from kiosk.store.journal import Identity

IDENTITY = Identity("kiosk-7", 1_800_000_000 << 20 | 5)

POLICY = Policy(
    country="BD",
    currency="BDT",
    store_name={"en": "Sample shop", "bn": "নমুনা দোকান"},
    store_address={"en": "1 Road"},
    tax_number="123",
    tax_number_label="BIN",
    languages=("bn", "en"),
    tenders=(TenderType("card", "card", {"en": "Card"}),),
)


def line_added(line: int = 1, name: str = "Tea") -> LineAdded:
    """An event with every kind of field that matters to a codec."""
    price = Money(12_350, "BDT")
    item = LineItem(
        line=line,
        item_id=f"item-{line}",
        names={"en": name, "bn": "চা"},
        unit="each",
        quantity=1,
        unit_price=price,
        extended=price,
        tax_rate=TaxRate("standard", 750),
        entry="scanned",
    )
    return LineAdded(item)


def item(
    item_id: str,
    names: Names,
    *,
    gtin: str | None = None,
    plu: str | None = None,
    aliases: tuple[str, ...] = (),
    picture: str | None = None,
) -> Item:
    """An item of the department ``fruit``."""
    return Item(
        item_id=item_id,
        names=names,
        department="fruit",
        tax_class="standard",
        price=Money(9_900, "BDT"),
        gtin=gtin,
        plu=plu,
        aliases=aliases,
        picture=picture,
    )


BANANA = item("banana", {"en": "Bananas", "bn": "কলা"}, plu="4011", aliases=("kola", "banana"), picture="banana.webp")
TEA = item("tea", {"en": "Black tea 200 g", "bn": "চা পাতা"}, gtin="00012345678905")
COFFEE = item("coffee", {"en": "Café crème", "bn": "কফি", "pt_BR": "Café com creme"}, gtin="00000096385074")
OFFER = Offer("three-for-two", Scope(("tea",)), NForM(3, 2), {"en": "3 for 2"})
STANDARD = TaxClass("standard", (("2025-01-09", 750),))


def encode(value: object) -> bytes:
    """A row's payload, as head office writes it."""
    return msgspec.json.encode(value)


def build_book(folder: Path, version: int = 1, *items: Item) -> Path:
    """A whole book with the policy, one tax class, one offer and ``items`` (or the three above)."""
    with BookBuilder(folder) as builder:
        builder.put("policy", "policy", encode(POLICY))
        builder.put("tax_class", "standard", encode(STANDARD))
        builder.put("offer", OFFER.offer_id, encode(OFFER))
        for one in items or (BANANA, TEA, COFFEE):
            builder.put("item", one.item_id, encode(one))
        return builder.finish(version)
