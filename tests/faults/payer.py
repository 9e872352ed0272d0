"""A visitor who gets to the goodbye whatever is on show and whatever was cut: pays, or brings something back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from bench.knobs import KnobClient, KnobRefusedError
from bench.oracle import Oracle
from bench.shopper import Screen, Shopper
from bench.world import World
from tests.faults.purse import Purse
from tests.faults.ways import Way

__all__ = ["TERMINAL_MS", "Payer"]

TERMINAL_MS: Final = 40
_PARTIAL: Final = 100
_CASH: Final = 1_000_000
_POINTS: Final = 100
_FIRST: Final = [(200, "coin")]
"""So that more than one hopper gives the change."""
_COINS: Final = (500, 200, 100)
_NOTES: Final = (10_000, 5_000, 1_000)
_VALUES: Final = ("stored_value", "paper_voucher")


class Payer(Shopper):
    """``seen``: what each goodbye has said, by reference; a return's is below nothing."""

    def __init__(self, world: World, oracle: Oracle, way: Way, purse: Purse) -> None:
        super().__init__(world, oracle)
        self._shop, self._way_to_pay = world, way
        kinds: dict[str, str] = {each.kind: each.tender_id for each in reversed(world.shop.tenders)}
        self._offered = {**kinds, "code": kinds["qr"]}
        self._before = _answered(world)
        self._cancelled = False
        self._card = purse.fresh(way.card) if "stored_value" in way.tenders else ""
        self._voucher = purse.voucher(way.worth)
        self._rack = purse.fresh("rack") if way.sells else ""
        self.seen: dict[str, Decimal] = {}
        self.looks.append(self._note)

    def _note(self, screen: Screen) -> None:
        if screen["body"] == "ThanksBody":
            content = screen["screen"]["body"]
            total = Decimal(content["total"]["minor"]) / 100
            self.seen[str(content["reference"])] = -total if content["returned"] else total

    @property
    def answered(self) -> int:
        """How many requests of this visit the terminal has settled."""
        return _answered(self._shop) - self._before

    async def arrive(self) -> None:
        """Come to a free lane, whoever of staff is still at it."""
        if self.body in ("StaffBody", "RefundFindBody", "RefundLinesBody", "RefundMoneyBody"):
            self.touch("OperatorSignedOut")
        await super().arrive()

    async def buys_a_card(self, pieces: int) -> None:
        """A gift card from the rack comes into the basket beside so many pieces, where it is not there yet."""
        while self._rack and self.pieces() == pieces:
            await self.turn("scanner", "scan", data=self._rack, symbology="]C0")
            await self.until(lambda: self.pieces() > pieces, "the gift card in the basket")

    async def through(self) -> None:
        """Get to the goodbye. Raises ``CutError`` where the kiosk goes dark."""
        while True:
            await self.until(lambda: bool(self.body) and self.body != "OutOfServiceBody", "a screen")
            if self.body == "ThanksBody":
                await self._thanked()
                return
            await self._act(self.body)

    async def sees_the_paper(self) -> None:
        """What was cut at the goodbye is printed after all, if it was not."""
        await self.until(lambda: self.body != "ThanksBody" or self._goodbye(), "the receipt")

    async def _act(self, body: str) -> None:
        """What there is to do at this screen; then something else is on show."""
        shown = self.shown
        deeds: dict[str, Callable[[], object]] = {
            "BasketBody": lambda: self.touch("CheckoutRequested"),
            "TenderChoiceBody": self._choose,
            "ReceiptChoiceBody": lambda: self.touch("ReceiptChosen", kind="paper"),
            "InstalmentsBody": self._at_once,
            "QrBody": self._code_shown,
            "StaffBody": self._staff,
        }
        if body in deeds:
            deeds[body]()
        elif body == "CardBody":
            await self._tap()
        elif body == "ValueBody":
            await self._present()
        elif body == "CashBody":
            await self.badge(self._shop.shop.operators[0].badge)
        elif body == "CashMachineBody":
            await self._insert()
        await self.until(lambda: self.shown is not shown or self.body != body, f"something else than {body}")

    async def badge(self, code: str) -> None:
        """Staff hold a badge to the scanner."""
        await self.turn("scanner", "scan", data=code, symbology="]E0")

    def _choose(self) -> None:
        points = self.content.get("points") or {}
        tenders = [each for each in self._way_to_pay.tenders if each != "points" or points.get("most", 0) >= _POINTS]
        if "points" in tenders and not points.get("used"):
            self.touch("TenderChosen", tender_id="points", points=_POINTS)
            return
        rest = [each for each in tenders if each != "points"] or ["card"]
        paid = self.content["totals"]["paid"]["minor"] > 0
        first_is_used = paid and (rest[0] in _VALUES or rest[0] == "food_voucher")
        wanted = rest[-1] if self._cancelled or first_is_used else rest[0]
        self.touch("TenderChosen", tender_id=self._offered.get(wanted, wanted))

    def _at_once(self) -> None:
        self.touch("TenderChosen", tender_id=self.content["tender"]["tender_id"], instalments=1)

    async def _present(self) -> None:
        """Scan the card, or the one voucher there is; while head office is asked there is nothing to do."""
        if self.content["stage"] != "present":
            return
        voucher = self.content["tender"]["kind"] == "paper_voucher"
        await self.turn("scanner", "scan", data=self._voucher if voucher else self._card, symbology="]C0")

    def _code_shown(self) -> None:
        if self._way_to_pay.cancels and not self._cancelled:
            self._cancelled = True
            self.touch("PaymentCancelled")

    async def _insert(self) -> None:
        """Put the next coin or note in, as long as this is on show; or take all of it back."""
        content, body, shown = self.content, self.body, self.shown
        if content["stage"] != "insert":
            return
        inserted, left = content["inserted"]["minor"], content["left"]["minor"]
        if self._way_to_pay.cancels and inserted and not self._cancelled:
            self._cancelled = True
            self.touch("PaymentCancelled")
            return
        machine = await KnobClient.connect(self._shop.boards["cash_recycler"])
        try:
            while self.shown is shown and self.body == body:
                for value, form in _pieces(left) if inserted else _FIRST:
                    if (await machine.turn("insert", value_minor=value, form=form))["taken"]:
                        return
                await asyncio.sleep(TERMINAL_MS / 1000)
        finally:
            await machine.close()

    async def _tap(self, answers: tuple[str, ...] = ()) -> None:
        """Tap once for each request, with what the bank answers to it."""
        number, body, shown = self.answered, self.body, self.shown
        wanted = answers or self._way_to_pay.answers
        outcome = wanted[min(number, len(wanted) - 1)]
        amount = {"amount_minor": _PARTIAL} if outcome == "partial" else {}
        terminal = await KnobClient.connect(self._shop.boards["card_terminal"])
        try:
            while self.shown is shown and self.body == body:
                if await _tapped(terminal, outcome, amount):
                    break
                await asyncio.sleep(TERMINAL_MS / 1000)
        finally:
            await terminal.close()

    def _staff(self) -> None:
        if self.content.get("cash_due"):
            self.touch(
                "OperatorActed", act="cash_received", amount={"minor": _CASH, "currency": self._shop.shop.currency}
            )
        else:
            self.touch("OperatorSignedOut")


def _pieces(left: int) -> list[tuple[int, str]]:
    """What a purse has for so much, as (minor units, form), in the order in which it is tried; it wants change.

    >>> _pieces(1_300)
    [(1000, 'note'), (5000, 'note'), (10000, 'note'), (500, 'coin'), (200, 'coin'), (100, 'coin')]
    """
    fits = sorted((value for value in _NOTES if value <= left), reverse=True)
    over = sorted(value for value in _NOTES if value > left)
    return [*((value, "note") for value in (*fits, *over)), *((value, "coin") for value in _COINS)]


async def _tapped(terminal: KnobClient, outcome: str, amount: Mapping[str, Any]) -> bool:
    """Whether a payment waited for the card."""
    try:
        await terminal.turn("tap", outcome=outcome, **amount)
    except KnobRefusedError:
        return False
    return True


def _answered(world: World) -> int:
    """How many requests the terminal has settled, by its own memory."""
    return len(world.charges.read_bytes().splitlines()) if world.charges.exists() else 0
