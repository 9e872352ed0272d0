"""A scale that is asked is believed only in good order: late, doubled and unasked answers stand for nothing."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.far_ends.scale.toledo_8217 import Toledo8217
from hal.device import DeviceError, NoHardwareError, NotEnabledError, StatusChanged, TimeoutExpiredError
from hal.scale import adam, cas
from hal.scale.common.polled import LineSettings
from hal.scale.contract import Reading
from hal.scale.toledo_8217 import Driver, Settings
from tests.support.clock import HeldUpLoop, run_on_its_own_clock
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

ANSWER_MS = 60
SLOW_MS = 240
CAS_BLOCK = b"\x01\x02S 01.250kg\x67\x03\x04"


class Wire:
    """A port whose far end is a function: called with what was written, it says what comes and when (seconds)."""

    where = "wire"

    def __init__(self, answer: Callable[[bytes, int], list[tuple[float, bytes]]]) -> None:
        self._answer = answer
        self._coming: asyncio.Queue[bytes] = asyncio.Queue()
        self.asked: list[bytes] = []

    async def open(self) -> None:
        self._coming = asyncio.Queue()

    async def read(self) -> bytes:
        return await self._coming.get()

    async def write(self, data: bytes) -> None:
        self.asked.append(data)
        for after, told in self._answer(data, self.asked.count(b"W")):
            asyncio.get_running_loop().call_later(after, self._coming.put_nowait, told)

    async def close(self) -> None:
        """Nothing is held."""


def _kg(count: int) -> bytes:
    return b"\x0200.%03d\r" % count


def _run(
    answer: Callable[[bytes, int], list[tuple[float, bytes]]],
    check: Callable[[Driver, Seen, Wire], Awaitable[None]],
    answer_ms: int = ANSWER_MS,
) -> None:
    async def run() -> None:
        given = Settings(port="/dev/none", poll_ms=5, answer_ms=answer_ms, retry_ms=5, longest_retry_ms=20)
        driver, wire = Driver("produce_scale", given), Wire(answer)
        driver.port = wire
        seen = await opened(driver)
        try:
            await check(driver, seen, wire)
        finally:
            await driver.close()

    run_on_its_own_clock(run())


def _readings(seen: Seen) -> list[Reading]:
    return [event for event in seen.events if isinstance(event, Reading)]


async def _until_told(seen: Seen, count: int) -> list[Reading]:
    await wait_until_async(lambda: len(_readings(seen)) >= count, what=f"{count} readings")
    return _readings(seen)


def test_each_answer_is_the_one_to_the_question_before_it_and_the_first_is_not_believed() -> None:
    async def check(_driver: Driver, seen: Seen, _wire: Wire) -> None:
        told = await _until_told(seen, 5)
        assert [reading.value for reading in told[:5]] == [2, 3, 4, 5, 6]
        assert [reading.sequence for reading in told[:5]] == [1, 2, 3, 4, 5]

    _run(lambda _asked, nth: [(0, _kg(nth))], check)


def _behind(hundredths: int) -> Callable[[bytes, int], list[tuple[float, bytes]]]:
    """A scale whose first answer comes at once, and every other after so much of the time that an answer may take."""
    return lambda asked, nth: [(0 if nth == 1 else hundredths * SLOW_MS / 100_000, _kg(nth))] if asked == b"W" else []


@pytest.mark.parametrize("late", [101, 150, 199, 201, 230, 250, 298, 300, 350, 390])
def test_a_scale_whose_answers_always_come_too_late_is_never_believed(late: int) -> None:
    async def check(_driver: Driver, seen: Seen, wire: Wire) -> None:
        await wait_until_async(lambda: wire.asked.count(b"W") > 20, what="twenty questions")
        assert {reading.state for reading in _readings(seen)} <= {"fault"}

    _run(_behind(late), check, SLOW_MS)


@settings(max_examples=40, deadline=None)
@given(
    late=st.integers(50, 390),
    hold_ups=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 400)), max_size=12),
)
@example(late=230, hold_ups=[(245, 250)])  # an answer heard after its time, when another question has been asked
@example(late=230, hold_ups=[(242, 140)])  # a question asked late, so that the answer to the one before is in time
def test_what_is_believed_is_the_answer_to_the_question_just_asked_however_the_loop_is_held_up(
    late: int, hold_ups: list[tuple[int, int]]
) -> None:
    """``late``: what its answers take; ``hold_ups``: begin and length; in hundredths of what an answer may take."""

    async def check(driver: Driver, _seen: Seen, wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, HeldUpLoop)
        await driver.close()
        for begin, length in hold_ups:
            loop.call_later(begin * SLOW_MS / 100_000, loop.hold_up, length * SLOW_MS / 100_000)
        believed: list[tuple[int, int]] = []
        await driver.open(
            lambda event: (
                believed.append((event.value, wire.asked.count(b"W")))
                if isinstance(event, Reading) and event.state == "stable"
                else None
            )
        )
        await driver.claim()
        await driver.enable()
        asked = wire.asked.count(b"W")
        await wait_until_async(lambda: wire.asked.count(b"W") > asked + 12, what="a dozen questions")
        assert [(value, nth) for value, nth in believed if value != nth] == []

    _run(_behind(late), check, SLOW_MS)


@pytest.mark.parametrize("after", [0.0, 0.002], ids=["at once", "before the next question"])
def test_an_answer_that_comes_twice_makes_the_reading_void(after: float) -> None:
    async def check(_driver: Driver, seen: Seen, _wire: Wire) -> None:
        told = await _until_told(seen, 6)
        wrong = next(n for n, reading in enumerate(told) if reading.state == "fault")
        assert told[wrong].value == 0
        assert [reading.state for reading in told[wrong + 1 :]] == ["stable"] * (len(told) - wrong - 1)
        assert told[wrong + 1].value >= 6, "the answer after a disturbance may be to an older question"

    def doubled(_asked: bytes, nth: int) -> list[tuple[float, bytes]]:
        return [(0, _kg(nth)), (after, _kg(nth))] if nth == 4 else [(0, _kg(nth))]

    _run(doubled, check)


def test_an_answer_nobody_can_read_makes_the_reading_void() -> None:
    async def check(_driver: Driver, seen: Seen, _wire: Wire) -> None:
        told = await _until_told(seen, 4)
        assert [reading.state for reading in told[:4]] == ["stable", "stable", "fault", "stable"]
        assert seen.statuses == ["ready"]

    _run(lambda _asked, nth: [(0, b"\x0200,250\r" if nth == 4 else _kg(nth))], check)


def test_a_scale_that_goes_on_answering_nonsense_is_lost_once() -> None:
    async def check(_driver: Driver, seen: Seen, _wire: Wire) -> None:
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        assert seen.statuses == ["ready", "lost"]
        assert {reading.state for reading in _readings(seen)[-3:]} == {"fault"}

    _run(lambda _asked, nth: [(0, b"what?\r" if nth > 4 else _kg(nth))], check)


def test_a_scale_that_stops_in_the_middle_of_an_answer_is_not_believed() -> None:
    async def check(driver: Driver, seen: Seen, _wire: Wire) -> None:
        told = await _until_told(seen, 3)
        assert [reading.state for reading in told] == ["stable", "stable", "fault"]
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        assert "no whole answer" in (await driver.check_health()).text

    _run(lambda _asked, nth: [(0, _kg(nth)[: None if nth < 4 else 5])], check)


def test_what_others_want_done_is_done_between_two_questions_and_told_when_it_failed() -> None:
    async def check(driver: Driver, seen: Seen, wire: Wire) -> None:
        await _until_told(seen, 2)
        await driver.zero()
        await driver.tare(1250)
        await driver.tare(0)
        assert [asked for asked in wire.asked if asked not in {b"W", b"F"}] == [b"Z", b"T01250\r", b"C"]
        with pytest.raises(DeviceError, match="0 to 99999"):
            await driver.tare(100_000)
        with pytest.raises(TimeoutExpiredError):
            await driver.tare()

    def answer(asked: bytes, nth: int) -> list[tuple[float, bytes]]:
        return [] if asked in {b"T", b"F"} else [(0, _kg(nth) if asked == b"W" else b"\x02?P\r")]

    _run(answer, lambda driver, seen, wire: _with_tare(driver, check(driver, seen, wire)))


async def _with_tare(driver: Driver, check: Awaitable[None]) -> None:
    driver.capabilities = frozenset({"zero", "tare"})
    await check


def test_a_scale_that_refuses_says_why() -> None:
    async def check(driver: Driver, seen: Seen, _wire: Wire) -> None:
        await _until_told(seen, 1)
        with pytest.raises(DeviceError, match="motion"):
            await driver.zero()
        with pytest.raises(DeviceError, match="cannot be told to tare"):
            await driver.tare()
        await driver.disable()
        with pytest.raises(NotEnabledError):
            await driver.zero()

    _run(lambda asked, nth: [(0, _kg(nth) if asked == b"W" else b"\x02?A\r")], check)


def test_a_scale_that_is_gone_does_nothing_for_anyone() -> None:
    async def check(driver: Driver, seen: Seen, _wire: Wire) -> None:
        await wait_until_async(lambda: seen.statuses == ["lost"], what="lost")
        with pytest.raises(NoHardwareError):
            await driver.zero()

    _run(lambda _asked, _nth: [], check)


def test_a_scale_left_in_echo_mode_is_brought_back() -> None:
    class Echoing:
        on = True

        def __call__(self, asked: bytes, nth: int) -> list[tuple[float, bytes]]:
            self.on = self.on and asked != b"F"
            return [(0, asked)] if self.on else [(0, _kg(nth))] if asked == b"W" else []

    async def check(_driver: Driver, seen: Seen, _wire: Wire) -> None:
        await _until_told(seen, 2)
        assert seen.statuses == ["ready"]

    _run(Echoing(), check)


@pytest.mark.parametrize("wrong", [{"port": "ttyS0"}, {"port": "host:99999"}, {"port": "/dev/x", "poll_ms": 0}])
def test_settings_that_no_line_has_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"port is|above 0"):
        LineSettings(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def _settled(driver: Any, wire: Wire, check: Callable[[Seen], Awaitable[None]]) -> None:  # noqa: ANN401  any driver
    async def run() -> None:
        driver.port = wire
        try:
            await check(await opened(driver))
        finally:
            await driver.close()

    asyncio.run(run())


def test_a_scale_that_may_be_silent_is_there_and_tells_nothing_in_its_silence() -> None:
    settings = adam.Settings(port="/dev/none", poll_ms=5, answer_ms=20, always_answers=False, prints_when_stable=True)
    wire = Wire(lambda asked, _nth: [(0, b"  1.250kg\r\n")] if wire.asked.count(asked) in {3, 6} else [])
    driver = adam.Driver("bagging_scale", settings)

    async def check(seen: Seen) -> None:
        await wait_until_async(lambda: len(wire.asked) > 12, what="a dozen questions")
        assert seen.statuses == ["ready"]
        assert [reading.value for reading in _readings(seen)] == [1250], "the first answer of all is not believed"
        health = await driver.check_health()
        assert "cut cable" in health.text

    _settled(driver, wire, check)


def test_a_cas_scale_that_is_busy_is_in_motion_and_not_lost() -> None:
    def busy(asked: bytes, _nth: int) -> list[tuple[float, bytes]]:
        return [(0, b"\x15" if wire.asked.count(b"\x05") < 9 else b"\x06" if asked == b"\x05" else CAS_BLOCK)]

    wire = Wire(busy)
    driver = cas.Driver("produce_scale", cas.Settings(port="/dev/none", poll_ms=5, answer_ms=50))

    async def check(seen: Seen) -> None:
        await wait_until_async(lambda: any(each.state == "stable" for each in _readings(seen)), what="a weight")
        assert {each.state for each in _readings(seen)} == {"motion", "stable"}
        assert seen.statuses == ["ready"]

    _settled(driver, wire, check)


def test_of_several_streamed_weights_that_have_come_only_the_last_is_told() -> None:
    class Burst(Wire):
        async def open(self) -> None:
            await super().open()
            lines = [b"ST,GS,0@,   0.%03d kg\r\n" % grams for grams in (50, 100, 200, 300)]
            self._coming.put_nowait(lines[0])
            asyncio.get_running_loop().call_later(0.03, self._coming.put_nowait, b"".join(lines[1:]))

    settings = cas.Settings(port="/dev/none", answer_ms=60, mode="stream", retry_ms=5_000)
    driver = cas.Driver("produce_scale", settings)

    async def check(seen: Seen) -> None:
        await wait_until_async(lambda: "lost" in seen.statuses, what="silence is a loss")
        assert [each.value for each in _readings(seen) if each.state == "stable"] == [300]

    _settled(driver, Burst(lambda _asked, _nth: []), check)


def test_the_far_end_waits_a_moment_before_it_tells_of_a_tare() -> None:
    async def run() -> None:
        inside = Toledo8217(settle_looks=0)
        told: list[bytes] = []
        inside.send = told.append
        await inside.put(grams=500)
        inside.receive(b"T")
        inside.receive(b"W")
        assert told == [b"\x0200.500\r"]
        await wait_until_async(lambda: told[1:], what="the tare's status")
        inside.receive(b"W")
        assert told[1:] == [b"\x02?h\r", b"\x0200.000N\r"]

    asyncio.run(run())


def test_who_asked_for_something_is_told_when_the_scale_is_closed_or_its_driver_stumbles_in_it() -> None:
    async def check(driver: Driver, seen: Seen, _wire: Wire) -> None:
        async def stumble() -> None:
            message = "a bug"
            raise ZeroDivisionError(message)

        with pytest.raises(NoHardwareError):
            await asyncio.wait_for(driver.do(stumble), 2)
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="the scale is back")
        never, begun = asyncio.Event(), asyncio.Event()

        async def hang() -> None:
            begun.set()
            await never.wait()

        waiting = asyncio.ensure_future(driver.do(hang))
        await begun.wait()
        await driver.close()
        with pytest.raises(NoHardwareError):
            await asyncio.wait_for(waiting, 2)

    _run(lambda _asked, count: [(0, _kg(count))], check)


def test_a_line_that_its_reader_stumbles_over_is_a_lost_one() -> None:
    async def check(_driver: Driver, seen: Seen, wire: Wire) -> None:
        async def stumble() -> bytes:
            message = "a bug"
            raise ZeroDivisionError(message)

        wire.read, sound = stumble, wire.read  # type: ignore[method-assign]  # a port that stumbles from now on
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        wire.read = sound  # type: ignore[method-assign]  # and no more
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
        (cause,) = {event.cause for event in seen.events if isinstance(event, StatusChanged) and event.cause}
        assert cause == "ZeroDivisionError: a bug"

    _run(lambda _asked, count: [(0, _kg(count))], check)


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        (OSError(errno.EIO, "Input/output error"), "produce_scale is gone: Input/output error"),
        (ConnectionResetError("the far end hung up"), "produce_scale is gone: the far end hung up"),
        (BrokenPipeError(), "produce_scale is gone: BrokenPipeError"),
    ],
    ids=["by number", "in words", "without a word"],
)
def test_a_line_that_drops_in_the_midst_of_a_deed_is_a_device_error_in_words(dropped: OSError, said: str) -> None:
    async def check(driver: Driver, seen: Seen, _wire: Wire) -> None:
        await _until_told(seen, 1)
        with pytest.raises(NoHardwareError) as told:
            await driver.zero()
        assert str(told.value) == said
        assert told.value.__cause__ is dropped
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")

    def gone(asked: bytes, nth: int) -> list[tuple[float, bytes]]:
        if asked != b"W":
            raise dropped
        return [(0, _kg(nth))]

    _run(gone, check)
