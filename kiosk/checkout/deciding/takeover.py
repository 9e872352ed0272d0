"""A parked basket is taken up again: here, or at another lane than its own. Head office gives it to one lane only.

A lane that cannot reach head office goes on with its own baskets, and with no other's. What goes to another lane is
the lines at the prices they had, and the hour that its shopper began; they are a transaction of that lane's own, with
offers, ages and tags judged anew.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import business_day, codes, coupons, earning, entry, restricting, slips
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, Transaction
from kiosk.checkout.text import text
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["AGAIN", "ASK_MS", "SHOPPER", "ask", "list_told", "listed", "portable", "resume", "told"]

AGAIN: Final = "again"
SHOPPER: Final = "shopper"
"""Who goes on with a basket by its slip alone."""
ASK_MS: Final = 5_000
"""Staff wait so long for head office's answer about a basket."""


def portable(basket: Transaction) -> tuple[LineItem, ...]:
    """The lines that another lane may go on with; none where money, a return, an exemption or a gift card is in it."""
    lines = basket.live_lines
    bound = basket.paid or basket.open_tender is not None or basket.returns is not None or basket.exemption is not None
    if bound or any(line.value_account for line in lines):
        return ()
    return tuple(replace(line, modifiers=()) for line in lines)


def resume(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """The basket named, else the one parked here last, else the one parked last at another lane of the shop.

    ``AGAIN`` as the reason: staff say that the lane it was given to will not go on with it.
    """
    if desk.state.transaction is not None or desk.state.finishing is not None:
        return
    slips.expire(desk)
    here = desk.state.suspended
    wanted = acted.target or (here[-1].opened.transaction.uuid if here else "")
    ask(desk, wanted, by, again=acted.reason == AGAIN)


def ask(desk: Desk, wanted: str, by: str, *, again: bool = False) -> None:
    """Go on with a basket once head office has said whose it is; with one's own at once where it cannot be reached."""
    state = desk.state
    own = _is_own(desk, wanted)
    if not state.live.online:
        if own:
            _take_up(desk, wanted, by)
        else:
            desk.refuse(text("basket.offline"))
        return
    if not own and desk.phase is Phase.OUT_OF_SERVICE:
        desk.refuse(text("closed.lane"))
        return
    asked = e.BasketAsked(desk.mint(), wanted, by)
    desk.happened(asked, e.NoticeShown(None))
    desk.do(f.AskBasket(asked.correlation, wanted, own, ASK_MS, again))


def _is_own(desk: Desk, uuid: str) -> bool:
    return any(parked.opened.transaction.uuid == uuid for parked in desk.state.suspended)


def told(desk: Desk, answer: i.BasketTold) -> None:
    """Head office has said whose it is; nothing happens if staff have gone, or somebody has begun another basket."""
    asked, state = desk.state.live.basket_asked, desk.state
    by = SHOPPER if asked.by == SHOPPER else state.operator.operator_id if state.operator is not None else ""
    if asked.correlation != answer.correlation or not answer.correlation:
        return
    desk.happened(e.BasketAsked())
    if not by or state.transaction is not None or state.finishing is not None:
        return
    if _is_own(desk, asked.sought):
        _own_told(desk, asked.sought, answer, by)
    elif answer.state != "given":
        _refused(desk, asked, answer.state)
    elif answer.transaction in state.taken_over or desk.phase is Phase.OUT_OF_SERVICE:
        desk.refuse(text("basket.unknown"))
    else:
        _take_over(desk, answer, by)


def _refused(desk: Desk, asked: e.BasketAsked, state: i.BasketState) -> None:
    """Why not; a slip whose basket nobody has is one that was used before, or that staff have made an end of."""
    desk.refuse(text("slip.over" if state == "unknown" and asked.sought else f"basket.{state}"))
    if desk.state.live.view == "parked":
        listed(desk)


def _own_told(desk: Desk, uuid: str, answer: i.BasketTold, by: str) -> None:
    """Only another lane's having it keeps this lane from its own basket."""
    if answer.state == "gone":
        desk.happened(e.TransactionVoided(uuid, "system", "taken_over"))
    if answer.state in ("gone", "taken", "expired"):
        desk.refuse(text(f"basket.{answer.state}"))
        if desk.state.live.view == "parked":
            listed(desk)
    else:
        _take_up(desk, uuid, by)


def _take_up(desk: Desk, uuid: str, by: str) -> None:
    """What staff let through must be judged anew."""
    desk.next_visit()
    business_day.ensure(desk)
    desk.happened(e.TransactionResumed(uuid, by))
    restricting.judge_anew(desk)
    earning.shown(desk)
    coupons.check_again(desk)
    _shown(desk, by)


def _take_over(desk: Desk, given: i.BasketTold, by: str) -> None:
    """The lines as they stood become a transaction of this lane's own."""
    if any(line.unit_price.currency != desk.policy.currency for line in given.lines):
        desk.refuse(text("basket.unknown"))
        return
    entry.open_transaction(desk, begun=given.local)
    basket = desk.basket
    if basket is None:
        return
    uuid = basket.opened.transaction.uuid
    desk.happened(e.BasketTakenOver(uuid, given.transaction, given.kiosk, by))
    for number, line in enumerate(given.lines, start=1):
        desk.happened(e.LineAdded(replace(line, line=number)))
        codes.ask_about(desk, line)
    entry.settle_offers(desk)
    restricting.judge_anew(desk)
    _shown(desk, by)


def _shown(desk: Desk, by: str) -> None:
    """Whoever brought the slip sees the basket; staff go on from their own screen."""
    desk.happened(e.ViewShown("basket" if by == SHOPPER else "staff"), e.NoticeShown(None))
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))


# --- the list ----------------------------------------------------------------------------------------------------


def listed(desk: Desk) -> None:
    """Staff want to see which baskets are parked: this lane's, and, as head office tells, the shop's."""
    operator, state = desk.state.operator, desk.state
    if operator is None or not desk.policy.rights.may(operator.role, "resume_suspended"):
        return
    slips.expire(desk)
    asked = desk.mint() if state.live.online else ""
    desk.happened(e.ViewShown("parked"), e.ParkedShown(asked, offline=not asked, utc_ms=desk.moment.utc_ms))
    if asked:
        desk.do(f.AskBaskets(asked, ASK_MS))


def list_told(desk: Desk, told: i.BasketsTold) -> None:
    """Head office's list. What another lane goes on with is no more this one's; it says so now that it knows."""
    if not told.correlation or told.correlation != desk.state.live.parked.correlation:
        return
    for uuid in told.gone:
        if _is_own(desk, uuid):
            desk.happened(e.TransactionVoided(uuid, "system", "taken_over"))
    desk.happened(e.ParkedShown("", told.rows, told.offline, desk.moment.utc_ms))
