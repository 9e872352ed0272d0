"""A Zebra scanner's own side of SSI (SE955 Integration Guide, "Simple Serial Interface").

Runs alone too: ``python -m bench.far_ends.scanner.zebra_ssi --link run/scanner --knob-socket run/scanner.knobs``.

As the guide says it waits for ACK after each packet of a code, sends it twice more with the retransmit bit, and then
gives up. Out of the box it sends plain text, until parameter EE makes it send packets; without power it forgets that.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench.far_ends.line import serve
from bench.far_ends.reading import ReadingInside

__all__ = ["ZebraSsi", "packet"]

_TYPES = {
    "]E0": 0x0B, "]E4": 0x0A, "]C0": 0x03, "]C1": 0x0F, "]e0": 0x30, "]d1": 0x1B, "]Q1": 0x1C, "]I0": 0x06,
    "]A0": 0x01, "]d2": 0xC1, "]Q3": 0xC2,
}  # fmt: skip
_OF_NO_TABLE = 0x7D
_PIECE = 240
_TIMES = 3
_REVISION = b"NBRPAAC0 D ;S 16"


def packet(opcode: int, data: bytes = b"", status: int = 0) -> bytes:
    r"""A packet of the scanner's.

    >>> packet(0xF3, b"\x01NR").hex(" ")
    '07 f3 00 00 01 4e 52 fe 65'
    """
    message = bytes([len(data) + 4, opcode, 0, status]) + data
    return message + packet_check(message)


def packet_check(message: bytes) -> bytes:
    """The two bytes behind a message."""
    return ((0x10000 - sum(message)) % 0x10000).to_bytes(2, "big")


class ZebraSsi(ReadingInside):
    """``response_ms``: how long it waits for ACK."""

    model = "zebra_ssi"

    def __init__(self, *, response_ms: int = 2_000) -> None:
        super().__init__()
        self.scanning = True
        self.triggered = False
        self.packeted = False
        self._response_s = response_ms / 1000
        self._twice = False
        self._heard = bytearray()
        self._waiting: deque[tuple[int, bytes, bool]] = deque()
        self._sent = 0
        self._timer: asyncio.TimerHandle | None = None

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self.scanning, self.triggered, self.packeted, self._twice = True, False, False, False
        self._heard.clear()
        self._waiting.clear()
        self._stop_waiting()

    def sees(self) -> bool:
        """See ``ReadingInside.sees``."""
        return self.plugged() and self.scanning

    def framed(self, data: str, symbology: str) -> bytes:
        """See ``ReadingInside.framed``."""
        return b"".join(packet(0xF3, content, status) for status, content, _ in self._cut(data, symbology))

    def present(self, data: str, symbology: str) -> None:
        """See ``ReadingInside.present``."""
        self.triggered = False
        if not self.packeted:
            self.send(data.encode())
            return
        *pieces, last = self._cut(data, symbology)
        self._waiting += [*pieces, (last[0], last[1], self._twice)]
        self._twice = False
        if self._timer is None:
            self._send_next()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        self._heard += data
        while self._heard and len(self._heard) >= self._heard[0] + 2:
            size = max(self._heard[0], 4)
            message, check = bytes(self._heard[:size]), bytes(self._heard[size : size + 2])
            del self._heard[: size + 2]
            if packet_check(message) != check or message[2] != 0x04:  # noqa: PLR2004  the host's number
                self.send(packet(0xD1, b"\x01"))
            else:
                self._command(message[1], message[4:])

    async def double(self) -> None:
        """Send the next code again although the host acknowledged it: the acknowledgement was lost on the way."""
        self._twice = True

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.double)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {**super().state(), "triggered": self.triggered, "packeted": self.packeted}

    def _cut(self, data: str, symbology: str) -> list[tuple[int, bytes, bool]]:
        """The packets of a code: status, data, whether its acknowledgement will be lost."""
        kind = bytes((_TYPES.get(symbology, _OF_NO_TABLE),))
        text = data.encode()
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        return [(0x02 if number < len(pieces) else 0, kind + piece, False) for number, piece in enumerate(pieces, 1)]

    def _command(self, opcode: int, data: bytes) -> None:
        match opcode:
            case 0xD0:
                self._acknowledged()
            case 0xD1:
                self._send_again()
            case 0xA3:
                self.send(packet(0xA4, _REVISION))
            case 0xC6 if len(data) % 2:
                values = dict(zip(data[1::2], data[2::2], strict=True))
                self.packeted = bool(values.get(0xEE, self.packeted))
                self.send(packet(0xD0))
            case 0xE9 | 0xEA:
                self.scanning = opcode == 0xE9  # noqa: PLR2004  SCAN_ENABLE
                self.send(packet(0xD0))
            case 0xE4 | 0xE5:
                self.triggered = opcode == 0xE4  # noqa: PLR2004  START_SESSION
                self.tell("trigger", on=self.triggered)
                self.send(packet(0xD0))
            case 0xE6 if data and data[0] < 0x1A:  # noqa: PLR2004  codes above are none
                self.tell("beep", sound="good" if data[0] == 0 else "bad")
                self.send(packet(0xD0))
            case 0xD2:
                self._waiting.clear()
                self.send(packet(0xD0))
            case _:
                self.send(packet(0xD1, b"\x06" if opcode == 0xE6 else b"\x02"))  # noqa: PLR2004  denied, or unknown

    def _send_next(self) -> None:
        self._sent = 0
        if self._waiting:
            self._send_now(0)

    def _send_now(self, again: int) -> None:
        status, content, _ = self._waiting[0]
        self._sent += 1
        self.send(packet(0xF3, content, status | again))
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(self._response_s, self._send_again)

    def _send_again(self) -> None:
        self._stop_waiting()
        if not self._waiting:
            return
        if self._sent < _TIMES:
            self._send_now(0x01)
        else:
            self._waiting.clear()
            self.tell("transmit_error")

    def _acknowledged(self) -> None:
        if self._timer is None:
            return
        self._stop_waiting()
        status, content, lost = self._waiting.popleft()
        if lost:
            self._waiting.appendleft((status, content, False))
            self._send_now(0x01)
        else:
            self._send_next()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scanner.zebra_ssi", ZebraSsi, options={"response_ms": 2_000}))
