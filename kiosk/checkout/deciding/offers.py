"""What the offer engine is asked with: the occasion of a basket, and the book as its coupons change it."""

from __future__ import annotations

from typing import get_args

from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.events import LayerSaving
from kiosk.checkout.state import Transaction
from kiosk.checkout.text import text
from kiosk.retail.coupon import CouponBook, capped
from kiosk.retail.occasion import Occasion, Used
from kiosk.retail.offer import Layer, Offer
from kiosk.retail.transaction import RedeemedCoupon
from kiosk.retail.written import written_offer

__all__ = ["book_of", "by_layer", "gives", "occasion_of", "redeemed", "tell_gifts"]


def occasion_of(desk: Desk, basket: Transaction) -> Occasion:
    """Who buys, where and when. The hour is that at which the basket was opened, for the whole visit."""
    lane, shopper = desk.state.lane, basket.shopper
    known = basket.member_id and basket.member_method == "card"
    return Occasion(
        day=lane.business_day,
        store=lane.store,
        tier=basket.member_tier,
        visit=shopper.visit if known else 0,
        coupons=tuple(one.opens for one in basket.coupons if one.opens),
        local=basket.opened.local,
        member=basket.member_id if known else "",
        segments=shopper.segments if known else (),
        used=(*shopper.used, *_used_here(desk, basket.member_id)) if known else (),
        counted=shopper.counted or desk.policy.coupons.offline_limits,
    )


def _used_here(desk: Desk, member_id: str) -> tuple[Used, ...]:
    return tuple(use for member, use, _ in desk.state.used if member == member_id)


def book_of(desk: Desk, basket: Transaction) -> CouponBook:
    """The offers of the book, those of coupons taken unchecked within their bound, and those of coupons written out."""
    return CouponBook(desk.book, capped(basket.coupons), _written(desk, basket))


def _written(desk: Desk, basket: Transaction) -> tuple[Offer, ...]:
    bearing = [one for one in basket.coupons if one.written]
    if not bearing:
        return ()
    items = {line.item_id: item for line in basket.live_lines if (item := desk.book.item(line.item_id)) is not None}
    made = (written_offer(one.written, one.offer_id, items.values()) for one in bearing)
    return tuple(offer for offer in made if offer is not None)


def gives(basket: Transaction, offer_id: str) -> int:
    """What an offer takes off this basket, in minor units."""
    modifiers = (modifier for line in basket.live_lines for modifier in line.modifiers)
    return sum(modifier.amount.minor for modifier in modifiers if modifier.offer_id == offer_id)


def tell_gifts(desk: Desk, before: Transaction) -> None:
    """A gift is owed that was not: the shopper takes it, and need not scan it."""
    known = {(gift.offer_id, gift.item_id): gift.units for gift in before.gifts}
    owed = desk.basket.gifts if desk.basket is not None else ()
    fresh = [gift for gift in owed if gift.units > known.get((gift.offer_id, gift.item_id), 0)]
    if fresh:
        desk.say(text("gift.take", count=fresh[0].units, item=fresh[0].names))


def redeemed(desk: Desk, basket: Transaction) -> tuple[RedeemedCoupon, ...]:
    """The coupons that give something: the sale uses them up, and no others."""
    owing = {gift.offer_id for gift in basket.gifts}
    return tuple(
        RedeemedCoupon(one.code, one.offer_id, desk.money(amount), one.single, one.offline)
        for one in basket.coupons
        if (amount := gives(basket, one.offer_id)) or one.offer_id in owing
    )


def by_layer(desk: Desk, basket: Transaction) -> tuple[LayerSaving, ...]:
    """What each layer of offers takes off the basket, in the layers' order; offers that nobody knows are the item's."""
    book = book_of(desk, basket)
    known = {offer.offer_id: offer for line in basket.live_lines for offer in book.offers_for(line.item_id)}
    saved: dict[Layer, int] = {}
    for line in basket.live_lines:
        for modifier in line.modifiers:
            offer = known.get(modifier.offer_id)
            layer = offer.at if offer is not None else "item"
            saved[layer] = saved.get(layer, 0) + modifier.amount.minor
    return tuple(LayerSaving(layer, desk.money(saved[layer])) for layer in get_args(Layer) if saved.get(layer))
