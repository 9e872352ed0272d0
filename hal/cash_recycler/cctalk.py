r"""Coin acceptor, note validator and coin hoppers on one ccTalk bus: together they take cash and give change.

Fits: a coin acceptor (SR5, RM5, C2, G13.mft), a bill validator with escrow (Ardac Elite, NV9, Vega) and hoppers
(Compact Hopper Mk 2 to 4, Flow, Evolution, HopperOne) that speak ccTalk in clear with the 8-bit sum. Manual: ccTalk
Generic Specification 4.7 (Crane Payment Solutions, public domain); of hoppers, Suzohapp 18-ccTalk 0.6, pages 12 to 20.
Line: one wire, half duplex, 9600 baud 8N1, behind a USB adapter (FTDI 0403:6001 and the like), which may echo what is
sent.

Sample settings: ``model = "cctalk"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``country = "EU"``,
``hoppers = "3=10:1,4=50:2,5=100:3,6=200:4"`` (address=value in minor units:sorter path that leads into it),
``memory_file = "cash-recycler.json"``.

Exactly once: acceptors count what happens (headers 229 and 159, five events kept), and the count is remembered on disk
with what it stood for; after a cut the events since are taken in then. A hopper is asked before it is told to dispense
(166 orders since its reset, 168 coins of its life), and that is on disk first; silence after header 167 is looked up in
both, never repeated. Where they do not agree, the outcome is unknown. Notes are held in escrow (header 153)
until judged.

Unconfirmed here, without devices at hand: coin identifiers of other countries than those with three digits of minor
units (such coins stay inhibited); that header 168 has been written when power is lost in a payout; how long a note may
be held in escrow (half a minute is common); that a validator returns a note in escrow at power-up; that a device stays
inhibited after power-up. Not done: encrypted frames, the 16-bit check, hoppers that want a cipher (Compact Hopper with
its level of security set), recyclers of notes over makers' own headers: notes go to the cashbox, change is in coins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeVar, cast

from hal.cash_recycler.common import cctalk_codec as codec
from hal.cash_recycler.common.cctalk_bus import Bus
from hal.cash_recycler.common.cctalk_codec import Header
from hal.cash_recycler.common.cctalk_hoppers import Hopper, Hoppers, read_hoppers
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
    Level,
)
from hal.device import DeviceError
from hal.ports.named import port_named

__all__ = ["Driver", "Settings"]

T = TypeVar("T")
Key = tuple[int, CashForm]

_TYPES: Final = 16
"""Coins of an acceptor, and notes of a validator."""
_STACKER_AND_ESCROW: Final = 3
_RETURN, _STACK = 0, 1
_ESCROW_EMPTY: Final = b"\xfe"
"""The answer to header 154 of a validator that holds no note there."""
_LEVELS_S: Final = 1.0
_COIN_STATES: Final[dict[int, CashierState]] = {
    14: "coin_jam", 15: "coin_jam", 16: "coin_jam", 17: "fraud", 20: "fraud",
}  # fmt: skip
"""Part 3, table of coin acceptors' error codes: those that are more than a coin refused."""
_NOTE_STATES: Final[dict[int, CashierState]] = {
    6: "note_jam", 7: "note_jam", 8: "fraud", 9: "fraud", 10: "ok", 11: "cashbox_out", 12: "ok", 13: "fault",
    14: "cashbox_full", 15: "note_jam", 16: "note_jam", 17: "fraud", 18: "fraud", 19: "fault",
}  # fmt: skip
"""Part 3, table of bill validators' events with type 0."""
_RETURNED: Final = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """``coins`` and ``notes``: addresses of acceptor and validator (2 and 40 as delivered; 0: there is none).

    ``country``: the first two letters of its coins' and notes' identifiers. ``hoppers``: as in the sample.
    ``dispense_key``: what a hopper wants before the count: its serial number, or eight zeros. ``settle_ms``: how long
    after the last event a coin may still be falling once nothing is taken any more.
    """

    port: str
    hoppers: str
    country: str
    coins: int = 2
    notes: int = 40
    memory_file: str = ""
    dispense_key: Literal["serial", "zeros"] = "serial"
    baud: int = 9_600
    poll_ms: int = 150
    answer_ms: int = 250
    settle_ms: int = 700
    retry_ms: int = 250
    longest_retry_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse what cannot be: raises ``ValueError``."""
        port_named(self.port)
        read_hoppers(self.hoppers)
        if len(self.country) != 2 or not (self.coins or self.notes):  # noqa: PLR2004  letters
            text = "country is two letters, and there is a coin acceptor or a note validator"
            raise ValueError(text)


class Driver(Bus):
    """Polls both acceptors; whatever else is wanted is done between two rounds of questions."""

    def __init__(self, name: str, settings: Settings) -> None:
        port = port_named(settings.port, baud=settings.baud)
        super().__init__(
            name, port, answer_ms=settings.answer_ms, retry_ms=settings.retry_ms,
            longest_retry_ms=settings.longest_retry_ms,
        )  # fmt: skip
        self._settings = settings
        self._memory = Memory(settings.memory_file)
        self._hoppers = Hoppers(self, read_hoppers(settings.hoppers), self._memory, poll_ms=settings.poll_ms)
        self._types: dict[Key, tuple[int, int]] = {}
        """Which address takes a denomination, as which of its types."""
        self._accepts: frozenset[Key] = frozenset()
        self._escrow: Key | None = None
        self._moving = False
        """The note in escrow was told to go one way or the other, and has not said that it has."""
        self._untold = False
        """A deposit has changed, by whatever question that was found, and was not told since."""
        self._states: dict[int, CashierState] = {}
        self._standing: CashierState = "ok"
        self._looked_s = 0.0
        self.capabilities = frozenset(
            {"levels", *(["coins"] if settings.coins else []), *(["notes", "escrow"] if settings.notes else [])}
        )

    @property
    def standing(self) -> CashierState:
        """See ``CashRecycler.standing``."""
        return self._standing

    # --- the rounds ----------------------------------------------------------------------------------------------

    async def rounds(self) -> None:
        """See ``AskedDevice.rounds``: learn what is there, take in what happened meanwhile, then poll."""
        await self._memory.load()
        self._looked_s, self._states = 0.0, {}
        await self._learn()
        await self._poll()
        await self._recall()
        await self._inhibit()
        while True:
            self.answered()
            await self._poll()
            self._tell_deposit()
            await self._look()
            await self.pause(self._settings.poll_ms)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        names = [await self.do(partial(self._name, address)) for address in self._addresses()]
        return f"ccTalk: {', '.join(names)}; {self._standing}"

    async def _name(self, address: int) -> str:
        kind = await self.put(address, Header.REQUEST_EQUIPMENT_CATEGORY)
        product = await self.put(address, Header.REQUEST_PRODUCT_CODE)
        return f"{kind.decode('ascii', 'replace')} {product.decode('ascii', 'replace')} at {address}"

    def _addresses(self) -> list[int]:
        own = [self._settings.coins, self._settings.notes]
        return [*filter(None, own), *(hopper.address for hopper in self._hoppers.all)]

    async def _learn(self) -> None:
        """Which coins and notes are taken as what; hoppers' keys."""
        settings, types = self._settings, {}
        if settings.coins:
            await self.put(settings.coins, Header.SIMPLE_POLL)
            for number in range(1, _TYPES + 1):
                told = await self._identifier(settings.coins, Header.REQUEST_COIN_ID, number)
                types[codec.coin_value(told, settings.country), "coin"] = (settings.coins, number)
        if settings.notes:
            country = settings.country.encode("ascii", "replace")
            factor = await self.put(settings.notes, Header.REQUEST_COUNTRY_SCALING_FACTOR, country)
            scaling = int.from_bytes(factor[:2], "little")
            for number in range(1, _TYPES + 1):
                told = await self._identifier(settings.notes, Header.REQUEST_BILL_ID, number)
                types[codec.bill_value(told, settings.country, scaling), "note"] = (settings.notes, number)
            await self.put(settings.notes, Header.MODIFY_BILL_OPERATING_MODE, bytes([_STACKER_AND_ESCROW]))
        await self._hoppers.learn(by_serial=settings.dispense_key == "serial")
        self._types = cast("dict[Key, tuple[int, int]]", {key: where for key, where in types.items() if key[0]})

    async def _recall(self) -> None:
        """A note that was in escrow before, by whoever asked then, goes back: nobody may know of it any more."""
        self._escrow = None
        if self._settings.notes:
            try:
                answer = await self.put(self._settings.notes, Header.ROUTE_BILL, bytes([_RETURN]))
            except codec.RefusedError:
                return
            self._moving = self._moving or answer != _ESCROW_EMPTY

    async def _identifier(self, address: int, header: int, number: int) -> bytes:
        """What a type is called; a device that has no such type may refuse to say."""
        try:
            return await self.put(address, header, bytes([number]))
        except codec.RefusedError:
            return b""

    async def _inhibit(self) -> None:
        """Have both take what the open deposit accepts, or nothing."""
        open_now = bool(self._memory.open_request)
        for address in filter(None, (self._settings.coins, self._settings.notes)):
            mask = sum(
                1 << (number - 1)
                for key, (where, number) in self._types.items()
                if where == address and open_now and key in self._accepts
            )
            await self.put(address, Header.MODIFY_INHIBIT_STATUS, mask.to_bytes(2, "little"))
            await self.put(address, Header.MODIFY_MASTER_INHIBIT, bytes([1 if mask else 0]))

    # --- what comes in -------------------------------------------------------------------------------------------

    async def _poll(self) -> bool:
        """Take in what both have seen; on disk when it comes back. True where a deposit has changed."""
        changed = False
        for address, header, took in (
            (self._settings.coins, Header.READ_BUFFERED_CREDIT, self._coin),
            (self._settings.notes, Header.READ_BUFFERED_BILL_EVENTS, self._note),
        ):
            if not address:
                continue
            counters, key = self._memory.counters, str(address)
            occurred = await self._occurred(address, header, counters.get(key))
            if occurred.reset and key in counters and counters[key]:
                self._memory.doubt("power was lost")
                self._states.pop(address, None)
                if address == self._settings.notes:
                    self._escrow, self._moving = None, False
                changed = True
            if occurred.lost:
                self._memory.doubt(f"{occurred.lost} events were lost")
            if counters.get(key) != occurred.counter or changed:
                came = [took(a, b) for a, b in occurred.pairs]
                changed = changed or any(came) or bool(occurred.lost)
                self._untold = self._untold or changed
                counters[key] = occurred.counter
                await self._memory.save()
            if occurred.reset:
                await self._again(address)
        self._tell_standing()
        await self._turn_away()
        return changed

    async def _occurred(self, address: int, header: int, before: int | None) -> codec.Occurred:
        """What has happened since; news are read twice, since a sum of eight bits lets one spoiled answer in 256 by."""
        occurred = codec.events_since(await self.put(address, header), before)
        if occurred.counter == before:
            return occurred
        return codec.events_since(await self.twice(address, header), before)

    async def _again(self, address: int) -> None:
        """A device that began anew has forgotten what it was told."""
        if self.alive:
            if address == self._settings.notes:
                await self.put(address, Header.MODIFY_BILL_OPERATING_MODE, bytes([_STACKER_AND_ESCROW]))
            await self._inhibit()

    def _coin(self, number: int, path: int) -> bool:
        """One event of the coin acceptor: a credit by its type and sorter path, or type 0 and an error."""
        address = self._settings.coins
        if not number:
            if path in _COIN_STATES:
                self._states[address] = _COIN_STATES[path]
            return False
        value = self._value_of(address, number)
        stored = any(hopper.value == value and hopper.path == path and path for hopper in self._hoppers.all)
        return self._credit((value, "coin"), stored=stored)

    def _note(self, number: int, what: int) -> bool:
        """One event of the note validator: stacked, in escrow, or type 0 and how it is."""
        address = self._settings.notes
        if not number:
            if what == _RETURNED:
                self._escrow, self._moving = None, False
                return True
            if what in _NOTE_STATES:
                self._states[address] = _NOTE_STATES[what]
            return False
        key: Key = (self._value_of(address, number), "note")
        if what == 1:
            self._escrow, self._moving = key, False
            return True
        self._escrow, self._moving = None, False
        return self._credit(key, stored=False)

    def _credit(self, key: Key, *, stored: bool) -> bool:
        if not self._memory.credit(key, stored=stored):
            self.warn(f"a {key[1]} of {key[0]} came in that nobody had asked for")
            return False
        return True

    def _value_of(self, address: int, number: int) -> int:
        return next((key[0] for key, where in self._types.items() if where == (address, number)), 0)

    async def _turn_away(self) -> None:
        """A note in escrow that no deposit waits for goes back."""
        if self._escrow is not None and not self._moving and not self._memory.open_request:
            await self._route(_RETURN)

    async def _route(self, where: int) -> None:
        self._moving = True
        try:
            await self.put_once(self._settings.notes, Header.ROUTE_BILL, bytes([where]))
        except (codec.RefusedError, codec.BusyError):
            self._moving = False

    # --- how it stands -------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Now and then: levels of the hoppers, and whether what was wrong still is."""
        now = asyncio.get_running_loop().time()
        if now < self._looked_s:
            return
        self._looked_s = now + _LEVELS_S
        await self._hoppers.look()
        for address in filter(None, (self._settings.coins, self._settings.notes)):
            if self._states.get(address, "ok") not in {"ok", "cashbox_out"}:
                fault = await self.put(address, Header.PERFORM_SELF_CHECK)
                if fault[:1] == b"\0":
                    self._states[address] = "ok"
        self._tell_standing()

    def _tell_standing(self) -> None:
        """Tell the first thing that is wrong, when that changes."""
        states = (*self._states.values(), *(hopper.state for hopper in self._hoppers.all))
        now: CashierState = next((state for state in states if state != "ok"), "ok")
        if now != self._standing and self.alive:
            self._standing = now
            self.tell(CashierTold(self.name, now))

    def _tell_deposit(self) -> None:
        request, untold = self._memory.open_request, self._untold
        self._untold = False
        if untold and request:
            self.tell(DepositTold(self.name, self._told(request)))

    def _told(self, request: str) -> Deposit:
        return self._memory.told(request, self._escrow[0] if self._escrow is not None and not self._moving else 0)

    # --- deposits ------------------------------------------------------------------------------------------------

    async def begin_deposit(self, request: str, accepts: frozenset[tuple[int, CashForm]]) -> Deposit:
        """See ``CashRecycler.begin_deposit``."""
        return await self._do(partial(self._begin, request, accepts))

    async def _begin(self, request: str, accepts: frozenset[Key]) -> Deposit:
        await self._poll()
        try:
            begun = self._memory.begin(request)
        except ValueError:
            text = f"{self.name}: deposit {self._memory.open_request or request} is open or was ended"
            raise DeviceError(text) from None
        self._accepts = accepts
        if begun:
            await self._memory.save()
        await self._inhibit()
        return self._told(request)

    async def deposit(self, request: str) -> Deposit:
        """See ``CashRecycler.deposit``."""
        return await self._do(partial(self._asked, request))

    async def _asked(self, request: str) -> Deposit:
        await self._poll()
        return self._told(request)

    async def end_deposit(self, request: str) -> Deposit:
        """See ``CashRecycler.end_deposit``."""
        return await self._do(partial(self._end, request))

    async def _end(self, request: str) -> Deposit:
        if self._memory.open_request != request:
            return self._told(request)
        self._accepts = frozenset()
        await self._inhibit()
        loop = asyncio.get_running_loop()
        until = quiet = loop.time() + self._settings.settle_ms / 1000
        while loop.time() < quiet or (self._moving and loop.time() < until + 20 * self._settings.settle_ms / 1000):
            if self._escrow is not None and not self._moving:
                await self._route(_RETURN)
            if await self._poll():
                quiet = loop.time() + self._settings.settle_ms / 1000
            await asyncio.sleep(self._settings.poll_ms / 1000)
        if self._moving:
            self._memory.doubt("a note was under way")
        self._memory.end(request)
        await self._memory.save()
        return self._told(request)

    async def judge_escrow(self, request: str, *, keep: bool) -> None:
        """See ``CashRecycler.judge_escrow``."""
        await self._do(partial(self._judge, request, keep))

    async def _judge(self, request: str, keep: bool) -> None:  # noqa: FBT001  bound by keyword above
        if self._escrow is not None and not self._moving and self._memory.open_request == request:
            await self._route(_STACK if keep else _RETURN)

    # --- giving out ----------------------------------------------------------------------------------------------

    async def dispense_cash(self, request: str, cash: tuple[Cash, ...]) -> Dispensed:
        """See ``CashRecycler.dispense_cash``."""
        return await self._do(partial(self._hoppers.dispense, request, cash))

    async def dispensed(self, request: str) -> Dispensed:
        """See ``CashRecycler.dispensed``."""
        return await self._do(partial(self._hoppers.dispensed, request))

    # --- counts --------------------------------------------------------------------------------------------------

    async def read_cash_counts(self) -> tuple[CashStore, ...]:
        """See ``CashRecycler.read_cash_counts``."""
        return await self._do(self._stores)

    async def _stores(self) -> tuple[CashStore, ...]:
        by_value: dict[Key, Hopper] = {(hopper.value, "coin"): hopper for hopper in self._hoppers.all}
        keys = sorted({*self._types, *by_value, *(k for k in self._memory.counts if k[0])}, key=lambda k: (k[1], k[0]))
        return tuple(self._store(key, by_value.get(key)) for key in keys)

    def _store(self, key: Key, hopper: Hopper | None) -> CashStore:
        count = self._memory.counts.get(key, Count())
        level: Level = hopper.level if hopper is not None else "unknown"
        if hopper is not None and not count.stored and level != "full":
            level = "empty"
        return CashStore(key[0], key[1], count.stored, count.boxed, hopper is not None, level)

    async def adjust_cash_counts(self, cash: tuple[Cash, ...]) -> None:
        """See ``CashRecycler.adjust_cash_counts``."""
        await self._do(partial(self._adjust, cash))

    async def _adjust(self, cash: tuple[Cash, ...]) -> None:
        for each in cash:
            self._hoppers.of(each.value_minor, each.form)
        for each in cash:
            self._memory.counts.setdefault((each.value_minor, each.form), Count()).stored = each.pieces
        await self._memory.save()

    async def cashbox_emptied(self) -> tuple[Cash, ...]:
        """See ``CashRecycler.cashbox_emptied``."""
        return await self._do(self._emptied)

    async def _emptied(self) -> tuple[Cash, ...]:
        held = tuple(
            Cash(value, form, count.boxed)
            for (value, form), count in sorted(self._memory.counts.items())
            if count.boxed
        )
        for count in self._memory.counts.values():
            count.boxed = 0
        await self._memory.save()
        return held

    async def _do(self, deed: Callable[[], Awaitable[T]]) -> T:
        self.need_enabled()
        return await self.do(deed)
