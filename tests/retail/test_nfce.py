"""The sums of an NFC-e: ours pass every rule, and each planted error is refused under its code."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.money import Money
from kiosk.retail.nfce import (
    TOTALS,
    Nfce,
    NfceClass,
    NfceItem,
    NfceRates,
    attributes_of,
    nfce_of,
    right_totals,
    violations,
)
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem, PriceModifier
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight
from tests.retail.builders import counted_line

FULL = NfceRates(icms=1800, pis=165, cofins=760, ibs_uf=10, cbs=90, approximate=3145)
RATES = {"full": FULL, "basic": NfceRates(icms=700, ibs_uf=10, cbs=90), "exempt": NfceRates()}


def line(price: int, quantity: int = 1, *, off: int = 0, tax_class: str = "full") -> LineItem:
    found = counted_line(1, price, quantity, rate=TaxRate(tax_class, 1800, of_gross=True))
    modifiers = (PriceModifier("o", Money(off, "BDT"), {}),) if off else ()
    return replace(found, modifiers=modifiers)


def test_taxes_are_shares_of_the_price_each_on_its_own_base() -> None:
    (item,) = nfce_of([line(11_000, off=1_000)], RATES).items

    assert item.values["vBC"] == 10_000
    assert item.values["vICMS"] == 1_800
    assert (item.values["vPIS"], item.values["vCOFINS"]) == (135, 623)  # on 82.00, without ICMS
    assert item.values["vBCIBSCBS"] == 10_000 - 1_800 - 135 - 623
    assert (item.values["vIBSUF"], item.values["vCBS"]) == (7, 67)


def test_the_document_is_what_the_shopper_pays() -> None:
    document = nfce_of([line(19_999, off=1_999), line(14_999, off=1_499), line(5, tax_class="exempt")], RATES)

    assert document.totals["vProd"] == 35_003
    assert document.totals["vDesc"] == 3_498
    assert document.totals["vNF"] == 31_505
    assert document.totals["vBC"] == 31_500


def test_a_weighed_line_states_quantity_and_price_to_the_cent() -> None:
    net = Weight(1255, -3, "kg")
    price = Money(1_299, "BDT")
    bananas = replace(line(1_299), unit="kg", weight=net, extended=extended(price, "kg", net))
    document = nfce_of([bananas], RATES)

    assert document.items[0].quantity == Fraction("1.255")
    assert violations(document) == ()


def test_a_voided_line_is_no_item() -> None:
    assert nfce_of([replace(line(100), voided=True)], RATES).items == ()


@pytest.mark.parametrize("tag", [tag for tag, code in TOTALS.items() if code])
def test_a_total_that_is_not_the_sum_of_its_items_is_refused_under_its_code(tag: str) -> None:
    document = nfce_of([line(19_999, 2), line(333)], RATES)
    wrong = replace(document, totals={**document.totals, tag: document.totals[tag] + 1})

    assert violations(wrong)[0].code == TOTALS[tag]
    assert (violations(wrong)[0].stated, violations(wrong)[0].right) == (document.totals[tag] + 1, document.totals[tag])


@pytest.mark.parametrize("tag", ["vBCIBSCBS", "vIBSUF", "vCBS"])
def test_the_sums_of_ibs_and_cbs_are_checked_without_a_code(tag: str) -> None:
    document = nfce_of([line(19_999)], RATES)
    wrong = replace(document, totals={**document.totals, tag: 0})

    assert [(broken.code, broken.tag) for broken in violations(wrong)] == [(None, tag)]


def test_a_document_that_does_not_add_up_is_refused() -> None:
    document = nfce_of([line(19_999)], RATES)

    (broken,) = violations(replace(document, totals={**document.totals, "vNF": 20_000}))

    assert (broken.code, broken.right) == (610, 19_999)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (NfceItem({"vProd": 3_108}, Fraction(15), Fraction(207)), 629),
        (NfceItem({"vProd": 3_108}, Fraction(15), Fraction("207.2")), None),
        (NfceItem({"vProd": 3_106}, Fraction(15), Fraction(207)), None),  # within a centavo
        (NfceItem({"vProd": 100, "vBC": 100, "vICMS": 20}, icms=1800), 528),
        (NfceItem({"vProd": 100, "vBC": 100, "vICMS": 19}, icms=1800), None),
    ],
)
def test_a_product_may_be_off_by_a_centavo(item: NfceItem, code: int | None) -> None:
    found = [broken.code for broken in violations(Nfce((item,), {}))]

    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("payments", "change", "code"),
    [
        ((1_000,), None, None),
        ((600, 400), None, None),
        ((2_000,), 1_000, None),
        ((999,), None, 865),
        ((2_000,), None, 866),
        ((2_000,), 999, 869),
        ((), None, None),
    ],
)
def test_payments_must_cover_the_document_and_the_change_must_fit(
    payments: tuple[int, ...], change: int | None, code: int | None
) -> None:
    document = nfce_of([line(1_000)], RATES, payments=payments, change=change)

    assert [broken.code for broken in violations(document)] == ([code] if code else [])


def test_a_class_without_rates_is_told() -> None:
    with pytest.raises(KeyError):
        nfce_of([line(100, tax_class="moon")], RATES)


@st.composite
def lines(draw: st.DrawFn) -> LineItem:
    price, quantity = draw(st.integers(0, 10**6)), draw(st.integers(1, 99))
    off = draw(st.integers(0, price * quantity))
    return line(price, quantity, off=off, tax_class=draw(st.sampled_from(sorted(RATES))))


@given(st.lists(lines(), max_size=12))
def test_no_sale_of_ours_breaks_a_rule(sale: list[LineItem]) -> None:
    paid = sum(one.net.minor for one in sale)
    document = nfce_of(sale, RATES, payments=(paid,))

    assert violations(document) == ()
    assert document.totals["vNF"] == paid
    assert right_totals(reversed(document.items)) == document.totals


def test_a_line_hands_on_its_codes_and_figures_with_its_own_rate_of_icms() -> None:
    stated = NfceClass(NfceRates(icms=1, pis=165, cofins=760), icms="00", pis="01", cofins="01")
    milk = replace(line(10_000), attributes=(("ncm", "04012010"), ("cfop", "5405")))
    told = dict(attributes_of(milk, stated))

    assert (told["ncm"], told["cfop"], told["cst"], told["orig"]) == ("04012010", "5405", "00", "0")
    assert (told["picms"], told["vbc"], told["vicms"]) == ("1800", "10000", "1800")
    assert (told["vbcpis"], told["vpis"], told["vcofins"]) == ("8200", "135", "623")
    assert told["vtottrib"] == str(1800 + 135 + 623)
    assert "csosn" not in told
    assert "cst_ibscbs" not in told


def test_under_simples_nacional_a_csosn_is_stated_and_no_value() -> None:
    told = dict(attributes_of(line(10_000), NfceClass(icms="102")))

    assert told["csosn"] == "102"
    assert "cst" not in told
    assert (told["vbc"], told["vicms"]) == ("0", "0")


def test_a_reduced_base_leaves_a_part_of_the_price_out() -> None:
    told = dict(attributes_of(line(10_000), NfceClass(NfceRates(icms_reduction=4_000), icms="20")))

    assert (told["predbc"], told["vbc"], told["vicms"]) == ("4000", "6000", "1080")
