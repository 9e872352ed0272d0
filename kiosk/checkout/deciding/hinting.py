"""When the basket has come to rest: what little more would bring an offer to hold.

Never while things are being scanned, so that no scan waits for it, and never once money is asked for.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import entry, offers
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, State
from kiosk.retail.hints import hints, may_be_suggested
from kiosk.retail.pricing import counted
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["REST_MS", "TIMER", "advise", "follow"]

TIMER: Final = "hints"
REST_MS: Final = 400
"""How long nothing has changed before a hint is worked out: longer than between two packs of a quick shopper."""


def follow(desk: Desk, before: State, input_: i.Input) -> None:
    """The basket changed: think about it once it rests."""
    if not _may_hint(desk.state):
        return
    if _basket(desk.state) != _basket(before) or not _may_hint(before) or isinstance(input_, i.PowerRestored):
        desk.do(f.StartTimer(TIMER, REST_MS))


def advise(desk: Desk) -> None:
    """Work the hints out for the basket as it stands."""
    basket = desk.basket
    if basket is None or not _may_hint(desk.state):
        return
    book, occasion = offers.book_of(desk, basket), offers.occasion_of(desk, basket)
    found = hints(
        basket.lines, book, occasion, desk.policy.offers, partial(_another, desk), rules=desk.policy.exclusions
    )
    if found != desk.state.live.hints:
        desk.happened(e.HintsShown(found))


def _basket(state: State) -> tuple[object, ...]:
    basket = state.transaction
    return () if basket is None else (basket.opened, basket.lines, basket.member_tier, basket.shopper, basket.coupons)


def _may_hint(state: State) -> bool:
    basket = state.transaction
    return state.phase is Phase.SCANNING and basket is not None and bool(basket.live_lines)


def _another(desk: Desk, item_id: str, units: int) -> LineItem | None:
    """The line of so many more; ``None`` where it could not be rung up, or nobody should be told to buy it."""
    item, basket, policy = desk.book.item(item_id), desk.basket, desk.policy
    if item is None or basket is None or not may_be_suggested(item, desk.policy.exclusions):
        return None
    wanted = units + sum(line.quantity for line in basket.live_lines if line.item_id == item_id)
    on_hand = desk.book.on_hand(item_id)
    if on_hand is not None and on_hand < wanted:
        return None
    if wanted > policy.maximum_quantity or len(basket.lines) >= policy.maximum_lines:
        return None
    line = entry.line_of(desk, item, "picked")
    return replace(line, quantity=units, extended=counted(line.unit_price, units)) if line is not None else None
