"""What the camera guesses when the pick list opens: what is sold of it comes first, once, and nothing is journalled."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import LookUpBody
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop


def pick_list(lane: HandLane) -> LookUpBody:
    body = lane.screen.body
    assert isinstance(body, LookUpBody)
    return body


def at_the_pick_list() -> tuple[HandLane, str]:
    lane = open_lane().tell(i.ShopperArrived("en"), i.ViewRequested("look_up"))
    return lane, lane.effect(f.AskProduce).correlation


def test_the_camera_is_asked_when_the_pick_list_opens_and_the_list_waits_for_it() -> None:
    lane, asked = at_the_pick_list()
    assert lane.effect(f.AskProduce) == f.AskProduce(asked, 300)
    assert pick_list(lane).asking
    assert pick_list(lane).suggestions == ()


def test_no_other_view_asks_the_camera() -> None:
    lane = open_lane().tell(i.ShopperArrived("en"))
    for view in (i.ViewRequested("basket"), i.ViewRequested("loyalty"), i.ViewRequested("staff_sign_in")):
        assert lane.tell(view).no_effect(f.AskProduce)


def test_what_is_sold_of_the_guesses_comes_first_likeliest_first() -> None:
    lane, asked = at_the_pick_list()
    lane.tell(i.ProduceSeen(asked, ("4999", "4022", "4011", "4022")))
    body = pick_list(lane)
    assert (body.suggestions, body.department, body.asking) == (("grapes", "banana"), "produce", False)


def test_nothing_guessed_or_nothing_sold_leaves_the_list_as_it_is() -> None:
    for numbers in ((), ("4999",)):
        lane, asked = at_the_pick_list()
        lane.tell(i.ProduceSeen(asked, numbers))
        body = pick_list(lane)
        assert (body.suggestions, body.department, body.asking) == ((), "", False)


def test_what_is_grown_organically_follows_what_looks_like_it() -> None:
    book = small_shop()
    book.items["organic"] = replace(book.items["banana"], item_id="organic", plu="94011")
    lane = open_lane(book).tell(i.ShopperArrived("en"), i.ViewRequested("look_up"))
    lane.tell(i.ProduceSeen(lane.effect(f.AskProduce).correlation, ("4011", "4022")))
    assert pick_list(lane).suggestions == ("banana", "organic", "grapes")


def test_no_more_than_five_are_suggested() -> None:
    book = small_shop()
    for number in range(4030, 4040):
        book.items[str(number)] = replace(book.items["banana"], item_id=str(number), plu=str(number))
    lane = open_lane(book).tell(i.ShopperArrived("en"), i.ViewRequested("look_up"))
    lane.tell(i.ProduceSeen(lane.effect(f.AskProduce).correlation, tuple(map(str, range(4030, 4040)))))
    assert pick_list(lane).suggestions == ("4030", "4031", "4032", "4033", "4034")


def test_an_answer_that_comes_a_second_time_or_for_an_earlier_list_changes_nothing() -> None:
    lane, asked = at_the_pick_list()
    lane.tell(i.ProduceSeen(asked, ()), i.ProduceSeen(asked, ("4011",)))
    assert pick_list(lane).suggestions == ()
    lane.tell(i.ViewRequested("basket"), i.ViewRequested("look_up"), i.ProduceSeen(asked, ("4011",)))
    assert pick_list(lane).asking
    lane.tell(i.ProduceSeen("", ("4011",)))
    assert pick_list(lane).suggestions == ()


def test_an_answer_after_the_list_was_left_changes_nothing() -> None:
    lane, asked = at_the_pick_list()
    lane.tell(i.ViewRequested("basket"))
    before = lane.screen
    assert lane.tell(i.ProduceSeen(asked, ("4011",))).screen == before


def test_suggestions_are_gone_with_the_list_and_with_the_shopper() -> None:
    lane, asked = at_the_pick_list()
    lane.tell(i.ProduceSeen(asked, ("4011",)), i.ViewRequested("basket"))
    assert lane.state.live.suggestions.items == ()
    lane, asked = at_the_pick_list()
    lane.tell(i.ProduceSeen(asked, ("4011",)), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert lane.state.live.suggestions.items == ()


def test_a_suggestion_rings_nothing_up_and_is_not_journalled() -> None:
    lane, asked = at_the_pick_list()
    journalled = len(lane.journal)
    lane.tell(i.ProduceSeen(asked, ("4011",)))
    assert len(lane.journal) == journalled
    assert lane.state.transaction is None
    assert lane.effects == []


@given(numbers=st.lists(st.text(max_size=6), max_size=8).map(tuple), right=st.booleans())
def test_whatever_is_guessed_only_what_the_book_sells_is_suggested(numbers: tuple[str, ...], *, right: bool) -> None:
    lane, asked = at_the_pick_list()
    lane.tell(i.ProduceSeen(asked if right else f"{asked}x", (*numbers, "4011")))
    body = pick_list(lane)
    assert set(body.suggestions) <= {"banana", "grapes"}
    assert body.asking is not right
