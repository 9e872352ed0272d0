"""The lane and the law: an empty platter first, a verification in force, software as recorded, each change counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody, WeighBody
from kiosk.checkout.text import text
from kiosk.retail.weighing import VERSION, Computed, Rules
from kiosk.retail.weight import Weight
from tests.support.lane import AGREE, POWER, WEIGHING, HandLane, open_lane, replayed
from tests.support.shop import VERIFIED, MemoryBook, bangladesh, small_shop

STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "badge")


def _shop(rules: Rules) -> MemoryBook:
    return small_shop(replace(bangladesh(), weighing=rules))


def _read(grams: int, **changed: Any) -> i.WeightRead:  # noqa: ANN401  fields of the input
    return replace(i.WeightRead(Weight(grams, -3, "kg"), True, 1, 0, certified=True), **changed)  # noqa: FBT003


def _weigh_body(lane: HandLane) -> WeighBody:
    body = lane.screen.body
    assert isinstance(body, WeighBody)
    return body


def test_after_a_power_cut_the_platter_must_be_seen_empty_before_anything_is_priced() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).power_cut()
    lane.tell(i.ItemChosen("banana")).weigh(500)
    assert _weigh_body(lane).state == "empty_first"
    lane.tell(AGREE)
    assert lane.happened(e.LineAdded) == []
    assert lane.screen.notice is not None
    assert lane.screen.notice.text == text("weigh.empty_first")
    lane.weigh(0, problem="zero").weigh(500).tell(AGREE)
    assert len(lane.happened(e.LineAdded)) == 1


def test_the_empty_platter_of_a_scale_that_is_not_for_trade_counts_for_nothing() -> None:
    lane = open_lane().tell(_read(0, problem="zero", certified=False), i.ItemChosen("banana"))
    lane.weigh(500).tell(AGREE)
    assert lane.happened(e.LineAdded) == []


def test_an_empty_bowl_is_no_empty_platter() -> None:
    lane = open_lane().tell(_read(0, net=True), i.ItemChosen("banana")).weigh(500).tell(AGREE)
    assert lane.happened(e.LineAdded) == []


@pytest.mark.parametrize("rules", [Rules(), Rules("2026-11-21")])
def test_without_a_verification_in_force_nothing_is_weighed_and_staff_are_called_once(rules: Rules) -> None:
    lane = open_lane(_shop(rules)).weigh(0, problem="zero").tell(i.ItemChosen("banana"), i.ItemChosen("banana"))
    assert not isinstance(lane.screen.body, WeighBody)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text == text("weigh.service")
    assert [raised.kind for raised in lane.state.interventions] == ["scale"]
    assert lane.tell(STAFF).screen.body.conditions == (text("weighing.not_verified"),)  # type: ignore[union-attr]  # staff's


def test_the_day_after_the_verification_ends_the_item_on_the_scale_is_not_priced() -> None:
    lane = open_lane(_shop(Rules("2026-11-22"))).weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(500)
    lane.day = "2026-11-23"
    lane.tell(AGREE)
    assert lane.happened(e.LineAdded) == []
    assert [raised.kind for raised in lane.state.interventions] == ["scale"]


def test_a_clock_set_back_revives_no_verification() -> None:
    lane = open_lane(_shop(Rules("2026-11-22")))
    lane.day = "2026-11-23"
    lane.scan("08901234567890")
    lane.day = "2026-11-20"
    lane.weigh(0, problem="zero").tell(i.ItemChosen("banana"))
    assert not isinstance(lane.screen.body, WeighBody)


def test_software_that_is_not_as_recorded_weighs_nothing_and_sells_the_rest() -> None:
    lane = open_lane().tell(replace(WEIGHING, intact=False)).weigh(0, problem="zero")
    lane.scan("08901234567890").tell(i.ItemChosen("banana"))
    assert [added.item.item_id for added in lane.happened(e.LineAdded)] == ["milk"]
    assert lane.tell(STAFF).screen.body.conditions == (text("weighing.software"),)  # type: ignore[union-attr]  # staff's


def test_before_the_software_was_measured_nothing_is_weighed() -> None:
    lane = HandLane().tell(POWER)
    lane.tell(i.NumbersAnswered("", offline=True)).weigh(0, problem="zero").tell(i.ItemChosen("banana"))
    assert not isinstance(lane.screen.body, WeighBody)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"net": True}, "tared"),
        ({"high_resolution": True}, "fine"),
        ({"certified": False}, "uncertified"),
        ({"computed": Computed(12_000, 1)}, "differs"),
    ],
)
def test_a_reading_only_staff_can_mend_calls_them_once(changed: dict[str, object], reason: str) -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana"))
    lane.tell(_read(500, sequence=2, **changed), _read(500, sequence=3, **changed))
    assert _weigh_body(lane).state == "service"
    assert [raised.kind for raised in lane.state.interventions] == ["scale"]
    body = lane.tell(STAFF).screen.body
    assert isinstance(body, StaffBody)
    assert body.conditions == (text(f"weighing.{reason}"),)


def test_the_scale_s_own_amount_agrees_or_nothing_is_sold() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana"))
    lane.tell(_read(500, sequence=2, computed=Computed(12_000, 6_000)), AGREE)
    assert [added.item.extended.minor for added in lane.happened(e.LineAdded)] == [6_000]


def test_each_change_of_what_weighings_are_judged_by_is_counted_once_and_kept() -> None:
    lane = open_lane()
    assert [changed.count for changed in lane.happened(e.WeighingParametersChanged)] == [1]
    assert "2099-12-31" in lane.happened(e.WeighingParametersChanged)[0].parameters
    lane.power_cut().tell(i.FeedApplied(2))
    assert lane.state.lane.weighing_changes == 1
    lane.book.policy = replace(lane.book.policy, weighing=replace(VERIFIED, verified_until="2098-12-31"))
    lane.tell(i.FeedApplied(3), i.FeedApplied(4))
    lane.book.items["grapes"] = replace(lane.book.items["grapes"], tare_grams=13)
    lane.tell(i.FeedApplied(5)).tell(replace(WEIGHING, scale="toledo_8217"))
    assert [changed.count for changed in lane.happened(e.WeighingParametersChanged)] == [1, 2, 3, 4]
    assert replayed(lane.journal).lane.weighing_changes == 4


def test_a_change_is_counted_before_anything_is_priced_under_it() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(500)
    lane.book.policy = replace(lane.book.policy, weighing=replace(VERIFIED, verified_until="2098-12-31"))
    lane.tell(AGREE)
    kinds = [type(event).__name__ for event in lane.journal]
    assert kinds.index("LineAdded") > kinds.index(
        "WeighingParametersChanged", kinds.index("WeighingParametersChanged") + 1
    )


def test_staff_see_version_checksum_and_count() -> None:
    body = open_lane().tell(STAFF).screen.body
    assert isinstance(body, StaffBody)
    assert body.weighing == text("weighing.identity", version=VERSION, checksum="00000000", changes=1)


# --- no sequence of readings prices anything unless all holds -----------------------------------------------------

RULES = Rules("2026-11-23", Weight(40, -3, "kg"), Weight(15_000, -3, "kg"), Weight(5, -3, "kg"))
_BAD: list[dict[str, Any]] = [
    {"weight": Weight(0, -3, "kg")},
    {"weight": Weight(20, -3, "kg")},
    {"weight": Weight(503, -3, "kg")},
    {"weight": Weight(-5, -3, "kg")},
    {"weight": Weight(20_000, -3, "kg")},
    {"weight": Weight(500, -3, "lb")},
    {"stable": False},
    {"problem": "motion"},
    {"problem": "fault"},
    {"problem": "stale"},
    {"problem": "zero"},
    {"certified": False},
    {"net": True},
    {"high_resolution": True},
    {"age_ms": 1_001},
    {"computed": Computed(12_000, 1)},
    {"scale": "bagging"},
    {"sequence": 0},
]
_GOOD = _read(500)
_EMPTY = _read(0, problem="zero")
_BETWEEN = st.sampled_from(
    [400, 1_500, "cut", "2026-11-24", "2026-11-21", i.DeviceLost("produce_scale", "cable"), AGREE]
)


@st.composite
def _attempts(draw: st.DrawFn) -> list[Any]:
    """An attempt to sell a banana in which one thing goes wrong, or nothing: more at once hide one another."""
    wrong = draw(st.sampled_from(["nothing", "empty", "no empty", "before", "reading", "reading", "after"]))
    bad = draw(st.sampled_from([*_BAD, {"computed": Computed(12_000, 6_000)}]))
    steps: list[Any] = [
        replace(_EMPTY, **(bad if wrong == "empty" else {})),
        i.ItemChosen("banana"),
        draw(_BETWEEN) if wrong == "before" else 0,
        replace(_GOOD, **(bad if wrong == "reading" else {})),
        draw(_BETWEEN) if wrong == "after" else 0,
        AGREE,
    ]
    return steps[1:] if wrong == "no empty" else steps


class _Oracle:
    """What may be priced, told anew and simply: the last reading, since when, and whether the platter was empty."""

    def __init__(self) -> None:
        self.last: tuple[i.WeightRead, int] | None = None
        self.emptied = False

    def note(self, step: object, now_ms: int) -> None:
        if isinstance(step, i.WeightRead) and step.scale == "produce":
            self.last = (step, now_ms - step.age_ms)
            at_zero = not step.problem and step.stable and not step.weight.value and not step.net
            self.emptied = self.emptied or (step.certified and (step.problem == "zero" or at_zero))
        elif isinstance(step, i.DeviceLost):
            self.last = None
        elif step == "cut":
            self.last, self.emptied = None, False

    def judge(self, added: e.LineAdded, lane: HandLane) -> None:
        assert self.last is not None
        read, taken = self.last
        assert (read.stable, read.problem, read.certified, self.emptied) == (True, "", True, True)
        assert (read.net, read.high_resolution) == (False, False)
        assert lane.now_ms - taken <= 1_000
        assert lane.day <= "2026-11-23"
        assert 40 <= read.weight.value <= 15_000
        assert read.weight.value % 5 == 0
        assert read.weight.unit == "kg"
        assert added.item.weight == read.weight
        assert read.computed is None or read.computed.amount == added.item.extended.minor
        self.emptied = False


@settings(max_examples=200, deadline=None)
@given(st.lists(_attempts(), min_size=1, max_size=3))
def test_no_sequence_of_readings_prices_a_line_unless_every_condition_holds(attempts: list[list[Any]]) -> None:
    lane, oracle = open_lane(_shop(RULES)), _Oracle()
    for step in (step for attempt in attempts for step in attempt):
        before = len(lane.happened(e.LineAdded))
        if isinstance(step, int):
            lane.later(step)
        elif step == "cut":
            lane.power_cut()
        elif isinstance(step, str):
            lane.day = step
        else:
            lane.tell(step)
        oracle.note(step, lane.now_ms)
        for added in lane.happened(e.LineAdded)[before:]:
            oracle.judge(added, lane)


def test_the_oracle_of_readings_does_see_a_line_priced() -> None:
    lane, oracle = open_lane(_shop(RULES)), _Oracle()
    for step in (_EMPTY, i.ItemChosen("banana"), _GOOD, AGREE):
        lane.tell(step)
        oracle.note(step, lane.now_ms)
    (added,) = lane.happened(e.LineAdded)
    oracle.judge(added, lane)


def test_a_scale_that_prices_is_told_the_price_of_what_waits_and_none_when_nothing_does() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana"))
    assert lane.effect(f.WeighAt) == f.WeighAt(12_000)
    assert lane.weigh(500).no_effect(f.WeighAt)
    assert lane.tell(AGREE).effect(f.WeighAt) == f.WeighAt(0)
