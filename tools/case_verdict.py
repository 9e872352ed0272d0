"""What becomes of a case: it passes, it fails, or it does not apply, for a reason from a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

__all__ = ["Case", "NotApplicableError", "Reason", "Verdict", "compare"]

Case = Mapping[str, Any]
"""One case as read: ``id``, ``input`` (or ``data``), ``expected`` and what else the file tells of it."""


class Reason(Enum):
    """Why a case does not apply."""

    UNKNOWN_INPUT = "its input has a shape or a word that is not read"
    UNKNOWN_EXPECTATION = "it expects something that is not told"
    UNSURE_SOURCE = "its own note says that its input was not checked"
    ANOTHER_LIBRARY = "it holds a library's habit that is replaced here on purpose"
    UNIT_ROUNDING = (
        "it rounds a unit to a finer step, or its discount, and multiplies afterwards; here a line is rounded once"
    )
    CASH_METHOD = "cash rounding here never touches tax"
    FINER_PRICE = "its unit price is finer than the currency's minor unit"
    PROMOTION = "a promotion told in words that are not read"
    ANOTHER_ENGINE = "it holds another engine's habit that no offer here describes"


class NotApplicableError(Exception):
    """Raised by a reader that cannot judge a case."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Verdict:
    """``outcome`` with its ``reason`` (only where it does not apply) and what was seen."""

    case_id: str
    outcome: str
    reason: Reason | None = None
    detail: str = ""


def compare(case_id: str, expected: Mapping[str, object], found: Mapping[str, object]) -> Verdict:
    """Every expected key must be told and equal. Raises ``NotApplicableError`` for one that is not told at all."""
    untold = expected.keys() - found.keys()
    if untold:
        raise NotApplicableError(Reason.UNKNOWN_EXPECTATION, ", ".join(sorted(untold)))
    wrong = [
        f"{key}: expected {expected[key]}, found {found[key]}"
        for key in expected
        if not _same(expected[key], found[key])
    ]
    return Verdict(case_id, "failed" if wrong else "passed", detail="; ".join(wrong))


def _same(expected: object, found: object) -> bool:
    """Equal, where 0.5 is 0.50, a number is the same in a string, and a no-break space is a space."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return expected.keys() == found.keys() and all(_same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_same, expected, found))
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    expected, found = str(expected), str(found)
    try:
        return Decimal(expected) == Decimal(found)
    except InvalidOperation:
        return expected.replace("\N{NO-BREAK SPACE}", " ") == found.replace("\N{NO-BREAK SPACE}", " ")
