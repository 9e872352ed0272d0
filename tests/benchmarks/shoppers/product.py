"""The drill's lane once more, through all that the checkout decides: scans, readings, touches and staff as inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kiosk.checkout import inputs as i
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.policy import BaggingPolicy
from kiosk.retail.weight import Weight
from tests.benchmarks.shoppers.visit import Told
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, bangladesh

__all__ = ["ProductLane", "book_of"]

_STAFF: Final = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def book_of(nominal: Mapping[str, int], bagging: BaggingPolicy) -> MemoryBook:
    """A book of items that weigh so much, and nothing else of note."""
    items = {
        item_id: Item(item_id, {"en": item_id}, "shelf", "exempt", Money(100, "BDT"), expected_grams=grams)
        for item_id, grams in nominal.items()
    }
    return MemoryBook(replace(bangladesh(), bagging=bagging), items)


class ProductLane:
    """One visit at a lane of the product."""

    def __init__(self, book: MemoryBook) -> None:
        self._lane: HandLane = open_lane(book)
        self._began = self._lane.now_ms
        self._reads = 0
        self._lane.tell(i.ShopperArrived("en"))

    def scan(self, ms: int, item_id: str) -> None:
        """A piece is rung up."""
        self._at(ms).tell(i.ItemChosen(item_id))

    def own_bag(self, ms: int) -> None:
        """The shopper touched "my own bag"."""
        self._at(ms).tell(i.OwnBagPlaced())

    def weigh(self, ms: int, grams: int) -> None:
        """A reading; the scale does not say whether it rests."""
        self._reads += 1
        self._at(ms).tell(i.WeightRead(Weight(grams, 0, "g"), False, self._reads, 0, "bagging"))  # noqa: FBT003

    def pay(self, ms: int) -> None:
        """The shopper touched "pay"."""
        self._at(ms).tell(i.CheckoutRequested())

    def told(self, _ms: int) -> Told | None:
        """What is on the screen about the bagging area, and whether staff are called."""
        area, view = self._lane.state.live.area, self._lane.state.live.view
        paying = area.paying or view == "tender_choice"
        if area.doubt is None or (area.doubt.stage == "wait" and not paying):
            return None
        return Told(area.doubt.kind, staff=any(r.kind == "bagging" for r in self._lane.state.interventions))

    def cleared(self, ms: int) -> None:
        """Staff have looked and let it pass."""
        raised = next(r for r in self._lane.state.interventions if r.kind == "bagging")
        self._at(ms).tell(_STAFF, i.OperatorActed("approve", target=raised.intervention), i.OperatorSignedOut())

    def _at(self, ms: int) -> HandLane:
        self._lane.now_ms = self._began + ms
        return self._lane
