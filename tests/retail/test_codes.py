"""What scanned and typed codes say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from biip import ParseError
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit
from biip.gtin import Gtin as BiipGtin
from biip.rcn import Rcn
from biip.upc import Upc
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.codes import (
    LONGEST_CODE,
    Amount,
    Code,
    Coupon,
    Details,
    Gtin,
    InHouse,
    Plu,
    Refused,
    day_of,
    read_code,
)
from kiosk.retail.codes.coupons import CouponError, offer_written
from kiosk.retail.codes.numbers import check_digit, measure_check_digit
from kiosk.retail.weight import Weight

KINDS = Gtin | Plu | InHouse | Coupon | Refused
IDENTIFIERS = [
    *("", "]E0", "]E1", "]E2", "]E3", "]E4", "]C0", "]C1", "]e0", "]e1", "]d1", "]d2", "]Q1", "]Q3", "]J1"),
    *("]I1", "]A0", "]X0", "]zz"),
]


def number_in(code: Code) -> str:
    assert isinstance(code, Gtin | InHouse), code
    return code.gtin14


@pytest.mark.parametrize(
    ("data", "gtin14"),
    [
        ("12345670", "00000012345670"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("10614141000415", "10614141000415"),
        (" 4006381333931\r\n", "04006381333931"),
        ("৪০০৬৩৮১৩৩৩৯৩১", "04006381333931"),
        ("(01)95012345678903(3103)000123", "95012345678903"),
        ("0195012345678903310300012339220995", "95012345678903"),
        ("https://id.gs1.org/01/09506000134352?17=271231", "09506000134352"),
        ("]E04006381333931", "04006381333931"),
        ("]I110614141000415", "10614141000415"),
        ("]C004006381333931", "04006381333931"),
    ],
)
def test_every_way_of_writing_a_gtin_gives_its_fourteen_digits(data: str, gtin14: str) -> None:
    assert number_in(read_code(data)) == gtin14


def test_a_upc_e_is_expanded_to_the_gtin_it_abbreviates() -> None:
    whole = Gtin("00042100005264")

    assert read_code("04252614", "]E0") == read_code("425261", "]E0") == read_code("042100005264", "]E0") == whole
    assert read_code("04252614") == read_code("425261") == whole


@pytest.mark.parametrize("symbology", ["]C0", "]A0", "]Q1", "]d1", "]I1"])
def test_six_digits_in_a_symbol_that_is_no_upc_are_no_upc_e(symbology: str) -> None:
    assert read_code("425261", symbology) == Refused("code.not_a_product")


def test_eight_digits_that_are_both_a_gtin_8_and_a_upc_e_are_told_apart_by_their_symbology() -> None:
    both = next(f"{n:08d}" for n in range(400_000, 999_999) if _is_both(f"{n:08d}"))

    assert read_code(both, "]E4") == InHouse(both.zfill(14))
    assert read_code(both, "]E0") not in {InHouse(both.zfill(14)), Gtin(both.zfill(14))}
    untold = read_code(both)
    assert untold == InHouse(both.zfill(14))
    assert isinstance(untold, InHouse)
    assert Gtin(untold.upc_e) == read_code(both, "]E0")


def _is_both(digits: str) -> bool:
    return not isinstance(read_code(digits, "]E4"), Refused) and read_code(digits, "]E0") != read_code(digits, "]E4")


def test_the_add_on_of_a_magazine_is_left_out_and_alone_it_is_nothing() -> None:
    assert read_code("978020137962405", "]E3") == read_code("978020137962412345", "]E3") == Gtin("09780201379624")
    assert read_code("12345", "]E2") == read_code("05", "]E1") == Refused("code.not_a_product")


def test_the_same_digits_are_a_shop_label_as_ean_13_and_no_item_as_a_message() -> None:
    assert read_code("2211114002394", "]E0") == InHouse("02211114002394")
    assert read_code("2211114002394", "]C1") == Refused("code.not_a_product")


@pytest.mark.parametrize("data", ["4006381333932", "12345671", "036000291453", "(01)95012345678902"])
def test_a_wrong_check_digit_is_refused_as_one(data: str) -> None:
    assert read_code(data) == Refused("code.check_digit")


@pytest.mark.parametrize(
    "data",
    [
        "WIFI:S:shop;T:WPA;P:secret;;",
        "https://example.com/menu",
        "http://[",
        "BEGIN:VCARD",
        "কখ ৫০০ টাকা",
        "M1DOE/JOHN            E6XT7WP",
        "01711000000",
        "00106141412345678908",
        "(10)ABC",
        "(00)106141412345678908",
        "(01)95012345678903(zz)1",
        "(01)95012345678903(17)271301",
        "00000000",
    ],
)
def test_what_is_no_product_is_refused_politely(data: str) -> None:
    assert read_code(data) == Refused("code.not_a_product")


def test_nothing_at_all_and_far_too_much_are_refused() -> None:
    assert read_code(" \n") == Refused("code.empty")
    assert read_code("7" * (LONGEST_CODE + 1)) == Refused("code.too_long")


@pytest.mark.parametrize("plu", ["4011", "94011", "৪০১১"])
def test_four_and_five_digits_are_a_produce_number(plu: str) -> None:
    assert read_code(plu) == Plu("94011" if plu == "94011" else "4011")


@pytest.mark.parametrize("data", ["2211114002394", "2088060112343", "401111111119", "00011112"])
def test_a_number_of_the_shops_own_is_left_to_the_book(data: str) -> None:
    assert read_code(data) == InHouse(data.zfill(14))


# --- element strings and links -----------------------------------------------------------------------------------

MILK = "09506000134352"


@pytest.mark.parametrize(
    ("data", "symbology"),
    [
        (f"01{MILK}1727020010AB-1\x1d21S77", "]d2"),
        (f"01{MILK}1727020010AB-1\x1d21S77", "]C1"),
        (f"01{MILK}10AB-1\x1d1727020021S77", "]Q3"),
        (f"\x1d01{MILK}1727020010AB-1\x1d21S77", ""),
        (f"(01){MILK}(17)270200(10)AB-1(21)S77", ""),
        (f"https://id.gs1.org/01/{MILK}/10/AB-1/21/S77?17=270200", "]Q1"),
        (f"https://shop.example/de/products/01/{MILK}/10/AB%2D1/21/S77?utm=x&17=270200", "]d1"),
        (f"HTTP://ID.GS1.ORG/01/{MILK[1:]}/10/AB-1/21/S77?17=270200", "]Q1"),
        (f"https://id.gs1.org/01/{MILK}/10/AB-1/21/S77/?17=270200", "]Q1"),
        (f"https://brand.example/gtin/{MILK[1:]}/lot/AB-1/ser/S77?17=270200", "]Q1"),
    ],
)
def test_date_lot_and_serial_are_read_from_every_carrier(data: str, symbology: str) -> None:
    assert read_code(data, symbology) == Gtin(MILK, Details(expires="270200", lot="AB-1", serial="S77"))


@pytest.mark.parametrize(
    ("elements", "details"),
    [
        ("3103001250", Details(weight=Weight(1250, -3, "kg"))),
        ("3202000125", Details(weight=Weight(125, -2, "lb"))),
        ("31030012503202000276", Details(weight=Weight(1250, -3, "kg"), imperial=Weight(276, -2, "lb"))),
        ("32020002763103001250", Details(weight=Weight(1250, -3, "kg"), imperial=Weight(276, -2, "lb"))),
        ("31030012503922995", Details(weight=Weight(1250, -3, "kg"), price=Amount(995, -2))),
        ("31030012503932978995", Details(weight=Weight(1250, -3, "kg"), price=Amount(995, -2, "EUR"))),
        ("3012\x1d15270131", Details(count=12, best_before="270131")),
        ("16270131", Details(sell_by="270131")),
        ("70032701311200", Details(expires="270131")),
    ],
)
def test_weight_price_count_and_dates_are_read_from_element_strings(elements: str, details: Details) -> None:
    assert read_code(f"01{MILK}{elements}", "]e0") == Gtin(MILK, details)


@pytest.mark.parametrize("elements", ["(3922)995", "(37)12", "(3103)001250(3102)001250", "(10)A(10)B"])
def test_element_strings_that_may_not_stand_so_are_refused(elements: str) -> None:
    assert read_code(f"(01){MILK}{elements}") == Refused("code.inconsistent")


def test_a_compressed_link_is_refused_as_one() -> None:
    assert read_code("https://id.gs1.org/ARFKk4XBoA", "]Q1") == Refused("code.compressed")
    assert read_code("https://example.com/restaurant", "]Q1") == Refused("code.not_a_product")


@pytest.mark.parametrize(
    ("yymmdd", "today", "day"),
    [
        ("270228", "2026-11-22", "2027-02-28"),
        ("280200", "2026-11-22", "2028-02-29"),
        ("760101", "2026-11-22", "2076-01-01"),
        ("770101", "2026-11-22", "1977-01-01"),
        ("010101", "2095-06-01", "2101-01-01"),
        ("270230", "2026-11-22", ""),
        ("", "2026-11-22", ""),
    ],
)
def test_a_date_belongs_to_the_century_around_today(yymmdd: str, today: str, day: str) -> None:
    assert day_of(yymmdd, today) == day


# --- coupons -----------------------------------------------------------------------------------------------------


def test_north_american_coupons_are_known_and_are_no_item() -> None:
    assert read_code("8110012345612345611110123", "]e0") == Coupon("8110", "123456", "123456")
    assert read_code("8112001234561234560123456", "]e0") == Coupon("8112", "123456", "123456", "123456")
    assert read_code("81107", "]e0") == Refused("code.not_a_product")


def test_every_optional_field_of_a_coupon_is_read() -> None:
    parts = ("012345612345611110123", "10", "110456", "9", "2", "110789", "9", "3270131", "4260101", "501234567", "61")
    fields = offer_written("".join((*parts, "1234567", "90000")).replace("501234567", "50123456"))

    assert (fields["second_family"], fields["third_family"], fields["serial"]) == ("456", "789", "123456")
    assert (fields["expiration"], fields["start"], fields["retailer"]) == ("270131", "260101", "1234567")
    assert fields["do_not_multiply"] == "0"


@given(st.text(alphabet="0123456789", max_size=40))
def test_no_digits_make_reading_a_coupon_fail_otherwise_than_told(data: str) -> None:
    try:
        fields = offer_written(data)
    except CouponError:
        return
    assert all(value in data for value in fields.values())


# --- properties --------------------------------------------------------------------------------------------------


@given(st.text(max_size=60), st.sampled_from(IDENTIFIERS))
def test_no_text_makes_reading_fail(data: str, symbology: str) -> None:
    assert isinstance(read_code(data, symbology), KINDS)


@given(st.text(alphabet="0123456789()]\x1dE/:.hpts?=%[", max_size=60), st.sampled_from(IDENTIFIERS))
def test_no_mangled_symbol_makes_reading_fail(data: str, symbology: str) -> None:
    assert isinstance(read_code(data, symbology), KINDS)


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_one_wrong_digit_never_passes_for_another_item(payload: int) -> None:
    digits = f"{payload:012d}"
    odd_even = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    check = -odd_even % 10

    assert read_code(f"{digits}{check}", "]E0") in {Gtin(f"0{digits}{check}"), InHouse(f"0{digits}{check}")}
    assert read_code(f"{digits}{(check + 1) % 10}", "]E0") == Refused("code.check_digit")


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_check_digits_are_those_of_biip(digits: str) -> None:
    assert check_digit(digits) == gs1_standard_check_digit(digits)
    if len(digits) in {4, 5}:
        assert measure_check_digit(digits) == gs1_price_weight_check_digit(digits)


@given(st.integers(0, 99_999))
def test_measure_check_digits_are_those_of_biip(number: int) -> None:
    assert measure_check_digit(f"{number:05d}") == gs1_price_weight_check_digit(f"{number:05d}")
    assert measure_check_digit(f"{number % 10_000:04d}") == gs1_price_weight_check_digit(f"{number % 10_000:04d}")


@given(
    prefix=st.sampled_from(["", "0", "00", "02", "04", "2", "29", "00000", "0000000"]),
    length=st.sampled_from([8, 12, 13, 14]),
    number=st.integers(0, 10**14 - 1),
    mend=st.booleans(),
)
def test_plain_numbers_are_read_as_biip_reads_them(*, prefix: str, length: int, number: int, mend: bool) -> None:
    digits = (prefix + f"{number:014d}")[:length]
    if mend:
        digits = f"{digits[:-1]}{gs1_standard_check_digit(digits[:-1])}"
    try:
        parsed = BiipGtin.parse(digits)
    except ParseError:
        assert read_code(digits) in {Refused("code.check_digit")} | _upc_e(digits)
        return
    restricted = isinstance(parsed, Rcn)
    if digits.strip("0"):
        assert read_code(digits) == (InHouse if restricted else Gtin)(parsed.as_gtin_14())


def _upc_e(digits: str) -> set[Code]:
    """What eight digits abbreviate where they are no GTIN-8."""
    try:
        number = Upc.parse(digits).as_gtin_14() if len(digits) == 8 else ""
    except ParseError:
        return set()
    return {Gtin(number), InHouse(number)}


def test_a_plain_scan_does_not_load_the_library() -> None:
    asked = (
        "import sys; from kiosk.retail.codes import NATIONAL, read_code, read_label; read_code('4006381333931');"
        " read_label('02211114002394', NATIONAL['DE']); print('biip' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout == "False\n"
