"""An offer as the engine looks at it: what of it no basket changes, worked out once.

Which units an offer reaches is asked after every scan, for every offer; what it is asked with (its layer, the names in
its scopes, how many units a group has at least) is the same each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kiosk.retail.offer import Gift, Layer, Occasion, Offer, Scope
from kiosk.retail.remembered import Remembered
from kiosk.retail.units import Priced, least_units

__all__ = ["Rival", "occasion_once", "rival"]

_MOST_OFFERS = 8_192


class Rival:
    """An offer as the very object that it is: no other is equal to it. ``least``: units of a group; 0: forms none.

    ``conditional``: it asks for something of the basket. ``gives``: a gift. ``rank``: which goes first by priority.
    """

    __slots__ = (
        "_departments",
        "_held",
        "_items",
        "_plain",
        "_scopes",
        "at",
        "conditional",
        "gives",
        "least",
        "offer",
        "rank",
    )

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.at: Layer = offer.at
        self.least = least_units(offer.effect)
        self.rank = (-offer.priority, offer.offer_id)
        self.conditional = bool(offer.contains or offer.min_left or offer.min_spend or offer.min_units)
        self.gives = isinstance(offer.effect, Gift)
        self._scopes: tuple[Scope, ...] = tuple(dict.fromkeys(offer.scopes))
        self._plain = all(scope.is_plain and not scope.everything for scope in self._scopes)
        self._items = tuple(dict.fromkeys(name for scope in self._scopes for name in scope.item_ids))
        self._departments = tuple(dict.fromkeys(name for scope in self._scopes for name in scope.departments))
        self._held: tuple[Occasion | None, bool] = (None, False)

    def holds_for(self, occasion: Occasion) -> bool:
        """As the offer says; asked again about the very same occasion it knows."""
        asked, holds = self._held
        if asked is not occasion:
            holds = self.offer.holds_for(occasion)
            self._held = (occasion, holds)
        return holds

    def reach(self, priced: Priced) -> Sequence[int]:
        """The units that any of its scopes means, in order."""
        if self._plain:
            return priced.named(self._items, self._departments)
        if len(self._scopes) == 1:
            return priced.meant(self._scopes[0])
        return sorted({n for scope in self._scopes for n in priced.meant(scope)})


rival: Remembered[Offer, Rival] = Remembered(Rival, most=_MOST_OFFERS)
"""The one rival of each offer object."""


@lru_cache(maxsize=16)
def occasion_once(occasion: Occasion) -> Occasion:
    """One object for all occasions that are equal."""
    return occasion
