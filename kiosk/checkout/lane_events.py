"""What has happened to the lane: its journal, its numbers, who works at it. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.day_report import Grand
from kiosk.retail.rights import Act, Denial
from kiosk.retail.values import dataclass

__all__ = [
    "DayClosed",
    "DayOpened",
    "DrawerOpened",
    "DrawerReason",
    "EpochOpened",
    "LaneClosed",
    "LaneEvent",
    "LaneOpened",
    "OperatorOff",
    "OperatorOffReason",
    "OperatorOn",
    "SeriesContinued",
    "SeriesOpened",
    "SignInShut",
    "StaffActRefused",
    "StaffActed",
    "TerminalDayClosed",
    "WeighingParametersChanged",
]

DrawerReason = Literal["cash_received", "cash_handed_back", "by_hand", "no_sale"]
OperatorOffReason = Literal["signed_out", "auto_lock", "restart"]


@dataclass(frozen=True, slots=True)
class EpochOpened:
    """A journal began: a new kiosk, a replaced card, a restored unit."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class SeriesContinued:
    """Head office told the highest numbers; this epoch goes on from them, Z reports and perpetual totals too.

    ``grand``: those of the lane's sales that head office has; ``None``: it told none.
    """

    series: int
    last_number: int
    last_legal: int
    business_day: str
    last_z: int = 0
    grand: Grand | None = None
    last_credit: int = 0


@dataclass(frozen=True, slots=True)
class SeriesOpened:
    """Head office could not be asked: numbers start anew in a series of their own, never an old one."""

    series: int


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The business day began under this label (ISO date), never earlier than the last."""

    business_day: str
    utc_ms: int
    clock_trusted: bool


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The business day ended."""

    business_day: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class TerminalDayClosed:
    """The card terminal's answer when a business day ended: ``report`` is its totals as it words them.

    Not ``done``: it could not, for ``reason``, and is asked again.
    """

    business_day: str
    done: bool
    utc_ms: int
    report: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DrawerOpened:
    """The cash drawer was told to open; or, ``by_hand``, it was seen open and nobody had told it to.

    ``by``: the operator who is signed in; empty: nobody. ``tender``: the cash it was opened for.
    """

    by: str
    reason: DrawerReason
    utc_ms: int
    tender: str = ""


@dataclass(frozen=True, slots=True)
class LaneOpened:
    """Selling may begin."""

    by: str


@dataclass(frozen=True, slots=True)
class LaneClosed:
    """Out of service until opened. ``reason`` is shown to staff."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class OperatorOn:
    """A member of staff signed in."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


@dataclass(frozen=True, slots=True)
class OperatorOff:
    """The member of staff signed out, or the lock did it for them."""

    operator_id: str
    reason: OperatorOffReason


@dataclass(frozen=True, slots=True)
class SignInShut:
    """So many wrong PINs or badges in a row that none is taken for ``wait_ms``."""

    method: Literal["pin", "badge"]
    wait_ms: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class StaffActed:
    """A member of staff did something that changed something, for a ``reason`` of the shop's list where it needs one.

    ``second``: who confirmed it, where the shop wants two. ``target`` is an intervention, a tender or a transaction.
    What it changed stands in the records before this one.
    """

    act: Act
    by: str
    role: str
    utc_ms: int
    reason: str = ""
    second: str = ""
    target: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class StaffActRefused:
    """A member of staff wanted to do what their role may not, or not so: ``why`` says the rule."""

    act: Act
    by: str
    role: str
    why: Denial
    utc_ms: int
    reason: str = ""
    target: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class WeighingParametersChanged:
    """What weighings are judged by is another than before: the verification, the scale, the software or a tare.

    ``count`` grows by one with each change in an epoch and never goes back; ``parameters`` are all but the tares in
    words, ``digest`` is SHA-256 over all of them.
    """

    count: int
    digest: str
    parameters: str
    utc_ms: int


LaneEvent = (
    EpochOpened
    | SeriesContinued
    | SeriesOpened
    | DayOpened
    | DayClosed
    | TerminalDayClosed
    | DrawerOpened
    | LaneOpened
    | LaneClosed
    | OperatorOn
    | OperatorOff
    | SignInShut
    | StaffActed
    | StaffActRefused
    | WeighingParametersChanged
)
