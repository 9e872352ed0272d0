"""Fold what happens to the open basket: its lines, its member, what opens offers, and its tenders."""

from __future__ import annotations

from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout.state import Shopper, State, Tender, Transaction
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["MAXIMUM_UNPAID", "BasketEvent", "in_basket"]

MAXIMUM_UNPAID = 100
"""Tenders settled without money whose late yes would still be known for what it is."""

BasketEvent = (
    e.LineAdded
    | e.QuantityChanged
    | e.LineVoided
    | e.PriceOverridden
    | e.PriceModifiersSettled
    | e.LoyaltyAttached
    | e.PointsTold
    | e.MemberTold
    | e.CouponAccepted
    | e.CouponReturned
    | e.BuyerNamed
    | e.GiftsOwed
    | e.AgeApproved
    | e.TaxExempted
    | e.LineUnbagged
    | e.RescanDrawn
    | e.TenderRequested
    | e.TenderSettled
)


def in_basket(state: State, event: BasketEvent) -> State:  # noqa: C901, PLR0912, PLR0915 - one flat table over its events
    """The state after something happened to the open basket. Raises ValueError where none is open."""
    basket = state.transaction
    if basket is None:
        message = f"{type(event).__name__} without an open transaction"
        raise ValueError(message)
    live = state.live
    match event:
        case e.LineAdded():
            basket = replace(basket, lines=(*basket.lines, event.item), latest_line=event.item.line)
            emptying = live.emptying.after_line(event.item.entry)
            live = live if emptying == live.emptying else replace(live, emptying=emptying)
        case e.QuantityChanged():
            changed = replace(_line(basket, event.line), quantity=event.quantity, extended=event.extended)
            basket = replace(_with_line(basket, changed), latest_line=event.line)
        case e.LineVoided():
            voided = replace(_line(basket, event.line), voided=True, modifiers=())
            basket = _with_line(basket, voided)
        case e.PriceOverridden():
            basket = replace(_with_line(basket, _overridden(basket, event)), latest_line=event.line)
        case e.PriceModifiersSettled():
            basket = _with_modifiers(basket, event)
        case e.LoyaltyAttached():
            same = basket.member_id in ("", event.member_id)
            basket = replace(
                basket,
                age_approved=basket.age_approved if same else 0,
                member_id=event.member_id,
                member_tier=event.tier,
                member_method=event.method,
                points=event.points,
                points_utc_ms=event.points_utc_ms,
                shopper=Shopper(segments=event.segments),
            )
        case e.PointsTold():
            basket = replace(basket, points=event.points, points_utc_ms=event.utc_ms)
        case e.MemberTold():
            shopper = Shopper(event.visit, event.segments, event.used, counted=True)
            basket = replace(basket, shopper=shopper)
        case e.CouponAccepted() | e.CouponReturned() | e.GiftsOwed():
            basket = _offered(basket, event)
        case e.BuyerNamed():
            basket, live = replace(basket, buyer=event.buyer), replace(live, buyer=None)
        case e.AgeApproved():
            basket = replace(basket, age_approved=max(basket.age_approved, event.minimum_age))
        case e.LineUnbagged():
            basket = replace(basket, unbagged=tuple(dict.fromkeys((*basket.unbagged, event.line))))
        case e.RescanDrawn():
            basket = replace(basket, drawn=event.pieces)
        case e.TaxExempted():
            basket = _exempted(basket, event)
        case e.TenderRequested():
            asked = Tender.asked(event)
            basket = replace(basket, tenders=(*basket.tenders, asked))
        case e.TenderSettled():
            basket = replace(basket, tenders=tuple(_settled(t, event) for t in basket.tenders))
            cancelling = live.cancelling if event.outcome == "unknown" else ""
            live = replace(live, cancelling=cancelling, keeping=False, qr=None, prompt=None)
            state = replace(state, unpaid=_unpaid(state.unpaid, basket, event))
        case _:
            assert_never(event)
    return replace(state, transaction=basket, live=replace(live, hints=()) if live.hints else live)


def _offered(basket: Transaction, event: e.CouponAccepted | e.CouponReturned | e.GiftsOwed) -> Transaction:
    """What offers are opened by, and what they owe."""
    match event:
        case e.CouponAccepted():
            others = tuple(one for one in basket.coupons if one.code != event.coupon.code)
            return replace(basket, coupons=(*others, event.coupon))
        case e.CouponReturned():
            return replace(basket, coupons=tuple(one for one in basket.coupons if one.code != event.code))
        case e.GiftsOwed():
            return replace(basket, gifts=event.gifts)
        case _:
            assert_never(event)


def _line(basket: Transaction, number: int) -> LineItem:
    return basket.lines[number - 1]


def _overridden(basket: Transaction, event: e.PriceOverridden) -> LineItem:
    return replace(
        _line(basket, event.line),
        unit_price=event.unit_price,
        extended=event.extended,
        was_price=event.was,
        override_reason=event.reason,
        discountable=False,
        modifiers=(),
    )


def _exempted(basket: Transaction, event: e.TaxExempted) -> Transaction:
    for one in event.lines:
        line = _line(basket, one.line)
        free = replace(line, unit_price=one.unit_price, extended=one.extended, tax_rate=one.tax_rate)
        basket = _with_line(basket, free)
    return replace(basket, exemption=event.exemption)


def _with_line(basket: Transaction, changed: LineItem) -> Transaction:
    index = changed.line - 1
    return replace(basket, lines=(*basket.lines[:index], changed, *basket.lines[index + 1 :]))


def _with_modifiers(basket: Transaction, event: e.PriceModifiersSettled) -> Transaction:
    wanted = {entry.line: entry.modifiers for entry in event.lines}
    lines = tuple(
        line if line.modifiers == wanted.get(line.line, ()) else replace(line, modifiers=wanted.get(line.line, ()))
        for line in basket.lines
    )
    return replace(basket, lines=lines)


def _unpaid(known: tuple[Tender, ...], basket: Transaction, event: e.TenderSettled) -> tuple[Tender, ...]:
    if event.outcome not in ("declined", "cancelled"):
        return tuple(t for t in known if t.tender != event.tender)
    refused = tuple(t for t in basket.tenders if t.tender == event.tender and t.kind != "cash")
    if event.reason != "staff":  # of a refund money may move after all only where staff, and not who does it, said no
        refused = tuple(t for t in refused if not t.refund)
    return (*known, *refused)[-MAXIMUM_UNPAID:]


def _settled(tender: Tender, event: e.TenderSettled) -> Tender:
    if tender.tender != event.tender:
        return tender
    settled = None
    if event.outcome in ("approved", "partial"):
        settled = e.SettledTender(
            tender=tender.tender,
            tender_id=tender.tender_id,
            kind=tender.kind,
            amount=event.amount,
            approval_code=event.approval_code,
            brand=event.brand,
            masked_pan=event.masked_pan,
            reference=event.reference,
            received=event.received,
            change=event.change,
            rounding=event.rounding,
            acquirer=event.acquirer,
            terminal_id=event.terminal_id,
            card_entry=event.card_entry,
            signature=event.signature,
            slip=event.slip,
            points=tender.points,
            balance=event.balance,
            worth=tender.worth,
            instalments=tender.instalments,
            instalments_by=tender.instalments_by,
            original=tender.original,
        )
    return replace(tender, outcome=event.outcome, settled=settled, reason=event.reason)
