"""Knob boards as they come and go, served by a real panel on a real socket."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.boards import Boards
from bench.knobs import KnobPanel, KnobRefusedError
from tests.support.waiting import wait_until_async


class _Lamp:
    """A board with one lamp, and a knob that never answers."""

    def __init__(self, path: Path) -> None:
        self.colour = "green"
        self._path = path
        self._panel = self._made()

    def _made(self) -> KnobPanel:
        return KnobPanel(
            name="lamp",
            category="lights",
            model="simulated",
            knobs=(self.paint, self.hang),
            state=lambda: {"colour": self.colour},
        )

    async def paint(self, *, colour: str) -> str:
        """Paint it."""
        if not colour:
            text = "a lamp has a colour"
            raise KnobRefusedError(text)
        before, self.colour = self.colour, colour
        self._panel.tell("light", colour=colour)
        return before

    async def hang(self) -> None:
        """Never answer."""
        await asyncio.Event().wait()

    async def come(self) -> None:
        """Serve."""
        self._panel = self._made()
        await self._panel.start(self._path)

    async def go(self) -> None:
        """Hang up on everybody."""
        await self._panel.close()


class _Room:
    """The lamp, those who follow it, and what they were told."""

    def __init__(self, folder: Path, patience: float) -> None:
        self.told: list[tuple[str, str, Mapping[str, Any]]] = []
        self.lamp = _Lamp(folder / "lamp")
        sockets = {"lamp": folder / "lamp", "bell": folder / "bell"}
        self.boards = Boards(sockets, lambda *told: self.told.append(told), patience=patience)

    def events(self) -> list[str]:
        """What was told, by name."""
        return [event for _, event, _ in self.told]


_Use = Callable[[_Room], Awaitable[None]]
_Play = Callable[..., None]


@pytest.fixture
def in_room() -> Iterator[_Play]:
    with tempfile.TemporaryDirectory(prefix="boards") as folder:

        def play(use: _Use, patience: float = 10) -> None:
            async def run() -> None:
                room = _Room(Path(folder), patience)
                await room.boards.start()
                try:
                    await use(room)
                finally:
                    await room.boards.close()
                    await room.lamp.go()

            asyncio.run(run())

        yield play


def test_a_board_is_followed_as_it_comes_goes_and_comes_back(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        assert not room.boards.here("lamp")
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        assert room.boards.here("lamp")
        await room.lamp.paint(colour="red")
        await wait_until_async(lambda: len(room.told) == 2)
        await room.lamp.go()
        await wait_until_async(lambda: not room.boards.here("lamp"))
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        assert await room.boards.turn("lamp", "paint", colour="amber") == "red"

        assert room.events()[:4] == ["here", "light", "gone", "here"]
        assert room.told[0][2]["state"] == {"colour": "green"}
        assert room.told[3][2]["state"] == {"colour": "red"}

    in_room(use)


def test_turning_an_absent_board_is_refused_with_its_name(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        with pytest.raises(KnobRefusedError, match=r"^lamp is not there now \(its process is down\)$"):
            await room.boards.turn("lamp", "paint", colour="red")

    in_room(use)


def test_turning_a_board_nobody_knows_says_so(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        with pytest.raises(KnobRefusedError, match="there is no board called 'toaster'"):
            await room.boards.turn("toaster", "paint")

    in_room(use)


def test_the_boards_own_refusal_is_passed_on(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        with pytest.raises(KnobRefusedError, match="a lamp has a colour"):
            await room.boards.turn("lamp", "paint", colour="")

    in_room(use)


def test_a_board_that_goes_while_it_is_turned_is_told_in_words(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        turning = asyncio.create_task(room.boards.turn("lamp", "hang"))
        await asyncio.sleep(0)
        await room.lamp.go()
        with pytest.raises(KnobRefusedError, match="lamp went away while it was being turned"):
            await turning

    in_room(use)


def test_a_board_that_does_not_answer_is_not_waited_for_for_ever(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        with pytest.raises(KnobRefusedError, match=r"lamp did not answer within 1 s"):
            await room.boards.turn("lamp", "hang")

    in_room(use, patience=1)


def test_standing_is_of_now_and_of_those_who_are_there(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        assert await room.boards.standing() == {}
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        room.lamp.colour = "amber"
        standing = await room.boards.standing()
        assert list(standing) == ["lamp"]
        assert standing["lamp"]["state"] == {"colour": "amber"}

    in_room(use)


def test_closing_tells_that_the_boards_are_gone(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        await room.lamp.come()
        await room.boards.until_here("lamp", 20)
        await room.boards.close()
        assert room.events() == ["here", "gone"]

    in_room(use)


def test_waiting_for_a_board_that_does_not_come_ends(in_room: _Play) -> None:
    async def use(room: _Room) -> None:
        with pytest.raises(TimeoutError):
            await room.boards.until_here("bell", 0.05)

    in_room(use)
