"""Ringing items up, changing and voiding lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import AttractBody, BasketBody
from kiosk.checkout.state import Phase
from kiosk.checkout.text import text
from kiosk.retail.item import Item, ItemFlags
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Offer, Scope
from tests.support.lane import HandLane, open_lane
from tests.support.shop import bangladesh, small_shop

MILK, TEA, WINE, BLADES = "8901234567890", "4006381333931", "9780201379624", "036000291452"
RICE, MYSTERY = "725272730706", "012345678905"


def basket(lane: HandLane) -> BasketBody:
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    return body


def test_the_first_scan_opens_a_transaction_under_the_business_day() -> None:
    lane = open_lane().scan(MILK)
    opened = lane.happened(e.TransactionOpened)
    assert [o.transaction.number for o in opened] == [1]
    assert opened[0].transaction.business_day == "2026-11-22"
    assert basket(lane).totals.total == Money(9500, "BDT")


def test_the_same_item_scanned_three_times_is_one_line_of_three() -> None:
    lane = open_lane().scan(MILK, MILK, MILK)
    (line,) = basket(lane).lines
    assert (line.quantity, line.net) == (3, Money(28_500, "BDT"))


def test_the_third_item_completes_an_offer_and_says_which() -> None:
    lane = open_lane().scan(TEA, TEA)
    assert basket(lane).totals.discount == Money(0, "BDT")
    lane.scan(TEA)
    totals, (line,) = basket(lane).totals, basket(lane).lines
    assert (totals.subtotal, totals.discount, totals.total) == (
        Money(180_000, "BDT"),
        Money(60_000, "BDT"),
        Money(120_000, "BDT"),
    )
    assert line.saved == (({"en": "Tea: 3 for 2"}, Money(60_000, "BDT")),)


def test_voiding_one_of_three_takes_the_offer_back() -> None:
    lane = open_lane().scan(TEA, TEA, TEA).tell(i.QuantityEntered(1, 2))
    assert basket(lane).totals.discount == Money(0, "BDT")
    assert basket(lane).totals.total == Money(120_000, "BDT")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("4006381333930", "code.check_digit"),
        ("5449000000996", "code.unknown"),
        ("WIFI:S:shop;T:WPA;P:x;;", "code.not_a_product"),
        ("", "code.empty"),
    ],
)
def test_a_code_that_cannot_be_sold_is_refused_and_the_next_scan_works(code: str, message: str) -> None:
    lane = open_lane().scan(MILK)
    lane.scan(code)
    notice = lane.screen.notice
    assert notice is not None
    assert notice.text.message == message
    assert lane.effect(f.Beep).sound == "refusal"
    lane.scan(MILK)
    assert basket(lane).lines[0].quantity == 2
    assert lane.screen.notice is None


def test_the_price_never_passes_the_maximum_printed_on_the_pack() -> None:
    lane = open_lane().scan(RICE)
    assert basket(lane).lines[0].unit_price == Money(45_000, "BDT")


def test_an_item_without_a_price_calls_staff_and_the_shopper_goes_on() -> None:
    lane = open_lane().scan(MYSTERY)
    assert [r.kind for r in lane.happened(e.InterventionRaised)] == ["no_price"]
    lane.scan(MILK)
    assert basket(lane).can_pay


def test_an_age_item_waits_for_staff_only_at_payment_and_once_for_the_basket() -> None:
    lane = open_lane().scan(WINE, MILK, WINE)
    assert [(r.kind, r.minimum_age, r.blocks) for r in lane.happened(e.InterventionRaised)] == [("age", 18, "payment")]
    assert not basket(lane).can_pay
    lane.tell(i.CheckoutRequested())
    assert isinstance(lane.screen.body, BasketBody)


def test_a_line_is_voided_never_deleted() -> None:
    lane = open_lane().scan(MILK, TEA).tell(i.LineVoidRequested(1))
    assert [line.line for line in basket(lane).lines] == [2]
    assert lane.state.transaction is not None
    assert [line.voided for line in lane.state.transaction.lines] == [True, False]


def test_voiding_the_age_item_withdraws_the_age_check() -> None:
    lane = open_lane().scan(MILK, WINE).tell(i.LineVoidRequested(2))
    assert lane.state.interventions == ()
    assert basket(lane).can_pay


@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_a_quantity_outside_the_limits_changes_nothing(quantity: int) -> None:
    lane = open_lane().scan(MILK).tell(i.QuantityEntered(1, quantity))
    assert basket(lane).lines[0].quantity == 1


def test_an_item_only_staff_let_through_holds_payment() -> None:
    lane = open_lane().scan(BLADES)
    assert [r.kind for r in lane.happened(e.InterventionRaised)] == ["staff_item"]
    assert not basket(lane).can_pay


def test_walking_away_warns_then_parks_the_basket_and_leaves_nothing_private() -> None:
    lane = open_lane().tell(i.ShopperArrived("en")).scan(MILK)
    lane.tell(i.TimerElapsed("idle"))
    assert lane.screen.leaving == text("leaving.basket")
    lane.tell(i.TimerElapsed("leaving"))
    assert isinstance(lane.screen.body, AttractBody)
    assert lane.state.phase is Phase.IDLE
    assert [len(t.lines) for t in lane.state.suspended] == [1]
    assert lane.screen.chrome.language == "bn"


def test_coming_back_within_the_warning_keeps_the_basket() -> None:
    lane = open_lane().scan(MILK).tell(i.TimerElapsed("idle")).scan(MILK).tell(i.TimerElapsed("leaving"))
    assert basket(lane).lines[0].quantity == 2


def test_a_mistyped_phone_number_is_told_apart_from_an_unknown_member() -> None:
    lane = open_lane().tell(i.ViewRequested("loyalty"), i.PhoneRefused())
    notice = lane.screen.notice
    assert notice is not None
    assert notice.text.message == "loyalty.check_number"
    assert lane.no_effect(f.AskMember)


@pytest.mark.parametrize("reason", ["bank_card", "unreadable", "foreign"])
def test_a_card_that_is_none_of_ours_is_refused_with_what_to_do(
    reason: Literal["bank_card", "unreadable", "foreign"],
) -> None:
    lane = open_lane().scan(MILK).tell(i.LoyaltyRefused(reason))
    notice = lane.screen.notice
    assert notice is not None
    assert notice.text.message == f"loyalty.{reason}"
    assert lane.no_effect(f.AskMember)
    assert basket(lane).member_tier == ""


def test_a_loyalty_card_is_known_from_the_directory_and_shows_a_tier() -> None:
    lane = open_lane().tell(i.LoyaltyPresented("ab" * 32, "card"))
    assert basket(lane).member_tier == "gold"


def test_an_unknown_member_is_asked_of_head_office_and_its_silence_is_said() -> None:
    lane = open_lane().scan(MILK).tell(i.LoyaltyPresented("cd" * 32, "phone"))
    asked = lane.effect(f.AskMember)
    lane.tell(i.MemberAnswered("another question", "m-9", "gold"))
    assert basket(lane).member_tier == ""
    lane.tell(i.MemberAnswered(asked.correlation, offline=True))
    notice = lane.screen.notice
    assert notice is not None
    assert notice.text.message == "loyalty.offline"


def test_the_business_day_never_goes_back_and_turns_only_between_shoppers() -> None:
    lane = open_lane().scan(MILK)
    lane.day = "2026-11-23"
    lane.tell(i.DayTurned()).scan(TEA)
    assert lane.state.lane.business_day == "2026-11-22"
    lane.approve(lane.pay_by_card()).tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    lane.tell(i.TimerElapsed("thanks"), i.DayTurned())
    assert lane.state.lane.business_day == "2026-11-23"
    lane.day = "2026-11-01"
    lane.tell(i.DayTurned()).scan(MILK)
    assert lane.happened(e.TransactionOpened)[-1].transaction.business_day == "2026-11-23"


def test_a_scanner_that_is_back_is_not_called_missing_any_more() -> None:
    lane = open_lane().scan("08901234567890").tell(i.DeviceLost("scanner", "no_answer"))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text == text("device.scanner_lost")
    assert lane.tell(i.DeviceBack("scanner")).screen.notice is None
    lane.tell(i.DeviceLost("scanner", "no_answer")).scan("08900000000000")
    refused = lane.screen.notice
    assert lane.tell(i.DeviceBack("scanner")).screen.notice == refused is not None


def test_a_bottle_brings_its_deposit_which_no_offer_reaches() -> None:
    book = small_shop()
    book.items["tea"] = replace(book.items["tea"], deposit="can")
    book.items["can"] = Item("can", {"en": "Deposit"}, "deposits", "exempt", Money(500, "BDT"))
    lane = open_lane(book).scan(TEA, TEA, TEA)

    totals, (line,) = basket(lane).totals, basket(lane).lines
    assert line.deposit == ({"en": "Deposit"}, Money(1_500, "BDT"))
    assert (totals.subtotal, totals.discount, totals.total) == (
        Money(181_500, "BDT"),
        Money(60_000, "BDT"),
        Money(121_500, "BDT"),
    )
    lane.approve(lane.pay_by_card())
    (sale,) = lane.happened(e.TransactionCompleted)
    assert sum(row.gross.minor for row in sale.tax) == sale.total.minor == 121_500


def test_an_item_whose_deposit_the_shop_does_not_know_is_not_sold() -> None:
    book = small_shop()
    book.items["tea"] = replace(book.items["tea"], deposit="can")
    lane = open_lane(book).scan(TEA)

    assert lane.happened(e.LineAdded) == []
    assert lane.happened(e.InterventionRaised)[0].kind == "no_price"


def test_a_bag_costs_the_country_s_least_price_and_no_offer_reaches_it() -> None:
    book = small_shop(replace(bangladesh(), least_bag_price_minor=1_500))
    book.items["bag"] = replace(book.items["bag"], flags=ItemFlags(bag=True))
    book.offers = (Offer("bags", Scope(("bag",)), NForM(2, 1), {}),)
    lane = open_lane(book).scan("5901234123457", "5901234123457")

    assert basket(lane).totals.total == Money(3_000, "BDT")
