"""What a receipt printer does: it prints a document whole, and says whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["Cut", "Document", "Feed", "Image", "Paper", "Part", "PrintOutcome", "Printer", "QrCode", "Rule", "TextLine"]


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
    """A QR code (model 2, error correction M), centred."""

    data: str


@dataclass(frozen=True, slots=True)
class Image:
    """A one-bit picture, centred: ``rows`` of packed bits, most significant left, 1 black."""

    width: int
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the paper."""


Part = TextLine | Rule | Feed | QrCode | Image | Cut


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


@dataclass(frozen=True, slots=True)
class Paper:
    """Data event: the printer's state changed by itself."""

    device: str
    state: Literal["ok", "near_end", "out", "cover_open", "error"]


class Printer(Device, Protocol):
    """Data events: ``Paper``."""

    async def print_document(self, document: Document) -> PrintOutcome:
        """Print all of it and wait for the printer's word. Never raises for paper or cable: that is an outcome."""
