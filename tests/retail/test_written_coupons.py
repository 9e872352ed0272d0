"""Coupons that bear their offer in the symbol (AI 8110): honoured where they can be judged, else for staff."""

from __future__ import annotations

import pytest

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, PercentOff, Scope
from kiosk.retail.written import unfit, written_id, written_offer

DAY = "2026-11-22"
# 0 614141: company; 123456: offer; 3 100: save value; 1 2: requirement; 0 or 1 or 2: its code; 000: any family.
PLAIN = "0614141" + "123456" + "3100" + "12" + "0" + "000"
CORN = Item("corn", {"en": "Corn"}, "tins", "standard", Money(250, "USD"), gtin="00614141000036")
OTHER = Item("beans", {"en": "Beans"}, "tins", "standard", Money(250, "USD"), gtin="00036000291452")
SOAP = Item("soap", {"en": "Soap"}, "care", "standard", Money(300, "USD"), gtin="04006381333931")
FAMILY = Item(
    "peas", {"en": "Peas"}, "tins", "standard", Money(250, "USD"), gtin="00614141000043", coupon_families=("077",)
)


def test_two_units_of_the_company_s_items_save_the_value() -> None:
    offer = written_offer(PLAIN, "x", [CORN, OTHER, SOAP])
    assert offer is not None
    assert (offer.scope, offer.effect, offer.min_units) == (Scope(("corn",)), AmountOff(100), 2)
    assert (offer.at, offer.stackable) == ("order", True)


def test_a_company_with_a_thirteen_digit_number_is_known_by_its_own_prefix() -> None:
    offer = written_offer("1" + "4006381" + "123456" + "3100" + "11" + "0" + "000", "x", [CORN, SOAP])
    assert offer is not None
    assert offer.scope.item_ids == ("soap",)


def test_a_value_of_items_or_of_the_whole_basket_may_be_asked_for() -> None:
    of_items = written_offer("0614141" + "123456" + "3100" + "3500" + "1" + "000", "x", [CORN])
    of_basket = written_offer("0614141" + "123456" + "3100" + "3500" + "2" + "000", "x", [CORN])
    assert of_items is not None
    assert of_basket is not None
    assert (of_items.min_spend, of_items.spend_on) == (500, None)
    assert (of_basket.min_spend, of_basket.spend_on) == (500, Scope())


def test_a_percent_is_a_percent_of_what_it_means() -> None:
    offer = written_offer("0614141" + "123456" + "215" + "11" + "0" + "000" + "9" + "5" + "0" + "0" + "0", "x", [CORN])
    assert offer is not None
    assert offer.effect == PercentOff(1_500)


def test_a_family_is_matched_by_the_retailer_s_own_item_file() -> None:
    told = "0614141" + "123456" + "3100" + "11" + "0" + "077"
    offer = written_offer(told, "x", [CORN, FAMILY])
    assert offer is not None
    assert offer.scope.item_ids == ("peas",)
    assert written_offer(told, "x", [CORN]) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", None),
        ("3" + "261231", None),
        ("3" + "261121", "day"),
        ("4" + "261123", "day"),
        ("6" + "1" + "4006381", "elsewhere"),
        ("9" + "2" + "0" + "0" + "0", "written"),
        ("9" + "0" + "1" + "0" + "0", "written"),
        ("1" + "0" + "11" + "0" + "000" + "9", "written"),
    ],
)
def test_what_cannot_be_judged_here_is_for_staff(more: str, why: str | None) -> None:
    assert unfit(PLAIN + more, DAY) == why


@pytest.mark.parametrize("data", ["", "junk", PLAIN[:-1], "0614141" + "123456" + "3000" + "11" + "0" + "000"])
def test_what_is_no_coupon_or_saves_nothing_is_refused(data: str) -> None:
    assert unfit(data, DAY) == "written"


def test_all_prints_of_one_offer_have_one_id() -> None:
    assert written_id(PLAIN) == written_id(PLAIN + "5" + "0" + "000001") == "8110-614141-123456"
