"""The date a business day bears: the shop's own, which may turn later than the calendar's."""

from __future__ import annotations

from datetime import date, timedelta

__all__ = ["business_date"]


def business_date(local_date: str, local_time: str, turns_at: str = "00:00") -> str:
    """The ISO date of the business day at a local date and time (``HH:MM``) of a shop whose day turns at ``turns_at``.

    Until that hour it is the day before. Where the clock is put forward over the hour, the day turns at the first
    minute after it; where it is put back over it, the hour comes twice: whoever keeps a label keeps the later. No time
    of day: the calendar's date.

    >>> business_date("2026-11-23", "01:30", "04:00"), business_date("2026-11-23", "04:00", "04:00")
    ('2026-11-22', '2026-11-23')
    """
    if not local_time or local_time >= turns_at:
        return local_date
    return (date.fromisoformat(local_date) - timedelta(days=1)).isoformat()
