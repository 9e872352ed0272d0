"""The hands at the bagging area: what is scanned lies there a moment later, unless they are told to forget it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.bagger import Bagger
from bench.boards import Boards
from bench.knobs import KnobPanel, KnobRefusedError

GOODS = {"08901234567890": (500, 10)}


class _Shop:
    """A scanner, and a bagging scale that only writes down."""

    def __init__(self) -> None:
        self.load: list[int] = []
        self.changed = asyncio.Condition()

    async def scan(self, *, data: str, symbology: str = "") -> None:
        """Scan."""

    async def put(self, *, grams: int) -> None:
        """Into the bag."""
        await self._became([*self.load, grams])

    async def remove(self, *, grams: int = 0) -> None:
        """Out of it."""
        await self._became([*self.load, -grams] if grams else [])

    async def _became(self, load: list[int]) -> None:
        async with self.changed:
            self.load = load
            self.changed.notify_all()

    async def lies(self, loads: int) -> list[int]:
        """What lies there, once so many loads do."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.load) >= loads)
        return self.load


def lived(*turns: tuple[str, str, Mapping[str, object]], bags: bool = True, wait: int = 1) -> list[int]:
    """What lies in the bagging area after these turns, once ``wait`` loads are told of."""

    async def run(folder: Path) -> list[int]:
        shop = _Shop()
        panels = {
            "scanner": KnobPanel(name="scanner", category="scanner", model="simulated", knobs=(shop.scan,)),
            "bagging_scale": KnobPanel(name="b", category="scale", model="simulated", knobs=(shop.put, shop.remove)),
        }
        boards = Boards({name: folder / name for name in panels}, lambda *_: None)
        bagger = Bagger(boards, GOODS if bags else {}, moment=0, leans=0, leaves=0)
        for name, each in panels.items():
            await each.start(folder / name)
        await boards.start()
        try:
            for name in panels:
                await boards.until_here(name)
            for board, knob, args in turns:
                await (bagger.turn(knob, args) if board == "shopper" else boards.turn(board, knob, **args))
            return await shop.lies(wait)
        finally:
            await bagger.close()
            await boards.close()
            for each in panels.values():
                await each.close()

    with tempfile.TemporaryDirectory(prefix="bag") as folder:
        return asyncio.run(run(Path(folder)))


SCAN = ("scanner", "scan", {"data": "8901234567890"})


def test_a_scanned_pack_is_bagged_with_about_its_weight() -> None:
    (grams,) = lived(SCAN)
    assert 470 <= grams <= 530


def test_a_pack_s_data_matrix_names_the_same_pack() -> None:
    assert len(lived(("scanner", "scan", {"data": "010890123456789017261130"}))) == 1


def test_what_is_forgotten_is_not_bagged_and_the_next_is_again() -> None:
    forget, remember = (("shopper", "forget", {"on": on}) for on in (True, False))
    assert len(lived(forget, SCAN, remember, SCAN)) == 1


def test_a_code_nobody_knows_and_a_shop_that_bags_nothing_put_nothing_there() -> None:
    assert lived(("scanner", "scan", {"data": "4006381333931"}), wait=0) == []
    assert lived(SCAN, bags=False, wait=0) == []


def test_something_else_lands_there_and_somebody_leans_on_it_and_lets_go() -> None:
    assert lived(("shopper", "something", {})) == [640]
    assert lived(("shopper", "lean", {}), wait=2) == [6_000, -6_000]


def test_a_knob_that_no_shopper_has_is_refused_in_words() -> None:
    with pytest.raises(KnobRefusedError, match="no knob called 'juggle'"):
        lived(("shopper", "juggle", {}))
