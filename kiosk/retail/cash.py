"""Coins and notes in a machine: what change can be made of them, and so which of them may be taken."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import Literal

from kiosk.retail.values import dataclass, replace

__all__ = ["CashForm", "CashHeld", "CashPieces", "acceptable", "change_in", "worth"]

CashForm = Literal["coin", "note"]


@dataclass(frozen=True, slots=True)
class CashPieces:
    """So many pieces of one denomination; ``value`` of one of them, in minor units."""

    value: int
    form: CashForm
    pieces: int


@dataclass(frozen=True, slots=True)
class CashHeld:
    """One denomination in a machine: ``pieces`` can be given out (none of it where it is not ``dispensable``).

    ``boxed`` lie in the cashbox. ``level`` is a sensor's word.
    """

    value: int
    form: CashForm
    pieces: int = 0
    boxed: int = 0
    dispensable: bool = True
    level: Literal["unknown", "empty", "low", "ok", "full"] = "unknown"


def worth(cash: Iterable[CashPieces]) -> int:
    """Minor units.

    >>> worth((CashPieces(100, "coin", 3), CashPieces(5_000, "note", 1)))
    5300
    """
    return sum(each.value * each.pieces for each in cash)


def change_in(minor: int, held: Iterable[CashHeld]) -> tuple[CashPieces, ...] | None:
    """So much exactly, in few pieces, the largest first; ``None`` where it cannot be made of what is held.

    >>> change_in(700, (CashHeld(100, "coin", 9), CashHeld(500, "coin", 1)))
    (CashPieces(value=500, form='coin', pieces=1), CashPieces(value=100, form='coin', pieces=2))
    >>> change_in(50, (CashHeld(100, "coin", 9),)) is None
    True
    """
    stores = sorted(
        (each for each in held if each.dispensable and each.pieces > 0 and 0 < each.value <= minor),
        key=lambda each: (-each.value, each.form),
    )
    rest = [sum(each.value * each.pieces for each in stores[at:]) for at in range(len(stores) + 1)]
    step = [gcd(*(each.value for each in stores[at:])) for at in range(len(stores))] + [0]
    dead: set[tuple[int, int]] = set()

    def made(at: int, left: int) -> tuple[CashPieces, ...] | None:
        if not left:
            return ()
        if (at, left) in dead or left > rest[at] or at == len(stores) or left % step[at]:
            return None
        store = stores[at]
        for pieces in range(min(left // store.value, store.pieces), -1, -1):
            found = made(at + 1, left - pieces * store.value)
            if found is not None:
                return (CashPieces(store.value, store.form, pieces), *found) if pieces else found
        dead.add((at, left))
        return None

    return made(0, minor) if minor >= 0 else None


def acceptable(due: int, inserted: int, held: tuple[CashHeld, ...]) -> tuple[tuple[int, CashForm], ...]:
    """Which pieces may be taken next towards ``due``, when ``inserted`` lies in the machine already.

    With one that makes it whole, its change can be given; with any other, all of it can be given back should the
    shopper change their mind. What a piece adds to its own store counts.

    >>> acceptable(250, 0, (CashHeld(100, "coin", 9), CashHeld(1_000, "note", 0)))
    ((100, 'coin'),)
    >>> acceptable(300, 0, (CashHeld(100, "coin", 9), CashHeld(1_000, "note", 0)))
    ((100, 'coin'), (1000, 'note'))
    """
    taken = []
    for piece in held:
        total = inserted + piece.value
        after = tuple(
            replace(each, pieces=each.pieces + 1) if each is piece and each.dispensable else each for each in held
        )
        back = total - due if total >= due else total
        if inserted < due and change_in(back, after) is not None:
            taken.append((piece.value, piece.form))
    return tuple(taken)
