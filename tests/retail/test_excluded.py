"""What a kind of item is kept out of: every kind in every use, by habit, by law and by the retailer's own word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest

from kiosk.retail.excluded import BY_HABIT, HABIT, USES, Exclusions, Use, narrowed
from kiosk.retail.hints import may_be_suggested
from kiosk.retail.item import Item, ItemFlags, ItemKind
from kiosk.retail.money import Money
from kiosk.retail.occasion import Occasion
from kiosk.retail.offer import (
    AmountOff,
    BuyGet,
    Earn,
    Effect,
    Gift,
    NForM,
    Offer,
    Part,
    PercentOffEach,
    Scope,
    SetForPrice,
    TieredAmount,
    TieredPercent,
)
from kiosk.retail.points import Programme, burnable, reckon
from kiosk.retail.promotion import Settlement, settle
from tests.retail.builders import Shelf, counted_line

KINDS: tuple[ItemKind, ...] = tuple(kind for kind in get_args(ItemKind) if kind)
NAMES = {"en": "offer"}
NOON = Occasion("2026-11-22", coupons=("SAVE",))
RICE = Item("rice", NAMES, "food", "standard", Money(1_000, "BDT"))
PROGRAMME = Programme(earn_points=1, earn_minor=100, burn_points=1, burn_minor=100)
EACH_KIND = pytest.mark.parametrize("kind", KINDS)
OF_IT = Scope(("it",))
LINES = (counted_line(1, 1_000, item_id="it"), counted_line(2, 1_000))


def of_kind(kind: ItemKind) -> Item:
    return replace(RICE, item_id="it", kind=kind)


def book(kind: ItemKind, *offers: Offer) -> Shelf:
    shelf = Shelf(offers)
    shelf.items = {"it": of_kind(kind), "rice": RICE}
    return shelf


def only(kind: ItemKind, *uses: Use) -> Exclusions:
    """The retailer keeps the kind out of these, the law of none."""
    return Exclusions(own={kind: uses})


def offer(effect: Effect, scope: Scope = OF_IT, **more: object) -> Offer:
    return replace(Offer("o", scope, effect, NAMES), **more)  # type: ignore[arg-type]  # whatever a test sets


def given(kind: ItemKind, one: Offer, rules: Exclusions) -> Settlement:
    return settle(LINES, book(kind, one), NOON, rules=rules)


def saved(found: Settlement) -> dict[int, int]:
    return {line: sum(one.amount.minor for one in modifiers) for line, modifiers in found.lines.items()}


def used(kind: ItemKind, use: Use, rules: Exclusions) -> bool:
    """Whether an item of the kind serves a use: tried out, not asked."""
    match use:
        case "offers":
            return 1 in saved(given(kind, offer(PercentOffEach(1_000)), rules))
        case "coupons":
            return 1 in saved(given(kind, offer(PercentOffEach(1_000), coupon="SAVE"), rules))
        case "thresholds":
            return 2 in saved(
                given(kind, offer(AmountOff(100), Scope(("rice",)), min_spend=2_000, spend_on=Scope()), rules)
            )
        case "earning":
            return 1 in reckon(LINES, book(kind), NOON, PROGRAMME, rules=rules).lines
        case "burning":
            return burnable(LINES, book(kind), PROGRAMME, rules) == 2_000


@EACH_KIND
@pytest.mark.parametrize("use", USES)
def test_a_kind_is_kept_out_of_the_very_use_that_is_named_and_of_no_other(kind: ItemKind, use: Use) -> None:
    assert [each for each in USES if not used(kind, each, only(kind, use))] == [use]


@EACH_KIND
@pytest.mark.parametrize("use", USES)
def test_a_kind_is_let_into_the_very_use_that_is_not_named(kind: ItemKind, use: Use) -> None:
    rules = only(kind, *(each for each in USES if each != use))
    assert [each for each in USES if used(kind, each, rules)] == [use]


@EACH_KIND
def test_where_nobody_says_anything_the_habit_of_the_trade_holds(kind: ItemKind) -> None:
    assert tuple(use for use in USES if not used(kind, use, BY_HABIT)) == HABIT[kind]
    assert HABIT[kind] == (() if kind == "alcohol" else USES)


@EACH_KIND
@pytest.mark.parametrize("use", USES)
def test_what_the_law_keeps_out_stays_out_whatever_the_retailer_says(kind: ItemKind, use: Use) -> None:
    rules = Exclusions(law={kind: (use,)}, own={kind: ()})
    assert [each for each in USES if not used(kind, each, rules)] == [use]


@pytest.mark.parametrize("use", USES)
def test_an_item_of_no_kind_serves_everything(use: Use) -> None:
    assert used("", use, Exclusions(law=dict.fromkeys(KINDS, USES)))


def test_a_bag_is_of_its_kind_by_its_flag_and_flags_keep_out_what_no_kind_does() -> None:
    bag, dear = replace(RICE, flags=ItemFlags(bag=True)), replace(RICE, flags=ItemFlags(discountable=False))
    assert all(BY_HABIT.keep_out(bag, use) for use in USES)
    assert not any(only("bag").keep_out(bag, use) for use in USES)
    assert [use for use in USES if BY_HABIT.keep_out(dear, use)] == ["offers", "coupons", "thresholds"]
    unearned = replace(RICE, flags=ItemFlags(earns_points=False))
    assert [use for use in USES if BY_HABIT.keep_out(unearned, use)] == ["earning", "burning"]


@pytest.mark.parametrize(
    "effect",
    [
        NForM(2, 1),
        BuyGet(1, Scope(("rice",))),
        BuyGet(1, Scope(("it",))),
        SetForPrice((Part(Scope(("it",))), Part(Scope(("rice",)))), 500),
        Gift("it"),
        Gift("rice"),
    ],
    ids=["group", "bought", "got", "set", "given", "earned by it"],
)
def test_what_is_kept_out_of_offers_serves_in_no_group_and_is_no_gift(effect: Effect) -> None:
    on = Scope(("rice",)) if effect in (BuyGet(1, Scope(("it",))), Gift("it")) else Scope(("it",))
    on = Scope(("it", "rice")) if isinstance(effect, NForM) else on
    one = offer(effect, on)
    let = given("tobacco", one, only("tobacco"))
    assert let.lines or let.owed
    for rules in (only("tobacco", "offers"), BY_HABIT):
        kept = given("tobacco", one, rules)
        assert not kept.lines
        assert not kept.owed


def test_a_gift_that_is_not_in_the_basket_is_not_owed_either() -> None:
    one = offer(Gift("it"), Scope(("rice",)))
    assert settle(LINES[1:], book("alcohol", one), NOON).owed
    assert not settle(LINES[1:], book("tobacco", one), NOON).owed


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ({"contains": ("it",)}, Scope(("rice",))),
        ({"min_units": 2}, Scope()),
        ({"min_spend": 2_000}, Scope()),
        ({"min_left": 2_000}, Scope(("rice",))),
        ({"effect": TieredAmount("spend", ((2_000, 100),))}, Scope()),
        ({"effect": TieredAmount("quantity", ((2, 100),))}, Scope()),
        ({"effect": TieredPercent("spend", ((2_000, 1_000),))}, Scope()),
        ({"effect": TieredPercent("quantity", ((2, 1_000),))}, Scope()),
    ],
    ids=lambda told: "-".join(told) if isinstance(told, dict) else "",
)
@pytest.mark.parametrize("policy", ["optimal", "sequential", "best_single"])
def test_what_is_kept_out_of_thresholds_reaches_none(more: dict[str, object], scope: Scope, policy: object) -> None:
    shelf = book("fee", replace(offer(AmountOff(100), scope), **more))  # type: ignore[arg-type]  # as above

    def found(rules: Exclusions) -> Settlement:
        return settle(LINES, shelf, NOON, policy, rules)  # type: ignore[arg-type]  # a word of three

    assert found(only("fee")).lines
    assert not found(only("fee", "thresholds")).lines


def test_what_only_offers_may_not_touch_still_reaches_the_least_spend_of_an_offer_on_everything() -> None:
    found = given("tobacco", offer(AmountOff(100), Scope(), min_spend=2_000), only("tobacco", "offers"))
    assert saved(found) == {2: 100}


def test_points_offers_count_no_more_towards_their_threshold_than_others_do() -> None:
    shelf = book("fee", offer(Earn(once=50), Scope(), min_spend=2_000))
    assert reckon(LINES, shelf, NOON, PROGRAMME, rules=only("fee")).total == 70
    assert reckon(LINES, shelf, NOON, PROGRAMME, rules=only("fee", "thresholds")).total == 20
    there = book("fee", offer(Earn(once=50), Scope(("rice",)), contains=("it",)))
    assert reckon(LINES, there, NOON, PROGRAMME, rules=only("fee")).total == 70
    assert reckon(LINES, there, NOON, PROGRAMME, rules=only("fee", "thresholds")).total == 20


@EACH_KIND
def test_nothing_is_suggested_that_offers_may_not_touch(kind: ItemKind) -> None:
    assert may_be_suggested(of_kind(kind), only(kind))
    assert not may_be_suggested(of_kind(kind), only(kind, "offers"))


@pytest.mark.parametrize("scope", [Scope(("rice",)), Scope(departments=("baby",))])
def test_an_offer_that_names_none_of_it_is_looked_up_as_quickly_as_ever(scope: Scope) -> None:
    plain = offer(AmountOff(100), scope)
    items: Sequence[Item] = [of_kind("tobacco")]
    assert narrowed(plain, only("tobacco"), items) is plain
    assert narrowed(plain, BY_HABIT, items) is plain
    assert narrowed(offer(AmountOff(100), Scope(departments=("food",))), BY_HABIT, items) != plain
