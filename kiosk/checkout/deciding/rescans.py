"""Baskets that staff look through before payment: by chance, and oftener where less of them was seen."""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Transaction
from kiosk.checkout.text import text
from kiosk.retail.policy import RescanRules

__all__ = ["asked"]


def asked(desk: Desk, basket: Transaction) -> bool:
    """Whether staff look through this basket first. Drawn from the moment's own chance when the shopper wants to pay.

    Drawn again only if the basket has grown since; that is on record, so that a restart is no second lot.
    """
    pieces = sum(line.quantity for line in basket.live_lines)
    if pieces <= basket.drawn or desk.policy.rescans == RescanRules():
        return False
    drawn = desk.moment.seed % 1000 < _share(desk, basket)
    desk.happened(e.RescanDrawn(pieces, drawn))
    if not drawn:
        return False
    desk.raise_intervention("rescan", blocks="payment")
    desk.refuse(text("rescan.asked"))
    return True


def _share(desk: Desk, basket: Transaction) -> int:
    rules, area = desk.policy.rescans, desk.state.live.area
    voids = sum(line.voided for line in basket.lines)
    unweighed = desk.policy.bagging.mode != "off" and not area.watched
    return (
        rules.per_1000
        + rules.per_1000_a_skip * len(basket.unbagged)
        + rules.per_1000_a_void * voids
        + (rules.per_1000_unweighed if unweighed else 0)
    )
