"""The smallest values: money, weights, dated tax."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import CurrencyMismatchError, Money, round_half_up
from kiosk.retail.tax import TaxClass, TaxRate
from kiosk.retail.weight import UnitMismatchError, Weight


def test_a_half_is_rounded_away_from_zero() -> None:
    assert [round_half_up(Fraction(n, 2)) for n in (1, 3, 5, -1, -3)] == [1, 2, 3, -1, -2]


@given(st.fractions())
def test_rounding_moves_by_half_a_unit_at_most(value: Fraction) -> None:
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -round_half_up(value)


def test_taka_and_reais_do_not_add() -> None:
    with pytest.raises(CurrencyMismatchError, match="BDT and BRL"):
        _ = Money(1, "BDT") + Money(1, "BRL")


def test_a_class_has_the_rate_of_the_day() -> None:
    trade = TaxClass("standard", (("2024-01-01", 500), ("2025-01-09", 750)))

    assert trade.on("2025-01-08") == TaxRate("standard", 500)
    assert trade.on("2025-01-09") == TaxRate("standard", 750)
    with pytest.raises(LookupError, match="no rate on 2023-12-31"):
        trade.on("2023-12-31")


def test_net_weight_keeps_the_finer_resolution_of_the_two() -> None:
    assert Weight(1255, -3, "kg").less_tare(Weight(1, -2, "kg")) == Weight(1245, -3, "kg")
    assert Weight(5, 0, "kg").less_tare(Weight(250, -3, "kg")) == Weight(4750, -3, "kg")


def test_a_tare_in_pounds_is_not_taken_off_kilograms() -> None:
    with pytest.raises(UnitMismatchError):
        Weight(1000, -3, "kg").less_tare(Weight(10, -2, "lb"))


def test_ounces_and_grams_are_told_in_their_families_unit() -> None:
    assert Weight(8, 0, "oz").in_unit("lb") == Fraction(1, 2)
    assert Weight(1255, -3, "kg").grams() == 1255
