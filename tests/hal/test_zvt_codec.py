"""ZVT's codec: published packets, frames that find every harmed byte, and nothing garbled read as a yes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.far_ends.card_reader import zvt as far
from hal.card_reader.common.zvt_codec import (
    ACKNOWLEDGED,
    COMPLETED,
    STATUS_INFORMATION,
    SerialFrames,
    Status,
    TcpFrames,
    amount_field,
    bcd,
    crc,
    data_of,
    packet,
    read_line,
    read_status,
    read_text,
)
from hal.card_reader.common.zvt_dialogue import Asked, Hearing, day_report, day_totals, judge
from hal.card_reader.contract import ALL_BRANDS, DayTotal
from hal.device import ProtocolError

# Packets of real terminals, as the tests of Portalum.Zvt (MIT) have them.
PAID = bytes.fromhex(
    "040f7727000400000000204 00b000470 0c223953 0d1006 0e2512 170001 1970 22f0f8eeeeeeeeeeee4771 2928004869"
    "2a313030343631373633202020202020 3b3631313830340000 3cf0f1f447454e2e4e522e3a363131383034 490978 870470"
    "88000470 8a2e 8bf1f744656269742 04d61737465726361726400".replace(" ", "")
)
CONTACTLESS = bytes.fromhex(
    "040f652700 0c231355 0d1029 0e9999 22f0f8eeeeeeeeeeee4771 a001 2900000006 870008 0b000000 8a06"
    "8bf1f14d41535445524341524400 062e 2f08 1f120102 1f100100 601b 4307a0000000041010 4410"
    "4465626974204d617374657263617264 1f2b0410015008".replace(" ", "")
)
BY_KEY = bytes.fromhex("040f1e276c29280048693cf0f1f941626272756368206475726368204b756e6465")
DAY = bytes.fromhex(
    "040f4d 2700 04000000003000 60f0f5f3 01700172 03000000003000" + "00" * 42 + "0b000195 0c144147 0d0305"
)
"""An end of day: three payments by girocard, receipts 170 to 172, as a free library in Java has it in its comments."""
ASKED = Asked("r-1", 2040, "0469/000469")


def test_the_published_packets_are_written_to_the_byte() -> None:
    assert packet(b"\x06\x01", amount_field(1000)).hex(" ") == "06 01 07 04 00 00 00 00 10 00"
    refund = packet(b"\x06\x31", bytes.fromhex("123456") + amount_field(1000))
    assert refund.hex(" ") == "06 31 0a 12 34 56 04 00 00 00 00 10 00"
    assert crc(bytes.fromhex("060f0bf0f0f7322e31342e313500")) == bytes.fromhex("b111")
    assert SerialFrames().wrap(ACKNOWLEDGED)[:7].hex(" ") == "10 02 80 00 00 10 03"


def test_long_data_have_a_length_of_three_bytes() -> None:
    for size in (254, 255, 300):
        whole = packet(b"\x06\xd3", bytes(size))
        assert data_of(whole) == bytes(size)
        assert list(TcpFrames().feed(whole)) == [whole]


def test_a_paid_card_is_read_whole() -> None:
    assert read_status(data_of(PAID)) == Status(
        result=0,
        amount_minor=2040,
        currency="0978",
        receipt="0470",
        trace="000470",
        terminal_id="28004869",
        contract="100461763",
        approval_code="611804",
        brand="Debit Mastercard",
        masked_pan="************4771",
    )


def test_the_container_tells_how_a_card_was_read_and_verified() -> None:
    status = read_status(data_of(CONTACTLESS))
    assert (status.entry, status.signature, status.brand, status.receipt) == (
        "contactless",
        False,
        "MASTERCARD",
        "0008",
    )
    signed = CONTACTLESS.replace(bytes.fromhex("1f100100"), bytes.fromhex("1f100101"))
    assert read_status(data_of(signed)).signature


def test_the_end_of_a_day_is_read_group_by_group_and_told_on_as_one_sum() -> None:
    status = read_status(data_of(DAY))
    assert status.totals is not None
    assert (status.totals.first, status.totals.last) == ("0170", "0172")
    assert status.totals.groups[0] == ("girocard", 3, 3_000)
    assert [amount for _, _, amount in status.totals.groups[1:]] == [0] * 6
    heard = _heard(DAY, packet(COMPLETED))
    assert day_totals(heard, "EUR") == (DayTotal(ALL_BRANDS, 3, 3_000),)
    assert day_report(heard) == ("receipts 0170-0172", "girocard 3 30.00")


def test_every_group_is_read_at_its_place() -> None:
    names = ("girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other cards")
    groups = b"".join(bytes([count]) + bcd(100 * count, 6) for count in range(1, 8))
    status = read_status(b"\x60\xf0\xf5\xf3" + bytes(4) + groups)
    assert status.totals is not None
    assert status.totals.groups == tuple((name, n, 100 * n) for n, name in enumerate(names, 1))
    assert (status.totals.count, status.totals.amount_minor) == (28, 2_800)


@pytest.mark.parametrize(
    "told",
    [
        (),
        (DAY.replace(bytes.fromhex("04000000003000"), bytes.fromhex("04000000003001")),),
        (DAY.replace(bytes.fromhex("2700"), bytes.fromhex("2766")),),
        (DAY.replace(bytes.fromhex("0c144147"), bytes.fromhex("490756 ")),),
        (DAY, DAY.replace(b"\x01\x72", b"\x01\x73")),
        (DAY.replace(bytes.fromhex("03000000003000"), bytes.fromhex("0300000000300a")),),
        (packet(STATUS_INFORMATION, bytes.fromhex("2700 60f0f0f2 0170")),),
    ],
    ids=["nothing", "another sum", "no success", "another currency", "two days", "no digits", "a shorter table"],
)
def test_totals_that_are_not_certain_are_not_told(told: tuple[bytes, ...]) -> None:
    assert day_totals(_heard(*told, packet(COMPLETED)), "EUR") is None


def test_a_day_told_twice_is_one_day_and_no_payment() -> None:
    heard = _heard(DAY, DAY, packet(COMPLETED))
    assert day_totals(heard, "EUR") is not None
    assert judge(Asked("r-1", 3_000, "0172/000194"), heard, "EUR").outcome == "unknown"


@pytest.mark.parametrize(("data", "result"), [("2700", 0), ("2705", 5), (data_of(BY_KEY).hex(), 0x6C), ("", None)])
def test_a_result_is_read_as_it_is_told(data: str, result: int | None) -> None:
    assert read_status(bytes.fromhex(data)).result == result


def test_a_field_nobody_knows_ends_the_reading_and_what_was_read_stands() -> None:
    assert read_status(bytes.fromhex("2700 99 0400".replace(" ", ""))) == Status(result=0)


@pytest.mark.parametrize("data", ["04000000", "22f0", "22a1", "2705 04aabbccddeeff", "0682", "06051f12ff00", "8bf9f9"])
def test_a_field_that_is_cut_or_no_number_is_a_protocol_error(data: str) -> None:
    with pytest.raises(ProtocolError):
        read_status(bytes.fromhex(data.replace(" ", "")))


def test_print_lines_and_blocks_are_text_of_code_page_437() -> None:
    assert read_line(bytes.fromhex("00") + "  Ä 1,00".encode("cp437")) == "  Ä 1,00"
    data = b"\x06" + far.tlv(
        "", far.tlv("1f07", b"\x02") + far.tlv("25", far.tlv("07", b"SUMME") + far.tlv("07", b"\x8e"))
    )
    receipt = read_text(data)
    assert (receipt.kind, receipt.lines) == (2, ["SUMME", "Ä"])


def test_two_implementations_agree_on_frames() -> None:
    for whole in (PAID, CONTACTLESS, packet(b"\x06\x01", b"\x10\x10\x03\x10\x02"), ACKNOWLEDGED):
        assert crc(whole) == far.checksum(whole)
        assert list(SerialFrames().feed(SerialFrames().wrap(whole))) == [whole]
    assert far.message(0x0601, b"\x04" + far.packed(1000, 12)) == packet(b"\x06\x01", amount_field(1000))


def test_an_amount_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        bcd(100, 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=300).map(lambda data: packet(b"\x04\x0f", data)), max_size=4), st.data())
def test_packets_come_out_whole_however_the_stream_is_cut(packets: list[bytes], draw: st.DataObject) -> None:
    for frames in (TcpFrames(), SerialFrames()):
        stream = b"".join(map(frames.wrap, packets))
        found: list[object] = []
        while stream:
            size = draw.draw(st.integers(1, len(stream)))
            found += frames.feed(stream[:size])
            stream = stream[size:]
        assert found == packets


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_harmed_byte_of_a_frame_never_gives_another_packet(at: int, change: int) -> None:
    frame = bytearray(SerialFrames().wrap(PAID))
    frame[at % len(frame)] ^= change
    assert all(isinstance(item, str) or item == PAID for item in SerialFrames().feed(bytes(frame)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_packets_or_a_protocol_error(data: bytes) -> None:
    for frames in (TcpFrames(), SerialFrames()):
        with suppress(ProtocolError):
            for _ in frames.feed(data):
                continue


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=2, max_size=60), max_size=4))
@example([b"\x04\x0f" + data_of(PAID)])
@example([b"\x04\x0f\x27\x00", b"\x06\x0f"])
@example([b"\x04\x0f" + data_of(DAY), b"\x06\x0f"])
def test_no_garbage_is_heard_as_an_approval(told: list[bytes]) -> None:
    heard = Hearing()
    try:
        for each in told:
            heard.take(packet(each[:2], each[2:]))
    except ProtocolError:
        return
    payment = judge(ASKED, heard, "EUR")
    if payment.outcome in {"approved", "partial"}:
        assert heard.completed
        assert heard.status.result == 0
        assert payment.reference not in {"", ASKED.last}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 255), max_size=6), st.integers(0, 90))
@example([], 0)
def test_a_harmed_end_of_day_is_read_as_its_groups_sum_or_as_nothing(changes: list[int], at: int) -> None:
    data = bytearray(data_of(DAY))
    for place, value in enumerate(changes):
        data[(at + 7 * place) % len(data)] = value
    try:
        heard = _heard(packet(STATUS_INFORMATION, bytes(data)), packet(COMPLETED))
    except ProtocolError:
        return
    for total in day_totals(heard, "EUR") or ():
        assert heard.status.totals is not None
        assert total.amount_minor == sum(amount for _, _, amount in heard.status.totals.groups)
        assert heard.status.amount_minor in {None, total.amount_minor}
    assert all(isinstance(line, str) for line in day_report(heard))


def _heard(*told: bytes) -> Hearing:
    heard = Hearing()
    for each in told:
        heard.take(each)
    return heard


def test_a_payment_is_approved_by_its_result_its_number_and_its_completion_and_by_nothing_less() -> None:
    completed, aborted = packet(COMPLETED), packet(b"\x06\x1e", b"\x6c")
    paid = judge(ASKED, _heard(PAID, completed), "EUR")
    assert (paid.outcome, paid.approved_minor, paid.reference, paid.acquirer) == (
        "approved",
        2040,
        "0470/000470",
        "100461763",
    )
    outcomes = {
        "unknown": [
            _heard(PAID),
            _heard(completed),
            _heard(packet(STATUS_INFORMATION, b"\x27\x00"), completed),
            _heard(PAID, aborted),
        ],
        "cancelled": [_heard(aborted), _heard(BY_KEY, completed)],
        "declined": [_heard(packet(b"\x06\x1e", b"\x05")), _heard(packet(STATUS_INFORMATION, b"\x27\x05"), completed)],
    }
    for outcome, hearings in outcomes.items():
        assert {judge(ASKED, each, "EUR").outcome for each in hearings} == {outcome}


def test_the_payment_before_told_again_is_no_answer_to_this_one() -> None:
    before = Asked("r-2", 2040, "0470/000470")
    assert judge(before, _heard(PAID, packet(COMPLETED)), "EUR").outcome == "unknown"


def test_another_currency_is_unknown_and_another_amount_is_told() -> None:
    heard = _heard(PAID, packet(COMPLETED))
    assert judge(ASKED, heard, "CHF").outcome == "unknown"
    more = judge(Asked("r", 5000, ""), heard, "EUR")
    assert (more.outcome, more.approved_minor) == ("partial", 2040)


def test_the_slip_is_the_cardholders_copy_or_the_last_receipt_that_says_no_name() -> None:
    def block(kind: int, line: bytes) -> bytes:
        return packet(
            b"\x06\xd3", b"\x06" + far.tlv("", far.tlv("1f07", bytes([kind])) + far.tlv("25", far.tlv("07", line)))
        )

    assert _heard(block(1, b"MERCHANT"), block(2, b"CUSTOMER")).slip == ("CUSTOMER",)
    lines = [packet(b"\x06\xd1", b"\x00" + line) for line in (b"ONE", b"TWO")]
    assert _heard(*lines).slip == ("ONE", "TWO")
    assert _heard().slip == ()
