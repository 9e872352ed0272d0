"""One visit: what a shopper does from the first scan to payment, and how they answer what the lane tells them."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.benchmarks.shoppers.mix import Mix, Span, TheftKind
from tests.benchmarks.shoppers.scale import SimulatedScale

__all__ = ["Goods", "Lane", "Outcome", "Told", "Visit"]

_GIVES_UP_MS = 90_000
"""After the payment button; staff have long come by then."""
_LEAVING_MS = 45_000
"""A walk-away: so long is the lane watched after the bag has left."""


@dataclass(frozen=True, slots=True)
class Goods:
    """A piece as the shopper holds it: the book's item, and what it truly weighs."""

    item_id: str
    nominal: int
    truth: float


@dataclass(frozen=True, slots=True)
class Told:
    """What the lane tells the shopper: a doubt by its kind, and whether staff are called."""

    kind: str
    staff: bool


class Lane(Protocol):
    """The product's side: what happens at the lane goes in, what it tells comes out."""

    def scan(self, ms: int, item_id: str) -> None:
        """A code was read."""

    def own_bag(self, ms: int) -> None:
        """The shopper touched "my own bag"."""

    def weigh(self, ms: int, grams: int) -> None:
        """The bagging scale's reading."""

    def pay(self, ms: int) -> None:
        """The shopper touched "pay"."""

    def told(self, ms: int) -> Told | None:
        """What the lane tells now."""

    def cleared(self, ms: int) -> None:
        """Staff have looked and let it pass."""


@dataclass(slots=True)
class Outcome:
    """What became of a visit. ``calls``: kinds of the interventions, in order; ``late_calls``: those after the theft.

    ``change``: by how many grams the theft changes the plate against what was rung up.
    """

    theft: TheftKind | None = None
    change: int = 0
    calls: list[str] = field(default_factory=list)
    late_calls: list[str] = field(default_factory=list)
    hints: int = 0
    items: int = 0
    seconds: float = 0.0


class Visit:
    """A shopper with ``goods`` in the basket; ``stolen`` is what a thief takes besides, or puts in another's place."""

    def __init__(
        self, mix: Mix, chance: random.Random, goods: Sequence[Goods], theft: TheftKind | None, stolen: Goods
    ) -> None:
        self._mix, self._chance, self._goods = mix, chance, goods
        self._stolen = stolen
        self._scale = SimulatedScale(mix.scale, chance)
        self._agenda: list[tuple[int, int, Callable[[Lane, int], None]]] = []
        self._order = itertools.count()
        self._held: list[Goods] = []
        self._bag_untold = False
        self._reads = chance.random() >= mix.slips.ignores_hints
        self._stolen_ms: int | None = None
        self._load = 0.0
        self._paying = False
        self.outcome = Outcome(theft=theft, items=len(goods))
        self._plan()

    def run(self, lane: Lane) -> Outcome:
        """Live the visit through at the lane."""
        step = 1000 // self._mix.scale.readings_a_second
        ms, until = 0, self._ends + _GIVES_UP_MS
        hinted = ""
        while ms < until:
            ms += step
            while self._agenda and self._agenda[0][0] <= ms:
                heapq.heappop(self._agenda)[2](lane, ms)
            lane.weigh(ms, self._scale.shows(ms))
            told = lane.told(ms)
            kind = told.kind if told is not None else ""
            if told is not None and told.staff:
                self._called(lane, ms, kind)
            elif kind and kind != hinted:
                self.outcome.hints += 1
                self._react(kind, ms)
            hinted = kind
            if self._over(ms, kind):
                break
        self.outcome.seconds = ms / 1000
        return self.outcome

    def _over(self, ms: int, kind: str) -> bool:
        if self.outcome.theft == "walk_away":
            return ms > self._ends + _LEAVING_MS
        return self._paying and not kind and not self._agenda and ms > self._ends + 1_000

    def _called(self, lane: Lane, ms: int, kind: str) -> None:
        late = self._stolen_ms is not None and ms >= self._stolen_ms
        (self.outcome.late_calls if late else self.outcome.calls).append(kind)
        lane.cleared(ms)

    # --- the plan ------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        mix, chance, outcome = self._mix, self._chance, self.outcome
        ms = 1_000
        if chance.random() < mix.slips.own_bag:
            ms = self._plan_bag(ms)
        steals_at = chance.randrange(len(self._goods)) if outcome.theft not in (None, "walk_away") else -1
        pair = False
        for number, goods in enumerate(self._goods):
            if number == steals_at:
                ms = self._plan_theft(ms, goods)
                if outcome.theft in ("swap", "ticket_switch"):
                    continue
            ms, pair = self._plan_item(ms, goods, pair=pair)
        if chance.random() < mix.slips.rearrange and self._goods:
            ms = self._plan_rearranging(ms)
        self._ends = ms + self._ms(mix.pace.pay)
        if outcome.theft == "walk_away":
            self._at(self._ends, self._walk_away)
        else:
            self._at(self._ends, self._pay)

    def _plan_item(self, ms: int, goods: Goods, *, pair: bool) -> tuple[int, bool]:
        mix, chance = self._mix, self._chance
        slip = chance.random()
        if slip < mix.slips.before_scan:
            self._at(ms, self._puts(goods))
            scanned = ms + self._around(mix.pace.place)
            self._at(scanned, self._scans(goods))
            return scanned + self._around(mix.pace.next), False
        self._at(ms, self._scans(goods))
        if slip < mix.slips.before_scan + mix.slips.late:
            self._at(ms, lambda _lane, _ms: self._held.append(goods))
            self._at(ms + self._ms(mix.slips.late_seconds), lambda _lane, at: self._puts_held(goods, at))
            return ms + self._around(mix.pace.next), False
        placed = ms + self._around(mix.pace.place)
        if not pair and chance.random() < mix.slips.pair:
            placed += self._around(mix.pace.next) + self._around(mix.pace.place)
            self._at(placed, self._puts(goods))
            return ms + self._around(mix.pace.next), True
        self._at(placed, self._puts(goods))
        if chance.random() < mix.slips.leaning:
            self._plan_leaning(placed)
        return placed + self._around(mix.pace.next), False

    def _plan_bag(self, ms: int) -> int:
        grams = self._chance.uniform(*self._mix.slips.own_bag_grams)
        told = self._chance.random() < self._mix.slips.own_bag_told
        if told:
            self._at(ms, lambda lane, at: lane.own_bag(at))
        else:
            self._bag_untold = True
        self._at(ms + 1_000, lambda _lane, at: self._scale.put(at, grams))
        return ms + 1_000 + self._around(self._mix.pace.next)

    def _plan_leaning(self, ms: int) -> None:
        grams = self._chance.uniform(*self._mix.slips.leaning_grams)
        self._at(ms + 300, lambda _lane, at: self._scale.put(at, grams))
        until = ms + 300 + self._ms(self._mix.slips.leaning_seconds)
        self._at(until, lambda _lane, at: self._scale.put(at, -grams))

    def _plan_rearranging(self, ms: int) -> int:
        lifted: list[float] = []

        def lift(_lane: Lane, at: int) -> None:
            lifted.append(self._load * self._chance.uniform(0.3, 1.0))
            self._scale.put(at, -lifted[0])

        self._at(ms, lift)
        back = ms + self._ms(self._mix.slips.rearrange_seconds)
        self._at(back, lambda _lane, at: self._scale.put(at, lifted[0]))
        return back + self._around(self._mix.pace.next)

    def _plan_theft(self, ms: int, goods: Goods) -> int:
        outcome, stolen = self.outcome, self._stolen
        placed = ms + self._around(self._mix.pace.place)
        self._at(ms, self._steals)
        if outcome.theft == "missed_scan":
            outcome.change = round(stolen.truth)
            self._at(placed, self._puts(stolen))
        elif outcome.theft in ("swap", "ticket_switch"):
            outcome.change = round(abs(stolen.truth - goods.nominal))
            self._at(ms, self._scans(goods))
            self._at(placed, self._puts(stolen))
        return placed + self._around(self._mix.pace.next)

    # --- deeds -----------------------------------------------------------------------------------------------------

    def _scans(self, goods: Goods) -> Callable[[Lane, int], None]:
        return lambda lane, ms: lane.scan(ms, goods.item_id)

    def _puts(self, goods: Goods) -> Callable[[Lane, int], None]:
        def put(_lane: Lane, ms: int) -> None:
            self._load += goods.truth
            self._scale.put(ms, goods.truth)

        return put

    def _puts_held(self, goods: Goods, ms: int) -> None:
        if goods in self._held:
            self._held.remove(goods)
            self._load += goods.truth
            self._scale.put(ms, goods.truth)

    def _steals(self, _lane: Lane, ms: int) -> None:
        self._stolen_ms = ms

    def _walk_away(self, _lane: Lane, ms: int) -> None:
        self._stolen_ms = ms
        self.outcome.change = round(self._load)
        self._scale.put(ms, -self._load)

    def _pay(self, lane: Lane, ms: int) -> None:
        self._paying = True
        lane.pay(ms)
        for number, _ in enumerate(self._held, 1):
            self._at(ms + 1_500 * number, lambda _lane, at: self._puts_held(self._held[0], at) if self._held else None)

    def _react(self, kind: str, ms: int) -> None:
        if not self._reads:
            return
        soon = ms + self._ms(self._mix.pace.react)
        if kind == "place" and self._held:
            self._at(soon, lambda _lane, at: self._puts_held(self._held[0], at) if self._held else None)
        elif kind in ("unexpected", "mismatch") and self._bag_untold:
            self._bag_untold = False
            self._at(soon, lambda lane, at: lane.own_bag(at))

    # --- chance ------------------------------------------------------------------------------------------------------

    def _at(self, ms: int, deed: Callable[[Lane, int], None]) -> None:
        heapq.heappush(self._agenda, (ms, next(self._order), deed))

    def _ms(self, span: Span) -> int:
        return int(self._chance.uniform(*span) * 1000)

    def _around(self, pace: Span) -> int:
        return int(max(0.3, self._chance.gauss(*pace)) * 1000)
