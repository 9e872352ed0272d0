"""A row being read: its cells as numbers, days and words, each that is none noted with what is wrong."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from headoffice.imports.report import Report
from headoffice.imports.sheet import Row
from kiosk.retail.codes.numbers import GTIN_LENGTHS, from_gtin
from kiosk.retail.codes.values import Refused
from kiosk.retail.money import MINOR_DIGITS, Money

__all__ = ["LONGEST", "MAXIMUM_PRICE", "Line"]

LONGEST: Final = 500
"""Letters of one cell that is no JSON."""
MAXIMUM_PRICE: Final = 10**12
_ID: Final = re.compile(r"[^\s/\x00-\x1f\x7f]{1,64}")
_YES: Final = frozenset({"yes", "true", "1", "y", "sim", "s", "x", "হ্যাঁ"})
_NO: Final = frozenset({"no", "false", "0", "n", "não", "nao", "না"})
_MAXIMUM_WHOLE: Final = 10**9


class Line:
    """Gives the value of a cell, or notes why it has none and gives a stand-in: ask ``good`` before the row is used."""

    def __init__(self, row: Row, report: Report) -> None:
        self.row, self._report = row, report
        self._decimal = report.sheet.decimal
        if row.ragged:
            self.wrong("", "ragged")
        for column, cell in row.cells.items():
            if len(cell) > LONGEST and column != "offer":
                self.wrong(column, "too_long")

    @property
    def good(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self._report.is_bad(self.row)

    def wrong(self, column: str, wrong: str, detail: str = "") -> None:
        """Note what is wrong with a cell."""
        self._report.wrong(self.row, column, wrong, detail)

    def doubt(self, column: str, wrong: str, detail: str = "") -> None:
        """Note what should be looked at."""
        self._report.wrong(self.row, column, wrong, detail, doubt=True)

    def told(self, column: str) -> bool:
        """Whether the file has the column at all: what it has not stays as it stands."""
        return column in self.row.cells

    def text(self, column: str) -> str:
        """The cell as it is; empty where there is none."""
        return self.row.cells.get(column, "")

    def needed(self, column: str) -> str:
        """The cell, which must say something."""
        if not self.text(column):
            self.wrong(column, "needed")
        return self.text(column)

    def key(self, column: str) -> str:
        """An id: up to 64 letters without blanks and slashes."""
        told = self.needed(column)
        if told and not _ID.fullmatch(told):
            self.wrong(column, "id")
        return told

    def words(self, column: str) -> tuple[str, ...]:
        """A list parted by ``|``."""
        return tuple(word for part in self.text(column).split("|") if (word := part.strip()))

    def one_of(self, column: str, known: tuple[str, ...]) -> str:
        """One of some words, in any case."""
        told = self.text(column)
        found = next((word for word in known if word.casefold() == told.casefold()), None)
        if found is None:
            self.wrong(column, "choice", ", ".join(word for word in known if word))
        return found or known[0]

    def yes(self, column: str, otherwise: bool) -> bool:  # noqa: FBT001 - what an empty cell means
        """Yes or no, in any of the languages."""
        told = self.text(column).casefold()
        if not told:
            return otherwise
        if told not in _YES | _NO:
            self.wrong(column, "yes_no")
        return told in _YES

    def number(self, column: str, digits: int) -> int | None:
        """A number in units of its last of ``digits`` decimals; ``None`` for an empty cell and for what is none.

        Thousands may be parted by the sign that is not the decimal one. A sign before at most ``digits`` digits that
        cannot part thousands is a decimal one, whichever it is: ``12.50`` among semicolons is twelve and a half.
        """
        told = self.text(column)
        if not told:
            return None
        plain = "".join(_digit(letter) for letter in told)
        point, parting = (",", r"\.") if self._decimal == "," else (".", ",")
        fraction = f"(?:{re.escape(point)}([0-9]{{1,{max(digits, 1)}}}))?"
        either = rf"(-?)([0-9]{{1,15}})[.,]([0-9]{{1,{max(digits, 1)}}})"
        found = re.fullmatch(rf"(-?)([0-9]{{1,15}}|[0-9]{{1,3}}(?:{parting}[0-9]{{3}}){{1,4}}){fraction}", plain)
        found = found or re.fullmatch(either, plain)
        fractional = (found[3] or "") if found else ""
        if found is None or len(fractional.rstrip("0")) > digits:
            self.wrong(column, "number", str(digits))
            return None
        whole: int = int(re.sub("[.,]", "", found[2]))
        fraction_of = fractional.rstrip("0").ljust(digits, "0")
        value = whole * int("1" + "0" * digits) + int(fraction_of or "0")
        return -value if found[1] else value

    def whole(self, column: str, otherwise: int | None = None) -> int | None:
        """A whole number that is not below 0."""
        value = self.number(column, 0)
        if value is not None and not 0 <= value <= _MAXIMUM_WHOLE:
            self.wrong(column, "range", f"0 … {_MAXIMUM_WHOLE}")
        return otherwise if value is None else value

    def money(self, column: str, currency: str) -> Money | None:
        """An amount above nothing."""
        value = self.number(column, MINOR_DIGITS.get(currency, 2))
        if value is not None and not 0 < value <= MAXIMUM_PRICE:
            self.wrong(column, "amount")
        return None if value is None else Money(value, currency)

    def day(self, column: str) -> str:
        """An ISO date; empty for an empty cell."""
        told = self.text(column)
        if not told:
            return ""
        try:
            if date.fromisoformat(told).isoformat() == told:
                return told
        except ValueError:
            pass
        self.wrong(column, "day")
        return ""

    def gtin(self, column: str) -> str | None:
        """A GTIN as 14 digits, its check digit right; ``None`` for an empty cell."""
        told = "".join(self.text(column).split())
        if not told:
            return None
        if not (told.isascii() and told.isdigit() and len(told.lstrip("0")) <= max(GTIN_LENGTHS)):
            self.wrong(column, "gtin")
            return None
        if isinstance(from_gtin(told[-max(GTIN_LENGTHS) :]), Refused):
            self.wrong(column, "check_digit")
        return told[-max(GTIN_LENGTHS) :].zfill(max(GTIN_LENGTHS))


def _digit(letter: str) -> str:
    """A digit of any script as an ASCII one; blanks that part thousands go."""
    value = unicodedata.decimal(letter, None)
    return str(value) if value is not None else "" if letter.isspace() else letter
