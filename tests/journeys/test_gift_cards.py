"""Gift cards and the bottle machine's vouchers at the glass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import StoredValueRules
from kiosk.retail.tender_terms import VoucherCode
from messages import local
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Plan, Scanner, Shop, Terminal
from tests.journeys.ways import GIFT_CARD, GIFT_CARDS

SLIP = "9812345625005"
"""Of the bottle machine: ৳25.00 for returned bottles."""
RICH_SLIP = "9812345699006"
"""৳99.00: more than a pack of milk costs."""


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


def _takes_bottle_vouchers(policy: Policy) -> Policy:
    """What the slips of the bottle machine look like: 98, six digits of their own, their worth, GS1's check digit."""
    names = {"en": "Bottle voucher", "bn": "বোতল ফেরতের ভাউচার", "pt_BR": "Vale de garrafas"}
    slips = TenderType("bottles", "paper_voucher", names, codes=(VoucherCode("98NNNNNNVVVVC"),), change="credit")
    rules = StoredValueRules(credit_prefix="9829", credit_days=365)
    return replace(policy, stored_value=rules, tenders=(*policy.tenders, slips))


@pytest.mark.plan(Plan(policy=_takes_bottle_vouchers, office=True))
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


@pytest.mark.plan(Plan(policy=_takes_bottle_vouchers, office=True))
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
