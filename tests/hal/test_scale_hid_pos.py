"""The HID POS scale: published reports, states that never sell, silence, and noise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.scale.hid_pos import HidPosScale, data_report
from bench.far_ends.usb_hid import HidDevice
from hal.device import DeviceError, NotEnabledError, ProtocolError, StatusChanged
from hal.hid import Descriptor, parse
from hal.scale import hid_pos
from hal.scale.contract import Reading, ScaleState, ScaleUnit
from hal.scale.hid_pos import Weight, control, decode, layouts
from tests.support.rigs import Seen, opened
from tests.support.rigs.usb_hid import bus_of, hid_bus
from tests.support.waiting import wait_until_async

VENDOR, PRODUCT = 0x0EB8, 0xF000


def _descriptor(report: int = 3) -> Descriptor:
    return parse(HidPosScale(report=report).report_descriptor)


WHERE = layouts(_descriptor())[3]


# --- codec -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "value", "exponent", "unit"),
    [
        ("03 04 02 00 14 00", 20, 0, "g"),
        ("03 04 0B FF 34 19", 6452, -1, "oz"),
        ("03 04 02 00 E2 04", 1250, 0, "g"),
        ("03 04 03 FD E2 04", 1250, -3, "kg"),
        ("03 04 01 00 E2 04", 1250, -3, "g"),
        ("03 04 08 FD E2 04", 1250, 0, "kg"),
        ("03 04 0C FE FF FF", 65535, -2, "lb"),
    ],
)
def test_published_reports_are_weights(report: str, value: int, exponent: int, unit: ScaleUnit) -> None:
    assert decode(WHERE, bytes.fromhex(report)) == Weight("stable", value, exponent, unit)


def test_the_far_end_sends_the_published_reports() -> None:
    assert data_report(3, 4, 2, 0, 20) == bytes.fromhex("030402001400")
    assert data_report(3, 4, 11, -1, 6452) == bytes.fromhex("03040BFF3419")
    assert data_report(3, 4, 3, -3, 1250) == bytes.fromhex("030403FDE204")


@pytest.mark.parametrize(
    ("status", "weight", "state", "value"),
    [
        (1, 5, "fault", 5),
        (2, 0, "zero", 0),
        (3, 5, "motion", 5),
        (4, 5, "stable", 5),
        (4, 0, "zero", 0),
        (5, 5, "under", -5),
        (6, 5, "over", 5),
        (7, 5, "fault", 5),
        (8, 5, "needs_zero", 5),
    ],
)
def test_a_status_is_an_index_into_the_usages(status: int, weight: int, state: ScaleState, value: int) -> None:
    told = decode(WHERE, data_report(3, status, 3, -3, weight))
    assert (told.state, told.value, told.calibrate) == (state, value, status == 7)


@pytest.mark.parametrize("unit", [4, 5, 6, 7, 9, 10])
def test_a_unit_that_nobody_trades_in_here_is_a_fault(unit: int) -> None:
    assert decode(WHERE, data_report(3, 4, unit, 0, 20)).state == "fault"


@pytest.mark.parametrize(
    "report",
    ["", "03", "03 04 02 00 14", "03 04 02 00 14 00 00", "03 00 02 00 14 00", "03 09 02 00 14 00", "03 04 00 00 14 00",
     "03 04 0D 00 14 00", "03 04 02 80 14 00", "03 04 02 07 14 00", "03 02 02 00 14 00"],
)  # fmt: skip
def test_what_makes_no_sense_is_no_weight(report: str) -> None:
    with pytest.raises(ProtocolError):
        decode(WHERE, bytes.fromhex(report))


def test_the_alternate_report_is_read_where_the_descriptor_has_it() -> None:
    where = layouts(_descriptor(4))
    assert list(where) == [4]
    assert decode(where[4], bytes.fromhex("040403FDE204")).value == 1250


def test_zeroing_is_the_published_control_report() -> None:
    assert control(_descriptor(), zero=True, enforced=False) == b"\x02\x02"
    assert control(_descriptor(), zero=True, enforced=True) == b"\x02\x03"
    with pytest.raises(ProtocolError, match="cannot be told"):
        control(parse(bytes.fromhex("058D 0920 A101 7508 9501 0940 8102 C0")), zero=True, enforced=False)


def test_a_device_that_weighs_nothing_is_no_scale() -> None:
    with pytest.raises(ProtocolError, match="no HID POS scale"):
        layouts(parse(bytes.fromhex("058C 0902 A101 7508 9501 09FE 8102 C0")))


@given(st.binary(max_size=12))
@settings(max_examples=200, deadline=None)
def test_noise_is_a_weight_only_if_it_is_a_whole_report(report: bytes) -> None:
    try:
        told = decode(WHERE, report)
    except ProtocolError:
        return
    assert len(report) == 6
    assert 0 < report[1] <= 8
    assert told.state != "stable" or (report[1] == 4 and told.value == int.from_bytes(report[4:], "little") > 0)


# --- driver ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world(
    inside: HidPosScale | None = None, **more: object
) -> AsyncIterator[tuple[hid_pos.Driver, HidPosScale, HidDevice, Seen]]:
    inside = inside or HidPosScale(period_ms=5)
    async with hid_bus(inside, vendor=VENDOR, product=PRODUCT) as device:
        given_: dict[str, object] = {"retry_ms": 5, "silent_ms": 2000, "zero_ms": 3000, "certified": True, **more}
        driver = hid_pos.Driver("produce_scale", hid_pos.Settings(VENDOR, PRODUCT, **given_), bus_of(device))  # type: ignore[arg-type]  # a test's own
        try:
            yield driver, inside, device, await opened(driver)
        finally:
            await driver.close()
            inside.stop()


def _readings(seen: Seen) -> list[Reading]:
    return [event for event in seen.of(Reading) if isinstance(event, Reading)]


async def _until_state(seen: Seen, state: ScaleState) -> Reading:
    await wait_until_async(lambda: _readings(seen) and _readings(seen)[-1].state == state, what=state)
    return _readings(seen)[-1]


def test_a_weight_moves_rests_and_is_taken_away() -> None:
    async def run() -> None:
        async with world() as (driver, inside, _device, seen):
            assert driver.certified
            assert driver.capabilities == {"zero"}
            await _until_state(seen, "zero")
            await inside.put(grams=1250)
            await _until_state(seen, "motion")
            told = await _until_state(seen, "stable")
            assert (told.value, told.exponent, told.unit, told.raw) == (1250, -3, "kg", bytes.fromhex("030403FDE204"))
            await inside.remove()
            await _until_state(seen, "zero")
            numbers = [each.sequence for each in _readings(seen)]
            assert numbers == sorted(set(numbers))

    asyncio.run(run())


def test_what_the_scale_had_loaded_before_is_never_told() -> None:
    async def run() -> None:
        inside = HidPosScale(period_ms=5)
        async with hid_bus(inside, vendor=VENDOR, product=PRODUCT) as device:
            await inside.put(grams=999)
            await wait_until_async(lambda: inside.platter.look().where == "stable", what="at rest")
            device.packets.clear()
            await wait_until_async(lambda: device.packets, what="a loaded report")
            await inside.remove()
            await wait_until_async(lambda: inside.platter.look().where == "zero", what="empty")
            driver = hid_pos.Driver("s", hid_pos.Settings(VENDOR, PRODUCT), bus_of(device))
            seen = await opened(driver)
            await wait_until_async(lambda: len(_readings(seen)) > 3, what="readings")
            assert {each.state for each in _readings(seen)} == {"zero"}
            await driver.close()
            inside.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("deed", "state"),
    [("negative", "under"), ("over", "over"), ("fault", "fault"), ("uncalibrate", "fault"), ("jitter", "motion")],
)
def test_what_is_no_weight_is_told_as_what_it_is(deed: str, state: ScaleState) -> None:
    async def run() -> None:
        async with world() as (_driver, inside, _device, seen):
            await _until_state(seen, "zero")
            match deed:
                case "negative":
                    await inside.negative(grams=40)
                case "over":
                    await inside.put(grams=15_001)
                case "fault":
                    await inside.fault(on=True)
                case "uncalibrate":
                    await inside.uncalibrate(on=True)
                case _:
                    await inside.jitter(on=True)
            told = await _until_state(seen, state)
            assert deed != "negative" or told.value == -40
            warned = [each for each in seen.events if isinstance(each, StatusChanged) and each.status == "warning"]
            assert len(warned) == (deed == "uncalibrate")

    asyncio.run(run())


def test_more_than_its_own_limit_is_over_whatever_its_status_says() -> None:
    async def run() -> None:
        async with world(HidPosScale(period_ms=5, capacity_grams=6_000)) as (_driver, inside, _device, seen):
            await _until_state(seen, "zero")
            inside.platter = HidPosScale(capacity_grams=60_000).platter
            await inside.put(grams=6_001)
            told = await _until_state(seen, "over")
            assert told.raw[1] in {3, 4}
            assert not [each for each in _readings(seen) if each.state == "stable"]

    asyncio.run(run())


def test_silence_is_lost_and_the_next_report_is_ready() -> None:
    async def run() -> None:
        async with world(silent_ms=250) as (driver, inside, device, seen):
            await inside.put(grams=500)
            await _until_state(seen, "stable")
            await device.fault(kind="silent")
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            assert not (await driver.check_health()).ok
            with pytest.raises(NotEnabledError):
                await driver.zero()
            told = len(_readings(seen))
            await device.fault(kind="none")
            await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready")
            await wait_until_async(lambda: len(_readings(seen)) > told, what="readings")
            assert seen.statuses == ["ready", "lost", "ready"]

    asyncio.run(run())


def test_one_senseless_report_voids_the_weight_and_three_lose_the_scale() -> None:
    async def run() -> None:
        async with world(HidPosScale(period_ms=50)) as (_driver, inside, _device, seen):
            await inside.put(grams=500)
            await _until_state(seen, "stable")
            inside.send(b"\x03\x04\x02")
            await _until_state(seen, "fault")
            await _until_state(seen, "stable")
            assert seen.statuses == ["ready"]
            for _ in range(3):
                inside.send(b"\x03\x04\x02")
            await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="lost and back")

    asyncio.run(run())


def test_zeroing_is_told_when_the_scale_shows_zero() -> None:
    async def run() -> None:
        async with world(enforced_zero=True) as (driver, inside, _device, seen):
            await inside.put(grams=20)
            await _until_state(seen, "stable")
            await driver.zero()
            assert inside.zeroings == 1
            assert inside.enforced
            await _until_state(seen, "zero")
            health = await driver.check_health()
            assert "weighs up to 15000e-3 kg, calibrated 1 times, zeroed 1 times" in health.text

    asyncio.run(run())


def test_a_scale_that_may_not_zero_says_so() -> None:
    async def run() -> None:
        async with world(zero_ms=50) as (driver, inside, _device, seen):
            await inside.put(grams=2000)
            await _until_state(seen, "stable")
            with pytest.raises(DeviceError, match="clear the platter"):
                await driver.zero()

    asyncio.run(run())


@pytest.mark.parametrize(
    "wrong", [{"usb_vendor": 0}, {"silent_ms": 0}, {"zero_ms": 0}], ids=lambda each: next(iter(each))
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"above 0|lsusb"):
        hid_pos.Settings(**{"usb_vendor": VENDOR, "usb_product": PRODUCT, **wrong})  # type: ignore[arg-type]  # wrong on purpose
