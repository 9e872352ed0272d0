"""Burning points: a tender that head office keeps aside, asked for once and asked about when nobody answered.

A hold takes nothing: what a sale burned is booked from its journal, and from nothing else. So a hold that nobody has
confirmed can be given up at any time without harm (it is let go at head office, however long that takes), and a
shopper is never kept waiting for one. Without head office points are burned up to the limit that the retailer sets.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import buyers, earning, payment
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Transaction
from kiosk.checkout.text import text
from kiosk.checkout.visit_state import OFFLINE
from kiosk.retail.points import TENDER_ID, Programme, value_of

__all__ = ["choose", "keep_within", "told"]


def choose(desk: Desk, chosen: i.TenderChosen) -> None:
    """The shopper pays with so many points; with none, takes those burned in this basket back."""
    basket, programme = desk.basket, desk.policy.points
    if basket is None or programme is None or basket.open_tender is not None:
        return
    if chosen.points <= 0:
        _withdraw(desk, basket)
        return
    if not payment.payable(desk, basket):
        return
    open_to = earning.choice(desk.state, programme)
    if open_to is None or not _allowed(programme, chosen.points, open_to.most):
        desk.refuse(text(f"points.why_{open_to.why}" if open_to is not None and open_to.why else "points.not_so_many"))
        return
    if not buyers.missing(desk):
        buyers.keep(desk)
        _request(desk, basket, programme, chosen.points, offline=open_to.offline)


def _allowed(programme: Programme, points: int, most: int) -> bool:
    return points % programme.burn_points == 0 and programme.burn_least <= points <= most


def _request(desk: Desk, basket: Transaction, programme: Programme, points: int, *, offline: bool) -> None:
    """Written down before head office hears of it. Offline there is nobody to ask: it counts at once."""
    tender, amount = desk.mint(), desk.money(value_of(programme, points))
    desk.happened(
        e.TenderRequested(tender, TENDER_ID, "points", amount, desk.moment.utc_ms, points), e.NoticeShown(None)
    )
    if offline:
        payment.settle(desk, e.TenderSettled(tender, "approved", amount, reference=OFFLINE))
        payment.paid(desk)
        return
    uuid, waits = basket.opened.transaction.uuid, desk.policy.timeouts
    desk.do(
        f.StopTimer("idle"),
        f.Charge(tender, "points", TENDER_ID, amount, points=points, transaction=uuid, member_id=basket.member_id),
        f.StartTimer("card_status", waits.ask + waits.qr_status),
    )


def _withdraw(desk: Desk, basket: Transaction) -> None:
    """Not with points after all: they are the member's again."""
    for tender in basket.tenders:
        if tender.kind == "points" and tender.settled is not None:
            payment.take_back(desk, tender, "shopper")
    earning.shown(desk)
    if desk.state.live.view == "basket":
        desk.happened(e.ViewShown("tender_choice"))


def keep_within(desk: Desk) -> None:
    """The basket changed: count its points anew, and give back what is burned beyond what may be paid with points."""
    earning.shown(desk)
    basket = desk.basket
    if basket is None or basket.open_tender is not None:
        return
    if earning.burned(basket)[1] > desk.state.live.points.burnable_minor:
        _withdraw(desk, basket)
        desk.say(text("points.given_back"), "warning")


def told(desk: Desk, points: int | None) -> None:
    """Head office told the balance of the basket's member."""
    basket = desk.basket
    if basket is not None and basket.member_id and points is not None:
        desk.happened(e.PointsTold(points, desk.moment.utc_ms))
