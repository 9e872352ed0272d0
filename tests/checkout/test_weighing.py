"""Weighed items: only a fresh, stable, positive weight of an emptied scale is priced."""

from __future__ import annotations

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody, WeighBody
from kiosk.retail.money import Money
from kiosk.retail.weight import Weight
from tests.support.lane import AGREE, HandLane, open_lane


def weigh_body(lane: HandLane) -> WeighBody:
    body = lane.screen.body
    assert isinstance(body, WeighBody)
    return body


def armed(item: str = "banana") -> HandLane:
    return open_lane().weigh(0, problem="zero").tell(i.ItemChosen(item))


def test_bananas_are_priced_from_the_scales_own_weight() -> None:
    lane = armed().weigh(1250)
    assert weigh_body(lane).price == Money(15_000, "BDT")
    lane.tell(AGREE)
    (added,) = lane.happened(e.LineAdded)
    assert added.item.weight == Weight(1250, -3, "kg")
    assert added.item.net == Money(15_000, "BDT")


def test_half_a_paisa_is_rounded_up_once() -> None:
    lane = armed().weigh(1).weigh(13).tell(AGREE)
    assert lane.happened(e.LineAdded)[0].item.extended == Money(156, "BDT")


def test_tare_is_taken_off_in_the_scales_unit() -> None:
    lane = armed("grapes").weigh(512).tell(AGREE)
    item = lane.happened(e.LineAdded)[0].item
    assert (item.weight, item.extended) == (Weight(500, -3, "kg"), Money(19_000, "BDT"))


@pytest.mark.parametrize(
    ("grams", "stable", "problem"),
    [
        (500, False, "motion"),
        (500, False, ""),
        (-20, True, ""),
        (500, True, "under"),
        (500, True, "over"),
        (500, True, "fault"),
        (500, True, "stale"),
        (0, True, "zero"),
    ],
)
def test_a_weight_that_may_not_be_priced_adds_nothing(grams: int, stable: bool, problem: i.WeightProblem) -> None:  # noqa: FBT001 - a parametrised case
    lane = armed().weigh(grams, stable=stable, problem=problem)
    assert not weigh_body(lane).can_add
    lane.tell(AGREE)
    assert lane.happened(e.LineAdded) == []


def test_a_reading_older_than_a_second_is_no_weight() -> None:
    lane = armed().weigh(500).later(1_500).tell(AGREE)
    assert lane.happened(e.LineAdded) == []


@pytest.mark.parametrize("problem", ["motion", "under", "over", "zero", "fault", "stale"])
def test_a_weight_that_cannot_be_priced_is_refused_in_its_own_words(problem: i.WeightProblem) -> None:
    lane = armed().weigh(500, problem=problem).tell(AGREE)
    notice = lane.screen.notice
    assert notice is not None
    assert notice.text.message == f"weigh.{problem}"
    assert lane.happened(e.LineAdded) == []


def test_lifting_the_fruit_before_the_price_adds_nothing() -> None:
    lane = armed().weigh(500).weigh(0, problem="zero").tell(AGREE)
    assert lane.happened(e.LineAdded) == []


def test_the_scale_must_be_emptied_between_two_weighings() -> None:
    lane = armed().weigh(500).tell(AGREE, i.ItemChosen("grapes")).weigh(500).tell(AGREE)
    assert len(lane.happened(e.LineAdded)) == 1
    lane.weigh(0, problem="zero").weigh(300).tell(AGREE)
    assert len(lane.happened(e.LineAdded)) == 2


def test_a_lost_scale_leaves_no_weight_behind() -> None:
    lane = armed().weigh(500).tell(i.DeviceLost("produce_scale", "cable"), AGREE)
    assert lane.happened(e.LineAdded) == []


def test_going_back_to_the_basket_disarms_the_item() -> None:
    lane = armed().weigh(500).tell(i.ViewRequested("basket"), AGREE)
    assert isinstance(lane.screen.body, BasketBody)
    assert lane.happened(e.LineAdded) == []


def test_a_plu_that_is_scanned_is_weighed_too() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.CodeScanned("4011")).weigh(1000)
    assert weigh_body(lane).price == Money(12_000, "BDT")


def test_a_weight_that_changed_between_the_drawing_and_the_touch_is_refused_and_shown_again() -> None:
    lane = armed().weigh(1250)
    seen = weigh_body(lane)
    assert seen.net is not None
    assert seen.price is not None
    touched = i.WeighConfirmed(seen.item_id, seen.net, seen.price)
    lane.weigh(1255).tell(touched)
    assert lane.happened(e.LineAdded) == []
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "weigh.changed"
    lane.weigh(1250).tell(touched)
    assert [added.item.extended for added in lane.happened(e.LineAdded)] == [seen.price]


@pytest.mark.parametrize(
    "other",
    [
        i.WeighConfirmed("grapes", Weight(1250, -3, "kg"), Money(15_000, "BDT")),
        i.WeighConfirmed("banana", Weight(1250, -3, "kg"), Money(14_999, "BDT")),
        i.WeighConfirmed("banana", Weight(1249, -3, "kg"), Money(15_000, "BDT")),
    ],
)
def test_another_item_price_or_weight_than_was_seen_is_not_what_was_agreed_to(other: i.WeighConfirmed) -> None:
    assert armed().weigh(1250).tell(other).happened(e.LineAdded) == []
