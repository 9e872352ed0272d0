"""EMVCo's merchant-presented code: the published payloads, whatever else is built, and everything that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.retail.merchant_qr import (
    LONGEST,
    Account,
    MerchantQr,
    MerchantQrError,
    build,
    crc16,
    objects,
    read,
    refusal,
)
from kiosk.retail.money import Money

PIX = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
"""Banco Central do Brasil's own example of a static code."""
FULANO = MerchantQr(
    accounts=(Account("26", (("00", "br.gov.bcb.pix"), ("01", "123e4567-e12b-12d1-a456-426655440000"))),),
    currency="BRL",
    country="BR",
    name="Fulano de Tal",
    city="BRASILIA",
    additional=(("05", "***"),),
)
DHAKA = MerchantQr(
    accounts=(Account("26", (("00", "scheme.example.bd"), ("01", "0000000001"))), Account("02", number="4000123456")),
    currency="BDT",
    country="BD",
    name="Sobuj Bazar",
    city="Dhaka",
    category="5411",
    amount="1234.50",
    dynamic=True,
    additional=(("01", "INV-1"), ("07", "lane-3")),
    other=(("64", "0002bn0110সবুজ বাজার"),),
)


def sealed(body: str) -> str:
    """A payload with a checksum that fits, whatever its content."""
    return f"{body}6304{crc16(body + '6304')}"


def test_the_published_checksum_and_code_come_out() -> None:
    assert crc16("123456789") == "29B1"
    assert build(FULANO) == PIX


def test_the_published_code_is_read() -> None:
    assert read(PIX) == FULANO
    assert read(PIX).accounts[0].guid == "br.gov.bcb.pix"
    assert read(PIX).money is None


def test_a_length_counts_characters_and_not_bytes() -> None:
    payload = build(DHAKA)
    assert "64200002bn0110সবুজ বাজার" in payload
    assert read(payload) == DHAKA
    assert read(payload).money == Money(123_450, "BDT")


@pytest.mark.parametrize(("written", "minor"), [("12", 1200), ("12.", 1200), ("12.5", 1250), ("0.05", 5)])
def test_an_amount_may_leave_digits_away(written: str, minor: int) -> None:
    assert read(build(replace(DHAKA, amount=written))).money == Money(minor, "BDT")


@pytest.mark.parametrize(
    "written", ["1.234", "-1", "1,50", ".5", "1e3", "\N{ARABIC-INDIC DIGIT ONE}", "12345678901234"]
)
def test_what_is_no_amount_is_neither_built_nor_read(written: str) -> None:
    with pytest.raises(MerchantQrError):
        build(replace(DHAKA, amount=written))
    plain = PIX[:-8].replace("5802BR", f"54{len(written):02}{written}5802BR")
    with pytest.raises(MerchantQrError):
        read(sealed(plain))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(DHAKA, accounts=()),
        replace(DHAKA, currency="XXX"),
        replace(DHAKA, name="A name with more than 25 ch"),
        replace(DHAKA, city=""),
        replace(DHAKA, other=(("8", "one digit"),)),
        replace(DHAKA, other=(("80", "x" * 100),)),
        replace(DHAKA, other=tuple((str(tag), "x" * 99) for tag in range(80, 86))),
    ],
)
def test_what_does_not_fit_the_format_is_not_built(wrong: MerchantQr) -> None:
    with pytest.raises(MerchantQrError):
        build(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "0002016304",
        PIX[:-1],
        PIX[:-1] + "E",
        PIX.replace("Fulano", "Fulana"),
        PIX + "0",
        sealed("000201" + PIX[:-8]),
        sealed(PIX[6:-8]),
        sealed(PIX[:-8].replace("5303986", "5303999")),
        sealed(PIX[:-8].replace("5802BR", "")),
        sealed("00020152040000530398658025BR5901A6001B"),
        sealed(PIX[:-8].replace("000201", "000201010213")),
        "x" * (LONGEST + 1),
    ],
)
def test_a_payload_that_is_not_whole_is_not_read(wrong: str) -> None:
    with pytest.raises(MerchantQrError):
        read(wrong)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
_TAGS = st.integers(1, 24).map("{:02}".format)
_ACCOUNTS = st.builds(
    Account,
    st.integers(26, 51).map(str),
    st.lists(st.tuples(_TAGS, _TEXT), min_size=1, max_size=3).map(lambda them: (("00", "a.scheme"), *them)),
)


@given(
    accounts=st.lists(_ACCOUNTS, min_size=1, max_size=2, unique_by=lambda account: account.tag).map(tuple),
    name=_TEXT,
    city=_TEXT,
    minor=st.integers(0, 10**9),
    dynamic=st.sampled_from([None, True, False]),
    additional=st.lists(st.tuples(_TAGS, _TEXT), max_size=3).map(tuple),
)
@settings(max_examples=100)
def test_what_is_built_is_read_as_it_was(
    accounts: tuple[Account, ...],
    name: str,
    city: str,
    minor: int,
    dynamic: bool | None,  # noqa: FBT001 - drawn by name
    additional: tuple[tuple[str, str], ...],
) -> None:
    amount = f"{minor // 100}.{minor % 100:02}"
    code = MerchantQr(accounts, "BRL", "BR", name, city, amount=amount, dynamic=dynamic, additional=additional)
    again = read(build(code))
    assert again == code
    assert again.money == Money(minor, "BRL")


@given(st.text(max_size=80) | st.from_regex(r"(\d{2}0[1-9].{1,9}){1,6}", fullmatch=True).map(sealed))
@settings(max_examples=150)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        code = read(text)
    except MerchantQrError:
        return
    assert code.accounts


@given(st.data())
@settings(max_examples=100)
def test_no_change_of_one_character_goes_unseen(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(PIX) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda each: each != PIX[at]))
    with pytest.raises(MerchantQrError):
        read(PIX[:at] + other + PIX[at + 1 :])


def test_data_objects_stand_in_their_order() -> None:
    assert objects("0101a0201b") == (("01", "a"), ("02", "b"))


@pytest.mark.parametrize(
    ("code", "asked", "guids", "says"),
    [
        (DHAKA, Money(123_450, "BDT"), frozenset({"scheme.example.bd"}), ""),
        (DHAKA, Money(123_450, "BDT"), frozenset(), ""),
        (replace(DHAKA, amount=""), Money(1, "BDT"), frozenset(), ""),
        (DHAKA, Money(123_451, "BDT"), frozenset(), "123451 minor units are owed"),
        (DHAKA, Money(123_450, "BRL"), frozenset(), "BRL is owed"),
        (DHAKA, Money(123_450, "BDT"), frozenset({"another.scheme"}), "none of its accounts"),
    ],
)
def test_a_code_is_shown_only_to_who_owes_what_it_asks(
    code: MerchantQr, asked: Money, guids: frozenset[str], says: str
) -> None:
    why = refusal(build(code), asked, guids)
    assert says in why
    assert bool(says) == bool(why)


def test_a_code_that_cannot_be_read_says_why_it_is_not_shown() -> None:
    assert "checksum" in refusal(PIX[:-1] + "E", Money(1, "BRL"))
