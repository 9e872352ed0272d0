"""What became of a file's rows: new, changed, same or refused, and what is wrong with which cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from headoffice.feed import Change
from headoffice.imports.sheet import ERROR_COLUMNS, Row, Sheet

__all__ = ["Flaw", "NewPrice", "Planned", "Progress", "Report", "StockLine", "errors_as_csv"]

Progress = Callable[[int, int], None]
"""Hears how many rows of how many are done."""
State = Literal["fresh", "changed", "same"]
_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a cell: ``wrong`` is a word of the catalogue's ``console.import.wrong``.

    A ``doubt`` is told and keeps nothing out.
    """

    row: int
    column: str
    value: str
    wrong: str
    detail: str = ""
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price that changes at once, for the record of price changes; amounts in minor units."""

    item_id: str
    old: int | None
    new: int
    currency: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A price that begins on ``from_day`` (ISO)."""

    item_id: str
    from_day: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class StockLine:
    """A line of a stock document: ``said`` in pieces or grams; ``sets`` the level rather than moving it."""

    kind: str
    location: str
    document: str
    item_id: str
    unit: str
    said: int
    reason: str
    sets: bool


@dataclass(slots=True)
class Report:
    """What looking through a file found, and what taking it would do."""

    kind: str
    digest: str
    sheet: Sheet
    secret: Collection[str] = ()
    counts: Counter[State] = field(default_factory=Counter)
    flaws: list[Flaw] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    prices: list[NewPrice] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    stock: list[StockLine] = field(default_factory=list)
    documents: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _bad: set[int] = field(default_factory=set)

    def wrong(self, row: Row, column: str, wrong: str, detail: str = "", *, doubt: bool = False) -> None:
        """Note what is wrong with a cell of ``row``, which keeps the row out unless it is only a ``doubt``."""
        value = row.cells.get(column, "")
        shown = _HIDDEN if value and column in self.secret else value[:200]
        self.flaws.append(Flaw(row.number, column, shown, wrong, detail[:300], doubt))
        if not doubt:
            self._bad.add(row.number)

    def is_bad(self, row: Row) -> bool:
        """Whether the row is refused."""
        return row.number in self._bad

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len(self._bad)

    @property
    def errors(self) -> list[Flaw]:
        """What keeps rows out."""
        return [flaw for flaw in self.flaws if not flaw.doubt]

    @property
    def doubts(self) -> list[Flaw]:
        """What somebody should look at, and keeps nothing out."""
        return [flaw for flaw in self.flaws if flaw.doubt]

    @property
    def works(self) -> int:
        """How many rows would change something."""
        return self.counts["fresh"] + self.counts["changed"]


def errors_as_csv(report: Report, say: Callable[[Flaw], str]) -> str:
    """The refused rows, each once, with what is wrong before its own cells: to be mended and sent again as it is.

    ``say`` tells a flaw in words. What a spreadsheet would take for a formula has an apostrophe before it, which is
    taken off again on the way in. A secret's cell is left empty, to be filled in anew. Begins with the mark by which
    Excel knows UTF-8, and is parted as the file was that Excel would write where a comma parts fractions.
    """
    flaws: dict[int, list[Flaw]] = {}
    for flaw in report.errors:
        flaws.setdefault(flaw.row, []).append(flaw)
    own = [column for column in report.sheet.columns if column not in ERROR_COLUMNS]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if report.sheet.decimal == "," else ",", lineterminator="\r\n")
    writer.writerow((*ERROR_COLUMNS, *own))
    for row in report.sheet.rows:
        if row.number in flaws:
            told = flaws[row.number]
            front = (
                str(row.number),
                " | ".join(flaw.column for flaw in told),
                " | ".join(flaw.value for flaw in told),
                " | ".join(say(flaw) for flaw in told),
            )
            cells = _own(row.cells, own, report.secret)
            writer.writerow([_guarded(cell) for cell in (*front, *cells)])
    return "\ufeff" + out.getvalue()


def _own(cells: Mapping[str, str], columns: Sequence[str], secret: Collection[str]) -> list[str]:
    return ["" if column in secret else cells.get(column, "") for column in columns]


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_AS_FORMULA) else cell
