"""A card terminal on ZVT's wire, TCP or serial; see ``terminal`` for cards and charges, ``line`` for the cable's harms.

It knows no till's request: its charges are called ``zvt-1``, ``zvt-2`` and so on, by receipt number. ``harm`` spoils
the end of a payment: charged but never told, told but never completed, or everything told twice.

At the end of a day it tells what it came to, as PA00P015 has it: status information with bitmap 60, its cards among the
"remaining" ones; ``totals`` has it told by paper alone, or with a sum that is not that of its groups. What it repeats
as its last receipt is then the day's own, with the day's sum, or with ``not_repeated`` still the last payment's.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.card_reader.terminal import Day, VirtualTerminal, slip
from bench.far_ends.line import Inside, Line
from bench.far_ends.process import say_and_wait

__all__ = ["Harm", "Terminal", "Totals", "main"]

Totals = Literal["told", "not_repeated", "paper", "wrong"]
Harm = Literal["none", "no_result", "no_completion", "twice", "no_link"]
_TAKEN = bytes([0x80, 0x00, 0x00])
_ACK, _NAK = 0x06, 0x15
_PATIENCE_S = 0.15
_TRIES = 3
_CARD_TYPE = 0x2E
_TECHNOLOGY = {"swiped": 0, "chip": 1, "contactless": 2}


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x8408 if value & 1 else 0)  # noqa: PLW2901  the register itself
        table.append(value)
    return table


_CRC = _table()


def checksum(data: bytes) -> bytes:
    """CRC-16 over a packet and ETX, low byte first."""
    register = 0
    for byte in data + b"\x03":
        register = (register >> 8) ^ _CRC[(register ^ byte) & 0xFF]
    return bytes([register & 0xFF, register >> 8])


def packed(number: int | str, digits: int) -> bytes:
    """Packed digits."""
    return bytes.fromhex(str(number).zfill(digits)[-digits:])


def message(command: int, data: bytes = b"") -> bytes:
    """A packet: two bytes of command, length, data."""
    length = bytes([len(data)]) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "little")  # noqa: PLR2004
    return command.to_bytes(2, "big") + length + data


def tlv(tag: str, value: bytes) -> bytes:
    """Tag, BER length, value."""
    size = len(value)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")  # noqa: PLR2004  BER's short form
    return bytes.fromhex(tag) + length + value


def counted(text: str) -> bytes:
    """LLVAR: two bytes of length, then the text."""
    return bytes([0xF0 | len(text) // 10, 0xF0 | len(text) % 10]) + text.encode("cp437")


class Terminal(VirtualTerminal, Inside):
    """Put a ``Line`` around it: ``over`` does. ``serial``: frames with a checksum, each confirmed."""

    category, model = "card_reader", "zvt"

    def __init__(self, charges: Path, *, serial: bool = False, lines: bool = False, name: str = "card_reader") -> None:
        Inside.__init__(self)
        VirtualTerminal.__init__(self, charges, name=name, knobs=())
        self.heard: list[bytes] = []
        """Commands it was given, two bytes each."""
        self.told: list[bytes] = []
        """The requests for money, or for money back, whole."""
        self._serial, self._lines = serial, lines
        self._harm: Harm = "none"
        self._totals: Totals = "told"
        self._day_told = b""
        """The status information of the day that ended, while it is the newest receipt."""
        self._rest = bytearray()
        self._taken, self._confirmed = asyncio.Event(), asyncio.Event()
        self._doing: set[asyncio.Task[None]] = set()
        self._talking = asyncio.Lock()

    @classmethod
    def over(cls, charges: Path, *, serial: bool = False, lines: bool = False, name: str = "") -> tuple[Terminal, Line]:
        """A terminal and the line it is on; start the line."""
        terminal = cls(charges, serial=serial, lines=lines)
        line = Line(terminal, name=name)
        terminal.panel = line.panel
        return terminal, line

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        own = (self.insert, self.harm, self.totals, self.power_cut)
        return (self.tap, self.by_hand, self.silence, self.auto, self.delay, *own)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return self._state()

    def powered(self) -> None:
        """See ``Inside.powered``: half a packet is forgotten."""
        self._rest.clear()

    async def insert(self, *, pin: bool = True) -> None:
        """Put a card into the slot; with ``pin`` it asks for one. Tapping then settles the payment."""
        await self._say(message(0x04FF, bytes([0x02 if pin else 0x0E])))

    async def harm(self, *, kind: Harm) -> None:
        """Spoil the end of each payment, or (no_link) confirm no frame of a serial line."""
        self._harm = kind

    async def totals(self, *, kind: Totals) -> None:
        """How a day's end is told: with its totals, so but not repeated, on paper alone, or with a wrong sum."""
        self._totals = kind

    async def power_cut(self) -> None:
        """Cut its power and bring it back: a payment on the display is gone, everything charged is remembered."""
        for task in self._doing:
            task.cancel()
        if self.pending is not None:
            self.stop(self.pending.request)

    # -- the wire ------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        self._rest += data
        while True:
            whole = self._frame() if self._serial else self._packet()
            if whole is None:
                return
            if whole[0] in {0x80, 0x84}:
                self._taken.set()
            else:
                task = asyncio.get_running_loop().create_task(self._command(whole))
                self._doing.add(task)
                task.add_done_callback(self._doing.discard)

    def _packet(self) -> bytes | None:
        rest = self._rest
        if len(rest) < 3 or len(rest) < 3 + rest[2]:  # noqa: PLR2004  a till's commands are short
            return None
        whole = bytes(rest[: 3 + rest[2]])
        del rest[: len(whole)]
        return whole

    def _frame(self) -> bytes | None:
        rest = self._rest
        while rest and rest[0] != 0x10:  # noqa: PLR2004  DLE
            if rest.pop(0) == _ACK:
                self._confirmed.set()
        end = rest.find(b"\x10\x03")
        while end > 0 and (end - len(bytes(rest[:end]).rstrip(b"\x10"))) % 2:
            end = rest.find(b"\x10\x03", end + 1)
        if end < 0 or len(rest) < end + 4:
            return None
        whole = bytes(rest[2:end]).replace(b"\x10\x10", b"\x10")
        good = bytes(rest[end + 2 : end + 4]) == checksum(whole)
        del rest[: end + 4]
        if self._harm != "no_link":
            self.send(bytes([_ACK if good else _NAK]))
        return whole if good else self._frame()

    async def _say(self, whole: bytes) -> None:
        """Send a packet; on a serial line until it is confirmed."""
        if self.silenced != "off":
            return
        framed = b"\x10\x02" + whole.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + checksum(whole)
        for _ in range(_TRIES if self._serial else 1):
            self._confirmed.clear()
            self.send(framed if self._serial else whole)
            if not self._serial:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._confirmed.wait()
                    return

    async def _tell(self, command: int, data: bytes = b"") -> None:
        """Send a packet as the master and wait until the till has taken it."""
        self._taken.clear()
        await self._say(message(command, data))
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._taken.wait()

    # -- what is asked of it -------------------------------------------------------------------------------------

    async def _command(self, whole: bytes) -> None:
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        if self.silenced == "before":
            return
        command, data = int.from_bytes(whole[:2], "big"), whole[3:]
        self.heard.append(whole[:2])
        if command == 0x06B0:  # noqa: PLR2004  abort
            await self._say(_TAKEN)
            self.stop(self.pending.request if self.pending is not None else "")
        elif self.pending is not None:
            await self._say(message(0x8483))
        else:
            async with self._talking:
                await self._say(_TAKEN)
                await self._talk(command, data)

    async def _talk(self, command: int, data: bytes) -> None:
        if command in {0x0601, 0x0630, 0x0631}:
            self._day_told = b""
            self.told.append(message(command, data))
        match command:
            case 0x0601:
                await self._pay(int(data[1:7].hex()))
            case 0x0630:
                await self._reverse(int(data[4:6].hex()))
            case 0x0631:  # password, bitmap 04, amount
                await self._pay(int(data[4:10].hex()), refund_of="")
            case 0x0620:
                await self._repeat()
            case 0x0650:
                await self._end_day()
            case _:
                await self._tell(0x060F, bytes([0x19, 0x00]) if command == 0x0501 else b"")  # noqa: PLR2004  enquiry

    async def _end_day(self) -> None:
        day = self.end_day()
        self._day_told = b""
        if self._totals != "paper" and day.amount_minor >= 0:  # packed digits have no sign
            self._day_told = _totals(day, 500 if self._totals == "wrong" else 0)
            for _ in range(2 if self._harm == "twice" else 1):
                await self._tell(0x040F, self._day_told)
        if self._totals == "not_repeated":
            self._day_told = b""
        await self._print([f"DAY {day.number}", f"PAYMENTS {len(day.taken)}"], 3)
        await self._tell(0x060F)

    def marked(self, request: str) -> Mapping[str, object]:  # noqa: ARG002  it knows no requests
        """See ``VirtualTerminal.marked``: its receipt's number."""
        self._day_told = b""
        return {"receipt": len(self.charges.outcomes) + len(self.charges.reversed) + 1}

    async def _pay(self, amount: int, **more: str) -> None:
        number = len(self.charges.outcomes) + len(self.charges.reversed) + 1
        await self._tell(0x04FF, b"\x0a")
        request = f"zvt-{number}"
        await self.charge(request, amount, "EUR", "card", receipt=number, **more)
        deed = self.charges.outcomes[request]
        if self._harm == "no_result":
            return
        if deed["what"] == "cancelled":
            await self._tell(0x061E, b"\x6c")
        elif deed["what"] == "declined":
            await self._tell(0x040F, b"\x27\x05")
            await self._tell(0x061E, b"\x05")
        else:
            await self._approve(deed)

    async def _approve(self, deed: Mapping[str, Any]) -> None:
        for _ in range(2 if self._harm == "twice" else 1):
            await self._tell(0x04FF, b"\x0b")
            await self._tell(0x040F, _information(deed, deed["receipt"]))
        if self._harm == "no_completion":
            return
        lines = list(slip(deed))
        await self._print(["MERCHANT COPY", *lines[1:]], 1)
        await self._print(lines, 2)
        for _ in range(2 if self._harm == "twice" else 1):
            await self._tell(0x060F)

    async def _reverse(self, receipt: int) -> None:
        found = (deed for deed in self.charges.outcomes.values() if deed["receipt"] == receipt)
        deed = next(found, None)
        if deed is None or deed["what"] != "approved":
            await self._tell(0x061E, b"\xb5")
        elif deed["request"] in self.charges.reversed:
            await self._tell(0x061E, b"\xb4")
        else:
            number = len(self.charges.outcomes) + len(self.charges.reversed) + 1
            self.give_back(deed["request"], receipt=number)
            await self._tell(0x040F, _information(deed, number))
            await self._print(["CANCELLATION"], 2)
            await self._tell(0x060F)

    async def _repeat(self) -> None:
        """The newest receipt, of a payment, of a reversal or of a day."""
        if self._day_told:
            await self._tell(0x040F, self._day_told)
            await self._tell(0x060F)
            return
        deeds = itertools.chain(self.charges.outcomes.values(), self.charges.reversed.values())
        numbered = [deed for deed in deeds if deed["what"] in {"approved", "refunded", "reversed"}]
        if not numbered:
            await self._tell(0x061E, b"\x6f")
            return
        last = max(numbered, key=lambda deed: int(deed["receipt"]))
        deed = self.charges.outcomes[last["request"]]
        await self._tell(0x040F, _information(deed, last["receipt"]))
        await self._print(list(slip(deed)), 2)
        await self._tell(0x060F)

    async def _print(self, lines: list[str], kind: int) -> None:
        if self._lines:
            for line in lines:
                await self._tell(0x06D1, b"\x00" + line.encode("cp437"))
            return
        texts = b"".join(tlv("07", line.encode("cp437")) for line in lines)
        await self._tell(0x06D3, b"\x06" + tlv("", tlv("1f07", bytes([kind])) + tlv("25", texts)))


def _totals(day: Day, more: int) -> bytes:
    """The data of a day's status information: seven groups, the cards of the bench in the last."""
    receipts = [int(deed["receipt"]) for deed in (*day.taken, *day.returned)] or [0]
    count = len(day.taken) - len(day.returned)
    groups = bytes(6 * 7) + bytes([max(count, 0)]) + packed(day.amount_minor, 12)
    single = packed(min(receipts), 4) + packed(max(receipts), 4) + groups
    return b"".join(
        (
            b"\x27\x00",
            b"\x04" + packed(day.amount_minor + more, 12),
            b"\x60\xf0\xf5\xf3" + single,
            b"\x0b" + packed(max(receipts) + 500 + day.number, 6),
            b"\x0c\x22\x00\x00\x0d\x11\x22",
        )
    )


def _information(deed: Mapping[str, Any], number: int) -> bytes:
    """The data of a status information (04 0F)."""
    technology = tlv("1f12", bytes([_TECHNOLOGY[deed["entry"]]]))
    verified = tlv("1f10", b"\x01" if deed["signature"] else b"\x00")
    return b"".join(
        (
            b"\x27\x00",
            b"\x04" + packed(deed["amount_minor"], 12),
            b"\x0b" + packed(number, 6),
            b"\x0c\x12\x00\x00\x0d\x11\x22",
            b"\x22\xf0\xf8" + bytes.fromhex("ee" * 6) + packed(7, 4),
            b"\x29" + packed(7, 8),
            b"\x2a" + deed["acquirer"].ljust(15).encode(),
            b"\x3b" + str(deed["approval_code"]).encode().ljust(8, b"\x00"),
            b"\x49" + packed(978, 4),
            b"\x87" + packed(number, 4),
            bytes([0x8A, _CARD_TYPE]),
            b"\x8b" + counted(deed["brand"]),
            b"\x06" + tlv("", tlv("2f", technology + verified)),
        )
    )


async def _run(arguments: argparse.Namespace) -> None:
    serial = arguments.link is not None
    _, line = Terminal.over(arguments.charges, serial=serial, lines=arguments.lines, name=arguments.name)
    where = await (line.start_pty(arguments.link) if serial else line.start_tcp(arguments.tcp))
    if arguments.knob_socket:
        await line.panel.start(arguments.knob_socket)
    settings = {"port": where, "framing": "8N1"} if serial else {"port": where}
    try:
        await say_and_wait({"where": where, "knob_socket": arguments.knob_socket, "settings": settings})
    finally:
        await line.close()


def main(given: list[str] | None = None) -> int:
    """Run the terminal until it is told to stop; prints where it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.card_reader.zvt", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--link", type=Path, help="be a serial port (a pseudo-terminal) found at this path")
    where.add_argument("--tcp", type=int, help="listen on this port of 127.0.0.1; 0 is any free one")
    parser.add_argument("--charges", type=Path, required=True, help="the terminal's memory, JSON lines")
    parser.add_argument("--lines", action="store_true", help="receipts line by line (06 D1), as older terminals do")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="card_reader", help="its name on the bench")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
