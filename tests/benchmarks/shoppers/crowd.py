"""Many visits with one seed: the same people whatever the rules are."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.retail.bagging import BaggingRules
from samples.catalogue import load_shop
from tests.benchmarks.shoppers.lane import PlateLane, Weights
from tests.benchmarks.shoppers.mix import KINDS, Mix
from tests.benchmarks.shoppers.traces import Recording
from tests.benchmarks.shoppers.visit import Goods, Outcome, Visit

__all__ = ["CHANGES_PLATE", "Judged", "Shop", "judged", "visitors", "visits"]

CHANGES_PLATE = 50
"""Grams: a theft that changes the plate by no more is no matter for a scale."""
_THIEF_EVERY = 5
_ITEMS, _MOST = 7, 25


class Shop:
    """The sample shop's items with what they truly weigh: made once, from the seed."""

    def __init__(self, mix: Mix, seed: int) -> None:
        chance = random.Random(seed)
        self._mix = mix
        self.nominal = {each.item_id: each.expected_grams for each in load_shop("bd").items if each.expected_grams}
        self._truth = {each: grams * (1 + chance.gauss(0, mix.items.make)) for each, grams in self.nominal.items()}
        self._ids = sorted(self.nominal)

    def piece(self, chance: random.Random) -> Goods:
        """Some piece of some item."""
        item_id = chance.choice(self._ids)
        return Goods(
            item_id, self.nominal[item_id], self._truth[item_id] * (1 + chance.gauss(0, self._mix.items.spread))
        )

    def basket(self, chance: random.Random) -> list[Goods]:
        """What one shopper takes: few things mostly, many now and then."""
        return [self.piece(chance) for _ in range(min(_MOST, int(chance.expovariate(1 / _ITEMS)) + 1))]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a crowd: honest visits, those stopped, and per kind of theft (all, caught) of those that change
    the plate by more than ``CHANGES_PLATE``, and of the others.
    """

    honest: int
    stopped: int
    calls: dict[str, int]
    hints: int
    large: dict[str, tuple[int, int]]
    small: dict[str, tuple[int, int]]

    @property
    def false_per_100(self) -> float:
        """Honest baskets of a hundred that staff were called to."""
        return 100 * self.stopped / max(1, self.honest)

    @property
    def caught(self) -> float:
        """Share of the thefts that a scale can see: on the plate, by more than a little."""
        counts = [self.large[kind] for kind in ("missed_scan", "swap", "ticket_switch")]
        return sum(caught for _, caught in counts) / max(1, sum(count for count, _ in counts))


def visitors(shop: Shop, mix: Mix, honest: int, seed: int) -> Iterator[Visit]:
    """``honest`` honest shoppers, a thief after each four."""
    shares = [getattr(mix.theft, kind) for kind in KINDS]
    for number in range(honest * _THIEF_EVERY // (_THIEF_EVERY - 1)):
        chance = random.Random(f"{seed}/{number}")
        theft = chance.choices(KINDS, shares)[0] if number % _THIEF_EVERY == _THIEF_EVERY - 1 else None
        yield Visit(mix, chance, shop.basket(chance), theft, shop.piece(chance))


def visits(
    shop: Shop, mix: Mix, rules: BaggingRules, honest: int, seed: int, *, learns: bool, record: Path | None = None
) -> list[Outcome]:
    """What became of such visitors; a trace of each into the folder ``record``."""
    weights = Weights(shop.nominal, learns=learns)
    outcomes = []
    for number, visitor in enumerate(visitors(shop, mix, honest, seed)):
        lane = Recording(PlateLane(rules, weights), weights)
        outcome = visitor.run(lane)
        if record is not None:
            lane.write(record / f"{number:05}.jsonl", outcome)
        if not outcome.calls and not outcome.late_calls:
            lane.learn()
        outcomes.append(outcome)
    return outcomes


def judged(outcomes: Sequence[Outcome]) -> Judged:
    """Counts."""
    honest = [each for each in outcomes if each.theft is None]
    calls: dict[str, int] = {}
    for kind in (kind for each in honest for kind in each.calls):
        calls[kind] = calls.get(kind, 0) + 1
    large, small = _counts(outcomes, large=True), _counts(outcomes, large=False)
    stopped = sum(bool(each.calls) for each in honest)
    return Judged(len(honest), stopped, calls, sum(each.hints for each in honest), large, small)


def _counts(outcomes: Sequence[Outcome], *, large: bool) -> dict[str, tuple[int, int]]:
    """Per kind of theft (all, caught), of those that change the plate by much, or of the others."""
    found: dict[str, tuple[int, int]] = {}
    for kind in KINDS:
        mine = [each for each in outcomes if each.theft == kind and (each.change > CHANGES_PLATE) is large]
        found[kind] = (len(mine), sum(bool(each.late_calls) for each in mine))
    return found
