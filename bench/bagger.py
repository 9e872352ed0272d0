"""The hands at the bagging area: what is scanned lies there a moment later, unless they shall forget it.

It knows what packs weigh and nothing of the kiosk: it watches knobs that are turned, and turns others.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from bench.boards import Boards
from bench.knobs import KnobRefusedError

__all__ = ["Bagger"]

_SCALE: Final = "bagging_scale"
_MOMENT: Final = 0.8
_LEANS: Final = 3.0
_LEAVES: Final = 2.0
_GTIN: Final = re.compile(r"^01(\d{14})")
_DIGITS: Final = 14


class Bagger:
    """Follows ``boards``. ``goods``: GTIN-14 -> (grams, standard deviation); none: nobody bags anything here.

    ``moment``: seconds from the scanner to the bag; ``leans`` and ``leaves``: how long somebody leans on the plate, and
    takes to pack up once the receipt is printed.
    """

    def __init__(
        self,
        boards: Boards,
        goods: Mapping[str, tuple[int, int]],
        *,
        moment: float = _MOMENT,
        leans: float = _LEANS,
        leaves: float = _LEAVES,
    ) -> None:
        self.forgets = False
        self._boards, self._goods = boards, goods
        self._moment, self._leans, self._leaves = moment, leans, leaves
        self._chance = random.Random(1)
        self._weighed = 0
        self._tasks: set[asyncio.Task[None]] = set()
        boards.turned = self.turned

    @property
    def bags(self) -> bool:
        """Whether what is scanned is bagged here."""
        return bool(self._goods)

    def turned(self, board: str, knob: str, args: Mapping[str, Any]) -> None:
        """Somebody scanned a pack, or weighed something loose and took it off again."""
        if not self.bags:
            return
        if (board, knob) == ("scanner", "scan") and not self.forgets:
            self._soon(partial(self.bag, str(args.get("data", ""))))
        elif board == "produce_scale" and knob == "put":
            self._weighed += int(args.get("grams", 0))
        elif board == "produce_scale" and knob == "remove":
            grams, self._weighed = self._weighed, 0
            if grams:
                self._soon(partial(self._put, grams))

    async def turn(self, knob: str, args: Mapping[str, Any]) -> None:
        """The page's own knobs: ``forget`` (``on``), ``something`` (grams nobody scanned), ``lean``."""
        match knob:
            case "forget":
                self.forgets = bool(args.get("on"))
            case "something":
                await self._boards.turn(_SCALE, "put", grams=int(args.get("grams", 640)))
            case "lean":
                self._soon(partial(self._lean, int(args.get("grams", 6_000))))
            case _:
                message = f"the shopper has no knob called {knob!r:.40}"
                raise KnobRefusedError(message)

    async def bag(self, code: str) -> None:
        """Put a pack with this code into the bag, where it is known what it weighs."""
        told = _GTIN.match(code)
        known = self._goods.get(told.group(1) if told else code.zfill(_DIGITS))
        if known is not None:
            await asyncio.sleep(self._moment)
            await self._put(max(1, round(self._chance.gauss(known[0], known[1] / 2))))

    def printed(self) -> None:
        """The receipt is out: the bags leave."""
        if self.bags:
            self._soon(self._pack_up)

    async def close(self) -> None:
        """Hands off."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _lean(self, grams: int) -> None:
        await self._put(grams)
        await asyncio.sleep(self._leans)
        await self._boards.turn(_SCALE, "remove", grams=grams)

    async def _pack_up(self) -> None:
        await asyncio.sleep(self._leaves)
        await self._boards.turn(_SCALE, "remove")

    async def _put(self, grams: int) -> None:
        await self._boards.turn(_SCALE, "put", grams=grams)

    def _soon(self, deed: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def done() -> None:
            with contextlib.suppress(KnobRefusedError):  # the scale is unplugged, or its load is another by now
                await deed()

        task = asyncio.get_running_loop().create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
