"""Gift cards, store credit and paper vouchers: presented to pay, looked at, sold.

As with points, head office keeps an amount aside under the tender's own id and takes nothing: what a sale used is
booked from its journal. So one that nobody has confirmed can be given up at any time, and nobody is kept waiting.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import buyers, entry, payment, receipt, ways
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.deciding.refund_record import gives_credit
from kiosk.checkout.state import Phase, Transaction
from kiosk.checkout.text import text
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.values import replace

__all__ = ["amount_chosen", "card", "looked", "number_refused", "rest_given_up", "voucher"]

_AT_PAYMENT: Final = frozenset({"tender_choice", "stored_value", "paper_voucher", "voucher_rest", "instalments"})


def card(desk: Desk, presented: i.ValueCardPresented) -> None:
    """A gift card or store credit: it pays where the shopper is paying; else it is looked at, and perhaps sold."""
    if not _may_present(desk):
        return
    basket = desk.basket
    offered = next((each for each in desk.policy.tenders if each.kind == "stored_value"), None)
    if basket is not None and offered is not None and desk.state.live.view in _AT_PAYMENT:
        _pay_with_card(desk, basket, offered, presented)
        return
    if not desk.state.live.online:
        desk.refuse(text("value.offline"))
        return
    asked = desk.mint()
    desk.happened(replace(desk.state.live.value, asked=asked))
    desk.say(text("value.looking"))
    desk.do(f.AskValue(asked, presented.keyed_hash, desk.policy.timeouts.ask))


def number_refused(desk: Desk) -> None:
    """What was typed is no number of ours."""
    desk.refuse(text("value.check_number"))


def _may_present(desk: Desk) -> bool:
    if desk.phase is Phase.OUT_OF_SERVICE or (desk.phase is Phase.FINISHING and not receipt.next_shopper(desk)):
        return False
    if desk.basket is not None and desk.basket.open_tender is not None:
        desk.refuse(text("pay.scan_refused"))
        return False
    if desk.state.live.value.missed >= ways.MOST_MISSED:
        desk.refuse(text("value.too_many"))
        return False
    return True


# --- paying ------------------------------------------------------------------------------------------------------


def _pay_with_card(desk: Desk, basket: Transaction, offered: TenderType, presented: i.ValueCardPresented) -> None:
    amount = payment.amount_for(desk, basket, offered)
    if amount is None:
        return
    buyers.keep(desk)
    tender = desk.mint()
    asked = e.TenderRequested(tender, offered.tender_id, "stored_value", amount, desk.moment.utc_ms)
    desk.happened(asked, e.NoticeShown(None))
    _ask(desk, f.Charge(tender, "stored_value", offered.tender_id, amount, keyed_hash=presented.keyed_hash), basket)


def voucher(desk: Desk, presented: i.VoucherPresented, agreed_minor: int = 0) -> None:
    """A paper voucher pays where the shopper is paying; before that it is kept for then.

    What of it would be lost is told first, unless the shopper has agreed to lose as much (``agreed_minor``).
    """
    offered, basket = desk.tender_type(presented.tender_id), desk.basket
    if offered is None or not _may_present(desk):
        return
    if basket is None or desk.state.live.view not in _AT_PAYMENT:
        desk.refuse(text("voucher.at_payment"))
        return
    amount = payment.amount_for(desk, basket, offered)
    if amount is None:
        return
    key, worth = presented.keyed_hash, desk.money(presented.worth_minor)
    counts = (tender for tender in basket.tenders if tender.open or tender.settled is not None)
    if key in desk.state.redeemed or any(tender.voucher == key for tender in counts):
        desk.refuse(text("value.why_used"))
    elif worth > amount and not _rest_is_settled(desk, offered):
        desk.refuse(text("voucher.too_much", worth=worth))
    elif offered.change == "none" and (worth - amount).minor > agreed_minor:
        desk.happened(replace(desk.state.live.value, voucher=presented, pays_minor=amount.minor))
        desk.happened(e.ViewShown("voucher_rest"), e.NoticeShown(None))
    else:
        _request_voucher(desk, basket, offered, key, worth, amount)


def rest_given_up(desk: Desk, agreed: i.VoucherAgreed) -> None:
    """The voucher on show is used and loses its rest; where more is lost by now than was read, it is told again."""
    presented = desk.state.live.value.voucher
    if presented is None or desk.state.live.view != "voucher_rest":
        return
    desk.happened(replace(desk.state.live.value, voucher=None, pays_minor=0), e.ViewShown("tender_choice"))
    voucher(desk, presented, agreed.lost_minor)


def _rest_is_settled(desk: Desk, offered: TenderType) -> bool:
    """Whether the shop says what becomes of a voucher's rest, and does it: not every shop gives store credit."""
    return offered.change == "none" or (offered.change == "credit" and gives_credit(desk.policy))


def _request_voucher(desk: Desk, basket: Transaction, offered: TenderType, key: str, worth: Money, due: Money) -> None:
    """Written down before head office hears of it; where nobody need be asked and nobody can, it counts at once."""
    buyers.keep(desk)
    tender, amount = desk.mint(), min(worth, due)
    asked = e.TenderRequested(
        tender,
        offered.tender_id,
        "paper_voucher",
        amount,
        desk.moment.utc_ms,
        worth=worth if worth > amount else None,
        voucher=key,
    )
    desk.happened(asked, e.NoticeShown(None))
    if not desk.state.live.online:
        payment.settle(desk, e.TenderSettled(tender, "approved", amount, reference=key))
        payment.paid(desk)
        return
    _ask(desk, f.Charge(tender, "paper_voucher", offered.tender_id, amount, keyed_hash=key), basket)


def _ask(desk: Desk, charge: f.Charge, basket: Transaction) -> None:
    waits = desk.policy.timeouts
    desk.do(
        f.StopTimer("idle"),
        replace(charge, transaction=basket.opened.transaction.uuid),
        f.StartTimer("card_status", waits.ask + waits.qr_status),
    )


# --- looked at, and sold -----------------------------------------------------------------------------------------


def looked(desk: Desk, told: i.ValueLooked) -> None:
    """What a card is: it says what is on it, or it is one that is still to be sold."""
    if not told.correlation or told.correlation != desk.state.live.value.asked:
        return
    desk.happened(replace(desk.state.live.value, asked=""))
    if told.offline:
        desk.refuse(text("value.offline"))
    elif told.reason == "inactive":
        _sell(desk, told)
    elif told.state == "known" and told.balance is not None:
        desk.say(text("value.balance", balance=Money(told.balance, told.currency), number=told.masked))
    else:
        ways.missed(desk, told.reason)
        desk.refuse(ways.refused(told.reason))


def _sell(desk: Desk, told: i.ValueLooked) -> None:
    """The rack's card goes into the basket: for what it names, or what the shopper chooses."""
    rules = desk.policy.stored_value
    if rules is None or not rules.item_id or desk.book.item(rules.item_id) is None:
        desk.refuse(text("value.why_inactive"))
        return
    basket = desk.basket
    if basket is not None and any(line.value_account == told.account for line in basket.live_lines):
        desk.refuse(text("value.in_basket"))
        return
    if not entry.may_enter(desk):
        return
    if told.face_minor:
        _ring_up(desk, told.account, told.face_minor)
    elif rules.amounts:
        desk.happened(replace(desk.state.live.value, account=told.account, masked=told.masked))
        desk.happened(e.ViewShown("gift_amount"), e.NoticeShown(None))
    else:
        desk.refuse(text("value.why_inactive"))


def amount_chosen(desk: Desk, chosen: i.GiftAmountChosen) -> None:
    """So much shall be on the card that is on show."""
    rules, account = desk.policy.stored_value, desk.state.live.value.account
    if rules is None or not account or desk.state.live.view != "gift_amount" or chosen.minor not in rules.amounts:
        return
    desk.happened(replace(desk.state.live.value, account="", masked=""))
    if entry.may_enter(desk):
        _ring_up(desk, account, chosen.minor)


def _ring_up(desk: Desk, account: str, minor: int) -> None:
    """As a line of its own: it is the sale's record, once complete, that puts the amount on the card."""
    rules = desk.policy.stored_value
    item = desk.book.item(rules.item_id) if rules is not None else None
    entry.open_transaction(desk)
    line = entry.line_of(desk, item, "scanned") if item is not None else None
    if line is None:
        desk.refuse(text("value.why_inactive"))
        return
    amount = desk.money(minor)
    entry.ring_up(desk, replace(line, unit_price=amount, extended=amount, discountable=False, value_account=account))
