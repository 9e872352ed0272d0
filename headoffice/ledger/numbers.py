"""The numbers a lane has used up, by series."""

from __future__ import annotations

from headoffice.ledger.tables import Workstation

__all__ = ["highest", "of_series"]


def highest(lane: Workstation, series: int, number: int) -> None:
    """This number was given: the lane's next is behind it. A new series begins its legal numbers anew."""
    if series > lane.series:
        lane.last_legal = lane.last_credit = 0
    lane.series, lane.last_number = max((lane.series, lane.last_number), (series, number))


def of_series(legal: str, series: int) -> bool:
    """Whether a legal series of a checkout's own (it ends in ``-`` and the series) is the lane's newest."""
    _, dash, told = legal.rpartition("-")
    return not dash or told == str(series)
