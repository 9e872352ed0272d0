"""``make price-bench``, in a tiny size: every figure is told, and a basket that costs more here fails the target."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks import peer
from tests.benchmarks.peer_baskets import KNOWN, lines_of, offers_of, random_baskets
from tests.benchmarks.price import TINY, measure
from tools.report import Report

_SLOW = {"apply_s": 1.0, "offers_s": 0.9, "memory_s": 0.1}


def _dear(baskets: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """A peer whose offers give nothing."""
    return [{"minor": float(sum(line.extended.minor for line in lines_of(one))), **_SLOW} for one in baskets]


def _cheap(baskets: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """A peer that gives everything away."""
    return [{"minor": 0.0, **_SLOW} for _ in baskets]


def _ran(tmp_path: Path, ask: peer.Asked, *, odd: bool = False) -> tuple[int, dict[str, Any]]:
    groups = (replace(TINY.groups[0], odd=odd),)
    with Report("price-bench", folder=tmp_path) as report:
        measure(report, replace(TINY, groups=groups), ask)
        code = report.close()
    return code, json.loads((tmp_path / "price-bench.json").read_text(encoding="utf-8"))


def test_every_part_tells_its_figures_and_tables(tmp_path: Path) -> None:
    code, told = _ran(tmp_path, _dear)

    assert code == 0
    assert tuple(told["figures"]) == (
        "scan_p50_ms",
        "scan_p99_ms",
        "dense_p50_ms",
        "dense_p99_ms",
        "offers_growth",
        "oscar_times",
    )
    assert [table["title"].split(",")[0] for table in told["tables"]] == [
        "After each scan",
        "Growth by lines",
        "Growth by live offers",
        "A known difference",
        "Beside django-oscar's applicator",
    ]
    assert told["tables"][3]["rows"] == [["django-oscar", "0.00", "12.50"], ["here", "3.00", "9.50"]]
    assert told["speeds"][-1]["met"]


def test_a_basket_that_costs_more_here_than_at_the_peer_fails_the_target(tmp_path: Path) -> None:
    code, told = _ran(tmp_path, _cheap)

    assert code == 1
    assert [one["what"] for one in told["requirements"] if not one["held"]] == ["nobody pays more here: hand baskets"]


def test_odd_prices_are_told_and_not_judged(tmp_path: Path) -> None:
    code, told = _ran(tmp_path, _cheap, odd=True)

    assert code == 0
    assert any("1 of 1 cost more here" in note for note in told["notes"])


def test_a_peer_that_cannot_be_asked_fails_the_target(tmp_path: Path) -> None:
    def gone(baskets: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
        message = f"no registry, and {len(baskets)} baskets"
        raise peer.ApartError(message)

    assert _ran(tmp_path, gone)[0] == 1


def test_baskets_are_the_same_for_the_same_seed_and_every_kind_of_offer_is_among_them() -> None:
    baskets = random_baskets(1, 30, 10, 5)

    assert baskets == random_baskets(1, 30, 10, 5)
    kinds = {offer["kind"] for basket in baskets for offer in basket["offers"]}
    assert kinds == {"percent", "percent_over", "amount", "multibuy", "price", "set"}
    assert all(len(offers_of(basket)) == len(basket["offers"]) for basket in baskets)
    assert all(line["price"] % 20 == 0 for basket in baskets for line in basket["lines"])
    assert len(lines_of(KNOWN)) == 4
