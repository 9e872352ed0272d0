"""Without sight or reach: large text, high contrast, and all the time that is needed."""

from __future__ import annotations

import pytest

from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Scanner, Shop, Terminal

pytestmark = pytest.mark.tail


def test_whole_sale_by_large_text_and_high_contrast(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    shopper.touches("English")
    shopper.touches("Large text")
    shopper.sees("Normal text")
    shopper.touches_icon("contrast")
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!", "Your receipt is printed")
    shop.waits(7)
    shopper.sees("Scan your shopping here")
    scanner.scans(MILK)
    shopper.sees("Large text")


def test_no_time_limit_while_somebody_types_slowly(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("No barcode?")
    shopper.touches("Name or number")
    for key in "banan":
        shop.waits(50)
        shopper.types(key)
    shopper.sees("Bananas")
    shopper.sees_no("Are you still there?")


def test_come_back_within_the_warning(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shop.waits(61)
    shopper.sees("Are you still there?", "Your basket will be put aside shortly.")
    shopper.touches("I am still here")
    shopper.sees_no("Are you still there?")
    shop.waits(50)
    shopper.sees("Milk 1 l")
    shopper.sees_no("Are you still there?")
