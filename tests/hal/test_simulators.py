"""What each simulator does beyond the life cycle: it behaves like the thing it stands for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hal.camera import simulated as camera
from hal.camera.contract import Guess
from hal.device import DeviceError, NoHardwareError, NotEnabledError
from hal.drivers import load
from hal.knobs import KnobError
from hal.lights import simulated as lights
from hal.lights.contract import SwitchTurned
from hal.printer import simulated as printer
from hal.printer.contract import Cut, Document, PrinterState, QrCode, TextLine
from hal.scale import simulated as scale
from hal.scale.contract import Reading, ScaleState
from hal.scanner import simulated as scanner
from hal.scanner.contract import CodeRead
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

RECEIPT = Document("sale-1", (TextLine("Mango", "12.00"), QrCode("T-1"), Cut()))


def _readings(seen: Seen) -> list[Reading]:
    return [event for event in seen.events if isinstance(event, Reading)]


async def _until(seen: Seen, state: ScaleState) -> Reading:
    await wait_until_async(lambda: _readings(seen) and _readings(seen)[-1].state == state, what=state)
    return _readings(seen)[-1]


def test_a_scale_moves_before_it_stands_still() -> None:
    async def weigh() -> list[Reading]:
        driver = scale.Driver("scale", scale.Settings(period_ms=2))
        seen = await opened(driver)
        await _until(seen, "zero")
        await driver.put(grams=560)
        await _until(seen, "stable")
        await driver.close()
        return _readings(seen)

    readings = asyncio.run(weigh())
    states = [reading.state for reading in readings]
    first = states.index("motion")
    assert states[first : first + 4] == ["motion", "motion", "motion", "stable"]
    assert (readings[-1].value, readings[-1].exponent, readings[-1].unit) == (560, -3, "kg")
    assert [reading.sequence for reading in readings] == list(range(1, len(readings) + 1))


@pytest.mark.parametrize(
    ("knob", "args", "state"),
    [
        ("jitter", {"on": True}, "motion"),
        ("fault", {"on": True}, "fault"),
        ("negative", {"grams": 20}, "under"),
        ("put", {"grams": 15_001}, "over"),
    ],
)
def test_a_scale_in_trouble_gives_no_stable_reading(knob: str, args: dict[str, object], state: ScaleState) -> None:
    async def weigh() -> None:
        driver = scale.Driver("scale", scale.Settings(period_ms=2))
        seen = await opened(driver)
        await getattr(driver, knob)(**args)
        await _until(seen, state)
        assert "stable" not in {reading.state for reading in _readings(seen)}
        await driver.close()

    asyncio.run(weigh())


def test_a_scale_zeroes_a_small_load_and_refuses_a_large_one() -> None:
    async def weigh() -> None:
        driver = scale.Driver("scale", scale.Settings(period_ms=2))
        seen = await opened(driver)
        await driver.put(grams=300)
        await _until(seen, "stable")
        await driver.zero()
        await _until(seen, "zero")
        await driver.put(grams=100)
        assert (await _until(seen, "stable")).value == 100
        with pytest.raises(DeviceError, match="clear the platter"):
            await driver.zero()
        with pytest.raises(KnobError):
            await driver.remove(grams=5000)
        await driver.close()

    asyncio.run(weigh())


@given(st.integers(-10_000, 100_000), st.integers(-4, 1), st.sampled_from(["kg", "g"]))
@settings(max_examples=60)
def test_a_scale_shows_grams_within_half_a_division(grams: int, exponent: int, unit: str) -> None:
    shown = scale.counts(grams, "kg" if unit == "kg" else "g", exponent)
    division = (1000 if unit == "kg" else 1) * 10**4 * 10 ** (exponent + 4) // 10**4  # in units of 0.0001 g
    assert abs(shown * division - grams * 10**4) * 2 <= division


def test_a_scanner_reads_what_is_held_before_it_and_refuses_what_is_no_code() -> None:
    async def scan() -> None:
        driver = scanner.Driver("scanner", scanner.Settings())
        assert await driver.scan(data="1") == {"read": False}
        seen = await opened(driver)
        assert await driver.scan(data="5901234123457", symbology="]E0") == {"read": True}
        assert seen.of(CodeRead) == [CodeRead("scanner", "5901234123457", "]E0")]
        for data, symbology in (("", ""), ("1" * 4097, ""), ("1", "E0")):
            with pytest.raises(KnobError):
                await driver.scan(data=data, symbology=symbology)
        await driver.beep("bad")
        await driver.unplug()
        with pytest.raises(NoHardwareError):
            await driver.beep("good")
        await driver.close()

    asyncio.run(scan())


def test_a_camera_gives_the_folders_pictures_in_turn_and_holds_one_on_request(tmp_path: Path) -> None:
    for name, size in (("a.png", (32, 16)), ("b.png", (16, 32))):
        Image.new("RGB", size).save(tmp_path / name)
    (tmp_path / "c.png").write_bytes(b"no picture")

    async def look() -> None:
        driver = camera.Driver("camera", camera.Settings(str(tmp_path)))
        with pytest.raises(NotEnabledError):
            await driver.frame()
        await opened(driver)
        frames = [await driver.frame(), await driver.frame()]
        assert [(frame.width, frame.height) for frame in frames] == [(32, 16), (16, 32)]
        assert all(frame.jpeg.startswith(b"\xff\xd8") for frame in frames)
        with pytest.raises(DeviceError, match=r"c\.png is no picture"):
            await driver.frame()
        await driver.show(picture="b.png")
        assert (await driver.frame()).height == 32
        with pytest.raises(KnobError):
            await driver.show(picture="../secret.png")
        await driver.close()

    asyncio.run(look())


def test_a_camera_guesses_what_was_laid_under_it_the_likeliest_first() -> None:
    async def look() -> None:
        driver = camera.Driver("camera", camera.Settings())
        with pytest.raises(NotEnabledError):
            await driver.likeliest_produce()
        await opened(driver)
        assert await driver.likeliest_produce() == ()
        await driver.lay(produce="4011, 4017")
        assert await driver.likeliest_produce() == (Guess("4011", 0.5), Guess("4017", 0.25))
        for wrong in ("1,2,3,4,5,6", "4011,4011"):
            with pytest.raises(KnobError, match="at most 5 different"):
                await driver.lay(produce=wrong)
        assert driver.state()["lying"] == "4011,4017"
        await driver.lay(produce="")
        assert await driver.likeliest_produce() == ()
        await driver.unplug()
        with pytest.raises(NoHardwareError):
            await driver.likeliest_produce()
        await driver.close()

    asyncio.run(look())


def test_a_camera_without_a_folder_is_grey() -> None:
    async def look() -> None:
        driver = camera.Driver("camera", camera.Settings())
        await opened(driver)
        assert (await driver.frame()).width == 640
        await driver.close()

    asyncio.run(look())


def test_a_switch_that_is_on_before_enable_is_told_at_enable() -> None:
    async def turn() -> None:
        driver = lights.Driver("lights", lights.Settings())
        await driver.staff_key(on=True)
        seen = await opened(driver)
        assert seen.of(SwitchTurned) == [SwitchTurned("lights", "staff_key", on=True, found=True)]
        await driver.show("amber", blinking=True)
        assert (driver.state()["colour"], driver.state()["blinking"]) == ("amber", True)
        await driver.close()
        assert driver.state()["colour"] == "off"

    asyncio.run(turn())


def test_a_printer_numbers_its_receipts_and_fails_without_paper(tmp_path: Path) -> None:
    async def print_some() -> None:
        driver = printer.Driver("printer", printer.Settings(str(tmp_path)))
        with pytest.raises(NotEnabledError):
            await driver.print_document(RECEIPT)
        seen = await opened(driver)
        assert (await driver.print_document(RECEIPT)).outcome == "printed"
        await driver.paper_out(on=True)
        assert (await driver.print_document(RECEIPT)).reason == "paper out"
        await driver.paper_out(on=False)
        await driver.unplug()
        assert (await driver.print_document(RECEIPT)).outcome == "failed"
        await driver.plug()
        assert (await driver.print_document(RECEIPT)).outcome == "printed"
        assert [event.state for event in seen.events if isinstance(event, PrinterState)] == ["out", "ok"]
        await driver.close()

    asyncio.run(print_some())
    assert sorted(file.name for file in tmp_path.glob("*.json")) == ["000001.json", "000002.json"]
    assert "Mango" in (tmp_path / "000001.json").read_text()


@pytest.mark.parametrize(
    ("model", "given"),
    [
        ("../scale", {}),
        ("unheard_of", {}),
        ("simulated", {"colour": "red"}),
        ("simulated", {"capacity_grams": "15 kg"}),
        ("simulated", {"certified": 1}),
        ("simulated", {"unit": "stone"}),
        ("simulated", {"exponent": 9}),
    ],
)
def test_a_driver_is_not_loaded_with_settings_it_does_not_know(model: str, given: dict[str, object]) -> None:
    with pytest.raises(DeviceError, match="produce_scale"):
        load("scale", model, "produce_scale", given)


def test_a_missing_setting_and_an_unknown_category_are_named() -> None:
    with pytest.raises(DeviceError, match="'file'"):
        load("fiscal", "simulated", "fiscal", {})
    with pytest.raises(DeviceError, match="no device category"):
        load("hoover", "simulated", "hoover", {})
