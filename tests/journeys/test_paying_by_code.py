"""A shopper pays by phone: kiosk, sync, broker, head office and acquirer as they run in a shop, each cut in turn."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.knobs import KnobClient
from bench.oracle import Oracle
from bench.receipts import Receipts
from bench.reckoning import reckon
from bench.replay import catch_up
from bench.shopper import Sale, Shopper
from bench.world import Options, World
from tests.support.waiting import wait_until_async

pytestmark = pytest.mark.timeout(180)


class Shop:
    """The world, and what its shoppers saw completed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[str, Decimal] = {}

    def deeds(self) -> list[dict[str, Any]]:
        """What the acquirer remembers."""
        path = self.world.payments
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def what(self) -> list[str]:
        """The acquirer's deeds for the charge that was begun last."""
        deeds = self.deeds()
        last = next(deed["reference"] for deed in reversed(deeds) if deed["what"] == "created")
        return [deed["what"] for deed in deeds if deed["reference"] == last]

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """The kiosk's records of a kind."""
        query = "SELECT payload FROM record WHERE kind = ? ORDER BY sequence"
        with closing(sqlite3.connect(f"file:{self.world.journal}?mode=ro", uri=True)) as journal:
            return [json.loads(payload) for (payload,) in journal.execute(query, (kind,))]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop for all: each visit leaves the lane free, and in the end everything is reckoned up."""
    with tempfile.TemporaryDirectory(prefix="phone") as folder:
        built = World(Path(folder), Options.drill())
        try:
            built.start()
            yield Shop(built)
        finally:
            built.stop()


Visit = Callable[["Visitor"], Awaitable[None]]


class Visitor(Shopper):
    """A shopper with a telephone."""

    def __init__(self, shop: Shop, knobs: dict[str, KnobClient]) -> None:
        super().__init__(shop.world, Oracle(shop.world.shop, offers=True))
        self.shop = shop
        self.knobs = knobs

    async def basket(self) -> None:
        """Come, take one thing, and go to pay."""
        await self.arrive()
        item = next(each for each in self.shop.world.shop.items if each.gtin and not each.minimum_age)
        await self.turn("scanner", "scan", data=(item.gtin or "")[1:], symbology="]E0")
        await self.until(lambda: self.pieces() == 1, "something in the basket")
        self.touch("CheckoutRequested")
        await self.until_body("TenderChoiceBody")

    async def online(self) -> None:
        """Wait until the way is offered."""
        await self.until(lambda: not self.content["unavailable"], "every way to pay")

    async def ask_for_code(self) -> str:
        """Choose to pay by code, and wait until it is on the screen."""
        await self.online()
        self.touch("TenderChosen", tender_id="bkash")
        return await self.code()

    async def code(self) -> str:
        """The code on the screen."""
        await self.until(lambda: self.body == "QrBody" and self.content["stage"] == "present", "a code")
        return str(self.content["payload"])

    async def phone(self, knob: str, **args: object) -> Any:  # noqa: ANN401 - a JSON value
        """Do something with the telephone, or at the bank."""
        return await self.knobs["acquirer"].turn(knob, **args)

    async def network(self, knob: str) -> None:
        """Pull the kiosk's network cable, or put it back."""
        await self.knobs["network"].turn(knob)

    async def thanked(self) -> Sale:
        """Paid: the goodbye, and its paper."""
        await self.until_body("ThanksBody")
        sale = await self._thanked()
        self.shop.seen[sale["reference"]] = sale["total"]
        return sale

    async def card(self) -> Sale:
        """Pay by card after all."""
        await self.until_body("TenderChoiceBody")
        self.touch("TenderChosen", tender_id="card")
        return await self.thanked()

    def notice(self) -> str:
        """The banner on the screen."""
        banner = self.shown["screen"]["notice"] if self.shown else None
        return str(banner["text"]["message"]) if banner else ""


@asynccontextmanager
async def visiting(shop: Shop) -> AsyncIterator[Visitor]:
    knobs = {name: await KnobClient.connect(shop.world.boards[name]) for name in ("acquirer", "network")}
    terminal = await KnobClient.connect(shop.world.boards["card_terminal"])
    await terminal.turn("auto", outcome="approve")
    await terminal.close()
    visitor = Visitor(shop, knobs)
    try:
        await visitor.connect()
        await visitor.basket()
        yield visitor
    finally:
        await visitor.leave()
        for client in knobs.values():
            await client.close()


def visit(shop: Shop, walk: Visit) -> None:
    """One shopper comes, does this and goes."""

    async def whole() -> None:
        async with visiting(shop) as visitor:
            await walk(visitor)

    asyncio.run(whole())


def test_a_code_is_paid_and_its_notice_counts_once_however_often_it_comes(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.phone("notice", manner="twice")
        await visitor.ask_for_code()
        told = await visitor.phone("pay")
        sale = await visitor.thanked()
        await visitor.phone("replay")
        await visitor.phone("notice", manner="once")
        (tender,) = shop.journal("TransactionCompleted")[-1]["tenders"]
        assert (tender["kind"], tender["reference"], tender["brand"]) == ("qr", told["bank_reference"], "Bangla QR")
        paper = next(
            p for p in Receipts(shop.world.receipts).all() if any(sale["reference"] in line for line in p.lines)
        )
        assert any(told["bank_reference"] in line for line in paper.lines)

    visit(shop, walk)
    assert shop.what() == ["created", "paid"]


def test_a_notice_that_is_forged_or_lost_keeps_no_shopper_waiting(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.phone("notice", manner="forged")
        await visitor.ask_for_code()
        await visitor.phone("pay")
        await visitor.thanked()
        await visitor.phone("notice", manner="once")

    visit(shop, walk)
    assert "signature is wrong" in shop.world.children["headoffice"].printed()


def test_a_cancelled_code_is_stopped_at_the_acquirer(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.ask_for_code()
        visitor.touch("PaymentCancelled")
        await visitor.until_body("TenderChoiceBody")
        assert shop.what() == ["created", "cancelled"]
        await visitor.card()

    visit(shop, walk)


def test_money_that_comes_after_the_cancel_goes_back_and_the_shopper_is_told(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.ask_for_code()
        visitor.touch("PaymentCancelled")
        await visitor.until_body("TenderChoiceBody")
        await visitor.phone("pay_late")
        await visitor.until(lambda: visitor.notice() == "pay.came_late", "word of the money")
        assert shop.what() == ["created", "cancelled", "paid", "refunded"]
        assert [r["stage"] for r in shop.journal("TenderReversed")] == ["done"]
        await visitor.card()

    visit(shop, walk)


def test_another_amount_counts_for_nothing_and_goes_back(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.ask_for_code()
        await visitor.phone("pay", amount_minor=100)
        await visitor.until_body("TenderChoiceBody")
        assert visitor.notice() == "pay.given_back"
        await wait_until_async(lambda: shop.what() == ["created", "paid", "refunded"])
        await visitor.card()

    visit(shop, walk)


@pytest.mark.parametrize("knob", ["decline", "expire"])
def test_the_acquirer_s_no_leads_back_to_the_choice(shop: Shop, knob: str) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.ask_for_code()
        await visitor.phone(knob)
        await visitor.until_body("TenderChoiceBody")
        assert visitor.notice() == {"decline": "pay.qr_declined", "expire": "pay.qr_expired"}[knob]
        await visitor.card()

    visit(shop, walk)


def test_an_acquirer_out_of_reach_holds_nobody(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.phone("unplug")
        await visitor.online()
        visitor.touch("TenderChosen", tender_id="bkash")
        await visitor.until(lambda: visitor.notice() == "pay.qr_unavailable", "word of it")
        await visitor.phone("plug")
        await visitor.card()

    visit(shop, walk)


@pytest.mark.parametrize("paid", ["before", "while dark"])
def test_a_kiosk_killed_with_a_code_on_show_asks_about_it_and_never_for_another(shop: Shop, paid: str) -> None:
    async def walk(visitor: Visitor) -> None:
        code = await visitor.ask_for_code()
        shop.world.children["checkout"].kill()
        if paid == "while dark":
            await visitor.phone("pay")
        await asyncio.to_thread(shop.world.restore_power)
        await visitor.connect()
        if paid == "before":
            assert await visitor.code() == code
            await visitor.phone("pay")
        await visitor.thanked()

    visit(shop, walk)
    assert shop.what() == ["created", "paid"]


def test_a_head_office_killed_with_a_code_on_show_finds_the_payment_again(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.ask_for_code()
        shop.world.children["headoffice"].kill()
        await visitor.phone("pay")
        shop.world.children["headoffice"].start()
        await asyncio.to_thread(shop.world.await_office)
        await visitor.thanked()

    visit(shop, walk)
    assert shop.what() == ["created", "paid"]


@pytest.mark.parametrize("paid", ["while cut", "when it is back"])
def test_a_network_cut_with_a_code_on_show_takes_it_down_until_it_is_back(shop: Shop, paid: str) -> None:
    async def walk(visitor: Visitor) -> None:
        code = await visitor.ask_for_code()
        await visitor.network("unplug")
        await visitor.until(lambda: visitor.content["stage"] in ("asking", "staff"), "an open question")
        assert not visitor.content["payload"]
        if paid == "while cut":
            await visitor.phone("pay")
        await visitor.network("plug")
        if paid == "when it is back":
            assert await visitor.code() == code
            await visitor.phone("pay")
        await visitor.thanked()

    visit(shop, walk)
    assert shop.what() == ["created", "paid"]


def test_without_a_network_the_way_is_greyed_with_its_reason(shop: Shop) -> None:
    async def walk(visitor: Visitor) -> None:
        await visitor.online()
        await visitor.network("unplug")
        await visitor.until(lambda: bool(visitor.content["unavailable"]), "a way that is shut")
        shut = {tender: why["message"] for tender, why in visitor.content["unavailable"]}
        assert shut["bkash"] == "pay.without_head_office"
        assert "card" not in shut
        await visitor.network("plug")
        await visitor.online()
        await visitor.card()

    visit(shop, walk)


def test_in_the_end_every_payment_stands_for_a_sale_and_head_office_has_it(shop: Shop) -> None:
    assert catch_up(shop.world)
    assert reckon(shop.world, shop.seen).faults == []
    moved = {deed["reference"]: deed["what"] for deed in shop.deeds() if deed["what"] in ("paid", "refunded")}
    with closing(sqlite3.connect(f"file:{shop.world.ledger}?mode=ro", uri=True)) as office:
        held = dict(office.execute("SELECT request, state FROM payment"))
    assert held.keys() >= moved.keys()
    assert {request: moved.get(request, "declined") for request in held} == held
