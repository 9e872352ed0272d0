"""Gift cards at the glass."""

from __future__ import annotations

import pytest

from kiosk.checkout import events as e
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Scanner, Shop, Terminal
from tests.journeys.ways import GIFT_CARD, GIFT_CARDS


@pytest.mark.plan(GIFT_CARDS)
def test_gift_card_with_too_little(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    assert shop.office is not None
    shop.office.on_card = 5_000
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Gift card")
    shopper.sees("Scan the code on your gift card or store credit.")
    scanner.scans(GIFT_CARD)
    shopper.sees("৳45.00 is still to pay.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("stored_value", 5_000), ("card", 4_500)]
