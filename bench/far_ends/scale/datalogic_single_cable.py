"""A Datalogic Magellan's own side of its single cable: the platter and the scanner, in turn on one line.

``python -m bench.far_ends.scale.datalogic_single_cable --link run/magellan --knob-socket run/magellan.knobs``

The board has the knobs of a scale and those of a scanner. ``bench.far_ends.scanner.datalogic_single_cable`` is the same
thing, shown as a scanner.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, ScaleInside
from bench.far_ends.reading import ReadingInside

__all__ = ["SingleCable", "label"]

_LABELS = {
    "]E4": "FF", "]e0": "RX", "]A0": "B1", "]I0": "B2", "]C0": "B3", "]C1": "B3", "]Q1": "QR", "]Q3": "QR",
    "]d1": "DM", "]d2": "DM", "]F0": "%", "]G0": "&",
}  # fmt: skip
_EAN_13, _UPC_A = 13, 12
_STATUS = {"fault": 0, "motion": 1, "over": 2, "zero": 3, "under": 5}
_LONGEST_COMMAND = 64


def label(data: str, symbology: str) -> bytes:
    r"""A code as the scanner says it.

    >>> label("5901234123457", "]E0"), label("036000291452", "]E0"), label("96385074", "]E4")
    (b'S08F5901234123457\r', b'S08A036000291452\r', b'S08FF96385074\r')
    """
    if symbology in {"]E0", ""} and data.isdigit():
        mark = {_EAN_13: "F", _UPC_A: "A"}.get(len(data), "E")
    else:
        mark = _LABELS.get(symbology, "B3")
    return f"S08{mark}{data}\r".encode()


class SingleCable(ScaleInside, ReadingInside):
    """One inside, two faces."""

    category = "scale"
    model = "datalogic_single_cable"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        self.reading = True
        self._heard = b""

    def powered(self) -> None:
        """See ``Inside.powered``."""
        super().powered()
        self.reading, self._heard = True, b""

    def sees(self) -> bool:
        """See ``ReadingInside.sees``."""
        return self.plugged() and self.reading

    def framed(self, data: str, symbology: str) -> bytes:
        """See ``ReadingInside.framed``."""
        return label(data, symbology)

    def present(self, data: str, symbology: str) -> None:
        """See ``ReadingInside.present``."""
        self.send(label(data, symbology))

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: commands that end in CR."""
        *commands, self._heard = (self._heard + data).split(b"\r")
        self._heard = self._heard[-_LONGEST_COMMAND:]
        for command in commands:
            self._command(command.strip(b"\n"))

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (*ScaleInside.knobs(self), *ReadingInside.knobs(self))

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {**ScaleInside.state(self), **ReadingInside.state(self)}

    def weight(self) -> bytes:
        """The answer to ``S14``."""
        pointer = self.platter.look()
        if pointer.where != "stable":
            return b"S14%d\r" % _STATUS[pointer.where]
        digits = 5 if self.platter.unit == "kg" else 4
        return b"S144%0*d\r" % (digits, pointer.gross)

    def _command(self, command: bytes) -> None:
        match command:
            case b"S14":
                self.send(self.weight())
            case b"S11":
                said = self.weight()
                if said.startswith(b"S144"):
                    self.send(b"S11" + said[4:])
            case b"S01" | b"S02":
                self.reading = command == b"S01"
            case b"S334":
                self.tell("beep", sound="good")
            case _:
                return


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.datalogic_single_cable", SingleCable, options=OPTIONS))
