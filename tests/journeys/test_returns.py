"""Returns and exchanges at the lane: against a receipt, line by line, back to the tender that paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, TEA, Scanner, Shop, Staff, Terminal

pytestmark = [pytest.mark.plan(office=True), pytest.mark.tail]


def bought(shop: Shop, *codes: str) -> Any:  # noqa: ANN401 - the sale's event
    """A shopper buys these by card and goes; head office knows the sale."""
    assert shop.office is not None
    for code in codes:
        shop.scanner.scans(code)
        shop.waits(2)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Card")
    shop.terminal.taps()
    shop.shopper.sees("Your receipt is printed")
    shop.waits(7)
    shop.shopper.sees_screen(s.AttractBody)
    sale = shop.happened(e.TransactionCompleted)[-1]
    shop.office.knows(sale)
    return sale


def shows_receipt(shop: Shop, sale: Any) -> None:  # noqa: ANN401 - the sale's event
    """The code on its paper is held before the scanner."""
    code = f"sale:{sale.transaction.uuid}"
    assert code in shop.papers()[0]
    shop.scanner.scans(code)


def takes_back(staff: Staff, name: str, units: str = "") -> None:
    """So many of a line, for a reason."""
    staff.sees("What comes back?")
    staff.touches_icon("back", beside=name)
    if units:
        staff.types(units)
        staff.touches("Enter")
    staff.sees("Reason for the return")
    staff.touches("Does not suit")
    staff.touches("Take back")
    staff.sees("Money back", "Give back")


def test_return_with_receipt_without_too_late_one_of_three(
    shop: Shop, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    sale = bought(shop, TEA, TEA, TEA)
    staff.signs_in("supervisor")
    staff.acts("Return or exchange")
    staff.sees("Which receipt?")
    scanner.scans(MILK)
    staff.sees("This is not a receipt of ours. Scan the code on the receipt.")
    scanner.scans("sale:0")
    staff.sees("No such sale is known.")
    assert shop.office is not None
    old = replace(sale.transaction, business_day="2026-01-31")
    shop.office.knows(replace(sale, transaction=old))
    shows_receipt(shop, sale)
    staff.sees("What comes back?", "38 days after the sale: too late")
    staff.cannot_touch("Take back")
    shop.office.knows(sale)
    staff.touches("Back")
    staff.acts("Return or exchange")
    shows_receipt(shop, sale)
    staff.sees("3 of 3 can come back")
    takes_back(staff, "Tea 400 g", "1")
    staff.sees("৳400.00 to Card")
    staff.touches("Give back")
    terminal.taps()
    shop.glass.until(lambda: len(shop.happened(e.TransactionCompleted)) == 2, "a return on record")
    back = shop.happened(e.TransactionCompleted)[-1]
    assert [(line.item_id, line.quantity, line.net.minor) for line in back.lines] == [("tea", -1, -40_000)]
    assert shop.sold() == [120_000, -40_000]
    shop.glass.until(lambda: len(shop.papers()) == 2, "a credit note")


def test_exchange(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal) -> None:
    sale = bought(shop, MILK)
    staff.signs_in("supervisor")
    staff.acts("Return or exchange")
    shows_receipt(shop, sale)
    takes_back(staff, "Milk 1 l")
    staff.touches("Exchange: scan new items")
    scanner.scans(TEA)
    shopper.sees("Tea 400 g", "Returned", "৳505.00")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert terminal.charged() == [9_500, 50_500]
    assert shop.sold()[-2:] in ([-9_500, 60_000], [60_000, -9_500])
