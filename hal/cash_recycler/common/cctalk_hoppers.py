"""Coin hoppers on a ccTalk bus: what each gave out is what its own counters say, asked before and after.

Suzohapp 18-ccTalk 0.6, pages 15 to 20: test, enable, dispense with the key, poll the status until nothing remains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from hal.cash_recycler.common import cctalk_codec as codec
from hal.cash_recycler.common.cctalk_bus import Bus
from hal.cash_recycler.common.cctalk_codec import Header
from hal.cash_recycler.common.memory import Count, Memory, Order, Part
from hal.cash_recycler.contract import Cash, CashForm, CashierState, Dispensed, Level
from hal.device import DeviceError

__all__ = ["Hopper", "Hoppers", "read_hoppers"]

_MOST: Final = 200
"""Pieces in one order to a hopper; the header has a byte for them."""
_ENABLED: Final = b"\xa5"
_DISABLED: Final = b"\0"
_LIFE: Final = 1 << 24
_COUNTERS: Final = 255
_WRONG: Final = 0x39
"""Header 163: current, path blocked, short circuit or blocked in a payout. Bit 1: no coin came in time."""


@dataclass(slots=True)
class Hopper:
    """One hopper; ``path``: the sorter path that leads into it, 0 for none."""

    address: int
    value: int
    path: int = 0
    level: Level = "unknown"
    state: CashierState = "ok"
    key: bytes = b""


def read_hoppers(written: str) -> list[Hopper]:
    """``address=value[:path]``, with commas between. Raises ``ValueError``.

    >>> [(hopper.address, hopper.value, hopper.path) for hopper in read_hoppers("3=10:1, 4=100")]
    [(3, 10, 1), (4, 100, 0)]
    """
    hoppers = []
    for each in filter(None, (part.strip() for part in written.split(","))):
        address, _, rest = each.partition("=")
        value, _, path = rest.partition(":")
        if not (address.isdecimal() and value.isdecimal() and (path or "0").isdecimal() and int(value)):
            text = f"hoppers are address=value:path, not {each!r:.40}"
            raise ValueError(text)
        hoppers.append(Hopper(int(address), int(value), int(path or 0)))
    return hoppers


class Hoppers:
    """All hoppers of a bus. To be asked between two rounds of questions."""

    def __init__(self, bus: Bus, hoppers: Sequence[Hopper], memory: Memory, *, poll_ms: int) -> None:
        self.all = hoppers
        self._bus, self._memory, self._poll_s = bus, memory, poll_ms / 1000

    def of(self, value: int, form: CashForm) -> Hopper:
        """The one that gives this denomination out. Raises ``DeviceError`` where none does."""
        found = next((hopper for hopper in self.all if hopper.value == value and form == "coin"), None)
        if found is None:
            text = f"{self._bus.name}: no hopper gives out a {form} of {value}"
            raise DeviceError(text)
        return found

    async def learn(self, *, by_serial: bool) -> None:
        """Ask each for the key that it wants with an order."""
        for hopper in self.all:
            serial = await self._bus.put(hopper.address, Header.REQUEST_SERIAL_NUMBER)
            hopper.key = serial if by_serial else bytes(8)

    async def look(self) -> None:
        """Ask each for its level and what is wrong with it."""
        for hopper in self.all:
            status = await self._bus.put(hopper.address, Header.REQUEST_PAYOUT_HIGH_LOW_STATUS)
            hopper.level = cast("Level", codec.level_of(status[0] if status else 0))
            await self._test(hopper)

    async def dispense(self, request: str, cash: tuple[Cash, ...]) -> Dispensed:
        """See ``CashRecycler.dispense_cash``."""
        known = self._memory.order(request)
        if known is not None:
            return await self._settled(known)
        for each in cash:
            self.of(each.value_minor, each.form)
        order = self._memory.ordered(request, [part for each in cash for part in _portions(each)])
        for part in order.parts:
            await self._give(order, part)
            if part.paid != part.pieces or not part.sure:
                break
        return await self._settled(order)

    async def dispensed(self, request: str) -> Dispensed:
        """See ``CashRecycler.dispensed``."""
        known = self._memory.order(request)
        return await self._settled(known) if known is not None else Dispensed(request, "not_begun")

    async def _give(self, order: Order, part: Part) -> None:
        hopper = self.of(part.value_minor, part.form)
        await self._bus.put(hopper.address, Header.ENABLE_HOPPER, _ENABLED)
        status, life = await self._still(hopper), await self._life(hopper)
        part.mark = (status.counter, life, status.paid, status.unpaid)
        await self._memory.save()
        try:
            await self._bus.put_once(hopper.address, Header.DISPENSE_HOPPER_COINS, hopper.key + bytes([part.pieces]))
        except codec.RefusedError:
            order.reason = f"hopper {hopper.address} refuses"
        await self._settle(order, part)
        await self._bus.put(hopper.address, Header.ENABLE_HOPPER, _DISABLED)

    async def _settle(self, order: Order, part: Part) -> None:
        """What the hopper's own counters say became of a part that it was told of."""
        hopper = self.of(part.value_minor, part.form)
        status, life = await self._still(hopper), await self._life(hopper)
        came, told = (life - part.mark[1]) % _LIFE, _told(part, status, life)
        self._memory.paid(part, min(came, told, part.pieces), sure=came == told <= part.pieces)
        if part.paid != part.pieces and not came and status.counter == part.mark[0] and not order.reason:
            order.reason = f"hopper {hopper.address} was not told"  # the power went, or the line: its coins lie there
        elif part.paid != part.pieces:
            await self._test(hopper)
            order.reason = order.reason or f"hopper {hopper.address} is {'empty' if hopper.state == 'ok' else 'jammed'}"
            self._memory.counts.setdefault((part.value_minor, part.form), Count()).stored = 0
        await self._memory.save()

    async def _settled(self, order: Order) -> Dispensed:
        """Nothing more of it is given out; what was told to a hopper is looked up."""
        changed = False
        for part in order.parts:
            if part.paid is None and part.mark:
                await self._settle(order, part)
            elif part.paid is None:
                part.paid, changed = 0, True
        if changed:
            await self._memory.save()
        return order.told()

    async def _test(self, hopper: Hopper) -> None:
        tested = await self._bus.put(hopper.address, Header.TEST_HOPPER)
        hopper.state = "hopper_jam" if tested and tested[0] & _WRONG else "ok"

    async def _still(self, hopper: Hopper) -> codec.HopperStatus:
        """Its status once it gives nothing out any more; the hopper's own time limit ends a payout."""
        while True:
            status = codec.hopper_status(await self._bus.put(hopper.address, Header.REQUEST_HOPPER_STATUS))
            if not status.remaining:
                break
            await asyncio.sleep(self._poll_s)
        return codec.hopper_status(await self._bus.twice(hopper.address, Header.REQUEST_HOPPER_STATUS))

    async def _life(self, hopper: Hopper) -> int:
        return codec.life_count(await self._bus.twice(hopper.address, Header.REQUEST_HOPPER_DISPENSE_COUNT))


def _told(part: Part, status: codec.HopperStatus, life: int) -> int:
    """What its status says of an order; more than was ordered where it speaks of another."""
    counter, before, *last = part.mark
    came, same = (life - before) % _LIFE, [status.paid, status.unpaid] == last
    if same and (status.counter == counter or not came or not status.counter):
        return came  # it never heard of it, refused it, or began anew: of its last payout it kept what it had before
    return status.paid if status.counter in {0, counter % _COUNTERS + 1} else part.pieces + 1


def _portions(cash: Cash) -> list[Cash]:
    """As many as one order to a hopper may hold.

    >>> [part.pieces for part in _portions(Cash(100, "coin", 450))]
    [200, 200, 50]
    """
    whole, rest = divmod(cash.pieces, _MOST)
    return [Cash(cash.value_minor, cash.form, count) for count in (*[_MOST] * whole, *([rest] if rest else []))]
