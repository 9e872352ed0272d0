"""``make tour``: a scripted shopper walks real journeys through the drawn kiosk, touch by touch.

Touches go into the window as touch events and pictures come out of it; in Bengali, English and Portuguese. It leaves
``build/tour``: every screen, every receipt, a contact sheet of both, and in the report a table that shows each
receipt's total beside head office's ledger.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zxingcpp
from PIL import Image

from bench.asked import end_in_order
from bench.bagger import Bagger
from bench.boards import Boards
from bench.contact_sheet import Shot, contact_sheet
from bench.knobs import KnobRefusedError
from bench.processes import NotReadyError
from bench.receipts import Receipt, Receipts
from bench.stories import SHORT_DATED, Stories
from bench.world import KIOSK, Options, World
from samples.catalogue import Country
from tools.report import Report

__all__ = ["JOURNEYS", "Journey", "Walk", "main"]

OUT: Final = Path(__file__).resolve().parents[1] / "build" / "tour"
_PACE: Final = 0.4
_BREAKFAST: Final = ("pk-50893572", "pk-97878161", "pk-35632364")
"""The parts of the sample shop's breakfast offer."""
_PATIENCE: Final = 40.0
_LEDGER_SECONDS: Final = 30.0
_TOTAL: Final = re.compile(r"^\s*TOTAL\s+\D*([\d.,]+)\s*$", re.IGNORECASE)


class Walk(Stories):
    """A shopper with a camera. ``sales`` are what the goodbye screens said: (reference, minor units)."""

    def __init__(self, world: World, boards: Boards, country: Country, report: Report) -> None:
        super().__init__(_Stand(world, boards), report.progress, pace=_PACE, patience=_PATIENCE)
        self.world = world
        self.boards = boards
        self.country = country
        self.shots: list[Shot] = []
        self.sales: list[tuple[str, int]] = []
        self.journey = ""

    async def shoot(self, caption: str) -> None:
        """Take a picture of the screen."""
        await self.pause()
        name = f"{self.country}-{len(self.shots) + 1:02}.png"
        await self.turn("panel", "look", path=str(OUT / name))
        self.shots.append(Shot(OUT / name, f"{self.journey}: {caption}"))

    async def arrive(self, language: str) -> None:
        """Come to a free lane and touch one's language."""
        shown = await self.until("AttractBody", "ThanksBody", "BasketBody")
        if shown["body"] == "BasketBody" and shown["lines"]:
            message = "the lane is not free"
            raise KnobRefusedError(message)
        if shown["body"] != "BasketBody":
            await self.until("AttractBody")
            await self.tap(f"languages:{language}")
        await self.until("BasketBody")

    async def keys(self, digits: str) -> None:
        """Touch a keypad."""
        for digit in digits:
            await self.tap(f"keys:{digit}")

    async def look_up(self, words: str, *, caption: str) -> None:
        """Search for something and choose what is found first."""
        await self.tap("look_up")
        await self.until("LookUpBody")
        await self.tap("field")
        await self.type(words)
        await self.shoot(caption)
        await self.tap("tiles:0")

    async def weigh(self, grams: int) -> None:
        """Put it on the scale, wait for the price, agree, take it off."""
        await self.until("WeighBody")
        await self.turn("produce_scale", "remove")
        await self.turn("produce_scale", "put", grams=grams)
        await self.until_shown(lambda shown: bool(shown["can_add"]))
        await self.shoot("the weight stands still and has a price")
        await self.tap("confirm")
        await self.until("BasketBody")
        await self.turn("produce_scale", "remove")

    async def sign_in(self, badge: str) -> None:
        """Staff show their badge to the scanner."""
        await self.scan(badge)
        await self.until("StaffBody")

    async def goodbye(self, *, paper: bool = True) -> None:
        """Choose a receipt where there is a choice, and wait for the goodbye and its paper."""
        shown = await self.until("ReceiptChoiceBody", "ThanksBody")
        if shown["body"] == "ReceiptChoiceBody":
            await self.shoot("paid; with or without a receipt")
            await self.tap("choices:paper" if paper else "choices:none")
        shown = await self.until_shown(
            lambda now: now["body"] == "ThanksBody" and now["receipt"] in ("printed", "declined")
        )
        await self.shoot("thanks")
        self.sales.append((str(shown["reference"]), int(shown["total_minor"])))

    async def card(self, outcome: str = "approve", tender: str = "card") -> None:
        """Choose the tender and tap at the terminal."""
        await self.tap(f"tiles:{tender}")
        await self.until("CardBody")
        await self.shoot("the terminal asks")
        await self.turn("card_terminal", "tap", outcome=outcome)

    async def code(self) -> None:
        """Choose to pay by code, read it off the picture of the screen as a telephone does, and pay it."""
        shown = await self.ask_for_code()
        await self.shoot("a code to scan")
        read = await asyncio.to_thread(_read_code, self.shots[-1].path)
        if read != shown["code"]:
            message = f"the code on the screen reads {read!r} and not {shown['code']!r}"
            raise KnobRefusedError(message)
        await self.turn("acquirer", "pay")


def _read_code(path: Path) -> str:
    with Image.open(path) as picture:
        wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        return next((code.text for code in zxingcpp.read_barcodes(picture.convert("L"), wanted)), "")


class _Stand:
    """What stories are played on, without a page."""

    def __init__(self, world: World, boards: Boards) -> None:
        self.world, self.boards = world, boards
        self.bagger = Bagger(boards, world.bagged())

    async def power_off(self) -> None:
        await asyncio.to_thread(self.world.cut_power)

    async def power_on(self) -> None:
        await asyncio.to_thread(self.world.restore_power)


@dataclass(frozen=True, slots=True)
class Journey:
    """One visit: who walks, where, and how."""

    name: str
    country: Country
    walk: Callable[[Walk], Awaitable[None]]


async def _family(walk: Walk) -> None:
    await walk.shoot("nobody is here yet")
    await walk.arrive("bn")
    await walk.shoot("an empty basket")
    for _ in range(2):
        await walk.scan(walk.packs[0]["code"])
    await walk.until_shown(lambda shown: shown["hint"] == "hint.free")
    await walk.shoot("one more would be free")
    await walk.tap("plus")
    await walk.until_shown(lambda shown: "savings" in shown["targets"])
    await walk.shoot("the third of three is free")
    await walk.scan_item(SHORT_DATED, days=1)
    await walk.shoot("a pack marked down by its date")
    await walk.tap("savings")
    await walk.shoot("what was saved, offer by offer")
    await walk.tap("back")
    await walk.look_up("কলা", caption="searching in Bengali")
    await walk.weigh(865)
    await walk.tap("loyalty")
    await walk.until("LoyaltyBody")
    phone = walk.world.shop.members[0].phone
    await walk.keys("0" + phone.removeprefix("+880"))
    await walk.shoot("a phone number earns points")
    await walk.tap("send")
    await walk.until("BasketBody")
    await walk.shoot("the basket, with its member")
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.shoot("how to pay")
    await walk.card()
    await walk.goodbye()


async def _cash(walk: Walk) -> None:
    await walk.arrive("en")
    await walk.scan(walk.packs[4]["code"])
    await walk.scan("5449000000997")
    await walk.shoot("a code with a wrong check digit")
    await walk.look_up("tomato", caption="searching in English")
    await walk.weigh(1240)
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.card("decline")
    await walk.until("TenderChoiceBody")
    await walk.shoot("the card was declined")
    await walk.tap("tiles:cash")
    await walk.until("CashBody")
    await walk.shoot("the attendant comes for the cash")
    await walk.sign_in(walk.world.shop.operators[0].badge)
    await walk.shoot("staff: what waits")
    await walk.tap("acts:cash_received")
    await walk.keys("100000")
    await walk.shoot("staff: how much was handed over")
    await walk.tap("take")
    shown = await walk.screen()
    if shown["body"] == "StaffBody":
        await walk.tap("sign_out")
    await walk.goodbye()


async def _large(walk: Walk) -> None:
    await walk.arrive("bn")
    await walk.tap("text_size")
    await walk.tap("contrast")
    for pack in walk.packs[7:10]:
        await walk.scan(pack["code"])
    await walk.shoot("large text and high contrast")
    await walk.tap("number")
    await walk.until("QuantityBody")
    await walk.keys("12")
    await walk.shoot("twelve of one")
    await walk.tap("set")
    await walk.until("BasketBody")
    await walk.tap("help")
    await walk.shoot("help was called")
    await walk.tap("help")
    await walk.tap("contrast")
    await walk.shoot("large text")
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.shoot("how to pay, in large text")
    await walk.tap("back")
    await walk.until("BasketBody")
    await walk.code()
    await walk.goodbye()


async def _age(walk: Walk) -> None:
    await walk.arrive("en")
    await walk.look_up("knife", caption="an item with an age limit")
    await walk.until("BasketBody")
    await walk.shoot("staff must judge the age")
    await walk.tap("brand")
    await walk.until("StaffSignInBody")
    await walk.keys(walk.world.shop.operators[1].pin)
    await walk.shoot("staff sign in")
    await walk.tap("send")
    await walk.until("StaffBody")
    await walk.shoot("staff: an age check")
    await walk.tap("answers:0")
    await walk.tap("sign_out")
    await walk.until("BasketBody")
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.card()
    await walk.goodbye()


async def _power(walk: Walk) -> None:
    await walk.arrive("bn")
    for pack in walk.packs[12:14]:
        await walk.scan(pack["code"])
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.tap("tiles:card")
    await walk.until("CardBody")
    await walk.turn("card_terminal", "tap", outcome="approve")
    await walk.cut_power()
    await walk.goodbye()


async def _brazil(walk: Walk) -> None:
    await walk.shoot("nobody is here yet")
    await walk.arrive("pt_BR")
    for item_id in _BREAKFAST[:2]:
        await walk.scan_item(item_id)
    await walk.until_shown(lambda shown: bool(shown["hint"]))
    await walk.shoot("what is missing for the breakfast offer")
    await walk.scan_item(_BREAKFAST[2])
    await walk.shoot("the breakfast offer holds")
    for pack in walk.packs[4:8]:
        await walk.scan(pack["code"])
    await walk.look_up("banana", caption="searching in Portuguese")
    await walk.weigh(1105)
    await walk.shoot("the basket")
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.shoot("how to pay")
    await walk.tap("back")
    await walk.until("BasketBody")
    await walk.code()
    await walk.goodbye()


async def _no_paper(walk: Walk) -> None:
    await walk.arrive("pt_BR")
    await walk.tap("text_size")
    await walk.scan(walk.packs[10]["code"])
    await walk.shoot("large text")
    await walk.tap("pay")
    await walk.until("TenderChoiceBody")
    await walk.card(tender="food_voucher")
    await walk.goodbye(paper=False)


JOURNEYS: Final = (
    Journey("A family shop in Bengali", "bd", _family),
    Journey("A declined card, then cash", "bd", _cash),
    Journey("Large text and high contrast", "bd", _large),
    Journey("An age check by staff", "bd", _age),
    Journey("Power lost while the card is in", "bd", _power),
    Journey("Brazil: Pix and paper", "br", _brazil),
    Journey("Brazil: no receipt wanted", "br", _no_paper),
)


@dataclass(slots=True)
class _Tour:
    shots: list[Shot] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    receipts: int = 0


async def _walk(walk: Walk, journeys: Sequence[Journey], report: Report) -> None:
    await walk.boards.start()
    try:
        for journey in journeys:
            report.progress(journey.name)
            walk.journey = journey.name
            await walk.boards.until_here("panel")
            await journey.walk(walk)
    finally:
        await walk.boards.close()


def _ledger(world: World, references: int) -> dict[str, tuple[str, int]]:
    """Reference -> (uuid, total) of every sale at head office, once all have arrived or time is up."""
    query = "SELECT workstation, series, number, uuid, total FROM sale WHERE kiosk = ? AND NOT sample"
    deadline = time.monotonic() + _LEDGER_SECONDS
    while True:
        with sqlite3.connect(f"file:{world.ledger}?mode=ro", uri=True) as connection:
            rows = connection.execute(query, (KIOSK,)).fetchall()
        if len(rows) >= references or time.monotonic() > deadline:
            return {f"{row[0]}-{row[1]}-{row[2]:06d}": (row[3], row[4]) for row in rows}
        time.sleep(0.1)


def _compare(world: World, walk: Walk, report: Report, tour: _Tour) -> None:
    """Every sale the shopper saw: on the screen, at head office, and on paper (by its QR, and as text where it is)."""
    ledger = _ledger(world, len(walk.sales))
    papers = [receipt for receipt in Receipts(world.receipts).all() if receipt.complete]
    by_sale = {code.removeprefix("sale:"): paper for paper in papers for code in paper.qr}
    for reference, total in walk.sales:
        uuid, booked = ledger.get(reference, ("", -1))
        paper = by_sale.get(uuid)
        printed = _printed(paper)
        fits = booked == total and printed in ("", str(total))
        report.require("each total is head office's", held=fits, detail=f"{reference}: {total}, {booked}, {printed}")
        on_paper = "none" if paper is None else printed or "picture"
        tour.rows.append((world.country, reference, str(total), str(booked), on_paper))
    report.require("head office has no other sale", held=len(ledger) == len(walk.sales), detail=str(len(ledger)))
    for number, paper in enumerate(papers, 1):
        target = OUT / f"receipt-{world.country}-{number:02}.png"
        shutil.copyfile(world.receipts / f"{paper.name}.png", target)
        tour.shots.append(Shot(target, f"receipt {number} ({world.country})"))
    tour.receipts += len(papers)


def _printed(paper: Receipt | None) -> str:
    """The total in minor units as it stands on paper in letters; empty where it is part of a picture."""
    lines = paper.lines if paper is not None else ()
    found = next((match.group(1) for line in lines if (match := _TOTAL.match(line))), "")
    return re.sub(r"\D", "", found)


def _country(country: Country, journeys: Sequence[Journey], report: Report, tour: _Tour) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tour-"))
    world = World(folder, Options(country=country, sample_sales=False, demo=False), progress=report.progress)
    try:
        world.start()
        walk = Walk(world, Boards(world.boards, _nobody), country, report)
        try:
            asyncio.run(_walk(walk, journeys, report))
        except (KnobRefusedError, TimeoutError, OSError) as stopped:
            where = walk.shots[-1].caption if walk.shots else "the start"
            report.require("every journey reaches its end", held=False, detail=f"after {where}: {stopped!r}")
        tour.shots += walk.shots
        _compare(world, walk, report, tour)
    finally:
        world.stop()
        if report.passed:
            shutil.rmtree(folder, ignore_errors=True)


def _nobody(_board: str, _event: str, _args: Mapping[str, Any]) -> None:
    """Nobody listens to the boards: the walk asks them."""


def main() -> int:
    """The program behind the make target."""
    end_in_order()
    os.environ["KIOSK_VIRTUAL_DISPLAY"] = "1"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tour = _Tour()
    with Report("tour") as report:
        try:
            for country in dict.fromkeys(journey.country for journey in JOURNEYS):
                _country(country, [journey for journey in JOURNEYS if journey.country == country], report, tour)
        except NotReadyError as fault:
            report.require("the little world comes up", held=False, detail=str(fault))
        sheets = contact_sheet(tour.shots, OUT)
        report.figure("journeys", len(JOURNEYS))
        report.figure("screens", len(tour.shots) - tour.receipts)
        report.figure("receipts", tour.receipts)
        report.figure("sales", len(tour.rows))
        header = ("country", "sale", "screen, minor units", "ledger", "paper")
        report.table("Each total, three times", header, tour.rows)
        report.note("Contact sheets: " + ", ".join(f"build/tour/{sheet.name}" for sheet in sheets))
        for row in (header, *tour.rows):
            report.progress("  ".join(f"{cell:<20}" for cell in row))
        return report.close()


if __name__ == "__main__":
    sys.exit(main())
