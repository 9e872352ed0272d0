"""What scanned and typed codes say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gtin import Gtin as BiipGtin
from biip.rcn import Rcn
from biip.upc import Upc
from hypothesis import given
from hypothesis import strategies as st

from kiosk.retail.gtin import LONGEST_CODE, Code, Gtin, InHouse, Plu, Refused, read_code


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
    ],
)
def test_every_way_of_writing_a_gtin_gives_its_fourteen_digits(data: str, gtin14: str) -> None:
    assert read_code(data) == Gtin(gtin14)


def test_a_upc_e_is_expanded_to_the_gtin_it_abbreviates() -> None:
    assert read_code("04252614") == read_code("425261") == read_code("042100005264") == Gtin("00042100005264")


def test_eight_digits_that_are_both_a_gtin_8_and_a_upc_e_are_told_apart_by_their_symbology() -> None:
    both = next(f"{n:08d}" for n in range(400_000, 999_999) if _is_both(f"{n:08d}"))

    assert read_code(both, "]E4") == InHouse(both.zfill(14))
    assert read_code(both, "]E0") not in {InHouse(both.zfill(14)), Gtin(both.zfill(14))}


def _is_both(digits: str) -> bool:
    return not isinstance(read_code(digits, "]E0"), Refused) and read_code(digits, "]E0") != read_code(digits, "]E4")


def test_the_add_on_of_a_magazine_is_left_out() -> None:
    assert read_code("978020137962405", "]E3") == Gtin("09780201379624")


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


@given(st.text(max_size=60), st.sampled_from(["", "]E0", "]E3", "]E4", "]C1", "]Q3", "]d2", "]X0"]))
def test_no_text_makes_reading_fail(data: str, symbology: str) -> None:
    assert isinstance(read_code(data, symbology), Gtin | Plu | InHouse | Refused)


@given(st.text(alphabet="0123456789()]\x1dE/:.hpts?=%[", max_size=60))
def test_no_mangled_symbol_makes_reading_fail(data: str) -> None:
    assert isinstance(read_code(data), Gtin | Plu | InHouse | Refused)


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_one_wrong_digit_never_passes_for_another_item(payload: int) -> None:
    digits = f"{payload:012d}"
    odd_even = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    check = -odd_even % 10

    assert read_code(f"{digits}{check}", "]E0") in {Gtin(f"0{digits}{check}"), InHouse(f"0{digits}{check}")}
    assert read_code(f"{digits}{(check + 1) % 10}", "]E0") == Refused("code.check_digit")


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
        assert read_code(digits, "]I1") in {Refused("code.check_digit")} | _upc_e(digits)
        return
    restricted = isinstance(parsed, Rcn)
    if digits.strip("0"):
        assert read_code(digits, "]I1") == (InHouse if restricted else Gtin)(parsed.as_gtin_14())


def _upc_e(digits: str) -> set[Code]:
    """What eight digits abbreviate where they are no GTIN-8."""
    try:
        number = Upc.parse(digits).as_gtin_14() if len(digits) == 8 else ""
    except ParseError:
        return set()
    return {Gtin(number), InHouse(number)}


def test_a_plain_scan_does_not_load_the_library() -> None:
    asked = (
        "import sys; from kiosk.retail.gtin import read_code; read_code('4006381333931'); print('biip' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout == "False\n"
