"""The network cable, over real TCP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.cable import Cable
from bench.knobs import KnobClient
from bench.processes import Child, free_port, python
from tests.support.waiting import wait_until_async

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _HeadOffice:
    """Answers each line in capitals, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard = b""
        self.lines = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                self.heard += piece
                writer.write(piece.upper())
                await writer.drain()
        self.lines -= 1
        writer.close()


@asynccontextmanager
async def _cabled() -> AsyncIterator[tuple[_HeadOffice, Cable, Callable[[], Awaitable[_Line]]]]:
    office = _HeadOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    cable = Cable("127.0.0.1", server.sockets[0].getsockname()[1])
    port = await cable.start(0, None)
    opened: list[asyncio.StreamWriter] = []

    async def call() -> _Line:
        line = await asyncio.open_connection("127.0.0.1", port)
        opened.append(line[1])
        return line

    try:
        yield office, cable, call
    finally:
        for writer in opened:
            writer.transport.abort()
        await cable.close()
        server.close()
        await wait_until_async(lambda: office.lines == 0, what="head office's lines are closed")


async def _answer(line: _Line, said: bytes) -> bytes:
    line[1].write(said)
    return await line[0].readexactly(len(said))


async def _ends(line: _Line) -> bytes:
    try:
        return await line[0].read()
    except ConnectionError:
        return b""


def test_bytes_pass_both_ways_even_many() -> None:
    async def run() -> None:
        async with _cabled() as (_, _cable, call):
            line = await call()
            assert await _answer(line, b"hello") == b"HELLO"
            many = b"abcdefgh" * 100_000
            assert await _answer(line, many) == many.upper()

    asyncio.run(run())


def test_two_lines_do_not_mix() -> None:
    async def run() -> None:
        async with _cabled() as (_, _cable, call):
            one, two = await call(), await call()
            assert await _answer(one, b"one") == b"ONE"
            assert await _answer(two, b"two") == b"TWO"
            assert await _answer(one, b"again") == b"AGAIN"

    asyncio.run(run())


def test_who_stops_talking_is_heard_out_and_hears_the_answer_out() -> None:
    async def run() -> None:
        async with _cabled() as (office, _, call):
            many = b"x" * 3_000_000 + b"goodbye"
            reader, writer = await call()
            writer.write(many)
            writer.write_eof()
            assert await reader.read() == many.upper()
            assert office.heard == many

    asyncio.run(run())


def test_who_vanishes_takes_the_other_end_along() -> None:
    async def run() -> None:
        async with _cabled() as (office, _, call):
            line = await call()
            await _answer(line, b"hello")
            line[1].transport.abort()
            await wait_until_async(lambda: office.lines == 0, what="head office sees the line end")

    asyncio.run(run())


def test_a_pulled_cable_drops_its_lines_and_takes_no_new_one() -> None:
    async def run() -> None:
        async with _cabled() as (office, cable, call):
            line = await call()
            await _answer(line, b"hello")
            await cable.unplug()

            assert await _ends(line) == b""
            await wait_until_async(lambda: office.lines == 0, what="head office sees the line drop")
            with suppress(ConnectionError):
                late = await call()
                late[1].write(b"anybody there?")
                assert await _ends(late) == b""
            assert office.heard == b"hello"

    asyncio.run(run())


def test_a_cable_plugged_in_again_works() -> None:
    async def run() -> None:
        async with _cabled() as (_, cable, call):
            await cable.unplug()
            await cable.plug()
            assert await _answer(await call(), b"back") == b"BACK"

    asyncio.run(run())


def test_a_line_to_nobody_is_hung_up() -> None:
    async def run() -> None:
        cable = Cable("127.0.0.1", free_port())
        port = await cable.start(0, None)
        line = await asyncio.open_connection("127.0.0.1", port)
        assert await _ends(line) == b""
        line[1].close()
        await cable.close()

    asyncio.run(run())


def test_the_program_says_where_it_is_and_its_knobs_pull_it() -> None:
    async def turn(knobs: Path) -> None:
        client = await KnobClient.connect(knobs)
        try:
            assert (await client.describe())["state"] == {"plugged": True}
            await client.turn("unplug")
            assert (await client.describe())["state"] == {"plugged": False}
            assert await anext(client.events()) == ("network", {"plugged": False})
            await client.turn("plug")
            assert (await client.describe())["state"] == {"plugged": True}
        finally:
            await client.close()

    with tempfile.TemporaryDirectory(prefix="cable") as folder:
        knobs = Path(folder) / "network.knobs"
        root = Path(__file__).parents[2]
        command = python("bench.cable", "--to", "127.0.0.1:9", "--knob-socket", knobs)
        child = Child("cable", command, Path(folder) / "cable.log", folder=root)
        child.start()
        try:
            assert child.about()["port"] > 0
            asyncio.run(turn(knobs))
        finally:
            child.stop()
        assert not knobs.exists()


def test_an_address_without_a_port_is_refused_in_words() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "bench.cable", "--to", "headoffice"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert "'headoffice' is not HOST:PORT" in ran.stderr


def test_a_long_cable_delays_each_byte_and_holds_none_up() -> None:
    """Twenty questions sent at once come back together after one round trip, not after twenty."""

    async def scenario() -> None:
        async with _cabled() as (office, cable, pick_up):
            cable.delay_s = 0.1
            clock = asyncio.get_running_loop().time
            reader, writer = await pick_up()
            began = clock()
            for number in range(20):
                writer.write(f"question {number:02d}\n".encode())
                await asyncio.sleep(0.005)
            await reader.readexactly(20 * len("question 00\n"))
            assert 0.2 <= clock() - began < 2.0
            assert office.heard.startswith(b"question 00\nquestion 01\n")
            writer.close()

    asyncio.run(scenario())


def test_nothing_crosses_a_stuck_cable_and_nothing_of_it_is_lost() -> None:
    async def scenario() -> None:
        async with _cabled() as (office, cable, pick_up):
            reader, writer = await pick_up()
            cable.flows.clear()
            writer.write(b"anybody there?\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.2)
            assert not office.heard
            cable.flows.set()
            assert await reader.readexactly(15) == b"ANYBODY THERE?\n"
            writer.close()

    asyncio.run(scenario())


def test_a_narrow_cable_passes_no_more_than_it_may() -> None:
    async def scenario() -> None:
        async with _cabled() as (_office, cable, pick_up):
            cable.bytes_per_s = 200_000
            clock = asyncio.get_running_loop().time
            reader, writer = await pick_up()
            began = clock()
            writer.write(b"x" * 100_000)
            await reader.readexactly(100_000)
            assert clock() - began >= 0.25
            writer.close()

    asyncio.run(scenario())
