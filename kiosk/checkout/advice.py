"""How a hint is put to the shopper: in which words, and whether a touch may take it."""

from __future__ import annotations

from kiosk.checkout.screen import HintView
from kiosk.checkout.state import State
from kiosk.checkout.text import Text, text
from kiosk.retail.hints import Hint
from kiosk.retail.promotion import is_counted
from kiosk.retail.transaction import LineItem

__all__ = ["hint_views"]


def hint_views(state: State) -> tuple[HintView, ...]:
    """The hints for the basket as it stands, the best first."""
    basket = state.transaction
    return tuple(_view(hint, basket.live_lines) for hint in state.live.hints) if basket is not None else ()


def _view(hint: Hint, lines: tuple[LineItem, ...]) -> HintView:
    line = next((line for line in lines if _takes_more(line, hint)), None)
    by_touch = line is None and hint.by_hand and hint.units == 1
    return HintView(
        says=_says(hint),
        item=hint.item,
        offer=hint.offer,
        saving=hint.saving,
        line=line.line if line is not None else None,
        quantity=line.quantity + hint.units if line is not None else 0,
        choose=hint.item_id if by_touch else "",
    )


def _takes_more(line: LineItem, hint: Hint) -> bool:
    """Whether plus on this line is what the hint asks for: the same pieces, of which no code tells anything special."""
    told = line.expires or line.best_before or line.lot or line.serial or line.price_from_code
    each = line.unit_price if line.deposit is None else line.unit_price + line.deposit.amount
    return line.item_id == hint.item_id and not told and is_counted(line) and each * hint.units == hint.price


def _says(hint: Hint) -> Text:
    """What is asked for and what it costs then, so that nobody pays more than they were told."""
    if not hint.item_id:
        return text("hint.spend", amount=hint.price, saving=hint.saving)
    if hint.extra.minor > 0:
        return text("hint.more", count=hint.units, price=hint.price, amount=hint.extra)
    if hint.extra.minor < 0:
        return text("hint.less", count=hint.units, amount=-hint.extra)
    return text("hint.free", count=hint.units)
