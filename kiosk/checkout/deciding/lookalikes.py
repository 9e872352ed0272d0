"""Produce that looks like something else, at the desk: the camera is asked while the item lies on the scale, and where
it is sure of another the shopper is asked which one it is. Nobody waits for the camera, and nobody is accused.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import weighing
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.shown import Choice
from kiosk.checkout.state import State
from kiosk.retail import pricing
from kiosk.retail.item import Item
from kiosk.retail.lookalikes import Seen, clearly_another
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.retail.weighing import Accepted

__all__ = ["asked_first", "follow", "seen", "stayed"]

_DEADLINE_MS: Final = 2_000
_MOST_CHOICES: Final = 3
_CONVENTIONAL_DIGITS: Final = 4


def follow(desk: Desk, before: State) -> None:
    """What was picked came to rest on the scale: the camera is asked what it is. Another item, and it is forgotten."""
    live, was = desk.state.live, before.live
    if live.armed is None or was.armed is None or live.armed.item_id != was.armed.item_id:
        if live.look != e.LookShown():
            desk.happened(e.LookShown())
        was_rests = False
    else:
        was_rests = _rests(desk, before)
    if desk.policy.looks.mode == "off" or live.armed is None or not live.armed.plu or was_rests:
        return
    if _rests(desk, desk.state):
        correlation = desk.mint()
        desk.happened(e.LookShown(correlation))
        desk.do(f.AskProduce(correlation, _DEADLINE_MS))


def _rests(desk: Desk, state: State) -> bool:
    return isinstance(weighing.judged(state, desk.policy, None, desk.moment.local_date), Accepted)


def seen(desk: Desk, told: i.ProduceSeen) -> bool:
    """The camera's answer, if it was asked for this; where it is sure of another, there is something to choose from."""
    look, armed = desk.state.live.look, desk.state.live.armed
    if not told.correlation or told.correlation != look.correlation:
        return False
    if armed is None or armed.plu is None or len(told.numbers) != len(told.shares):
        return True
    found = [(number, _sold(desk, number)) for number in told.numbers]
    guesses = [
        Seen(number, share, _price(desk, item)) for (number, item), share in zip(found, told.shares, strict=True)
    ]
    if clearly_another(desk.policy.looks, armed.plu, armed.unit_price.minor, guesses):
        others = [item for _, item in found if item is not None and item.item_id != armed.item_id and item.weighed]
        desk.happened(replace(look, choices=tuple(map(_choice, others[:_MOST_CHOICES]))))
    return True


def _sold(desk: Desk, number: str) -> Item | None:
    """What the book sells by weight under a number, or organically under 9 and that number."""
    numbers = (number, f"9{number}") if len(number) == _CONVENTIONAL_DIGITS else (number,)
    items = (desk.book.by_plu(each) for each in numbers)
    return next((item for item in items if item is not None and item.unit == "kg"), None)


def _price(desk: Desk, item: Item | None) -> int | None:
    price = pricing.selling_price(item, desk.policy) if item is not None else None
    return price.minor if price is not None else None


def _choice(item: Item) -> Choice:
    return Choice(item.item_id, item.names, item.picture, item.price)


def asked_first(desk: Desk) -> bool:
    """Whether the shopper is asked which one it is, instead of ringing it up: once for what lies there."""
    look = desk.state.live.look
    if not look.choices or look.asked:
        return False
    desk.happened(replace(look, asked=True))
    desk.do(f.Beep("help"))
    return True


def stayed(desk: Desk, look: e.LookShown, line: LineItem) -> None:
    """The shopper was asked and stayed with what they picked. Where the shop wants it, staff look before payment."""
    basket = desk.basket
    rung = desk.state.live.armed is None
    if not rung or not look.asked or desk.policy.looks.mode != "staff" or basket is None or line.weight is None:
        return
    number = basket.lines[-1].line
    desk.raise_intervention("produce", blocks="payment", line=number, reason=look.choices[0].item_id)
