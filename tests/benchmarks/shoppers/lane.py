"""The lane of the drill: the product's bagging rules on the product's plate, with what items were learned to weigh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.retail.bagging import BaggingRules, Piece, Plate
from kiosk.retail.piece_weights import Learned, Seen, learned
from tests.benchmarks.shoppers.visit import Told

__all__ = ["PlateLane", "Weights"]


@dataclass(slots=True)
class Weights:
    """What items should weigh: nominal weights, and what was seen of them. ``learns`` false: nominal for ever."""

    nominal: Mapping[str, int]
    learns: bool = True
    seen: dict[str, Seen] = field(default_factory=dict)

    def of(self, item_id: str) -> Learned:
        """What a piece should weigh now."""
        return learned(self.nominal[item_id], 0, self.seen.get(item_id, Seen()))

    def take(self, item_id: str, grams: int) -> None:
        """A piece was bagged alone."""
        if self.learns:
            self.seen[item_id] = self.seen.get(item_id, Seen()).with_piece(grams)


class PlateLane:
    """One visit at the lane."""

    def __init__(self, rules: BaggingRules, weights: Weights) -> None:
        self._rules, self._weights = rules, weights
        self._plate = Plate()
        self._lines: list[str] = []
        self._paying = False

    def scan(self, ms: int, item_id: str) -> None:
        """A piece is rung up, a line of its own."""
        self._lines.append(item_id)
        known = self._weights.of(item_id)
        self._plate = self._plate.rung([Piece(len(self._lines), known.grams, known.spread)], self._rules, ms)

    def own_bag(self, ms: int) -> None:
        """A bag comes next, or lies there."""
        self._plate = self._plate.own_bag(self._rules, ms)

    def weigh(self, ms: int, grams: int) -> None:
        """A reading."""
        self._plate = self._plate.read(ms, grams, self._rules)

    def pay(self, _ms: int) -> None:
        """Everything must be in its place now."""
        self._paying = True

    def told(self, ms: int) -> Told | None:
        """The doubt on show: after its hint's time, or at once where it holds up payment."""
        doubt = self._plate.doubt(self._rules, ms, paying=self._paying)
        if doubt is None or (doubt.stage == "wait" and not self._paying):
            return None
        return Told(doubt.kind, staff=doubt.stage == "staff")

    def cleared(self, _ms: int) -> None:
        """Staff have looked."""
        self._plate = self._plate.accepted_by_staff()

    def learn(self) -> None:
        """After the visit: what was bagged alone."""
        for piece, grams in self._plate.placed:
            self._weights.take(self._lines[piece.line - 1], grams)
