"""Which view draws which body. A body without a view fails a test, not a shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kiosk.checkout import screen as s
from ui.kit import Kit
from ui.screens.attract import AttractView
from ui.screens.basket import BasketView
from ui.screens.buyer_number import BuyerNumberView
from ui.screens.card import CardView
from ui.screens.cash import CashView
from ui.screens.cash_machine import CashMachineView
from ui.screens.choices import GiftAmountView, InstalmentsView
from ui.screens.coupon_code import CouponCodeView
from ui.screens.devices import DevicesView
from ui.screens.look_up import LookUpView
from ui.screens.loyalty import LoyaltyView
from ui.screens.out_of_service import OutOfServiceView
from ui.screens.parked import ParkedView
from ui.screens.points import PointsScreen
from ui.screens.qr import QrView
from ui.screens.quantity import QuantityView
from ui.screens.receipt_choice import ReceiptChoiceView
from ui.screens.refund_find import RefundFindView
from ui.screens.refund_lines import RefundLinesView
from ui.screens.refund_money import RefundMoneyView
from ui.screens.slip import SlipView
from ui.screens.staff import StaffView
from ui.screens.staff_sign_in import StaffSignInView
from ui.screens.tender_choice import TenderChoiceView
from ui.screens.thanks import ThanksView
from ui.screens.value_card import ValueCardView
from ui.screens.view import View
from ui.screens.voucher_rest import VoucherRestView
from ui.screens.weigh import WeighView

__all__ = ["VIEWS"]

VIEWS: Final[dict[type[s.Body], Callable[[Kit], View]]] = {
    s.AttractBody: AttractView,
    s.BasketBody: BasketView,
    s.LookUpBody: LookUpView,
    s.WeighBody: WeighView,
    s.QuantityBody: QuantityView,
    s.LoyaltyBody: LoyaltyView,
    s.CouponBody: CouponCodeView,
    s.BuyerBody: BuyerNumberView,
    s.TenderChoiceBody: TenderChoiceView,
    s.CardBody: CardView,
    s.QrBody: QrView,
    s.PointsBody: PointsScreen,
    s.ValueBody: ValueCardView,
    s.VoucherRestBody: VoucherRestView,
    s.GiftAmountBody: GiftAmountView,
    s.InstalmentsBody: InstalmentsView,
    s.CashBody: CashView,
    s.CashMachineBody: CashMachineView,
    s.ReceiptChoiceBody: ReceiptChoiceView,
    s.ThanksBody: ThanksView,
    s.SlipBody: SlipView,
    s.ParkedBody: ParkedView,
    s.StaffSignInBody: StaffSignInView,
    s.StaffBody: StaffView,
    s.DevicesBody: DevicesView,
    s.RefundFindBody: RefundFindView,
    s.RefundLinesBody: RefundLinesView,
    s.RefundMoneyBody: RefundMoneyView,
    s.OutOfServiceBody: OutOfServiceView,
}
"""Body -> view, built when first shown."""
