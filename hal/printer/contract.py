"""What a receipt printer does: it prints a document whole, and says whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = [
    "LONGEST_QR",
    "Barcode",
    "Cut",
    "Document",
    "DrawerMoved",
    "Feed",
    "Image",
    "Part",
    "PrintOutcome",
    "Printer",
    "PrinterCondition",
    "PrinterState",
    "QrCode",
    "Rule",
    "TextLine",
]

LONGEST_QR = 2331
"""Bytes of UTF-8 that the largest QR code (version 40, error correction M) holds (ISO/IEC 18004, table 7)."""

_EAN_13 = 13


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its columns: ``left`` and, where given, ``right`` flush right on the same line.

    Any script: what the printer's code pages lack is drawn as raster by the driver. ``size`` 2 is double.
    """

    left: str
    right: str = ""
    align: Literal["left", "centre", "right"] = "left"
    bold: bool = False
    size: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code (model 2, error correction M), centred. ``data`` is at most ``LONGEST_QR`` bytes of UTF-8."""

    data: str

    def __post_init__(self) -> None:
        """Refuse what no symbol holds."""
        if not 0 < len(self.data.encode()) <= LONGEST_QR:
            text = f"a QR code holds 1 to {LONGEST_QR} bytes, not {len(self.data.encode())}"
            raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Barcode:
    """An EAN-13, centred, its digits below it. ``digits`` are all 13, the check digit right."""

    digits: str

    def __post_init__(self) -> None:
        """Refuse what no scanner would read (GS1 General Specifications, 7.9: the check digit)."""
        digits = self.digits
        whole = len(digits) == _EAN_13 and digits.isascii() and digits.isdigit()
        if not whole or sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10:
            text = f"an EAN-13 is 13 digits with their check digit, not {digits!r:.40}"
            raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Image:
    """A one-bit picture, centred: ``rows`` of packed bits, most significant left, 1 black."""

    width: int
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the paper."""


Part = TextLine | Rule | Feed | QrCode | Barcode | Image | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """A print job. ``job`` is the caller's id; printing the same job twice prints it twice."""

    job: str
    parts: tuple[Part, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """``printed``: the printer confirmed it after the cut. ``failed``: nothing (or only part) came out, and we know.
    ``unknown``: the link broke after bytes went out; what follows must be marked as a copy.
    """

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


PrinterCondition = Literal["ok", "near_end", "out", "cover_open", "cutter", "head_hot", "offline", "error"]
"""What matters most of a printer, as it says itself. ``near_end`` prints; of the others ``head_hot`` goes on by
itself when it has cooled, ``out`` and ``cover_open`` when staff have seen to them, ``cutter`` when what is stuck is
out and the cover was closed. ``offline``: it stopped for a reason it does not tell (its feed button). ``error``: any
other, to be switched off and on.
"""


@dataclass(frozen=True, slots=True)
class PrinterState:
    """Data event: the printer's state changed by itself."""

    device: str
    state: PrinterCondition


@dataclass(frozen=True, slots=True)
class DrawerMoved:
    """Data event: the cash drawer at the printer was opened or closed; only where its sense line is connected."""

    device: str
    is_open: bool


class Printer(Device, Protocol):
    """Data events: ``PrinterState`` and, with a drawer that can be sensed, ``DrawerMoved``.

    Capabilities: ``asb`` (tells its changes by itself), ``confirm`` (says when a document is printed), ``cutter``,
    ``drawer`` (``open_drawer`` opens one), ``near_end`` (feels the end of its paper coming).
    """

    async def print_document(self, document: Document) -> PrintOutcome:
        """Print all of it and wait for the printer's word. Never raises for paper or cable: that is an outcome."""

    async def open_drawer(self) -> None:
        """Kick the cash drawer open, now or not at all. Raises ``DeviceError``: none at this printer, or no answer.

        A printer that cannot do it now is not asked: a drawer must not spring open when nobody expects it any more.
        """
