"""Tax to the cent: duty under VAT, shares of the price, rounding per piece, and sums that always add up."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.item import Item, ItemFlags
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.pricing import selling_price, totals
from kiosk.retail.shares import share_out
from kiosk.retail.tax import Taxable, TaxClass, TaxRate, TaxRounding, TaxSummary, tax_of
from kiosk.retail.tender import cash_due
from kiosk.retail.transaction import Deposit, LineItem
from tests.retail.builders import counted_line

DRINK = TaxRate("drink", 1500, duty_points=2500)
VAT, EXEMPT, ICMS = TaxRate("vat", 1900), TaxRate("exempt", 0), TaxRate("icms", 1800, of_gross=True)
ROUNDINGS: tuple[TaxRounding, ...] = ("unit", "line", "document")


def bdt(minor: int) -> Money:
    return Money(minor, "BDT")


def summary(*lines: tuple[TaxRate, int], included: bool = True, rounding: TaxRounding = "document") -> TaxSummary:
    taxed = [Taxable(rate, bdt(minor)) for rate, minor in lines]
    return tax_of(taxed, currency="BDT", included=included, rounding=rounding)


# --- supplementary duty ------------------------------------------------------------------------------------------


def test_vat_is_taken_on_the_value_with_the_duty_in_it() -> None:
    found = summary((DRINK, 10_000), included=False)

    assert (found.net, found.duty, found.tax, found.total) == (bdt(10_000), bdt(2_500), bdt(1_875), bdt(14_375))


def test_duty_and_vat_come_out_of_a_marked_price_as_they_went_in() -> None:
    found = summary((DRINK, 14_375))

    assert (found.net, found.duty, found.tax, found.total) == (bdt(10_000), bdt(2_500), bdt(1_875), bdt(14_375))
    (row,) = found.rows
    assert (row.duty, row.gross) == (bdt(2_500), bdt(14_375))


def test_a_duty_is_dated_like_its_vat() -> None:
    drinks = TaxClass("drink", (("2019-07-01", 1500),), duties=(("2024-06-06", 3000),))

    assert drinks.on("2024-06-05").duty_points == 0
    assert drinks.on("2024-06-06").duty_points == 3000


def test_a_rate_without_duty_says_nothing_of_one() -> None:
    assert summary((VAT, 100)).rows[0].duty is None


# --- shares of the price -----------------------------------------------------------------------------------------


def test_a_tax_inside_its_own_base_is_a_share_of_the_price() -> None:
    assert summary((ICMS, 10_000)).tax == bdt(1_800)
    assert summary((ICMS, 8_200), included=False).total == bdt(10_000)


@pytest.mark.parametrize(("points", "duties"), [(10_000, ()), (1800, (("2020-01-01", 100),))])
def test_a_share_that_leaves_nothing_or_bears_a_duty_is_refused(
    points: int, duties: tuple[tuple[str, int], ...]
) -> None:
    with pytest.raises(ValueError, match="share of the price"):
        TaxClass("icms", (("2020-01-01", points),), duties, of_gross=True)


# --- rounding ----------------------------------------------------------------------------------------------------


def test_the_three_places_of_rounding_differ_where_half_a_unit_is_decided() -> None:
    lines = [Taxable(TaxRate("vat", 2000), bdt(5_910), 3), Taxable(TaxRate("vat", 2000), bdt(1_970))]
    taxes = [tax_of(lines, currency="BDT", included=True, rounding=rounding).tax.minor for rounding in ROUNDINGS]

    assert taxes == [4 * 328, 985 + 328, 1_313]


def test_a_piece_s_tax_is_rounded_after_its_share_of_the_discount() -> None:
    found = tax_of([Taxable(TaxRate("vat", 1000), bdt(100), 3)], currency="BDT", included=True, rounding="unit")

    assert found.tax == bdt(9)  # 34, 33 and 33, each with 3 inside


# --- deposits, bags, maximum retail prices -----------------------------------------------------------------------

BOTTLE = Deposit("pfand", {"en": "Deposit"}, bdt(25), VAT)


def test_a_deposit_is_paid_beside_the_price_and_taxed_at_its_own_rate() -> None:
    cola = replace(counted_line(1, 100, 4, rate=TaxRate("food", 700), discount=100), deposit=BOTTLE)
    found = totals([cola], currency="BDT", included=True, rounding="document")

    assert (found.subtotal, found.discount, found.total) == (bdt(500), bdt(100), bdt(400))
    assert [(row.rate, row.gross) for row in found.tax.rows] == [(VAT, bdt(100)), (cola.tax_rate, bdt(300))]


def test_a_voided_line_asks_for_no_deposit() -> None:
    cola = replace(counted_line(1, 100, voided=True), deposit=BOTTLE)

    assert totals([cola], currency="BDT", included=True, rounding="document").total == bdt(0)


def test_empties_come_back_as_a_negative_line_with_their_tax() -> None:
    empties = counted_line(2, -25, 4, item_id="pfand", rate=VAT)
    cola = replace(counted_line(1, 100, 4, rate=VAT), deposit=BOTTLE)

    paid = totals([cola], currency="BDT", included=True, rounding="document")
    both = totals([cola, empties], currency="BDT", included=True, rounding="document")

    assert both.total == paid.total - bdt(100) == bdt(400)
    assert both.tax.tax == bdt(64)


POLICY = Policy(
    country="PT",
    currency="BDT",
    store_name={},
    store_address={},
    tax_number="",
    tax_number_label="",
    languages=("en",),
    tenders=(),
    least_bag_price_minor=10,
)


def item(price: int | None, *, mrp: int | None = None, bag: bool = False, currency: str = "BDT") -> Item:
    marked = None if price is None else Money(price, currency)
    printed = None if mrp is None else Money(mrp, currency)
    return Item("x", {}, "d", "standard", marked, mrp=printed, flags=ItemFlags(bag=bag))


@pytest.mark.parametrize(
    ("sold", "minor"),
    [
        (item(45_050, mrp=45_000), 45_000),
        (item(44_000, mrp=45_000), 44_000),
        (item(5, bag=True), 10),
        (item(12, bag=True), 12),
        (item(5), 5),
        (item(5, mrp=8, bag=True), None),
        (item(None), None),
        (item(-1), None),
        (item(5, currency="EUR"), None),
    ],
)
def test_a_price_is_kept_within_what_the_law_allows(sold: Item, minor: int | None) -> None:
    found = selling_price(sold, POLICY)

    assert (found.minor if found else None) == minor


# --- cash --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "payable"), [("half_up", 1_575), ("up", 1_575), ("down", 1_570)])
def test_cash_is_rounded_the_country_s_way(method: str, payable: int) -> None:
    due, rounding = cash_due(bdt(1_573), 5, method)  # type: ignore[arg-type]  # its three words

    assert (due, due - rounding) == (bdt(payable), bdt(1_573))
    assert cash_due(bdt(-1_573), 5, method)[0] == bdt(-payable)  # type: ignore[arg-type]  # paid back as it is paid


# --- what always holds -------------------------------------------------------------------------------------------

rates = st.sampled_from([VAT, EXEMPT, ICMS, DRINK, TaxRate("food", 700), TaxRate("trade", 750)])
deposits = st.one_of(st.none(), st.builds(Deposit, st.just("d"), st.just({}), st.integers(0, 99).map(bdt), rates))


@st.composite
def sold(draw: st.DrawFn) -> LineItem:
    price, quantity = draw(st.integers(0, 10**6)), draw(st.integers(1, 30))
    off = draw(st.integers(0, price * quantity))
    line = counted_line(draw(st.integers(1, 99)), price, quantity, rate=draw(rates), discount=off)
    return replace(line, deposit=draw(deposits))


baskets = st.lists(sold(), max_size=8)
roundings = st.sampled_from(ROUNDINGS)


@given(baskets, roundings, st.booleans())
def test_rows_add_up_to_the_total_and_no_base_is_negative(
    lines: list[LineItem],
    rounding: TaxRounding,
    included: bool,  # noqa: FBT001 - drawn
) -> None:
    found = totals(lines, currency="BDT", included=included, rounding=rounding)

    assert found.total == found.tax.net + found.tax.duty + found.tax.tax
    assert sum(row.gross.minor for row in found.tax.rows) == found.total.minor
    assert all(min(row.net.minor, row.tax.minor, row.duty.minor if row.duty else 0) >= 0 for row in found.tax.rows)
    if included:
        assert found.total == found.subtotal - found.discount


@given(baskets.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))), roundings)
def test_the_order_of_lines_changes_nothing(
    orders: tuple[list[LineItem], list[LineItem]], rounding: TaxRounding
) -> None:
    for included in (True, False):
        one, other = (totals(lines, currency="BDT", included=included, rounding=rounding) for lines in orders)
        assert one == other


@given(rates, st.integers(0, 10**9))
def test_tax_that_was_added_is_found_inside_again(rate: TaxRate, net: int) -> None:
    added = summary((rate, net), included=False)
    inside = summary((rate, added.total.minor))

    assert abs(inside.net.minor - net) <= 1
    assert abs(inside.tax.minor - added.tax.minor) <= 1
    assert abs(inside.duty.minor - added.duty.minor) <= 1


@given(st.lists(st.tuples(rates, st.integers(0, 10**6)), min_size=1, max_size=8), st.data())
def test_an_order_discount_is_split_over_the_rates_to_the_last_cent(
    lines: list[tuple[TaxRate, int]], data: st.DataObject
) -> None:
    whole = sum(minor for _, minor in lines)
    off = data.draw(st.integers(0, whole))
    shares = share_out(bdt(off), [minor for _, minor in lines])

    left = summary(*((rate, minor - share.minor) for (rate, minor), share in zip(lines, shares, strict=True)))

    assert left.total == bdt(whole - off)
    assert all(row.gross.minor >= 0 for row in left.rows)


@given(rates, st.integers(-(10**9), 10**9), st.booleans())
def test_what_is_given_back_has_the_tax_of_what_was_paid(
    rate: TaxRate,
    minor: int,
    included: bool,  # noqa: FBT001 - drawn
) -> None:
    there, back = summary((rate, minor), included=included), summary((rate, -minor), included=included)

    assert (there.tax, there.duty, there.total) == (-back.tax, -back.duty, -back.total)


@given(rates, st.integers(0, 10**9))
def test_a_tax_is_its_rate_of_its_base_within_half_a_unit_of_each_rounding(rate: TaxRate, gross: int) -> None:
    found = summary((rate, gross))
    base = gross if rate.of_gross else found.net.minor + found.duty.minor

    assert abs(found.tax.minor - Fraction(base * rate.basis_points, 10_000)) <= 1
