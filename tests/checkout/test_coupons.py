"""Coupons at the lane: taken, refused, kept at head office, taken off, redeemed; and gifts that are owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody, CouponBody, StaffBody
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.occasion import Hours, Used, entitlement
from kiosk.retail.offer import AmountOff, Gift, Offer, PercentOff, PercentOffEach, Scope
from kiosk.retail.policy import CouponRules
from kiosk.workstation.clock import SystemClock
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.returns import SUPERVISOR, sold_sale, takes_back
from tests.support.shop import MemoryBook, small_shop

MILK, TEA = "8901234567890", "4006381333931"
CARD = i.LoyaltyPresented("ab" * 32, "card")
RULES = CouponRules(prefixes=("99", "KP"))
SPRING = Offer("spring", Scope(), AmountOff(1_000), {"en": "Spring"}, coupon="KPSPRING", min_spend=9_000)
BIRTHDAY = Offer("bday", Scope(), PercentOff(1_000), {"en": "Birthday"}, coupon="9912345", serials="listed")
ONE, TWO = "9912345000017", "9912345000024"


def shop(*offers: Offer, rules: CouponRules = RULES) -> MemoryBook:
    book = small_shop()
    book.policy = replace(book.policy, coupons=rules)
    book.offers = (*book.offers, *(offers or (SPRING, BIRTHDAY)))
    return book


def lane_of(*offers: Offer, rules: CouponRules = RULES) -> HandLane:
    return open_lane(shop(*offers, rules=rules))


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return shown.text.message if shown is not None else ""


def discount(lane: HandLane) -> int:
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    return body.totals.discount.minor


def answer(lane: HandLane, state: i.CouponState = "reserved", *, offline: bool = False) -> HandLane:
    asked = lane.effect(f.AskCoupon)
    return lane.tell(i.CouponAnswered(asked.correlation, state, offline=offline))


def complete(lane: HandLane) -> e.TransactionCompleted:
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    return lane.happened(e.TransactionCompleted)[-1]


def test_a_code_for_everybody_is_taken_without_asking_anybody() -> None:
    lane = lane_of().scan(MILK).scan("KPSPRING")
    assert lane.no_effect(f.AskCoupon)
    assert (notice(lane), discount(lane)) == ("coupon.gives", 1_000)
    assert complete(lane).coupons[0].amount == Money(1_000, "BDT")


def test_a_coupon_that_gives_nothing_yet_says_so_and_counts_when_its_condition_is_met() -> None:
    lane = lane_of().scan("KPSPRING")
    assert (notice(lane), discount(lane)) == ("coupon.nothing_yet", 0)
    assert discount(lane.scan(MILK)) == 1_000


def test_a_coupon_that_gave_nothing_is_not_used_up() -> None:
    lane = lane_of(replace(SPRING, min_spend=1_000_000)).scan(MILK).scan("KPSPRING")
    assert complete(lane).coupons == ()


def test_a_single_use_coupon_is_reserved_for_this_very_transaction() -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    asked = lane.effect(f.AskCoupon)
    opened = lane.happened(e.TransactionOpened)[-1]
    assert (asked.code, asked.coupon, asked.transaction) == (ONE, "9912345", opened.transaction.uuid)
    answer(lane)
    assert discount(lane) == 950
    sold = complete(lane).coupons
    assert [(one.code, one.single, one.offline) for one in sold] == [(ONE, True, False)]


@pytest.mark.parametrize("state", ["used", "taken", "unknown", "day", "store"])
def test_what_head_office_does_not_keep_is_refused_with_its_reason(state: i.CouponState) -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    answer(lane, state)
    assert (notice(lane), discount(lane)) == (f"coupon.{state}", 0)
    assert [(one.code, one.reason) for one in lane.happened(e.CouponRefused)] == [(ONE, state)]


def test_without_head_office_a_single_use_coupon_waits_for_another_time() -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    answer(lane, offline=True)
    assert (notice(lane), discount(lane)) == ("coupon.offline", 0)


def test_where_the_rule_allows_it_is_taken_unchecked_up_to_a_value() -> None:
    lane = lane_of(rules=replace(RULES, offline=True, offline_most_minor=500)).scan(MILK).scan(ONE)
    answer(lane, offline=True)
    assert (notice(lane), discount(lane)) == ("coupon.offline_most", 500)
    assert complete(lane).coupons[0].offline


def test_an_offer_s_own_word_goes_before_the_shop_s_rule() -> None:
    book = shop(replace(BIRTHDAY, coupon_offline=False), rules=replace(RULES, offline=True))
    lane = open_lane(book).scan(MILK).scan(ONE)
    answer(lane, offline=True)
    assert notice(lane) == "coupon.offline"


def test_a_coupon_counts_once_and_one_of_an_offer() -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    answer(lane)
    assert notice(lane.scan(ONE)) == "coupon.already"
    assert notice(lane.scan(TWO)) == "coupon.another"
    assert lane.no_effect(f.AskCoupon)


def test_a_coupon_still_being_asked_about_is_not_asked_about_twice() -> None:
    lane = lane_of().scan(MILK).scan(ONE).scan(ONE)
    assert lane.no_effect(f.AskCoupon)
    assert notice(lane) == "coupon.already"


def test_a_coupon_is_taken_off_and_can_be_shown_again() -> None:
    lane = lane_of().scan(MILK).scan("KPSPRING").tell(i.CouponReturnRequested("KPSPRING"))
    assert (notice(lane), discount(lane)) == ("coupon.returned", 0)
    assert discount(lane.scan("KPSPRING")) == 1_000


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        (replace(SPRING, valid_until="2026-11-21"), "coupon.day"),
        (replace(SPRING, stores=("other",)), "coupon.store"),
    ],
)
def test_a_coupon_for_another_day_or_shop_is_refused(offer: Offer, said: str) -> None:
    assert notice(lane_of(offer).scan(MILK).scan("KPSPRING")) == said


def test_no_coupon_comes_into_a_basket_that_is_being_paid() -> None:
    lane = lane_of().scan(MILK)
    lane.approve(lane.pay_by_card(), 1_000)
    assert notice(lane.scan("KPSPRING")) == "coupon.paying"


def test_an_answer_that_comes_while_money_is_asked_for_changes_no_total() -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    asked = lane.effect(f.AskCoupon)
    tender = lane.pay_by_card()
    lane.tell(i.CouponAnswered(asked.correlation))
    assert lane.happened(e.CouponRefused)[-1].reason == "paying"
    lane.approve(tender)
    assert lane.happened(e.TransactionCompleted)[-1].coupons == ()


KARIM = i.OperatorSignedIn("op-1", "Karim", "attendant", "badge")


def test_a_shopper_types_a_code_as_it_is_printed_and_is_back_at_the_basket() -> None:
    lane = lane_of().scan(MILK).tell(i.ViewRequested("coupon"))
    assert lane.screen.body == CouponBody()
    lane.tell(i.CouponPresented("kp spring"))
    assert (notice(lane), discount(lane)) == ("coupon.gives", 1_000)


def test_while_head_office_is_asked_the_pad_waits_and_then_says_what_it_said() -> None:
    lane = lane_of().scan(MILK).tell(i.ViewRequested("coupon"), i.CouponPresented(ONE))
    assert lane.screen.body == CouponBody(busy=True)
    answer(lane, "used")
    assert (lane.screen.body, notice(lane)) == (CouponBody(), "coupon.used")


def test_who_tries_codes_out_comes_to_an_end_of_it_and_staff_go_on() -> None:
    lane = lane_of(rules=replace(RULES, keyed_tries=2)).scan(MILK).tell(i.ViewRequested("coupon"))
    for code in ("KPGUESS", "KPMAYBE"):
        answer(lane.tell(i.CouponPresented(code)), "unknown")
    assert (lane.screen.body, notice(lane)) == (CouponBody(staff=True), "coupon.ask_staff")
    lane.tell(i.CouponPresented("KPSPRING"))
    assert (lane.happened(e.CouponAccepted), notice(lane)) == ([], "coupon.ask_staff")
    lane.tell(KARIM, i.OperatorActed("coupon", target="kp spring"))
    assert lane.happened(e.CouponAccepted)[-1].coupon.code == "KPSPRING"
    assert lane.happened(e.StaffActed)[-1].act == "coupon"


def test_the_wrong_codes_of_a_visit_are_still_counted_after_a_power_cut() -> None:
    lane = lane_of().scan(MILK)
    answer(lane.tell(i.CouponPresented("KPGUESS")), "unknown")
    answer(lane.scan("KPSCANNED"), "unknown")
    missed = replayed(lane.journal).transaction
    assert missed is not None
    assert missed.codes_missed == 1, "what is scanned is in the shopper's hand"


def test_where_the_shop_leaves_codes_to_staff_no_shopper_types_one() -> None:
    lane = lane_of(rules=replace(RULES, keyed="staff")).scan(MILK)
    assert isinstance(lane.screen.body, BasketBody)
    assert not lane.screen.body.types_codes
    assert notice(lane.tell(i.CouponPresented("KPSPRING"))) == "coupon.ask_staff"


def test_a_shop_without_coupons_asks_nobody_for_codes() -> None:
    lane = lane_of(rules=CouponRules()).scan(MILK)
    basket, staff = lane.screen.body, lane.tell(KARIM).screen.body
    assert isinstance(basket, BasketBody)
    assert isinstance(staff, StaffBody)
    assert (basket.types_codes, "coupon" in staff.acts) == (False, False)


def test_a_parked_basket_asks_again_for_its_single_use_coupons_and_loses_one_that_was_used_meanwhile() -> None:
    lane = lane_of().scan(MILK).scan(ONE)
    answer(lane)
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    lane.tell(i.OperatorSignedIn("op-1", "Karim", "attendant", "badge"), i.OperatorActed("resume_suspended"), YOURS)
    answer(lane, "used")
    assert lane.happened(e.CouponReturned) == [e.CouponReturned(ONE, "system", "used")]
    assert complete(lane).coupons == ()


def test_coupons_and_gifts_stand_again_after_a_power_cut() -> None:
    lane = lane_of(SPRING, Offer("cup", Scope(("milk",)), Gift("tea"), {"en": "Cup"})).scan(MILK).scan("KPSPRING")
    before = lane.state
    assert replayed(lane.journal).transaction == before.transaction
    assert before.transaction is not None
    assert (len(before.transaction.coupons), len(before.transaction.gifts)) == (1, 1)


# --- conditions --------------------------------------------------------------------------------------------------


HAPPY = Offer("happy", Scope(("milk",)), PercentOffEach(1_000), {"en": "Happy"}, hours=(Hours("17:00", "19:00"),))


@pytest.mark.parametrize(("clock", "off"), [("16:59", 0), ("17:00", 950), ("18:59", 950), ("19:00", 0)])
def test_a_happy_hour_goes_by_the_shop_s_clock(clock: str, off: int) -> None:
    lane = lane_of(HAPPY)
    lane.local_time = clock
    assert discount(lane.scan(MILK)) == off


@pytest.mark.parametrize(
    ("zone", "utc", "off"),
    [
        ("America/New_York", "2026-10-31T21:30", 950),  # 17:30 by summer time
        ("America/New_York", "2026-11-01T21:30", 0),  # 16:30: the clock went back that night
        ("America/New_York", "2026-11-01T22:30", 950),
        ("Europe/Berlin", "2026-03-28T16:30", 950),
        ("Europe/Berlin", "2026-03-29T16:30", 950),  # 18:30: it went forward
        ("Europe/Berlin", "2026-03-29T17:30", 0),
        ("Asia/Dhaka", "2026-11-01T11:30", 950),
        ("Asia/Kolkata", "2026-11-01T11:29", 0),  # 16:59 on a half-hour's zone
    ],
)
def test_a_happy_hour_follows_the_clock_on_the_shop_s_wall_over_time_zones_and_summer_time(
    zone: str, utc: str, off: int
) -> None:
    at = datetime.fromisoformat(f"{utc}+00:00")
    wall = SystemClock(zone, time_ns=lambda: int(at.timestamp()) * 10**9).moment()
    lane = lane_of(HAPPY)
    lane.now_ms, lane.day, lane.local_time = wall.utc_ms, wall.local_date, wall.local_time
    assert discount(lane.scan(MILK)) == off


def test_the_hour_at_which_the_basket_was_opened_holds_for_the_whole_visit() -> None:
    lane = lane_of(HAPPY)
    lane.local_time = "18:59"
    lane.scan(MILK)
    lane.local_time = "19:01"
    assert discount(lane.scan(MILK)) == 2 * 950


def test_an_untrusted_clock_opens_no_happy_hour() -> None:
    lane = lane_of(HAPPY)
    lane.clock_trusted, lane.local_time = False, "18:00"
    assert discount(lane.scan(MILK)) == 0


DAILY = Offer("daily", Scope(("milk",)), PercentOffEach(1_000), {"en": "Once a day"}, member_day=1)


def test_a_limit_per_member_counts_this_lane_s_own_sales_while_offline() -> None:
    lane = lane_of(DAILY).tell(CARD).scan(MILK)
    assert discount(lane) == 950
    complete(lane)
    lane.tell(i.TimerElapsed("thanks"), CARD).scan(MILK)
    assert discount(lane) == 0


def test_head_office_s_count_of_other_lanes_closes_the_offer_and_a_sale_known_to_both_counts_once() -> None:
    lane = lane_of(replace(DAILY, member_day=2)).tell(CARD).scan(MILK)
    sold = complete(lane).transaction
    used = (Used("daily", sold.uuid, sold.business_day),)
    lane.tell(i.TimerElapsed("thanks"), CARD)
    correlation = lane.effect(f.AskMember).correlation
    lane.tell(i.MemberAnswered(correlation, "m-001", "gold", visit=2, used=used)).scan(MILK)
    assert discount(lane) == 950
    lane = lane_of(replace(DAILY, member_day=2)).tell(CARD)
    more = (*used, Used("daily", "another", "2026-11-22"))
    lane.tell(i.MemberAnswered(lane.effect(f.AskMember).correlation, "m-001", "gold", used=more)).scan(MILK)
    assert discount(lane) == 0


def test_an_offer_whose_goods_all_came_back_to_this_lane_is_the_member_s_again_on_the_same_day() -> None:
    lane = lane_of(DAILY).tell(CARD).scan(MILK, MILK)
    sale = complete(lane)
    for before, left in ((0, 0), (1, 950)):
        lane.tell(i.TimerElapsed("thanks"))
        given = {sale.tenders[0].tender: before * (9_500 - 950)}
        takes_back(lane, sold_sale(sale, returned={1: before}, given=given)).tell(i.MoneyBackRequested())
        asked = lane.effect(f.Refund)
        lane.tell(i.TerminalAnswered(asked.tender, "approved", asked.amount))
        lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
        lane.tell(i.OperatorSignedOut(), CARD).scan(MILK)
        assert discount(lane) == left
        assert replayed(lane.journal).used == lane.state.used
        lane.tell(SUPERVISOR, i.OperatorActed("cancel_transaction"))


def test_where_the_rule_says_so_a_limited_offer_waits_for_head_office() -> None:
    lane = lane_of(DAILY, rules=replace(RULES, offline_limits=False)).tell(CARD)
    correlation = lane.effect(f.AskMember).correlation
    assert discount(lane.scan(MILK)) == 0
    assert discount(lane.tell(i.MemberAnswered(correlation, "m-001", "gold"))) == 950


def test_a_personal_offer_is_for_whom_it_names_and_a_typed_number_is_nobody() -> None:
    offer = replace(HAPPY, hours=(), people=(entitlement("happy", "m-001"),))
    assert discount(lane_of(offer).tell(CARD).scan(MILK)) == 950
    assert discount(lane_of(offer).tell(i.LoyaltyPresented("ab" * 32, "phone")).scan(MILK)) == 0
    assert discount(lane_of(offer).scan(MILK)) == 0


def test_the_visit_and_the_segments_come_with_head_office_s_answer() -> None:
    offers = (replace(HAPPY, hours=(), visit=10), replace(HAPPY, offer_id="s", hours=(), segments=("baby",)))
    for offer in offers:
        lane = lane_of(offer).tell(CARD)
        correlation = lane.effect(f.AskMember).correlation
        assert discount(lane.scan(MILK)) == 0
        lane.tell(i.MemberAnswered(correlation, "m-001", "gold", visit=10, segments=("baby",)))
        assert discount(lane) == 950


# --- gifts -------------------------------------------------------------------------------------------------------


CUP = Offer("cup", Scope(("tea",)), Gift("milk"), {"en": "Milk with tea"})


def test_a_gift_that_is_not_in_the_basket_is_told_and_goes_out_with_the_sale() -> None:
    lane = lane_of(CUP).scan(TEA)
    assert notice(lane) == "gift.take"
    sold = complete(lane)
    assert [(gift.item_id, gift.units) for gift in sold.gifts] == [("milk", 1)]
    moved = lane.happened(e.StockMoved)[-1]
    assert {(move.item_id, move.quantity) for move in moved.moves} == {("tea", 1), ("milk", 1)}


def test_a_gift_that_is_scanned_is_free_and_owed_no_more() -> None:
    lane = lane_of(CUP).scan(TEA, MILK)
    assert discount(lane) == 9_500
    assert complete(lane).gifts == ()


def test_a_gift_falls_away_with_what_earned_it() -> None:
    lane = lane_of(CUP).scan(TEA).tell(i.LineVoidRequested(1))
    assert lane.happened(e.GiftsOwed)[-1].gifts == ()


# --- North American coupons --------------------------------------------------------------------------------------


CORN = Item("corn", {"en": "Corn"}, "tins", "standard", Money(250, "USD"), gtin="00614141000043")
WRITTEN = "]e0" + "8110" + "0614141" + "123456" + "3100" + "12" + "0" + "000"
POSITIVE = "]e0" + "8112" + "0" + "0614141" + "654321" + "0" + "000007"


def american(*offers: Offer, currency: str = "USD", taken: bool = True) -> HandLane:
    book = shop(*offers)
    rules = CouponRules(north_american=taken)
    book.policy = replace(book.policy, currency=currency, country="US", coupons=rules)
    book.items["corn"] = replace(CORN, price=Money(250, currency))
    return open_lane(book)


def test_a_written_coupon_counts_once_its_purchase_is_made() -> None:
    lane = american().scan("614141000043").scan(WRITTEN)
    assert (notice(lane), discount(lane)) == ("coupon.nothing_yet", 0)
    assert discount(lane.scan("614141000043")) == 100
    assert notice(lane.scan(WRITTEN)) == "coupon.already"
    sold = complete(lane).coupons
    assert [(one.offer_id, one.amount.minor) for one in sold] == [("8110-614141-123456", 100)]


def test_cents_are_no_other_money_and_a_shop_that_takes_none_says_so() -> None:
    assert notice(american(currency="BDT").scan("614141000043").scan(WRITTEN)) == "coupon.elsewhere"
    assert notice(american(taken=False).scan("614141000043").scan(WRITTEN)) == "code.coupon"


def test_a_positive_file_s_coupon_is_checked_at_head_office() -> None:
    offer = replace(BIRTHDAY, coupon="811200614141654321", serials="any")
    lane = american(offer).scan("614141000043").scan(POSITIVE)
    assert lane.effect(f.AskCoupon).coupon == "811200614141654321"
    answer(lane)
    assert discount(lane) == 25


# --- without head office, over and over ----------------------------------------------------------------------------

UNCHECKED = CouponRules(prefixes=("99", "KP"), offline=True)
ANY_TWO = Offer("two", Scope(), PercentOff(500), {"en": "Two"}, coupon="KPTWO", serials="any")


def test_a_single_use_coupon_serves_once_here_though_nobody_can_be_asked() -> None:
    lane = answer(lane_of(rules=UNCHECKED).scan(MILK, ONE), offline=True)
    assert complete(lane).coupons[0].offline
    lane.power_cut()
    lane.tell(i.TimerElapsed("thanks")).scan(MILK).scan(ONE)
    assert lane.no_effect(f.AskCoupon)
    assert notice(lane) == "coupon.used"
    assert complete(lane).coupons == ()


def test_a_parked_basket_loses_a_coupon_that_was_used_here_meanwhile() -> None:
    lane = answer(lane_of(rules=UNCHECKED).scan(MILK, ONE), offline=True)
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    answer(lane.scan(MILK, ONE), offline=True)
    complete(lane)
    lane.tell(i.TimerElapsed("thanks"), i.OperatorSignedIn("op-1", "Rahima", "attendant", "pin"))
    lane.tell(i.OperatorActed("resume_suspended"), YOURS, i.OperatorSignedOut())
    assert lane.state.transaction is not None
    assert lane.state.transaction.coupons == ()
    assert complete(lane).coupons == ()


def test_codes_that_are_being_asked_about_count_towards_the_most() -> None:
    lane = lane_of(ANY_TWO, BIRTHDAY, rules=replace(RULES, most=1)).scan(MILK, ONE, "KPTWO1")
    assert lane.no_effect(f.AskCoupon)
    assert notice(lane) == "coupon.limit"
