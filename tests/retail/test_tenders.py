"""What a tender may pay for, how vouchers are read, what works while something is away: data, judged by pure sums."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import get_args

import pytest

from kiosk.retail.codes.numbers import check_digit
from kiosk.retail.stored_value import StoredValueRules, credit_number, is_number
from kiosk.retail.tender_needs import HABIT, NEEDS, lacking, needs_of
from kiosk.retail.tender_terms import Instalments, VoucherCode, parts_of, plan, read_voucher
from kiosk.retail.transaction import TenderKind
from tools.tender_matrix import PAGE, rendered


@pytest.mark.parametrize("kind", get_args(TenderKind))
def test_what_a_tender_needs_is_lacking_exactly_where_it_is_away(kind: TenderKind) -> None:
    for need in NEEDS:
        assert (lacking(kind, {}, {need}) == need) == (need in HABIT[kind])
        assert lacking(kind, {kind: (need,)}, {need}) == need
    assert lacking(kind, {kind: ()}, set(NEEDS)) is None
    assert needs_of(kind, {kind: ("printer",)}) == ("printer",)


def test_country_packs_name_kinds_and_needs_that_there_are() -> None:
    for entry in resources.files("kiosk.countries").iterdir():
        if entry.name.endswith(".toml"):
            told = tomllib.loads(entry.read_text(encoding="utf-8"))["policy"].get("tender_needs", {})
            assert set(told) <= set(get_args(TenderKind)), entry.name
            assert {need for needs in told.values() for need in needs} <= set(NEEDS), entry.name


def test_the_page_s_table_is_what_the_function_says() -> None:
    assert rendered() in PAGE.read_text(encoding="utf-8"), "python -m tools.tender_matrix writes it"


@pytest.mark.parametrize("pattern", ["", "NNNVVV", "98NNN", "98XVVC", "9V" * 21])
def test_a_voucher_s_pattern_says_its_worth_and_how_it_begins(pattern: str) -> None:
    with pytest.raises(ValueError, match="no voucher's code is built"):
        VoucherCode(pattern)


def test_a_voucher_is_read_by_the_first_pattern_that_fits() -> None:
    codes = (VoucherCode("97VVVC"), VoucherCode("98NNVVVC"))
    whole = "9812345"
    good = f"{whole}{check_digit(whole)}"
    read = read_voucher(good, codes)
    assert read is not None
    assert read.worth == 345
    assert read_voucher(f"{whole}{(check_digit(whole) + 1) % 10}", codes) is None
    assert read_voucher("98120000"[:-1] + str(check_digit("9812000")), codes) is None, "worth nothing"
    assert read_voucher("৯৮১২৩৪৫৬", codes) is None


@pytest.mark.parametrize("minor", [1, 2, 99, 100, 10_001, 999_999])
def test_parts_come_to_the_whole_and_none_is_below_the_least(minor: int) -> None:
    for count in plan(Instalments(12, 50), minor):
        first, each = parts_of(minor, count)
        assert first + each * (count - 1) == minor
        assert count == 1 or each >= 50


def test_no_two_credits_of_a_thousand_have_one_number_and_each_is_one_of_ours() -> None:
    rules = StoredValueRules(credit_prefix="9829")
    numbers = {credit_number(bytes(32), "9829", f"credit-{n}") for n in range(1_000)}
    assert len(numbers) == 1_000
    assert all(is_number(number, rules) and check_digit(number[:-1]) == int(number[-1]) for number in numbers)
