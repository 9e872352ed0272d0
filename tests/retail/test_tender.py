"""Cash rounding and change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import Money
from kiosk.retail.tender import cash_due, change


@given(st.integers(-(10**8), 10**8), st.sampled_from([1, 5, 10, 25, 50, 100]))
def test_cash_is_paid_in_whole_steps_never_more_than_half_a_step_away(total: int, step: int) -> None:
    payable, rounding = cash_due(Money(total, "BDT"), step)

    assert payable.minor % step == 0
    assert payable == Money(total, "BDT") + rounding
    assert 2 * abs(rounding.minor) <= step


def test_half_a_step_is_rounded_up_and_its_mirror_for_a_refund() -> None:
    assert cash_due(Money(12_350, "BDT"), 100) == (Money(12_400, "BDT"), Money(50, "BDT"))
    assert cash_due(Money(-12_350, "BDT"), 100) == (Money(-12_400, "BDT"), Money(-50, "BDT"))


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="steps of 0"):
        cash_due(Money(1, "BDT"), 0)


def test_change_is_what_was_given_too_much() -> None:
    assert change(Money(50_000, "BDT"), Money(12_400, "BDT")) == Money(37_600, "BDT")


def test_too_little_cash_gives_no_change() -> None:
    with pytest.raises(ValueError, match="does not cover"):
        change(Money(100, "BDT"), Money(101, "BDT"))
