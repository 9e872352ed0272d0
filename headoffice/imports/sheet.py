"""A table from a file: CSV as spreadsheets and tills write it, or the first sheet of an XLSX workbook.

Every cell is a text. A formula in a workbook is the text that stands in the cell, never what it would come to. A number
of a workbook is written with a point and at most the fifteen digits that a spreadsheet keeps, so that no float is ever
reckoned with.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Final

from openpyxl import load_workbook

__all__ = [
    "ERROR_COLUMNS",
    "MAXIMUM_BYTES",
    "MAXIMUM_ROWS",
    "FileRefusedError",
    "Refusal",
    "Row",
    "Sheet",
    "read_sheet",
]

MAXIMUM_BYTES: Final = 64 * 1024 * 1024
MAXIMUM_ROWS: Final = 200_000
_MAXIMUM_UNPACKED: Final = 512 * 1024 * 1024
_MAXIMUM_COLUMNS: Final = 100
_DELIMITERS: Final = (",", ";", "\t", "|")
_ZIP: Final = b"PK\x03\x04"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
ERROR_COLUMNS: Final = ("row", "column", "value", "wrong")
"""What an error file has before a row's own cells; a mended one is taken with them still there."""


class Refusal(StrEnum):
    """Why a file as a whole is not taken."""

    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TWICE_COLUMN = "twice_column"
    UNKNOWN_COLUMN = "unknown_column"
    MISSING_COLUMN = "missing_column"


class FileRefusedError(ValueError):
    """The file as a whole cannot be read: ``detail`` is what it is about."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its number as a spreadsheet shows it, and its cells by column. ``ragged``: it has too many."""

    number: int
    cells: dict[str, str]
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file. ``decimal`` is the sign before a fraction; ``columns`` are those that its heading names."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    decimal: str


def read_sheet(
    content: bytes, known: Collection[str], *, delimiter: str = "", encoding: str = "", decimal: str = ""
) -> Sheet:
    """The table in ``content``; ``known`` are the columns by which a heading is known.

    What is not told is sniffed: UTF-8 before Windows-1252, the delimiter under which most columns are known, and a
    comma for fractions where semicolons part the cells. Raises ``FileRefusedError``.
    """
    if len(content) > MAXIMUM_BYTES:
        raise FileRefusedError(Refusal.TOO_LARGE)
    if content.startswith(_ZIP):
        return _table(_workbook(content), decimal or ".")
    text = _text(content, encoding)
    told = delimiter or _delimiter(text, known)
    return _table(_cells(text, told), decimal or ("," if told == ";" else "."))


def _text(content: bytes, encoding: str) -> str:
    tried = (encoding,) if encoding else ("utf-8-sig", "cp1252")
    if not encoding and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    for name in tried:
        try:
            text = content.decode(name)
        except (UnicodeError, LookupError):
            continue
        if "\0" in text:
            raise FileRefusedError(Refusal.UNREADABLE)
        return text.removeprefix("\ufeff")
    raise FileRefusedError(Refusal.ENCODING)


def _delimiter(text: str, known: Collection[str]) -> str:
    def knows(delimiter: str) -> int:
        return sum(_column(cell) in known for cell in next(iter(_cells(text[:10_000], delimiter)), ()))

    return max(_DELIMITERS, key=knows)


def _cells(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise FileRefusedError(Refusal.UNREADABLE) from None


def _workbook(content: bytes) -> Iterator[Sequence[str]]:
    if _unpacked(content) > _MAXIMUM_UNPACKED:
        raise FileRefusedError(Refusal.TOO_LARGE)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [_told(value) for value in islice(row, _MAXIMUM_COLUMNS)]
    except Exception:  # noqa: BLE001 - a broken workbook makes the library raise whatever its parts raise
        raise FileRefusedError(Refusal.UNREADABLE) from None


def _unpacked(content: bytes) -> int:
    """Bytes of the workbook's parts, as its own list says; the library for archives reads no more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return sum(part.file_size for part in packed.infolist())
    except Exception:  # noqa: BLE001 - as for a workbook that is broken further in
        raise FileRefusedError(Refusal.UNREADABLE) from None


def _told(value: object) -> str:
    """A cell of a workbook as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            plain = Decimal(format(value, ".15g"))
            return format(plain.normalize(), "f") if plain.is_finite() else str(value)
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(getattr(value, "text", None) or value)


def _table(lines: Iterable[Sequence[str]], decimal: str) -> Sheet:
    numbered = enumerate(lines, start=1)
    heading = next((cells for _, cells in numbered if any(cell.strip() for cell in cells)), None)
    if heading is None:
        raise FileRefusedError(Refusal.EMPTY)
    columns = [_column(cell) for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise FileRefusedError(Refusal.TWICE_COLUMN, twice[:60])
    rows: list[Row] = []
    for number, cells in numbered:
        told = [_plain(cell) for cell in cells]
        if not any(told):
            continue
        if len(rows) == MAXIMUM_ROWS:
            raise FileRefusedError(Refusal.TOO_MANY, str(MAXIMUM_ROWS))
        told += [""] * (len(columns) - len(told))
        rows.append(Row(number, dict(zip(columns, told, strict=False)), ragged=any(told[len(columns) :])))
    if not rows:
        raise FileRefusedError(Refusal.EMPTY)
    return Sheet(tuple(columns), tuple(rows), decimal)


def _column(cell: str) -> str:
    return "_".join(cell.strip().casefold().split())


def _plain(cell: str) -> str:
    """Without blanks at its ends, and without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
