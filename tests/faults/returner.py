"""Staff and a visitor who brings something back, for a drill: whatever was cut, it goes on from what is on show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from typing import Final

from bench.oracle import Oracle
from bench.shopper import StrangeScreenError
from bench.world import World
from tests.faults.payer import Payer
from tests.faults.purse import Purse
from tests.faults.ways import Way

__all__ = ["Returner"]

_PATIENCE: Final = 90
_AGAIN: Final = 3.0
"""Seconds after which staff try again: head office may not have the sale yet, or not be reached."""
_SHOPPER_S: Final = frozenset(
    {"TenderChoiceBody", "CardBody", "QrBody", "ValueBody", "InstalmentsBody", "ReceiptChoiceBody"}
)


class Returner(Payer):
    """``reference``: the receipt. ``handed``: cash that staff handed over, as it was shown. ``dropped``: nothing was
    taken back after all.
    """

    def __init__(self, world: World, oracle: Oracle, way: Way, purse: Purse, reference: str) -> None:
        super().__init__(world, oracle, way, purse)
        self._reference = reference
        self._supervisor = next(each.badge for each in world.shop.operators if each.role == "supervisor")
        self._staff_are_next = False
        self._dropping = False
        self.handed = Decimal(0)
        self.dropped = False

    @property
    def _back(self) -> bool:
        """The goodbye of the return was seen."""
        return any(total <= 0 for total in self.seen.values())

    async def through(self) -> None:
        """Get the money back, or the difference paid. Raises ``CutError`` where the kiosk goes dark."""
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "ThanksBody": self._goodbyes,
            "StaffBody": self._begin,
            "RefundFindBody": self._find,
            "RefundLinesBody": self._take,
            "RefundMoneyBody": self._money,
        }
        until = time.monotonic() + _PATIENCE
        while not self.dropped:
            if time.monotonic() > until:
                message = f"the return does not come to its end; on show is {self.body}: {str(self.shown)[-1200:]}"
                raise StrangeScreenError(message)
            await self.until(lambda: bool(self.body) and self.body != "OutOfServiceBody", "a screen")
            body, shown = self.body, self.shown
            if body in _SHOPPER_S:
                await self._act(body)
            elif body in deeds:
                await deeds[body]()
            else:
                await self._with_the_basket()
            if self._back and (
                self.body in ("AttractBody", "BasketBody") or (self.body == "ThanksBody" and self._printed())
            ):
                return
            with suppress(TimeoutError, StrangeScreenError):
                async with asyncio.timeout(_AGAIN):
                    await self.until(lambda: self.shown is not shown, f"something else than {body}")  # noqa: B023 - awaited here

    async def badge(self, code: str) -> None:
        """As ``Payer``; nothing else is touched before the scanner's word has come through."""
        body = self.body
        await super().badge(code)
        await self._leads_on(body)

    async def _leads_on(self, body: str) -> None:
        """Another screen comes, or (a refusal) none does for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN):
                await self.until(lambda: self.body != body, f"something else than {body}")

    def _printed(self) -> bool:
        return bool(self.content.get("returned")) and self._goodbye()

    async def _goodbyes(self) -> None:
        """The paper of both documents comes by itself."""

    async def _with_the_basket(self) -> None:
        """The basket, or a lane where nothing is left: staff come, or the shopper pays what was bought in exchange."""
        self.dropped = self._dropping
        if self._back:  # and its paper is out: the lane is free
            return
        if self.dropped:
            return
        if self.body == "AttractBody":  # a cut before anything was written: the paper shall be in English all the same
            self.touch("ShopperArrived", language="en")
            await self._leads_on("AttractBody")
        self._staff_are_next = not self._staff_are_next
        kept = self.body == "BasketBody" and self.content["totals"]["credit"] is not None
        if self._staff_are_next or not kept:
            await self.badge(self._supervisor)
        else:
            self.touch("CheckoutRequested")
            await self._leads_on("BasketBody")

    async def _begin(self) -> None:
        self.touch("OperatorActed", act="refund")

    async def _find(self) -> None:
        self.dropped = self._dropping
        if not self.dropped and not self.content["busy"]:
            self.touch("SaleSought", number=self._reference)

    async def _take(self) -> None:
        for line in self.content["lines"]:
            if not line["closed"] and line["left"] > line["chosen"]:
                self.touch(
                    "ReturnLineChosen", line=line["line"], units=line["left"], reason="unwanted", disposition="shelf"
                )
        self.touch("ReturnsConfirmed")

    async def _money(self) -> None:
        content, way = self.content, self._way_to_pay
        if not content["by_staff"]:
            await self._at_the_terminal() if content["stage"] == "asking" else await self.badge(self._supervisor)
            return
        match content["stage"]:
            case "keeping" if self.shown["screen"]["notice"]:
                self.touch("MoneyBackRequested")
            case "ready" if way.drops:
                self._dropping = True
                self.touch("ReturnsDropRequested")
            case "ready":
                self.touch("MoneyBackRequested")
            case "refused":
                self.touch("MoneyBackRequested", cash=way.instead == "cash", credit=way.instead == "credit")
            case "asking":
                await self._at_the_terminal()
            case "cash":
                self.handed = Decimal(content["cash_due"]["minor"]) / 100
                self.touch("CashHandedBack")
            case "pays":
                self.touch("OperatorSignedOut")

    async def _at_the_terminal(self) -> None:
        offered, _ = self.content["next"]
        if offered["kind"] in ("card", "voucher"):
            await self._tap(self._way_to_pay.answers)
