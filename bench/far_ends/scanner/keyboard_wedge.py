"""A scanner that types: the kernel's events for its keys.

Where the machine has ``/dev/uinput`` the events come from a keyboard of the kernel's own (``bench.far_ends.uinput``);
else they come over a pseudo-terminal, which stands in for ``/dev/input/event…``:
``python -m bench.far_ends.scanner.keyboard_wedge --link run/scanner --knob-socket run/scanner.knobs``.
"""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from bench.far_ends.line import serve
from bench.far_ends.reading import ReadingInside, checked
from bench.knobs import KnobRefusedError

__all__ = ["KEYS", "KeyboardWedge"]

Layout = Literal["us", "de", "br"]
Keys = list[tuple[int, int, int]]
"""Events: kind, code, value."""

_EVENT = struct.Struct("@llHHi")
_SYN, _KEY = 0, 1
_REPORT, _DROPPED = 0, 3
_ENTER, _TAB, _SHIFT, _CTRL, _ALT, _ALTGR, _CAPS = 28, 15, 42, 29, 56, 100, 58
_BRACE = 27
_PAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}
KEYS = (41, *range(2, 14), *range(16, 28), *range(30, 41), 43, 86, *range(44, 54), 89, 57, *_PAD.values())
"""The keys of a keyboard: from the sign before 1, from Q, from A, from the sign before Z, the space, the keypad."""

# What those keys type, in that order; a middle dot is nothing, or a dead key, which this scanner does not use.
_ALONE: Mapping[Layout, str] = {
    "us": "`1234567890-=qwertyuiop[]asdfghjkl;'\\·zxcvbnm,./· ",
    "de": "·1234567890ß·qwertzuiopü+asdfghjklöä#<yxcvbnm,.-· ",
    "br": "'1234567890-=qwertyuiop·[asdfghjklç·]\\zxcvbnm,.;/ ",
}
_SHIFTED: Mapping[Layout, str] = {
    "us": '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|·ZXCVBNM<>?· ',
    "de": "°!\"§$%&/()=?·QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_· ",
    "br": '"!@#$%·&*()_+QWERTYUIOP·{ASDFGHJKLÇ·}|ZXCVBNM<>:? ',
}
_THIRD: Mapping[Layout, Mapping[str, int]] = {
    "us": {},
    "de": {"{": 8, "[": 9, "]": 10, "}": 11, "\\": 12, "@": 16, "€": 18, "~": 27, "|": 86},
    "br": {},
}


class KeyboardWedge(ReadingInside):
    """Types each code and its suffix. Set to the United States and no identifier, as from the factory."""

    model = "keyboard_wedge"

    def __init__(self) -> None:
        super().__init__()
        self._layout: Layout = "us"
        self._aim, self._end = False, _ENTER
        self._caps = self._overrun = False

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: a keyboard is told nothing but its lamps."""

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self._caps = self._overrun = False

    def framed(self, data: str, symbology: str) -> bytes:
        """See ``ReadingInside.framed``."""
        return b"".join(map(_stamped, self._reports(data, symbology)))

    def present(self, data: str, symbology: str) -> None:
        """See ``ReadingInside.present``."""
        for report in self._reports(data, symbology):
            self.send(_stamped(report))

    async def scan(self, *, data: str, symbology: str = "") -> dict[str, object]:
        """Hold a code before the scanner; symbology is an AIM identifier such as ]E0, or empty.

        Tells whether the scanner read it: one without power, or told not to read, reads nothing.
        """
        checked(data, symbology)
        wrong = [sign for sign in data if not self._typable(sign)]
        if wrong:
            text = f"this keyboard cannot type {wrong[0]!r}"
            raise KnobRefusedError(text)
        return await super().scan(data=data, symbology=symbology)

    async def noise(self, *, count: int = 20) -> None:
        """Press so many keys that mean nothing in a code."""
        for number in range(count):
            self.send(_stamped(_press(59 + number % 10)))  # F1 to F10

    async def caps_lock(self) -> None:
        """Press Caps Lock; the scanner goes on typing right."""
        self._caps = not self._caps
        self.send(_stamped(_press(_CAPS)))

    async def overrun(self) -> None:
        """Lose keys of the next code, as the kernel does when nobody reads them in time."""
        self._overrun = True

    async def program(
        self, *, layout: Layout = "us", aim: bool = False, suffix: Literal["enter", "tab"] = "enter"
    ) -> None:
        """Scan the programming sheet: country, identifier, suffix."""
        self._layout, self._aim = layout, aim
        self._end = _ENTER if suffix == "enter" else _TAB

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.caps_lock, self.overrun, self.program)

    def _reports(self, data: str, symbology: str) -> list[Keys]:
        text = ((symbology or "]X0") if self._aim else "") + data
        lost = len(text) // 2 if self._overrun else -1
        self._overrun = False
        reports = [
            [(_SYN, _DROPPED, 0), *_press(30)] if place == lost else self._sign(sign) for place, sign in enumerate(text)
        ]
        return [*reports, _press(self._end)]

    def _typable(self, sign: str) -> bool:
        try:
            return bool(self._sign(sign))
        except UnicodeEncodeError:
            return False

    def _sign(self, sign: str) -> Keys:
        """The keys that type one sign."""
        wanted = sign.swapcase() if self._caps and sign.isalpha() and len(sign.swapcase()) == 1 else sign
        alone, shifted = _ALONE[self._layout].find(wanted), _SHIFTED[self._layout].find(wanted)
        if sign == "\x1d":
            return _press(_BRACE, _CTRL)
        if wanted != "·" and alone >= 0:
            return _press(KEYS[alone])
        if wanted != "·" and shifted >= 0:
            return _press(KEYS[shifted], _SHIFT)
        if sign in _THIRD[self._layout]:
            return _press(_THIRD[self._layout][sign], _ALTGR)
        digits = f"0{sign.encode('cp1252')[0]:03d}"
        pad = [each for digit in digits for each in _press(_PAD[digit])]
        return [(_KEY, _ALT, 1), *pad, (_KEY, _ALT, 0), (_SYN, _REPORT, 0)]


def _press(key: int, held: int = 0) -> Keys:
    """A key pressed and let go, with another held; Enter so long that it repeats."""
    down, up = ([(_KEY, held, 1)], [(_KEY, held, 0)]) if held else ([], [])
    report = (_SYN, _REPORT, 0)
    again = [(_KEY, key, 2), report] if key == _ENTER else []
    return [*down, (_KEY, key, 1), report, *again, (_KEY, key, 0), *up, report]


def _stamped(keys: Keys) -> bytes:
    """These events as the kernel gives them, now."""
    seconds, nanos = divmod(time.monotonic_ns(), 1_000_000_000)
    return b"".join(_EVENT.pack(seconds, nanos // 1_000, *each) for each in keys)


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scanner.keyboard_wedge", KeyboardWedge))
