"""A sale as the checkout hands it over, turned into an NFC-e's items and payments.

What the law wants of an item comes with its line, as attributes: ``ncm``, ``cfop``, ``cest``, ``orig``, ``cst`` (or
``csosn``), ``cst_pis``, ``cst_cofins``, ``cst_ibscbs``, ``cclasstrib``, and the layout's own figures by their tags in
small letters: ``vbc`` and the other values in centavos, ``picms`` and the other rates in basis points. Nothing is
computed here: who priced the line has computed it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from hal.fiscal.contract import FiscalLine, FiscalSale, FiscalTender
from hal.fiscal.nfe.document import Card, Item, Payment
from hal.fiscal.nfe.taxes import Taxes

__all__ = ["Tendering", "UnstatableError", "items_of", "mark_of", "payments_of", "read_pairs"]

_VALUES = (
    "vBC",
    "vICMS",
    "vBCPIS",
    "vPIS",
    "vBCCOFINS",
    "vCOFINS",
    "vTotTrib",
    "vBCIBSCBS",
    "vIBSUF",
    "vIBSMun",
    "vCBS",
)
_RATES = ("pICMS", "pRedBC", "pPIS", "pCOFINS", "pIBSUF", "pIBSMun", "pCBS")
_UNITS = {"each": "UN", "kg": "KG", "g": "G", "lb": "LB", "oz": "OZ"}
_KINDS: Mapping[str, str] = {
    "card": "03",
    "cash": "01",
    "qr": "17",
    "voucher": "99",
    "points": "19",
    "stored_value": "12",
    "paper_voucher": "99",
    "credit_note": "21",
}
_ELECTRONIC = ("03", "04", "10", "11", "12", "13", "17")
_CASH, _NO_PAYMENT = "01", "90"
_BRANDS = (
    ("visa", "01"),
    ("master", "02"),
    ("maestro", "02"),
    ("amex", "03"),
    ("american", "03"),
    ("sorocred", "04"),
    ("diners", "05"),
    ("elo", "06"),
    ("hiper", "07"),
    ("aura", "08"),
    ("cabal", "09"),
)
_OTHER_BRAND = "99"
_GTIN_LENGTHS = (8, 12, 13, 14)


class UnstatableError(ValueError):
    """The sale cannot be stated as an NFC-e; the text is for staff: which line, what is missing."""


@dataclass(frozen=True, slots=True)
class Tendering:
    """``kinds``: tPag by tender id (a shop that offers debit and credit apart says so here); ``acquirers``: CNPJ by the
    acquirer's name as the terminal tells it, in small letters.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    acquirers: Mapping[str, str] = field(default_factory=dict)


def read_pairs(text: str) -> dict[str, str]:
    """``name=value`` pairs of a setting, with spaces between. Raises ``ValueError``.

    >>> read_pairs("debit=04 pix=17")
    {'debit': '04', 'pix': '17'}
    """
    pairs = [each.partition("=") for each in text.split()]
    if not all(name and value for name, _, value in pairs):
        message = f"pairs are written name=value, with spaces between, not {text!r:.60}"
        raise ValueError(message)
    return {name.lower(): value for name, _, value in pairs}


def mark_of(sale: FiscalSale) -> str:
    """What a sale comes to, so that another under the same uuid is noticed."""
    lines = [(each.number, each.item_id, each.quantity_milli, each.paid_minor) for each in sale.lines]
    tenders = [(each.tender_id, each.amount_minor) for each in sale.tenders]
    return hashlib.sha256(repr((sale.total_minor, lines, tenders)).encode()).hexdigest()[:32]


def items_of(sale: FiscalSale) -> tuple[Item, ...]:
    """The sale's lines. Raises ``UnstatableError``."""
    items = tuple(_item(line) for line in sale.lines)
    stated = sum(each.product - each.discount for each in items)
    if stated != sale.total_minor or not items:
        text = f"the lines come to {stated} centavos, the sale to {sale.total_minor}"
        raise UnstatableError(text)
    return items


def _item(line: FiscalLine) -> Item:
    told = dict(line.attributes)
    missing = [name for name in ("ncm", "cfop") if not told.get(name)]
    if missing or line.unit not in _UNITS:
        text = (
            f"{line.name} ({line.item_id}) has no {missing[0] if missing else 'known unit'}; mend it in the price book"
        )
        raise UnstatableError(text)
    try:
        taxes = Taxes(
            _figures(told, _VALUES),
            _figures(told, _RATES),
            origin=told.get("orig", "0"),
            icms=told.get("csosn") or told.get("cst", ""),
            pis=told.get("cst_pis", "49"),
            cofins=told.get("cst_cofins", "49"),
            rtc=told.get("cst_ibscbs", ""),
            rtc_class=told.get("cclasstrib", ""),
        )
    except ValueError as error:
        text = f"{line.name} ({line.item_id}): {error}; mend it in the price book"
        raise UnstatableError(text) from error
    gtin = line.gtin.lstrip("0")
    length = next((each for each in _GTIN_LENGTHS if len(gtin) <= each), 0)
    return Item(
        code=line.item_id,
        name=line.name,
        ncm=told["ncm"],
        cfop=told["cfop"],
        unit=_UNITS[line.unit],
        quantity=Fraction(line.quantity_milli, 1000),
        unit_price=Fraction(line.unit_price_minor),
        product=line.extended_minor,
        discount=line.discount_minor,
        taxes=taxes,
        gtin=gtin.zfill(length) if gtin else "",
        cest=told.get("cest", ""),
    )


def _figures(told: Mapping[str, str], tags: tuple[str, ...]) -> dict[str, int]:
    return {tag: int(told[tag.lower()]) for tag in tags if told.get(tag.lower())}


def payments_of(sale: FiscalSale, tendering: Tendering) -> tuple[Payment, ...]:
    """How it was paid. Cash is stated as it was handed over, so that the change is what payments exceed the total by;
    cash rounding, which is outside the document, is neither. A sale that costs nothing states that nothing was paid.
    """
    return tuple(_payment(each, tendering) for each in sale.tenders) or (Payment(_NO_PAYMENT, 0),)


def _payment(tender: FiscalTender, tendering: Tendering) -> Payment:
    kind = tendering.kinds.get(tender.tender_id.lower(), _KINDS[tender.kind])
    amount = tender.amount_minor
    if kind == _CASH and tender.change_minor:
        amount += max(0, tender.change_minor + tender.rounding_minor)
    card = None
    if kind in _ELECTRONIC:
        acquirer = tendering.acquirers.get(tender.acquirer.lower(), "")
        brand = next((code for name, code in _BRANDS if name in tender.brand.lower()), _OTHER_BRAND)
        approval = tender.approval_code or tender.reference
        card = Card(
            acquirer,
            brand if tender.brand else "",
            approval,
            tender.terminal_id,
            integrated=bool(acquirer and approval),
        )
    return Payment(kind, amount, tender.tender_id, card)
