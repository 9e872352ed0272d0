"""The bagging area: what is to lie there, what does not belong there, and how the shopper settles it alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.policy import BaggingPolicy, Policy
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Plan, Scanner, Shop, Staff
from tests.support.shop import MemoryBook

MILK_GRAMS: Final = 1_030
BACK: Final = "Please put this back in the bagging area: Milk 1 l"
PLACE: Final = "Please put this in the bagging area: Milk 1 l"
UNEXPECTED: Final = "Something in the bagging area is not scanned yet."
_SETTINGS: Final = """
[devices.bagging_scale]
category = "scale"
model = "simulated"
settings = { knob_socket = "{folder}/bagging_scale", period_ms = 40, settle_readings = 1 }
"""


def _weighs_milk(book: MemoryBook) -> None:
    book.items["milk"] = replace(book.items["milk"], expected_grams=MILK_GRAMS, spread_grams=15)


def _strict(policy: Policy) -> Policy:
    return replace(policy, bagging=BaggingPolicy("strict"))


WEIGHS_BAGS: Final = Plan(settings=_SETTINGS, book=_weighs_milk, policy=_strict)
"""A shop whose bagging area is weighed, strictly."""
pytestmark = [pytest.mark.plan(WEIGHS_BAGS), pytest.mark.tail]


def bags_milk(shop: Shop) -> None:
    """One is scanned and put where it belongs."""
    shop.shopper.touches("English")
    shop.scanner.scans(MILK)
    shop.waits_for(PLACE)
    shop.bag.bears(MILK_GRAMS)
    shop.shopper.sees_no(PLACE)


def goes_on_to_pay(shop: Shop) -> None:
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def test_item_not_placed(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    shopper.touches("English")
    scanner.scans(MILK)
    shop.waits_for(PLACE)
    shopper.touches("Pay")
    shopper.sees(PLACE)
    shopper.sees_screen(s.BasketBody)
    shop.bag.bears(MILK_GRAMS)
    shopper.sees("How would you like to pay?")
    assert not shop.happened(e.InterventionRaised)


def test_item_removed(shop: Shop, shopper: Shopper) -> None:
    bags_milk(shop)
    shop.bag.is_empty()
    shop.waits_for(BACK)
    shopper.touches("Pay")
    shopper.sees(BACK)
    shopper.sees_screen(s.BasketBody)
    shop.bag.bears(MILK_GRAMS)
    shopper.sees("How would you like to pay?")
    assert not shop.happened(e.InterventionRaised)


def test_skip_bagging(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    shopper.touches("English")
    scanner.scans(MILK)
    shop.waits_for(PLACE)
    shopper.touches("I won't bag this")
    shopper.sees("All right. Keep it with you.")
    shopper.sees_no(PLACE)
    goes_on_to_pay(shop)
    assert [left.line for left in shop.happened(e.LineUnbagged)] == [1]


def test_own_bag(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    shopper.touches("English")
    shopper.touches("My own bag")
    shopper.sees("Thank you. Put your bag in the bagging area now.")
    shop.bag.bears(150)
    shop.waits(4)
    shopper.sees_no(UNEXPECTED)
    scanner.scans(MILK)
    shop.waits_for(PLACE)
    shop.bag.turn("put", grams=MILK_GRAMS)
    shopper.sees_no(PLACE)
    goes_on_to_pay(shop)
    assert not shop.happened(e.InterventionRaised)


def test_unexpected_item_put_back_own_bag_staff_clears(shop: Shop, shopper: Shopper, staff: Staff) -> None:
    bags_milk(shop)
    shop.bag.bears(MILK_GRAMS + 400)
    shop.waits_for(UNEXPECTED)
    shop.bag.bears(MILK_GRAMS)
    shopper.sees_no(UNEXPECTED)
    shop.bag.bears(MILK_GRAMS + 150)
    shop.waits_for(UNEXPECTED)
    shopper.touches("My own bag")
    shopper.sees_no(UNEXPECTED)
    assert not shop.happened(e.InterventionRaised)
    shop.bag.bears(MILK_GRAMS + 150 + 400)
    shop.waits_for("Staff will help with the bagging area")
    shopper.cannot_touch("Pay")
    staff.judges("Bagging area:")
    shopper.sees_no(UNEXPECTED)
    goes_on_to_pay(shop)
    assert [cleared.by for cleared in shop.happened(e.InterventionCleared)] == ["op-attendant"]
