"""An Adam Equipment scale's own side of the wire; ``--always-answers 0`` is an AZExtra, silent about an old weight.

``python -m bench.far_ends.scale.adam --link /tmp/scale --knob-socket /tmp/scale.knobs``
"""

from __future__ import annotations

import sys
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, Pointer, ScaleInside

__all__ = ["Adam", "line"]


def line(pointer: Pointer, decimals: int, unit: bytes) -> bytes:
    r"""The printed line of a weight that stands still.

    >>> line(Pointer("stable", 1250, 0), 3, b"kg"), line(Pointer("under", -20, 0), 3, b"kg")
    (b'  1.250kg\r\n', b'- 0.020kg\r\n')
    """
    whole, part = divmod(abs(pointer.net), 10**decimals)
    return b"%s%2d.%0*d%s\r\n" % (b"-" if pointer.net < 0 else b" ", whole, decimals, part, unit)


class Adam(ScaleInside):
    """Answers lines that end with CR LF."""

    model = "adam"

    def __init__(self, *, always_answers: int = 1, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        self._always = bool(always_answers)
        self._told = 0
        self._line = bytearray()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        self._line += data
        *asked, rest = bytes(self._line).split(b"\r\n")
        self._line = bytearray(rest)
        for each in asked:
            if each == b"P":
                self._print()
            elif each == b"Z":
                self.platter.zero()
            elif each == b"T":
                self.platter.take_tare()

    def _print(self) -> None:
        pointer = self.platter.look()
        if not self._always and (pointer.where in {"motion", "over", "fault"} or pointer.net in {0, self._told}):
            return
        told = line(pointer, -self.platter.exponent, self.platter.unit.encode())
        if pointer.where in {"motion", "over", "fault"}:
            told = {"motion": b"US", "over": b"OL", "fault": b"OL"}[pointer.where] + told
        self._told = pointer.net
        self.send(told)


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.adam", Adam, options={**OPTIONS, "always_answers": 1}))
