"""A HID POS scanner's own side of USB: its descriptor, its reports, and Honeywell's commands in report FD.

It lives on a virtual bus in the driver's process (``bench.far_ends.usb_hid``), so it does not run alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from bench.far_ends.reading import ReadingInside
from bench.far_ends.usb_hid import HidInside

__all__ = ["HidPosScanner", "Shape"]

Shape = Literal["usual", "spaced", "bare"]
"""``usual``: length, identifier, data; ``spaced``: one more byte after the length; ``bare``: no length."""

_DATA = 56
_REPORT, _CONTROLS, _ORDERS, _MODE = 2, 4, 0xFD, 0xFE
_PREVENT, _TRIGGER, _ERROR, _GOOD, _NOT_ON_FILE = (1 << bit for bit in range(5))
_MAKERS_IDS: Mapping[str, int] = {"]E0": 0x64, "]E4": 0x44, "]C0": 0x6A, "]C1": 0x7C, "]Q1": 0x73, "]d1": 0x77}
_BEGIN = "058C 0902 A101 8502 0912 A102 1500 26FF00 7508"
_LENGTH: Mapping[Shape, str] = {
    "usual": "9501 0501 093B 8102",
    "spaced": "9501 0501 093B 8102 9501 8103",
    "bare": "",
}
_READING = (
    "058C 9503 09FB 09FC 09FD 8102 9538 09FE 820201 0666FF 9502 0904 0900 8102"
    "058C 2501 7501 9501 09FF 8102 7507 8103 C0"
)
_CONTROLS_ITEMS = "8504 0914 A102 2501 7501 9505 095F 0960 0985 0986 0987 9102 7503 9501 9103 C0"
_MAKERS_ITEMS = "0666FF 26FF00 7508 85FD 953F 0905 9102 85FE 9501 0906 B102"
_KNOWN: Mapping[str, str] = {"REVINF": "FW 10.2"}


class HidPosScanner(HidInside, ReadingInside):
    """Reads by itself in presentation, else only while it is triggered.

    ``makers``: with Honeywell's orders instead of the usage table's controls; it then types like a keyboard after
    power-up until it is told not to.
    """

    model = "hid_pos"

    def __init__(self, shape: Shape = "usual", *, makers: bool = False, suffix: str = "") -> None:
        super().__init__()
        self._shape, self._makers, self._suffix = shape, makers, suffix
        own = _MAKERS_ITEMS if makers else _CONTROLS_ITEMS
        self.report_descriptor = bytes.fromhex(_BEGIN + _LENGTH[shape] + _READING + own + "C0")
        self.typing = False
        self.prevented = self.triggered = False
        self.presentation = True

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self.typing, self.prevented, self.triggered = self._makers, False, False

    def sees(self) -> bool:
        """See ``ReadingInside.sees``."""
        reading = self.presentation or self.triggered
        return self.plugged() and reading and not self.typing and not self.prevented

    def framed(self, data: str, symbology: str) -> bytes:
        """See ``ReadingInside.framed``: the first report."""
        return self.reports(data, symbology)[0]

    def reports(self, data: str, symbology: str) -> list[bytes]:
        """A code as its reports.

        >>> HidPosScanner().reports("5901234123457", "]E0")[0][:19].hex(" ")
        '02 0d 5d 45 30 35 39 30 31 32 33 34 31 32 33 34 35 37 00'
        """
        whole = (data + self._suffix).encode()
        pieces = [whole[at : at + _DATA] for at in range(0, len(whole), _DATA)]
        last = len(pieces) - 1
        return [self._report(each, symbology, more=at < last) for at, each in enumerate(pieces)]

    def present(self, data: str, symbology: str) -> None:
        """See ``ReadingInside.present``."""
        self.triggered = False
        for report in self.reports(data, symbology):
            self.send(report)

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: an output report."""
        if data[:1] == bytes([_CONTROLS]) and not self._makers and len(data) > 1:
            self._control(data[1])
        elif data[:1] == bytes([_ORDERS]) and self._makers and len(data) > 1:
            self._order(data[2 : 2 + data[1]])

    def set_feature(self, report: bytes) -> bool:
        """See ``HidInside.set_feature``."""
        if not self._makers or report[:1] != bytes([_MODE]):
            return False
        self.typing = report[1:] != b"\x01"
        return True

    async def lose_the_end(self, *, data: str, symbology: str = "]Q1") -> None:
        """Read a long code whose last report the host never gets."""
        for report in self.reports(data, symbology)[:-1]:
            self.send(report)

    async def mode(self, *, presentation: bool) -> None:
        """Read by itself, or only when it is triggered."""
        self.presentation = presentation

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.lose_the_end, self.mode)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {**super().state(), "prevented": self.prevented, "triggered": self.triggered, "typing": self.typing}

    def _report(self, data: bytes, symbology: str, *, more: bool) -> bytes:
        length = {"usual": bytes([len(data)]), "spaced": bytes([len(data), 0]), "bare": b""}[self._shape]
        identifier = symbology.encode().ljust(3, b"\0")
        own = bytes([_MAKERS_IDS.get(symbology, 0), 0])
        return bytes([_REPORT]) + length + identifier + data.ljust(_DATA, b"\0") + own + bytes([more])

    def _control(self, bits: int) -> None:
        self.prevented = bool(bits & _PREVENT)
        self.triggered = bool(bits & _TRIGGER)
        if bits & (_ERROR | _GOOD | _NOT_ON_FILE):
            self.tell("beep", sound="good" if bits & _GOOD else "bad")

    def _order(self, order: bytes) -> None:
        match order[:3]:
            case b"\x16T\r" | b"\x16U\r":
                self.triggered = order[:3] == b"\x16T\r"
            case b"\x16\x07\r":
                self.tell("beep", sound="good")
            case b"\x16M\r":
                self._menu(order[3:].decode("latin-1"))
            case _:
                return

    def _menu(self, text: str) -> None:
        tag, storage = text[:-1].partition("?")[0], text[-1:]
        known = _KNOWN.get(tag.upper(), "")
        if known:
            self.send(self._report(known.encode(), "]X0", more=False))
        verdict = b"\x06" if known else b"\x05"
        self.send(self._report(tag.encode() + verdict + storage.encode(), "]Z6", more=False))
