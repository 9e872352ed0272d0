"""Gift cards and the bottle machine's vouchers at the glass."""

from __future__ import annotations

import pytest

from kiosk.checkout import events as e
from messages import local
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Scanner, Shop, Terminal
from tests.journeys.ways import GIFT_CARD, GIFT_CARDS, RICH_SLIP, bottle_vouchers

SLIP = "9812345625005"
"""Of the bottle machine: ৳25.00 for returned bottles."""


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


@pytest.mark.plan(bottle_vouchers("credit"))
def test_voucher_of_returned_bottles(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    assert shop.office is not None
    shop.office.on_card = 2_500
    scanner.scans(MILK)
    scanner.scans(SLIP)
    shopper.sees("Keep your voucher: scan it when you pay.")
    shopper.touches("Pay")
    shopper.touches("Bottle voucher")
    scanner.scans(SLIP)
    shopper.sees("৳70.00 is still to pay.")
    scanner.scans(SLIP)
    shopper.sees("This voucher was used before.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("paper_voucher", 2_500), ("card", 7_000)]
    asked = [each for each in shop.office.asked(local.AskValue) if each.instrument == "voucher"]
    assert len({each.request for each in asked}) == 1


@pytest.mark.plan(bottle_vouchers("credit"))
def test_voucher_worth_more_than_the_total(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    assert shop.office is not None
    shop.office.on_card = 99_999
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Bottle voucher")
    scanner.scans(RICH_SLIP)
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("paper_voucher", 9_500)]
    (rest,) = shop.happened(e.StoreCreditIssued)
    assert (rest.amount.minor, rest.reason) == (400, "voucher_rest")
    shop.glass.until(shop.papers, "a receipt with a slip")
    assert "Tk 4.00" in shop.papers()[0].replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.plan(bottle_vouchers("none"))
def test_voucher_whose_rest_would_be_lost(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    assert shop.office is not None
    shop.office.on_card = 99_999
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Bottle voucher")
    scanner.scans(RICH_SLIP)
    shopper.sees("You would lose", "৳4.00", "৳99.00")
    shopper.touches("Pay another way")
    shopper.touches("Bottle voucher")
    scanner.scans(RICH_SLIP)
    assert not shop.office.asked(local.AskValue), "nobody is asked for a voucher that is not to be used"
    shopper.touches("Use it all the same")
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("paper_voucher", 9_500)]
    assert not shop.happened(e.StoreCreditIssued)
