"""A small shop held in memory: a book with a dozen items, for tests of what the checkout decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from kiosk.retail.book import Member
from kiosk.retail.coupon import coupon_key
from kiosk.retail.item import Item, ItemFlags, Names, Restriction
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Offer, Scope
from kiosk.retail.policy import CashRounding, Policy, TenderType
from kiosk.retail.tax import TaxClass
from kiosk.retail.weighing import Rules

__all__ = ["VERIFIED", "MemoryBook", "bangladesh", "brazil", "shop_in_euros", "small_shop"]


VERIFIED = Rules(verified_until="2099-12-31")


def _taka(minor: int) -> Money:
    return Money(minor, "BDT")


def bangladesh() -> Policy:
    """VAT inside the price, a receipt always, cash to the whole taka."""
    return Policy(
        country="BD",
        currency="BDT",
        store_name={"bn": "সবুজ বাজার", "en": "Sobuj Bazar"},
        store_address={"en": "Dhanmondi, Dhaka"},
        tax_number="000000000-0000",
        tax_number_label="BIN",
        tax_names={"bn": "ভ্যাট", "en": "VAT", "pt_BR": "IVA"},
        languages=("bn", "en"),
        tenders=(
            TenderType("card", "card", {"en": "Card"}),
            TenderType("bkash", "qr", {"en": "bKash"}),
            TenderType("cash", "cash", {"en": "Cash"}),
        ),
        cash_rounding=CashRounding(100),
        receipt_rule="always",
        legal_series="M63-",
        weighing=VERIFIED,
    )


def brazil() -> Policy:
    """The shopper chooses whether to have a receipt; no legal series of our own."""
    return Policy(
        country="BR",
        currency="BDT",
        store_name={"pt_BR": "Mercado Verde"},
        store_address={"pt_BR": "São Paulo"},
        tax_number="00.000.000/0000-00",
        tax_number_label="CNPJ",
        languages=("pt_BR", "en"),
        tenders=(TenderType("card", "card", {"en": "Card"}), TenderType("cash", "cash", {"en": "Cash"})),
        receipt_rule="choice",
        weighing=VERIFIED,
    )


@dataclass(slots=True)
class MemoryBook:
    """The ``Book`` protocol over plain dictionaries."""

    policy: Policy
    items: dict[str, Item] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    members: dict[str, Member] = field(default_factory=dict)
    version: int = 1
    stock: dict[str, int] = field(default_factory=dict)
    departments: dict[str, Names] = field(default_factory=dict)

    @property
    def tares(self) -> str:
        """The tares themselves do for a digest."""
        return repr(sorted((item.item_id, item.tare_grams) for item in self.items.values() if item.tare_grams))

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""
        return self.items.get(item_id)

    def by_gtin(self, gtin: str) -> Item | None:
        """By GTIN-14."""
        return next((item for item in self.items.values() if item.gtin == gtin), None)

    def by_plu(self, plu: str) -> Item | None:
        """By PLU."""
        return next((item for item in self.items.values() if item.plu == plu), None)

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """Two classes: standard and exempt."""
        rates = {"standard": 750, "exempt": 0}
        return TaxClass(tax_class, (("2025-01-09", rates[tax_class]),)) if tax_class in rates else None

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers naming the item."""
        department = self.items[item_id].department if item_id in self.items else ""
        return tuple(offer for offer in self.offers if any(scope.names(item_id, department) for scope in offer.scopes))

    def department_names(self, department: str) -> Names:
        """As they were set."""
        return self.departments.get(department, {})

    def on_hand(self, item_id: str) -> int | None:
        """What was counted."""
        return self.stock.get(item_id)

    def offer(self, offer_id: str) -> Offer | None:
        """By the offer's own id."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)

    def offer_of_coupon(self, code: str) -> Offer | None:
        """By whole code, or by the beginning of a series."""
        by_code = {offer.coupon: offer for offer in reversed(self.offers) if offer.coupon}
        return by_code.get(coupon_key(code, {coupon: offer.serials for coupon, offer in by_code.items()}))

    def member(self, keyed_hash: str) -> Member | None:
        """By keyed hash."""
        return self.members.get(keyed_hash)


def small_shop(policy: Policy | None = None) -> MemoryBook:
    """Milk, tea (3 for 2), a bag free of offers, wine (18), razor blades (staff), bananas by the kilogram, ..."""
    items = [
        Item("milk", {"en": "Milk 1 l", "bn": "দুধ ১ লিটার"}, "dairy", "standard", _taka(9500), gtin="08901234567890"),
        Item("tea", {"en": "Tea 400 g"}, "drinks", "standard", _taka(60_000), gtin="04006381333931"),
        Item(
            "bag",
            {"en": "Bag"},
            "bags",
            "standard",
            _taka(1000),
            gtin="05901234123457",
            flags=ItemFlags(discountable=False),
        ),
        Item(
            "wine",
            {"en": "Wine"},
            "drinks",
            "standard",
            _taka(150_000),
            gtin="09780201379624",
            restriction=Restriction(minimum_age=18),
        ),
        Item(
            "blades",
            {"en": "Razor blades"},
            "care",
            "standard",
            _taka(45_000),
            gtin="00036000291452",
            restriction=Restriction(needs_staff=True),
        ),
        Item("mystery", {"en": "Unpriced"}, "misc", "standard", None, gtin="00012345678905"),
        Item("gift", {"en": "Free sample"}, "misc", "exempt", _taka(0), gtin="00614141000036"),
        Item("rice", {"en": "Rice 5 kg"}, "staples", "exempt", _taka(45_050), gtin="00725272730706", mrp=_taka(45_000)),
        Item("banana", {"en": "Bananas", "bn": "কলা"}, "produce", "exempt", _taka(12_000), unit="kg", plu="4011"),
        Item("grapes", {"en": "Grapes"}, "produce", "exempt", _taka(38_000), unit="kg", plu="4022", tare_grams=12),
    ]
    tea_offer = Offer("tea-3-for-2", Scope(("tea",)), NForM(3, 2), {"en": "Tea: 3 for 2"})
    members = {"ab" * 32: Member("m-001", "gold", "Rahima")}
    return MemoryBook(policy or bangladesh(), {item.item_id: item for item in items}, (tea_offer,), members)


def shop_in_euros() -> MemoryBook:
    """The small shop, in the currency of a ZVT terminal."""
    shop: MemoryBook = _in_euros(small_shop())
    return replace(shop, policy=replace(shop.policy, currency="EUR"))


def _in_euros(value: Any) -> Any:  # noqa: ANN401  any value of the shop
    if isinstance(value, Money):
        return Money(value.minor, "EUR")
    if isinstance(value, Mapping):
        return {key: _in_euros(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_in_euros(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: _in_euros(getattr(value, each.name)) for each in fields(value) if each.init}
        )
    return value
