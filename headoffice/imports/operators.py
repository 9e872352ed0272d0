"""Staff who may sign in at lanes. PINs and badges are hashed as they are read and shown nowhere."""

from __future__ import annotations

from typing import Any, Final

from headoffice.feed import change_of
from headoffice.imports.line import Line
from headoffice.imports.report import Progress, Report
from headoffice.imports.standing import Standing
from headoffice.keyed import keyed_hash, pin_hash

__all__ = ["COLUMNS", "judge"]

COLUMNS: Final = ("operator_id", "name", "role", "pin", "badge")
_PIN: Final = range(4, 13)


def judge(standing: Standing, report: Report, progress: Progress) -> None:
    """See each row as an operator; an empty PIN or badge leaves the one that stands."""
    badges = {row.get("badge_hash"): key for key, row in standing.operators.items()}
    seen: dict[tuple[str, str], int] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        _judge_one(standing, report, Line(row, report), seen, badges)
        progress(done, len(rows))


def _judge_one(
    standing: Standing, report: Report, line: Line, seen: dict[tuple[str, str], int], badges: dict[Any, str]
) -> None:
    operator_id = line.key("operator_id")
    before = standing.operators.get(operator_id)
    after: dict[str, Any] = dict(before or {"badge_hash": "", "pin_salt": "", "pin_hash": ""})
    after["operator_id"] = operator_id
    after |= {column: line.needed(column) for column in ("name", "role") if before is None or line.told(column)}
    if after["role"] and after["role"] not in standing.roles:
        line.wrong("role", "choice", ", ".join(standing.roles))
    _none_twice(line, seen)
    pin, badge = line.text("pin"), line.text("badge")
    if badge:
        after["badge_hash"] = keyed_hash(standing.key, "badge", badge)
        if badges.get(after["badge_hash"], operator_id) != operator_id:
            line.wrong("badge", "taken", badges[after["badge_hash"]])
    if not line.good:
        return
    if pin:
        after["pin_salt"], after["pin_hash"] = pin_hash(standing.key, operator_id, pin)
    if before == after:
        report.counts["same"] += 1
        return
    report.counts["fresh" if before is None else "changed"] += 1
    report.changes.append(change_of("operator", operator_id, after))


def _none_twice(line: Line, seen: dict[tuple[str, str], int]) -> None:
    """No id, PIN or badge twice in the file; a PIN is one that can be typed at a lane."""
    pin = line.text("pin")
    if pin and not (pin.isascii() and pin.isdigit() and len(pin) in _PIN):
        line.wrong("pin", "pin")
    for column in ("operator_id", "pin", "badge"):
        value = line.text(column)
        if value and (column, value) in seen:
            line.wrong(column, "twice", str(seen[column, value]))
        seen.setdefault((column, value), line.row.number)
