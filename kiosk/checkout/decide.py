"""``decide``: what follows from an input, as a pure function of state, moment, input and price book."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import (
    bagging,
    burning,
    business_day,
    buyers,
    cabinet,
    cancelling,
    cash_machine,
    codes,
    coupons,
    diagnosing,
    drawer,
    enquiring,
    entry,
    fiscal,
    hinting,
    key,
    lane,
    lookalikes,
    paper,
    payment,
    qr,
    queueing,
    receipt,
    refund,
    refund_money,
    remote,
    restricting,
    shopper,
    slip_scans,
    slips,
    staff,
    takeover,
    terminal,
    unsynced,
    value,
    watching,
    weighing,
)
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.decision import Decision
from kiosk.checkout.effects import SetLight, TellTerminal, WeighAt
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.moment import Moment
from kiosk.checkout.rehearsing import rehearse
from kiosk.checkout.state import State
from kiosk.checkout.text import text
from kiosk.retail import points
from kiosk.retail.book import Book
from kiosk.retail.severity import severity
from kiosk.retail.values import replace

__all__ = ["Decision", "decide"]

_SOON = frozenset({"book", "door_open", "fiscal_certificate", "near_end", "settings", "tampered"})


def decide(state: State, moment: Moment, input_: i.Input, book: Book) -> Decision:
    """Decide. ``book`` is the one pinned by the open transaction; only this function reads it."""
    if state.live.rehearsal is None:
        return _decide(state, moment, input_, book)
    decision = rehearse(state, moment, input_, book, _decide)
    ended = any(isinstance(event, e.TrainingEnded) for event in decision.events)
    if not ended:
        return decision
    lane = replace(state, training="")
    again = (light(lane), remote.standing(lane), WeighAt(weighing.scale_price(lane)))
    return replace(decision, effects=(*decision.effects, *again))


def _decide(state: State, moment: Moment, input_: i.Input, book: Book) -> Decision:
    """At a lane, or at a rehearsal as if it were one."""
    desk = Desk(state, moment, book)
    if _shoppers_touch(input_):
        desk.touched()
    _route(desk, input_)
    if bagging.follow(desk, state, input_):
        payment.request_checkout(desk)
    bagging.conclude(desk, state)
    hinting.follow(desk, state, input_)
    lookalikes.follow(desk, state)
    refund.follow(desk)
    business_day.follow(desk, state)
    fiscal.follow(desk, state.withdrawals)
    remote.follow(desk)
    key.follow(desk)
    queueing.follow(desk, state)
    cabinet.follow(desk, state)
    watching.follow(desk, state)
    before, after = light(state), light(desk.state)
    if after != before or isinstance(input_, i.PowerRestored):
        desk.do(after)
    closed = terminal.says_closed(desk.state)
    if closed != terminal.says_closed(state) or (closed and isinstance(input_, i.PowerRestored)):
        desk.do(TellTerminal(closed))
    standing = remote.standing(desk.state)
    if standing != remote.standing(state):
        desk.do(standing)
    asked = weighing.scale_price(desk.state)
    if asked != weighing.scale_price(state):
        desk.do(WeighAt(asked))
    return Decision(tuple(desk.events), tuple(desk.effects))


def light(state: State) -> SetLight:
    """The lane light: green free, amber help soon, red help now, blinking while staff are at it, off when closed.

    While there is training it blinks amber, whatever is played: staff are there, and nobody needs to come.
    """
    if state.training or state.rehearsing:
        return SetLight("amber", blinking=True)
    if state.lane.closed_reason or state.live.storage:
        return SetLight("red" if state.live.storage else "off")
    if not state.lane.series:
        return SetLight("off")
    blinking = state.operator is not None or state.live.staff_coming
    if any(severity(raised.kind, raised.blocks) == "now" for raised in state.interventions):
        return SetLight("red", blinking)
    if state.interventions or state.live.lost or set(state.live.conditions) & _SOON or key_conditions(state):
        return SetLight("amber", blinking)
    return SetLight("green", blinking)


def _shoppers_touch(input_: i.Input) -> bool:
    return isinstance(
        input_,
        i.ShopperArrived
        | i.LanguageChosen
        | i.AccessibilityChosen
        | i.ViewRequested
        | i.CodeScanned
        | i.ItemChosen
        | i.QuantityEntered
        | i.WeighConfirmed
        | i.LineVoidRequested
        | i.OwnBagPlaced
        | i.BaggingSkipped
        | i.CouponPresented
        | i.CouponReturnRequested
        | i.LoyaltyPresented
        | i.PhoneRefused
        | i.LoyaltyRefused
        | i.BuyerTyped
        | i.CheckoutRequested
        | i.TenderChosen
        | i.CounterChosen
        | i.ValueCardPresented
        | i.ValueNumberRefused
        | i.VoucherPresented
        | i.VoucherAgreed
        | i.GiftAmountChosen
        | i.PaymentCancelled
        | i.RestOtherwise
        | i.HelpPressed
        | i.StillHere
        | i.OperatorSignedIn
        | i.KeySwitchTurned
        | i.OperatorActed
        | i.SaleSought
        | i.ReturnLineChosen
        | i.ReturnAllChosen
        | i.ReturnsConfirmed
        | i.MoneyBackRequested
        | i.CashHandedBack
        | i.ReturnsDropRequested,
    )


def _route(desk: Desk, input_: i.Input) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat table
    match input_:
        case i.ShopperArrived():
            shopper.arrive(desk, input_)
        case i.LanguageChosen():
            shopper.language(desk, input_.language)
        case i.AccessibilityChosen():
            desk.happened(e.AccessibilitySet(input_.large_text, input_.high_contrast))
        case i.ViewRequested():
            shopper.show_view(desk, input_)
        case i.CodeScanned():
            if not _taken_otherwise(desk, input_):
                entry.scan(desk, input_)
        case i.CouponPresented():
            coupons.type_in(desk, input_)
        case i.CouponReturnRequested():
            coupons.return_requested(desk, input_)
        case i.ItemChosen():
            if not enquiring.chosen(desk, input_):
                entry.choose_item(desk, input_)
        case i.QuantityEntered():
            entry.enter_quantity(desk, input_)
        case i.WeightRead():
            entry.show_weight(desk, input_)
        case i.WeighConfirmed():
            entry.confirm_weight(desk, input_)
        case i.WeighingChecked():
            desk.happened(e.WeighingShown(input_.checksum, input_.intact, input_.scale))
            weighing.audit(desk)
        case i.LineVoidRequested():
            entry.void_requested(desk, input_)
        case i.OwnBagPlaced():
            bagging.own_bag(desk)
        case i.BaggingSkipped():
            bagging.skip(desk, input_)
        case i.LoyaltyPresented():
            shopper.loyalty(desk, input_)
        case i.PhoneRefused():
            desk.refuse(text("loyalty.check_number"))
        case i.LoyaltyRefused():
            shopper.loyalty_refused(desk, input_)
        case i.BuyerTyped():
            buyers.typed(desk, input_)
        case i.CheckoutRequested():
            payment.request_checkout(desk)
        case i.TenderChosen(tender_id=points.TENDER_ID):
            burning.choose(desk, input_)
        case i.TenderChosen():
            payment.choose(desk, input_)
        case i.ValueCardPresented():
            value.card(desk, input_)
        case i.ValueNumberRefused():
            value.number_refused(desk)
        case i.VoucherPresented():
            value.voucher(desk, input_)
        case i.VoucherAgreed():
            value.rest_given_up(desk, input_)
        case i.ValueLooked():
            value.looked(desk, input_)
        case i.GiftAmountChosen():
            value.amount_chosen(desk, input_)
        case i.PaymentCancelled():
            if not refund_money.cancel(desk):
                payment.cancel(desk)
        case i.RestOtherwise():
            cash_machine.rest_otherwise(desk)
        case i.ReceiptChosen():
            receipt.choose(desk, input_)
        case i.StillHere():
            pass
        case i.HelpPressed():
            shopper.help_pressed(desk)
        case i.TerminalAnswered():
            if not refund_money.answered(desk, input_):
                payment.answered(desk, input_)
        case i.TerminalSilent():
            if not refund_money.silent(desk, input_):
                payment.silent(desk, input_)
        case i.TerminalPrompted():
            terminal.prompted(desk, input_)
        case i.TerminalDayAnswered():
            terminal.day_answered(desk, input_)
            business_day.print_waiting(desk)
        case i.DrawerMoved():
            drawer.moved(desk, is_open=input_.is_open)
        case i.CabinetMoved():
            cabinet.moved(desk, input_.contact, is_open=input_.is_open, found=input_.found)
        case i.QrReady():
            qr.ready(desk, input_)
        case i.ReversalAnswered():
            payment.reversal_answered(desk, input_)
        case i.PrinterAnswered():
            if not (business_day.printed(desk, input_) or paper.printed(desk, input_) or slips.printed(desk, input_)):
                receipt.answered(desk, input_)
        case (
            i.SaleSought()
            | i.SaleTold()
            | i.ReturnLineChosen()
            | i.ReturnAllChosen()
            | i.ReturnsConfirmed()
            | i.HoldTold()
            | i.MoneyBackRequested()
            | i.CashHandedBack()
            | i.ReturnsDropRequested()
        ):
            _refund(desk, input_)
        case i.FiscalAnswered():
            fiscal.answered(desk, input_)
        case i.FiscalSilent():
            fiscal.silent(desk, input_)
        case i.FiscalCancelAnswered():
            cancelling.answered(desk, input_)
        case i.FiscalWithdrew():
            fiscal.withdrew(desk, input_)
        case i.FiscalClosedDay():
            fiscal.closed_day(desk, input_)
        case i.FiscalStands():
            fiscal.stands(desk, input_)
        case i.CashTold():
            cash_machine.told(desk, input_)
            payment.cash_counts(desk, input_.tender)
        case i.CashSilent():
            cash_machine.silent(desk, input_.tender)
        case i.PayoutTold():
            cash_machine.paid_out(desk, input_)
        case i.CashStands():
            cash_machine.stands(desk, input_)
        case i.FramesStored():
            watching.stored(desk, input_)
        case i.ProduceSeen():
            shopper.produce_seen(desk, input_)
        case i.DeviceLost():
            lane.device_lost(desk, input_)
        case i.DeviceBack():
            lane.device_back(desk, input_)
        case i.DevicesTold():
            desk.happened(e.DevicesShown(input_.devices))
        case i.DeviceChecked():
            diagnosing.checked(desk, input_)
        case i.OperatorSignedIn():
            staff.sign_in(desk, input_)
        case i.OperatorRefused():
            staff.sign_in_refused(desk, input_)
        case i.KeySwitchTurned():
            key.turned(desk, input_)
        case i.OperatorSignedOut():
            staff.sign_out(desk)
        case i.OperatorActed():
            staff.act(desk, input_)
        case i.MemberAnswered():
            shopper.member_answered(desk, input_)
        case i.CouponAnswered():
            coupons.answered(desk, input_)
        case i.StockAnswered():
            enquiring.answered(desk, input_)
        case i.PlaceTold():
            queueing.told(desk, input_)
        case i.BasketTold():
            takeover.told(desk, input_)
        case i.BasketsTold():
            takeover.list_told(desk, input_)
        case i.CounterChosen():
            slip_scans.to_counter(desk)
        case i.SlipTaken():
            slips.leave(desk)
        case i.SerialAnswered():
            codes.serial_answered(desk, input_)
        case i.BoughtAnswered():
            restricting.bought_answered(desk, input_)
        case i.NumbersAnswered():
            lane.numbers_answered(desk, input_)
        case i.HeadOfficeCommanded():
            remote.lane_commanded(desk, input_)
        case i.StaffCommanded():
            remote.commanded(desk, input_)
        case i.FeedApplied():
            weighing.audit(desk)
            entry.price_again(desk)  # the newer book is in force unless a basket is open
        case i.NetworkChanged():
            desk.happened(e.NetworkShown(input_.online))
            qr.network_changed(desk, online=input_.online)
            if input_.online:
                refund.resume(desk)
        case i.TimerElapsed():
            _elapsed(desk, input_.name)
        case i.DayTurned():
            business_day.turned(desk)
        case i.PowerRestored():
            lane.power_restored(desk, input_)
            watching.tidy(desk)
        case i.ConditionChanged():
            desk.happened(e.ConditionShown(input_.condition, input_.on))
            business_day.turned(desk)  # a clock that is trusted again may have let a day pass
        case i.UnsyncedTold():
            unsynced.told(desk, input_.unsynced)
        case i.StorageFailed():
            desk.happened(e.StorageShown(input_.reason))
        case i.StorageRecovered():
            desk.happened(e.StorageShown(""))
        case _:
            assert_never(input_)


def _taken_otherwise(desk: Desk, code: i.CodeScanned) -> bool:
    """Staff test the scanner, ask about the item or look for a receipt, or it is a slip's or a coupon's."""
    if diagnosing.scanned(desk, code) or enquiring.scanned(desk, code) or slip_scans.take(desk, code):
        return True
    return refund.take(desk, code) or coupons.take(desk, code)


def _refund(desk: Desk, input_: i.RefundInput) -> None:
    match input_:
        case i.SaleSought():
            refund.seek(desk, input_)
        case i.SaleTold():
            refund.told(desk, input_)
        case i.ReturnLineChosen():
            refund.choose(desk, input_)
        case i.ReturnAllChosen():
            refund.choose_all(desk, input_)
        case i.ReturnsConfirmed():
            refund.confirm(desk)
        case i.HoldTold():
            refund.hold_told(desk, input_)
        case i.MoneyBackRequested():
            refund_money.request(desk, input_)
        case i.CashHandedBack():
            refund_money.cash_handed(desk)
        case i.ReturnsDropRequested():
            refund.drop(desk)
        case _:
            assert_never(input_)


def _elapsed(desk: Desk, name: str) -> None:
    if name == "staff":
        staff.lock(desk)
    elif name == "sign_in":
        staff.sign_in_open(desk)
    elif name == remote.TIMER:
        desk.happened(e.MessageShown(None))
    elif name == queueing.TIMER:
        queueing.ask(desk)
    elif name == hinting.TIMER:
        hinting.advise(desk)
    elif name == business_day.TIMER:
        business_day.print_waiting(desk)
    elif not cash_machine.timer(desk, name):
        shopper.timer(desk, name)
