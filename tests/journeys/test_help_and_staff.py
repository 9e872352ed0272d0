"""Help and staff: who is called, who may, and that nobody is locked out."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.policy import Policy
from kiosk.retail.rights import Rights
from messages import local
from messages.basket_asks import BasketRow
from messages.values import LineItem, Money
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import BLADES, MILK, PINS, TEA, WINE, Scale, Scanner, Shop, Staff, Terminal
from tests.support.waiting import wait_until


def types_pin(shopper: Shopper, pin: str) -> None:
    shopper.types(pin)
    shopper.touches("Enter")


def test_help_pressed_lane_light_staff_called_and_not_needed_after_all(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("Help")
    shopper.sees("Help is on its way.")
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "red", what="a red light")
    shop.waits(7)
    shopper.sees("Staff are on their way. Press Help again if you no longer need them.")
    shopper.touches("Help")
    shopper.sees_no("Staff are on their way")
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "green", what="a green light")


def test_question_answered_on_the_screen(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("Help")
    shop.waits(7)
    shopper.touches("Answers")
    shopper.touches("How do I weigh fruit?")
    shopper.sees("Put it on the scale, choose its picture, and wait until the price is shown.")
    shopper.touches("Other questions")
    shopper.touches("The code cannot be scanned")
    shopper.touches("Understood")
    shopper.sees("Your basket", "Staff are on their way")
    shopper.touches("Help")
    shopper.sees_no("Staff are on their way", "Answers")


@pytest.mark.plan(office=True)
def test_help_pressed_queue_place_shown(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    assert shop.office is not None
    shop.office.place = 3
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("Help")
    shop.waits(7)
    shopper.sees("Staff have been called: you are number 3.")
    shop.office.place = 1
    shop.waits(10)
    shopper.sees("Staff have been called: you are next.")
    shop.office.goes(online=False)
    shopper.sees("Staff are on their way.")
    shopper.sees_no("you are next")


def test_unexpected_line_is_voided_by_staff(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK, TEA)
    shopper.sees("2 items")
    staff.signs_in()
    staff.touches_icon("bin", beside="Tea 400 g")
    staff.sees_no("Tea 400 g")
    staff.signs_out()
    shopper.sees("1 item")
    assert [voided.by for voided in shop.happened(e.LineVoided)] == ["op-attendant"]


@pytest.mark.plan(office=True)
def test_attendant_clears_from_afar_with_the_shopper_still_scanning(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    scanner.scans(BLADES)
    shopper.sees("Staff will release this item")
    (raised,) = shop.happened(e.InterventionRaised)
    assert shop.office is not None
    shop.office.says(local.StaffCommand("c1", "on_the_way", shop.clock.moment().utc_ms + 60_000, "op-attendant"))
    shopper.sees("Staff are on their way to you.")
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shop.office.says(
        local.StaffCommand(
            "c2",
            "clear_intervention",
            shop.clock.moment().utc_ms + 60_000,
            "op-attendant",
            raised.intervention,
            "approved",
        )
    )
    shopper.sees("Staff have approved this. Please go on.")
    shopper.touches("Pay")
    shopper.sees("How would you like to pay?")


def test_wrong_pin_five_times_shuts_the_pad_and_locks_nobody_out(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches_icon("leaf")
    for left in (4, 3, 2, 1):
        types_pin(shopper, "99999999")
        shopper.sees(f"Wrong PIN or unknown badge. Tries left: {left}")
    types_pin(shopper, "99999999")
    shopper.sees("Sign-in is locked for a while.")
    staff.signs_in()
    staff.signs_out()
    shopper.sees("Milk 1 l")
    shopper.touches("Pay")
    shopper.sees("How would you like to pay?")


def test_staff_sign_in_by_pin(shop: Shop, shopper: Shopper, staff: Staff) -> None:
    shopper.touches_icon("lock")
    shopper.sees("Type your PIN or scan your badge")
    types_pin(shopper, PINS["supervisor"])
    staff.sees("Karim", "Supervisor", "Nothing waits")
    assert not any(PINS["supervisor"] in words for words in shopper.reads())
    staff.signs_out()
    shopper.sees_screen(s.AttractBody)


def test_badge_of_a_person_who_left(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans("2800000000998")
    shopper.sees("Wrong PIN or unknown badge.")
    assert not shop.happened(e.OperatorOn)


def test_auto_lock(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    shop.waits(61)
    shopper.sees("Your basket", "Milk 1 l")
    shopper.sees_no("Rina", "Sign out")
    assert [off.reason for off in shop.happened(e.OperatorOff)] == ["auto_lock"]


def test_key_switch_on_and_off(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK, TEA)
    shopper.sees("2 items")
    shop.lane.turn("lights", "staff_key", on=True)
    staff.sees_screen(s.StaffBody)
    staff.sees("Staff key", "Attendant")
    staff.touches_icon("bin", beside="Tea 400 g")
    staff.sees_no("Tea 400 g")
    shop.lane.turn("lights", "staff_key", on=False)
    shopper.sees("Your basket", "1 item")
    assert [voided.by for voided in shop.happened(e.LineVoided)] == ["key"]
    shop.lane.turn("lights", "staff_key", on=True)
    staff.touches("Sign out")
    shopper.sees("The key is still in the lock. Turn it back and take it out.")
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "amber", what="an amber light")
    shop.lane.turn("lights", "staff_key", on=False)
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "green", what="a green light")


def test_a_member_of_staff_who_types_a_price_is_not_locked_out_meanwhile(
    shop: Shop, staff: Staff, scanner: Scanner
) -> None:
    scanner.scans(MILK)
    staff.sees("Milk 1 l")
    staff.signs_in()
    staff.touches_icon("tag", beside="Milk 1 l")
    staff.touches("Change price")
    for key in "90":
        shop.waits(40)
        staff.types(key)
    staff.sees("Rina", "Now ৳95.00. Your limit:")


def test_price_override_in_and_over_the_limit(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    staff.touches_icon("tag", beside="Milk 1 l")
    staff.touches("Change price")
    staff.sees("Now ৳95.00. Your limit: ৳85.50")
    staff.types("8549")
    staff.cannot_touch("Enter")
    staff.presses_key("clear")
    staff.types("9000")
    staff.touches("Enter")
    staff.sees("Why?")
    staff.touches("Damaged")
    staff.signs_out()
    shopper.sees_line("Milk 1 l", "৳90.00", "Price changed by staff; was ৳95.00")
    assert [(o.by, o.reason) for o in shop.happened(e.PriceOverridden)] == [("op-attendant", "damaged")]


def test_void_transaction(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK, TEA)
    shopper.sees("2 items")
    staff.signs_in()
    staff.touches("Cancel basket")
    staff.sees("Are you sure?")
    staff.touches("Cancel basket")
    staff.sees_no("Milk 1 l", "Cancel basket")
    staff.signs_out()
    shopper.sees_screen(s.AttractBody)
    assert [voided.by for voided in shop.happened(e.TransactionVoided)] == ["op-attendant"]


def _keyed(policy: Policy) -> Policy:
    return replace(policy, rights=Rights(keyed_weight="marked"))


@pytest.mark.plan(policy=_keyed)
def test_keyed_weight(shop: Shop, shopper: Shopper, staff: Staff, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Bananas")
    shopper.sees("Weigh your item")
    scale.is_unplugged()
    shopper.sees("The scale is not working. Items cannot be weighed here.")
    staff.signs_in("supervisor")
    staff.acts("Type the weight")
    staff.types("1255")
    staff.touches("Enter")
    staff.touches("Scale out of order")
    staff.signs_out()
    shopper.sees_line("Bananas", "৳150.60", "Weight typed by staff")


def test_an_act_that_a_role_may_not_do_is_not_offered(staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK)
    staff.sees("Milk 1 l")
    staff.signs_in("technician")
    staff.sees_no("Cancel basket", "Cash received")
    staff.signs_out()
    staff.signs_in("attendant")
    staff.touches("More") if staff.glass.buttons("More") else None
    staff.sees_no("Open drawer", "Close the day (Z)")


def test_suspend_for_the_shopper_and_resumed_here_by_staff(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    scanner.scans(MILK, WINE)
    shopper.sees("2 items")
    staff.judges("Check age: 18 or older", "Approve", "I looked: old enough")
    staff.signs_in()
    staff.acts("Park basket")
    staff.sees("1 basket put aside")
    staff.signs_out()
    shopper.sees_screen(s.AttractBody)
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    shopper.sees_no("Milk 1 l")
    staff.signs_in()
    staff.touches("Cancel basket")
    staff.touches("Cancel basket")
    staff.touches("Resume basket")
    staff.sees("This lane", "Put aside by staff")
    staff.touches("Go on")
    staff.signs_out()
    shopper.sees("Milk 1 l", "2 items", "Staff will check your age")
    shopper.cannot_touch("Pay")


@pytest.mark.plan(office=True)
def test_suspended_basket_resumed_at_another_kiosk(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner
) -> None:
    assert shop.office is not None
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    staff.acts("Park basket")
    staff.sees("1 basket put aside")
    (parked,) = shop.happened(e.TransactionSuspended)
    lines = msgspec.convert(msgspec.to_builtins(parked.lines), tuple[LineItem, ...])
    shop.office.baskets += [
        local.BasketFound("", "gone", parked.transaction, "lane-2"),
        local.BasketFound("", "given", "another", "lane-2", lines),
    ]
    money = Money(9_500, "BDT")
    shop.office.parked = (BasketRow("another", "2", "2-1-000007", parked.utc_ms, 1, money, "wallet"),)
    staff.acts("Resume basket")
    staff.touches("Go on", beside="This lane")
    shopper.sees("This basket is now at another kiosk.")
    staff.touches("Go on", beside="Lane 2")
    shop.glass.until(lambda: shop.happened(e.BasketTakenOver), "another kiosk's basket")
    staff.signs_out()
    shopper.sees("Milk 1 l", "৳95.00")
    staff.signs_in()
    staff.touches("Cancel basket")
    staff.touches("Cancel basket")
    shop.office.goes(online=False)
    shop.settles()
    staff.acts("Resume basket")
    shopper.sees("Head office cannot be reached: only this lane's baskets", "No basket is put aside")


def test_price_check_without_a_sale(shop: Shop, staff: Staff, scanner: Scanner) -> None:
    staff.signs_in()
    staff.touches("Price check")
    staff.sees("Price check: scan an item. Nothing is rung up.")
    scanner.scans(TEA)
    staff.sees("Tea 400 g: ৳600.00 / each", "Offer: Tea: 3 for 2")
    assert not shop.happened(e.LineAdded)


def test_out_of_service_by_staff(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    staff.signs_in()
    staff.acts("Close lane", "Close lane")
    staff.signs_out()
    shopper.sees("Closed for now. Please use another checkout.")
    scanner.scans(MILK)
    shop.settles()
    assert not shop.happened(e.LineAdded)
    staff.signs_in()
    staff.touches("Open lane")
    staff.signs_out()
    shopper.sees("Scan your shopping here")


@pytest.mark.plan(office=True)
def test_out_of_service_by_head_office_after_this_shopper(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    assert shop.office is not None
    shop.office.says(local.LaneCommand("close_lane", "stocktaking"))
    shop.settles()
    shopper.sees("Milk 1 l")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Your receipt is printed")
    shop.waits(7)
    shopper.sees("Closed for now. Please use another checkout.")
    shop.office.says(local.LaneCommand("open_lane"))
    shopper.sees("Scan your shopping here")


def test_out_of_service_by_a_broken_device(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    terminal.is_unplugged()
    scanner.scans(MILK)
    shopper.sees("The card terminal is not working.")
    shopper.touches("Pay")
    shopper.sees("The card terminal is not available. Choose another way, or call staff.")
    shopper.cannot_touch("Card")
    terminal.is_plugged()
    shopper.sees_no("The card terminal is not")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")


def test_open_and_close_the_day(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Your receipt is printed")
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    staff.signs_in("supervisor")
    staff.acts("X report")
    shop.glass.until(lambda: len(shop.papers()) == 2, "an X report")
    staff.acts("Close the day (Z)", "Close the day (Z)")
    shop.glass.until(lambda: shop.happened(e.DayClosed), "a closed day")
    shop.waits(31)
    shop.glass.until(lambda: len(shop.papers()) == 3, "a Z report")
    staff.signs_out()
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    assert [opened.business_day for opened in shop.happened(e.DayOpened)] == ["2026-03-10"] * 2


def test_z_with_an_open_suspended_basket(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in("supervisor")
    staff.acts("Park basket")
    staff.sees("1 basket put aside")
    staff.acts("Close the day (Z)", "Close the day (Z)")
    shop.glass.until(lambda: shop.happened(e.ZReportMade), "a Z report")
    (made,) = shop.happened(e.ZReportMade)
    assert [parked.amount for parked in made.report.parked] == [9_500]
    staff.acts("Resume basket")
    staff.touches("Go on")
    staff.signs_out()
    shopper.sees("Milk 1 l", "৳95.00")
