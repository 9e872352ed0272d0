"""The cabinet's lamps and switches on gpiozero's mock pins."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import pytest
from gpiozero.exc import PinUnknownPi
from gpiozero.pins.mock import MockFactory, MockPin

from bench.far_ends.lights.gpio import Cabinet
from hal.device import DeviceEvent, NoHardwareError, NotEnabledError, StatusChanged
from hal.lights.contract import Colour, SwitchTurned
from hal.lights.gpio import Driver, Settings, Standing
from tests.support.rigs import Seen, opened
from tests.support.rigs.lights.gpio import settings
from tests.support.waiting import wait_until_async

GREEN, AMBER, RED, KEY, DOOR = 17, 27, 22, 23, 24
WIRED = Settings(GREEN, AMBER, RED, staff_key_pin=KEY, door_pin=DOOR, bounce_ms=0, blink_ms=5, look_ms=5)


class _NoPiYet(MockFactory):  # type: ignore[misc]  # gpiozero carries no types
    """A board that is no Raspberry Pi until it is made one."""

    is_pi = False

    def pin(self, name: object) -> Any:  # noqa: ANN401  gpiozero's own
        """Refuse as gpiozero does off a Pi."""
        if not self.is_pi:
            text = "unable to locate Pi revision"
            raise PinUnknownPi(text)
        return super().pin(name)


@pytest.fixture
def pins() -> Any:  # noqa: ANN401  gpiozero carries no types
    factory = MockFactory()
    yield factory
    factory.close()


def _lit(pins: Any) -> list[bool]:  # noqa: ANN401  gpiozero carries no types
    return [bool(pins.pin(pin).state) for pin in (GREEN, AMBER, RED)]


@pytest.mark.parametrize(
    ("colour", "lit"),
    [
        ("off", [False, False, False]),
        ("green", [True, False, False]),
        ("amber", [False, True, False]),
        ("red", [False, False, True]),
    ],
)
def test_one_lamp_is_lit_at_a_time_and_all_are_dark_when_disabled(colour: Colour, lit: list[bool], pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    async def run() -> None:
        driver = Driver("lights", WIRED, pins)
        await opened(driver)
        await driver.show("red")
        await driver.show(colour)
        assert _lit(pins) == lit
        await driver.disable()
        assert _lit(pins) == [False, False, False]
        with pytest.raises(NotEnabledError):
            await driver.show("green")
        await driver.close()

    asyncio.run(run())


def test_a_blinking_lamp_goes_on_and_off_until_another_is_shown(pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    async def run() -> None:
        driver = Driver("lights", WIRED, pins)
        await opened(driver)
        await driver.show("red", blinking=True)
        await wait_until_async(lambda: len(pins.pin(RED).states) > 4, what="a blinking lamp")
        await driver.show("green")
        assert _lit(pins) == [True, False, False]
        await driver.close()

    asyncio.run(run())


@pytest.mark.parametrize(("door_on_when", "shut_is_low"), [("open", True), ("closed", False)])
def test_a_key_and_a_door_are_told_as_they_turn(door_on_when: Any, shut_is_low: bool, pins: Any) -> None:  # noqa: ANN401,FBT001  gpiozero carries no types
    settings = Settings(GREEN, AMBER, RED, staff_key_pin=KEY, door_pin=DOOR, door_on_when=door_on_when, bounce_ms=0)
    shut, ajar = (pins.pin(DOOR).drive_low, pins.pin(DOOR).drive_high)
    if not shut_is_low:
        shut, ajar = ajar, shut

    async def run() -> None:
        driver = Driver("lights", settings, pins)
        seen = Seen()
        await driver.open(seen)
        shut()  # after open: the mock's pull-up sets the level when the pin is taken
        await driver.claim()
        await driver.enable()
        assert seen.of(SwitchTurned) == []
        ajar()
        pins.pin(KEY).drive_low()
        await wait_until_async(lambda: len(seen.of(SwitchTurned)) == 2)
        shut()
        await wait_until_async(lambda: len(seen.of(SwitchTurned)) == 3)
        told = [(event.switch, event.on) for event in seen.events if isinstance(event, SwitchTurned)]
        assert told == [("door", True), ("staff_key", True), ("door", False)]
        assert "staff_key on" in (await driver.check_health()).text
        await driver.close()

    asyncio.run(run())


def test_a_key_that_was_turned_before_enable_is_told_as_found_so(pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    async def run() -> None:
        driver = Driver("lights", WIRED, pins)
        seen = Seen()
        await driver.open(seen)
        pins.pin(DOOR).drive_low()
        pins.pin(KEY).drive_low()
        assert "staff_key on" in (await driver.check_health()).text
        await driver.claim()
        await driver.enable()
        assert seen.of(SwitchTurned) == [SwitchTurned("lights", "staff_key", on=True, found=True)]
        await driver.close()

    asyncio.run(run())


def test_off_a_pi_the_lights_are_lost_and_found_when_the_pins_are_there() -> None:
    async def run() -> None:
        factory = _NoPiYet()
        driver = Driver("lights", WIRED, factory)
        seen: Seen = await opened(driver)
        assert seen.statuses == ["lost"]
        with pytest.raises(NoHardwareError, match="group gpio"):
            await driver.show("green")
        assert not (await driver.check_health()).ok
        factory.is_pi = True
        await wait_until_async(lambda: seen.statuses == ["lost", "ready"])
        await driver.show("green")
        await driver.close()
        factory.close()

    asyncio.run(run())


@pytest.mark.parametrize("pins_given", [(17, 17, 22), (17, 27, 28), (-2, 27, 22)])
def test_pins_that_are_none_or_used_twice_are_refused(pins_given: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="BCM 0 to 27"):
        Settings(*pins_given)


@pytest.mark.parametrize("bad", [{"help_button_pin": GREEN}, {"beeper_pin": 28}])
def test_every_pin_is_for_one_thing(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="BCM 0 to 27"):
        Settings(GREEN, AMBER, RED, **bad)


class _Cut(MockPin):  # type: ignore[misc]  # gpiozero carries no types
    """A pin of another board, whose line is cut at will: pigpio then trips over half an answer."""

    cut = False
    tripped = 0

    def _set_state(self, value: object) -> None:
        self._answer()
        super()._set_state(value)

    def _get_state(self) -> object:
        self._answer()
        return super()._get_state()

    def _answer(self) -> None:
        if _Cut.cut:
            _Cut.tripped += 1
            text = "unpack requires a buffer of 16 bytes"
            raise struct.error(text)


def test_whatever_a_library_trips_over_on_a_cut_line_is_a_missing_device(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        driver = Driver("lights", WIRED, MockFactory(pin_class=_Cut))
        seen = await opened(driver)
        await driver.show("red", blinking=True)
        _Cut.cut = True
        try:
            with pytest.raises(NoHardwareError, match="no answer from the pins"):
                await driver.show("green")
            await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
            assert not (await driver.check_health()).ok
            tripped_by_then = _Cut.tripped
            await wait_until_async(lambda: _Cut.tripped > tripped_by_then + 2, what="it is linked anew in vain")
        finally:
            _Cut.cut = False
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
        await driver.close()

    asyncio.run(run())
    assert "unexpected" not in caplog.text


def test_a_beep_is_heard_and_over_and_a_cabinet_without_a_beeper_stays_quiet(pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    async def run() -> None:
        driver = Driver("lights", Settings(GREEN, AMBER, RED, beeper_pin=12, look_ms=5), pins)
        await opened(driver)
        assert driver.capabilities == {"beeper"}
        await driver.beep("good")
        assert [bool(state.state) for state in pins.pin(12).states][-2:] == [True, False]
        await driver.close()
        quiet = Driver("lights", WIRED, pins)
        await opened(quiet)
        await quiet.beep("good")
        await quiet.close()

    asyncio.run(run())


def test_a_whole_cabinet_on_another_board_is_driven_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        cabinet = Cabinet()
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "pigpio")
        monkeypatch.setenv("PIGPIO_ADDR", "127.0.0.1")
        monkeypatch.setenv("PIGPIO_PORT", str(await cabinet.start()))
        driver = Driver("lights", settings())
        seen = await opened(driver)
        await driver.show("amber")
        assert cabinet.lit() == ("amber",)
        await driver.show("green")
        assert cabinet.lit() == ("green",)
        for switch in ("help_button", "tamper", "cash_drawer", "door"):
            await getattr(cabinet, switch)(on=True)
        await wait_until_async(lambda: len(seen.of(SwitchTurned)) == 4, what="four switches")
        await driver.disable()
        assert cabinet.lit() == ()
        await driver.close()
        await cabinet.close()

    asyncio.run(run())


def test_a_key_that_turns_while_the_switches_are_read_is_not_told_as_it_stood_before(pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    async def run() -> None:
        driver = Driver("lights", Settings(GREEN, AMBER, RED, staff_key_pin=KEY, bounce_ms=0, look_ms=60_000), pins)
        seen = await opened(driver)
        stood = driver.look()
        pins.pin(KEY).drive_low()
        await wait_until_async(lambda: seen.of(SwitchTurned), what="the key")
        driver.looked(stood)
        driver.looked(driver.look())
        assert seen.of(SwitchTurned) == [SwitchTurned("lights", "staff_key", on=True)]
        await driver.close()

    asyncio.run(run())


def test_a_key_that_turns_as_the_pins_are_lost_is_told_when_they_are_back(pins: Any) -> None:  # noqa: ANN401  gpiozero carries no types
    class Failing(Driver):
        fails = False

        def look(self) -> Standing:
            if self.fails:
                text = "no answer"
                raise NoHardwareError(text)
            return super().look()

    async def run() -> None:
        driver, seen = Failing("lights", WIRED, pins), Seen()

        def sink(event: DeviceEvent) -> None:
            seen(event)
            if isinstance(event, StatusChanged) and event.status == "lost":
                pins.pin(KEY).drive_low()
                driver.fails = False
                driver.look_soon()

        await driver.open(sink)
        await driver.claim()
        await driver.enable()
        driver.fails = True
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready again")
        pins.pin(KEY).drive_low()  # pins that were taken anew have their pull-up on
        await wait_until_async(lambda: SwitchTurned("lights", "staff_key", on=True) in seen.events, what="the key")
        names = [event.status if isinstance(event, StatusChanged) else "data" for event in seen.events]
        assert "data" not in names[names.index("lost") : names.index("lost") + 2], names
        await driver.close()

    asyncio.run(run())
