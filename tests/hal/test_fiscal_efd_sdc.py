"""The SDC on its house-made wire: every harmed byte is found, one number an invoice, nothing garbled is a yes."""

from __future__ import annotations

import asyncio
import binascii
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.fiscal.efd_sdc import check_of, framed
from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.fiscal.contract import FiscalAnswer, FiscalSale
from hal.fiscal.efd_sdc import (
    Driver,
    Settings,
    frame,
    invoice,
    read_frame,
    read_invoice,
    read_state,
    whole_frame,
)
from tests.support.fiscal import SALE, a_sale
from tests.support.rigs import opened
from tests.support.rigs.fiscal.efd_sdc import sdc_and_driver
from tests.support.waiting import wait_until_async

BDT = a_sale(SALE.transaction, currency="BDT", tax_number="000000000-0000", time_zone="Asia/Dhaka")


def test_both_sides_count_the_check_alike_by_its_catalogue_value() -> None:
    assert check_of(b"123456789") == binascii.crc_hqx(b"123456789", 0xFFFF) == 0x29B1


@given(st.dictionaries(st.text(max_size=6), st.integers() | st.text(max_size=10), max_size=4))
@settings(max_examples=100, deadline=None)
def test_what_the_far_end_frames_is_read_here_whole_and_alone(told: dict[str, object]) -> None:
    data = framed(told)
    assert all(whole_frame(data[:end]) == 0 for end in range(1, len(data)))
    assert whole_frame(data + b"more") == len(data)
    assert read_frame(data) == told
    assert read_frame(frame(told)) == told


def _read(data: bytes) -> dict[str, object]:
    return read_frame(data[: whole_frame(data) or len(data)])


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_a_harmed_byte_is_found_wherever_it_is(place: int, flip: int) -> None:
    data = bytearray(framed({"n": 1, "ok": True, "number": 42}))
    data[place % len(data)] ^= flip
    with pytest.raises(ProtocolError):
        _read(bytes(data))


@given(
    st.dictionaries(
        st.sampled_from(["ok", "id", "sdc", "number", "time", "total", "code", "qr"]),
        st.just(None) | st.booleans() | st.integers() | st.text(max_size=4),
    )
)
@settings(max_examples=200, deadline=None)
def test_a_garbled_word_on_an_invoice_is_no_number(told: dict[str, object]) -> None:
    try:
        answer = read_invoice(told, "t-1", 100)
    except ProtocolError:
        return
    assert answer.outcome in ("refused", "signed")
    assert answer.outcome == "refused" or told["id"] == "t-1"


@pytest.mark.parametrize("told", [{}, {"ok": True, "sdc": "", "clock": 1, "pending": 0}, {"ok": True, "sdc": "S"}])
def test_a_state_that_says_nothing_is_none(told: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        read_state(told)


def test_an_invoice_carries_base_duty_and_vat_of_each_line() -> None:
    sent = invoice(a_sale("t-1", own_series="OUT3-1", own_number=7))
    assert sent["own"] == "OUT3-1-000007"
    assert [(line["base"], line["vat"]) for line in sent["lines"]] == [(628, 44), (840, 160)]
    assert (sent["vat"], sent["total"]) == (204, 1672)


def _credit(**more: object) -> FiscalSale:
    """All of the sale comes back."""
    note = {
        "total_minor": -SALE.total_minor,
        "original": SALE.transaction,
        "original_number": "SDC-BENCH-000007-000001",
    }
    return a_sale(str(more.pop("transaction", "t-9")), currency="BDT", **{**note, **more})


def test_a_credit_note_names_the_invoice_it_is_of_and_no_invoice_does() -> None:
    assert invoice(BDT)["original"] is None
    assert invoice(_credit())["original"] == {"id": SALE.transaction, "number": "SDC-BENCH-000007-000001"}


def test_a_device_that_takes_a_credit_note_for_another_invoice_s_has_said_nothing() -> None:
    told = {"ok": True, "id": "t-9", "sdc": "S", "number": 2, "time": 1, "total": -5, "code": "C", "qr": "Q"}
    for original in ({}, {"original": "S-000002"}):
        with pytest.raises(ProtocolError):
            read_invoice(told | original, "t-9", -5, "S-000001")
    with pytest.raises(ProtocolError):
        read_invoice(told | {"original": "S-000001"}, "t-9", -5)
    assert read_invoice(told | {"original": "S-000001"}, "t-9", -5, "S-000001").number == 2


async def _at_last(driver: Driver, sale: FiscalSale = BDT) -> FiscalAnswer:
    async with asyncio.timeout(10):
        while True:
            try:
                return await driver.sign(sale)
            except (NoHardwareError, TimeoutExpiredError, ProtocolError):
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("port", ["pty", "tcp"])
def test_an_invoice_has_one_number_whatever_is_cut_off(port: str, tmp_path: Path) -> None:
    async def sell() -> None:
        async with sdc_and_driver(tmp_path, port) as (sdc, line, driver):  # type: ignore[arg-type]  # one of its ports
            await opened(driver)
            await wait_until_async(lambda: driver.alive, what="the SDC")
            await sdc.mute(on=True)
            with pytest.raises((NoHardwareError, TimeoutExpiredError, ProtocolError)):
                await driver.sign(BDT)
            await sdc.mute(on=False)
            await line.unplug()
            await line.plug()
            first = await _at_last(driver)
            assert await _at_last(driver) == first
            assert (first.series, first.number, first.printed[3].kind) == ("SDC-BENCH-000007", 1, "qr")
            assert (await _at_last(driver, a_sale("t-2", currency="BDT"))).number == 2

    asyncio.run(sell())


def test_an_sdc_s_memory_outlives_its_power(tmp_path: Path) -> None:
    async def sell(transaction: str) -> int:
        async with sdc_and_driver(tmp_path) as (_, _, driver):
            await opened(driver)
            return (await _at_last(driver, a_sale(transaction))).number

    assert [asyncio.run(sell(each)) for each in ("t-1", "t-2", "t-1")] == [1, 2, 1]


def test_a_refusal_is_in_the_device_s_words_and_leaves_no_gap(tmp_path: Path) -> None:
    async def sell() -> None:
        async with sdc_and_driver(tmp_path) as (sdc, _, driver):
            await opened(driver)
            await wait_until_async(lambda: driver.alive, what="the SDC")
            await sdc.refuse(code="E17", words="BIN unknown", permanent=True)
            refused = await driver.sign(BDT)
            assert (refused.outcome, refused.code, refused.reason, refused.permanent) == (
                "refused",
                "E17",
                "BIN unknown",
                True,
            )
            await sdc.refuse(code="", words="", permanent=False)
            assert (await driver.sign(BDT)).number == 1

    asyncio.run(sell())


def test_credit_notes_days_and_the_journal(tmp_path: Path) -> None:
    async def sell() -> bytes:
        async with sdc_and_driver(tmp_path) as (_, _, driver):
            await opened(driver)
            await driver.begin(BDT.start)
            for number in range(7):
                await _at_last(driver, a_sale(f"t-{number}"))
            credit = await driver.cancel("t-3", "wrong")
            assert (credit.outcome, credit.number) == ("signed", 8)
            assert await driver.cancel("t-3", "wrong") == credit
            assert (await driver.cancel("t-99", "wrong")).code == "E04"
            await driver.void("t-98", "left")
            await driver.confirm("t-1")
            assert (await driver.skip("S", 1, 2, "lost")).permanent
            assert [await driver.close_day(day) for day in ("2026-11-21", "2026-11-22", "2026-11-21")] == [
                "Z-1",
                "Z-2",
                "Z-1",
            ]
            return await driver.export("2020-01-01")

    exported = asyncio.run(sell())
    assert exported.count(b"\n") == 10
    assert exported.count(b'"invoice"') == 7


def test_the_device_judges_a_credit_note_by_its_invoice_and_its_paper_names_it(tmp_path: Path) -> None:
    async def sell() -> bytes:
        async with sdc_and_driver(tmp_path) as (_, _, driver):
            await opened(driver)
            sold = await _at_last(driver)
            assert f"{sold.series}-{sold.number:06d}" == _credit().original_number
            for wrong, code in (
                (_credit(original="", original_number=""), "E05"),
                (_credit(original_number=""), "E05"),
                (_credit(total_minor=1), "E06"),
                (_credit(original_number="SDC-BENCH-000007-000002"), "E07"),
            ):
                assert (await driver.sign(wrong)).code == code
            note = await driver.sign(_credit())
            assert (note.outcome, note.number) == ("signed", 2)
            assert note.printed[-1].value.endswith(";SDC-BENCH-000007-000001")
            assert await driver.sign(_credit()) == note
            elsewhere = _credit(transaction="t-10", original="t-0", original_number="SDC-OTHER-000012")
            assert (await driver.sign(elsewhere)).number == 3
            await driver.sign(a_sale("t-11", currency="BDT", own_series="OUT3-1", own_number=7))
            late = _credit(transaction="t-12", original="t-11", original_number="OUT3-1-000007")
            assert (await driver.sign(late)).number == 5  # its paper bears the number it was given in the outage
            return await driver.export("2020-01-01")

    rows = [json.loads(line) for line in asyncio.run(sell()).splitlines()]
    assert [row.get("original", "") for row in rows] == [
        "",
        "SDC-BENCH-000007-000001",
        "SDC-OTHER-000012",
        "",
        "OUT3-1-000007",
    ]


def test_a_wrong_clock_is_warned_of_once_and_stops_no_sale(tmp_path: Path) -> None:
    async def sell() -> None:
        async with sdc_and_driver(tmp_path) as (sdc, _, driver):
            await sdc.clock(ahead_s=3_600)
            seen = await opened(driver)
            await _at_last(driver)
            await _at_last(driver, a_sale("t-2"))
            causes = [event for event in seen.events if "the clock of SDC" in getattr(event, "cause", "")]
            assert len(causes) == 1

    asyncio.run(sell())


def test_settings_that_are_no_line_are_refused() -> None:
    with pytest.raises(ValueError, match="device file"):
        Settings("nowhere")
    with pytest.raises(ValueError, match="above 0"):
        Settings("/dev/ttyS0", answer_ms=0)


def test_nothing_is_asked_of_a_device_that_is_away(tmp_path: Path) -> None:
    async def sell() -> None:
        async with sdc_and_driver(tmp_path) as (_, line, driver):
            await line.unplug()
            await opened(driver)
            with pytest.raises(DeviceError, match="does not answer"):
                await driver.sign(BDT)

    asyncio.run(sell())
