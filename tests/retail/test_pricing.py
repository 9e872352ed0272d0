"""Line prices and basket totals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import CurrencyMismatchError, Money
from kiosk.retail.pricing import counted, totals
from kiosk.retail.tax import TaxRate, TaxRounding
from kiosk.retail.transaction import LineItem
from kiosk.retail.weighing import extended
from kiosk.retail.weight import UnitMismatchError, Weight
from tests.retail.builders import counted_line, weighed_line

RATES = (TaxRate("standard", 1500), TaxRate("reduced", 750), TaxRate("zero", 0))


@st.composite
def baskets(draw: st.DrawFn) -> list[LineItem]:
    lines = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        price, quantity = draw(st.integers(0, 500_000)), draw(st.integers(1, 20))
        lines.append(
            counted_line(
                number,
                price,
                quantity,
                rate=draw(st.sampled_from(RATES)),
                discount=draw(st.integers(0, price * quantity)),
                voided=draw(st.booleans()),
            )
        )
    return lines


def test_a_weight_is_priced_exactly_and_rounded_once_half_up() -> None:
    assert extended(Money(100, "BDT"), "kg", Weight(1005, -3, "kg")) == Money(101, "BDT")
    assert extended(Money(100, "BDT"), "kg", Weight(1004, -3, "kg")) == Money(100, "BDT")
    assert extended(Money(8990, "BRL"), "kg", Weight(250, 0, "g")) == Money(2248, "BRL")


def test_pounds_are_not_priced_per_kilogram() -> None:
    with pytest.raises(UnitMismatchError):
        extended(Money(100, "BDT"), "kg", Weight(100, -2, "lb"))


def test_pieces_are_counted_a_weighed_line_is_one_and_voided_lines_are_none() -> None:
    lines = [
        counted_line(1, 1000, 3),
        weighed_line(2, 8900, 1255, extended=11170),
        counted_line(3, 5000, 2, voided=True),
    ]

    found = totals(lines, currency="BDT", included=True, rounding="document")

    assert found.count == 4
    assert found.subtotal == found.total == Money(14170, "BDT")


def test_tax_is_taken_on_what_is_left_after_offers() -> None:
    found = totals([counted_line(1, 11500, discount=1150)], currency="BDT", included=True, rounding="line")

    assert (found.subtotal.minor, found.discount.minor, found.total.minor, found.tax.tax.minor) == (
        11500,
        1150,
        10350,
        1350,
    )


def test_an_empty_basket_comes_to_nothing() -> None:
    found = totals([], currency="BDT", included=True, rounding="document")

    assert (found.count, found.total, found.tax.rows) == (0, Money.zero("BDT"), ())


def test_two_currencies_never_meet_in_one_basket() -> None:
    with pytest.raises(CurrencyMismatchError):
        totals([counted_line(1, 100)], currency="BRL", included=True, rounding="document")


@given(baskets(), st.sampled_from(["line", "document"]))
def test_with_prices_that_hold_tax_the_shopper_pays_what_is_marked(
    lines: list[LineItem], rounding: TaxRounding
) -> None:
    found = totals(lines, currency="BDT", included=True, rounding=rounding)

    assert found.total == found.subtotal - found.discount == found.tax.net + found.tax.tax


@given(baskets(), st.sampled_from(["line", "document"]))
def test_tax_added_on_top_and_its_net_make_the_total(lines: list[LineItem], rounding: TaxRounding) -> None:
    found = totals(lines, currency="BDT", included=False, rounding=rounding)

    assert found.tax.net == found.subtotal - found.discount
    assert found.total == found.tax.net + found.tax.tax
    assert sum(row.gross.minor for row in found.tax.rows) == found.total.minor


@given(baskets())
def test_totals_do_not_depend_on_the_order_of_lines(lines: list[LineItem]) -> None:
    forward = totals(lines, currency="BDT", included=True, rounding="document")

    assert totals(reversed(lines), currency="BDT", included=True, rounding="document") == forward


@given(baskets())
def test_rounding_per_line_and_per_document_part_by_half_a_unit_a_line_at_most(lines: list[LineItem]) -> None:
    by_line = totals(lines, currency="BDT", included=True, rounding="line").tax
    whole = totals(lines, currency="BDT", included=True, rounding="document").tax

    assert abs(by_line.tax.minor - whole.tax.minor) <= Fraction(len(lines) + len(whole.rows), 2)


@given(st.integers(0, 10**7), st.integers(0, 500))
def test_a_quantity_costs_as_much_as_its_pieces_one_by_one(price: int, quantity: int) -> None:
    assert counted(Money(price, "BDT"), quantity).minor == sum([price] * quantity)
