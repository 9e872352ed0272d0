"""Dates in codes: ``YYMMDD``, whose century follows from today (GS1 General Specifications, section 7.12)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

__all__ = ["day_of"]

_HALF = 50
_CENTURY = 100


def day_of(yymmdd: str, today: str) -> str:
    """The ISO date of ``YYMMDD`` as read on ``today`` (an ISO date); day ``00`` is the last of the month.

    A year more than 49 ahead belongs to the century before, one more than 50 back to the next. Empty for empty, and for
    what is no date or has no today to count from.

    >>> day_of("270200", "2026-11-22"), day_of("991231", "2026-11-22"), day_of("271301", "2026-11-22")
    ('2027-02-28', '1999-12-31', '')
    """
    try:
        now = date.fromisoformat(today).year
        short, month, day = int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:6])
        ahead = short - now % _CENTURY
        year = now - now % _CENTURY + short - _CENTURY * (ahead > _HALF) + _CENTURY * (ahead < -(_HALF - 1))
        return date(year, month, day or monthrange(year, month)[1]).isoformat()
    except ValueError:
        return ""
