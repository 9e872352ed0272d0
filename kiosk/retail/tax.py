"""Dated tax classes and the tax of a document: included or added, rounded per unit, per line or per document.

A class may bear a supplementary duty under its tax (Bangladesh: duty on the value, VAT on the value with the duty), or
be a share of the price itself (Brazil's ICMS, "por dentro").
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from kiosk.retail.money import CurrencyMismatchError, Money, round_half_up
from kiosk.retail.shares import share_out
from kiosk.retail.values import dataclass

__all__ = ["TaxAmount", "TaxClass", "TaxRate", "TaxRounding", "TaxSummary", "Taxable", "tax_of"]

TaxRounding = Literal["unit", "line", "document"]
"""Where half a minor unit is decided: at every piece, at every line, or once per rate for the whole document."""

_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate as it stood when the line was priced. ``basis_points``: 7.5% is 750.

    ``duty_points``: a supplementary duty on the value, which the tax is then taken on too. ``of_gross``: the rate is a
    share of the price with the tax in it; such a class bears no duty.
    """

    tax_class: str
    basis_points: int
    duty_points: int = 0
    of_gross: bool = False

    def duty_and_tax(self, amount: Fraction, *, included: bool) -> tuple[Fraction, Fraction]:
        """The exact duty and tax inside ``amount``, or on top of it."""
        rate, duty = Fraction(self.basis_points, _WHOLE), Fraction(self.duty_points, _WHOLE)
        if self.of_gross:
            return Fraction(0), amount * rate if included else amount * rate / (1 - rate)
        value = amount / (1 + duty) / (1 + rate) if included else amount
        return value * duty, value * (1 + duty) * rate


@dataclass(frozen=True, slots=True)
class TaxClass:
    """A tax class with its dated rates: ``rates`` are (ISO date it holds from, basis points), oldest first.

    ``duties`` are the supplementary duty's, in the same way; none before the first. ``of_gross`` is the rate's. Raises
    ``ValueError`` for a share of the price that bears a duty or leaves nothing of the price.
    """

    tax_class: str
    rates: tuple[tuple[str, int], ...]
    duties: tuple[tuple[str, int], ...] = ()
    of_gross: bool = False

    def __post_init__(self) -> None:
        if self.of_gross and (self.duties or any(points >= _WHOLE for _, points in self.rates)):
            message = f"{self.tax_class}: a share of the price bears no duty and leaves some of the price"
            raise ValueError(message)

    def on(self, day: str) -> TaxRate:
        """The rate on business day ``day`` (ISO date). Raises ``LookupError`` before the first dated rate."""
        held = [points for since, points in self.rates if since <= day]
        if not held:
            message = f"tax class {self.tax_class} has no rate on {day}"
            raise LookupError(message)
        duties = [points for since, points in self.duties if since <= day]
        return TaxRate(self.tax_class, held[-1], duties[-1] if duties else 0, self.of_gross)


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """One row of the tax summary: what was charged at one rate. ``net`` is without duty and tax."""

    rate: TaxRate
    net: Money
    tax: Money
    duty: Money | None = None

    @property
    def gross(self) -> Money:
        """Net, duty and tax together."""
        return self.net + self.tax if self.duty is None else self.net + self.duty + self.tax


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """The tax of a document, a row per rate, and what the shopper pays: ``net + duty + tax == total``."""

    rows: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    total: Money
    duty: Money


@dataclass(frozen=True, slots=True)
class Taxable:
    """An amount after discounts at a rate, for ``pieces`` pieces (a weighed line is one; negative: returned)."""

    rate: TaxRate
    amount: Money
    pieces: int = 1


def tax_of(lines: Iterable[Taxable], *, currency: str, included: bool, rounding: TaxRounding) -> TaxSummary:
    """The tax of ``lines``.

    ``included``: the amounts already hold their tax ("of which VAT"); else it is added on top. ``rounding`` is where
    half a minor unit is decided; per ``unit``, the amount is first shared over the pieces. Raises
    ``CurrencyMismatchError`` for an amount in another currency.
    """
    bases: dict[TaxRate, int] = {}
    rounded: dict[TaxRate, tuple[int, int]] = {}
    for line in lines:
        if line.amount.currency != currency:
            message = f"{line.amount.currency} in a document of {currency}"
            raise CurrencyMismatchError(message)
        bases[line.rate] = bases.get(line.rate, 0) + line.amount.minor
        for part in _parts(line, rounding):
            duty, tax = _rounded(part, line.rate, included=included)
            before = rounded.get(line.rate, (0, 0))
            rounded[line.rate] = before[0] + duty, before[1] + tax
    rows = []
    for rate in sorted(bases, key=lambda r: (-r.basis_points, r.tax_class, r.duty_points, r.of_gross)):
        base = bases[rate]
        duty, tax = _rounded(base, rate, included=included) if rounding == "document" else rounded[rate]
        net = base - duty - tax if included else base
        rows.append(
            TaxAmount(
                rate, Money(net, currency), Money(tax, currency), Money(duty, currency) if rate.duty_points else None
            )
        )
    net, tax = sum(r.net.minor for r in rows), sum(r.tax.minor for r in rows)
    duty = sum(r.duty.minor for r in rows if r.duty is not None)
    return TaxSummary(
        tuple(rows),
        Money(net, currency),
        Money(tax, currency),
        Money(net + duty + tax, currency),
        Money(duty, currency),
    )


def _parts(line: Taxable, rounding: TaxRounding) -> Iterable[int]:
    """The amounts that are rounded by themselves; none where the document is rounded."""
    match rounding:
        case "document":
            return ()
        case "line":
            return (line.amount.minor,)
        case "unit":
            return (share.minor for share in share_out(line.amount, [1] * max(1, abs(line.pieces))))


def _rounded(amount: int, rate: TaxRate, *, included: bool) -> tuple[int, int]:
    duty, tax = rate.duty_and_tax(Fraction(amount), included=included)
    return round_half_up(duty), round_half_up(tax)
