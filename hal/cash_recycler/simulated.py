"""Simulated cash recycler: takes coins and notes, keeps a note in escrow, gives both out again.

Loads only when the settings name it. Its counts and deposits are remembered like a real one's, in ``memory_file``.

Sample settings: ``model = "simulated"``, ``coins = "100,200,500"``, ``notes = "1000,5000,10000"``, ``fill = 40``,
``memory_file = "cash-recycler.json"``, ``knob_socket = "run/cash_recycler.knobs"``. Values are minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from hal.cash_recycler.common.memory import Count, Memory
from hal.cash_recycler.contract import (
    Cash,
    CashForm,
    CashierState,
    CashierTold,
    CashStore,
    Deposit,
    DepositTold,
    Dispensed,
)
from hal.device import DeviceError, Sink
from hal.knobs import KnobError, Turn
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]

Key = tuple[int, CashForm]


@dataclass(frozen=True, slots=True)
class Settings:
    """``coins`` and ``notes``: what it knows, in minor units; ``fill``: pieces of each that it begins with.

    ``given_back``: the notes it can give out again; empty: all of them.
    """

    coins: str = "100,200,500"
    notes: str = "1000,2000,5000,10000,50000"
    given_back: str = ""
    fill: int = 40
    memory_file: str = ""
    knob_socket: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no list of amounts: raises ``ValueError``."""
        for written in (self.coins, self.notes, self.given_back):
            _amounts(written)


def _amounts(written: str) -> tuple[int, ...]:
    return tuple(int(each) for each in written.split(",") if each.strip())


class Driver(SimulatedDevice):
    """A recycler on the bench."""

    category = "cash_recycler"
    capabilities = frozenset({"coins", "notes", "escrow"})

    def __init__(self, name: str, settings: Settings) -> None:
        self._settings = settings
        self._memory = Memory(settings.memory_file)
        notes, again = _amounts(settings.notes), _amounts(settings.given_back or settings.notes)
        coins: tuple[Key, ...] = tuple((value, "coin") for value in _amounts(settings.coins))
        self._stores: dict[Key, bool] = dict.fromkeys(coins, True) | {(v, "note"): v in again for v in notes}
        self._accepts: frozenset[Key] = frozenset()
        self._escrow: Key | None = None
        self._state: CashierState = "ok"
        self._stuck = False
        self._most = 0
        self.given: list[tuple[str, Cash]] = []
        """What has come out, in order."""
        super().__init__(name, settings.knob_socket)

    @property
    def standing(self) -> CashierState:
        """See ``CashRecycler.standing``."""
        return self._state

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``."""
        await self._memory.load()
        for key, again in self._stores.items():
            self._memory.counts.setdefault(key, Count(self._settings.fill if again else 0))
        await super().open(sink)

    # --- the contract --------------------------------------------------------------------------------------------

    async def begin_deposit(self, request: str, accepts: frozenset[tuple[int, CashForm]]) -> Deposit:
        """See ``CashRecycler.begin_deposit``."""
        self.need_enabled()
        try:
            self._memory.begin(request)
        except ValueError:
            text = f"{self.name}: deposit {self._memory.open_request or request} is open or was ended"
            raise DeviceError(text) from None
        self._accepts = accepts
        await self._memory.save()
        return self._told(request)

    async def deposit(self, request: str) -> Deposit:
        """See ``CashRecycler.deposit``."""
        self.need_enabled()
        return self._told(request)

    async def end_deposit(self, request: str) -> Deposit:
        """See ``CashRecycler.end_deposit``."""
        self.need_enabled()
        if self._memory.open_request == request:
            self._accepts, self._escrow = frozenset(), None
            self._memory.end(request)
            await self._memory.save()
        return self._told(request)

    async def judge_escrow(self, request: str, *, keep: bool) -> None:
        """See ``CashRecycler.judge_escrow``."""
        self.need_enabled()
        if self._escrow is None or self._memory.open_request != request:
            return
        key, self._escrow = self._escrow, None
        if keep:
            self._memory.credit(key, stored=self._stores[key])
            await self._memory.save()
        self.tell(DepositTold(self.name, self._told(request)))

    async def dispense_cash(self, request: str, cash: tuple[Cash, ...]) -> Dispensed:
        """See ``CashRecycler.dispense_cash``."""
        self.need_enabled()
        known = self._memory.order(request)
        if known is not None:
            return known.told()
        for each in cash:
            self._need_store((each.value_minor, each.form))
        order = self._memory.ordered(request, cash)
        for part in order.parts:
            held = self._memory.counts[part.value_minor, part.form].stored
            come = 0 if self._stuck else min(part.pieces, held, self._most or part.pieces)
            self._memory.paid(part, come)
            if come:
                out = Cash(part.value_minor, part.form, come)
                self.given.append((request, out))
                self.tell_watchers("dispensed", value_minor=out.value_minor, form=out.form, pieces=out.pieces)
            order.reason = "" if come == part.pieces else "is jammed" if self._stuck else "is empty"
        await self._memory.save()
        return order.told()

    async def dispensed(self, request: str) -> Dispensed:
        """See ``CashRecycler.dispensed``."""
        self.need_enabled()
        known = self._memory.order(request)
        return known.told() if known is not None else Dispensed(request, "not_begun")

    async def read_cash_counts(self) -> tuple[CashStore, ...]:
        """See ``CashRecycler.read_cash_counts``."""
        self.need_enabled()
        return tuple(
            CashStore(value, form, count.stored, count.boxed, self._stores.get((value, form), False))
            for (value, form), count in sorted(self._memory.counts.items(), key=lambda item: (item[0][1], item[0][0]))
        )

    async def adjust_cash_counts(self, cash: tuple[Cash, ...]) -> None:
        """See ``CashRecycler.adjust_cash_counts``."""
        self.need_enabled()
        for each in cash:
            self._need_store((each.value_minor, each.form))
        for each in cash:
            self._memory.counts[each.value_minor, each.form].stored = each.pieces
        await self._memory.save()

    async def cashbox_emptied(self) -> tuple[Cash, ...]:
        """See ``CashRecycler.cashbox_emptied``."""
        self.need_enabled()
        counts = sorted(self._memory.counts.items())
        held = tuple(Cash(value, form, count.boxed) for (value, form), count in counts if count.boxed)
        for _, count in counts:
            count.boxed = 0
        await self._memory.save()
        return held

    # --- the knobs -----------------------------------------------------------------------------------------------

    async def insert(self, *, value_minor: int, form: Literal["coin", "note"] = "coin") -> dict[str, object]:
        """Put a coin or a note in; tells whether it was taken."""
        key: Key = (value_minor, form)
        if key not in self._stores:
            text = f"no {form} of {value_minor}; there are {', '.join(f'{f} {v}' for v, f in self._stores)}"
            raise KnobError(text)
        request = self._memory.open_request
        taken = self.active and bool(request) and key in self._accepts and self._escrow is None and self._state == "ok"
        if taken and form == "note":
            self._escrow = key
        elif taken:
            self._memory.credit(key, stored=True)
            await self._memory.save()
        if taken:
            self.tell(DepositTold(self.name, self._told(request)))
        return {"taken": taken}

    async def trouble(
        self,
        *,
        state: Literal[
            "ok", "coin_jam", "note_jam", "hopper_jam", "cashbox_out", "cashbox_full", "door_open", "fraud", "fault"
        ],
    ) -> None:
        """Have something be wrong with it, or all well again; with a hopper jam nothing comes out."""
        assert state in get_args(CashierState)  # noqa: S101  the two lists are one
        self._state, self._stuck = state, state == "hopper_jam"
        self.tell(CashierTold(self.name, state))

    async def short(self, *, most: int) -> None:
        """Have at most so many pieces of a denomination come out in one payout; 0: as many as there are."""
        self._most = most

    async def empty(self) -> None:
        """Have nothing more come out of any store, whatever it counts."""
        self._stuck = True

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.insert, self.trouble, self.short, self.empty)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        counts = {f"{form} {value}": count.stored for (value, form), count in sorted(self._memory.counts.items())}
        return {"state": self._state, "open": bool(self._memory.open_request), "stores": counts}

    def started(self) -> None:
        """What is wrong is told at once."""
        if self._state != "ok":
            self.tell(CashierTold(self.name, self._state))

    def _told(self, request: str) -> Deposit:
        return self._memory.told(request, self._escrow[0] if self._escrow is not None else 0)

    def _need_store(self, key: Key) -> None:
        if not self._stores.get(key, False):
            text = f"{self.name}: no store gives out a {key[1]} of {key[0]}"
            raise DeviceError(text)
