"""Visitors whose basket is not sold at this lane and just so: staff make an end of it, or it is put aside meanwhile."""

from __future__ import annotations

from typing import Final

from bench.oracle import Oracle
from bench.receipts import Receipts
from bench.world import World
from kiosk.retail.slip_code import is_slip
from tests.faults.payer import Payer
from tests.faults.purse import Purse
from tests.faults.ways import Way
from tests.support.waiting import wait_until_async

__all__ = ["Leaver", "SlipBearer"]

_PAPER_SECONDS: Final = 30.0
_FREE: Final = frozenset({"AttractBody", "BasketBody"})


class Leaver(Payer):
    """Pays some of it and leaves; staff make an end of what is left, and what was paid goes back."""

    async def through(self) -> None:
        """Get to a free lane. Raises ``CutError`` where the kiosk goes dark."""
        supervisor = next(each.badge for each in self._shop.shop.operators if each.role == "supervisor")
        while True:
            await self.until(lambda: bool(self.body) and self.body != "OutOfServiceBody", "a screen")
            body, shown = self.body, self.shown
            if body in _FREE and self.pieces() == 0:
                return
            if body in ("BasketBody", "TenderChoiceBody") and self.content["totals"]["paid"]["minor"] > 0:
                await self.badge(supervisor)
                await self.until(lambda: self.shown is not shown, f"something else than {body}")  # noqa: B023 - awaited here
            else:
                await self._act(body)

    def _staff(self) -> None:
        self.touch("OperatorActed", act="cancel_transaction") if self.pieces() else self.touch("OperatorSignedOut")


class SlipBearer(Payer):
    """Has the basket put aside for the counter, and goes on with it by its slip; then pays."""

    def __init__(self, world: World, oracle: Oracle, way: Way, purse: Purse) -> None:
        super().__init__(world, oracle, way, purse)
        self._papers = Receipts(world.receipts)
        self._papers.fresh()
        self.slip = ""

    async def parks(self) -> str:
        """Have the basket put aside, and go; gives the slip's code."""
        while not self.slip or self.body == "SlipBody":
            body, shown = self.body, self.shown
            await self._act(body)
            await self.until(lambda: self.shown is not shown or self.body != body)  # noqa: B023 - awaited here
            self._has_slip()
        return self.slip

    async def _act(self, body: str) -> None:
        shown = self.shown
        if body == "TenderChoiceBody" and not self._has_slip():
            self.touch("CounterChosen")
        elif body == "SlipBody":
            self._takes_the_slip()
        elif body in _FREE and self.pieces() == 0:
            await self._goes_on()
            return
        else:
            await super()._act(body)
            return
        await self.until(lambda: self.shown is not shown, f"something else than {body}")

    def _takes_the_slip(self) -> None:
        if self.content["stage"] != "printing":
            self.slip = self.slip or self.content["code"]
            self.touch("SlipTaken")

    def _has_slip(self) -> bool:
        """Whether the slip, or a picture of its code, is in hand."""
        codes = [code for paper in self._papers.fresh() for code in paper.qr if is_slip(code)]
        self.slip = codes[-1] if codes else self.slip
        return bool(self.slip)

    async def _goes_on(self) -> None:
        """Hold the slip to the scanner, and again: after a power cut head office may not be heard yet."""
        await wait_until_async(self._has_slip, _PAPER_SECONDS, what="the slip, which the printer's far end keeps")
        if self.body == "AttractBody":  # the paper shall be in English
            self.touch("ShopperArrived", language="en")
            await self.until_body("BasketBody")
        shown = self.shown
        await self.turn("scanner", "scan", data=self.slip, symbology="]Q1")
        await self.until(lambda: self.shown is not shown, "what became of the slip")
