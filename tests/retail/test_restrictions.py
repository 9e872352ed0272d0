"""Rules as data: whom they bind, how law and shop stand together, what may be judged from afar."""

from __future__ import annotations

import pytest

from kiosk.retail.item import Item, Restriction
from kiosk.retail.money import Money
from kiosk.retail.occasion import Hours
from kiosk.retail.restrictions import Restrictions, Rule

WINE = Item("wine", {}, "drinks", "standard", Money(90_000, "BDT"), kind="alcohol")


@pytest.mark.parametrize(
    ("rule", "binds"),
    [
        (Rule("high_value"), False),
        (Rule("high_value", kinds=("alcohol",)), True),
        (Rule("high_value", kinds=("tobacco",)), False),
        (Rule("high_value", departments=("drinks",)), True),
        (Rule("high_value", items=("wine",)), True),
        (Rule("high_value", over_minor=89_999), True),
        (Rule("high_value", over_minor=90_000), False),
        (Rule("high_value", kinds=("alcohol",), over_minor=90_000), False),
        (Rule("high_value", kinds=("alcohol",), stores=("other",)), False),
        (Rule("high_value", kinds=("alcohol",), stores=("here",)), True),
    ],
)
def test_a_rule_binds_what_it_names(rule: Rule, *, binds: bool) -> None:
    assert rule.binds(WINE, named=False, store="here") == binds


def test_an_item_names_rules_of_its_own_and_its_plain_words_still_hold() -> None:
    item = Item("x", {}, "d", "s", None, restriction=Restriction(needs_staff=True, rules=("security_tag",)))
    assert {name for name, _ in Restrictions().of(item)} == {"staff_item", "security_tag"}


def test_the_highest_age_of_item_shop_and_law_holds() -> None:
    item = Item("x", {}, "d", "s", None, kind="alcohol", restriction=Restriction(minimum_age=16))
    rules = Restrictions(
        {"a": Rule("age", kinds=("alcohol",), minimum_age=18)}, {"a": Rule("age", kinds=("alcohol",), minimum_age=12)}
    )
    assert rules.minimum_age(item) == 18
    assert Restrictions().minimum_age(item) == 16


def test_a_shop_s_row_replaces_the_habit_of_its_name_and_stands_beside_the_law_s() -> None:
    item = Item("x", {}, "d", "s", None, restriction=Restriction(rules=("prescription",)))
    rules = Restrictions({"prescription": Rule("prescription")}, {"prescription": Rule("prescription", blocks="line")})
    assert [(name, rule.refuses) for name, rule in rules.of(item)] == [
        ("law.prescription", False),
        ("prescription", True),
    ]


def test_age_and_prescription_are_judged_from_afar_only_by_law_and_a_tag_never() -> None:
    plain, liberal = Restrictions(), Restrictions(law_remote=("age", "prescription", "security_tag"))
    kinds = ("age", "prescription", "security_tag", "high_value")
    assert [plain.remote(kind) for kind in kinds] == [False, False, False, True]
    assert [liberal.remote(kind) for kind in kinds] == [True, True, False, True]


def test_a_refusal_names_the_hours_of_the_day() -> None:
    rule = Rule("hours", hours=(Hours("08:00", "20:00", (1, 2, 3, 4, 5, 6)), Hours("10:00", "18:00", (7,))))
    assert rule.next_hours("2026-11-22T09:00") == ("10:00", "18:00")
    assert rule.next_hours("2026-11-23T21:00") == ("08:00", "20:00")


def test_the_name_of_a_rule_leads_to_its_law() -> None:
    rules = Restrictions({"alcohol": Rule("age", source="Act 1")})
    assert (rules.source("law.alcohol"), rules.source("alcohol"), rules.source("")) == ("Act 1", "", "")
