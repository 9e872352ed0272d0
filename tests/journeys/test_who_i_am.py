"""Who I am: members by card and number, and nothing private left for the next shopper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.offer import AmountOff, Offer, Scope
from kiosk.retail.points import Programme
from kiosk.retail.policy import Policy, TenderType
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MEMBER, MILK, PHONE, TEA, WINE, Scanner, Shop, Staff, Terminal
from tests.support.shop import MemoryBook


def _programme(policy: Policy) -> Policy:
    programme = Programme(burn_points=100, burn_minor=1_000, burn_least=100)
    return replace(
        policy, points=programme, tenders=(*policy.tenders, TenderType("points", "points", {"en": "Points"}))
    )


def test_loyalty_by_card(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MEMBER)
    shopper.sees("Welcome! Your member offers count.", "Gold member")
    scanner.scans(MILK)
    shopper.sees("Milk 1 l", "Gold member")
    assert [attached.method for attached in shop.happened(e.LoyaltyAttached)] == ["card"]


def test_loyalty_by_phone_number(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("Member card")
    shopper.sees("Scan your member card")
    shopper.types(PHONE)
    shopper.touches("Continue")
    shopper.sees("Thank you. You will earn points.", "Gold member")
    assert [attached.method for attached in shop.happened(e.LoyaltyAttached)] == ["phone"]
    assert PHONE.encode() not in (shop.lane.data / "journal.db-wal").read_bytes()


@pytest.mark.plan(office=True)
def test_wrong_number(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("Member card")
    shopper.types("1234567")
    shopper.touches("Continue")
    shopper.sees("This does not look like a phone number here. Please check the number.")
    shopper.presses_key("clear")
    shopper.types("01799999999")
    shopper.touches("Continue")
    shopper.sees("We do not know this number. Check it, or go on without it.")
    shopper.touches("Not now")
    shopper.sees("Milk 1 l")


def test_offline_look_up(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("Member card")
    shopper.types("01799999999")
    shopper.touches("Continue")
    shopper.sees("We cannot look this up just now. Please go on; your offers today do not need it.")


@pytest.mark.plan(policy=_programme)
def test_greeting_with_the_points_there_are_and_what_this_purchase_earns(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MEMBER)
    shopper.sees("Welcome! Your member offers count.")
    scanner.scans(MILK)
    shopper.sees("This purchase: +95 points", "5,000 points")


@pytest.mark.plan(policy=_programme, office=True)
def test_points_as_tender_part_of_the_total(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MEMBER)
    shopper.sees("Gold member")
    scanner.scans(TEA)
    shopper.touches("Pay")
    shopper.sees("You had 5,000 points 2 h ago")
    shopper.touches("Use 5,000 points")
    shopper.sees("5,000 points used", "৳100.00")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert terminal.charged() == [10_000]
    (sale,) = shop.happened(e.TransactionCompleted)
    assert [(paid.kind, paid.amount.minor) for paid in sale.tenders] == [("points", 50_000), ("card", 10_000)]


def _five_off(book: MemoryBook) -> None:
    book.offers += (Offer("five", Scope(), AmountOff(500), {"en": "Five taka off"}, coupon="99005"),)


@pytest.mark.plan(policy=_programme, book=_five_off, office=True)
def test_points_and_coupon_bring_it_to_zero(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans(MEMBER, MILK, "99005")
    shopper.sees("Five taka off", "৳90.00")
    shopper.touches("Pay")
    shopper.touches("Use 900 points")
    shopper.sees("Thank you!")
    (sale,) = shop.happened(e.TransactionCompleted)
    assert (sale.total.minor, sale.discount.minor) == (9_000, 500)
    assert [(paid.kind, paid.amount.minor, paid.points) for paid in sale.tenders] == [("points", 9_000, 900)]
    assert terminal.charged() == []


def test_a_bank_card_s_number_is_never_taken_for_a_member(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans("4111111111111111")
    shopper.sees("This code is not a product.")
    assert not any("4111" in words for words in shopper.reads())
    assert b"4111111111111111" not in (shop.lane.data / "journal.db-wal").read_bytes()


_LOOKS_AROUND = (
    ("Member card", s.LoyaltyBody),
    ("Not now", s.BasketBody),
    ("Have a code?", s.CouponBody),
    ("Back", s.BasketBody),
    ("Pay", s.TenderChoiceBody),
    ("Card", s.CardBody),
)


def test_nothing_private_left_for_the_next_shopper(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    def visits() -> list[list[str]]:
        seen = [shopper.reads()]
        scanner.scans(MILK)
        shopper.sees("Milk 1 l")
        for press, screen in _LOOKS_AROUND:
            shopper.touches(press)
            shopper.sees_screen(screen)
            seen.append(shopper.reads())
        terminal.taps()
        shopper.sees("Thank you!", "Your receipt is printed")
        seen.append(shopper.reads())
        shop.waits(7)
        shopper.sees_screen(s.AttractBody)
        return seen

    fresh = visits()
    shopper.touches("বাংলা")
    shopper.touches_said("chrome.large_text")
    scanner.scans(MEMBER, TEA, WINE)
    shopper.touches_said("basket.look_up")
    shopper.touches_said("look_up.search")
    shopper.types("কলা")
    staff.signs_in()
    staff.touches_said("act.approve")
    staff.touches_said("proof.looked")
    staff.touches_said("staff.sign_out")
    shopper.touches_said("basket.pay")
    shopper.touches("কার্ড")
    terminal.taps()
    shopper.sees_said("thanks.title")
    shop.glass.until(lambda: len(shop.happened(e.ReceiptPrinted)) == 2, "a second paper")
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    again = visits()
    numbered = ("000001", "000003")
    assert [[word for word in seen if not word.endswith(numbered)] for seen in again] == [
        [word for word in seen if not word.endswith(numbered)] for seen in fresh
    ]
