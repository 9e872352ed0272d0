"""Coupons: scanned, typed by the shopper or keyed in by staff, kept for the basket at head office, taken off again.

A code that serves everybody is taken at once. A single-use coupon is first reserved at head office for this basket, by
its transaction's uuid; it is redeemed by the sale's own record, and let go by that of its return or of a voided basket,
so that neither a repeated question nor a power cut uses one twice.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import entry, offers
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State, Transaction
from kiosk.checkout.text import text
from kiosk.retail.codes import Coupon, read_code
from kiosk.retail.codes.reading import split_identifier
from kiosk.retail.coupon import BasketCoupon
from kiosk.retail.digits import latin_digits
from kiosk.retail.offer import Offer
from kiosk.retail.policy import Policy
from kiosk.retail.values import replace
from kiosk.retail.written import CURRENCIES, MANUFACTURER, unfit, written_id

__all__ = [
    "answered",
    "check_again",
    "key_in",
    "return_requested",
    "take",
    "takes_coupons",
    "tries_left",
    "type_in",
]

_LONGEST = 90
_POSITIVE_FILE: Final = "8112"
_WRITTEN: Final = "8110"


def take(desk: Desk, scanned: i.CodeScanned) -> bool:
    """Whether the code is a coupon that this shop takes; if so it is dealt with."""
    rules = desk.policy.coupons
    _, data = split_identifier(scanned.data.strip(), scanned.symbology)
    code = _normal(data)
    if rules.prefixes and code.startswith(rules.prefixes):
        _present(desk, code)
        return True
    read = read_code(scanned.data, scanned.symbology) if rules.north_american else None
    if not isinstance(read, Coupon):
        return False
    if desk.policy.currency not in CURRENCIES:
        _refuse(desk, f"{read.ai}{read.data}", "elsewhere")
    elif read.ai == _WRITTEN:
        _present_written(desk, read.data)
    else:
        _present(desk, f"{_POSITIVE_FILE}{read.data}")
    return True


def type_in(desk: Desk, presented: i.CouponPresented) -> None:
    """The shopper types a code; one who tries codes out comes to an end of it soon, and asks staff."""
    code = _normal(presented.code)
    if code and tries_left(desk.state, desk.policy):
        _present(desk, code, keyed=True)
    elif code:
        desk.refuse(text("coupon.ask_staff"))


def takes_coupons(policy: Policy) -> bool:
    """Whether this shop has coupons at all."""
    return bool(policy.coupons.prefixes) or policy.coupons.north_american


def tries_left(state: State, policy: Policy) -> int:
    """How many codes the shopper may still get wrong; 0: staff key it in."""
    if policy.coupons.keyed == "staff":
        return 0
    missed = state.transaction.codes_missed if state.transaction is not None else 0
    return max(0, policy.coupons.keyed_tries - missed)


def key_in(desk: Desk, acted: i.OperatorActed) -> None:
    """Staff key a code in for the shopper."""
    code = _normal(acted.target)
    if code:
        _present(desk, code)


def _normal(code: str) -> str:
    """As codes are kept: capitals, Latin digits, no blanks."""
    return "".join(latin_digits(code).upper().split())


# --- presented ---------------------------------------------------------------------------------------------------


def _present(desk: Desk, code: str, *, keyed: bool = False) -> None:
    offer = desk.book.offer_of_coupon(code) if len(code) <= _LONGEST else None
    if not _may_count(desk, code, offer.offer_id if offer is not None else ""):
        return
    entry.open_transaction(desk)
    basket = desk.basket
    if basket is None:
        return
    why = _not_here(desk, basket, offer) if offer is not None else None
    if len(code) > _LONGEST or why is not None:
        _refuse(desk, code, why or "unknown", keyed=keyed)
    elif offer is not None and not offer.serials:
        _accept(desk, basket, BasketCoupon(code, offer.offer_id, offer.names, offer.coupon))
    else:
        _ask(desk, basket, code, offer.coupon if offer is not None else "", keyed=keyed)


def _present_written(desk: Desk, data: str) -> None:
    """An 8110 coupon is judged here: there is nobody to ask whether its print was used."""
    code, offer_id = f"{_WRITTEN}{data}", written_id(data)
    if not _may_count(desk, code, offer_id):
        return
    entry.open_transaction(desk)
    basket, why = desk.basket, unfit(data, desk.state.lane.business_day)
    if basket is None or why is not None:
        _refuse(desk, code, why or "unknown")
        return
    _accept(desk, basket, BasketCoupon(code, offer_id, MANUFACTURER, written=data))


def _may_count(desk: Desk, code: str, offer_id: str) -> bool:
    """Whether one more coupon may come into the basket now; says why not."""
    if not entry.may_enter(desk):
        return False
    basket = desk.basket
    if code in desk.state.redeemed:  # known here even while head office cannot be asked
        _refuse(desk, code, "used")
        return False
    if basket is None:
        return True
    why: e.CouponRefusal | None = None
    if basket.paid:
        why = "paying"
    elif code in {*(one.code for one in basket.coupons), *(asked.code for asked in desk.state.live.coupon_asks)}:
        why = "already"
    elif offer_id and any(one.offer_id == offer_id for one in basket.coupons):
        why = "another"
    elif len(basket.coupons) + len(desk.state.live.coupon_asks) >= desk.policy.coupons.most:
        why = "limit"
    if why is not None:
        _refuse(desk, code, why)
    return why is None


def _not_here(desk: Desk, basket: Transaction, offer: Offer) -> e.CouponRefusal | None:
    """What nothing the shopper does in this visit can change."""
    occasion = offers.occasion_of(desk, basket)
    match offer.unmet(replace(occasion, coupons=(*occasion.coupons, offer.coupon))):
        case "day":
            return "day"
        case "store" | "channel":
            return "store"
        case _:
            return None


def _refuse(desk: Desk, code: str, why: e.CouponRefusal, *, keyed: bool = False) -> None:
    desk.happened(e.CouponRefused(code[:_LONGEST], why, keyed))
    if keyed and why == "unknown" and not tries_left(desk.state, desk.policy):
        desk.refuse(text("coupon.ask_staff"))
    else:
        desk.refuse(text(f"coupon.{why}"))


def _accept(desk: Desk, before: Transaction, coupon: BasketCoupon) -> None:
    desk.happened(e.CouponAccepted(coupon))
    entry.settle_offers(desk)
    basket = desk.basket or before
    amount = offers.gives(basket, coupon.offer_id)
    if desk.state.operator is None:
        desk.happened(e.ViewShown("basket"))
    if coupon.offline and coupon.most_minor:
        desk.say(text("coupon.offline_most", most=desk.money(coupon.most_minor)))
    elif amount:
        desk.say(text("coupon.gives", amount=desk.money(amount)))
    else:
        desk.say(text("coupon.nothing_yet"))
    offers.tell_gifts(desk, before)
    desk.do(f.Beep("scan"))


# --- asked of head office ----------------------------------------------------------------------------------------


def _ask(desk: Desk, basket: Transaction, code: str, coupon: str, *, again: bool = False, keyed: bool = False) -> None:
    asked = e.CouponAsked(desk.mint(), code, again, keyed=keyed)
    desk.happened(asked)
    if not again:
        desk.say(text("coupon.checking"))
    uuid = basket.opened.transaction.uuid
    desk.do(f.AskCoupon(asked.correlation, code, coupon, uuid, desk.policy.timeouts.ask))


def answered(desk: Desk, answer: i.CouponAnswered) -> None:
    """Head office keeps the coupon for this basket, or says why not, or could not be asked."""
    asks = desk.state.live.coupon_asks
    asked = next((one for one in asks if one.correlation == answer.correlation), None)
    if asked is None:
        return
    desk.happened(replace(asked, done=True))
    basket = desk.basket
    if basket is None:
        return
    if asked.again:
        _still(desk, basket, asked.code, answer)
        return
    offer = desk.book.offer(answer.offer_id) if answer.offer_id else desk.book.offer_of_coupon(asked.code)
    if basket.open_tender is not None or basket.paid:
        _refuse(desk, asked.code, "paying")
    elif not answer.offline and answer.state != "reserved":
        _refuse(desk, asked.code, answer.state, keyed=asked.keyed)
    elif offer is None or (answer.offline and not _taken_unchecked(desk, offer)):
        _refuse(desk, asked.code, "offline" if answer.offline else "unknown", keyed=asked.keyed)
    elif any(one.offer_id == offer.offer_id for one in basket.coupons):
        _refuse(desk, asked.code, "another")
    else:
        why = _not_here(desk, basket, offer)
        if why is not None:
            _refuse(desk, asked.code, why)
            return
        most = desk.policy.coupons.offline_most_minor if answer.offline else 0
        single = BasketCoupon(asked.code, offer.offer_id, offer.names, offer.coupon, single=True)
        _accept(desk, basket, replace(single, offline=answer.offline, most_minor=most))


def _taken_unchecked(desk: Desk, offer: Offer) -> bool:
    return desk.policy.coupons.offline if offer.coupon_offline is None else offer.coupon_offline


def check_again(desk: Desk) -> None:
    """A parked basket is taken up again: its single-use coupons may have been used elsewhere meanwhile."""
    basket = desk.basket
    for one in basket.coupons if basket is not None else ():
        if basket is None or not one.single:
            continue
        if one.code in desk.state.redeemed:
            _gone(desk, one.code, "used")
        elif not one.offline:
            _ask(desk, basket, one.code, one.coupon, again=True)


def _still(desk: Desk, basket: Transaction, code: str, answer: i.CouponAnswered) -> None:
    if answer.offline or answer.state == "reserved" or all(one.code != code for one in basket.coupons):
        return
    if basket.open_tender is not None or basket.paid:
        return  # what the shopper was asked to pay stands; head office sees a coupon that served twice
    _gone(desk, code, answer.state)


def _gone(desk: Desk, code: str, why: e.CouponRefusal) -> None:
    """It was used elsewhere meanwhile, and gives nothing in this basket."""
    desk.happened(e.CouponReturned(code, "system", why))
    entry.settle_offers(desk)
    desk.refuse(text(f"coupon.{why}"))


# --- taken off ---------------------------------------------------------------------------------------------------


def return_requested(desk: Desk, asked: i.CouponReturnRequested) -> None:
    """The shopper (or staff) take a coupon off; it can be used again."""
    basket = desk.basket
    if basket is None or all(one.code != asked.code for one in basket.coupons) or not entry.may_enter(desk):
        return
    operator = desk.state.operator
    desk.happened(e.CouponReturned(asked.code, operator.operator_id if operator is not None else "shopper"))
    entry.settle_offers(desk)
    desk.say(text("coupon.returned"))
