"""A coin acceptor, a note validator and coin hoppers on one ccTalk bus, as their makers' manuals have them.

``python -m bench.far_ends.cash_recycler.cctalk --link /tmp/cash --knob-socket /tmp/cash.knobs --coins 100,200,500``

ccTalk Generic Specification 4.7 and Suzohapp 18-ccTalk 0.6. Everything a device counts is its own: what it gave out and
took in stands in ``given`` and ``taken``, whatever its host believes. Power that goes in a payout leaves the life
counter and the last payout's counts as they were at that coin, as the hopper's manual says.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.far_ends.line import Inside, serve
from bench.knobs import KnobRefusedError

__all__ = ["CashBus", "main"]

_HOST = 1
_COINS, _NOTES, _FIRST_HOPPER = 2, 40, 3
_STATES = {
    "coin_jam": (_COINS, 14),
    "note_jam": (_NOTES, 6),
    "cashbox_out": (_NOTES, 11),
    "cashbox_full": (_NOTES, 14),
    "fraud": (_NOTES, 18),
}
_FAULTY = frozenset({"coin_jam", "note_jam", "cashbox_full", "fraud"})
_COIN_LIMIT = 1_000
"""A coin's identifier has three digits."""
_STACKING_S = 0.01
_COIN_S = 0.003
"""A real hopper gives some seven coins a second; this one is quick."""


def _framed(address: int, header: int, data: bytes = b"") -> bytes:
    said = bytes([_HOST, len(data), address, header]) + data
    return said + bytes([(256 - sum(said) % 256) % 256])


@dataclass(slots=True)
class _Acceptor:
    """What coin acceptor and note validator have alike: five events, a counter, inhibits."""

    events: list[tuple[int, int]] = field(default_factory=list)
    counter: int = 0
    mask: int = 0
    on: bool = False

    def happened(self, a: int, b: int) -> None:
        self.events = [(a, b), *self.events][:5]
        self.counter = self.counter % 255 + 1

    def buffer(self) -> bytes:
        padded = [*self.events, *[(0, 0)] * (5 - len(self.events))]
        return bytes([self.counter, *(byte for pair in padded for byte in pair)])

    def takes(self, number: int) -> bool:
        return self.on and bool(self.mask >> (number - 1) & 1)

    def reset(self) -> None:
        self.events, self.counter, self.mask, self.on = [], 0, 0, False


@dataclass(slots=True)
class _Hopper:
    value: int
    held: int
    path: int
    enabled: bool = False
    counter: int = 0
    remaining: int = 0
    paid: int = 0
    unpaid: int = 0
    life: int = 1_000
    tested: int = 0x80
    jammed: bool = False

    def reset(self) -> None:
        """Power came back: of a payout that was cut, what came and what did not is kept."""
        if self.remaining:
            self.unpaid = self.remaining
        self.enabled, self.counter, self.remaining, self.tested = False, 0, 0, 0x80


class CashBus(Inside):
    """Three kinds of devices behind one plug; the addresses are those they are delivered with."""

    category = "cash_recycler"
    model = "cctalk"

    def __init__(
        self,
        coins: str = "100,200,500",
        notes: str = "1000,5000,10000",
        fill: int = 100,
        country: str = "EU",
        echo: int = 1,
    ) -> None:
        super().__init__()
        self._values = [int(each) for each in coins.split(",") if each]
        self._bills = [int(each) for each in notes.split(",") if each]
        if not all(0 < value < _COIN_LIMIT for value in self._values) or any(value % 100 for value in self._bills):
            text = "coins are 1 to 999 minor units, notes whole hundreds"
            raise ValueError(text)
        self._country, self._echo = country.encode(), bool(echo)
        self._coins, self._notes = _Acceptor(), _Acceptor()
        self._hoppers = {_FIRST_HOPPER + at: _Hopper(value, fill, at + 1) for at, value in enumerate(self._values)}
        self._escrow: int | None = None
        self._moving = False
        """A note is on its one way to the stacker, or back out: no other comes in."""
        self._stacker_in = True
        self._faults: dict[int, bool] = {}
        self._deaf = False
        self._heard = bytearray()
        self._tasks: set[asyncio.Task[None]] = set()
        self.taken: list[int] = []
        """Minor units of each coin and note that went in for good."""
        self.given: list[int] = []
        """Minor units of each coin that came out."""

    # --- the wire ------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: whole frames with a right sum are obeyed, all else is dropped."""
        self._heard += data
        while len(self._heard) >= 5:  # noqa: PLR2004  the shortest frame
            size = 5 + self._heard[1]
            if self._heard[2] != _HOST or self._heard[0] not in {_COINS, _NOTES, *self._hoppers}:
                del self._heard[0]
                continue
            if len(self._heard) < size:
                return
            asked = bytes(self._heard[:size])
            del self._heard[:size]
            if sum(asked) % 256 == 0:
                self._obey(asked)

    def _obey(self, asked: bytes) -> None:
        address, header, data = asked[0], asked[3], asked[4:-1]
        answer = self._answer(address, header, data)
        if self._deaf and header == 167:  # noqa: PLR2004  dispense
            return
        told = _framed(address, 5) if answer is None else _framed(address, 0, answer)
        self.send((asked if self._echo else b"") + told)

    def _answer(self, address: int, header: int, data: bytes) -> bytes | None:
        """The data of the answer; ``None`` is NAK."""
        if header == 254:  # noqa: PLR2004  headers are numbers
            return b""
        if header in {245, 244}:
            names = {_COINS: (b"Coin Acceptor", b"SR5"), _NOTES: (b"Bill Validator", b"Ardac")}
            return names.get(address, (b"Payout", b"SCH2"))[header == 244]  # noqa: PLR2004  as above
        if address == _COINS:
            return self._coin_acceptor(header, data)
        if address == _NOTES:
            return self._validator(header, data)
        return self._hopper(self._hoppers[address], header, data)

    def _coin_acceptor(self, header: int, data: bytes) -> bytes | None:
        match header:
            case 229:
                return self._coins.buffer()
            case 184:
                at = data[0] - 1
                return self._country + b"%03dA" % self._values[at] if at < len(self._values) else b"......"
            case 232:
                return bytes([14 if self._faults.get(_COINS) else 0])
            case _:
                return self._inhibits(self._coins, header, data)

    def _validator(self, header: int, data: bytes) -> bytes | None:
        match header:
            case 159:
                return self._notes.buffer()
            case 156:
                return bytes([100, 0, 2])
            case 157:
                at = data[0] - 1
                return self._country + b"%04dA" % (self._bills[at] // 100) if at < len(self._bills) else b"       "
            case 153:
                return b""
            case 154:
                return self._route(data[0])
            case 232:
                return bytes([37 if self._faults.get(_NOTES) else 0])
            case _:
                return self._inhibits(self._notes, header, data)

    def _inhibits(self, acceptor: _Acceptor, header: int, data: bytes) -> bytes | None:
        if header == 231:  # noqa: PLR2004  headers are numbers
            acceptor.mask = int.from_bytes(data, "little")
            return b""
        if header == 228:  # noqa: PLR2004  as above
            acceptor.on = bool(data[0] & 1)
            return b""
        return None

    def _route(self, where: int) -> bytes | None:
        if self._escrow is None:
            return b"\xfe"
        at, self._escrow, self._moving = self._escrow, None, True
        self._spawn(self._move(at, stack=where == 1))
        return b""

    async def _move(self, at: int, *, stack: bool) -> None:
        await asyncio.sleep(_STACKING_S)
        self._moving = False
        if stack:
            self.taken.append(self._bills[at - 1])
            self._notes.happened(at, 0)
        else:
            self._notes.happened(0, 1)

    def _hopper(self, hopper: _Hopper, header: int, data: bytes) -> bytes | None:
        match header:
            case 242:
                return b"\xdf\xd7\x0a"
            case 217:
                return bytes([0x30 | (hopper.held < 10) | (hopper.held > 900) << 1])  # noqa: PLR2004  its sensors
            case 163:
                return bytes([hopper.tested & 0x7F | (not hopper.enabled) << 7])
            case 164:
                hopper.enabled = data[0] == 0xA5  # noqa: PLR2004  the word for yes
                return b""
            case 166:
                return bytes([hopper.counter, hopper.remaining, hopper.paid, hopper.unpaid])
            case 168:
                return hopper.life.to_bytes(3, "little")
            case 167:
                return self._dispense(hopper, data)
            case _:
                return None

    def _dispense(self, hopper: _Hopper, data: bytes) -> bytes | None:
        if data[:-1] not in {b"\xdf\xd7\x0a", bytes(8)} or not hopper.enabled or hopper.remaining:
            return None
        hopper.counter = hopper.counter % 255 + 1
        hopper.remaining, hopper.paid, hopper.unpaid, hopper.tested = data[-1], 0, 0, 0x80
        self._spawn(self._pay_out(hopper))
        return bytes([hopper.counter])

    async def _pay_out(self, hopper: _Hopper) -> None:
        while hopper.remaining and self.plugged():
            await asyncio.sleep(_COIN_S)
            if not self.plugged() or not hopper.remaining:
                return
            if hopper.jammed or not hopper.held:
                hopper.tested |= 0x20 if hopper.jammed else 0x02
                hopper.unpaid, hopper.remaining = hopper.remaining, 0
                return
            hopper.held -= 1
            hopper.remaining -= 1
            hopper.paid += 1
            hopper.life += 1
            self.given.append(hopper.value)
            self.tell("dispensed", value_minor=hopper.value, form="coin", pieces=1)

    def powered(self) -> None:
        """See ``Inside.powered``: counters of events begin anew, a note in escrow comes back out."""
        self._coins.reset()
        self._notes.reset()
        self._escrow = None
        self._heard.clear()
        for hopper in self._hoppers.values():
            hopper.reset()

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- the knobs -----------------------------------------------------------------------------------------------

    async def insert(self, *, value_minor: int, form: Literal["coin", "note"] = "coin") -> dict[str, object]:
        """Put a coin or a note in; tells whether it was taken (a note: into escrow)."""
        known = self._values if form == "coin" else self._bills
        if value_minor not in known:
            text = f"no {form} of {value_minor}; there are {', '.join(map(str, known))}"
            raise KnobRefusedError(text)
        number = known.index(value_minor) + 1
        return {"taken": self.plugged() and (self._drop(number) if form == "coin" else self._slide_in(number))}

    def _drop(self, number: int) -> bool:
        if not self._coins.takes(number) or self._faults.get(_COINS):
            return False
        hopper = self._hoppers[_FIRST_HOPPER + number - 1]
        hopper.held += 1
        self.taken.append(hopper.value)
        self._coins.happened(number, hopper.path)
        return True

    def _slide_in(self, number: int) -> bool:
        if (
            not self._notes.takes(number)
            or self._escrow is not None
            or self._moving
            or self._faults.get(_NOTES)
            or not self._stacker_in
        ):
            return False
        self._escrow = number
        self._notes.happened(number, 1)
        return True

    async def trouble(
        self, *, state: Literal["ok", "coin_jam", "note_jam", "hopper_jam", "cashbox_out", "cashbox_full", "fraud"]
    ) -> None:
        """Have something be wrong with it, or all well again; with a hopper jam no coin comes out."""
        for hopper in self._hoppers.values():
            hopper.jammed = state == "hopper_jam"
            hopper.tested = 0x80
        if not self._stacker_in and state != "cashbox_out":
            self._notes.happened(0, 12)
        self._stacker_in = state != "cashbox_out"
        self._faults = {}
        if state in _STATES:
            address, code = _STATES[state]
            self._faults[address] = state in _FAULTY
            (self._coins if address == _COINS else self._notes).happened(0, code)

    async def hold(self, *, value_minor: int, pieces: int) -> None:
        """Fill or empty the hopper of a coin: so many lie in it now."""
        hopper = next((each for each in self._hoppers.values() if each.value == value_minor), None)
        if hopper is None:
            text = f"no hopper of {value_minor}"
            raise KnobRefusedError(text)
        hopper.held = pieces

    async def lose_answers(self, *, on: bool = True) -> None:
        """Have hoppers do what they are told and not say so."""
        self._deaf = on

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (self.insert, self.trouble, self.hold, self.lose_answers)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {
            "takes": self._coins.on or self._notes.on,
            "escrow": self._bills[self._escrow - 1] if self._escrow else 0,
            "hoppers": {str(hopper.value): hopper.held for hopper in self._hoppers.values()},
            "taken": sum(self.taken),
            "given": sum(self.given),
        }


def main(given: Sequence[str] | None = None) -> int:
    """Run it as a program."""
    options: dict[str, int | str] = {
        "coins": "100,200,500", "notes": "1000,5000,10000", "fill": 100, "country": "EU", "echo": 1,
    }  # fmt: skip
    return serve("bench.far_ends.cash_recycler.cctalk", CashBus, given, options=options)


if __name__ == "__main__":
    sys.exit(main())
