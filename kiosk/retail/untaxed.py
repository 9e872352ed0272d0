"""A line of a basket that bears no tax, from the line as it is priced for everybody."""

from __future__ import annotations

from kiosk.retail import pricing
from kiosk.retail.exemption import without_tax
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.retail.weighing import extended

__all__ = ["bears_tax", "freed"]


def bears_tax(line: LineItem) -> bool:
    """Whether there is anything to take off."""
    return bool(line.tax_rate.basis_points or line.tax_rate.duty_points)


def freed(line: LineItem, *, included: bool) -> LineItem:
    """A piece (or a kilogram) at its price without tax; what is printed on the pack, less its tax as a whole."""
    price, rate = without_tax(line.unit_price, line.tax_rate, included=included)
    if line.price_from_code:
        whole = without_tax(line.extended, line.tax_rate, included=included)[0]
    elif line.weight is not None and line.unit != "each":
        whole = extended(price, line.unit, line.weight)
    else:
        whole = pricing.counted(price, line.quantity)
    return replace(line, unit_price=price, extended=whole, tax_rate=rate)
