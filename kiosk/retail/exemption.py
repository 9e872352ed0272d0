"""A sale without tax, to whom the law exempts: by staff, with a reason and a certificate, where the country has it."""

from __future__ import annotations

from fractions import Fraction

from kiosk.retail.money import Money, round_half_up
from kiosk.retail.tax import TaxRate
from kiosk.retail.values import dataclass

__all__ = ["Exemption", "ExemptionRule", "without_tax"]


@dataclass(frozen=True, slots=True)
class ExemptionRule:
    """What the country asks of such a sale. ``certificate``: a number must be given; ``longest``: its digits."""

    certificate: bool = True
    longest: int = 18


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a basket bears no tax: the number of the certificate or card, the ``reason``'s code, and who saw it."""

    certificate: str
    reason: str
    by: str


def without_tax(price: Money, rate: TaxRate, *, included: bool) -> tuple[Money, TaxRate]:
    """The price without duty and tax, rounded once, and the rate that it is sold at: none, of the same class.

    >>> without_tax(Money(11_500, "BDT"), TaxRate("standard", 1_500), included=True)[0]
    Money(minor=10000, currency='BDT')
    >>> without_tax(Money(11_500, "BDT"), TaxRate("standard", 1_500), included=False)[0]
    Money(minor=11500, currency='BDT')
    """
    free = TaxRate(rate.tax_class, 0)
    if not included:
        return price, free
    duty, tax = rate.duty_and_tax(Fraction(price.minor), included=True)
    return Money(price.minor - round_half_up(duty + tax), price.currency), free
