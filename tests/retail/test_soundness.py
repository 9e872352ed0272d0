"""An offer that can mean nothing is refused with a word, and no row that is let in stops a lane."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from kiosk.retail.occasion import Hours
from kiosk.retail.offer import (
    AmountOff,
    AmountOffEach,
    BuyGet,
    CheapestFree,
    DistinctSet,
    Earn,
    Effect,
    Gift,
    NAmountOff,
    NForM,
    NForPrice,
    NPercentOff,
    Offer,
    Part,
    PercentOff,
    PercentOffEach,
    PriceEach,
    Scope,
    SetForPrice,
    TieredAmount,
    TieredPercent,
)
from kiosk.retail.points import Programme
from kiosk.retail.soundness import flaw_of
from tests.retail.contests import random_offers

TEA = Scope(("tea",))

SLIPS: tuple[Effect, ...] = (
    PercentOffEach(0),
    PercentOffEach(10_001),
    PercentOffEach(1_000, units=-1),
    AmountOffEach(-100),
    AmountOffEach(100, units=-1),
    PriceEach(-1),
    PercentOff(-500),
    AmountOff(0),
    NForM(0, 0),
    NForM(3, 3),
    NForM(3, -1),
    NForM(2_000_000, 1),
    NForPrice(0, 500),
    NForPrice(2, -500),
    NAmountOff(0, 500),
    NAmountOff(2, -5),
    NPercentOff(0, 1_000),
    NPercentOff(2, 20_000),
    CheapestFree(-1),
    CheapestFree(3, 0),
    CheapestFree(3, 3),
    BuyGet(0, TEA),
    BuyGet(1, TEA, 0),
    BuyGet(1, TEA, 1, 10_001),
    SetForPrice((), 500),
    SetForPrice((Part(TEA, 0),), 500),
    SetForPrice((Part(TEA),), -1),
    DistinctSet(()),
    DistinctSet(((1, 1_000),)),
    DistinctSet(((2, 1_000), (2, 2_000))),
    TieredPercent("spend", ()),
    TieredPercent("spend", ((100, -1),)),
    TieredAmount("quantity", ((-1, 50),)),
    Gift(""),
    Gift("mug", 0),
    Gift("mug", 1, 0),
    Earn(-1),
)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"offer_id": ""},
    {"valid_from": "soon"},
    {"valid_until": "22/11/2026"},
    {"valid_until": "20261122"},
    {"hours": (Hours("9:00", "17:00"),)},
    {"hours": (Hours("09:00", "24:00"),)},
    {"hours": (Hours("", ""),)},
    {"hours": (Hours("09:00", "17:00", (0,)),)},
    {"max_applications": -1},
    {"max_saving": -1},
    {"min_spend": -1},
    {"min_units": -1},
    {"min_left": -1},
    {"member_day": -1},
    {"serials": "any"},
    {"layer": "points"},
    {"layer": "order"},
)


@pytest.mark.parametrize("effect", SLIPS, ids=repr)
def test_an_effect_that_can_mean_nothing_is_told_by_its_kind(effect: Effect) -> None:
    assert flaw_of(Offer("slip", TEA, effect, {"en": "Slip"})).startswith(f"{effect.kind}: ")


@pytest.mark.parametrize("told", CONDITIONS, ids=repr)
def test_a_condition_that_can_mean_nothing_is_told_by_its_name(told: dict[str, Any]) -> None:
    slip = Offer("slip", TEA, NForM(3, 2), {})
    assert flaw_of(replace(slip, **told)).startswith(f"{next(iter(told))}: ")


@pytest.mark.parametrize(
    ("effect", "layer"),
    [(AmountOff(100), "item"), (PercentOff(500), "item"), (Earn(), "item"), (Gift("mug"), "catalogue")],
)
def test_an_effect_that_its_layer_would_never_look_at_is_a_flaw(effect: Effect, layer: Any) -> None:  # noqa: ANN401
    assert flaw_of(Offer("slip", TEA, effect, {}, layer=layer)).startswith("layer: ")


def test_what_the_tests_of_the_engine_try_is_sound() -> None:
    assert [flaw_of(offer) for offer in random_offers(random.Random(1), 400) if flaw_of(offer)] == []


def test_a_programme_that_cannot_be_reckoned_with_cannot_be_made() -> None:
    slips: tuple[dict[str, Any], ...] = (
        {"earn_minor": 0},
        {"burn_points": -1},
        {"earn_points": -1},
        {"hold_hours": -1},
    )
    for told in slips:
        with pytest.raises(ValueError, match="points"):
            Programme(**told)
