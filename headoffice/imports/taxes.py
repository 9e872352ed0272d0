"""Tax classes: a row for each rate with the day it begins; what a class has from other days stays."""

from __future__ import annotations

from typing import Final

from headoffice.feed import change_of
from headoffice.imports.line import Line
from headoffice.imports.report import Progress, Report
from headoffice.imports.standing import Standing
from kiosk.retail.tax import TaxClass

__all__ = ["COLUMNS", "judge"]

COLUMNS: Final = ("tax_class", "from", "rate", "duty", "of_gross")
_ALWAYS: Final = "0001-01-01"
_MOST: Final = 1_000_00
"""Basis points: supplementary duties go far beyond a hundred percent."""


def judge(standing: Standing, report: Report, progress: Progress) -> None:
    """See the rows of each class as the class that they make; one that is wrong keeps all of its class out."""
    groups: dict[str, list[Line]] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        line = Line(row, report)
        groups.setdefault(line.key("tax_class"), []).append(line)
        progress(done, len(rows))
    for name, lines in groups.items():
        _judge_class(standing, report, name, lines)


def _judge_class(standing: Standing, report: Report, name: str, lines: list[Line]) -> None:
    before = standing.tax_classes.get(name)
    rates = dict(before.rates) if before is not None else {}
    duties = dict(before.duties) if before is not None else {}
    told: dict[str, int] = {}
    of_gross = {line.yes("of_gross", before.of_gross if before is not None else False) for line in lines}
    for line in lines:
        since = line.day("from") or _ALWAYS
        line.needed("rate")
        rate, duty = _points(line, "rate"), _points(line, "duty")
        if since in told:
            line.wrong("from", "twice", str(told[since]))
        told.setdefault(since, line.row.number)
        rates[since] = rate or 0
        if duty is not None or (line.told("duty") and duties):
            duties[since] = duty or 0
    after = _made(name, rates, duties, of_gross, lines)
    if after is None or not all(line.good for line in lines):
        for line in lines:
            if line.good:
                line.wrong("tax_class", "beside")
        return
    state = report.counts
    if before == after:
        state["same"] += len(lines)
        return
    state["fresh" if before is None else "changed"] += len(lines)
    report.changes.append(change_of("tax_class", name, after))


def _made(
    name: str, rates: dict[str, int], duties: dict[str, int], of_gross: set[bool], lines: list[Line]
) -> TaxClass | None:
    if len(of_gross) > 1:
        lines[-1].wrong("of_gross", "tax_shape")
        return None
    try:
        return TaxClass(name, tuple(sorted(rates.items())), tuple(sorted(duties.items())), of_gross=of_gross.pop())
    except ValueError:
        lines[-1].wrong("of_gross" if lines[-1].told("of_gross") else "rate", "tax_shape")
        return None


def _points(line: Line, column: str) -> int | None:
    """A percent of at most two decimals, as basis points."""
    points = line.number(column, 2)
    if points is not None and not 0 <= points <= _MOST:
        line.wrong(column, "range", f"0 … {_MOST // 100}")
    return points
