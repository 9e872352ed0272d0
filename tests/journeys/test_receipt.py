"""The receipt: paper, none, and paper that runs out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.checkout.text import text
from kiosk.i18n.translate import Translator
from kiosk.retail.buyer import BuyerRule
from kiosk.retail.policy import Policy
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Scanner, Shop, Staff, Terminal

COPY = Translator("en").say(text("receipt.copy"))


def marked(paper: str) -> bool:
    """Whether it says of itself that it is a copy; a card's slip is a copy for its holder each time."""
    return any(line.strip("* ") == COPY for line in paper.splitlines())


def _choice(policy: Policy) -> Policy:
    return replace(policy, receipt_rule="choice")


def pays(shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()


def test_paper(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    pays(shopper, scanner, terminal)
    shopper.sees("Your receipt is printed", "Please take your items and your receipt")
    (paper,) = shop.papers()
    assert "Milk 1 l" in paper or "দুধ" in paper
    assert "95.00" in paper


@pytest.mark.plan(policy=_choice)
def test_scan_one_item_no_receipt(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    pays(shopper, scanner, terminal)
    shopper.sees("Would you like a receipt?", "৳95.00")
    shopper.touches("No receipt")
    shopper.sees("Thank you!", "No receipt, as you asked")
    assert shop.papers() == []
    assert shop.happened(e.ReceiptDeclined)


@pytest.mark.plan(policy=_choice)
def test_paper_where_the_shopper_may_choose(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    pays(shopper, scanner, terminal)
    shopper.touches("Paper receipt")
    shopper.sees("Your receipt is printed")
    assert len(shop.papers()) == 1


def test_paper_runs_out_in_mid_receipt_reprint_marked_as_copy(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    shop.printer.turn("paper_out", on=True)
    pays(shopper, scanner, terminal)
    shopper.sees("The receipt could not be printed. Staff will help.")
    shop.printer.turn("paper_out", on=False)
    shopper.sees("Your receipt is printed")
    assert [asked.copy for asked in shop.happened(e.ReceiptRequested)] == [False, True]
    (paper,) = shop.papers()
    assert marked(paper)
    assert shop.sold() == [9_500]


@pytest.mark.plan(policy=_choice)
def test_printer_gone_the_sale_stands_and_the_shopper_may_leave(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    shop.printer.is_unplugged()
    shopper.sees_screen(s.AttractBody)
    pays(shopper, scanner, terminal)
    shopper.sees("The receipt printer is not working.")
    shopper.touches("Paper receipt")
    shopper.sees("Thank you!", "The receipt could not be printed. Staff will help.")
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    assert shop.sold() == [9_500]


def _asks_buyers(policy: Policy) -> Policy:
    return replace(policy, buyer=BuyerRule(("bin",)))


@pytest.mark.plan(policy=_asks_buyers)
def test_mushak_invoice_with_buyer_s_bin(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("BIN")
    shopper.types("000123456")
    shopper.touches("Enter")
    shopper.sees("On the receipt: BIN 000123456")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Your receipt is printed")
    (paper,) = shop.papers()
    assert "Mushak 6.3" in paper
    assert "Buyer BIN" in paper
    assert "000123456" in paper


def test_reprint(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal) -> None:
    pays(shopper, scanner, terminal)
    shopper.sees("Your receipt is printed")
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    staff.signs_in()
    staff.acts("Reprint receipt")
    shop.glass.until(lambda: len(shop.papers()) == 2, "a second paper")
    assert [marked(paper) for paper in shop.papers()] == [False, True]
