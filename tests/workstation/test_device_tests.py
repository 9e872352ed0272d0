"""Devices tested from the staff's screen, on simulators and on drivers that fail."""

from __future__ import annotations

import asyncio

from hal.device import Health
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from tests.support.waiting import wait_until_async
from tests.workstation.rack import FakeDevice, Rig


def told(rig: Rig, effect: f.Effect) -> list[i.Input]:
    """What came of an effect."""

    async def work() -> None:
        rig.performer.perform(effect)
        await wait_until_async(lambda: rig.put, what="an answer")

    rig.run(work)
    return rig.put


class Patient(FakeDevice):
    """Counts what it was made to do."""

    def __init__(self, name: str, *, ok: bool = True, fails: Exception | None = None) -> None:
        super().__init__(name)
        self.ok, self.fails = ok, fails
        self.beeps: list[str] = []

    async def check_health(self) -> Health:
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        return Health(self.ok, f"{self.name}: version 7")

    async def beep(self, sound: str) -> None:
        self.beeps.append(sound)


def test_a_scanner_that_is_well_beeps_and_says_its_version() -> None:
    device = Patient("scanner")
    assert told(Rig([("scanner", device)]), f.TestDevice("scanner")) == [
        i.DeviceChecked("scanner", ok=True, found="scanner: version 7")
    ]
    assert device.beeps == ["good"]


def test_a_terminal_is_asked_how_it_is_and_for_nothing_else() -> None:
    device = Patient("card_reader")
    assert told(Rig([("card_reader", device)]), f.TestDevice("card_reader")) == [
        i.DeviceChecked("card_reader", ok=True, found="card_reader: version 7")
    ]
    assert device.beeps == []


def test_a_device_that_is_not_well_is_made_to_do_nothing() -> None:
    device = Patient("scanner", ok=False)
    assert told(Rig([("scanner", device)]), f.TestDevice("scanner")) == [
        i.DeviceChecked("scanner", ok=False, found="scanner: version 7")
    ]
    assert device.beeps == []


def test_a_driver_that_fails_and_a_device_that_is_none_are_results_too() -> None:
    device = Patient("scale", fails=RuntimeError("no"))
    assert told(Rig([("scale", device)]), f.TestDevice("scale")) == [
        i.DeviceChecked("scale", ok=False, found="scale: driver: RuntimeError")
    ]
    assert told(Rig([]), f.TestDevice("fan")) == [i.DeviceChecked("fan", ok=False, found="fan: none in the settings")]


def test_a_test_slip_without_a_printer_is_told_as_failed() -> None:
    assert told(Rig([]), f.PrintTest("j1")) == [i.PrinterAnswered("j1", "failed", "no printer in the settings")]


def test_what_staff_want_of_the_lane_itself_is_done_by_the_house() -> None:
    rig = Rig([])

    async def work() -> None:
        for effect in (f.OpenSignIn(), f.Restart("machine")):
            rig.performer.perform(effect)
        await asyncio.sleep(0)

    rig.run(work)
    assert rig.house == ["open_sign_in", "machine"]
