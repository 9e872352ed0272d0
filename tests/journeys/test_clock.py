"""A clock that jumps: the visit goes on, the day's label never goes back, what was parked yesterday is sold today."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, TEA, Plan, Scanner, Shop, Staff, Terminal, opened


def pays(shopper: Shopper, terminal: Terminal) -> None:
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Your receipt is printed")


@pytest.mark.parametrize("jump", ["2026-03-10T13:00", "2026-03-10T11:00"])
def test_clock_jumps_an_hour(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal, jump: str) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shop.clock_is_set(jump)
    scanner.scans(TEA)
    shopper.sees("2 items")
    shopper.sees_no("Are you still there?")
    pays(shopper, terminal)
    assert [began.business_day for began in shop.happened(e.DayOpened)] == ["2026-03-10"]


def test_a_clock_that_jumps_a_year_back_never_takes_the_day_s_label_back(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shop.clock_is_set("2025-03-10T12:00")
    pays(shopper, terminal)
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    assert {began.transaction.business_day for began in shop.happened(e.TransactionOpened)} == {"2026-03-10"}


def test_a_basket_parked_on_one_business_day_is_sold_on_the_next(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    staff.acts("Park basket")
    staff.signs_out()
    shopper.sees_screen(s.AttractBody)
    shop.clock_is_set("2026-03-11T09:00")
    shop.glass.until(lambda: shop.happened(e.DayClosed), "a day that was never closed, closed by the turn")
    staff.signs_in()
    staff.acts("Resume basket")
    staff.touches("Go on")
    staff.signs_out()
    pays(shopper, terminal)
    assert [began.business_day for began in shop.happened(e.DayOpened)] == ["2026-03-10", "2026-03-11"]
    assert [made.report.cause for made in shop.happened(e.ZReportMade)] == ["turn"]


def test_a_date_a_year_ahead_that_a_supervisor_approves_opens_the_day(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches_icon("bin", beside="Milk 1 l")
    shop.clock_is_set("2027-03-10T12:00")
    shop.waits(90)
    shopper.sees_screen(s.AttractBody)
    staff.signs_in("supervisor")
    staff.sees("The clock shows 2027-03-10, the lane is at 2026-03-10.")
    staff.touches("Approve")
    staff.sees_no("The clock shows 2027-03-10")
    assert [began.business_day for began in shop.happened(e.DayOpened)] == ["2026-03-10", "2027-03-10"]


def test_the_day_turns_at_the_hour_that_the_shop_has_set(window: object) -> None:
    assert window is not None
    with opened(Plan(start="2026-03-10T23:00", policy=lambda policy: replace(policy, day_turns_at="04:00"))) as late:
        late.scanner.scans(MILK)
        late.shopper.sees("Milk 1 l")
        late.shopper.touches_icon("bin", beside="Milk 1 l")
        late.waits(90)
        late.clock_is_set("2026-03-11T03:59")
        assert late.happened(e.DayClosed) == []
        late.clock_is_set("2026-03-11T04:00")
        late.glass.until(lambda: late.happened(e.DayClosed), "the day closed by its turn")


def test_a_clock_that_nobody_has_confirmed_turns_no_day(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches_icon("bin", beside="Milk 1 l")
    shop.clock.trusted = False
    shop.clock_is_set("2027-03-10T12:00")
    shop.waits(90)
    shopper.sees_screen(s.AttractBody)
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    assert [began.business_day for began in shop.happened(e.DayOpened)] == ["2026-03-10"]
