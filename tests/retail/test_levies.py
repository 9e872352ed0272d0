"""Several levies on one price."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.levies import LeviedLine, Levy, levies_of
from kiosk.retail.money import Money

DUTY = Levy("supplementary duty", 2000, included=True)
VAT = Levy("vat", 1500, base="running", included=True)


def test_a_duty_under_the_vat_is_taken_out_of_the_marked_price() -> None:
    found = levies_of([LeviedLine(Fraction(13_800), (DUTY, VAT))], currency="BDT", rounding="document")

    assert found.rows == (("supplementary duty", Money(2000, "BDT")), ("vat", Money(1800, "BDT")))
    assert (found.net, found.total) == (Money(10_000, "BDT"), Money(13_800, "BDT"))


def test_a_fee_a_piece_bears_vat_too() -> None:
    fee = Levy("eco", per_piece_minor=100)
    line = LeviedLine(Fraction(3000), (fee, Levy("vat", 2000, base="running")), Fraction(3))

    found = levies_of([line], currency="EUR", rounding="line")

    assert found.rows == (("eco", Money(300, "EUR")), ("vat", Money(660, "EUR")))
    assert found.total == Money(3960, "EUR")


def test_taxes_por_dentro_are_shares_of_the_marked_price() -> None:
    levies = (Levy("ICMS", 1800, base="gross", included=True), Levy("PIS", 165, base="gross", included=True))

    found = levies_of([LeviedLine(Fraction(10_000), levies)], currency="BRL", rounding="document")

    assert found.rows == (("ICMS", Money(1800, "BRL")), ("PIS", Money(165, "BRL")))
    assert found.net == Money(8035, "BRL")


def test_taxes_por_dentro_on_top_of_a_net_price_raise_it_to_the_gross_they_are_shares_of() -> None:
    levies = (Levy("ICMS", 1800, base="gross"), Levy("PIS", 200, base="gross"))

    found = levies_of([LeviedLine(Fraction(8000), levies)], currency="BRL", rounding="document")

    assert found.rows == (("ICMS", Money(1800, "BRL")), ("PIS", Money(200, "BRL")))
    assert (found.net, found.total) == (Money(8000, "BRL"), Money(10_000, "BRL"))


@pytest.mark.parametrize("included", [True, False])
def test_shares_that_leave_nothing_of_the_price_are_refused(*, included: bool) -> None:
    everything = LeviedLine(Fraction(1), (Levy("ICMS", 10_000, base="gross", included=included),))

    with pytest.raises(ValueError, match="10000 of 10000"):
        levies_of([everything], currency="BRL", rounding="document")


LEVIES = st.builds(
    Levy,
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 3000),
    base=st.sampled_from(["net", "running", "gross"]),
    included=st.booleans(),
)
LINES = st.lists(
    st.builds(
        LeviedLine,
        st.fractions(0, 10**6, max_denominator=100),
        st.lists(LEVIES, max_size=3).map(tuple),
        st.integers(1, 9).map(Fraction),
    ),
    max_size=6,
)


@given(LINES, st.sampled_from(["line", "document", "total"]))
def test_net_and_levies_are_the_total(lines: list[LeviedLine], rounding: str) -> None:
    found = levies_of(lines, currency="BDT", rounding=rounding)  # type: ignore[arg-type]  # drawn from its values

    assert found.net + found.tax == found.total
    assert sum(tax.minor for _, tax in found.rows) == found.tax.minor


@given(st.lists(st.integers(0, 10**6), max_size=6), st.sampled_from(["line", "document"]))
def test_what_is_marked_is_paid_where_every_levy_is_inside(prices: list[int], rounding: str) -> None:
    lines = [LeviedLine(Fraction(price), (DUTY, VAT)) for price in prices]

    found = levies_of(lines, currency="BDT", rounding=rounding)  # type: ignore[arg-type]  # drawn from its values

    assert found.total == Money(sum(prices), "BDT")
