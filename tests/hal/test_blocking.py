"""The watch over a device behind a blocking library: whatever the library throws, it goes on."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import pytest

from hal.blocking import BlockingDevice
from hal.device import NoHardwareError, NotEnabledError, StatusChanged
from tests.support.rigs import opened
from tests.support.waiting import wait_until_async


class _Thermometer(BlockingDevice[int]):
    """Fails as it is told."""

    def __init__(self, *, longest_retry_ms: int = 20) -> None:
        super().__init__("thermometer", poll_ms=5, longest_retry_ms=longest_retry_ms)
        self.fault: Exception | None = None
        self.links = 0
        self.looks: list[float] = []
        self.seen: list[int] = []
        self.threads: set[str] = set()

    def link(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.links += 1

    def look(self) -> int:
        self.looks.append(time.monotonic())
        if self.fault is not None:
            raise self.fault
        return 21

    def unlink(self) -> None:
        self.links = 0

    def looked(self, look: int) -> None:
        self.seen.append(look)


@pytest.mark.parametrize("fault", [OSError("cable"), NoHardwareError("no thermometer"), ZeroDivisionError("library")])
def test_any_fault_is_lost_once_and_the_device_is_linked_again(fault: Exception) -> None:
    async def run() -> None:
        device = _Thermometer()
        seen = await opened(device)
        device.fault = fault
        assert not isinstance(fault, OSError | NoHardwareError) or not (await device.check_health()).ok
        await wait_until_async(lambda: seen.statuses[-1] == "lost")
        assert "not linked" in (await device.check_health()).text
        looks = len(device.seen)
        device.look_soon()
        device.fault = None
        await wait_until_async(lambda: seen.statuses[-1] == "ready")
        await wait_until_async(lambda: len(device.seen) > looks + 2)
        assert seen.statuses == ["ready", "lost", "ready"]
        assert (await device.check_health()).ok
        lost = next(event for event in seen.events if isinstance(event, StatusChanged) and event.status == "lost")
        assert str(fault) in lost.cause
        assert device.links == 1
        assert device.threads == {"device-thermometer_0"}
        await device.close()
        assert device.links == 0
        with pytest.raises(NotEnabledError):
            await device.run(device.look)

    asyncio.run(run())


def test_a_device_that_stays_away_is_tried_less_and_less_often_and_at_once_when_asked_to() -> None:
    async def run() -> None:
        device = _Thermometer(longest_retry_ms=3_600_000)
        device.fault = OSError("cable")
        seen = await opened(device)
        await wait_until_async(lambda: len(device.looks) >= 5, what="five attempts")
        pauses = [later - earlier for earlier, later in itertools.pairwise(device.looks)]
        assert [pause >= 0.009 * 2**number for number, pause in enumerate(pauses[:4])] == [True] * 4, pauses
        device.fault = None
        device.look_soon()
        await wait_until_async(lambda: seen.statuses == ["lost", "ready"], what="ready")
        await device.close()

    asyncio.run(run())


def test_a_library_that_cannot_let_go_has_lost_its_device_and_is_tried_again() -> None:
    class Clinging(_Thermometer):
        clings = False

        def unlink(self) -> None:
            super().unlink()
            if self.clings:
                message = "it does not let go"
                raise OSError(message)

    async def run() -> None:
        device = Clinging()
        seen = await opened(device)
        device.fault, device.clings = OSError("cable"), True
        await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
        device.fault = None
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready again")
        await device.close()
        assert device.threads == {"device-thermometer_0"}

    asyncio.run(run())


def test_a_look_that_the_driver_cannot_take_in_has_lost_its_device() -> None:
    class Blind(_Thermometer):
        blind = False

        def looked(self, look: int) -> None:
            if self.blind:
                message = "a bug"
                raise ZeroDivisionError(message)
            super().looked(look)

    async def run() -> None:
        device = Blind()
        seen = await opened(device)
        device.blind = True
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        device.blind = False
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
        await device.close()

    asyncio.run(run())


def test_a_look_that_never_comes_back_in_time_does_not_hold_the_loop() -> None:
    async def run() -> None:
        gate = threading.Event()
        device = _Thermometer()
        await opened(device)
        slow = asyncio.ensure_future(device.run(lambda: gate.wait(5)))
        await asyncio.sleep(0)
        assert not slow.done()
        gate.set()
        assert await slow
        await device.close()

    asyncio.run(run())


def test_a_library_that_hangs_has_lost_its_device_until_it_comes_back() -> None:
    class Hanging(_Thermometer):
        def __init__(self) -> None:
            super().__init__()
            self._hang_seconds = 0.05
            self.gate = threading.Event()
            self.gate.set()

        def look(self) -> int:
            self.gate.wait(20)
            return super().look()

    async def run() -> None:
        device = Hanging()
        seen = await opened(device)
        device.gate.clear()
        await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
        looks = len(device.seen)
        assert not (await device.check_health()).ok
        assert len(device.seen) == looks
        device.gate.set()
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready again")
        await device.close()

    asyncio.run(run())
