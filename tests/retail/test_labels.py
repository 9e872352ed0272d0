"""Numbers with a price or a weight inside, as settings of the shop."""

from __future__ import annotations

import msgspec
import pytest
from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gtin import Gtin as BiipGtin
from biip.rcn import Rcn, RcnRegion
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.codes import NATIONAL, Amount, Details, LabelPattern, read_label
from kiosk.retail.weight import Weight


@pytest.mark.parametrize(
    ("pattern", "number", "item", "details"),
    [
        (LabelPattern("2IIII0PPPPPPC", 2), "2123400012345", "1234", Details(price=Amount(1234, -2))),
        (LabelPattern("2IIIIIIWWWWWC", 3), "2001234012507", "001234", Details(weight=Weight(1250, -3, "kg"))),
        (LabelPattern("21IIIIIWWWWWC", 3), "2104011012506", "04011", Details(weight=Weight(1250, -3, "kg"))),
        (LabelPattern("2IIIIIVPPPPC", 2), "212345203996", "12345", Details(price=Amount(399, -2))),
        (LabelPattern("2IIIIIPPPPPC", 2), "212345003998", "12345", Details(price=Amount(399, -2))),
        (LabelPattern("02IIINNC", 0), "02123122", "123", Details(count=12)),
    ],
)
def test_a_pattern_reads_item_and_measure(pattern: LabelPattern, number: str, item: str, details: Details) -> None:
    (label,) = read_label(number.zfill(14), (pattern,))

    assert (label.item, label.details, label.fault) == (item, details, None)


def test_the_base_is_the_same_for_every_pack_and_a_right_number_itself() -> None:
    packs = [read_label(number.zfill(14), NATIONAL["GB"])[0].base for number in ("2011122912346", "2011122800006")]

    assert packs[0] == packs[1]
    assert packs[0][-1] == str(gs1_standard_check_digit(packs[0][:-1]))


def test_a_wrong_price_check_digit_and_a_measure_of_nothing_are_faults() -> None:
    assert read_label("02011122812349", NATIONAL["GB"])[0].fault == "measure_check_digit"
    assert read_label("02388060100006", NATIONAL["SE"])[0].fault == "nothing_measured"


@pytest.mark.parametrize(
    "digits", ["2IIIIPPPPPC", "2IIIIIIIIIIIC", "2IPPPPIWWWWWC", "2IIIIIVPPPPPPC", "2IIIICVPPPPPC", "2VIIIIIPPPPPP", ""]
)
def test_a_pattern_that_could_never_be_read_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="label pattern"):
        LabelPattern(digits)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"digits": digits}, LabelPattern)


@given(
    region=st.sampled_from(list(RcnRegion)),
    prefix=st.integers(20, 29),
    middle=st.integers(0, 10**10 - 1),
)
def test_national_patterns_read_as_biip_reads_them(region: RcnRegion, prefix: int, middle: int) -> None:
    payload = f"{prefix}{middle:010d}"
    number = f"{payload}{gs1_standard_check_digit(payload)}"
    labels = read_label(number.zfill(14), NATIONAL[region.value.upper()])
    try:
        theirs = BiipGtin.parse(number, config=ParseConfig(rcn_region=region))
    except ParseError:
        assert [label.fault for label in labels] == ["measure_check_digit"]
        return
    assert isinstance(theirs, Rcn)
    if theirs.weight is None and theirs.price is None and theirs.count is None:
        assert labels == ()
        return
    (label,) = labels
    assert label.base == theirs.without_variable_measure().value
    weight, price = label.details.weight, label.details.price
    assert (None if weight is None else weight.amount()) == theirs.weight
    assert (None if price is None else price.value) == (
        None if theirs.price is None or price is None else theirs.price.scaleb(-price.exponent)
    )
    assert label.details.count == theirs.count
