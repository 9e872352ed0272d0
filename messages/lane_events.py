"""What the journal records of a lane: its numbers, its day, who works at it."""

from __future__ import annotations

from typing import Literal

from messages.day_report import DayReport, Grand, Reconciliation
from messages.payload import Payload

__all__ = [
    "DayCloseWanted",
    "DayClosed",
    "DayOpened",
    "DayReportRequested",
    "DayReportSettled",
    "DrawerOpened",
    "EpochOpened",
    "LaneClosed",
    "LaneOpened",
    "OperatorOff",
    "OperatorOn",
    "SeriesContinued",
    "SeriesOpened",
    "SignInShut",
    "StaffActRefused",
    "StaffActed",
    "TerminalDayClosed",
    "TerminalReconciled",
    "WeighingParametersChanged",
    "ZReportMade",
]


class EpochOpened(Payload, frozen=True):
    """A journal began."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str
    utc_ms: int


class SeriesContinued(Payload, frozen=True):
    """This epoch goes on from the numbers head office knew."""

    series: int
    last_number: int
    last_legal: int
    business_day: str
    last_z: int = 0
    grand: Grand | None = None
    last_credit: int = 0


class SeriesOpened(Payload, frozen=True):
    """Numbers start anew in a series of their own."""

    series: int


class DayOpened(Payload, frozen=True):
    """The business day began under this label (ISO date)."""

    business_day: str
    utc_ms: int
    clock_trusted: bool


class DayClosed(Payload, frozen=True):
    """The business day ended."""

    business_day: str
    utc_ms: int


class TerminalDayClosed(Payload, frozen=True):
    """The card terminal's answer when a business day ended; ``report`` is its totals as it words them."""

    business_day: str
    done: bool
    utc_ms: int
    report: tuple[str, ...] = ()
    reason: str = ""


class ZReportMade(Payload, frozen=True):
    """The day is closed with this report."""

    report: DayReport


class DayCloseWanted(Payload, frozen=True):
    """Head office wants the day closed."""

    by: str
    utc_ms: int


class DayReportRequested(Payload, frozen=True):
    """The printer is about to be asked for an X or Z report."""

    job: str
    kind: Literal["x", "z"]
    number: int
    copy: bool
    by: str
    utc_ms: int


class DayReportSettled(Payload, frozen=True):
    """What became of that print job."""

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


class TerminalReconciled(Payload, frozen=True):
    """The terminal's totals against the lane's own."""

    reconciliation: Reconciliation
    utc_ms: int


class DrawerOpened(Payload, frozen=True):
    """The cash drawer was told to open, or (``by_hand``) was seen open without."""

    by: str
    reason: Literal["cash_received", "cash_handed_back", "by_hand", "no_sale"]
    utc_ms: int
    tender: str = ""


class LaneOpened(Payload, frozen=True):
    """Selling may begin."""

    by: str


class LaneClosed(Payload, frozen=True):
    """Out of service."""

    by: str
    reason: str


class OperatorOn(Payload, frozen=True):
    """A member of staff signed in."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


class OperatorOff(Payload, frozen=True):
    """The member of staff signed out, or was."""

    operator_id: str
    reason: Literal["signed_out", "auto_lock", "restart"]


class SignInShut(Payload, frozen=True):
    """So many wrong PINs or badges in a row that none is taken for a while."""

    method: Literal["pin", "badge"]
    wait_ms: int
    utc_ms: int


class StaffActed(Payload, frozen=True):
    """A member of staff did something; what it changed stands in the records before."""

    act: str
    by: str
    role: str
    utc_ms: int
    reason: str = ""
    second: str = ""
    target: str = ""
    line: int | None = None


class StaffActRefused(Payload, frozen=True):
    """A member of staff wanted what their role may not."""

    act: str
    by: str
    role: str
    why: str
    utc_ms: int
    reason: str = ""
    target: str = ""
    line: int | None = None


class WeighingParametersChanged(Payload, frozen=True):
    """What weighings are judged by is another than before; ``count`` grows by one with each change in an epoch."""

    count: int
    digest: str
    parameters: str
    utc_ms: int
