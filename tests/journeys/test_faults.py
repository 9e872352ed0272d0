"""Faults in the middle of a visit: network, prices, disk. The shopper is told what to do, and loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.money import Money
from messages import local
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, TEA, Plan, Scanner, Shop, Terminal, shop_book
from tests.support.kiosk import build_book

pytestmark = pytest.mark.tail


def test_network_gone_for_the_whole_visit(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l", "No connection to head office. You can shop as usual.")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!", "Your receipt is printed")
    assert shop.sold() == [9_500]


@pytest.mark.plan(office=True)
def test_network_goes_and_comes_back_in_mid_visit(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.sees_no("No connection to head office.")
    assert shop.office is not None
    shop.office.goes(online=False)
    shopper.sees("No connection to head office. You can shop as usual.")
    scanner.scans(TEA)
    shopper.sees("2 items")
    shop.office.goes(online=True)
    shopper.sees_no("No connection to head office.")


@pytest.mark.plan(office=True)
def test_price_change_arrives_in_mid_basket(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MILK)
    shopper.sees_line("Milk 1 l", "৳95.00")
    book = shop_book(Plan())
    book.items["milk"] = replace(book.items["milk"], price=Money(9_900, "BDT"))
    path = build_book(shop.lane.data, book, 3)
    assert shop.office is not None
    shop.office.says(local.BookReady(3, str(path)))
    shop.settles()
    shop.waits(2)
    scanner.scans(MILK)
    shopper.sees_line("Milk 1 l", "2", "৳190.00")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Your receipt is printed")
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    scanner.scans(MILK)
    shopper.sees_line("Milk 1 l", "৳99.00")


def test_disk_full(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    with shop.disk_full():
        scanner.scans(*(TEA, MILK) * 12)
        shopper.sees("This checkout cannot record sales just now. Staff have been told.", "For staff:")
    shopper.sees("Milk 1 l", "Your basket")
    assert shop.shopper.soon("Scan the next item, or pay")


def test_card_sd_read_only(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    with shop.card_read_only():
        scanner.scans(TEA)
        shopper.sees("This checkout cannot record sales just now. Staff have been told.", "For staff:")
    shopper.sees("Milk 1 l")
    shop.waits(3)
    scanner.scans(TEA)
    shopper.sees("2 items")
    assert len(shop.happened(e.LineAdded)) == 2


def test_journal_locked(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    with shop.journal_locked():
        scanner.scans(TEA)
        shop.glass.until(lambda: isinstance(shop.glass.body, s.OutOfServiceBody), "a lane that says so")
    shopper.sees("Milk 1 l")


def test_without_head_office_a_lane_sells_under_a_series_of_its_own(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    assert shop.happened(e.SeriesOpened)
