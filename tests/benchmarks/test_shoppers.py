"""The shoppers' drill itself: the same seed is the same crowd, and a recorded visit is judged as it was lived."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from kiosk.retail.bagging import STRICT
from kiosk.retail.policy import BaggingPolicy
from tests.benchmarks.shoppers.crowd import Shop, judged, visitors, visits
from tests.benchmarks.shoppers.curve import Point, draw
from tests.benchmarks.shoppers.mix import MIX, Mix, ScaleMix, read_mix
from tests.benchmarks.shoppers.product import ProductLane, book_of
from tests.benchmarks.shoppers.scale import SimulatedScale
from tests.benchmarks.shoppers.traces import TraceError, play, read_traces


@pytest.fixture(scope="module")
def crowd() -> tuple[Shop, Mix]:
    mix = read_mix()
    return Shop(mix, 7), mix


def test_the_same_seed_is_the_same_crowd(crowd: tuple[Shop, Mix]) -> None:
    shop, mix = crowd
    once, again = (visits(shop, mix, STRICT, 12, 7, learns=True) for _ in range(2))
    assert once == again
    assert {each.theft for each in once} > {None}


def test_a_recorded_visit_is_judged_as_it_was_lived(crowd: tuple[Shop, Mix], tmp_path: Path) -> None:
    shop, mix = crowd
    lived = visits(shop, mix, STRICT, 16, 7, learns=False, record=tmp_path)
    played = [play(head, lines, STRICT) for _, head, lines in read_traces(tmp_path)]
    assert [each.theft for each in played] == [each.theft for each in lived]
    assert [each.items for each in played if not each.theft] == [each.items for each in lived if not each.theft]
    assert [bool(each.calls + each.late_calls) for each in played] == [
        bool(each.calls + each.late_calls) for each in lived
    ]


def test_the_checkout_calls_staff_where_the_bare_rule_does(crowd: tuple[Shop, Mix]) -> None:
    shop, mix = crowd
    bare = visits(shop, mix, STRICT, 24, 11, learns=False)
    book = book_of(shop.nominal, BaggingPolicy("strict", own_bags=99))
    through = [visitor.run(ProductLane(book)) for visitor in visitors(shop, mix, 24, 11)]
    assert [(each.theft, each.calls, each.late_calls) for each in through] == [
        (each.theft, each.calls, each.late_calls) for each in bare
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "a.jsonl:1"),
        ('{"trace":2,"theft":""}\n', "version 1"),
        ('{"trace":1,"theft":"magic"}\n', "version 1"),
        ("", "head"),
    ],
)
def test_a_file_that_is_no_trace_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(TraceError, match=said):
        list(read_traces(tmp_path))


def test_a_folder_without_traces_is_told(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"no \*\.jsonl"):
        list(read_traces(tmp_path))


def test_a_mix_with_a_word_too_many_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "mix.toml"
    wrong.write_text(MIX.read_text("utf-8").replace("late = ", "latte = "), encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="latte"):
        read_mix(wrong)


def test_the_mix_is_no_milder_than_what_was_fixed_before_anything_was_tuned_to_it() -> None:
    mix = read_mix()
    assert mix.scale.sigma >= 2
    assert mix.items.spread >= 0.03
    assert (mix.slips.late, mix.slips.own_bag, mix.slips.leaning) >= (0.05, 0.20, 0.02)


def test_a_simulated_scale_swings_and_comes_to_rest_at_the_load() -> None:
    scale = SimulatedScale(ScaleMix(0.0, 1, 10, 0.0, 0.18, 0.25), random.Random(1))
    scale.put(0, 1_000)
    seen = [scale.shows(ms) for ms in range(100, 2_100, 100)]
    assert min(seen) < 900
    assert seen[-1] == 1_000


def test_counts_of_a_crowd_add_up_and_make_a_picture(crowd: tuple[Shop, Mix], tmp_path: Path) -> None:
    shop, mix = crowd
    outcomes = visits(shop, mix, STRICT, 20, 3, learns=False)
    seen = judged(outcomes)
    thefts = sum(count for count, _ in (*seen.large.values(), *seen.small.values()))
    assert (seen.honest, thefts) == (20, len(outcomes) - 20)
    assert all(caught <= count for count, caught in (*seen.large.values(), *seen.small.values()))
    draw(tmp_path / "curve.svg", [Point("3.5", seen.false_per_100, seen.caught)], (3.0, 0.95))
    assert (tmp_path / "curve.svg").read_text("utf-8").startswith("<svg")
