"""The money side of a tender: cash rounding and change."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from kiosk.retail.money import Money, round_half_up

__all__ = ["CashMethod", "cash_back", "cash_due", "change"]

CashMethod = Literal["half_up", "up", "down"]
"""To the nearest step (half a step away from zero), always away from zero, or always towards it."""


def cash_due(total: Money, step_minor: int, method: CashMethod = "half_up") -> tuple[Money, Money]:
    """What is to be paid in cash, in whole steps of ``step_minor`` minor units, and what the rounding added.

    The rounding (negative where it took something off) belongs to the tender: neither the total nor its tax knows of
    it. What is paid back is rounded as what is paid. Raises ``ValueError`` for a step below one.

    >>> cash_due(Money(1572, "EUR"), 5)
    (Money(minor=1570, currency='EUR'), Money(minor=-2, currency='EUR'))
    """
    if step_minor < 1:
        message = f"cash cannot be rounded to steps of {step_minor}"
        raise ValueError(message)
    steps = {
        "half_up": round_half_up(Fraction(abs(total.minor), step_minor)),
        "up": -(-abs(total.minor) // step_minor),
        "down": abs(total.minor) // step_minor,
    }[method]
    payable = Money((steps if total.minor >= 0 else -steps) * step_minor, total.currency)
    return payable, payable - total


def cash_back(amount: Money, left: Money, step_minor: int, method: CashMethod = "half_up") -> Money:
    """What is handed over in cash for ``amount`` of the ``left`` that a tender can still be given back.

    What is left is rounded, and less than that by what the rest is rounded to: however a sale comes back, in one return
    or in ten, the cash comes to what was paid in cash. Raises ``ValueError`` for a step below one.

    >>> [cash_back(Money(6667, "BDT"), Money(left, "BDT"), 100).minor for left in (20_000, 13_333, 6667)]
    [6700, 6600, 6700]
    """
    before, _ = cash_due(left, step_minor, method)
    after, _ = cash_due(left - amount, step_minor, method)
    return before - after


def change(received: Money, due: Money) -> Money:
    """What comes back. Raises ``ValueError`` where less was received than is due.

    >>> change(Money(610_000, "EUR"), Money(603_600, "EUR"))
    Money(minor=6400, currency='EUR')
    """
    back = received - due
    if back.minor < 0:
        message = f"{received} does not cover {due}"
        raise ValueError(message)
    return back
