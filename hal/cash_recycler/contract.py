"""What a cash recycler does: it takes coins and notes under a request, gives exact pieces out, and can be asked.

The names are UnifiedPOS's (chapters Bill Acceptor, Coin Acceptor, Cash Changer): a deposit is begun and ended, a note
waits in escrow until it is kept or returned, cash is dispensed, counts are read and adjusted.

What counts is what the machine's own counters say, and each piece counts once: a deposit's answer is always the *sum*
of what was taken under its request, never a difference, so that it may be told, asked and read as often as one likes.
A driver remembers on disk what it was told to dispense before it says so to the machine, and asks the machine's
counters what became of it. What those cannot say is told as ``unknown`` and is for people to look at.

Capabilities: ``coins``, ``notes``, ``escrow`` (a note waits until it is judged; without it ``escrow`` of a deposit is
always empty), ``levels`` (stores tell when they run low or full by a sensor of their own).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = [
    "Cash",
    "CashForm",
    "CashRecycler",
    "CashStore",
    "CashierState",
    "CashierTold",
    "Deposit",
    "DepositTold",
    "DispenseOutcome",
    "Dispensed",
    "Level",
    "worth",
]

CashForm = Literal["coin", "note"]
Level = Literal["unknown", "empty", "low", "ok", "full"]
CashierState = Literal[
    "ok", "coin_jam", "note_jam", "hopper_jam", "cashbox_out", "cashbox_full", "door_open", "fraud", "fault"
]
DispenseOutcome = Literal["paid", "short", "unknown", "not_begun"]


@dataclass(frozen=True, slots=True, order=True)
class Cash:
    """So many pieces of one denomination. ``value_minor``: of one piece, in minor units."""

    value_minor: int
    form: CashForm
    pieces: int


def worth(cash: tuple[Cash, ...]) -> int:
    """Minor units.

    >>> worth((Cash(100, "coin", 3), Cash(5_000, "note", 1)))
    5300
    """
    return sum(each.value_minor * each.pieces for each in cash)


@dataclass(frozen=True, slots=True)
class CashStore:
    """One denomination as it lies in the machine: ``pieces`` can be given out, ``boxed`` lie in the cashbox.

    ``dispensable``: there is a store it is given out from. ``pieces`` are as they were counted in and out since staff
    last counted; ``level`` is what a sensor says.
    """

    value_minor: int
    form: CashForm
    pieces: int
    boxed: int
    dispensable: bool
    level: Level = "unknown"


@dataclass(frozen=True, slots=True)
class Deposit:
    """All that was taken under ``request``; ``escrow_minor`` waits to be judged and does not count yet.

    ``open``: more may come. ``doubt``: why it may be more than the counters can say (power was lost while it was open);
    empty where they say all.
    """

    request: str
    taken: tuple[Cash, ...] = ()
    escrow_minor: int = 0
    open: bool = False
    doubt: str = ""

    @property
    def minor(self) -> int:
        """What was taken, in minor units."""
        return worth(self.taken)


@dataclass(frozen=True, slots=True)
class Dispensed:
    """What became of giving cash out. ``paid`` is what has come out for certain.

    ``paid``: all of it. ``short``: no more will come. ``unknown``: more may have come than ``paid`` says.
    ``not_begun``: the machine was never told of this request.
    """

    request: str
    outcome: DispenseOutcome
    paid: tuple[Cash, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DepositTold:
    """Data event: a deposit has changed; the newest is the whole truth."""

    device: str
    deposit: Deposit


@dataclass(frozen=True, slots=True)
class CashierTold:
    """Data event: how the machine stands, when that changes."""

    device: str
    state: CashierState


class CashRecycler(Device, Protocol):
    """Data events: ``DepositTold``, ``CashierTold``. Every method raises ``NoHardwareError``, ``TimeoutExpiredError``
    or ``ProtocolError`` when the machine is away, silent or not to be understood: what became of it is then asked.
    """

    async def begin_deposit(self, request: str, accepts: frozenset[tuple[int, CashForm]]) -> Deposit:
        """Take these denominations (value in minor units, form) from now on under ``request``.

        Said again for an open deposit it changes what is taken, and takes nothing anew. Raises ``DeviceError`` while
        another deposit is open, or for one that was ended.
        """

    async def deposit(self, request: str) -> Deposit:
        """What was taken under ``request``: the machine is asked. One that nobody knows has nothing, not open."""

    async def end_deposit(self, request: str) -> Deposit:
        """Take nothing more, return what waits in escrow; what it says is final. May be repeated."""

    async def judge_escrow(self, request: str, *, keep: bool) -> None:
        """Keep the note in escrow, or return it; what became of it is told as a deposit. None there: no effect."""

    async def dispense_cash(self, request: str, cash: tuple[Cash, ...]) -> Dispensed:
        """Give exactly these pieces out, once under the caller's unique ``request``; asked again it only answers.

        Raises ``DeviceError``, before anything was given out, for a denomination that has no store.
        """

    async def dispensed(self, request: str) -> Dispensed:
        """What became of giving out under ``request``; never gives anything out."""

    async def read_cash_counts(self) -> tuple[CashStore, ...]:
        """Every denomination the machine knows, coins first, smallest first."""

    async def adjust_cash_counts(self, cash: tuple[Cash, ...]) -> None:
        """Staff have counted the stores of these denominations, after filling or emptying them: so many lie there now.

        Raises ``DeviceError`` for a denomination that has no store.
        """

    async def cashbox_emptied(self) -> tuple[Cash, ...]:
        """Staff have taken the cashbox's content: counts anew from nothing; gives what should have been in it."""

    @property
    def standing(self) -> CashierState:
        """How the machine stands, as it was told last."""
