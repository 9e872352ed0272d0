"""A basket that bears no tax. Durable events, as those in ``events``."""

from __future__ import annotations

from kiosk.retail.exemption import Exemption
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxRate
from kiosk.retail.values import dataclass

__all__ = ["ExemptLine", "ExemptionEvent", "TaxExempted"]


@dataclass(frozen=True, slots=True)
class ExemptLine:
    """A line's price without tax, and the rate it is sold at."""

    line: int
    unit_price: Money
    extended: Money
    tax_rate: TaxRate


@dataclass(frozen=True, slots=True)
class TaxExempted:
    """Staff exempt the basket: these lines, and all that come, bear no tax."""

    exemption: Exemption
    lines: tuple[ExemptLine, ...]


ExemptionEvent = TaxExempted
