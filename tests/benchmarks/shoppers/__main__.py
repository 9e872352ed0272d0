"""``make shoppers``: how often honest shoppers are stopped at the bagging scale, and how often thieves are.

``N`` honest visits (2000) with a thief after each four, from ``SEED`` (1); the mix is ``mix.toml``. ``TRACES`` names a
folder of recorded visits instead, ``RECORD`` one to write these visits to. The curve shows what a stricter or a milder
judgement would cost.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

from kiosk.retail.bagging import LENIENT, STRICT
from tests.benchmarks.shoppers.crowd import Judged, Shop, judged, visits
from tests.benchmarks.shoppers.curve import Point, draw
from tests.benchmarks.shoppers.mix import KINDS, read_mix
from tests.benchmarks.shoppers.traces import TraceError, play, read_traces
from tools.report import REPORTS, Report

_FALSE_PER_100, _CAUGHT = 3.0, 0.95
_SURENESS = (20, 25, 30, 35, 40, 50, 60)
_MODES = (("strict", STRICT), ("lenient", LENIENT))


def main() -> int:
    """The target."""
    honest, seed = int(os.environ.get("N") or "2000"), int(os.environ.get("SEED") or "1")
    with Report("shoppers") as report:
        if traces := os.environ.get("TRACES"):
            return _traces(report, Path(traces))
        record = Path(os.environ["RECORD"]) if os.environ.get("RECORD") else None
        if record is not None:
            record.mkdir(parents=True, exist_ok=True)
        mix = read_mix()
        report.note(f"Mix of shoppers: version {mix.version}, seed {seed}. Detector from nominal weights.")
        shop, found = Shop(mix, seed), {}
        for name, rules in _MODES:
            folder = record if name == "strict" else None
            found[name] = judged(visits(shop, mix, rules, honest, seed, learns=False, record=folder))
            report.progress(f"{name}: {found[name].false_per_100:.2f} of 100 honest baskets stopped")
        learned = judged(visits(shop, mix, STRICT, honest, seed, learns=True))
        points = [_point(shop, sureness, honest // 4, seed) for sureness in _SURENESS]
        draw(REPORTS / "shoppers.svg", points, (_FALSE_PER_100, _CAUGHT))
        _tables(report, {**found, "strict, learned": learned})
        _verdict(report, found["strict"], honest, seed)
        return report.close()


def _point(shop: Shop, sureness: int, honest: int, seed: int) -> Point:
    rules = dataclasses.replace(STRICT, sureness=sureness)
    seen = judged(visits(shop, read_mix(), rules, honest, seed, learns=False))
    return Point(f"{sureness / 10:g}", seen.false_per_100, seen.caught)


def _tables(report: Report, found: dict[str, Judged]) -> None:
    report.table(
        "Honest baskets",
        ("mode", "baskets", "stopped", "per 100", "hints a basket", "what for"),
        [
            (name, f"{seen.honest}", f"{seen.stopped}", f"{seen.false_per_100:.2f}", f"{seen.hints / seen.honest:.2f}",
             ", ".join(f"{kind} {count}" for kind, count in sorted(seen.calls.items())) or "-")
            for name, seen in found.items()
        ],
    )  # fmt: skip
    report.table(
        "Thefts by how much they change the plate",
        ("mode", "theft", "over 50 g", "caught", "up to 50 g", "caught"),
        [
            (name, kind, f"{seen.large[kind][0]}", f"{seen.large[kind][1]}", f"{seen.small[kind][0]}",
             f"{seen.small[kind][1]}")
            for name, seen in found.items()
            for kind in KINDS
        ],
    )  # fmt: skip


def _verdict(report: Report, strict: Judged, honest: int, seed: int) -> None:
    report.require(
        "strict: under 3 of 100 honest baskets are stopped",
        held=strict.false_per_100 < _FALSE_PER_100,
        detail=f"{strict.false_per_100:.2f}",
    )
    report.require(
        "strict: over 95% of thefts that change the plate by more than 50 g are caught",
        held=strict.caught > _CAUGHT,
        detail=f"{strict.caught:.1%}",
    )
    for key, value in (("baskets", honest), ("seed", seed), ("false_per_100", round(strict.false_per_100, 2))):
        report.figure(key, value)
    report.figure("caught_percent", round(100 * strict.caught, 1))


def _traces(report: Report, folder: Path) -> int:
    try:
        recorded = list(read_traces(folder))
    except TraceError as error:
        report.require("the traces can be read", held=False, detail=str(error))
        return report.close()
    for name, rules in _MODES:
        outcomes = [(path, play(head, lines, rules)) for path, head, lines in recorded]
        seen = judged([outcome for _, outcome in outcomes])
        _tables(report, {name: seen})
        rows = [
            (path.name, o.theft or "honest", o.change, ", ".join(o.calls + o.late_calls) or "-") for path, o in outcomes
        ]
        report.table(f"Traces, {name}", ("file", "what", "grams", "staff called for"), rows)
        report.figure(f"{name}_false_per_100", round(seen.false_per_100, 2))
        report.figure(f"{name}_caught_percent", round(100 * seen.caught, 1))
    report.figure("traces", len(recorded))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
