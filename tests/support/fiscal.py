"""A sale as a fiscal device is given it: mangoes by weight with their bag, a card's payment, two rates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hal.fiscal.contract import FiscalLine, FiscalSale, FiscalTax, FiscalTender

__all__ = ["SALE", "a_sale"]

_STANDARD = FiscalTax("standard", 1900, base_minor=840, tax_minor=160)
_REDUCED = FiscalTax("reduced", 700, base_minor=628, tax_minor=44)

SALE = FiscalSale(
    transaction="0190d3a1-5f00-7abc-8def-0123456789ab",
    reference="sco-2-1-000042",
    store="dhk-01",
    workstation="sco-2",
    business_day="2026-11-22",
    begun_ms=1_795_339_000_000,
    completed_ms=1_795_339_060_000,
    time_zone="Europe/Berlin",
    currency="EUR",
    included=True,
    lines=(
        FiscalLine(1, "mango", "Mango", 560, "kg", 1200, 672, 0, _REDUCED, attributes=(("ncm", "08045020"),)),
        FiscalLine(2, "soap", "Soap", 2_000, "each", 550, 1100, 100, _STANDARD, gtin="05901234123457"),
    ),
    taxes=(_STANDARD, _REDUCED),
    tenders=(FiscalTender("card", "card", 1672, approval_code="123456", brand="VISA", masked_pan="************0004"),),
    subtotal_minor=1772,
    discount_minor=100,
    total_minor=1672,
    tax_number="DE123456789",
)


def a_sale(transaction: str, **changed: Any) -> FiscalSale:  # noqa: ANN401  any field of the sale
    """The sale under another uuid, with other fields.

    >>> a_sale("t-1").total_minor
    1672
    """
    return replace(SALE, transaction=transaction, **changed)
