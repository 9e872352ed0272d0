"""A CAS scale's own side of the wire (AP-1 protocol), and a CAS indicator that sends by itself (``--mode stream``).

``python -m bench.far_ends.scale.cas --link /tmp/scale --knob-socket /tmp/scale.knobs --mode stream``

A scale that cannot weigh (overload, a broken load cell) is busy for ever here; what a real one says is not published.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, Pointer, ScaleInside

__all__ = ["Cas", "block", "line"]

_ENQ, _DC1 = 0x05, 0x11
_STREAM_S = 0.02


def _written(pointer: Pointer, decimals: int, wide: int) -> bytes:
    whole, part = divmod(abs(pointer.net), 10**decimals)
    return b"%0*d.%0*d" % (wide - decimals - 1, whole, decimals, part)


def block(pointer: Pointer, decimals: int, unit: bytes) -> bytes:
    r"""The 15 bytes of an answer.

    >>> block(Pointer("stable", 1250, 0), 3, b"kg")
    b'\x01\x02S 01.250kgg\x03\x04'
    """
    moving = b"U" if pointer.where == "motion" else b"S"
    data = moving + (b"-" if pointer.net < 0 else b" ") + _written(pointer, decimals, 6) + unit
    check = 0
    for byte in data:
        check ^= byte
    return b"\x01\x02%s%c\x03\x04" % (data, check)


def line(pointer: Pointer, decimals: int, unit: bytes) -> bytes:
    r"""The 22 bytes of a streamed weight.

    >>> line(Pointer("stable", 1250, 0), 3, b"kg")
    b'ST,GS,0@,0001.250 kg\r\n'
    """
    state = {"motion": b"US", "over": b"OL", "fault": b"OL"}.get(pointer.where, b"ST")
    sign = b"-" if pointer.net < 0 else b"0"
    weight = sign + _written(pointer, decimals, 7)
    return b"%s,%s,0@,%s %s\r\n" % (state, b"NT" if pointer.tare else b"GS", weight, unit)


class Cas(ScaleInside):
    """Answers two bytes, or streams while it has power."""

    model = "cas"

    def __init__(self, *, mode: str = "asked", **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        if mode not in {"asked", "stream"}:
            text = f"mode is asked or stream, not {mode!r:.20}"
            raise ValueError(text)
        self._streams = mode == "stream"
        self._streaming: asyncio.TimerHandle | None = None

    def powered(self) -> None:
        """See ``Inside.powered``."""
        super().powered()
        if self._streams:
            if self._streaming is not None:
                self._streaming.cancel()
            self._stream()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        if self._streams:
            return
        for byte in data:
            if byte == _ENQ:
                self.send(b"\x15" if self.platter.look().where in {"over", "fault"} else b"\x06")
            elif byte == _DC1:
                self.send(block(self.platter.look(), -self.platter.exponent, self.platter.unit.encode()))

    def _stream(self) -> None:
        self.send(line(self.platter.look(), -self.platter.exponent, self.platter.unit.encode()))
        self._streaming = asyncio.get_running_loop().call_later(_STREAM_S, self._stream)


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.cas", Cas, options={**OPTIONS, "mode": "asked"}))
