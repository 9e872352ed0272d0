"""Everything the checkout can be told: asked for by a person, or seen by a device. An input may be refused."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.checkout.acts import OperatorActed
from kiosk.checkout.answers import (
    BoughtAnswered,
    CouponAnswered,
    CouponState,
    MemberAnswered,
    NumbersAnswered,
    SerialAnswered,
    StockAnswered,
    StockAt,
)
from kiosk.checkout.cash_inputs import CashInput, CashSilent, CashStands, CashTold, PayoutTold
from kiosk.checkout.device_inputs import (
    NO_INSTALMENTS,
    CabinetMoved,
    DeviceBack,
    DeviceCause,
    DeviceChecked,
    DeviceInput,
    DeviceLost,
    DevicesTold,
    DrawerMoved,
    FramesStored,
    PrinterAnswered,
    ProduceSeen,
    QrReady,
    ReversalAnswered,
    TerminalAnswered,
    TerminalDayAnswered,
    TerminalOutcome,
    TerminalPrompted,
    TerminalSilent,
)
from kiosk.checkout.fiscal_inputs import (
    FiscalAnswered,
    FiscalCancelAnswered,
    FiscalClosedDay,
    FiscalInput,
    FiscalSilent,
    FiscalStands,
    FiscalWithdrew,
)
from kiosk.checkout.house_inputs import (
    Condition,
    ConditionChanged,
    DayTurned,
    FeedApplied,
    HeadOfficeCommanded,
    HouseInput,
    KeySwitchTurned,
    NetworkChanged,
    OperatorRefused,
    OperatorSignedIn,
    OperatorSignedOut,
    PowerRestored,
    StaffCommanded,
    StorageCause,
    StorageFailed,
    StorageRecovered,
    TimerElapsed,
    UnsyncedTold,
    WeighingChecked,
)
from kiosk.checkout.queue_inputs import PlaceTold
from kiosk.checkout.refund_inputs import (
    CashHandedBack,
    HoldState,
    HoldTold,
    MoneyBackRequested,
    RefundInput,
    ReturnAllChosen,
    ReturnLineChosen,
    ReturnsConfirmed,
    ReturnsDropRequested,
    SaleSought,
    SaleTold,
    SoldSale,
)
from kiosk.checkout.shopper_inputs import (
    AccessibilityChosen,
    BaggingSkipped,
    BuyerTyped,
    CheckoutRequested,
    CodeScanned,
    CouponPresented,
    CouponReturnRequested,
    HelpPressed,
    ItemChosen,
    LanguageChosen,
    LineVoidRequested,
    LoyaltyPresented,
    LoyaltyRefused,
    OwnBagPlaced,
    PaymentCancelled,
    PhoneRefused,
    QuantityEntered,
    ReceiptChosen,
    RestOtherwise,
    ShopperArrived,
    ShopperInput,
    StillHere,
    TenderChosen,
    ViewRequested,
    WeighConfirmed,
    WeightRead,
)
from kiosk.checkout.takeover_inputs import (
    BasketState,
    BasketsTold,
    BasketTold,
    CounterChosen,
    SlipTaken,
    TakeoverInput,
)
from kiosk.checkout.value_inputs import (
    GiftAmountChosen,
    ValueCardPresented,
    ValueInput,
    ValueLooked,
    ValueNumberRefused,
    VoucherAgreed,
    VoucherPresented,
)
from kiosk.retail.rights import Act
from kiosk.retail.weighing import WeightProblem

__all__ = [
    "NO_INSTALMENTS",
    "AccessibilityChosen",
    "BaggingSkipped",
    "BasketState",
    "BasketTold",
    "BasketsTold",
    "BoughtAnswered",
    "BuyerTyped",
    "CabinetMoved",
    "CashHandedBack",
    "CashInput",
    "CashSilent",
    "CashStands",
    "CashTold",
    "CheckoutRequested",
    "CodeScanned",
    "Condition",
    "ConditionChanged",
    "CounterChosen",
    "CouponAnswered",
    "CouponPresented",
    "CouponReturnRequested",
    "CouponState",
    "DayTurned",
    "DeviceBack",
    "DeviceCause",
    "DeviceChecked",
    "DeviceInput",
    "DeviceLost",
    "DevicesTold",
    "DrawerMoved",
    "FeedApplied",
    "FiscalAnswered",
    "FiscalCancelAnswered",
    "FiscalClosedDay",
    "FiscalInput",
    "FiscalSilent",
    "FiscalStands",
    "FiscalWithdrew",
    "FramesStored",
    "GiftAmountChosen",
    "HeadOfficeCommanded",
    "HelpPressed",
    "HoldState",
    "HoldTold",
    "HouseInput",
    "Input",
    "ItemChosen",
    "KeySwitchTurned",
    "LanguageChosen",
    "LineVoidRequested",
    "LoyaltyPresented",
    "LoyaltyRefused",
    "MemberAnswered",
    "MoneyBackRequested",
    "NetworkChanged",
    "NumbersAnswered",
    "OperatorAct",
    "OperatorActed",
    "OperatorRefused",
    "OperatorSignedIn",
    "OperatorSignedOut",
    "OwnBagPlaced",
    "PaymentCancelled",
    "PayoutTold",
    "PhoneRefused",
    "PhoneTyped",
    "PinTyped",
    "PlaceTold",
    "PowerRestored",
    "PrinterAnswered",
    "ProduceSeen",
    "QrReady",
    "QuantityEntered",
    "ReceiptChosen",
    "RefundInput",
    "RestOtherwise",
    "ReturnAllChosen",
    "ReturnLineChosen",
    "ReturnsConfirmed",
    "ReturnsDropRequested",
    "ReversalAnswered",
    "SaleSought",
    "SaleTold",
    "SerialAnswered",
    "ShopperArrived",
    "ShopperInput",
    "SlipTaken",
    "SoldSale",
    "StaffCommanded",
    "StillHere",
    "StockAnswered",
    "StockAt",
    "StorageCause",
    "StorageFailed",
    "StorageRecovered",
    "TakeoverInput",
    "TenderChosen",
    "TerminalAnswered",
    "TerminalDayAnswered",
    "TerminalOutcome",
    "TerminalPrompted",
    "TerminalSilent",
    "TimerElapsed",
    "Touch",
    "UnsyncedTold",
    "ValueCardPresented",
    "ValueInput",
    "ValueLooked",
    "ValueNumberRefused",
    "ValueNumberTyped",
    "ViewRequested",
    "VoucherAgreed",
    "VoucherPresented",
    "WeighConfirmed",
    "WeighingChecked",
    "WeightProblem",
    "WeightRead",
]

OperatorAct = Act


# Typed secrets: intake turns them into inputs, they never reach decide, journal or log.


@dataclass(frozen=True, slots=True, repr=False)
class PinTyped:
    """A PIN from the sign-in pad."""

    pin: str


@dataclass(frozen=True, slots=True, repr=False)
class PhoneTyped:
    """A phone number from the loyalty pad, as typed."""

    number: str


Input = (
    ShopperInput
    | ValueInput
    | DeviceInput
    | HouseInput
    | FiscalInput
    | RefundInput
    | OperatorActed
    | MemberAnswered
    | CouponAnswered
    | NumbersAnswered
    | SerialAnswered
    | StockAnswered
    | BoughtAnswered
    | TakeoverInput
    | PlaceTold
    | CashInput
)


@dataclass(frozen=True, slots=True, repr=False)
class ValueNumberTyped:
    """A gift card's or store credit's number from the pad, as typed."""

    number: str


Touch = Input | PinTyped | PhoneTyped | ValueNumberTyped
"""What the screen may submit."""
