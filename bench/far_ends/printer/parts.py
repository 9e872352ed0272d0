"""What the printer's interpreter works on: the kind of printer, a receipt, how characters look, a command's bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from PIL import Image

from bench.far_ends.printer.paper import Strip

__all__ = ["Cursor", "Format", "Make", "MoreError", "PausedError", "Receipt"]


@dataclass(frozen=True, slots=True)
class Make:
    """What kind of printer it is: dots across; what it knows beyond the least; its receive buffer, in bytes; whether
    it says stop before that is full; how fast it prints, in rows of dots a second, 0 being at once.
    """

    width: int = 576
    words_on_jobs: bool = True
    tells_changes: bool = True
    clears: bool = True
    buffer: int = 4 * 1024 * 1024
    flow: Literal["none", "xon_xoff"] = "none"
    speed: int = 0


class PausedError(Exception):
    """No paper to print on: the command waits in the buffer."""


class MoreError(Exception):
    """The command is not complete yet."""


@dataclass(slots=True)
class Receipt:
    """What lies on the paper since the last cut; ``cut`` is empty for one that never was."""

    strip: Strip
    raw: bytearray = field(default_factory=bytearray)
    text: list[str] = field(default_factory=list)
    qr: list[str] = field(default_factory=list)
    barcodes: list[str] = field(default_factory=list)
    images: int = 0
    unknown: list[str] = field(default_factory=list)
    cut: str = ""


@dataclass(slots=True)
class Format:
    """How the next character is printed; ESC @ brings it back to this."""

    code_page: str = "cp437"
    align: str = "left"
    bold: bool = False
    wide: int = 1
    high: int = 1
    spacing: int = 30
    bar_height: int = 162
    bar_module: int = 3
    bar_digits: bool = False
    left: int = 0
    room: int = 0
    qr_module: int = 3
    qr_level: str = "L"
    qr_data: str = ""
    stored: Image.Image | None = None


class Cursor:
    """Reads a command from the buffer's start and never past its end."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next bytes. Raises ``MoreError``, as the others do."""
        if self.at + count > len(self._buffer):
            raise MoreError
        taken = bytes(self._buffer[self.at : self.at + count])
        self.at += count
        return taken

    def byte(self) -> int:
        """The next one."""
        return self.take(1)[0]

    def word(self) -> int:
        """The next two, low byte first."""
        return int.from_bytes(self.take(2), "little")

    def until_nul(self) -> bytes:
        """What stands before the next NUL, which is taken too."""
        end = self._buffer.find(0, self.at)
        if end < 0:
            raise MoreError
        return self.take(end - self.at + 1)[:-1]
