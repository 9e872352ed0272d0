"""Reads the numbers of a case exactly, and writes amounts as cases do."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kiosk.i18n.translate import Translator
from kiosk.retail.money import MINOR_DIGITS, Money, round_half_up
from tools.case_verdict import NotApplicableError, Reason

__all__ = ["CURRENCY", "fraction", "minor", "money", "shown", "shown_as"]

CURRENCY = "EUR"
"""Cases name no currency; this one has two digits behind the point, as all of theirs have."""


def fraction(value: object) -> Fraction:
    """A number of the case, exactly; never by way of a float."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"the number {value!r}")
    try:
        return Fraction(value)
    except ValueError:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"the number {value!r}") from None


def minor(value: object) -> Fraction:
    """An amount in minor units, with what is finer than one kept."""
    return fraction(value) * Fraction(10) ** MINOR_DIGITS[CURRENCY]


def money(value: object) -> Money:
    """An amount in whole minor units."""
    exact = minor(value)
    if exact.denominator != 1:
        raise NotApplicableError(Reason.FINER_PRICE, str(value))
    return Money(exact.numerator, CURRENCY)


def shown(amount: Money) -> str:
    """``19.70``."""
    return f"{Decimal(amount.minor).scaleb(-MINOR_DIGITS[amount.currency]):.2f}"


def shown_as(amount: Fraction, currency: str, locale: str) -> str:
    """The amount as the kiosk's screen writes it for people of ``locale``.

    Not applicable where Babel's own habit was observed and the kiosk replaces it: in Bengali the taka sign stands
    before Bengali digits.
    """
    if locale == "bn_BD":
        raise NotApplicableError(Reason.ANOTHER_LIBRARY, "Latin digits and the sign behind")
    if locale != "pt_BR":
        raise NotApplicableError(Reason.UNKNOWN_INPUT, locale)
    whole = Money(round_half_up(amount * 10 ** MINOR_DIGITS[currency]), currency)
    return Translator(locale).money(whole)
