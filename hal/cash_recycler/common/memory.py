"""What a driver remembers of money between two breaths of power: deposits, what was to be given out, counts.

One JSON file, written aside, flushed and renamed before anything it says is told or done. Without a file all is
forgotten when the program ends; then stores count as empty until staff count them, and nothing is promised from them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hal.cash_recycler.contract import Cash, CashForm, Deposit, Dispensed, DispenseOutcome
from hal.ports.keeping import read_kept, write_kept

__all__ = ["Count", "Memory", "Order", "Part"]

_KEPT = 50
"""Ended deposits and orders that are remembered: far more than are asked about after a restart."""

Key = tuple[int, CashForm]


@dataclass(slots=True)
class Count:
    """One denomination: in the store it is given out from, and in the cashbox."""

    stored: int = 0
    boxed: int = 0


@dataclass(slots=True)
class Part:
    """Pieces of one denomination to be given out. ``mark``: the machine's counters before it was told (empty: it was
    not told yet); ``paid``: ``None`` while nobody has asked the counters again; ``sure``: they could say.
    """

    value_minor: int
    form: CashForm
    pieces: int
    mark: tuple[int, ...] = ()
    paid: int | None = None
    sure: bool = True


@dataclass(slots=True)
class Order:
    """What was to be given out under a request."""

    request: str
    parts: list[Part]
    reason: str = ""

    @property
    def settled(self) -> bool:
        """Nothing of it is still to be asked about."""
        return all(part.paid is not None for part in self.parts)

    def told(self) -> Dispensed:
        """As the contract has it."""
        paid = tuple(Cash(part.value_minor, part.form, part.paid) for part in self.parts if part.paid)
        outcome: DispenseOutcome = "paid"
        if not self.settled or not all(part.sure for part in self.parts):
            outcome = "unknown"
        elif any(part.paid != part.pieces for part in self.parts):
            outcome = "short"
        return Dispensed(self.request, outcome, paid, "" if outcome == "paid" else self.reason)


@dataclass(slots=True)
class _Kept:
    request: str
    taken: dict[Key, int] = field(default_factory=dict)
    open: bool = True
    doubt: str = ""


class Memory:
    """Belongs to the loop. Nothing is on disk before ``save`` has come back."""

    def __init__(self, file: str) -> None:
        self._file = Path(file) if file else None
        self._turn = asyncio.Lock()
        self.counts: dict[Key, Count] = {}
        self.counters: dict[str, int] = {}
        """The machine's own counters as they stood when what they count was taken in."""
        self._deposits: list[_Kept] = []
        self._orders: list[Order] = []

    async def load(self) -> None:
        """Read the file. One that is not there, or torn, is as if nothing had ever happened."""
        if self._file is not None and not self._deposits and not self._orders and not self.counts:
            told = _whole(await read_kept(self._file) or "")
            if told is not None:
                self._take_in(told)

    async def save(self) -> None:
        """Have it on disk. Raises ``OSError`` where that cannot be."""
        if self._file is not None:
            text, file = json.dumps(self._written()), self._file
            async with self._turn:
                await write_kept(file, text)

    # --- deposits ------------------------------------------------------------------------------------------------

    @property
    def open_request(self) -> str:
        """The request of the deposit that is open; empty where none is."""
        return next((each.request for each in self._deposits if each.open), "")

    def begin(self, request: str) -> bool:
        """Open a deposit; false where it was open already. Raises ``ValueError`` where that cannot be."""
        known = self._known(request)
        if known is not None and known.open:
            return False
        if known is not None or self.open_request:
            raise ValueError(request)
        self._deposits = [*self._deposits, _Kept(request)][-_KEPT:]
        return True

    def end(self, request: str) -> None:
        """Nothing more comes in under it."""
        known = self._known(request)
        if known is not None:
            known.open = False

    def credit(self, key: Key, *, stored: bool) -> bool:
        """A piece came in, to its store or to the cashbox; false where no deposit was open for it."""
        count = self.counts.setdefault(key, Count())
        count.stored += stored
        count.boxed += not stored
        known = self._known(self.open_request)
        if known is not None:
            known.taken[key] = known.taken.get(key, 0) + 1
        return known is not None

    def doubt(self, words: str) -> None:
        """What is open may be more than is known."""
        known = self._known(self.open_request)
        if known is not None and not known.doubt:
            known.doubt = words

    def told(self, request: str, escrow_minor: int = 0) -> Deposit:
        """As the contract has it."""
        known = self._known(request)
        if known is None:
            return Deposit(request)
        taken = tuple(Cash(value, form, pieces) for (value, form), pieces in sorted(known.taken.items()))
        return Deposit(request, taken, escrow_minor if known.open else 0, known.open, known.doubt)

    def _known(self, request: str) -> _Kept | None:
        return next((each for each in self._deposits if each.request == request), None)

    # --- what is given out ---------------------------------------------------------------------------------------

    def order(self, request: str) -> Order | None:
        """What was to be given out under ``request``."""
        return next((each for each in self._orders if each.request == request), None)

    def ordered(self, request: str, cash: Iterable[Cash]) -> Order:
        """Note what is to be given out."""
        order = Order(request, [Part(each.value_minor, each.form, each.pieces) for each in cash if each.pieces])
        self._orders = [*self._orders, order][-_KEPT:]
        return order

    def paid(self, part: Part, pieces: int, *, sure: bool = True) -> None:
        """So many came out of the store."""
        part.paid, part.sure = pieces, sure
        count = self.counts.setdefault((part.value_minor, part.form), Count())
        count.stored = max(0, count.stored - pieces)

    # --- the file ------------------------------------------------------------------------------------------------

    def _written(self) -> Mapping[str, object]:
        return {
            "counts": [[*key, count.stored, count.boxed] for key, count in self.counts.items()],
            "counters": self.counters,
            "deposits": [
                {"request": d.request, "taken": [[*key, n] for key, n in d.taken.items()], "open": d.open,
                 "doubt": d.doubt}
                for d in self._deposits
            ],
            "orders": [
                {"request": o.request, "reason": o.reason,
                 "parts": [[p.value_minor, p.form, p.pieces, p.mark, p.paid, p.sure] for p in o.parts]}
                for o in self._orders
            ],
        }  # fmt: skip

    def _take_in(self, told: Mapping[str, Any]) -> None:
        self.counts = {(value, form): Count(stored, boxed) for value, form, stored, boxed in told["counts"]}
        self.counters = dict(told["counters"])
        self._deposits = [
            _Kept(d["request"], {(value, form): n for value, form, n in d["taken"]}, d["open"], d["doubt"])
            for d in told["deposits"]
        ]
        self._orders = [
            Order(
                o["request"],
                [Part(value, form, n, tuple(mark), paid, sure) for value, form, n, mark, paid, sure in o["parts"]],
                o["reason"],
            )
            for o in told["orders"]
        ]


def _whole(text: str) -> Mapping[str, Any] | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    whole = isinstance(told, dict) and {"counts", "counters", "deposits", "orders"} <= told.keys()
    return told if whole else None
