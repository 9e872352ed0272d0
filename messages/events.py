"""What a journal record's ``data`` says, by its ``kind``: the events of a checkout, as head office reads them.

Field for field what the kiosk journals; a test encodes every durable event of the checkout and reads it here, so the
two cannot drift. What an event means is told where it happens, in ``kiosk/checkout``'s files
of these names.
"""

from __future__ import annotations

import msgspec

from messages.basket_events import (
    AccessibilitySet,
    AgeApproved,
    BuyerNamed,
    CommandAnswered,
    CouponAccepted,
    CouponRefused,
    CouponReturned,
    FramesKept,
    GiftsOwed,
    InterventionCleared,
    InterventionRaised,
    LanguageSet,
    LineAdded,
    LineVoided,
    LoyaltyAttached,
    MemberTold,
    PointsTold,
    PriceEnquired,
    PriceModifiersSettled,
    PriceOverridden,
    QuantityChanged,
)
from messages.cabinet_events import CabinetClosed, CabinetOpened
from messages.cash_events import CashCounted, CashInserted, CashOwed, CashPaidOut
from messages.errors import MessageError, Reason
from messages.exemption_events import TaxExempted
from messages.fiscal_events import (
    FiscalBegun,
    FiscalCancelled,
    FiscalCancelLeft,
    FiscalCancelRefused,
    FiscalCancelRequested,
    FiscalDayClosed,
    FiscalDayWanted,
    FiscalNumberGiven,
    FiscalOutageBegan,
    FiscalOutageEnded,
    FiscalRefused,
    FiscalRegistered,
    FiscalRequested,
    FiscalText,
    FiscalUnsigned,
    FiscalVoided,
)
from messages.lane_events import (
    DayClosed,
    DayCloseWanted,
    DayOpened,
    DayReportRequested,
    DayReportSettled,
    DrawerOpened,
    EpochOpened,
    LaneClosed,
    LaneOpened,
    OperatorOff,
    OperatorOn,
    SeriesContinued,
    SeriesOpened,
    SignInShut,
    StaffActed,
    StaffActRefused,
    TerminalDayClosed,
    TerminalReconciled,
    WeighingParametersChanged,
    ZReportMade,
)
from messages.payload import Payload
from messages.refund_events import NextDocument, ReturnsDropped, ReturnsHeld, ReturnsRequested
from messages.rescan_events import LineUnbagged, RescanDrawn
from messages.slip_events import SlipRequested, SlipSettled
from messages.takeover_events import BasketTakenOver
from messages.tender_events import (
    RefundDoubled,
    StoreCreditIssued,
    TenderRequested,
    TenderReversed,
    TenderSettled,
)
from messages.training_events import TrainingBegan, TrainingEnded
from messages.transaction_events import (
    LayerSaving,
    PiecesBagged,
    ReceiptDeclined,
    ReceiptFailed,
    ReceiptPrinted,
    ReceiptRequested,
    ReceiptUnknown,
    ShopperLeft,
    StockMoved,
    TransactionCompleted,
    TransactionOpened,
    TransactionResumed,
    TransactionSuspended,
    TransactionVoided,
)
from messages.upkeep_events import DeviceTested, RestartOrdered

__all__ = [
    "PAYLOADS",
    "AccessibilitySet",
    "AgeApproved",
    "BasketTakenOver",
    "BuyerNamed",
    "CabinetClosed",
    "CabinetOpened",
    "CashCounted",
    "CashInserted",
    "CashOwed",
    "CashPaidOut",
    "CommandAnswered",
    "CouponAccepted",
    "CouponRefused",
    "CouponReturned",
    "DayCloseWanted",
    "DayClosed",
    "DayOpened",
    "DayReportRequested",
    "DayReportSettled",
    "DeviceTested",
    "DrawerOpened",
    "EpochOpened",
    "FiscalBegun",
    "FiscalCancelLeft",
    "FiscalCancelRefused",
    "FiscalCancelRequested",
    "FiscalCancelled",
    "FiscalDayClosed",
    "FiscalDayWanted",
    "FiscalNumberGiven",
    "FiscalOutageBegan",
    "FiscalOutageEnded",
    "FiscalRefused",
    "FiscalRegistered",
    "FiscalRequested",
    "FiscalText",
    "FiscalUnsigned",
    "FiscalVoided",
    "FramesKept",
    "GiftsOwed",
    "InterventionCleared",
    "InterventionRaised",
    "LaneClosed",
    "LaneOpened",
    "LanguageSet",
    "LayerSaving",
    "LineAdded",
    "LineUnbagged",
    "LineVoided",
    "LoyaltyAttached",
    "MemberTold",
    "NextDocument",
    "OperatorOff",
    "OperatorOn",
    "Payload",
    "PiecesBagged",
    "PointsTold",
    "PriceEnquired",
    "PriceModifiersSettled",
    "PriceOverridden",
    "QuantityChanged",
    "ReceiptDeclined",
    "ReceiptFailed",
    "ReceiptPrinted",
    "ReceiptRequested",
    "ReceiptUnknown",
    "RefundDoubled",
    "RescanDrawn",
    "RestartOrdered",
    "ReturnsDropped",
    "ReturnsHeld",
    "ReturnsRequested",
    "SeriesContinued",
    "SeriesOpened",
    "ShopperLeft",
    "SignInShut",
    "SlipRequested",
    "SlipSettled",
    "StaffActRefused",
    "StaffActed",
    "StockMoved",
    "StoreCreditIssued",
    "TaxExempted",
    "TenderRequested",
    "TenderReversed",
    "TenderSettled",
    "TerminalDayClosed",
    "TerminalReconciled",
    "TrainingBegan",
    "TrainingEnded",
    "TransactionCompleted",
    "TransactionOpened",
    "TransactionResumed",
    "TransactionSuspended",
    "TransactionVoided",
    "WeighingParametersChanged",
    "ZReportMade",
    "read_payload",
]


PAYLOADS: dict[str, type[Payload]] = {kind.__name__: kind for kind in Payload.__subclasses__()}
"""Record kind -> what its ``data`` says."""
_READERS: dict[str, msgspec.json.Decoder[Payload]] = {kind: msgspec.json.Decoder(of) for kind, of in PAYLOADS.items()}


def read_payload(kind: str, data: bytes) -> Payload:
    """The payload of a record. Raises ``MessageError``: ``unknown_type`` for a kind this release has not heard of
    (its record is stored and countersigned all the same), ``bad_data`` where the data does not hold.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise MessageError(Reason.UNKNOWN_TYPE, f"record kind {kind[:80]!r}")
    try:
        return reader.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as fault:
        raise MessageError(Reason.BAD_DATA, str(fault)) from None
