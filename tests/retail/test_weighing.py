"""The legally relevant rule: each condition alone refuses, and nothing but all of them together prices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import Money
from kiosk.retail.weighing import Accepted, Computed, Goods, Platter, Reason, Refused, Rules, judge, standing
from kiosk.retail.weight import Weight

TODAY = "2026-11-22"


def kg(grams: int) -> Weight:
    return Weight(grams, -3, "kg")


RULES = Rules("2027-06-30", minimum=kg(40), maximum=kg(15_000), division=kg(5))
APPLES = Goods(Money(8900, "BDT"), "kg")
GOOD = Platter(kg(1255), stable=True, problem="", age_ms=40, certified=True, emptied=True)


def _judged(
    platter: Platter | None, goods: Goods = APPLES, rules: Rules = RULES, today: str = TODAY
) -> Accepted | Refused:
    return judge(goods, platter, rules, today, intact=True)


def test_a_weight_that_meets_every_condition_is_priced() -> None:
    assert _judged(GOOD) == Accepted(kg(1255), Money(11170, "BDT"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"weight": None}, "waiting"),
        ({"weight": None, "problem": "stale"}, "stale"),
        ({"certified": False}, "uncertified"),
        ({"problem": "motion"}, "motion"),
        ({"problem": "zero", "weight": kg(0)}, "zero"),
        ({"problem": "fault"}, "fault"),
        ({"problem": "over"}, "over"),
        ({"stable": False}, "motion"),
        ({"age_ms": 1_001}, "stale"),
        ({"age_ms": -1}, "stale"),
        ({"high_resolution": True}, "fine"),
        ({"net": True}, "tared"),
        ({"weight": kg(-5)}, "under"),
        ({"weight": kg(0)}, "zero"),
        ({"emptied": False}, "empty_first"),
        ({"weight": kg(1253)}, "fine"),
        ({"weight": kg(35)}, "too_light"),
        ({"weight": kg(15_005)}, "over"),
        ({"weight": Weight(250, -2, "lb")}, "unit"),
        ({"computed": Computed(8900, 11169)}, "differs"),
        ({"computed": Computed(8899, 11170)}, "differs"),
    ],
)
def test_one_condition_that_does_not_hold_refuses_in_its_own_word(changed: dict[str, object], reason: Reason) -> None:
    assert _judged(replace(GOOD, **changed)) == Refused(reason)  # type: ignore[arg-type]  # fields of the platter


def test_nothing_on_show_is_waited_for() -> None:
    assert _judged(None) == Refused("waiting")


@pytest.mark.parametrize("today", ["2027-07-01", "2099-01-01"])
def test_the_last_day_of_the_verification_counts_and_the_next_does_not(today: str) -> None:
    assert isinstance(_judged(GOOD, today="2027-06-30"), Accepted)
    assert _judged(GOOD, today=today) == Refused("not_verified")


def test_a_verification_nobody_named_is_none() -> None:
    assert _judged(GOOD, rules=Rules()) == Refused("not_verified")


def test_software_that_is_not_as_recorded_prices_nothing() -> None:
    assert judge(APPLES, GOOD, RULES, TODAY, intact=False) == Refused("software")
    assert standing(RULES, TODAY, intact=False) == "software"


def test_the_limits_themselves_are_allowed() -> None:
    for grams in (40, 15_000):
        assert isinstance(_judged(replace(GOOD, weight=kg(grams))), Accepted)


def test_without_a_minimum_twenty_divisions_are_it() -> None:
    rules = Rules("2027-06-30", division=kg(5))
    assert _judged(replace(GOOD, weight=kg(95)), rules=rules) == Refused("too_light")
    assert isinstance(_judged(replace(GOOD, weight=kg(100)), rules=rules), Accepted)


def test_packing_is_taken_off_and_must_leave_something() -> None:
    grapes = replace(APPLES, tare_grams=12)
    assert _judged(replace(GOOD, weight=kg(515)), grapes) == Accepted(kg(503), Money(4477, "BDT"))
    heavy = replace(APPLES, tare_grams=500)
    assert _judged(replace(GOOD, weight=kg(500)), heavy) == Refused("too_light")


def test_goods_in_packing_can_not_be_sold_by_the_pound() -> None:
    per_pound = Goods(Money(100, "BDT"), "lb", tare_grams=10)
    pounds = Rules("2027-06-30")
    assert _judged(replace(GOOD, weight=Weight(250, -2, "lb")), per_pound, pounds) == Refused("unit")


def test_the_scale_s_own_amount_is_compared_before_packing() -> None:
    grapes = replace(APPLES, tare_grams=12)
    computed = Computed(8900, 11170)
    assert isinstance(_judged(replace(GOOD, computed=computed), grapes), Accepted)


WEIGHTS = st.builds(
    Weight, st.integers(-100, 16_000), st.sampled_from([-4, -3, -2]), st.sampled_from(["kg", "g", "lb"])
)
PLATTERS = st.builds(
    Platter,
    weight=st.none() | WEIGHTS,
    stable=st.booleans(),
    problem=st.sampled_from(["", "", "", "motion", "under", "over", "zero", "fault", "stale"]),
    age_ms=st.integers(-50, 1_200),
    certified=st.booleans(),
    emptied=st.booleans(),
    net=st.booleans(),
    high_resolution=st.booleans(),
    computed=st.none() | st.builds(Computed, st.just(8900), st.integers(0, 200_000)),
)


@given(platter=PLATTERS, today=st.sampled_from([TODAY, "2027-06-30", "2027-07-01"]), intact=st.booleans())
def test_nothing_is_accepted_unless_all_holds(platter: Platter, today: str, intact: bool) -> None:  # noqa: FBT001  drawn
    judged = judge(APPLES, platter, RULES, today, intact=intact)
    if isinstance(judged, Refused):
        return
    weight = platter.weight
    assert weight is not None
    assert (platter.stable, platter.problem, platter.certified, platter.emptied) == (True, "", True, True)
    assert not platter.net
    assert not platter.high_resolution
    assert intact
    assert today <= "2027-06-30"
    assert 0 <= platter.age_ms <= 1_000
    grams = weight.in_unit("g")
    assert 40 <= grams <= 15_000
    assert grams % 5 == 0
    assert judged.net == weight
    exact = grams * Fraction(89, 10)
    assert abs(judged.extended.minor - exact) <= Fraction(1, 2)
    assert platter.computed is None or platter.computed.amount == judged.extended.minor
