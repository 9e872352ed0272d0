"""What was saved in all, offer by offer: the shares of the lines summed."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass

__all__ = ["Saving", "savings"]


@dataclass(frozen=True, slots=True)
class Saving:
    """What an offer takes off a basket, all lines together."""

    offer_id: str
    names: Names
    amount: Money


def savings(lines: Iterable[LineItem]) -> tuple[Saving, ...]:
    """By offer, the largest first; together exactly what the lines' discounts come to. Voided lines save nothing."""
    found: dict[str, Saving] = {}
    for modifier in (modifier for line in lines if not line.voided for modifier in line.modifiers):
        known = found.get(modifier.offer_id)
        amount = modifier.amount if known is None else known.amount + modifier.amount
        found[modifier.offer_id] = Saving(modifier.offer_id, modifier.names, amount)
    return tuple(sorted(found.values(), key=lambda saving: (-saving.amount.minor, saving.offer_id)))
