"""Hints at the lane: when one is worked out, what it says, what a touch does, and what is never suggested."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody, HintView
from kiosk.i18n.translate import Translator
from kiosk.retail.item import Item, ItemFlags, Recall, Restriction
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, BuyGet, NForM, NForPrice, Offer, PercentOffEach, Scope
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, small_shop

MILK, TEA, WINE, BLADES = "08901234567890", "04006381333931", "09780201379624", "00036000291452"
REST = i.TimerElapsed("hints")


def shop(*offers: Offer, **changes: Any) -> MemoryBook:  # noqa: ANN401 - fields of an item
    book = small_shop()
    book.offers = offers or book.offers
    for item_id, change in changes.items():
        book.items[item_id] = replace(book.items[item_id], **change)
    return book


def offer(effect: Any, items: str, **conditions: Any) -> Offer:  # noqa: ANN401 - any effect, any condition
    return Offer("o", Scope(tuple(items.split())), effect, {"en": "Deal"}, **conditions)


def shown(lane: HandLane) -> tuple[HintView, ...]:
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    return body.hints


def said(lane: HandLane, language: str = "en") -> list[str]:
    return [Translator(language).say(hint.says) for hint in shown(lane)]


# --- when -------------------------------------------------------------------------------------------------------------


def test_a_basket_that_rests_shows_what_one_more_would_bring() -> None:
    lane = open_lane(shop()).scan(TEA, TEA)
    assert any(isinstance(one, f.StartTimer) and one.name == "hints" for one in lane.effects)
    assert shown(lane) == ()

    lane.tell(REST)

    (hint,) = shown(lane)
    assert said(lane) == ["1 more is free"]
    assert hint.item == {"en": "Tea 400 g"}
    assert (hint.offer, hint.saving, hint.line, hint.quantity) == ({"en": "Tea: 3 for 2"}, Money(60_000, "BDT"), 1, 3)


def test_a_hint_is_gone_with_the_basket_it_was_about_and_journalled_nowhere() -> None:
    lane = open_lane(shop()).scan(TEA, TEA).tell(REST)
    before = len(lane.journal)

    assert lane.tell(REST).journal[before:] == []
    assert shown(lane.scan(MILK)) == ()
    assert [hint.quantity for hint in shown(lane.tell(REST))] == [3]
    assert shown(lane.tell(i.LineVoidRequested(1), REST)) == ()


def test_the_advice_taken_by_a_touch_is_the_saving_that_was_promised() -> None:
    lane = open_lane(shop()).scan(TEA, TEA).tell(REST)
    (hint,) = shown(lane)
    assert hint.line is not None

    lane.tell(i.QuantityEntered(hint.line, hint.quantity), REST)

    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert (body.totals.discount, body.hints) == (hint.saving, ())


def test_no_hint_once_money_is_asked_for_and_again_when_the_shopper_comes_back() -> None:
    lane = open_lane(shop()).scan(TEA, TEA)
    tender = lane.pay_by_card()

    assert not lane.tell(REST).state.live.hints
    lane.tell(i.TerminalAnswered(tender, "declined"), i.ViewRequested("basket"), REST)

    assert said(lane) == ["1 more is free"]


def test_after_a_power_cut_the_basket_is_thought_about_again() -> None:
    lane = open_lane(shop()).scan(TEA, TEA).tell(REST).power_cut()

    assert any(isinstance(one, f.StartTimer) and one.name == "hints" for one in lane.effects)
    assert said(lane.tell(i.ViewRequested("basket"), REST)) == ["1 more is free"]


def test_a_shopper_who_leaves_leaves_no_hint_behind() -> None:
    lane = open_lane(shop()).scan(TEA, TEA).tell(REST, i.TimerElapsed("idle"), i.TimerElapsed("leaving"))

    assert lane.state.live.hints == ()


def test_no_hint_while_staff_must_judge_first() -> None:
    lane = open_lane(shop()).scan(TEA, TEA, WINE).tell(REST)

    assert shown(lane) == ()


# --- what -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deal", "scanned", "sentence"),
    [
        (offer(NForM(3, 2), "tea"), (TEA, TEA), "1 more is free"),
        (offer(NForM(4, 2), "tea"), (TEA, TEA), "2 more are free"),
        (offer(NForPrice(2, 15_000), "milk"), (MILK,), "1 more for ৳55.00 instead of ৳95.00"),
        (offer(PercentOffEach(5000), "tea", min_units=3), (TEA, TEA), "Take 1 more and pay ৳300.00 less"),
        (offer(AmountOff(9000), "tea milk", min_spend=70_000), (TEA,), "Spend ৳100.00 more and save ৳90.00"),
    ],
)
def test_a_hint_says_what_it_costs(deal: Offer, scanned: tuple[str, ...], sentence: str) -> None:
    lane = open_lane(shop(deal)).scan(*scanned).tell(REST)

    assert said(lane)[0].startswith(sentence)
    for language in ("bn", "pt_BR"):
        assert "{" not in said(lane, language)[0]
        assert said(lane, language)[0] != said(lane)[0]


@pytest.mark.parametrize(
    "change",
    [
        {"restriction": Restriction(minimum_age=18)},
        {"restriction": Restriction(needs_staff=True)},
        {"flags": ItemFlags(discountable=False)},
        {"recall": Recall(lots=("L1",))},
        {"price": None},
        {"tax_class": "unknown"},
    ],
)
def test_what_could_not_be_sold_just_so_is_not_suggested(change: dict[str, Any]) -> None:
    free_milk = offer(BuyGet(1, Scope(("milk",))), "tea")

    assert len(shown(open_lane(shop(free_milk)).scan(TEA).tell(REST))) == 1
    assert shown(open_lane(shop(free_milk, milk=change)).scan(TEA).tell(REST)) == ()


def test_what_is_not_on_the_shelf_any_more_is_not_suggested() -> None:
    book = shop()
    book.stock["tea"] = 2

    assert shown(open_lane(book).scan(TEA, TEA).tell(REST)) == ()
    book.stock["tea"] = 3
    assert len(shown(open_lane(book).scan(TEA, TEA).tell(REST))) == 1


def test_more_than_may_be_bought_is_not_suggested() -> None:
    book = shop()
    book.policy = replace(book.policy, maximum_quantity=2)

    assert shown(open_lane(book).scan(TEA, TEA).tell(REST)) == ()


# --- by touch ---------------------------------------------------------------------------------------------------------


def test_what_is_not_in_the_basket_is_fetched_and_scanned_not_touched() -> None:
    lane = open_lane(shop(offer(BuyGet(1, Scope(("milk",))), "tea"))).scan(TEA).tell(REST)

    assert [(hint.line, hint.choose) for hint in shown(lane)] == [(None, "")]


def test_what_bears_no_barcode_is_chosen_by_a_touch() -> None:
    book = shop(offer(BuyGet(1, Scope(("roll",))), "tea"))
    book.items["roll"] = Item("roll", {"en": "Roll"}, "bakery", "standard", Money(1200, "BDT"), plu="3182")
    lane = open_lane(book).scan(TEA).tell(REST)
    (hint,) = shown(lane)

    lane.tell(i.ItemChosen(hint.choose))

    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert body.totals.discount == hint.saving == Money(1200, "BDT")


def test_a_pack_whose_code_tells_a_date_is_not_multiplied_by_a_touch() -> None:
    lane = open_lane(shop()).tell(i.CodeScanned(f"01{TEA}17261231", "]d2"))
    lane.later(5_000).tell(i.CodeScanned(f"01{TEA}17261231", "]d2"), REST)

    assert [(hint.line, hint.choose) for hint in shown(lane)] == [(None, "")]


# --- what was saved ---------------------------------------------------------------------------------------------------

MANY = (
    Offer("tea", Scope(("tea",)), NForM(3, 2), {"en": "Tea"}),
    Offer("milk", Scope(("milk",)), NForPrice(2, 15_000), {"en": "Milk"}),
    Offer("short", Scope(expires_within_days=2), PercentOffEach(3000), {"en": "Short date"}, layer="catalogue"),
    Offer("all", Scope(), AmountOff(7_777), {"en": "All"}, min_spend=100_000),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([TEA, MILK, f"01{MILK}17261123", f"01{TEA}17261124"]), min_size=1, max_size=12))
def test_the_shares_on_the_screen_sum_to_what_was_saved(codes: list[str]) -> None:
    lane = open_lane(shop(*MANY))
    for code in codes:
        lane.later(5_000).tell(i.CodeScanned(code, "]d2" if len(code) > 14 else "]E0"))

    body = lane.screen.body
    assert isinstance(body, BasketBody)
    totals = body.totals
    by_line = [(names["en"], amount) for line in body.lines for names, amount in line.saved]
    assert sum(amount.minor for _, amount in by_line) == totals.discount.minor
    assert sum(amount.minor for _, amount in totals.savings) == totals.discount.minor
    for names, amount in totals.savings:
        assert amount.minor == sum(part.minor for name, part in by_line if name == names["en"]) > 0
    assert all(line.net.minor == line.extended.minor - sum(a.minor for _, a in line.saved) for line in body.lines)


def test_the_date_of_a_pack_is_shown_where_it_tells_why_the_price_is_what_it_is() -> None:
    lane = open_lane(shop(*MANY[2:3]))
    far, near = f"01{MILK}15261224", f"01{MILK}17261123"
    dates = []
    for code in (far, near):
        lane.later(5_000).tell(i.CodeScanned(code, "]d2"))
        body = lane.screen.body
        assert isinstance(body, BasketBody)
        dates.append([(line.expires, line.best_before) for line in body.lines])

    assert dates == [[("", "")], [("", "2026-12-24"), ("2026-11-23", "")]]
