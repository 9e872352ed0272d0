"""Paying: cards, codes, cash, and change of mind. What was charged is asked of the terminal's own memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.retail.policy import Policy, TenderType
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import GIFT, MILK, TEA, Scanner, Shop, Staff, Terminal


def goes_to_pay(shopper: Shopper, scanner: Scanner, *codes: str) -> None:
    scanner.scans(*codes)
    shopper.touches("Pay")
    shopper.sees("How would you like to pay?")


def outcomes(shop: Shop) -> list[str]:
    return [settled.outcome for settled in shop.happened(e.TenderSettled)]


def test_card_approved(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, MILK, TEA)
    shopper.touches("Card")
    shopper.sees("Tap, insert or swipe your card", "৳695.00")
    terminal.taps()
    shopper.sees("Thank you!", "৳695.00")
    assert shop.sold() == terminal.charged() == [69_500]


def test_declined_other_card(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Card")
    terminal.taps("decline")
    shopper.sees("The card was declined. Nothing was charged. Try another way.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert outcomes(shop) == ["declined", "approved"]
    assert terminal.charged() == [9_500]


@pytest.mark.plan(office=True)
def test_partial_approval_rest_by_qr(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, TEA)
    shopper.touches("Card")
    terminal.taps("partial", 20_000)
    shopper.sees("Part of it was paid. ৳400.00 is still to pay.")
    shopper.touches("bKash")
    shopper.sees("Scan and pay with your phone", "৳400.00")
    assert shop.office is not None
    shop.office.pays()
    shopper.sees("Thank you!", "৳600.00")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("card", 20_000), ("qr", 40_000)]


def test_terminal_silent_asked_approved_after_all(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    terminal.turn("silence", kind="after_charge")
    shopper.touches("Card")
    terminal.taps()
    shop.waits(121)
    shopper.sees("Checking your payment. Please do not pay again.")
    terminal.turn("silence", kind="off")
    shop.waits(11)
    shopper.sees("Thank you!")
    assert terminal.charged() == shop.sold() == [9_500]


def test_silent_and_unknown_staff_never_charged_twice(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    terminal.turn("silence", kind="after_charge")
    shopper.touches("Card")
    terminal.taps()
    shop.waits(121)
    shopper.sees("Checking your payment. Please do not pay again.")
    shop.waits(11)
    shopper.sees("Staff are checking your payment. Please do not pay again.")
    staff.signs_in()
    staff.sees("Was the payment made? Check the terminal.")
    staff.acts("It was paid")
    staff.signs_out()
    shopper.sees("Thank you!")
    assert terminal.charged() == shop.sold() == [9_500]


def test_shopper_cancels_at_the_terminal(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Card")
    terminal.asks()
    shopper.touches("Cancel payment")
    shopper.sees("Payment cancelled. Nothing was charged.", "How would you like to pay?")
    assert terminal.charged() == []


@pytest.mark.plan(office=True)
def test_merchant_qr_paid(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("bKash")
    shopper.sees("Scan and pay with your phone", "Time left", "৳95.00")
    assert shop.office is not None
    shop.office.pays()
    shopper.sees("Thank you!")
    assert shop.sold() == [9_500]


@pytest.mark.plan(office=True)
def test_qr_not_paid_in_time(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("bKash")
    shopper.sees("Scan and pay with your phone")
    assert shop.office is not None
    shop.office.expires()
    shop.waits(6)
    shopper.sees("The time to pay is up. Nothing was charged.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert shop.sold() == [9_500]


@pytest.mark.plan(office=True)
def test_confirmation_arrives_after_time_out_basket_settled_or_refunded_never_both(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("bKash")
    shopper.sees("Scan and pay with your phone")
    assert shop.office is not None
    shop.office.expires()
    shop.waits(6)
    shopper.sees("The time to pay is up.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    shop.office.pays()
    shop.settles()
    shop.waits(30)
    assert shop.sold() == terminal.charged() == [9_500]
    shop.office.refunded_once()


@pytest.mark.plan(office=True)
def test_split_in_three(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal) -> None:
    goes_to_pay(shopper, scanner, TEA)
    for amount in (10_000, 20_000):
        shopper.touches("Card")
        terminal.taps("partial", amount)
        shopper.sees("is still to pay.")
    shopper.sees("৳300.00 is still to pay.")
    shopper.touches("bKash")
    shopper.sees("Scan and pay with your phone", "৳300.00")
    assert shop.office is not None
    shop.office.pays()
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [paid.amount.minor for paid in sale.tenders] == [10_000, 20_000, 30_000]


def test_change_of_mind_back_to_basket_and_on(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Back to basket")
    shopper.sees("Your basket")
    scanner.scans(TEA)
    shopper.sees("2 items")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert shop.sold() == [69_500]


def test_a_scan_while_paying_is_refused_in_words_and_nothing_is_added(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Card")
    terminal.asks()
    scanner.scans(TEA)
    shopper.sees("You are paying. To add items, go back to your basket first.")
    terminal.taps()
    shopper.sees("Thank you!")
    assert shop.sold() == [9_500]


def test_cash_is_taken_by_staff_and_the_change_is_shown(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Cash")
    shopper.sees("Staff are coming to take your cash", "৳95.00")
    staff.signs_in()
    staff.sees("Take cash")
    staff.acts("Cash received")
    staff.sees("How much cash was received?")
    staff.types("10000")
    staff.touches("Cash received")
    staff.signs_out()
    shopper.sees("Thank you!", "Change", "৳5.00")


def test_free_basket_total_zero(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(GIFT)
    shopper.sees_line("Free sample", "৳0.00")
    shopper.touches("Pay")
    shopper.sees("Thank you!")
    assert shop.sold() == [0]


def _voucher(policy: Policy) -> Policy:
    voucher = TenderType("meal", "voucher", {"en": "Meal voucher"})
    return replace(policy, tenders=(*policy.tenders, voucher))


@pytest.mark.plan(policy=_voucher)
def test_a_voucher_card_pays_its_part_and_a_card_the_rest(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.touches("Meal voucher")
    terminal.taps("partial", 5_000)
    shopper.sees("৳45.00 is still to pay.")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("voucher", 5_000), ("card", 4_500)]


def test_without_head_office_the_code_is_greyed_and_says_why(shopper: Shopper, scanner: Scanner) -> None:
    goes_to_pay(shopper, scanner, MILK)
    shopper.sees("No connection just now. Choose another way.")
    shopper.cannot_touch("bKash")
