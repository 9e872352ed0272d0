"""Produce that looks like something else: a friendly question, at most once, and never a wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import WeighBody
from kiosk.retail.lookalikes import LookRules
from tests.support.lane import AGREE, HandLane, open_lane
from tests.support.shop import MemoryBook, small_shop

BANANA, GRAPES = "4011", "4022"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def shop(mode: Literal["off", "hint", "staff"] = "hint") -> MemoryBook:
    book = small_shop()
    book.policy = replace(book.policy, looks=LookRules(mode=mode))
    return book


def weighing(book: MemoryBook | None = None) -> HandLane:
    """Grapes lie on the scale (38 taka for 100 g) and bananas were picked (12)."""
    return open_lane(book or shop()).weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1000)


def sees(lane: HandLane, *guesses: tuple[str, int]) -> HandLane:
    asked = lane.state.live.look.correlation
    return lane.tell(i.ProduceSeen(asked, tuple(key for key, _ in guesses), tuple(share for _, share in guesses)))


def body(lane: HandLane) -> WeighBody:
    found = lane.screen.body
    assert isinstance(found, WeighBody)
    return found


def rung(lane: HandLane) -> list[str]:
    return [added.item.item_id for added in lane.happened(e.LineAdded)]


def test_the_camera_is_asked_once_for_what_came_to_rest() -> None:
    lane = weighing()
    assert lane.effect(f.AskProduce).correlation == lane.state.live.look.correlation
    assert lane.weigh(1000).no_effect(f.AskProduce)


def test_a_shopper_is_asked_which_one_it_is_before_it_is_rung_up() -> None:
    lane = sees(weighing(), (GRAPES, 9_700), (BANANA, 20)).tell(AGREE)
    assert rung(lane) == []
    assert [choice.item_id for choice in body(lane).choices] == ["grapes"]


def test_a_shopper_who_stays_with_it_is_believed() -> None:
    lane = sees(weighing(), (GRAPES, 9_700)).tell(AGREE, AGREE)
    assert rung(lane) == ["banana"]
    assert not lane.state.interventions


def test_a_shopper_who_picks_the_other_weighs_that_without_a_second_question() -> None:
    lane = sees(weighing(), (GRAPES, 9_700)).tell(AGREE, i.ItemChosen("grapes"))
    sees(lane, (GRAPES, 9_700)).tell(AGREE)
    assert rung(lane) == ["grapes"]


def test_staff_look_before_payment_only_where_the_shop_wants_that() -> None:
    lane = sees(weighing(shop("staff")), (GRAPES, 9_700)).tell(AGREE, AGREE)
    assert [(r.kind, r.line, r.reason) for r in lane.state.interventions] == [("produce", 1, "grapes")]
    lane.scan("8901234567890")
    assert rung(lane) == ["banana", "milk"]
    target = lane.state.interventions[0].intervention
    lane.tell(STAFF, i.OperatorActed("approve", target=target))
    assert not lane.state.interventions


@pytest.mark.parametrize(
    "guesses",
    [
        [(GRAPES, 6_999), (BANANA, 20)],
        [(GRAPES, 9_700), (BANANA, 101)],
        [(BANANA, 9_700), (GRAPES, 20)],
        [("4999", 9_700)],
        [],
    ],
    ids=["not sure", "the picked one is among it", "it is the picked one", "not sold here", "sees nothing"],
)
def test_nobody_is_asked_without_good_reason(guesses: list[tuple[str, int]]) -> None:
    assert rung(sees(weighing(), *guesses).tell(AGREE)) == ["banana"]


def test_a_price_hardly_another_is_not_worth_a_question() -> None:
    book = shop()
    banana = book.items["banana"].price
    assert banana is not None
    book.items["grapes"] = replace(book.items["grapes"], price=replace(banana, minor=banana.minor * 109 // 100))
    assert rung(sees(weighing(book), (GRAPES, 9_700)).tell(AGREE)) == ["banana"]


def test_the_dearer_picked_by_mistake_is_asked_about_too() -> None:
    lane = open_lane(shop()).weigh(0, problem="zero").tell(i.ItemChosen("grapes")).weigh(1000)
    sees(lane, (BANANA, 9_900)).tell(AGREE)
    assert [choice.item_id for choice in body(lane).choices] == ["banana"]


def test_nobody_waits_for_a_camera_that_does_not_answer() -> None:
    lane = weighing().tell(AGREE)
    assert rung(lane) == ["banana"]


def test_an_answer_about_what_lay_there_before_says_nothing_of_the_next() -> None:
    lane = weighing()
    old = lane.state.live.look.correlation
    lane.tell(i.ViewRequested("basket"), i.ItemChosen("banana"))
    lane.weigh(500).tell(i.ProduceSeen(old, (GRAPES,), (9_900,)), AGREE)
    assert rung(lane) == ["banana"]


def test_a_shop_that_wants_none_asks_no_camera() -> None:
    assert weighing(shop("off")).no_effect(f.AskProduce)


def test_nothing_of_it_is_journalled_or_left_for_the_next_shopper() -> None:
    lane = sees(weighing(), (GRAPES, 9_700)).tell(AGREE)
    assert not any("4022" in str(event) or "grapes" in str(event) for event in lane.journal)
    lane.tell(i.ViewRequested("basket"), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert lane.state.live.look == e.LookShown()
