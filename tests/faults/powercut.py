"""``make powercut``: the power goes at each step of each way to pay, one after the other, none left out.

A first visit of each way writes its steps down, as the code takes them (``knife``): each record before and after it is
on disk, each deed before and after it is done. Then one visit for each of these steps, cut exactly there, taken up
again and paid to its end. Afterwards journal, ledger, terminal, acquirer and paper are held against what the shopper
saw.
``WAYS=card,cash`` names some of them; ``EVERY=5`` takes every fifth step only.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.asked import AskedError, end_in_order, whole_number
from bench.knobs import KnobClient, KnobRefusedError
from bench.oracle import Oracle, Picked
from bench.processes import NotReadyError
from bench.reckoning import reckon
from bench.replay import at_rest, catch_up, conclude
from bench.shopper import CutError, Sale, Shopper, StrangeScreenError
from bench.world import Options, World
from kiosk.retail.codes.numbers import check_digit
from tools.report import Report

__all__ = ["WAYS", "Way", "drill", "main"]

_TERMINAL_MS: Final = 40
_TRIES: Final = 3
"""Visits for one step: some come only when a clock runs out in time."""
_GOODBYE_SECONDS: Final = 10
"""What is left to do after the goodbye is on show takes less."""
_CHECKOUT: Final = "kiosk.headless"
_PARTIAL: Final = 100
_CASH: Final = 1_000_000
_POINTS: Final = 100
_MEMBER: Final = 24
_LEAST: Final = 2_000
"""Minor units that the thing bought costs at least, so that parts of it can be paid."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay: which tenders are touched in order, and what the bank answers to each card in order.

    The last of each is repeated. ``cancels``: the first code on show is cancelled. ``member``: points need one.
    ``worth``: what the paper voucher says, in minor units.
    """

    name: str
    tenders: tuple[str, ...]
    answers: tuple[str, ...] = ("approve",)
    cancels: bool = False
    member: bool = False
    worth: int = 500


WAYS: Final = (
    Way("card", ("card",)),
    Way("declined", ("card",), ("decline", "approve")),
    Way("partial", ("card",), ("partial", "approve")),
    Way("code", ("code",)),
    Way("code_cancelled", ("code", "card"), cancels=True),
    Way("cash", ("cash",)),
    Way("points", ("points", "card"), member=True),
    Way("split", ("points", "card"), ("partial", "approve"), member=True),
    Way("gift", ("stored_value",)),
    Way("voucher", ("paper_voucher", "stored_value")),
    Way("voucher_rest", ("paper_voucher",), worth=90_000),
    Way("voucher_card", ("paper_voucher", "card"), ("decline", "approve")),
)


class _Payer(Shopper):
    """A shopper who gets to the goodbye whatever is on show, and whatever was cut."""

    def __init__(self, world: World, oracle: Oracle, way: Way) -> None:
        super().__init__(world, oracle)
        self._shop, self._way_to_pay = world, way
        kinds = {each.kind: each.tender_id for each in reversed(world.shop.tenders)}
        self._offered = {"code": kinds["qr"], **{kind: kinds[kind] for kind in ("stored_value", "paper_voucher")}}
        self._before = _answered(world)
        self._cancelled = False
        self._gift_card = world.shop.gift_cards[0].number
        self._voucher = _a_voucher(way.worth)

    async def through(self) -> Sale:
        """Pay to the end. Raises ``CutError`` where the kiosk goes dark."""
        while True:
            await self.until(lambda: bool(self.body) and self.body != "OutOfServiceBody", "a screen")
            body = self.body
            if body == "ThanksBody":
                return await self._thanked()
            act: Callable[[], object] | None = {
                "BasketBody": lambda: self.touch("CheckoutRequested"),
                "TenderChoiceBody": self._choose,
                "ReceiptChoiceBody": lambda: self.touch("ReceiptChosen", kind="paper"),
                "QrBody": self._code_shown,
                "StaffBody": self._staff,
            }.get(body)
            if act is not None:
                act()
            elif body == "CardBody":
                await self._card()
            elif body == "ValueBody":
                await self._present()
            elif body == "CashBody":
                badge = self._shop.shop.operators[0].badge
                await self.turn("scanner", "scan", data=badge, symbology="]E0")
            await self._until_other(body)

    async def _until_other(self, body: str) -> None:
        """Until something else is on show than what was acted on: another screen, or the same with other words."""
        shown = self.shown
        await self.until(lambda: self.shown is not shown or self.body != body, f"something else than {body}")

    def _choose(self) -> None:
        points = self.content.get("points") or {}
        tenders = [each for each in self._way_to_pay.tenders if each != "points" or points.get("most", 0) >= _POINTS]
        if "points" in tenders and not points.get("used"):
            self.touch("TenderChosen", tender_id="points", points=_POINTS)
            return
        rest = [each for each in tenders if each != "points"] or ["card"]
        paid = self.content["totals"]["paid"]["minor"] > 0
        wanted = rest[-1] if self._cancelled or (paid and rest[0] == "paper_voucher") else rest[0]
        self.touch("TenderChosen", tender_id=self._offered.get(wanted, wanted))

    async def _present(self) -> None:
        """Scan the gift card, or the one voucher there is; while head office is asked there is nothing to do."""
        if self.content["stage"] != "present":
            return
        voucher = self.content["tender"]["kind"] == "paper_voucher"
        await self.turn("scanner", "scan", data=self._voucher if voucher else self._gift_card, symbology="]C0")

    def _code_shown(self) -> None:
        if self._way_to_pay.cancels and not self._cancelled:
            self._cancelled = True
            self.touch("PaymentCancelled")

    async def _card(self) -> None:
        """Tap once for each request, with what the bank answers to it."""
        number = _answered(self._shop) - self._before
        answers = self._way_to_pay.answers
        outcome = answers[min(number, len(answers) - 1)]
        amount = {"amount_minor": _PARTIAL} if outcome == "partial" else {}
        terminal = await KnobClient.connect(self._shop.boards["card_terminal"])
        try:
            while self.body == "CardBody" and not await _tapped(terminal, outcome, amount):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(_TERMINAL_MS / 1000)
        finally:
            await terminal.close()

    def _staff(self) -> None:
        if self.content.get("cash_due"):
            self.touch(
                "OperatorActed", act="cash_received", amount={"minor": _CASH, "currency": self._shop.shop.currency}
            )
        else:
            self.touch("OperatorSignedOut")


def _a_voucher(worth: int) -> str:
    """A bottle voucher that nobody has used: its number follows from the clock."""
    body = f"299{time.time_ns() // 1_000_000 % 10**10:010d}{worth:05d}"
    return f"{body}{check_digit(body)}"


async def _tapped(terminal: KnobClient, outcome: str, amount: Mapping[str, int]) -> bool:
    """Whether a payment waited for the card."""
    try:
        await terminal.turn("tap", outcome=outcome, **amount)
    except KnobRefusedError:
        return False
    return True


def _answered(world: World) -> int:
    """How many requests the terminal has settled, by its own memory."""
    return len(world.charges.read_bytes().splitlines()) if world.charges.exists() else 0


@dataclass(slots=True)
class _Told:
    """What was seen: sales by reference; per way its steps, and those that were cut; what was wrong."""

    seen: dict[str, Decimal] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    cut: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


async def _visit(world: World, oracle: Oracle, way: Way, basket: Sequence[Picked], told: _Told, cut: Path) -> int:
    """One visit to its goodbye; gives how often the kiosk went dark. ``cut``: the knife's file, emptied by its cut."""
    payer, cuts = _Payer(world, oracle, way), 0
    await payer.connect()
    try:
        await payer.arrive()
        if way.member:
            await payer.turn("scanner", "scan", data=world.shop.members[_MEMBER].card_number, symbology="]E0")
            await payer.until(lambda: bool(payer.content.get("member_tier")), "a welcome")
        await payer.fill(basket)
        sale: Sale | None = None
        while sale is None:
            try:
                sale = await payer.through()
            except CutError:
                cuts += 1
                await asyncio.to_thread(_revive, world)
                await payer.connect()
        told.seen[sale["reference"]] = sale["total"]
        expected = oracle.expected(basket).total
        if not way.member and sale["total"] != expected:
            told.wrong.append(f"{way.name}: {sale['reference']} came to {sale['total']}, the oracle says {expected}")
    finally:
        await payer.leave()
    if not cuts and await asyncio.to_thread(_was_cut, cut):  # at the goodbye: the shopper has not seen it
        cuts += 1
        await asyncio.to_thread(_revive, world)
    return cuts


def _was_cut(cut: Path) -> bool:
    """Whether the knife has struck, or does so within a few seconds."""
    deadline = time.monotonic() + _GOODBYE_SECONDS
    while cut.exists() and cut.read_text(encoding="utf-8"):
        if time.monotonic() > deadline:
            return False
        time.sleep(_TERMINAL_MS / 1000)
    return cut.exists()


def _revive(world: World) -> None:
    world.children["checkout"].start()
    world.await_checkout()


async def _run(world: World, knife: Path, ways: Sequence[Way], every: int, report: Report) -> _Told:
    oracle, told = Oracle(world.shop, offers=True), _Told()
    item = next(each for each in world.shop.items if each.gtin and not each.minimum_age and each.price_minor > _LEAST)
    basket = (Picked(item.item_id, None),)
    terminal = await KnobClient.connect(world.boards["card_terminal"])
    await terminal.turn("delay", milliseconds=_TERMINAL_MS)
    await terminal.close()
    acquirer = await KnobClient.connect(world.boards["acquirer"])
    for way in ways:
        await acquirer.turn("auto", outcome="off" if way.cancels else "pay")
        steps = await _steps(world, knife, oracle, way, basket, told)
        for step in steps[::every]:
            for _ in range(_TRIES):
                (knife / "cut").write_text(step, encoding="utf-8")
                cuts = await _visit(world, oracle, way, basket, told, knife / "cut")
                if cuts:
                    told.cut.setdefault(way.name, []).append(step)
                    break
        (knife / "cut").unlink(missing_ok=True)
        report.progress(f"{way.name}: {len(told.cut.get(way.name, ()))} of {len(steps)} steps cut")
    await acquirer.close()
    return told


async def _steps(
    world: World, knife: Path, oracle: Oracle, way: Way, basket: Sequence[Picked], told: _Told
) -> list[str]:
    """The steps of a way, as one visit without a cut takes them."""
    (knife / "steps").unlink(missing_ok=True)
    (knife / "cut").unlink(missing_ok=True)
    await _visit(world, oracle, way, basket, told, knife / "cut")
    steps = (knife / "steps").read_text(encoding="utf-8").splitlines()
    told.steps[way.name] = steps
    return steps


def drill(report: Report, ways: Sequence[Way], *, every: int = 1) -> int:
    """The whole drill, told into ``report``; gives the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="powercut-"))
    knife = folder / "knife"
    knife.mkdir()
    world = World(folder, replace(Options.drill(), wrapper={_CHECKOUT: ("tests.faults.knife", str(knife))}))
    with report:
        try:
            world.start()
            told = asyncio.run(_run(world, knife, ways, every, report))
            report.require("head office has all of it in time", held=catch_up(world))
            report.require("what was paid for nothing goes back in time", held=at_rest(world))
            report.require("head office has the rest in time", held=catch_up(world))
            found = reckon(world, told.seen)
        except (NotReadyError, StrangeScreenError, CutError) as fault:
            report.require("the drill reaches its end", held=False, detail=str(fault) or type(fault).__name__)
            report.note(f"What the programs said lies in {folder / 'logs'}.")
            return report.close()
        finally:
            world.stop()
        found.changed += told.wrong
        conclude(report, found)
        _tell(report, told, every)
        report.figure("sales", found.sales)
        if report.passed:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            report.note(f"All that was written lies in {folder}.")
        return report.close()


def _tell(report: Report, told: _Told, every: int) -> None:
    """What was cut. A step that a clock decides (a status asked a second time) may not come again; its like must."""
    wanted = {_unnumbered(step) for steps in told.steps.values() for step in steps[::every]}
    done = {_unnumbered(step) for steps in told.cut.values() for step in steps}
    report.require("each kind of step was cut", held=wanted <= done, detail=", ".join(sorted(wanted - done)))
    rows = [
        (
            way,
            len(steps[::every]),
            len(told.cut.get(way, ())),
            ", ".join(_left(steps[::every], told.cut.get(way, ()))) or "-",
        )
        for way, steps in told.steps.items()
    ]
    report.table("Steps of each way to pay", ("way", "steps", "cut", "did not come again"), rows)
    report.table("What was cut", ("step",), [(step,) for step in sorted(done)])
    report.figure("steps", sum(row[1] for row in rows))
    report.figure("cuts", sum(row[2] for row in rows))


def _left(steps: Sequence[str], cut: Sequence[str]) -> list[str]:
    return [step for step in steps if step not in cut]


def _unnumbered(step: str) -> str:
    return step.rpartition(" #")[0]


def _wanted() -> list[Way]:
    """The ways that are asked for. Raises ``AskedError``."""
    names = {each for each in os.environ.get("WAYS", "").split(",") if each}
    unknown = names - {way.name for way in WAYS}
    if unknown:
        message = f"WAYS: there is no {', '.join(sorted(unknown))}; there are {', '.join(way.name for way in WAYS)}"
        raise AskedError(message)
    return [way for way in WAYS if not names or way.name in names]


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    try:
        every, ways = whole_number("EVERY", 1, least=1), _wanted()
    except AskedError as fault:
        sys.stderr.write(f"powercut: {fault}\n")
        return 2
    return drill(Report("powercut"), ways, every=every)


if __name__ == "__main__":
    sys.exit(main())
