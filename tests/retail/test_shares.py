"""Sharing out: exact, fair, the same on every run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import Money
from kiosk.retail.shares import share_out

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
AMOUNTS = st.integers(-(10**8), 10**8)


@given(AMOUNTS, WEIGHTS)
def test_shares_sum_to_the_amount(amount: int, weights: list[int]) -> None:
    assert sum(share.minor for share in share_out(Money(amount, "BDT"), weights)) == amount


@given(AMOUNTS, WEIGHTS.filter(any))
def test_no_share_is_a_whole_unit_away_from_its_proportion(amount: int, weights: list[int]) -> None:
    whole = sum(weights)

    for share, weight in zip(share_out(Money(amount, "BDT"), weights), weights, strict=True):
        assert abs(share.minor * whole - amount * weight) < whole


@given(AMOUNTS, WEIGHTS)
def test_taking_back_mirrors_giving(amount: int, weights: list[int]) -> None:
    given_out = share_out(Money(amount, "BDT"), weights)

    assert share_out(Money(-amount, "BDT"), weights) == tuple(-share for share in given_out)


def test_the_first_wins_a_tie_and_nothing_at_all_is_shared_evenly() -> None:
    assert [s.minor for s in share_out(Money(5, "BDT"), [1, 1])] == [3, 2]
    assert [s.minor for s in share_out(Money(5, "BDT"), [0, 0, 0])] == [2, 2, 1]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_weights_that_say_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        share_out(Money(1, "BDT"), weights)
