"""A Mettler-Toledo 8217 scale's own side of the wire (DIVA Service Manual, pages 35 to 66).

``python -m bench.far_ends.scale.toledo_8217 --link /tmp/scale --knob-socket /tmp/scale.knobs --division 0.005``

A scale with a broken load cell says nothing here; what a real one says is not published.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, Pointer, ScaleInside

__all__ = ["Toledo8217", "status"]

_TARE_S = 0.15
_PRESET_DIGITS = 5


def status(pointer: Pointer, *, zeroable: bool) -> bytes:
    r"""The answer of a scale that has no weight to tell.

    >>> status(Pointer("motion", 5, 0), zeroable=True), status(Pointer("zero", 0, 0), zeroable=True)
    (b'\x02?A\r', b'\x02?P\r')
    """
    flags = 0x40
    flags |= {"motion": 0x01, "over": 0x02, "under": 0x04, "zero": 0x10}.get(pointer.where, 0)
    if not zeroable and pointer.where != "over":
        flags |= 0x08
    if pointer.tare:
        flags |= 0x20
    return bytes((0x02, 0x3F, flags, 0x0D))


class Toledo8217(ScaleInside):
    """Answers single letters."""

    model = "toledo_8217"

    def __init__(self, *, can_tare: int = 1, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        self._can_tare = bool(can_tare)
        self._echoing = False
        self._preset: bytearray | None = None
        self._taring: asyncio.TimerHandle | None = None

    def powered(self) -> None:
        """See ``Inside.powered``."""
        super().powered()
        self._echoing, self._preset = False, None

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        for byte in data:
            self._take(bytes((byte & 0x7F,)))

    def weight(self, pointer: Pointer) -> bytes:
        """The answer to ``W``: the weight if it stands still, else a status. Nothing from a broken scale."""
        if pointer.where == "fault":
            return b""
        if pointer.where in {"motion", "over", "under"} or pointer.net < 0:
            return status(pointer, zeroable=self.platter.zeroable)
        decimals = -self.platter.exponent
        whole, part = divmod(pointer.net, 10**decimals)
        return b"\x02%02d.%0*d%s\r" % (whole, decimals, part, b"N" if pointer.tare else b"")

    def _take(self, byte: bytes) -> None:
        if self._echoing:
            self._echoing = byte != b"F"
            if self._echoing:
                self.send(byte)
        elif self._preset is not None and byte.isdigit() and len(self._preset) < _PRESET_DIGITS:
            self._stop_taring()
            self._preset += byte
        elif self._preset is not None and byte == b"\r" and len(self._preset) == _PRESET_DIGITS:
            preset, self._preset = int(self._preset), None
            self._later(lambda: self._set_tare(preset))
        else:
            self._preset = None
            self._command(byte)

    def _command(self, byte: bytes) -> None:
        match byte:
            case b"W":
                self.send(self.weight(self.platter.look()))
            case b"Z":
                self.platter.zero()
                self._tell_status()
            case b"T":
                self._preset = bytearray()
                self._later(self._take_tare)
            case b"C":
                self._later(lambda: self._set_tare(0))
            case b"E":
                self._echoing = True
                self.send(b"\x02E\r")
            case b"A":
                self.send(b"\x02\r")
            case b"B":
                self.send(b"\x02?@\r")
            case _:
                return

    def _tell_status(self) -> None:
        self.send(status(self.platter.look(), zeroable=self.platter.zeroable))

    def _later(self, deed: Any) -> None:  # noqa: ANN401  a callback
        self._stop_taring()
        if self._can_tare:
            self._taring = asyncio.get_running_loop().call_later(_TARE_S, deed)

    def _stop_taring(self) -> None:
        if self._taring is not None:
            self._taring.cancel()
            self._taring = None

    def _take_tare(self) -> None:
        self._preset = None
        self.platter.take_tare()
        self._tell_status()

    def _set_tare(self, counts: int) -> None:
        if self.platter.look().where != "motion":
            self.platter.tare = counts
        self._tell_status()


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.toledo_8217", Toledo8217, options={**OPTIONS, "can_tare": 1}))
