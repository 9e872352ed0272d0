"""``make optimality``: whether what the offers give is the best there is.

Small baskets (up to 12 units) against trying every combination; larger ones, where each unit lies in at least five
offers, against every single policy, with the share that is proven to be the best; and the same basket in another order.
Times are of the processor: others at work beside do not count. ``SMALL``, ``LARGE`` and ``SEED`` change the counts and
the first seed.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence

from kiosk.retail.layers import settle_layers
from kiosk.retail.offer import Offer
from kiosk.retail.units import Unit
from tests.benchmarks.figures import percentile
from tests.retail.contests import ITEMS, exhaustive, random_basket, random_offers
from tools.report import Report

__all__ = ["main", "overlapping"]

_AT_LEAST = 5
"""Offers that every unit of a larger basket may serve."""


def overlapping(rng: random.Random, units: Sequence[Unit]) -> list[Offer]:
    """Random offers until each unit may serve five of them."""
    offers: list[Offer] = []
    while any(
        sum(any(scope.names(unit.item_id) for scope in one.scopes) for one in offers) < _AT_LEAST for unit in units
    ):
        (made,) = random_offers(rng, 1)
        offers.append(Offer(f"offer-{len(offers):02}", made.scope, made.effect, {}, priority=made.priority))
    return offers


def small(report: Report, count: int, seed: int) -> None:
    """Against trying everything."""
    differ = unproven = 0
    for number in range(count):
        rng = random.Random(seed + number)
        units, offers = random_basket(rng, rng.randint(1, 12)), random_offers(rng, rng.randint(1, 5))
        found = settle_layers(units, offers, "optimal", frozenset())
        differ += found.saving != exhaustive(units, offers)
        unproven += not found.proven
    report.figure("small", count)
    report.figure("small_equal", count - differ)
    report.figure("small_fallbacks", unproven)
    report.require("small baskets equal the exhaustive search", held=not differ, detail=f"{differ} differ")


def large(report: Report, count: int, seed: int) -> None:
    """Against each policy, and against themselves in another order."""
    worse = unproven = moved = 0
    took = []
    for number in range(count):
        rng = random.Random(seed + number)
        units = random_basket(rng, rng.randint(13, 30), ITEMS)
        offers = overlapping(rng, units)
        begun = time.process_time()
        found = settle_layers(units, offers, "optimal", frozenset())
        took.append((time.process_time() - begun) * 1000)
        unproven += not found.proven
        others = [settle_layers(units, offers, policy, frozenset()) for policy in ("sequential", "best_single")]
        worse += any(other.saving > found.saving for other in others)
        if number % 20 == 0:
            rng.shuffle(units)
            rng.shuffle(offers)
            moved += settle_layers(units, offers, "optimal", frozenset()).saving != found.saving
    report.figure("large", count)
    report.figure("fallbacks", unproven)
    report.figure("proven_percent", round(100 * (count - unproven) / count, 2))
    report.figure("median_ms", round(percentile(took, 50), 1))
    report.figure("p99_ms", round(percentile(took, 99), 1))
    report.figure("slowest_ms", round(max(took), 1))
    report.require("no larger basket is worse than one policy alone", held=not worse, detail=f"{worse} are")
    report.require("the order of scanning changes no total", held=not moved, detail=f"{moved} moved")
    report.speed("larger baskets not proven best", 100 * unproven / count, 1, "%")


def main() -> int:
    """Both, into one report."""
    seed = int(os.environ.get("SEED", "1"))
    with Report("optimality") as report:
        small(report, int(os.environ.get("SMALL", "5000")), seed)
        large(report, int(os.environ.get("LARGE", "10000")), seed)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
