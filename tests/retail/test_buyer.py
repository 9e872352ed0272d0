"""Tax numbers of buyers: which can be right, how they are written, what of a person's is shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.retail.buyer import BuyerKind, BuyerNumber, BuyerRule, longest, masked, read_buyer, written

BRAZIL, BANGLADESH, PORTUGAL = BuyerRule(("cpf", "cnpj")), BuyerRule(("bin",)), BuyerRule(("nif",))


@pytest.mark.parametrize(
    ("typed", "rule", "kind", "number"),
    [
        ("123.456.789-09", BRAZIL, "cpf", "12345678909"),
        ("52998224725", BRAZIL, "cpf", "52998224725"),
        ("11.444.777/0001-61", BRAZIL, "cnpj", "11444777000161"),
        ("12.abc.345/01de-35", BRAZIL, "cnpj", "12ABC34501DE35"),  # the tax authority's own example of letters
        ("501 964 843", PORTUGAL, "nif", "501964843"),
        ("000123456", BANGLADESH, "bin", "000123456"),
        ("০০০১২৩৪৫৬-০১০১", BANGLADESH, "bin", "0001234560101"),
    ],
)
def test_a_number_is_read_with_or_without_punctuation(
    typed: str, rule: BuyerRule, kind: BuyerKind, number: str
) -> None:
    assert read_buyer(typed, rule) == BuyerNumber(kind, number)


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("12345678900", BRAZIL),
        ("11111111111", BRAZIL),
        ("11444777000162", BRAZIL),
        ("12ABC34501DE36", BRAZIL),
        ("12ABC34501DEAB", BRAZIL),  # check digits are digits
        ("501964842", PORTUGAL),
        ("012345678", PORTUGAL),
        ("0123456789", BANGLADESH),
        ("000000000", BANGLADESH),
        ("52998224725", BANGLADESH),
        ("", BRAZIL),
    ],
)
def test_what_cannot_be_right_is_none(typed: str, rule: BuyerRule) -> None:
    assert read_buyer(typed, rule) is None


def _cpf_of(body: str) -> str:
    """Nine digits with the two that check them: weights fall to 2, the remainders 0 and 1 of eleven both give 0."""
    digits = [int(each) for each in body]
    for _ in range(2):
        rest = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return "".join(map(str, digits))


@settings(max_examples=150)
@given(st.integers(0, 10**9 - 1), st.integers(0, 10), st.integers(1, 9))
@example(100_000_720, 0, 0)
def test_a_cpf_with_one_digit_changed_is_read_only_where_its_check_digits_fit(body: int, place: int, by: int) -> None:
    right = _cpf_of(f"{body:09}")
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    for number in (right, wrong):
        fits = _cpf_of(number[:9]) == number and len(set(number)) > 1
        assert (read_buyer(number, BRAZIL) is not None) == fits


@given(st.text(max_size=20))
def test_whatever_is_typed_never_raises_and_what_is_read_can_be_written_and_read_again(typed: str) -> None:
    for rule in (BRAZIL, BANGLADESH, PORTUGAL):
        found = read_buyer(typed, rule)
        assert found is None or read_buyer(written(found), rule) == found


def test_a_person_s_number_is_hidden_in_part_and_a_firm_s_is_not() -> None:
    assert masked(BuyerNumber("cpf", "52998224725")) == "•••.982.247-••"
    assert masked(BuyerNumber("nif", "501964843")) == "••• 964 8••"
    assert masked(BuyerNumber("cnpj", "11444777000161")) == "11.444.777/0001-61"
    assert masked(BuyerNumber("bin", "0001234560101")) == "000123456-0101"


def test_a_rule_says_how_its_numbers_are_called_and_typed() -> None:
    assert (BRAZIL.label, BRAZIL.letters, longest(BRAZIL)) == ("CPF/CNPJ", True, 14)
    assert (BANGLADESH.label, BANGLADESH.letters, longest(BANGLADESH)) == ("BIN", False, 13)
