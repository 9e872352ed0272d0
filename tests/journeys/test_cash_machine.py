"""Cash at the kiosk itself: coins and notes go in, change comes out, and what the machine cannot do is staff's."""

from __future__ import annotations

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import Device, Shop, Staff
from tests.journeys.ways import TAKES_CASH, comes_to
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.plan(TAKES_CASH)]


def _inserts(shop: Shop, *pieces: tuple[int, str]) -> None:
    machine = Device(shop.lane, "cash_recycler")
    for value, form in pieces:
        machine.turn("insert", value_minor=value, form=form)
        shop.settles()


def _tens(count: int) -> list[tuple[int, str]]:
    return [(1_000, "note")] * count


def _given(shop: Shop) -> int:
    return sum(paid.amount.minor for paid in shop.happened(e.CashPaidOut) if paid.outcome == "paid")


def test_pays_with_cash_change_comes(shop: Shop, shopper: Shopper) -> None:
    comes_to(shop, s.CashMachineBody)
    shopper.sees("Put in notes or coins", "Still to pay", "৳95.00")
    for count in range(1, 10):
        _inserts(shop, *_tens(1))
        shopper.sees(f"৳{95 - count * 10}.00", f"৳{count * 10}.00")
    _inserts(shop, *_tens(1))
    shopper.sees("Thank you!", "Change", "৳5.00")
    wait_until(lambda: _given(shop) == 500, what="the change")
    assert shop.sold() == [9_500]


def test_no_change_for_a_large_note_is_said_before_and_it_is_not_taken(shop: Shop, shopper: Shopper) -> None:
    comes_to(shop, s.CashMachineBody)
    shopper.sees("Takes up to", "৳20.00")
    _inserts(shop, (50_000, "note"))
    assert not shop.happened(e.CashInserted)
    _inserts(shop, (500, "coin"))
    shopper.sees("৳90.00")


def test_cash_jammed_staff_hand_back_what_was_counted_and_take_over(shop: Shop, shopper: Shopper, staff: Staff) -> None:
    comes_to(shop, s.CashMachineBody)
    _inserts(shop, (500, "coin"))
    shopper.sees("৳90.00")
    Device(shop.lane, "cash_recycler").turn("trouble", state="coin_jam")
    shopper.sees("Staff are coming. Your money is counted.")
    staff.judges("it has counted ৳5.00", "Hand back, take over")
    shopper.touches("Pay")
    shopper.touches("Cash")
    shopper.sees("Staff are coming to take your cash")


def test_changes_mind_and_everything_comes_back(shop: Shop, shopper: Shopper) -> None:
    comes_to(shop, s.CashMachineBody)
    _inserts(shop, (500, "coin"), (200, "coin"))
    shopper.sees("৳88.00")
    shopper.touches("Cancel payment")
    shopper.sees("৳7.00 is given back. Please take it from the tray.")
    wait_until(lambda: _given(shop) == 700, what="all of it back")


def test_change_that_does_not_come_is_brought_by_staff_to_the_cent(shop: Shop, shopper: Shopper, staff: Staff) -> None:
    comes_to(shop, s.CashMachineBody)
    _inserts(shop, *_tens(9), (200, "coin"), (200, "coin"))
    Device(shop.lane, "cash_recycler").turn("short", most=1)
    _inserts(shop, (1_000, "note"))
    shopper.sees("Thank you!", "Change", "৳9.00", "Staff bring you ৳1.00: the machine could not give it.")
    assert shop.sold() == [9_500]
    staff.judges("is owed ৳1.00", "Handed over")
    by = {paid.outcome: paid.amount.minor for paid in shop.happened(e.CashPaidOut)}
    assert by == {"short": 100, "by_staff": 100}


def test_power_cut_while_coins_fall_none_is_lost(shop: Shop, shopper: Shopper) -> None:
    comes_to(shop, s.CashMachineBody)
    _inserts(shop, (500, "coin"))
    shopper.sees("৳90.00")
    shop.power_is_cut()
    shop.starts()
    shopper.sees("৳90.00", "Put in notes or coins")
    _inserts(shop, *_tens(9))
    shopper.sees("Thank you!")
    assert shop.happened(e.TransactionCompleted)[0].tenders[0].received.minor == 9_500
