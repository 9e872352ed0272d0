"""What an ESC/POS printer says: bytes in, values out. Real-time status, status told unasked, words on jobs.

Source: Epson's ESC/POS command reference, https://download4.epson.biz/sec_pubs/pos/reference_en/escpos/ , pages
DLE EOT, GS r, GS a and GS ( H. All answers share one stream and are told apart by bits that are always set or clear:

| answer | bytes | pattern |
|---|---|---|
| DLE EOT n | 1 | 0xx1xx10 |
| automatic status (GS a) | 4 | 0xx1xx00, then three of 0xx0xxxx |
| GS r n | 1 | 0xx0xxxx |
| word on a job (GS ( H) | 7 | 37 22, four printable bytes of id, 00 |
| word that buffers are empty (DLE DC4 8) | 3 | 37 25 00 |
| flow control | 1 | 11, 13 |

Anything else is noise and is counted, never guessed at.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from hal.device import ProtocolError
from hal.printer.contract import PrinterCondition

__all__ = ["Answers", "Status", "is_status", "read_automatic", "read_status"]

_TROUBLE: Final[dict[PrinterCondition, str]] = {
    "out": "paper out",
    "cover_open": "cover open",
    "cutter": "cutter stuck: take the paper out of it and close the cover",
    "head_hot": "print head too hot; it goes on by itself",
    "offline": "printer offline",
    "error": "printer error: switch it off and on",
}

_AUTOMATIC_SIZE, _JOB_SIZE = 4, 7
_JOB, _CLEARED = b"\x37\x22", b"\x37\x25\x00"
_PRINTABLE = range(0x20, 0x7F)
_FLOW_CONTROL = (0x11, 0x13)
_KEPT = 64
"""Answers kept that nobody has taken yet; older ones go."""


@dataclass(frozen=True, slots=True)
class Status:
    """The printer as it says it is. ``drawer_high`` is the level of the drawer connector's sense line (pin 3)."""

    state: PrinterCondition
    drawer_high: bool = False

    @property
    def trouble(self) -> str:
        """Why it cannot print, in words for staff; empty when it can."""
        return _TROUBLE.get(self.state, "")


def is_status(byte: int) -> bool:
    """Whether a byte is an answer to DLE EOT: bits 1 and 4 set, bits 0 and 7 clear."""
    return byte & 0x93 == 0x12  # noqa: PLR2004  the manual's own pattern


def read_status(printer: int, offline: int, paper: int, error: int = 0x12) -> Status:
    """The answers to DLE EOT 1, 2, 4 and, where 2 tells of an error, 3. Raises ``ProtocolError`` for any other byte.

    >>> read_status(0x12, 0x12, 0x1E)
    Status(state='near_end', drawer_high=False)
    >>> read_status(0x1A, 0x52, 0x12, 0x1A).trouble
    'cutter stuck: take the paper out of it and close the cover'
    """
    told = bytes([printer, offline, paper, error])
    if not all(map(is_status, told)):
        text = f"no status bytes: {told.hex(' ')}"
        raise ProtocolError(text)
    state = _worst(
        error=error | (0x04 if offline & 0x40 else 0),
        cover=bool(offline & 0x04),
        out=bool(paper & 0x60 or offline & 0x20),
        near=bool(paper & 0x0C),
        offline=bool(printer & 0x08),
    )
    return Status(state, drawer_high=bool(printer & 0x04))


def read_automatic(told: bytes) -> Status:
    """Four bytes of automatic status. Raises ``ProtocolError`` for what is none.

    >>> read_automatic(bytes.fromhex("3c 00 03 00"))
    Status(state='cover_open', drawer_high=True)
    """
    if len(told) != _AUTOMATIC_SIZE or not _is_automatic(told):
        text = f"no automatic status: {told.hex(' ')}"
        raise ProtocolError(text)
    printer, error, paper, _ = told
    state = _worst(
        error=error,
        cover=bool(printer & 0x20),
        out=bool(paper & 0x0C),
        near=bool(paper & 0x03),
        offline=bool(printer & 0x08),
    )
    return Status(state, drawer_high=bool(printer & 0x04))


def _worst(*, error: int, cover: bool, out: bool, near: bool, offline: bool) -> PrinterCondition:
    """One word for all: what staff must see to first. ``error`` has the bits of DLE EOT 3, which GS a shares."""
    said: tuple[tuple[PrinterCondition, bool], ...] = (
        ("error", bool(error & 0x20)),
        ("cover_open", cover),
        ("out", out),
        ("cutter", bool(error & 0x08)),
        ("head_hot", bool(error & 0x40)),
        ("error", bool(error & 0x04)),
        ("offline", offline),
        ("near_end", near),
    )
    return next((state for state, so in said if so), "ok")


def _is_automatic(told: bytes) -> bool:
    """Whether these bytes begin four of automatic status."""
    return told[0] & 0x93 == 0x10 and not any(byte & 0x90 for byte in told[1:])  # noqa: PLR2004  the manual's own pattern


def _is_word(told: bytes) -> bool:
    """Whether these bytes begin a word on a job, or that buffers are empty."""
    if not told.startswith(_JOB):
        return _JOB.startswith(told) or _CLEARED.startswith(told)
    identity, end = told[2:6], told[6:]
    return all(byte in _PRINTABLE for byte in identity) and end in {b"", b"\x00"}


class Answers:
    """Sorts the stream. What is taken out of it is used once; ``noise`` counts bytes that are no answer."""

    def __init__(self) -> None:
        self.statuses: deque[int] = deque(maxlen=_KEPT)
        self.buffered: deque[int] = deque(maxlen=_KEPT)
        self.jobs: deque[bytes] = deque(maxlen=_KEPT)
        self.automatic: Status | None = None
        self.automatic_changes = 0
        self.cleared = 0
        self.noise = 0
        self._begun = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they come, in pieces of any size."""
        for byte in data:
            self._take(byte)

    def _take(self, byte: int) -> None:
        told = self._begun + bytes([byte])
        if self._begun and byte in _FLOW_CONTROL:
            return  # the one thing that may stand between the bytes of an answer
        if _is_automatic(told):
            self._begun = told if len(told) < _AUTOMATIC_SIZE else b""
            if not self._begun:
                self._automatic(told)
        elif _is_word(told):
            self._begun = told if told != _CLEARED and len(told) < _JOB_SIZE else b""
            if not self._begun:
                self._word(told)
        elif self._begun:  # what was begun does not go on so: it was noise, and this byte is a beginning of its own
            self.noise += len(self._begun)
            self._begun = b""
            self._take(byte)
        elif is_status(byte):
            self.statuses.append(byte)
        elif byte & 0x90 == 0:
            self.buffered.append(byte)
        elif byte not in _FLOW_CONTROL:
            self.noise += 1

    def _word(self, told: bytes) -> None:
        if told == _CLEARED:
            self.cleared += 1
        else:
            self.jobs.append(told[2:6])

    def _automatic(self, told: bytes) -> None:
        status = read_automatic(told)
        if status != self.automatic:
            self.automatic = status
            self.automatic_changes += 1
