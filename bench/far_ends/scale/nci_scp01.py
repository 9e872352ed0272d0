"""An SCP-01 scale's own side of the wire (NCI, Standard Communication Protocol SCP-01).

``python -m bench.far_ends.scale.nci_scp01 --link /tmp/scale --knob-socket /tmp/scale.knobs --unit lb --division 0.01``
"""

from __future__ import annotations

import sys
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, Pointer, ScaleInside

__all__ = ["NciScp01", "status"]


def status(pointer: Pointer) -> bytes:
    """The status bytes.

    >>> status(Pointer("zero", 0, 0)), status(Pointer("motion", 3, 0)), status(Pointer("stable", 3, 1))
    (b'20', b'10', b'0p4')
    """
    first = {"motion": 0x31, "zero": 0x32, "fault": 0x34}.get(pointer.where, 0x30)
    second = {"under": 0x31, "over": 0x32}.get(pointer.where, 0x30)
    return bytes((first, second | 0x40, 0x34)) if pointer.tare else bytes((first, second))


class NciScp01(ScaleInside):
    """Answers lines that end with CR."""

    model = "nci_scp01"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        self._line = bytearray()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        for byte in data:
            if byte == ord("\r"):
                self._answer(bytes(self._line))
                self._line.clear()
            else:
                self._line.append(byte & 0x7F)

    def _answer(self, asked: bytes) -> None:
        if asked == b"Z":
            self.platter.zero()
        pointer = self.platter.look()
        told = status(pointer) if asked in {b"W", b"S", b"Z"} else b"?"
        if asked == b"W" and pointer.where in {"stable", "zero"} and pointer.net >= 0:
            decimals = -self.platter.exponent
            whole, part = divmod(pointer.net, 10**decimals)
            told = b"%02d.%0*d%s\r\n%s" % (whole, decimals, part, self.platter.unit.upper().encode(), told)
        self.send(b"\n%s\r\x03" % told)


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.nci_scp01", NciScp01, options=OPTIONS))
