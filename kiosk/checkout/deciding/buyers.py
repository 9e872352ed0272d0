"""The buyer's tax number: typed before paying where the country's documents bear one, and asked for where they must.

It is kept (journalled) when money is first asked for, or with the sale: what was typed into a basket that comes to
nothing is nowhere.
"""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State
from kiosk.checkout.text import text
from kiosk.retail.buyer import BuyerNumber, read_buyer

__all__ = ["keep", "missing", "of", "typed"]


def of(state: State) -> BuyerNumber | None:
    """Who buys, as far as the shopper has said."""
    kept = state.transaction.buyer if state.transaction is not None else None
    return state.live.buyer or kept


def typed(desk: Desk, told: i.BuyerTyped) -> None:
    """Take a number that can be right, or take it off the document."""
    rule, basket = desk.policy.buyer, desk.basket
    if rule is None or basket is None or basket.open_tender is not None:
        return
    buyer = read_buyer(told.number, rule)
    if buyer is None and told.number:
        desk.refuse(text("buyer.check", label=rule.label))
        return
    desk.happened(e.BuyerNamed(buyer) if basket.buyer is not None else e.BuyerShown(buyer))
    desk.happened(e.ViewShown("tender_choice"), e.NoticeShown(None))


def missing(desk: Desk) -> bool:
    """Whether the law wants a number that nobody has given; then it is asked for."""
    rule = desk.policy.buyer
    if rule is None or not rule.required_minor or of(desk.state) is not None:
        return False
    if desk.totals().total.minor < rule.required_minor:
        return False
    desk.happened(e.ViewShown("buyer"))
    desk.refuse(text("buyer.required", amount=desk.money(rule.required_minor), label=rule.label))
    return True


def keep(desk: Desk) -> None:
    """Money is about to be asked for: what a power cut must not take from the document is written down."""
    if desk.state.live.buyer is not None:
        desk.happened(e.BuyerNamed(desk.state.live.buyer))
