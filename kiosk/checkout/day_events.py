"""What has happened around the reports of a business day. All of it is journalled."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.day_report import DayReport, Reconciliation, ReportKind
from kiosk.retail.values import dataclass

__all__ = [
    "DayCloseWanted",
    "DayEvent",
    "DayReportRequested",
    "DayReportSettled",
    "TerminalReconciled",
    "ZReportMade",
]


@dataclass(frozen=True, slots=True)
class ZReportMade:
    """The day is closed with this report, whole. Committed with DayClosed; its number is never given again."""

    report: DayReport


@dataclass(frozen=True, slots=True)
class DayCloseWanted:
    """Head office wants the day closed; it is, once nobody is being served."""

    by: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class DayReportRequested:
    """The printer is about to be asked for a report. An X is made by it and reset by nothing; ``copy``: of a Z."""

    job: str
    kind: ReportKind
    number: int
    copy: bool
    by: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class DayReportSettled:
    """What became of that print job. ``unknown``: the paper may or may not have come out."""

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TerminalReconciled:
    """The terminal has ended its day: its totals against what this lane has on record of the same time."""

    reconciliation: Reconciliation
    utc_ms: int


DayEvent = ZReportMade | DayCloseWanted | DayReportRequested | DayReportSettled | TerminalReconciled
