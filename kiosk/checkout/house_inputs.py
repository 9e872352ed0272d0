"""Staff at the lane, head office, and the machine itself. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.unsynced import Unsynced
from kiosk.retail.values import dataclass

__all__ = [
    "Condition",
    "ConditionChanged",
    "DayTurned",
    "FeedApplied",
    "HeadOfficeCommanded",
    "HouseInput",
    "KeySwitchTurned",
    "NetworkChanged",
    "OperatorRefused",
    "OperatorSignedIn",
    "OperatorSignedOut",
    "PowerRestored",
    "StaffCommanded",
    "StorageCause",
    "StorageFailed",
    "StorageRecovered",
    "TimerElapsed",
    "WeighingChecked",
]


@dataclass(frozen=True, slots=True)
class OperatorSignedIn:
    """Intake has checked the badge, PIN or key."""

    operator_id: str
    name: str
    role: str
    method: Literal["pin", "badge", "key"]


@dataclass(frozen=True, slots=True)
class OperatorRefused:
    """A wrong PIN or an unknown badge; ``attempts_left`` before the sign-in is shut for a while.

    ``wait_ms``: this one has shut it for so long; 0: it is not shut, or was already.
    """

    attempts_left: int
    method: Literal["pin", "badge"] = "pin"
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class OperatorSignedOut:
    """Staff leave the kiosk to the shopper."""


@dataclass(frozen=True, slots=True)
class KeySwitchTurned:
    """Staff's key switch. ``found``: it stood so when the kiosk began to look, and nobody was seen to turn it."""

    on: bool
    found: bool = False


@dataclass(frozen=True, slots=True)
class HeadOfficeCommanded:
    """Open or close the lane from head office, or close its business day.

    ``ident``: by which it is answered, once. ``operator_id`` and ``role``: who gives it, where that is a person, as
    this lane knows them (an empty role: it does not).
    """

    command: Literal["close_lane", "open_lane", "close_day"]
    reason: str = ""
    ident: str = ""
    operator_id: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class StaffCommanded:
    """A member of staff acts at this lane from a page. ``role``: the one this lane knows them by (empty: it does not).

    ``clear_intervention``: ``intervention`` is judged with ``outcome``; ``message``: ``prepared`` (a message of the
    catalogue, ``attend.say.{prepared}``) or ``words`` are shown to the shopper; ``on_the_way``: staff are coming;
    ``unlock_sign_in`` and ``restart`` are of the lane itself.
    """

    ident: str
    deed: Literal["clear_intervention", "message", "on_the_way", "unlock_sign_in", "restart"]
    expires_ms: int
    operator_id: str
    role: str
    intervention: str = ""
    outcome: Literal["", "approved", "refused"] = ""
    reason: str = ""
    prepared: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class FeedApplied:
    """A newer price book is open."""

    version: int


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """Whether head office can be reached."""

    online: bool


@dataclass(frozen=True, slots=True)
class WeighingChecked:
    """The process has started and measured the legally relevant software: its checksum, and whether it is as recorded.

    ``scale``: the trade scale's driver and a digest of its settings; empty: there is none.
    """

    checksum: str
    intact: bool
    scale: str = ""


@dataclass(frozen=True, slots=True)
class TimerElapsed:
    """A timer that an effect started has run out."""

    name: str


@dataclass(frozen=True, slots=True)
class DayTurned:
    """The date in the store's time zone is now another; the moment carries it."""


@dataclass(frozen=True, slots=True)
class PowerRestored:
    """The process has started and the journal was replayed. Says who this workstation is."""

    kiosk: str
    epoch: int
    store: str
    workstation: str
    release: str


Condition = Literal["book", "clock", "fiscal_certificate", "near_end", "no_book", "settings"]
"""Something the house tells that staff should know and that stops nobody: a price book that cannot serve (or none at
all), a clock nobody has confirmed, a fiscal certificate that runs out soon, paper near its end, a settings file that
cannot be used."""


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """A condition began or is over."""

    condition: Condition
    on: bool


@dataclass(frozen=True, slots=True)
class UnsyncedTold:
    """How the sales stand that head office has not acknowledged; told when that changes, and while time passes."""

    unsynced: Unsynced


StorageCause = Literal["full", "read_only", "error"]


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """The journal could not be written: nothing may be sold until it can."""

    reason: StorageCause


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    """The journal can be written again."""


HouseInput = (
    OperatorSignedIn
    | OperatorRefused
    | OperatorSignedOut
    | HeadOfficeCommanded
    | StaffCommanded
    | FeedApplied
    | NetworkChanged
    | ConditionChanged
    | UnsyncedTold
    | KeySwitchTurned
    | WeighingChecked
    | TimerElapsed
    | DayTurned
    | PowerRestored
    | StorageFailed
    | StorageRecovered
)
