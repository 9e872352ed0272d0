"""The knob protocol, spoken by its two sides over a real socket and held to its schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.card_reader.simulated import Terminal
from bench.knobs import KnobClient, KnobPanel, KnobRefusedError
from hal.device import ClaimedError, DeviceError
from hal.knobs import LONGEST_LINE, Board, KnobServer
from hal.lights import simulated as lights
from hal.scale import simulated as scale
from hal.scanner import simulated as scanner
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/formats/knobs.schema.json").read_text())
SIDES = pytest.mark.parametrize("side", ["hal", "bench"])


def _valid(value: object, name: str) -> None:
    jsonschema.validate(value, {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


class _Bell:
    """A board of one knob, served by either side."""

    def __init__(self, side: str, path: Path) -> None:
        self.rung: list[tuple[int, str]] = []
        self.path = path
        self.served: Any
        if side == "hal":
            self.served = KnobServer(Board("bell", "lights", "simulated", (self.ring,)), str(path))
        else:
            self.served = KnobPanel(name="bell", category="lights", model="simulated", knobs=(self.ring,))
        self.side = side

    async def ring(self, *, times: int, how: Literal["soft", "loud"] = "soft", word: str = "", on: bool = True) -> str:
        """Ring the bell."""
        self.rung.append((times, how))
        self.served.tell("rang", times=times)
        return f"{times} {how} {word}{on}"

    async def start(self) -> None:
        await (self.served.start() if self.side == "hal" else self.served.start(self.path))


def _with_bell(side: str, folder: Path, use: Callable[[_Bell, KnobClient], Awaitable[None]]) -> None:
    async def run() -> None:
        bell = _Bell(side, folder / "bell")
        await bell.start()
        client = await KnobClient.connect(bell.path)
        try:
            await use(bell, client)
        finally:
            await client.close()
            await bell.served.close()
        assert not bell.path.exists()

    asyncio.run(run())


async def _raw(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(path)
    answers = []
    for line in lines:
        writer.write(line)
        answers.append(json.loads(await reader.readline()))
    writer.close()
    return answers


@SIDES
def test_a_knob_is_turned_its_result_told_and_every_watcher_sees_it(side: str, tmp_path: Path) -> None:
    async def use(bell: _Bell, client: KnobClient) -> None:
        watcher = await KnobClient.connect(bell.path)
        await watcher.describe()
        assert await client.turn("ring", times=2, how="loud") == "2 loud True"
        assert bell.rung == [(2, "loud")]
        event = await anext(watcher.events())
        assert event == ("rang", {"times": 2})
        await watcher.close()

    _with_bell(side, tmp_path, use)


@SIDES
@pytest.mark.parametrize(
    "args",
    [{}, {"times": "2"}, {"times": True}, {"times": 1, "how": "shrill"}, {"times": 1, "on": 1}, {"times": 1, "x": 1}],
)
def test_an_argument_that_does_not_fit_is_refused_and_nothing_is_turned(
    side: str, args: dict[str, object], tmp_path: Path
) -> None:
    async def use(bell: _Bell, client: KnobClient) -> None:
        with pytest.raises(KnobRefusedError):
            await client.turn("ring", **args)
        with pytest.raises(KnobRefusedError, match="no knob 'sing'"):
            await client.turn("sing")
        assert not bell.rung

    _with_bell(side, tmp_path, use)


@SIDES
def test_answers_events_and_description_fit_the_schema(side: str, tmp_path: Path) -> None:
    async def use(bell: _Bell, client: KnobClient) -> None:
        description, refused, nonsense = await _raw(
            bell.path, b'{"id":1,"knob":"describe"}\n', b'{"id":2,"knob":"sing","args":{}}\n', b"\xff{\n"
        )
        _valid(description["result"], "description")
        for answer in (description, refused, nonsense):
            _valid(answer, "answer")
        assert (refused["id"], nonsense["ok"]) == (2, False)

    _with_bell(side, tmp_path, use)


@SIDES
@given(
    line=st.one_of(st.binary(max_size=60), st.recursive(st.integers(), st.lists).map(lambda v: json.dumps(v).encode()))
)
@settings(max_examples=40, deadline=None)
def test_no_line_whatever_breaks_a_board(side: str, line: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    line = line.replace(b"\n", b" ") + b"\n"

    async def use(bell: _Bell, client: KnobClient) -> None:
        (answer,) = await _raw(bell.path, line)
        assert answer["ok"] is False
        assert await client.turn("ring", times=1) == "1 soft True"

    _with_bell(side, tmp_path_factory.mktemp("knobs"), use)


def test_a_line_longer_than_allowed_ends_that_connection_only(tmp_path: Path) -> None:
    async def use(bell: _Bell, client: KnobClient) -> None:
        reader, writer = await asyncio.open_unix_connection(bell.path)
        writer.write(b"x" * (LONGEST_LINE * 3))
        assert json.loads(await reader.readline())["ok"] is False
        assert await client.turn("ring", times=1)
        writer.close()

    _with_bell("hal", tmp_path, use)


def test_a_board_that_goes_away_fails_its_turners_and_ends_its_events(tmp_path: Path) -> None:
    async def run() -> None:
        bell = _Bell("hal", tmp_path / "bell")
        await bell.start()
        client = await KnobClient.connect(bell.path)
        await client.describe()
        await bell.served.close()
        await client.closed.wait()
        assert [event async for event in client.events()] == []
        with pytest.raises(ConnectionError):
            await client.turn("ring", times=1)

    asyncio.run(run())


def test_a_socket_left_by_a_killed_process_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    async def run() -> None:
        path = tmp_path / "scanner.knobs"
        left = await asyncio.start_unix_server(lambda _reader, _writer: None, path)
        first = scanner.Driver("scanner", scanner.Settings(str(path)))
        with pytest.raises(ClaimedError):
            await first.open(Seen())
        left.close()
        await left.wait_closed()
        await opened(first)
        second = scanner.Driver("scanner", scanner.Settings(str(path)))
        with pytest.raises(ClaimedError):
            await second.open(Seen())
        await first.close()

    asyncio.run(run())


def test_a_path_too_long_for_a_socket_is_told_in_words(tmp_path: Path) -> None:
    driver = scanner.Driver("scanner", scanner.Settings(str(tmp_path / ("x" * 120))))
    with pytest.raises(DeviceError, match="shorter or writable"):
        asyncio.run(driver.open(Seen()))


def test_every_board_of_the_house_describes_itself_by_the_schema(tmp_path: Path) -> None:
    async def run() -> None:
        drivers = [
            scanner.Driver("scanner", scanner.Settings(str(tmp_path / "1"))),
            scale.Driver("scale", scale.Settings(knob_socket=str(tmp_path / "2"))),
            lights.Driver("lights", lights.Settings(str(tmp_path / "3"))),
        ]
        terminal = Terminal(tmp_path / "charges.jsonl")
        await terminal.panel.start(tmp_path / "4")
        for driver in drivers:
            await driver.open(Seen())
        for path in "1234":
            client = await KnobClient.connect(tmp_path / path)
            description = await client.describe()
            _valid(description, "description")
            assert {"unplug", "plug"} < {knob["knob"] for knob in description["knobs"]}
            await client.close()
        for driver in drivers:
            await driver.close()
        await terminal.close()

    asyncio.run(run())


def test_the_bench_turns_a_simulator_and_watches_its_light(tmp_path: Path) -> None:
    async def run() -> None:
        driver = lights.Driver("lights", lights.Settings(str(tmp_path / "lights")))
        seen = await opened(driver)
        client = await KnobClient.connect(tmp_path / "lights")
        await client.turn("staff_key", on=True)
        await driver.show("red", blinking=True)
        told = client.events()
        assert [await anext(told), await anext(told)] == [
            ("switch", {"switch": "staff_key", "on": True}),
            ("light", {"colour": "red", "blinking": True}),
        ]
        await client.turn("unplug")
        await wait_until_async(lambda: seen.statuses == ["ready", "lost"])
        await client.close()
        await driver.close()

    asyncio.run(run())


def test_a_client_that_is_closed_at_once_hangs_up(tmp_path: Path) -> None:
    async def use(bell: _Bell, _: KnobClient) -> None:
        hasty = await KnobClient.connect(bell.path)
        await hasty.close()
        assert hasty.closed.is_set()
        assert hasty._writer.is_closing()

    _with_bell("bench", tmp_path, use)
