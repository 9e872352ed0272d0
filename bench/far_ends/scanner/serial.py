"""A serial scanner's own side of its line: sends each code as a line of text, knows Honeywell's few commands.

Runs alone too: ``python -m bench.far_ends.scanner.serial --link run/scanner --knob-socket run/scanner.knobs``.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from bench.far_ends.line import serve
from bench.far_ends.reading import ReadingInside

__all__ = ["SerialScanner"]

Suffix = Literal["cr", "crlf", "tab", "etx", "none"]
_ENDS: Mapping[str, str] = {"cr": "\r", "crlf": "\r\n", "tab": "\t", "etx": "\x03", "none": ""}
_SYN, _CR = 0x16, 0x0D
_COMMAND = 3
"""SYN, a letter, CR."""
_KNOWN = {"REVINF": "REVINF: FW 10.2", "PREBK2": "PREBK2", "SUFBK2": "SUFBK2"}
_LONGEST_COMMAND = 1000


class SerialScanner(ReadingInside):
    """In presentation it reads by itself; out of it only while it is triggered, once."""

    model = "serial"

    def __init__(self) -> None:
        super().__init__()
        self.triggered = False
        self.presentation = True
        self._prefix, self._aim, self._end = "", True, "cr"
        self._twice = False
        self._heard = bytearray()

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self.triggered = False
        self._heard.clear()

    def sees(self) -> bool:
        """See ``ReadingInside.sees``."""
        return self.plugged() and (self.presentation or self.triggered)

    def framed(self, data: str, symbology: str) -> bytes:
        """See ``ReadingInside.framed``."""
        identifier = (symbology or "]X0") if self._aim else ""
        return f"{self._prefix}{identifier}{data}{_ENDS[self._end]}".encode()

    def present(self, data: str, symbology: str) -> None:
        """See ``ReadingInside.present``."""
        self.triggered = False
        frame = self.framed(data, symbology)
        self.send(frame * 2 if self._twice else frame)
        self._twice = False

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: SYN, a letter, CR; ``M`` opens a menu command, to its last sign."""
        self._heard += data
        while self._heard:
            if self._heard[0] != _SYN:
                del self._heard[0]
            elif len(self._heard) < _COMMAND:
                return
            elif self._heard[1:_COMMAND] == b"M\r":
                ends = [at for at in map(self._heard.find, (b".", b"!")) if at >= 0]
                if not ends and len(self._heard) < _LONGEST_COMMAND:
                    return
                end = min(ends, default=len(self._heard) - 1) + 1
                self._menu(self._heard[_COMMAND:end].decode("latin-1"))
                del self._heard[:end]
            else:
                self._command(bytes(self._heard[1:_COMMAND]))
                del self._heard[:_COMMAND]

    async def double(self) -> None:
        """Send the next code twice, as a scanner does that is set to read the same code again at once."""
        self._twice = True

    async def mode(self, *, presentation: bool) -> None:
        """Read by itself, or only when it is triggered."""
        self.presentation = presentation
        self.tell("trigger", on=self.triggered)

    async def program(self, *, prefix: str = "", aim: bool = True, suffix: Suffix = "cr") -> None:
        """Scan the programming sheet: what stands before and after a code."""
        self._prefix, self._aim, self._end = prefix, aim, suffix

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.double, self.mode, self.program)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {**super().state(), "triggered": self.triggered, "presentation": self.presentation}

    def _command(self, command: bytes) -> None:
        if command in {b"T\r", b"U\r"}:
            self.triggered = command == b"T\r"
            self.tell("trigger", on=self.triggered)
        elif command == b"\x07\r":
            self.tell("beep", sound="good")

    def _menu(self, text: str) -> None:
        tag, storage = text[:-1].partition("?")[0], text[-1:]
        known = next(
            (tag.replace(each, words, 1) for each, words in _KNOWN.items() if tag.upper().startswith(each)), ""
        )
        self.send(f"{known or tag}{chr(0x06) if known else chr(0x05)}{storage}".encode("latin-1"))


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scanner.serial", SerialScanner))
