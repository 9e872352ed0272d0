"""What the screen shows while cash goes into a machine."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.values import dataclass

__all__ = ["CashBody", "CashMachineBody", "StoreView"]


@dataclass(frozen=True, slots=True)
class CashBody:
    """The attendant comes to take cash. ``due`` is rounded as cash is."""

    due: Money
    rounding: Money


@dataclass(frozen=True, slots=True)
class StoreView:
    """One denomination that staff may count in the machine."""

    value: Money
    form: Literal["coin", "note"]
    pieces: int


@dataclass(frozen=True, slots=True)
class CashMachineBody:
    """Coins and notes go in. ``due`` is rounded as cash is, ``left`` is still to be put in, ``change`` comes back.

    ``stage``: ``insert``; ``ending``: the machine closes and counts; ``staff``: it does not go on without them.
    ``notes``: one may be put in now. Each piece up to ``largest`` is taken, since its change can be given; where some
    between are not, it is zero and ``ranges`` (from, to) are all that is taken. ``part``: what is in may stay paid, and
    the rest be paid in another way.
    """

    due: Money
    rounding: Money
    inserted: Money
    left: Money
    change: Money
    stage: Literal["insert", "ending", "staff"]
    notes: bool
    largest: Money
    ranges: tuple[tuple[Money, Money], ...] = ()
    part: bool = False
