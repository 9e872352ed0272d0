"""What devices answer and tell. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Final, Literal

from kiosk.checkout.cabinet_events import CabinetContact
from kiosk.checkout.shown import TerminalPrompt
from kiosk.checkout.upkeep_shown import DeviceFact
from kiosk.retail.day_report import TerminalTotal
from kiosk.retail.money import Money
from kiosk.retail.values import dataclass

__all__ = [
    "NO_INSTALMENTS",
    "CabinetMoved",
    "DeviceBack",
    "DeviceCause",
    "DeviceChecked",
    "DeviceInput",
    "DeviceLost",
    "DevicesTold",
    "DrawerMoved",
    "FramesStored",
    "PrinterAnswered",
    "ProduceSeen",
    "QrReady",
    "ReversalAnswered",
    "TerminalAnswered",
    "TerminalDayAnswered",
    "TerminalOutcome",
    "TerminalPrompted",
    "TerminalSilent",
]

TerminalOutcome = Literal[
    "approved", "partial", "declined", "cancelled", "not_found", "in_progress", "unknown", "given_back"
]

NO_INSTALMENTS: Final = "no_instalments"
"""The reason of a terminal that cannot be asked for parts."""


@dataclass(frozen=True, slots=True)
class TerminalAnswered:
    """The word of the card terminal, or of the acquirer, on a tender.

    ``amount`` is what was approved; a card is known by brand and mask only. ``given_back``: money came that counts for
    nothing (too late, another amount); ``reason`` is ``refunding``, ``refunded`` or ``refund_failed``. ``points``: what
    the member may burn now, where head office says it about points; ``balance``: what is left on a gift card.
    """

    tender: str
    outcome: TerminalOutcome
    amount: Money | None = None
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    acquirer: str = ""
    terminal_id: str = ""
    card_entry: Literal["", "chip", "contactless", "swiped", "keyed"] = ""
    signature: bool = False
    slip: tuple[str, ...] = ()
    points: int | None = None
    balance: Money | None = None


@dataclass(frozen=True, slots=True)
class TerminalSilent:
    """The terminal could not be reached, or stopped answering: the outcome of ``tender`` is unknown."""

    tender: str


@dataclass(frozen=True, slots=True)
class TerminalPrompted:
    """The terminal asks something of the shopper who pays ``tender``."""

    tender: str
    prompt: TerminalPrompt


@dataclass(frozen=True, slots=True)
class TerminalDayAnswered:
    """The terminal's word on the end of a business day; ``report``: its totals, in its own lines.

    ``totals``: the same as amounts, by brand, since it last ended its day; ``None``: from one that tells none.
    """

    business_day: str
    done: bool
    report: tuple[str, ...] = ()
    reason: str = ""
    totals: tuple[TerminalTotal, ...] | None = None


@dataclass(frozen=True, slots=True)
class DrawerMoved:
    """The cash drawer was seen to open or close."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class CabinetMoved:
    """The cabinet's door or tamper contact was seen to open or close.

    ``found``: it stood so when it was first looked at, after a start; nobody was seen to do it.
    """

    contact: CabinetContact
    is_open: bool
    found: bool = False


@dataclass(frozen=True, slots=True)
class QrReady:
    """The acquirer waits for the payment of ``tender`` for ``left_ms`` more; ``payload`` may be shown as a QR code."""

    tender: str
    payload: str
    left_ms: int


@dataclass(frozen=True, slots=True)
class ReversalAnswered:
    """The terminal's word on taking a payment back. ``unknown``: it said none; it may have been done."""

    tender: str
    done: bool
    reason: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class PrinterAnswered:
    """What became of a print job. ``unknown`` is an outcome: the paper may or may not have come out."""

    job: str
    outcome: Literal["printed", "failed", "unknown"]
    reason: str = ""


DeviceCause = Literal[
    "cable",
    "cover_open",
    "cutter",
    "driver",
    "error",
    "head_hot",
    "no_answer",
    "not_configured",
    "offline",
    "paper_out",
    "settings",
]
"""Why a device is lost: a word for staff, said in their language. What the driver said of it is in the log."""


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device went silent or away, or is lost for another reason than before. ``device`` is its category name."""

    device: str
    cause: DeviceCause


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """The device answers again."""

    device: str


@dataclass(frozen=True, slots=True)
class ProduceSeen:
    """The camera's answer to what lies before it: price look-up numbers, likeliest first; none where it knows none, or
    not in time. ``shares``: how sure it is of each, in ten-thousandths.
    """

    correlation: str
    numbers: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FramesStored:
    """Pictures of the plate were kept for staff: of which intervention, and how many."""

    intervention: str
    frames: int


@dataclass(frozen=True, slots=True)
class DevicesTold:
    """The devices that this lane has; told once, at the start."""

    devices: tuple[DeviceFact, ...]


@dataclass(frozen=True, slots=True)
class DeviceChecked:
    """What came of testing a device; ``found`` in its driver's words, for staff."""

    device: str
    ok: bool
    found: str


DeviceInput = (
    TerminalAnswered
    | TerminalSilent
    | TerminalPrompted
    | TerminalDayAnswered
    | DrawerMoved
    | CabinetMoved
    | QrReady
    | ReversalAnswered
    | PrinterAnswered
    | ProduceSeen
    | FramesStored
    | DeviceLost
    | DevicesTold
    | DeviceChecked
    | DeviceBack
)
