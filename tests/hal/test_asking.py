"""A device that is asked, on a loop that is held up: what has come is looked at before the line is called silent.

The clock is the test's own (``tests.support.clock``), the line a real pipe: bytes travel through the loop's poll, the
port's reader and the listening task as they do from any device, and no time passes but what the test lets pass.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest

from hal.asking import AskedDevice
from hal.device import ProtocolError, TimeoutExpiredError
from hal.ports.descriptor import Descriptor
from tests.support.clock import HeldUpLoop, run_on_its_own_clock

ANSWER_MS = 100


class Pipe:
    """A port that hears what the test says, and keeps what is asked."""

    where = "pipe"

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._descriptor = Descriptor(self._reading, self.where)
        self.asked: list[bytes] = []

    def say(self, data: bytes) -> None:
        os.write(self._writing, data)

    async def open(self) -> None:
        """It is open."""

    async def read(self) -> bytes:
        return await self._descriptor.read()

    async def write(self, data: bytes) -> None:
        self.asked.append(data)

    async def close(self) -> None:
        self._descriptor.release()
        os.close(self._reading)
        os.close(self._writing)


class Device(AskedDevice):
    """Its rounds are the test's."""

    def __init__(self, port: Pipe, script: Callable[[Device, Pipe, HeldUpLoop], Awaitable[None]]) -> None:
        super().__init__("device", port)
        self._script, self._pipe = script, port

    async def rounds(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, HeldUpLoop)
        await self._script(self, self._pipe, loop)

    async def ask_once(self) -> bytes:
        return await self.ask(b"W", _whole, ANSWER_MS)


def _whole(heard: bytes) -> int:
    return heard.find(b"\r") + 1


def _with_device(script: Callable[[Device, Pipe, HeldUpLoop], Awaitable[None]]) -> Pipe:
    async def run() -> Pipe:
        pipe = Pipe()
        try:
            await Device(pipe, script).converse()
        finally:
            await pipe.close()
        return pipe

    return run_on_its_own_clock(run())


def _at(loop: HeldUpLoop, milliseconds: float, *deeds: Callable[[], object]) -> None:
    """Do these, one after the other and without a turn of the loop between them, when so much time has passed."""
    loop.call_later(milliseconds / 1000, lambda: [deed() for deed in deeds])


HELD_UP = {
    "and the answer comes first": lambda pipe, loop: _at(
        loop, 50, lambda: pipe.say(b"1.250\r"), lambda: loop.hold_up(0.3)
    ),
    "and the answer comes last": lambda pipe, loop: _at(
        loop, 50, lambda: loop.hold_up(0.3), lambda: pipe.say(b"1.250\r")
    ),
    "in the very turn in which the time is over": lambda pipe, loop: _at(loop, 100, lambda: pipe.say(b"1.250\r")),
}


@pytest.fixture(params=HELD_UP)
def held_up(request: pytest.FixtureRequest) -> Callable[[Pipe, HeldUpLoop], None]:
    return HELD_UP[str(request.param)]


def test_an_answer_that_came_while_the_loop_was_held_up_is_heard(
    held_up: Callable[[Pipe, HeldUpLoop], None],
) -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        held_up(pipe, loop)
        assert await device.ask_once() == b"1.250\r"

    assert _with_device(script).asked == [b"W"]


def test_silence_is_silence_after_exactly_the_time_that_was_given() -> None:
    async def script(device: Device, _pipe: Pipe, loop: HeldUpLoop) -> None:
        began = loop.time()
        with pytest.raises(TimeoutExpiredError, match=r"no whole answer in 100 ms \(nothing\)"):
            await device.ask_once()
        assert loop.time() - began == pytest.approx(ANSWER_MS / 1000)

    _with_device(script)


def test_a_loop_that_was_held_up_hears_silence_as_silence_too() -> None:
    async def script(device: Device, _pipe: Pipe, loop: HeldUpLoop) -> None:
        _at(loop, 50, lambda: loop.hold_up(0.3))
        with pytest.raises(TimeoutExpiredError):
            await device.ask_once()

    _with_device(script)


def test_half_an_answer_is_none_however_long_the_loop_was_held_up() -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        _at(loop, 50, lambda: pipe.say(b"1.2"), lambda: loop.hold_up(0.3))
        with pytest.raises(TimeoutExpiredError, match=r"31 2e 32"):
            await device.ask_once()

    _with_device(script)


def test_an_answer_after_its_time_is_for_no_later_question() -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        with pytest.raises(TimeoutExpiredError):
            await device.ask_once()
        pipe.say(b"1.250\r")
        with pytest.raises(ProtocolError, match="nobody had asked"):
            await device.pause(10)

    _with_device(script)


def test_what_came_unasked_in_a_pause_is_noticed_though_the_loop_was_held_up() -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        _at(loop, 5, lambda: loop.hold_up(0.3), lambda: pipe.say(b"1.250\r"))
        with pytest.raises(ProtocolError, match="nobody had asked"):
            await device.pause(10)

    _with_device(script)


def test_a_line_is_not_silent_while_bytes_came_that_a_held_up_loop_had_not_read() -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        _at(loop, 5, lambda: loop.hold_up(0.3), lambda: pipe.say(b"late\r"))
        began = loop.time()
        await device.hush(20)
        assert loop.time() - began == pytest.approx(0.005 + 0.3 + 0.02), "its whole time after what came"
        assert await _answered(device, pipe, loop) == b"1.250\r"

    _with_device(script)


def test_a_line_that_goes_on_and_on_does_not_fall_silent() -> None:
    async def script(device: Device, pipe: Pipe, loop: HeldUpLoop) -> None:
        for at in range(1, 60):
            _at(loop, at * 5, lambda: pipe.say(b"?"))
        with pytest.raises(ProtocolError, match="does not fall silent"):
            await device.hush(20)

    _with_device(script)


async def _answered(device: Device, pipe: Pipe, loop: HeldUpLoop) -> bytes:
    _at(loop, 10, lambda: pipe.say(b"1.250\r"))
    return await device.ask_once()
