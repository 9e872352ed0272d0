"""Points at the lane: earned always, burned once or not at all, given back when the sale is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody, PointsBody, PointsChoice, PointsView, TenderChoiceBody, ThanksBody
from kiosk.checkout.text import text
from kiosk.retail.book import Member
from kiosk.retail.money import Money
from kiosk.retail.offer import Offer, PercentOff, Scope
from kiosk.retail.points import Programme
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, BAG, TEA = "8901234567890", "5901234123457", "4006381333931"
CARD = i.LoyaltyPresented("ab12", "card")
PHONE = i.LoyaltyPresented("ab12", "phone")
PROGRAMME = Programme(earn_points=1, earn_minor=1_000, burn_points=10, burn_minor=1_000, burn_least=20)
DAY_OLD = 1_794_000_000_000 - 86_400_000


def shop(balance: int | None = 55, **terms: object) -> MemoryBook:
    """Ten points pay ten taka; a member whose row in the directory is a day old."""
    book = small_shop(replace(bangladesh(), points=replace(PROGRAMME, **terms)))  # type: ignore[arg-type]
    book.members["ab12"] = Member("m-1", "gold", points=balance, points_utc_ms=DAY_OLD)
    return book


def lane_of(book: MemoryBook, *, online: bool = True) -> HandLane:
    return open_lane(book).tell(i.NetworkChanged(online), i.ShopperArrived("en"))


def signed_in(book: MemoryBook | None = None, *, online: bool = True, balance: int = 55) -> HandLane:
    """A member with milk at the choice of how to pay, and head office's word on the balance where it is there."""
    lane = lane_of(book or shop(), online=online).tell(CARD)
    if online:
        asked = lane.effect(f.AskMember)
        lane.tell(i.MemberAnswered(asked.correlation, "m-1", "gold", points=balance))
    return lane.scan(MILK).tell(i.CheckoutRequested())


def choice(lane: HandLane) -> PointsChoice:
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody), body
    assert body.points is not None
    return body.points


def asked(lane: HandLane, points: int) -> str:
    """To the point where head office has been asked to keep points aside; gives the request."""
    lane.tell(i.TenderChosen("points", points))
    charge = lane.effect(f.Charge)
    (opened,) = lane.happened(e.TransactionOpened)
    assert (charge.kind, charge.points, charge.member_id) == ("points", points, "m-1")
    assert charge.transaction == opened.transaction.uuid
    assert lane.happened(e.TenderRequested)[-1].points == points, "journalled before head office hears of it"
    return charge.tender


def held(lane: HandLane, tender: str) -> HandLane:
    request = next(one for one in lane.happened(e.TenderRequested) if one.tender == tender)
    return lane.tell(i.TerminalAnswered(tender, "approved", request.amount))


def lets_go(lane: HandLane) -> list[str]:
    return [effect.tender for effect in lane.effects if isinstance(effect, f.AbortTerminal) and effect.kind == "points"]


def sale_of(lane: HandLane) -> e.TransactionCompleted:
    (sale,) = lane.happened(e.TransactionCompleted)
    return sale


def counted(sale: e.TransactionCompleted) -> tuple[int, int, int | None]:
    assert sale.points is not None
    return sale.points.earned, sale.points.burned, sale.points.balance


# --- earning ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("online", [True, False])
def test_a_sale_earns_with_and_without_head_office_and_says_so_on_the_way(online: bool) -> None:  # noqa: FBT001
    lane = lane_of(shop(), online=online).tell(CARD).scan(MILK, BAG)
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert body.points == PointsView(9 + 1, 55, 24), "as the directory had it a day before"
    undated = shop()
    undated.members = {each: replace(known, points_utc_ms=0) for each, known in undated.members.items()}
    shown = lane_of(undated, online=online).tell(CARD).scan(MILK, BAG).screen.body
    assert isinstance(shown, BasketBody)
    assert shown.points == PointsView(9 + 1, 55), "nobody said when"
    lane.approve(lane.pay_by_card())
    sale = sale_of(lane)
    assert counted(sale) == (10, 0, 65)
    assert sum(line.points for line in sale.lines) == 10
    thanks = lane.screen.body
    assert isinstance(thanks, ThanksBody)
    assert thanks.points == PointsView(10, 65)


def test_nobody_and_a_shop_without_a_programme_earn_nothing() -> None:
    stranger = lane_of(shop()).scan(MILK)
    stranger.approve(stranger.pay_by_card())
    assert sale_of(stranger).points is None
    book = small_shop()
    book.members["ab12"] = Member("m-1", "gold")
    plain = open_lane(book).tell(i.NetworkChanged(online=True), i.ShopperArrived("en"), CARD)
    plain.scan(MILK)
    plain.approve(plain.pay_by_card())
    assert sale_of(plain).points is None


def test_a_typed_number_earns_but_is_told_no_balance_and_burns_nothing() -> None:
    lane = lane_of(shop()).tell(PHONE)
    assert lane.no_effect(f.AskMember)
    lane.scan(MILK).tell(i.CheckoutRequested())
    assert (choice(lane).most, choice(lane).has.balance) == (0, None)
    assert choice(lane).why is not None
    lane.tell(i.TenderChosen("points", 20))
    assert lane.happened(e.TenderRequested) == []
    lane.approve(lane.pay_by_card())
    assert counted(sale_of(lane)) == (9, 0, None)


def test_head_office_s_balance_takes_the_place_of_the_directory_s() -> None:
    lane = lane_of(shop()).tell(CARD)
    question = lane.effect(f.AskMember)
    lane.tell(i.MemberAnswered(question.correlation, "m-1", "gold", points=140)).scan(MILK)
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert body.points == PointsView(9, 140)
    assert [told.points for told in lane.happened(e.PointsTold)] == [140]
    other = lane_of(shop()).tell(CARD)
    question = other.effect(f.AskMember)
    other.tell(i.MemberAnswered(question.correlation, "m-2", "gold", points=140))
    assert other.happened(e.PointsTold) == [], "another member's balance is nobody's business here"


# --- burning, with head office ----------------------------------------------------------------------------------------


def test_what_may_be_burned_is_whole_steps_within_the_balance_the_basket_and_the_least() -> None:
    lane = signed_in()
    assert (choice(lane).least, choice(lane).most, choice(lane).step) == (20, 50, 10)
    assert choice(lane).step_value == Money(1_000, "BDT")
    for points in (10, 25, 60, 10_000):
        lane.tell(i.TenderChosen("points", points))
        assert lane.happened(e.TenderRequested) == [], points
    assert choice(signed_in(balance=19)).most == 0
    assert choice(signed_in(balance=500)).most == 90, "milk costs 95 taka"


def test_points_that_head_office_keeps_count_and_the_rest_is_paid_otherwise() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    assert lane.screen.body == PointsBody(Money(5_000, "BDT"), 50)
    held(lane, tender)
    assert (choice(lane).used, choice(lane).used_value, choice(lane).most) == (50, Money(5_000, "BDT"), 0)
    lane.tell(i.TenderChosen("card"))
    charge = lane.effect(f.Charge)
    assert charge.amount == Money(4_500, "BDT")
    lane.approve(charge.tender)
    sale = sale_of(lane)
    assert counted(sale) == (4, 50, 55 + 4 - 50), "only what was not paid with points earns"
    assert [(t.kind, t.points, t.amount.minor) for t in sale.tenders] == [("points", 50, 5_000), ("card", 0, 4_500)]


def test_points_that_pay_all_of_it_complete_the_sale() -> None:
    book = shop(burns_on=PROGRAMME.burns_on, burn_minor=950, burn_points=10)
    lane = signed_in(book, balance=500)
    held(lane, asked(lane, 100))
    assert counted(sale_of(lane)) == (0, 100, 400)


def test_points_are_taken_back_before_the_sale_is_complete_and_let_go_at_head_office() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    held(lane, tender).tell(i.TenderChosen("points", 0))
    reversal = lane.effect(f.Reverse)
    assert (reversal.tender, reversal.kind) == (tender, "points")
    assert (choice(lane).used, choice(lane).most) == (0, 50)
    lane.tell(i.ReversalAnswered(tender, done=True))
    assert lane.state.reversals == ()
    lane.approve(lane.pay_by_card())
    assert counted(sale_of(lane))[1] == 0


def test_a_refusal_for_want_of_points_corrects_the_balance() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.TerminalAnswered(tender, "declined", reason="balance", points=31))
    assert (choice(lane).has.balance, choice(lane).most) == (31, 30)


def test_silence_is_asked_about_and_then_given_up_and_let_go_never_asked_for_twice() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.TerminalSilent(tender))
    assert isinstance(lane.screen.body, PointsBody), "unknown is asked about"
    lane.tell(i.TimerElapsed("card_status"))
    question = lane.effect(f.AskTerminal)
    assert (question.tender, question.kind) == (tender, "points")
    lane.tell(i.TerminalSilent(tender))
    assert lets_go(lane) == [tender]
    assert list(lane.state.live.left) == [tender]
    assert choice(lane).used == 0
    assert len(lane.happened(e.TenderRequested)) == 1
    lane.tell(i.NetworkChanged(online=False), i.NetworkChanged(online=True))
    assert lets_go(lane) == [tender], "again when head office is back"
    held(lane, tender)
    assert lane.effect(f.Reverse).tender == tender, "a late yes is let go"
    lane.tell(i.TerminalAnswered(tender, "cancelled"))
    assert list(lane.state.live.left) == []


def test_a_late_answer_to_the_question_counts_as_the_answer_to_the_request() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.TerminalSilent(tender), i.TimerElapsed("card_status"))
    held(lane, tender)
    assert choice(lane).used == 50


def test_the_shopper_need_not_wait() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.AbortTerminal).tender == tender
    assert choice(lane).used == 0
    assert [raised.kind for raised in lane.state.interventions] == []


def test_a_power_cut_while_head_office_is_asked_is_followed_by_the_question_and_no_second_request() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.power_cut().tell(i.NetworkChanged(online=True))
    assert lane.effect(f.AskTerminal).tender == tender
    held(lane, tender)
    assert choice(lane).used == 50
    lane.power_cut().tell(i.NetworkChanged(online=True))
    assert choice(lane).used == 50, "what was kept is kept"
    lane.approve(lane.pay_by_card())
    assert counted(sale_of(lane)) == (4, 50, 9)
    assert len([k for k in lane.happened(e.TenderRequested) if k.kind == "points"]) == 1


def test_a_power_cut_after_giving_up_lets_go_again() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.PaymentCancelled()).power_cut()
    assert lets_go(lane) == [tender]


def test_what_head_office_never_heard_of_is_not_burned() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.power_cut().tell(i.TerminalAnswered(tender, "not_found"))
    assert choice(lane).used == 0
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "points.not_used"


def test_another_amount_than_was_asked_for_is_let_go() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    lane.tell(i.TerminalAnswered(tender, "approved", Money(4_000, "BDT")))
    assert choice(lane).used == 0
    assert lane.state.live.left == (tender,)


def test_a_basket_that_staff_cancel_gives_its_points_back() -> None:
    lane = signed_in()
    tender = asked(lane, 50)
    held(lane, tender)
    lane.tell(i.OperatorSignedIn("op-1", "Rahima", "attendant", "pin"), i.OperatorActed("cancel_transaction"))
    assert [(r.tender, r.kind) for r in lane.state.reversals] == [(tender, "points")]
    assert lane.happened(e.TransactionVoided)


def test_the_member_stays_while_points_are_burned() -> None:
    book = shop()
    book.members["cd34"] = Member("m-2", "basic", points=9_000)
    lane = signed_in(book)
    held(lane, asked(lane, 50)).tell(i.LoyaltyPresented("cd34", "card"))
    assert lane.state.transaction is not None
    assert lane.state.transaction.member_id == "m-1"


def test_what_the_basket_no_longer_holds_is_not_paid_with_points() -> None:
    book = shop(balance=None)
    book.items["bag"] = replace(
        book.items["bag"], price=Money(20_000, "BDT"), flags=replace(book.items["bag"].flags, bag=True)
    )
    lane = signed_in(book, balance=80)
    lane.scan(BAG)
    held(lane.tell(i.CheckoutRequested()), asked(lane, 80))
    lane.tell(i.OperatorSignedIn("op-1", "Rahima", "attendant", "pin"), i.OperatorActed("void_line", line=1))
    assert lane.effect(f.Reverse).kind == "points"
    assert lane.state.transaction is not None
    assert lane.state.transaction.paid == 0


# --- burning, without head office -------------------------------------------------------------------------------------


def test_without_head_office_nothing_is_burned_unless_the_retailer_lets_it() -> None:
    lane = signed_in(online=False)
    assert (choice(lane).most, choice(lane).has.balance) == (0, 55)
    assert choice(lane).why is not None
    lane.tell(i.TenderChosen("points", 20))
    assert lane.happened(e.TenderRequested) == []


def test_the_offline_limit_is_for_a_member_and_a_day_and_outlives_a_power_cut() -> None:
    lane = signed_in(shop(balance=500, offline_limit=60), online=False)
    assert choice(lane).most == 60
    lane.tell(i.TenderChosen("points", 40))
    assert lane.no_effect(f.Charge), "there is nobody to ask"
    assert choice(lane).used == 40
    lane.approve(lane.pay_by_card())
    assert counted(sale_of(lane))[1] == 40
    lane.power_cut()
    lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
    lane.tell(i.ShopperArrived("en"), CARD).scan(MILK).tell(i.CheckoutRequested())
    assert choice(lane).most == 20, "of sixty a day forty are gone"
    lane.tell(i.TenderChosen("points", 30))
    assert choice(lane).used == 0


def test_offline_points_are_taken_back_without_asking_anybody() -> None:
    lane = signed_in(shop(balance=500, offline_limit=60), online=False)
    lane.tell(i.TenderChosen("points", 40), i.TenderChosen("points", 0))
    assert lane.no_effect(f.Reverse)
    assert (choice(lane).used, choice(lane).most, lane.state.reversals) == (0, 60, ())


WORDS = ("touch", "yes", "no", "silent", "cut", "net", "cancel", "timer", "card")


def chance(lane: HandLane, data: st.DataObject, kept: set[str]) -> None:
    """One thing that may happen at a lane, or to it; what head office kept is noted in ``kept``."""
    requests = [k.tender for k in lane.happened(e.TenderRequested) if k.kind == "points"]
    last = requests[-1] if requests else "nothing"
    match data.draw(st.sampled_from(WORDS)):
        case "touch":
            lane.tell(i.TenderChosen("points", data.draw(st.integers(0, 20)) * 10))
        case "yes" if requests:
            held(lane, last)
            kept.add(last)
        case "no" if last not in kept:
            lane.tell(i.TerminalAnswered(last, "declined", reason="terms"))
        case "cut":
            lane.power_cut()
        case "net":
            lane.tell(i.NetworkChanged(data.draw(st.booleans())))
        case "card":
            lane.tell(i.CheckoutRequested(), i.TenderChosen("card"))
        case other:
            said: dict[str, i.Input] = {"silent": i.TerminalSilent(last), "cancel": i.PaymentCancelled()}
            lane.tell(said.get(other, i.TimerElapsed("card_status")))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_run_of_touches_answers_and_cuts_burns_more_than_was_kept_or_let(data: st.DataObject) -> None:
    """Online never more than head office kept for requests that count; offline never beyond the limit of the day."""
    balance, limit = data.draw(st.integers(0, 200)), data.draw(st.integers(0, 100))
    lane = signed_in(shop(balance=balance, offline_limit=limit), balance=balance)
    kept: set[str] = set()
    for _ in range(data.draw(st.integers(1, 12))):
        chance(lane, data, kept)
    tenders = [t for sale in lane.happened(e.TransactionCompleted) for t in sale.tenders]
    if lane.state.transaction is not None:
        tenders += [t.settled for t in lane.state.transaction.tenders if t.settled is not None]
    burned = [t for t in tenders if t.kind == "points"]
    assert {t.tender for t in burned if t.reference != "offline"} <= kept
    assert sum(t.points for t in burned if t.reference == "offline") <= limit
    assert sum(t.points for t in burned) <= balance


# --- a member whose name comes late -------------------------------------------------------------------------------


def test_a_member_found_while_a_card_is_being_charged_changes_no_price() -> None:
    book = shop()
    book.offers = (Offer("gold", Scope(("milk",)), PercentOff(5_000), {"en": "Gold"}, tiers=("gold",)),)
    lane = lane_of(book).scan(MILK).tell(i.LoyaltyPresented("cd34", "card"))
    ask = lane.effect(f.AskMember)
    tender = lane.pay_by_card()
    lane.tell(i.MemberAnswered(ask.correlation, "m-2", "gold", points=90))
    assert lane.happened(e.LoyaltyAttached) == []
    assert lane.screen.notice is not None
    assert lane.screen.notice.text == text("loyalty.paying")
    lane.approve(tender)
    sale = sale_of(lane)
    assert (sale.total.minor, sum(paid.amount.minor for paid in sale.tenders)) == (9_500, 9_500)


def test_a_member_found_after_points_were_burned_does_not_pay_with_another_s_points() -> None:
    lane = signed_in().tell(i.LoyaltyPresented("cd34", "card"))
    ask = lane.effect(f.AskMember)
    held(lane, asked(lane, 50))
    lane.tell(i.MemberAnswered(ask.correlation, "m-2", "gold", points=90))
    assert lane.state.transaction is not None
    assert lane.state.transaction.member_id == "m-1"
    lane.approve(lane.pay_by_card())
    assert (sale_of(lane).member_id, counted(sale_of(lane))[1]) == ("m-1", 50)


def test_a_card_shown_when_part_is_paid_leaves_the_prices_as_they_were_paid() -> None:
    book = shop()
    book.offers = (Offer("gold", Scope(("milk",)), PercentOff(5_000), {"en": "Gold"}, tiers=("gold",)),)
    lane = lane_of(book).scan(MILK)
    lane.approve(lane.pay_by_card(), 9_000).tell(CARD)
    assert lane.happened(e.LoyaltyAttached) == []
    lane.approve(lane.pay_by_card())
    assert sale_of(lane).total.minor == 9_500
