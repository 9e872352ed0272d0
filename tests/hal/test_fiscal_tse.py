"""The German TSE: published receipts' signatures hold over our log message; one signature a sale, none unread."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.fiscal.tse import Tse, transaction_log
from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.fiscal.common.tr03151 import Signed, log_message, qr_code, verify
from hal.fiscal.contract import FiscalAnswer, FiscalTax
from hal.fiscal.tse import Driver, Settings, process_data, read_signed, receipt
from tests.support.fiscal import SALE, a_sale
from tests.support.rigs import opened
from tests.support.rigs.fiscal.tse import tse_and_driver
from tests.support.waiting import wait_until_async

PUBLISHED = (
    (
        "V0;ERS 8cb8e2de-4052-481b-945b-118022951944;Kassenbeleg-V1;Beleg^21.42_0.00_0.00_0.00_0.00^21.42:Unbar;1;31;"
        "2021-08-23T14:36:27.000Z;2021-08-23T14:36:33.000Z;ecdsa-plain-SHA256;unixTime;"
        "TGnWiq3ZW7gi4Vs+DxLGsJZj9v271dHmhQAcb057F3oWkdKJ61UW2LLVTZQhW673yLa53Mm6oPeMU1Ns3ZOH7w==;"
        "BGFKQP7EENf3s5hTDXvlh+xyJ1Q9BNIa9LyYbYK+pTAKAGQ2fmI40p5QOrpHpvb+UuOrNQJdhzggHNfyyyDyf/g="
    ),
    (
        "V0;AMA-6200;KassenBeleg-V1;Beleg^2.90_0.00_0.00_0.00_2.10^5.00:Unbar;160504;344413;"
        "2021-07-23T10:12:54.000Z;2021-07-23T10:12:55.000Z;ecdsa-plain-SHA384;unixTime;"
        "NgqBkWMvhLmCKa9cJJ8JodfAdlkfcFFyW0J7Ks9lTz9I4QFKhLzyGF/02kWsCRg0LoiJtkq+0Ak9GovodNFLOBG00ewEj40/GbI9zLtNt9j90w4S"
        "z3GcxTSrr3rqhIhN;BCd1vZvSJsJwBTqshgDVsrG4Gg+oN3jeeFEgjGiKs9ELd170vy/jO3iMMF6tAVUfjyYn9jRXng8Z4qWXaqoJ53+y+OFeSY/"
        "lQsdZWCODkzhlhkJxJw2k9Z1A4gFX6Riotw=="
    ),
    (
        "V0;1342061307;Kassenbeleg-V1;Beleg^9.00_0.00_0.00_0.00_0.00^9.00:Bar;8041;17011;"
        "2026-05-21T21:40:56.000Z;2026-05-21T21:41:30.000Z;ecdsa-plain-SHA256;unixTime;"
        "D5CdNgSCwlSisYXjQoZnIxAM9nRdb91F8l6uIdR+oKWi7/kTszRK/xRLBNgcGhc6L1ChYQktJJFmzKFt8mTn/w==;"
        "BJlf238fEMG/ycfzOUBpIHa8OZNMXFMZx9ug42Vs6F0zOx42io2pnoWnRvoNeITAY1J4+2ePsszO3CeJrgfLWb8="
    ),
    (
        "V0;ERS aacbe40e-3aa6-48a1-b8e6-3c8abbd7ebd5;Kassenbeleg-V1;Beleg^0.00_8.20_0.00_0.00_1.80^10.00:Bar;11;138;"
        "2023-12-13T16:01:44.000Z;2023-12-13T16:01:56.000Z;ecdsa-plain-SHA256;unixTime;"
        "7nTRzYZ6Pjhnv5l8Qo/Gs9cQ2KvmCMMK1/rQ0hoPtjkp2tPr3yuWPvH9rkOkCFuAI79k/VxvkyxwSQyWjRc7iA==;"
        "BCC8Xaw0n2bnmcsOpLwgYhlUEw/aOvJPFMy2WOFaabktCrxep80VY7Y8KdrjIAx+9ta7wfMO03k4nwN11ZnNKm4="
    ),
)
"""QR codes of receipts as published with programs that check them: four TSEs of three makers, two hashes."""


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000Z").replace(tzinfo=UTC).timestamp())


def _of(code: str) -> tuple[Signed, str]:
    _, client, kind, data, number, counter, start, end, algorithm, _, signature, key = code.split(";")
    told = (int(number), int(counter), _seconds(start), _seconds(end), algorithm)
    keys = (base64.b64decode(signature), base64.b64decode(key))
    return Signed(*told, *keys, client, kind), data


@pytest.mark.parametrize("code", PUBLISHED)
def test_signatures_of_published_receipts_hold_over_the_log_message(code: str) -> None:
    signed, data = _of(code)
    assert verify(signed, data)
    assert qr_code(signed, data) == code
    assert not verify(signed, data.replace("0.00", "0.01", 1))
    assert not verify(replace(signed, counter=signed.counter + 1), data)
    assert not verify(replace(signed, end=signed.end + 1), data)
    assert not verify(replace(signed, signature=b""), data)


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_far_end_s_log_message_is_byte_for_byte_the_driver_s(code: str) -> None:
    signed, data = _of(code)
    signed = replace(signed, algorithm="ecdsa-plain-SHA256")
    log = {
        "operation": "Finish",
        "client": signed.client_serial,
        "data": data,
        "type": signed.process_type,
        "number": signed.number,
        "counter": signed.counter,
        "time": signed.end,
    }
    assert transaction_log(log, bytes.fromhex(signed.serial)) == log_message(signed, data)


def test_what_is_signed_adds_up_by_rate_and_by_cash_or_not() -> None:
    told = receipt(SALE)
    assert process_data(told) == "Beleg^10.00_6.72_0.00_0.00_0.00^16.72:Unbar"
    with pytest.raises(DeviceError, match="euros"):
        receipt(a_sale("t", currency="BDT"))
    with pytest.raises(DeviceError, match="no VAT of 20%"):
        receipt(a_sale("t", taxes=(FiscalTax("odd", 2000, 100, 20),)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FINISHED: dict[str, Any] = {
    "state": "FINISHED",
    "number": 7,
    "time_start": 1_629_729_387,
    "time_end": 1_629_729_393,
    "client_serial_number": "ERS 1",
    "signature": {"value": "AAAA", "counter": "9", "algorithm": "ecdsa-plain-SHA256", "public_key": "BAAA"},
}


@given(field=st.sampled_from([*FINISHED, "signature.value", "signature.counter", "signature.public_key"]), value=JSON)
@settings(max_examples=200, deadline=None)
def test_a_garbled_transaction_is_refused_or_read_as_what_it_says(field: str, value: object) -> None:
    told = json.loads(json.dumps(FINISHED))
    outer, _, inner = field.partition(".")
    if inner:
        told[outer][inner] = value
    else:
        told[outer] = value
    try:
        signed = read_signed(told)
    except ProtocolError:
        return
    assert signed.number > 0
    assert signed.counter > 0


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_what_is_no_transaction_is_refused(told: object) -> None:
    with pytest.raises(ProtocolError):
        read_signed(told)


async def _signed_at_last(driver: Driver) -> FiscalAnswer:
    """What an answer spoilt a moment ago has broken off is still being got over."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await driver.sign(SALE)
            except (NoHardwareError, TimeoutExpiredError, ProtocolError):
                await asyncio.sleep(0.02)


def test_a_sale_is_signed_once_whatever_is_cut_off(tmp_path: Path) -> None:
    async def sell() -> None:
        async with tse_and_driver(tmp_path, answer_timeout_ms=300) as (tse, driver):
            await opened(driver)
            await driver.begin(SALE.start)
            for kind in ("silent", "hang_up", "cut", "garbage"):
                await tse.fault(kind=kind)
                with pytest.raises((NoHardwareError, TimeoutExpiredError, ProtocolError)):
                    await driver.sign(SALE)
            await tse.fault(kind="none")
            first = await _signed_at_last(driver)
            assert await driver.sign(SALE) == first
            assert (first.outcome, first.series, first.number) == ("signed", "TSE", 1)
            assert [log["operation"] for log in tse.logs] == ["Start", "Finish"]
            code = next(each.value for each in first.printed if each.kind == "qr")
            assert verify(*_of(code))
            assert code == next(iter(tse.transactions.values()))["qr_code_data"]

    asyncio.run(sell())


def test_another_kiosk_s_process_finds_the_signature_again(tmp_path: Path) -> None:
    async def sell() -> None:
        async with tse_and_driver(tmp_path) as (tse, driver):
            await opened(driver)
            first = await driver.sign(SALE)
            await driver.close()
            again = Driver("fiscal", Settings(**{**tse.settings(), "poll_ms": 50}))  # type: ignore[arg-type]
            await opened(again)
            assert await again.sign(SALE) == first
            await again.close()

    asyncio.run(sell())


@pytest.mark.parametrize("cheat", ["sums", "key"])
def test_a_signature_over_anything_but_the_sale_is_none(cheat: str, tmp_path: Path) -> None:
    async def sell() -> None:
        async with tse_and_driver(tmp_path) as (tse, driver):
            await opened(driver)
            await tse.cheat(sums=cheat == "sums", key=cheat == "key")
            with pytest.raises(ProtocolError, match="does not hold"):
                await driver.sign(SALE)

    asyncio.run(sell())


def test_a_basket_that_came_to_nothing_is_withdrawn_and_a_signed_one_only_cancelled(tmp_path: Path) -> None:
    async def sell() -> None:
        async with tse_and_driver(tmp_path) as (tse, driver):
            await opened(driver)
            await driver.void("never-begun", "left")
            await driver.begin(SALE.start)
            await driver.void(SALE.transaction, "left")
            await driver.void(SALE.transaction, "left")
            assert [log["state"] for log in tse.logs] == ["ACTIVE", "CANCELLED"]
            with pytest.raises(DeviceError, match="was voided"):
                await driver.sign(SALE)
            sold = a_sale("0190d3a1-5f00-7abc-8def-0000000000ff")
            await driver.sign(sold)
            with pytest.raises(DeviceError, match="cancelled, not voided"):
                await driver.void(sold.transaction, "left")
            cancelled = await driver.cancel(sold.transaction, "wrong")
            assert await driver.cancel(sold.transaction, "wrong") == cancelled
            assert "AVBelegstorno^-10.00_-6.72" in tse.logs[-1]["data"]
            assert (await driver.cancel("unknown", "wrong")).outcome == "refused"
            assert (await driver.skip("TSE", 1, 2, "lost")).permanent
            assert await driver.close_day("2026-11-22") == ""
            await driver.confirm(sold.transaction)

    asyncio.run(sell())


def test_an_expired_token_and_a_wrong_clock_stop_no_sale(tmp_path: Path) -> None:
    async def sell() -> None:
        async with tse_and_driver(tmp_path) as (tse, driver):
            seen = await opened(driver)
            await tse.log_out()
            await tse.clock(ahead_s=86_400)
            assert (await driver.sign(SALE)).outcome == "signed"
            causes = [getattr(event, "cause", "") for event in seen.events]
            assert any("its clock and ours are 8" in cause for cause in causes)

    asyncio.run(sell())


def test_a_wrong_api_key_and_a_disabled_tss_are_told_in_words(tmp_path: Path) -> None:
    async def look() -> None:
        async with tse_and_driver(tmp_path) as (tse, driver):
            await tse.disable(on=True)
            await opened(driver)
            await wait_until_async(lambda: not driver.alive, what="lost")
            assert "DISABLED" in (await driver.check_health()).text
            await tse.disable(on=False)
            await wait_until_async(lambda: driver.alive, what="back")
            _write(tse, "wrong\nkey\n")
            await tse.log_out()
            await wait_until_async(lambda: not driver.alive, what="lost")
            assert "does not take the API key" in (await driver.check_health()).text
            with pytest.raises(NoHardwareError):
                await driver.sign(SALE)

    asyncio.run(look())


def _write(tse: Tse, secret: str) -> None:
    Path(str(tse.settings()["credentials_file"])).write_text(secret)


def test_an_export_is_a_tar_of_signed_log_messages_with_the_certificate(tmp_path: Path) -> None:
    async def export() -> bytes:
        async with tse_and_driver(tmp_path) as (_, driver):
            await opened(driver)
            await driver.sign(SALE)
            with tarfile.open(fileobj=io.BytesIO(await driver.export("2099-01-01"))) as tar:
                assert len(tar.getnames()) == 1
            return await driver.export("2020-01-01")

    with tarfile.open(fileobj=io.BytesIO(asyncio.run(export()))) as tar:
        names = tar.getnames()
        assert names[0].endswith("_X509.pem")
        assert [name.split("_Log-Tra_No-1_")[1].split("_")[0] for name in names[1:]] == ["Start", "Finish"]
        assert all(tar.extractfile(name).read(1) == b"\x30" for name in names[1:])  # type: ignore[union-attr]


def test_a_tse_s_memory_outlives_its_power(tmp_path: Path) -> None:
    async def sell() -> tuple[int, int]:
        async with tse_and_driver(tmp_path) as (tse, driver):
            await opened(driver)
            first = await driver.sign(SALE)
            second = await driver.sign(a_sale(f"0190d3a1-5f00-7abc-8def-{len(tse.logs):012}"))
            return first.number, second.number

    assert [asyncio.run(sell()), asyncio.run(sell())] == [(1, 2), (1, 3)]


@pytest.mark.parametrize("wrong", [{"host": ""}, {"tss_id": "none"}])
def test_settings_that_lead_to_no_tse_are_refused(wrong: dict[str, object]) -> None:
    good = {"host": "h", "certificate_name": "h", "ca_file": "c", "credentials_file": "k"}
    ids = {"tss_id": "22222222-2222-4222-8222-222222222222", "client_id": "11111111-1111-4111-8111-111111111111"}
    with pytest.raises(ValueError, match=r"empty|UUID"):
        Settings(**{**good, **ids, **wrong})  # type: ignore[arg-type]  # on purpose
