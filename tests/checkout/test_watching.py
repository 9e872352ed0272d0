"""When pictures of the plate are kept, that the journal says no more than that, and when they are let go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody
from kiosk.retail.frame_rules import FrameRules
from tests.support.lane import POWER, HandLane, open_lane, replayed
from tests.support.shop import small_shop

BLADES, WINE = "036000291452", "9780201379624"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def lane(rules: FrameRules) -> HandLane:
    book = small_shop()
    book.policy = replace(book.policy, frames=rules)
    return open_lane(book)


def kept(rules: FrameRules | None = None) -> HandLane:
    called = lane(rules or FrameRules(on=True)).scan(BLADES)
    return called.tell(i.FramesStored(called.state.interventions[0].intervention, 3))


def test_pictures_are_kept_of_the_kinds_the_shop_lists_and_of_no_other() -> None:
    called = lane(FrameRules(on=True, hours=2)).scan(BLADES)
    ident = called.state.interventions[0].intervention
    assert called.effect(f.KeepFrames) == f.KeepFrames(ident, 2 * 3_600_000, share=True)
    assert called.scan(WINE).no_effect(f.KeepFrames)


@pytest.mark.parametrize("rules", [FrameRules(), FrameRules(on=True, law_off=True), FrameRules(on=True, kinds=())])
def test_none_are_kept_where_that_is_off_or_the_law_says_so(rules: FrameRules) -> None:
    assert lane(rules).scan(BLADES).no_effect(f.KeepFrames)


def test_the_journal_knows_an_id_and_a_count() -> None:
    told = kept()
    ident = told.state.interventions[0].intervention
    assert told.happened(e.FramesKept) == [e.FramesKept(ident, 3)]
    assert replayed(told.journal).frames == ((ident, 3),)
    body = told.tell(STAFF).screen.body
    assert isinstance(body, StaffBody)
    assert [one.frames for one in body.interventions] == [3]


def test_they_are_let_go_once_it_was_judged() -> None:
    told = kept(FrameRules(on=True, minutes=7))
    ident = told.state.interventions[0].intervention
    told.tell(STAFF, i.OperatorActed("approve", target=ident))
    assert told.effect(f.ReleaseFrames) == f.ReleaseFrames(ident, 7 * 60_000)
    assert told.state.frames == ()


def test_pictures_that_come_after_it_was_judged_are_let_go_too() -> None:
    called = lane(FrameRules(on=True)).scan(BLADES)
    ident = called.state.interventions[0].intervention
    called.tell(STAFF, i.OperatorActed("approve", target=ident), i.FramesStored(ident, 2))
    assert called.effect(f.ReleaseFrames).intervention == ident


def test_a_shopper_who_leaves_takes_them_along() -> None:
    told = kept()
    told.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert told.effect(f.ReleaseFrames).after_ms == 10 * 60_000
    assert told.state.frames == ()


def test_after_a_restart_only_what_still_waits_is_named() -> None:
    told = kept()
    ident = told.state.interventions[0].intervention
    told.tell(POWER)
    assert told.effect(f.TidyFrames).waiting == (ident,)
