"""Rules of the shop and the law at the lane: what is refused at once, what staff judge, what lapses, what is kept."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.text import text
from kiosk.retail.item import Item, Restriction
from kiosk.retail.money import Money
from kiosk.retail.occasion import Hours
from kiosk.retail.offer import Gift, Offer, Scope
from kiosk.retail.restrictions import Restrictions, Rule
from kiosk.retail.rights import Rights, Role
from tests.support.lane import AGREE, YOURS, HandLane, open_lane
from tests.support.shop import MemoryBook, small_shop

MILK, TEA, WINE, CIDER, PILLS = "8901234567890", "4006381333931", "9780201379624", "5449000000996", "5449000131805"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
CARD = i.LoyaltyPresented("ab" * 32, "card")


def shop(*, law: dict[str, Rule] | None = None, own: dict[str, Rule] | None = None, **milk: object) -> MemoryBook:
    """Wine for 18, cider for 16, pills of the kind medicine; ``milk`` changes the milk."""
    book = small_shop()
    cider = Item("cider", {"en": "Cider"}, "drinks", "standard", Money(9000, "BDT"), gtin="05449000000996")
    book.items["cider"] = replace(cider, restriction=Restriction(minimum_age=16))
    pills = Item("pills", {"en": "Pills"}, "health", "standard", Money(2000, "BDT"), gtin="05449000131805")
    book.items["pills"] = replace(pills, kind="medicine")
    book.items["milk"] = replace(book.items["milk"], **milk)  # type: ignore[arg-type]  # fields of an item
    book.policy = replace(book.policy, restrictions=Restrictions(law or {}, own or {}))
    return book


def waiting(lane: HandLane) -> list[str]:
    return [raised.kind for raised in lane.state.interventions]


def lines(lane: HandLane) -> list[tuple[str, int]]:
    basket = lane.state.transaction
    return [(line.item_id, line.quantity) for line in basket.live_lines] if basket is not None else []


def judge(lane: HandLane, kind: str, *, approve: bool, reason: str = "") -> HandLane:
    target = next(raised.intervention for raised in lane.state.interventions if raised.kind == kind)
    lane.tell(STAFF, i.OperatorActed("approve" if approve else "refuse", target=target, reason=reason))
    return lane.tell(i.OperatorSignedOut())


def can_pay(lane: HandLane) -> bool:
    lane.tell(i.CheckoutRequested())
    return lane.state.live.view == "tender_choice"


def said(lane: HandLane) -> str:
    return lane.state.live.notice.message if lane.state.live.notice is not None else ""


# --- age -------------------------------------------------------------------------------------------------------------


def test_sixteen_is_not_eighteen_and_eighteen_is_sixteen_too() -> None:
    lane = judge(open_lane(shop()).scan(CIDER), "age", approve=True).scan(WINE)
    assert [raised.minimum_age for raised in lane.state.interventions] == [18]
    other = judge(open_lane(shop()).scan(WINE), "age", approve=True).scan(CIDER)
    assert waiting(other) == []


def test_a_yes_to_the_higher_age_answers_the_lower_one_that_was_asked_first() -> None:
    lane = open_lane(shop()).scan(CIDER, WINE)
    assert [raised.minimum_age for raised in lane.state.interventions] == [16, 18]
    target = lane.state.interventions[1].intervention
    lane.tell(STAFF, i.OperatorActed("approve", target=target), i.OperatorSignedOut())
    assert waiting(lane) == []
    assert can_pay(lane)


def test_a_no_to_eighteen_leaves_what_sixteen_may_have() -> None:
    lane = open_lane(shop()).scan(MILK, CIDER, WINE)
    target = lane.state.interventions[1].intervention
    lane.tell(STAFF, i.OperatorActed("refuse", target=target))
    assert lines(lane) == [("milk", 1), ("cider", 1)]
    assert [raised.minimum_age for raised in lane.state.interventions] == [16]


def test_a_refusal_is_kept_with_who_gave_it() -> None:
    lane = judge(open_lane(shop()).scan(WINE), "age", approve=False)
    cleared = lane.happened(e.InterventionCleared)[-1]
    assert (cleared.outcome, cleared.by) == ("refused", "op1")


def test_an_approved_age_lapses_on_suspend() -> None:
    lane = judge(open_lane(shop()).scan(WINE), "age", approve=True)
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"), STAFF, i.OperatorActed("resume_suspended"), YOURS)
    assert waiting(lane) == ["age"]


def test_an_approved_age_lapses_when_another_member_takes_the_basket_over() -> None:
    book = shop()
    book.members["cd" * 32] = replace(book.members["ab" * 32], member_id="m-002")
    lane = judge(open_lane(book).tell(CARD).scan(WINE), "age", approve=True)
    lane.tell(CARD)
    assert waiting(lane) == []
    lane.tell(i.LoyaltyPresented("cd" * 32, "card"))
    assert waiting(lane) == ["age"]


def test_the_law_asks_for_an_age_that_the_price_book_forgot() -> None:
    lane = open_lane(shop(law={"drinks": Rule("age", departments=("drinks",), minimum_age=18, source="Act 1")}))
    lane.scan(TEA)
    assert [(raised.minimum_age, raised.reason) for raised in lane.state.interventions] == [(18, "law.drinks")]
    assert lane.tell(STAFF).screen.body.interventions[0].source == "Act 1"  # type: ignore[union-attr]  # the staff screen


def test_a_gift_that_is_owed_is_asked_about_as_if_it_lay_in_the_basket() -> None:
    book = shop()
    book.offers = (*book.offers, Offer("gift", Scope(("milk",)), Gift("wine"), {"en": "Wine with milk"}))
    assert waiting(open_lane(book).scan(MILK)) == ["age"]


def test_what_staff_went_by_is_a_word_and_no_date_or_number_can_be_told() -> None:
    lane = open_lane(shop()).scan(WINE).tell(STAFF)
    assert lane.screen.body.interventions[0].proofs == ("looked", "document")  # type: ignore[union-attr]  # as above
    judge(lane, "age", approve=True, reason="document")
    assert lane.happened(e.InterventionCleared)[-1].reason == "document"
    assert [field.name for field in fields(e.AgeApproved)] == ["minimum_age", "by"]


# --- quantity --------------------------------------------------------------------------------------------------------

TWO = Rule("quantity", kinds=("medicine",), most=2)


def test_a_third_pack_of_medicine_is_refused_at_once_and_the_visit_goes_on() -> None:
    lane = open_lane(shop(own={"medicine": TWO})).scan(PILLS, PILLS, PILLS)
    assert lines(lane) == [("pills", 2)]
    assert said(lane) == "restriction.quantity"
    lane.scan(MILK)
    assert can_pay(lane)


def test_a_limit_counts_what_it_binds_together_and_by_the_quantity_too() -> None:
    book = shop(own={"medicine": TWO})
    book.items["drops"] = replace(book.items["pills"], item_id="drops", gtin="05449000000439")
    lane = open_lane(book).scan(PILLS, "5449000000439")
    lane.tell(i.QuantityEntered(1, 2))
    assert lines(lane) == [("pills", 1), ("drops", 1)]
    lane.tell(i.LineVoidRequested(2), i.QuantityEntered(1, 2))
    assert lines(lane) == [("pills", 2)]


def test_staff_who_have_counted_go_over_the_shop_s_limit_and_never_over_the_law_s() -> None:
    three = i.OperatorActed("quantity", line=1, quantity=3)
    lane = open_lane(shop(own={"medicine": TWO})).scan(PILLS).tell(STAFF, three)
    assert lines(lane) == [("pills", 3)]
    lane = open_lane(shop(law={"medicine": TWO})).scan(PILLS).tell(STAFF, three)
    assert lines(lane) == [("pills", 1)]


def test_a_shop_cannot_make_more_of_what_the_law_limits() -> None:
    generous = Rule("quantity", kinds=("medicine",), most=9)
    lane = open_lane(shop(law={"medicine": TWO}, own={"medicine": generous})).scan(PILLS, PILLS, PILLS)
    assert lines(lane) == [("pills", 2)]


def test_a_limit_that_staff_may_lift_holds_payment_and_ends_with_what_was_too_much() -> None:
    lane = open_lane(shop(own={"medicine": replace(TWO, blocks="payment")})).scan(PILLS, PILLS, PILLS)
    assert waiting(lane) == ["quantity"]
    assert not can_pay(lane)
    lane.tell(i.QuantityEntered(1, 2))
    assert waiting(lane) == []
    assert can_pay(lane)


@pytest.mark.parametrize(("approve", "left"), [(True, 3), (False, 2)])
def test_staff_lift_a_limit_or_leave_what_it_allows(left: int, *, approve: bool) -> None:
    lane = open_lane(shop(own={"medicine": replace(TWO, blocks="payment")})).scan(PILLS, PILLS, PILLS)
    judge(lane, "quantity", approve=approve)
    assert lines(lane) == [("pills", left)]
    assert can_pay(lane)


def test_a_limit_in_grams_counts_what_was_weighed() -> None:
    book = shop(own={"scarce": Rule("quantity", items=("banana",), most_grams=1500)})
    lane = open_lane(book).weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1000).tell(AGREE)
    lane.weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1000).tell(AGREE)
    assert lines(lane) == [("banana", 1)]
    assert said(lane) == "restriction.grams"


DAILY = replace(TWO, per="member_day")


def member_at(book: MemoryBook) -> HandLane:
    return open_lane(book).tell(i.NetworkChanged(online=True), CARD)


def test_what_a_member_had_elsewhere_today_counts_where_head_office_can_be_asked() -> None:
    lane = member_at(shop(own={"medicine": DAILY})).scan(PILLS)
    asked = lane.effect(f.AskBought)
    assert (asked.member_id, asked.kinds, asked.rule) == ("m-001", ("medicine",), "medicine")
    lane.tell(i.BoughtAnswered("m-001", "medicine", pieces=2))
    assert waiting(lane) == ["quantity"]
    judge(lane, "quantity", approve=True)
    assert can_pay(lane)


def test_what_is_told_while_money_is_on_its_way_changes_nothing_of_what_it_pays() -> None:
    lane = member_at(shop(own={"medicine": DAILY})).scan(PILLS)
    tender = lane.pay_by_card()
    lane.tell(i.BoughtAnswered("m-001", "medicine", pieces=2))
    assert waiting(lane) == []
    lane.tell(i.TerminalAnswered(tender, "declined"), i.TenderChosen("card"))
    assert waiting(lane) == ["quantity"], "it is asked before money is asked for again"
    assert lane.no_effect(f.Charge)


@pytest.mark.parametrize(
    "answer",
    [
        i.BoughtAnswered("m-001", "medicine", pieces=1),
        i.BoughtAnswered("m-001", "medicine", offline=True),
        i.BoughtAnswered("m-009", "medicine", pieces=9),
    ],
    ids=["still within", "nobody could be asked", "somebody else's"],
)
def test_an_answer_that_changes_nothing_holds_nobody_up(answer: i.BoughtAnswered) -> None:
    lane = member_at(shop(own={"medicine": DAILY})).scan(PILLS).tell(answer)
    assert waiting(lane) == []


def test_a_stranger_s_day_is_not_asked_about_and_a_member_s_is_once_they_are_known() -> None:
    lane = open_lane(shop(own={"medicine": DAILY})).tell(i.NetworkChanged(online=True)).scan(PILLS)
    assert [one for one in lane.effects if isinstance(one, f.AskBought)] == []
    lane.tell(CARD)
    assert lane.effect(f.AskBought).member_id == "m-001"


def test_the_next_shopper_has_had_nothing() -> None:
    lane = member_at(shop(own={"medicine": DAILY})).scan(PILLS).tell(i.BoughtAnswered("m-001", "medicine", pieces=2))
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    assert lane.state.live.bought == ()


# --- hours -----------------------------------------------------------------------------------------------------------

LATE = Rule("hours", items=("wine",), hours=(Hours("18:00", "02:00", (5, 6)),))
"""Fridays and Saturdays from six until two at night."""


@pytest.mark.parametrize(
    ("day", "clock", "sold"),
    [
        ("2026-11-20", "17:59", False),
        ("2026-11-20", "18:00", True),
        ("2026-11-22", "01:59", True),
        ("2026-11-22", "02:00", False),
        ("2026-11-22", "18:00", False),
    ],
)
def test_an_item_is_sold_in_its_hours_and_across_midnight(day: str, clock: str, *, sold: bool) -> None:
    lane = open_lane(shop(own={"late": LATE}))
    lane.day, lane.local_time = day, clock
    lane.scan(WINE)
    assert bool(lines(lane)) == sold
    assert (said(lane) == "restriction.hours") != sold


def test_where_no_clock_is_to_be_trusted_staff_judge_the_hours() -> None:
    lane = open_lane(shop(own={"late": LATE}))
    lane.clock_trusted = False
    lane.scan(WINE)
    assert waiting(lane) == ["age", "hours"]
    judge(judge(lane, "hours", approve=True), "age", approve=True)
    assert can_pay(lane)


def test_hours_that_end_before_the_shopper_pays_are_judged_by_staff() -> None:
    lane = open_lane(shop(own={"late": LATE}))
    lane.day, lane.local_time = "2026-11-22", "01:55"
    judge(lane.scan(WINE), "age", approve=True)
    lane.local_time = "02:05"
    assert not can_pay(lane)
    assert waiting(lane) == ["hours"]
    judge(lane, "hours", approve=False)
    assert lines(lane) == []


def test_hours_hold_in_the_stores_they_name() -> None:
    lane = open_lane(shop(own={"late": replace(LATE, stores=("elsewhere",))}))
    assert waiting(lane.scan(WINE)) == ["age"]


# --- what staff look at, and what is not sold here -------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["high_value", "security_tag", "prescription", "staff_item"])
def test_an_item_that_names_a_rule_waits_for_staff_and_scanning_goes_on(rule: str) -> None:
    lane = open_lane(shop(restriction=Restriction(rules=(rule,)))).scan(MILK, TEA)
    assert waiting(lane) == [rule]
    assert len(lines(lane)) == 2
    assert not can_pay(lane)
    judge(lane, rule, approve=True)
    assert can_pay(lane)


@pytest.mark.parametrize("rule", ["high_value", "security_tag", "prescription"])
def test_what_staff_refuse_is_not_sold(rule: str) -> None:
    lane = judge(open_lane(shop(restriction=Restriction(rules=(rule,)))).scan(MILK, TEA), rule, approve=False)
    assert lines(lane) == [("tea", 1)]


def test_what_is_dear_is_looked_at() -> None:
    lane = open_lane(shop(own={"dear": Rule("high_value", over_minor=50_000)})).scan(MILK, TEA)
    assert [(raised.kind, raised.line) for raised in lane.state.interventions] == [("high_value", 2)]


def test_what_is_not_sold_here_opens_no_basket_and_calls_nobody() -> None:
    lane = open_lane(shop(restriction=Restriction(rules=("not_here",)))).scan(MILK)
    assert said(lane) == "restriction.not_here"
    assert lane.state.transaction is None
    assert waiting(lane) == []


def test_a_shopper_who_takes_the_item_out_needs_nobody() -> None:
    lane = open_lane(shop(restriction=Restriction(rules=("security_tag",)))).scan(MILK, TEA)
    lane.tell(i.LineVoidRequested(1))
    assert waiting(lane) == []


def test_who_may_judge_a_kind_is_the_shop_s_table() -> None:
    book = shop(restriction=Restriction(rules=("prescription",)))
    roles = (Role("attendant", ("approve", "refuse"), judges=("age",)), Role("supervisor", ("approve", "refuse")))
    book.policy = replace(book.policy, rights=Rights(roles))
    lane = judge(open_lane(book).scan(MILK), "prescription", approve=True)
    assert waiting(lane) == ["prescription"]
    assert lane.happened(e.StaffActRefused)[-1].why == "kind"
    assert lane.happened(e.InterventionRaised)[-1].may_clear == "supervisor"


@pytest.mark.parametrize(
    ("rule", "law_remote", "done"),
    [
        ("high_value", (), True),
        ("security_tag", ("age", "prescription"), False),
        ("prescription", (), False),
        ("prescription", ("prescription",), True),
    ],
)
def test_from_a_page_only_what_law_and_hands_allow(rule: str, law_remote: tuple[str, ...], *, done: bool) -> None:
    book = shop(restriction=Restriction(rules=(rule,)))
    rules = Restrictions(law_remote=law_remote)  # type: ignore[arg-type]  # words of the kind
    book.policy = replace(book.policy, remote_kinds=("high_value", "security_tag", "prescription"), restrictions=rules)
    lane = open_lane(book).scan(MILK)
    ident = lane.state.interventions[0].intervention
    lane.tell(
        i.StaffCommanded("c-1", "clear_intervention", lane.now_ms + 60_000, "op-7", "attendant", ident, "approved")
    )
    assert (waiting(lane) == []) == done
    assert [one.outcome for one in lane.happened(e.CommandAnswered)] == ["done" if done else "refused"]


def test_a_line_s_note_tells_the_shopper_what_staff_come_for() -> None:
    lane = open_lane(shop(restriction=Restriction(rules=("security_tag",)))).scan(MILK)
    assert lane.screen.body.lines[0].note == text("line.security_tag")  # type: ignore[union-attr]  # the basket
