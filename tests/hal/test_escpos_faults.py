"""Faults in the middle of a receipt: only the printer's own word makes it printed, and nothing else makes it ready."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.printer.escpos import GENERIC, PrinterInside
from bench.far_ends.printer.interpreter import Make
from hal.device import DeviceError
from hal.printer.contract import Cut, Document, PrinterState, PrintOutcome, Rule, TextLine
from hal.printer.escpos import Driver
from hal.printer.protocol.dialogue import Dialogue, Patience
from tests.support.rigs import Seen, opened
from tests.support.rigs.printer.escpos import escpos_settings
from tests.support.waiting import wait_until_async

RECEIPT = Document("job", (*(TextLine(f"Line {number}", "1.00") for number in range(20)), Rule(), Cut()))
STATUS, PAPER, JOB = b"\x10\x04", b"\x1dr1", b"\x1d(H"
QUICK = {"answer_timeout_ms": 250, "confirm_timeout_ms": 600}


class _Moody:
    """A printer that is well until a job comes, and then does what ``mood`` says. It answers each question at once."""

    def __init__(self, mood: str) -> None:
        self.mood = mood
        self.chance = random.Random(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_job = False
        while data := await reader.read(8192):
            writer.write(b"\x37\x25\x00" * data.count(b"\x10\x14\x08"))
            in_job = in_job or b"\x1b@" in data
            if in_job and self.mood == "hangs up":
                break
            answer = b"" if in_job and self.mood == "falls silent" else b"\x12" * data.count(STATUS)
            if JOB in data or PAPER in data:
                answer += self.word(data)
            if in_job and self.mood == "babbles":
                answer += self.chance.randbytes(30)
            writer.write(answer)

    def word(self, data: bytes) -> bytes:
        """What it says when it is asked for its word."""
        job = data[data.index(JOB) + 7 :][:4] if JOB in data else b""
        right = b"\x37\x22" + job + b"\x00" if job else b"\x00"
        words = {
            "falls silent": b"",
            "says the wrong job": b"\x37\x22!!!!\x00",
            "says half a word": right[:-1],
            "stammers": b"\xff" * 5 + b"\x37\x22" + b"\x00" * 9 + b"\x37",
            "dies with a twitch": b"\x00",
        }
        if self.mood == "dies with a twitch":
            self.mood = "falls silent"
            return words["dies with a twitch"]
        return words.get(self.mood, right)


def _moody(mood: str, **given_settings: object) -> tuple[PrintOutcome, list[str]]:
    async def run() -> tuple[PrintOutcome, list[str]]:
        server = await asyncio.start_server(_Moody(mood).serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        driver = Driver("printer", escpos_settings(host="127.0.0.1", port=port, **QUICK, **given_settings))
        seen = await opened(driver)
        outcome = await driver.print_document(RECEIPT)
        if outcome.outcome == "unknown":
            await wait_until_async(lambda: seen.statuses[-2:] == ["lost", "ready"], what="a link made anew")
        await driver.close()
        server.close()
        return outcome, seen.statuses

    return asyncio.run(run())


@pytest.mark.parametrize("confirm_by", ["process_id", "paper_status"])
@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("hangs up", "unknown"),
        ("falls silent", "unknown"),
        ("says the wrong job", "unknown"),
        ("says half a word", "unknown"),
        ("stammers", "unknown"),
        ("dies with a twitch", "unknown"),
        ("babbles", "unknown"),
        ("is well", "printed"),
    ],
)
def test_once_bytes_went_out_only_the_printers_own_word_makes_a_receipt_printed(
    mood: str, outcome: str, confirm_by: str
) -> None:
    if (mood, confirm_by) == ("babbles", "process_id"):
        outcome = "printed"  # it says the id that nobody could guess, between all the rest
    told, _ = _moody(mood, confirm_by=confirm_by)
    assert told.outcome == outcome
    assert bool(told.reason) == (outcome == "unknown")


Stage = Callable[[PrinterInside, Line], Awaitable[object]]


async def _at(inside: PrinterInside, needle: bytes, deed: Callable[[], Awaitable[object]]) -> None:
    """Do something at the moment when the printer is sent ``needle``, before it takes it."""
    taken, loop = inside.receive, asyncio.get_running_loop()

    def receive(data: bytes) -> None:
        if needle not in data:
            taken(data)
            return
        before, _, after = data.partition(needle)
        taken(before)
        inside.receive = taken  # type: ignore[method-assign]  # once
        task = loop.create_task(_then(deed, lambda: inside.receive(needle + after)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    tasks: set[asyncio.Task[None]] = set()
    inside.receive = receive  # type: ignore[method-assign]  # a printer with somebody's hand in it


async def _then(deed: Callable[[], Awaitable[object]], rest: Callable[[], None]) -> None:
    await deed()
    rest()


def _interrupted(
    folder: Path, needle: bytes, deed: Callable[[PrinterInside, Line], Awaitable[object]], **more: object
) -> tuple[PrintOutcome, PrintOutcome]:
    """The outcome of a receipt in whose middle something happened, and of the next one, after all is well again."""

    async def run() -> tuple[PrintOutcome, PrintOutcome]:
        generic = more.get("profile") == "generic_80"
        make = Make(**GENERIC) if generic else None  # type: ignore[arg-type]  # the three are switches
        inside = PrinterInside(folder, make, pictures=False)
        line = Line(inside)
        where = await line.start_pty(folder / "tty")
        line_settings = {"connection": "serial", "serial_port": where, **QUICK}
        driver = Driver("printer", escpos_settings(**line_settings, **more))
        seen = await opened(driver)
        await _at(inside, needle, lambda: deed(inside, line))
        first = await driver.print_document(RECEIPT)
        await _make_well(inside, line, seen)

        async with asyncio.timeout(10):
            while not (await driver.check_health()).ok:  # noqa: ASYNC110  each look asks the printer anew
                await asyncio.sleep(0.01)
        second = await driver.print_document(RECEIPT)
        await driver.close()
        await line.close()
        return first, second

    return asyncio.run(run())


async def _make_well(inside: PrinterInside, line: Line, seen: Seen) -> None:
    """What staff do: see to the cable, open the cover, take out what is stuck, put in a roll, close it."""
    await line.fault(kind="none")
    await line.plug()
    await inside.stall(on=False)
    await inside.cover(state="open")
    await wait_until_async(lambda: seen.of(PrinterState)[-1] == PrinterState("printer", "cover_open"), what="open")
    await inside.jam(on=False)
    await inside.paper(state="ok")
    await inside.cover(state="closed")


@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
@pytest.mark.parametrize(
    ("needle", "outcome"),
    [(b"\x1b@", "unknown"), (b"Line 9", "unknown"), (b"\x1dV", "unknown")],
    ids=["before the first byte is taken", "in the middle", "before the cut"],
)
def test_a_cable_pulled_in_a_receipt_leaves_it_unknown_and_the_next_is_printed(
    needle: bytes, outcome: str, profile: str, tmp_path: Path
) -> None:
    first, second = _interrupted(tmp_path, needle, lambda _inside, line: line.unplug(), profile=profile)
    assert (first.outcome, second.outcome) == (outcome, "printed")


@pytest.mark.parametrize(("profile", "needle"), [("tm_t20", JOB), ("generic_80", b"\x1dVB\x00")])
def test_a_cable_pulled_before_the_word_leaves_it_unknown_though_all_was_printed(
    profile: str, needle: bytes, tmp_path: Path
) -> None:
    first, second = _interrupted(tmp_path, needle, lambda _inside, line: line.unplug(), profile=profile)
    assert (first.outcome, second.outcome) == ("unknown", "printed")


@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
@pytest.mark.parametrize("trouble", ["paper out", "cover open", "cutter stuck"])
def test_what_stops_the_printer_in_a_receipt_fails_it_by_name(trouble: str, profile: str, tmp_path: Path) -> None:
    async def deed(inside: PrinterInside, _line: Line) -> None:
        match trouble:
            case "paper out":
                await inside.paper(state="out")
            case "cover open":
                await inside.cover(state="open")
            case _:
                await inside.jam(on=True)

    first, second = _interrupted(tmp_path, b"Line 9", deed, profile=profile)
    assert (first.outcome, second.outcome) == ("failed", "printed")
    assert trouble in first.reason


@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
@pytest.mark.parametrize("fault", ["silent", "babble", "lossy", "garbled"])
def test_a_harmed_line_never_makes_a_receipt_printed_that_is_not(fault: str, profile: str, tmp_path: Path) -> None:
    async def deed(inside: PrinterInside, line: Line) -> None:
        await line.fault(kind=fault)  # type: ignore[arg-type]  # the parameters are those words
        await inside.stall(on=fault == "babble")

    first, second = _interrupted(tmp_path, b"Line 9", deed, profile=profile)
    printed = first.outcome == "printed"
    assert second.outcome == "printed"
    assert not (printed and fault in {"silent", "babble"})


@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
def test_answers_that_come_byte_by_byte_are_answers(profile: str, tmp_path: Path) -> None:
    first, second = _interrupted(tmp_path, b"Line 9", lambda _inside, line: line.fault(kind="slow"), profile=profile)
    assert (first.outcome, second.outcome) == ("printed", "printed")


@pytest.mark.parametrize("profile", ["tm_t20", "generic_80"])
@pytest.mark.parametrize("needle", [b"Line 9", b"\x1dV"])
def test_a_power_cycle_in_a_receipt_that_no_line_tells_of_leaves_it_unknown(
    needle: bytes, profile: str, tmp_path: Path
) -> None:
    first, second = _interrupted(
        tmp_path, needle, lambda inside, _line: inside.power_cycle(milliseconds=200), profile=profile
    )
    assert (first.outcome, second.outcome) == ("unknown", "printed")


class _Wire:
    """A port whose far side says, to each question, what it was given to say, in the pieces it was given in."""

    where = "a wire"

    def __init__(self, says: list[list[bytes]]) -> None:
        self.says = says
        self.dialogue: Dialogue | None = None

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def read(self) -> bytes:
        return b""

    async def write(self, data: bytes) -> None:
        assert self.dialogue is not None
        for piece in self.says.pop(0) if self.says else ():
            self.dialogue.heard(piece)


def test_a_printer_that_recovers_between_two_questions_is_asked_again() -> None:
    ready, troubled = [[b"\x12"]] * 3, [[b"\x1a"], [b"\x52"], [b"\x12"], [b"\x12"]]
    assert asyncio.run(_over([*troubled, *ready]).status()).state == "ok"
    assert asyncio.run(_over([*troubled, *troubled]).status()).state == "error"


def _over(says: list[list[bytes]]) -> Dialogue:
    wire = _Wire(says)
    wire.dialogue = Dialogue(wire, Patience(answer_ms=1, write_ms=1, done_ms=1), lambda: None)
    return wire.dialogue


PIECES = st.lists(st.lists(st.binary(max_size=9), max_size=3), max_size=8)


@given(PIECES)
@settings(max_examples=120, deadline=None)
def test_no_noise_breaks_a_question_and_none_but_whole_answers_are_a_state(says: list[list[bytes]]) -> None:
    answered = [b"".join(pieces) for pieces in says]

    async def ask() -> None:
        try:
            status = await _over(says).status_at_once()
        except DeviceError:
            return
        asked = [said.translate(None, b"\x11\x13") for said in answered]
        single = [said for said in asked if len(said) == 1 and said[0] & 0x93 == 0x12]
        assert len(single) >= 3 or any(len(said) > 1 for said in asked[:4])
        assert status.state != "ok" or all(said[0] & 0x60 == 0 for said in single[2:3])

    asyncio.run(ask())


@given(PIECES)
@settings(max_examples=120, deadline=None)
def test_no_noise_is_a_word_on_a_job(says: list[list[bytes]]) -> None:
    async def ask() -> None:
        with pytest.raises(DeviceError):
            await _over(says).word_on_job()

    asyncio.run(ask())
