"""Dated tax classes and the tax of a document: included or added, rounded per line or per document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kiosk.retail.money import CurrencyMismatchError, Money, round_half_up

__all__ = ["TaxAmount", "TaxClass", "TaxRate", "TaxRounding", "TaxSummary", "tax_of"]

TaxRounding = Literal["line", "document"]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate as it stood when the line was priced. ``basis_points``: 7.5% is 750."""

    tax_class: str
    basis_points: int


@dataclass(frozen=True, slots=True)
class TaxClass:
    """A tax class with its dated rates: ``rates`` are (ISO date it holds from, basis points), oldest first."""

    tax_class: str
    rates: tuple[tuple[str, int], ...]

    def on(self, day: str) -> TaxRate:
        """The rate on business day ``day`` (ISO date). Raises ``LookupError`` before the first dated rate."""
        held = [points for since, points in self.rates if since <= day]
        if not held:
            message = f"tax class {self.tax_class} has no rate on {day}"
            raise LookupError(message)
        return TaxRate(self.tax_class, held[-1])


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """One row of the tax summary: what was charged at one rate."""

    rate: TaxRate
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """Net and tax together."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """The tax of a document, a row per rate, and what the shopper pays."""

    rows: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    total: Money


def tax_of(
    lines: Iterable[tuple[TaxRate, Money]], *, currency: str, included: bool, rounding: TaxRounding
) -> TaxSummary:
    """The tax of ``lines`` (rate, amount after discounts).

    ``included``: the amounts already hold their tax ("of which VAT"); else it is added on top. ``rounding`` is where
    the half minor unit is decided: at every line, or once per rate for the whole document. Raises
    ``CurrencyMismatchError`` for an amount in another currency.
    """
    bases: dict[TaxRate, int] = {}
    rounded: dict[TaxRate, int] = {}
    for rate, amount in lines:
        if amount.currency != currency:
            message = f"{amount.currency} in a document of {currency}"
            raise CurrencyMismatchError(message)
        bases[rate] = bases.get(rate, 0) + amount.minor
        if rounding == "line":
            rounded[rate] = rounded.get(rate, 0) + _tax_in(amount.minor, rate, included=included)
    rows = []
    for rate in sorted(bases, key=lambda r: (-r.basis_points, r.tax_class)):
        base = bases[rate]
        tax = rounded[rate] if rounding == "line" else _tax_in(base, rate, included=included)
        rows.append(TaxAmount(rate, Money(base - tax if included else base, currency), Money(tax, currency)))
    net = Money(sum(r.net.minor for r in rows), currency)
    tax_total = Money(sum(r.tax.minor for r in rows), currency)
    return TaxSummary(tuple(rows), net, tax_total, net + tax_total)


def _tax_in(base: int, rate: TaxRate, *, included: bool) -> int:
    whole = 10_000 + rate.basis_points if included else 10_000
    return round_half_up(Fraction(base * rate.basis_points, whole))
