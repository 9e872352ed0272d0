"""An SCP-0499 scale's own side of the wire (SMA, Scale Serial Communication Protocol).

``python -m bench.far_ends.scale.sma_scp0499 --link /tmp/scale --knob-socket /tmp/scale.knobs``
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, ScaleInside

__all__ = ["SmaScp0499"]

_LF, _CR, _ESC = 0x0A, 0x0D, 0x1B


class SmaScp0499(ScaleInside):
    """Answers what stands between LF and CR."""

    model = "sma_scp0499"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        self._line: bytearray | None = None

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        for byte in data:
            if byte == _LF:
                self._line = bytearray()
            elif byte == _ESC:
                self._line = None
            elif self._line is not None and byte == _CR:
                self._command(bytes(self._line))
                self._line = None
            elif self._line is not None:
                self._line.append(byte)

    def _command(self, asked: bytes) -> None:
        error = b""
        match asked:
            case b"W":
                pass
            case b"Z":
                error = b"" if self.platter.zero() else b"E"
            case b"T":
                error = b"" if self.platter.take_tare() else b"T"
            case b"C":
                self.platter.tare = 0
            case _:
                self.send(b"\n?\r")
                return
        self.send(self._weight(error))

    def _weight(self, error: bytes) -> bytes:
        pointer = self.platter.look()
        status = error or {"zero": b"Z", "over": b"O", "under": b"U", "fault": b"I"}.get(pointer.where, b" ")
        kind = b"N" if pointer.tare else b"G"
        motion = b"M" if pointer.where == "motion" else b" "
        decimals = max(0, -self.platter.exponent)
        written = f"{Decimal(pointer.net).scaleb(-decimals):10.{decimals}f}".encode()
        return b"\n%s1%s%s %s%s\r" % (status, kind, motion, written, self.platter.unit.ljust(3).encode())


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.sma_scp0499", SmaScp0499, options=OPTIONS))
