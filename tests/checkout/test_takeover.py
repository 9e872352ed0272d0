"""A parked basket is taken up again at another kiosk: by one of them, with head office's word, and judged anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import takeover
from kiosk.checkout.screen import StaffBody
from kiosk.retail.money import Money
from kiosk.retail.occasion import Hours
from kiosk.retail.offer import Offer, PercentOff, Scope
from kiosk.retail.transaction import LineItem
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.shop import small_shop

MILK, BLADES = "8901234567890", "036000291452"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
RESUME = i.OperatorActed("resume_suspended")
PARKED = "0190-parked"


def lines_of(*codes: str) -> tuple[LineItem, ...]:
    lane = open_lane().scan(*codes).tell(STAFF, i.OperatorActed("suspend"))
    return lane.happened(e.TransactionSuspended)[-1].lines


def parked() -> HandLane:
    return open_lane().scan(MILK).tell(STAFF, i.OperatorActed("suspend"))


def given(lane: HandLane, lines: tuple[LineItem, ...]) -> HandLane:
    asked = lane.tell(RESUME).effect(f.AskBasket)
    return lane.tell(i.BasketTold(asked.correlation, "given", PARKED, "kiosk-2", lines))


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return shown.text.message if shown is not None else ""


def test_a_basket_of_another_kiosk_goes_on_here_with_the_lines_as_they_stood() -> None:
    lines = lines_of(MILK, MILK, BLADES)
    lane = given(open_lane().tell(STAFF), lines)
    basket = lane.state.transaction
    assert basket is not None
    assert [(k.item_id, k.quantity, k.extended) for k in basket.lines] == [
        (k.item_id, k.quantity, k.extended) for k in lines
    ]
    uuid = basket.opened.transaction.uuid
    assert lane.happened(e.BasketTakenOver) == [e.BasketTakenOver(uuid, PARKED, "kiosk-2", "op1")]
    assert replayed(lane.journal).transaction == basket
    lane.tell(*(i.OperatorActed("approve", target=r.intervention) for r in lane.state.interventions))
    lane.tell(i.OperatorSignedOut())
    lane.approve(lane.pay_by_card())
    assert len(lane.happened(e.TransactionCompleted)) == 1


@pytest.mark.parametrize(("began", "goes_on"), [("11:30", "12:30"), ("12:30", "11:30"), ("", "11:30")])
def test_a_happy_hour_holds_elsewhere_for_whom_it_held_where_they_began(began: str, goes_on: str) -> None:
    book = small_shop()
    book.offers = (
        Offer("noon", Scope(("milk",)), PercentOff(1_000), {"en": "Noon"}, hours=(Hours("11:00", "12:00"),)),
    )
    first, other = open_lane(book), open_lane(book)
    first.local_time, first.clock_trusted = began or "11:30", bool(began)
    suspended = first.scan(MILK).tell(STAFF, i.OperatorActed("suspend")).happened(e.TransactionSuspended)[-1]
    other.local_time = goes_on
    asked = other.tell(STAFF, RESUME).effect(f.AskBasket)
    told = i.BasketTold(asked.correlation, "given", PARKED, "kiosk-2", suspended.lines, suspended.local)
    basket = other.tell(told).state.transaction
    assert basket is not None
    assert basket.comes_to.total == suspended.total
    assert suspended.total == Money(8_550 if began == "11:30" else 9_500, "BDT")


def test_what_staff_let_through_at_the_other_kiosk_is_asked_again_here() -> None:
    lane = open_lane().scan(BLADES).tell(STAFF)
    (raised,) = lane.state.interventions
    lane.tell(i.OperatorActed("approve", target=raised.intervention), i.OperatorActed("suspend"))
    here = given(open_lane().tell(STAFF), lane.happened(e.TransactionSuspended)[-1].lines)
    assert [k.kind for k in here.state.interventions] == ["staff_item"]


def test_without_head_office_another_kiosk_s_basket_is_refused_with_a_message_and_one_s_own_is_not() -> None:
    lane = open_lane().tell(i.NetworkChanged(online=False), STAFF, RESUME)
    assert notice(lane) == "basket.offline"
    assert lane.no_effect(f.AskBasket)
    own = parked().tell(i.NetworkChanged(online=False), RESUME)
    assert own.state.transaction is not None


def test_head_office_falling_silent_gives_no_basket_of_another_kiosk() -> None:
    lane = open_lane().tell(STAFF, RESUME)
    lane.tell(i.BasketTold(lane.effect(f.AskBasket).correlation, "offline"))
    assert (notice(lane), lane.state.transaction) == ("basket.offline", None)


@pytest.mark.parametrize("state", ["yours", "offline", "unknown"])
def test_one_s_own_basket_is_asked_about_and_goes_on_unless_another_has_it(state: i.BasketState) -> None:
    lane = parked()
    uuid = lane.state.suspended[0].opened.transaction.uuid
    asked = lane.tell(RESUME).effect(f.AskBasket)
    assert (asked.sought, asked.own) == (uuid, True)
    lane.tell(i.BasketTold(asked.correlation, state))
    assert lane.happened(e.TransactionResumed) == [e.TransactionResumed(uuid, "op1")]


def test_a_basket_that_is_kept_for_another_kiosk_stays_parked() -> None:
    lane = parked().tell(RESUME)
    lane.tell(i.BasketTold(lane.effect(f.AskBasket).correlation, "taken"))
    assert (notice(lane), len(lane.state.suspended), lane.state.transaction) == ("basket.taken", 1, None)


def test_a_basket_that_another_kiosk_has_is_voided_here() -> None:
    lane = parked().tell(RESUME)
    lane.tell(i.BasketTold(lane.effect(f.AskBasket).correlation, "gone"))
    assert (notice(lane), lane.state.suspended, lane.state.transaction) == ("basket.gone", (), None)
    assert [k.reason for k in lane.happened(e.TransactionVoided)] == ["taken_over"]


def test_a_basket_that_was_gone_on_with_here_is_never_opened_twice() -> None:
    lines = lines_of(MILK)
    lane = given(open_lane().tell(STAFF), lines).tell(i.OperatorActed("cancel_transaction"))
    assert given(lane, lines).state.transaction is None
    assert len(lane.happened(e.BasketTakenOver)) == 1


@pytest.mark.parametrize("meanwhile", [i.OperatorSignedOut(), i.CodeScanned(MILK, "EAN13")])
def test_an_answer_that_comes_too_late_opens_nothing(meanwhile: i.Input) -> None:
    lane = open_lane().tell(STAFF)
    asked = lane.tell(RESUME).effect(f.AskBasket)
    lane.tell(meanwhile, i.BasketTold(asked.correlation, "given", PARKED, "kiosk-2", lines_of(MILK)))
    assert lane.happened(e.BasketTakenOver) == []


def test_lines_in_another_currency_are_no_basket_of_this_shop() -> None:
    (line,) = lines_of(MILK)
    foreign = replace(line, unit_price=replace(line.unit_price, currency="EUR"))
    assert given(open_lane().tell(STAFF), (foreign,)).state.transaction is None


def test_a_basket_with_a_gift_card_in_it_is_handed_to_no_other_kiosk() -> None:
    lane = open_lane().scan(MILK)
    basket = lane.state.transaction
    assert basket is not None
    assert takeover.portable(basket) != ()
    gift = replace(basket.lines[0], value_account="ab" * 32)
    assert takeover.portable(replace(basket, lines=(gift,))) == ()


def test_staff_of_a_free_lane_are_offered_a_basket_and_those_of_a_lane_with_one_are_not() -> None:
    free, busy = open_lane().tell(STAFF).screen.body, open_lane().scan(MILK).tell(STAFF).screen.body
    assert isinstance(free, StaffBody)
    assert isinstance(busy, StaffBody)
    assert ("resume_suspended" in free.acts, "resume_suspended" in busy.acts) == (True, False)


def test_offers_are_worked_out_anew_so_none_travels() -> None:
    assert all(line.modifiers == () for line in lines_of(*[MILK] * 6))
    lane = parked().tell(RESUME, YOURS)
    assert lane.state.transaction is not None
