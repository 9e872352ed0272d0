"""The key switch: what it opens, what it ends, and that one that was left in is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.decide import light
from kiosk.checkout.deciding import remote
from kiosk.checkout.effects import SetLight
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.screen import AttractBody, BasketBody, Body, StaffBody, StaffSignInBody
from kiosk.checkout.text import text
from kiosk.retail.rights import Rights
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop

MILK = "8901234567890"
ON, OFF = i.KeySwitchTurned(on=True), i.KeySwitchTurned(on=False)
LEFT_IN = i.TimerElapsed("staff")
RAHIM = i.OperatorSignedIn("7", "Rahim", "supervisor", "badge")


def a_lane(key: Literal["alone", "with_pin"] = "alone", role: str = "attendant") -> HandLane:
    book = small_shop()
    book.policy = replace(book.policy, rights=Rights(key=key, key_role=role))
    return open_lane(book)


def shown(lane: HandLane) -> type[Body]:
    return type(lane.screen.body)


def told_of(lane: HandLane) -> bool:
    """That the key was left in: at the lane, by its light, and from afar."""
    told = ["key_left" in key_conditions(lane.state), "key_left" in remote.standing(lane.state).conditions]
    told.append(light(lane.state) == SetLight("amber", blinking=False))
    assert len(set(told)) == 1, told
    return told[0]


def test_the_key_signs_its_role_in_and_out_under_its_own_operator() -> None:
    lane = a_lane(role="supervisor").scan(MILK).tell(ON)
    assert shown(lane) is StaffBody
    assert lane.happened(e.OperatorOn) == [e.OperatorOn("key", "", "supervisor", "key")]
    lane.tell(OFF)
    assert shown(lane) is BasketBody
    assert lane.happened(e.OperatorOff) == [e.OperatorOff("key", "signed_out")]
    assert not told_of(lane)


def test_what_the_key_does_is_bounded_by_the_role_that_the_shop_gives_it() -> None:
    lane = a_lane(role="technician").scan(MILK).tell(ON, i.OperatorActed("cancel_transaction"))
    (refused,) = lane.happened(e.StaffActRefused)
    assert (refused.by, refused.role, refused.why) == ("key", "technician", "role")
    assert lane.state.transaction is not None


def test_where_the_shop_wants_a_pin_too_the_key_opens_the_pad_and_takes_it_away_again() -> None:
    lane = a_lane("with_pin").tell(ON)
    assert shown(lane) is StaffSignInBody
    assert not told_of(lane)
    lane.tell(OFF)
    assert shown(lane) is AttractBody
    lane.tell(ON, RAHIM, OFF)
    assert lane.state.operator is None, "the key was half of the sign-in"


@pytest.mark.parametrize("away", [LEFT_IN, i.OperatorSignedOut()], ids=["auto-lock", "signed out"])
def test_a_key_that_is_left_in_is_told_until_it_is_turned_back(away: i.Input) -> None:
    lane = a_lane().tell(ON, away)
    assert lane.state.operator is None
    assert told_of(lane)
    assert (lane.screen.notice is not None) == (away != LEFT_IN), "only who just signed out is before the glass"
    lane.tell(OFF)
    assert not told_of(lane)


def test_who_signs_out_with_the_key_in_is_told_at_once() -> None:
    notice = a_lane().tell(ON, i.OperatorSignedOut()).screen.notice
    assert notice is not None
    assert notice.text == text("staff.key_left")


@pytest.mark.parametrize("key", ["alone", "with_pin"])
def test_a_key_that_was_on_when_the_kiosk_started_opens_nothing_and_is_told(key: Literal["alone", "with_pin"]) -> None:
    lane = a_lane(key).tell(i.KeySwitchTurned(on=True, found=True))
    assert shown(lane) is AttractBody
    assert lane.happened(e.OperatorOn) == []
    assert told_of(lane)
    lane.tell(OFF, ON)
    assert not told_of(lane)


def test_who_is_signed_in_by_name_stays_so_whatever_the_key_does() -> None:
    lane = a_lane().tell(RAHIM, ON, OFF)
    assert lane.state.operator is not None
    assert lane.state.operator.operator_id == "7"
    lane.tell(ON, i.OperatorSignedOut())
    assert told_of(lane)


def test_in_training_the_key_is_the_trainee_s_and_what_became_of_it_is_known_afterwards() -> None:
    lane = a_lane(role="supervisor").tell(ON, i.OperatorActed("training"), OFF)
    lane.tell(ON, i.OperatorActed("training"))
    assert lane.state.live.rehearsal is None
    assert told_of(lane), "nobody is signed in after training, and the key is in"
    again = a_lane(role="supervisor").tell(ON, i.OperatorActed("training"), OFF, RAHIM, i.OperatorActed("training"))
    assert not told_of(again)
