"""A shopper without hands, for drills: scans through the scanner's knobs, touches through the headless kiosk's door.

It looks at each screen before the next step, as a person does, so it also finds its way after the kiosk was killed
in the middle: what the basket shows is what it goes on from.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from bench.knobs import KnobClient, KnobRefusedError
from bench.oracle import Oracle, Picked
from bench.world import World

__all__ = ["CutError", "Sale", "Screen", "Shopper", "StrangeScreenError"]

_LONGEST_LINE = 8 * 1024 * 1024
_AGAIN = 0.02

Screen = dict[str, Any]


class CutError(Exception):
    """The kiosk went away in the middle."""


class StrangeScreenError(Exception):
    """The kiosk shows what it should not; the text says what was expected and what is shown."""


class Sale(dict[str, Any]):
    """What the shopper saw of a completed sale: ``reference``, ``total`` (Decimal)."""


class Shopper:
    """One person at one kiosk. ``patience`` is how many seconds a screen may take to change.

    ``by_code`` is the tender of whoever pays by phone where that is offered, and by card elsewhere.
    ``held`` is the most things that any screen of this visit has shown in the basket: a cut must not make it less.
    """

    def __init__(self, world: World, oracle: Oracle, *, patience: float = 30.0) -> None:
        self._world = world
        self._oracle = oracle
        self._patience = patience
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._knobs: dict[str, KnobClient] = {}
        self.shown: Screen = {}
        self.held = 0
        self.by_code = ""
        self.looks: list[Callable[[Screen], None]] = []

    @property
    def body(self) -> str:
        """The kind of what is on show."""
        return str(self.shown.get("body", ""))

    @property
    def content(self) -> dict[str, Any]:
        """What is on show."""
        return dict(self.shown["screen"]["body"])

    async def connect(self) -> None:
        """Stand in front of the kiosk: again and again until it is there. Raises ``StrangeScreenError``."""
        await self.leave()
        try:
            async with asyncio.timeout(self._patience * 2):
                while not await self._try():
                    await self.leave()
                    await asyncio.sleep(_AGAIN)
        except TimeoutError:
            message = f"no kiosk opened its door within {self._patience * 2:g} s"
            raise StrangeScreenError(message) from None
        await self.until(lambda: bool(self.shown))

    async def _try(self) -> bool:
        boards = self._world.boards
        try:
            reader, self._writer = await asyncio.open_unix_connection(self._world.touch_socket, limit=_LONGEST_LINE)
            for board in ("scanner", "produce_scale"):
                self._knobs[board] = await KnobClient.connect(boards[board])
        except OSError:
            return False
        self._reader = asyncio.create_task(self._watch(reader))
        return True

    async def leave(self) -> None:
        """Go away; what was seen is forgotten."""
        for client in self._knobs.values():
            await client.close()
        self._knobs.clear()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
        self.shown = {}

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := await reader.readline():
                told = json.loads(line)
                if "screen" in told:
                    self.shown = told
                    self.held = max(self.held, self.pieces())
                    for look in self.looks:
                        look(told)
                    self._changed.set()
        self.shown = {}
        self._changed.set()

    # --- what a shopper does ---------------------------------------------------------------------------------------

    def touch(self, touched: str, **fields: object) -> None:
        """Touch the screen. Raises ``CutError`` when it is dark."""
        if self._writer is None or self._reader is None or self._reader.done():
            raise CutError
        self._writer.write(json.dumps({"touch": touched, **fields}).encode() + b"\n")

    async def turn(self, board: str, knob: str, **args: object) -> None:
        """Do something to a device. Raises ``CutError`` when the kiosk is dark."""
        try:
            await self._knobs[board].turn(knob, **args)
        except (KeyError, ConnectionError):
            raise CutError from None
        except KnobRefusedError as refused:
            raise StrangeScreenError(str(refused)) from refused

    async def until(self, wanted: Callable[[], bool], what: str = "another screen") -> None:
        """Wait for the screen to be as wanted. Raises ``CutError``, or ``StrangeScreenError`` after too long."""
        try:
            async with asyncio.timeout(self._patience):
                while not wanted():
                    if self._reader is None or self._reader.done():
                        raise CutError
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            message = f"waited for {what}; on show is {self.body or 'nothing'}: {json.dumps(self.shown)[:600]}"
            raise StrangeScreenError(message) from None

    async def until_body(self, *bodies: str) -> str:
        """Wait for one of these kinds of screens; gives which."""
        await self.until(lambda: self.body in bodies, " or ".join(bodies))
        return self.body

    def pieces(self) -> int:
        """How many things the basket on show holds; a weighed line counts as one."""
        totals = self.content.get("totals") if self.shown else None
        return int(totals["count"]) if totals else 0

    async def arrive(self) -> None:
        """Come to a free lane."""
        self.held = 0
        await self.until_body("AttractBody", "ThanksBody", "BasketBody")
        if self.body == "ThanksBody":
            await self.until(lambda: self._goodbye() or self.body != "ThanksBody", "the receipt")
            self.touch("ShopperArrived", language="en")
            await self.until_body("AttractBody", "BasketBody")
        if self.body == "AttractBody":
            self.touch("ShopperArrived", language="en")
        await self.until(lambda: self.body == "BasketBody" and self.pieces() == 0, "an empty basket")
        if self.shown["screen"]["chrome"]["language"] != "en":
            self.touch("LanguageChosen", language="en")

    def _goodbye(self) -> bool:
        return self.body == "ThanksBody" and self.content["receipt"] in ("printed", "declined")

    async def fill(self, basket: Sequence[Picked]) -> None:
        """Ring up what is not in the basket yet, in order."""
        await self.until_body("BasketBody", "WeighBody")
        if self.body == "WeighBody":
            self.touch("ViewRequested", view="basket")
            await self.until_body("BasketBody")
        while (done := self.pieces()) < len(basket):
            await self._ring_up(basket[done], done + 1)

    async def _ring_up(self, picked: Picked, then: int) -> None:
        item = self._oracle.items[picked.item_id]
        if picked.grams is not None:
            await self._weigh(picked.item_id, picked.grams, then)
            return
        if item.gtin:
            await self.turn("scanner", "scan", data=item.gtin[1:], symbology="]E0")
        else:
            self.touch("ItemChosen", item_id=picked.item_id)
        await self.until(lambda: self.body == "BasketBody" and self.pieces() >= then, f"{picked.item_id} in the basket")

    async def _weigh(self, item_id: str, grams: int, then: int) -> None:
        await self.turn("produce_scale", "remove")
        self.touch("ItemChosen", item_id=item_id)
        await self.until_body("WeighBody")
        await self.until(lambda: self.body == "WeighBody" and self.content["state"] == "zero", "an empty scale")
        await self.turn("produce_scale", "put", grams=grams)
        await self.until(lambda: self.body == "WeighBody" and self.content["price"] is not None, "a price")
        seen = self.content
        self.touch("WeighConfirmed", item_id=seen["item_id"], net=seen["net"], price=seen["price"])
        await self.until(lambda: self.body == "BasketBody" and self.pieces() >= then, f"{item_id} in the basket")
        await self.turn("produce_scale", "remove")

    async def pay(self) -> Sale:
        """Pay until the goodbye is up. Whatever was begun before is gone on with, never begun again."""
        while True:
            body = await self.until_body(
                "BasketBody", "TenderChoiceBody", "CardBody", "QrBody", "ReceiptChoiceBody", "ThanksBody"
            )
            if body == "BasketBody":
                self.touch("CheckoutRequested")
                await self.until(lambda: self.body != "BasketBody", "tender choice")
            elif body == "TenderChoiceBody":
                self.touch("TenderChosen", tender_id=self._way())
                await self.until(lambda: self.body != "TenderChoiceBody", "the card prompt, or a code")
            elif body in ("CardBody", "QrBody"):
                await self.until(lambda: self.body not in ("CardBody", "QrBody"), "what became of the payment")
            elif body == "ReceiptChoiceBody":
                self.touch("ReceiptChosen", kind="paper")
                await self.until(lambda: self.body != "ReceiptChoiceBody", "the receipt")
            else:
                return await self._thanked()

    def _way(self) -> str:
        shut = {tender for tender, _ in self.content["unavailable"]}
        return self.by_code if self.by_code and self.by_code not in shut else "card"

    async def _thanked(self) -> Sale:
        content = self.content
        sale = Sale(reference=str(content["reference"]), total=Decimal(content["total"]["minor"]) / 100)
        await self.until(lambda: self._goodbye() or self.body != "ThanksBody", "the receipt")
        self.held = 0
        return sale
