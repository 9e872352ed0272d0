"""A member earns and burns points: kiosk, sync, broker and head office as they run in a shop, each cut in turn."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.knobs import KnobClient
from bench.oracle import Oracle
from bench.replay import catch_up
from bench.shopper import Shopper
from bench.world import Options, World

pytestmark = pytest.mark.timeout(180)
LEAST = 2_000
"""Taka and poisha that a basket of one thing comes to at least, so that a hundred points can be burned on it."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One shop for all: each visit leaves the lane free."""
    with tempfile.TemporaryDirectory(prefix="points") as folder:
        built = World(Path(folder), Options.drill())
        try:
            built.start()
            yield built
        finally:
            built.stop()


NUMBER = 24
"""Which member of the sample shop: one with points enough for all visits."""


class Member(Shopper):
    """A member of the sample shop, with the card."""

    def __init__(self, world: World) -> None:
        super().__init__(world, Oracle(world.shop, offers=True))
        self.world = world
        self.member = world.shop.members[NUMBER]

    async def basket(self) -> None:
        """Come, show the card, take one thing, and go to pay."""
        await self.arrive()
        await self.turn("scanner", "scan", data=self.member.card_number, symbology="]E0")
        await self.until(lambda: bool(self.content.get("member_tier")), "a welcome")
        item = next(
            each
            for each in self.world.shop.items
            if each.gtin and each.earns_points and not each.minimum_age and each.price_minor > LEAST
        )
        await self.turn("scanner", "scan", data=(item.gtin or "")[1:], symbology="]E0")
        await self.until(lambda: self.pieces() == 1, "something in the basket")
        self.touch("CheckoutRequested")
        await self.until_body("TenderChoiceBody")

    def points(self) -> dict[str, Any]:
        """What the screen says of paying with points; nothing on another screen."""
        return dict(self.content.get("points") or {}) if self.body == "TenderChoiceBody" else {}

    async def may_burn(self, balance: int) -> None:
        """Until head office can be asked, and has said that there is so much."""
        await self.until(lambda: self.points().get("most", 0) >= 100, "points to pay with")
        await self.until(lambda: self.points()["has"]["balance"] == balance, "head office's word on them")

    async def burned(self, points: int) -> None:
        """Until so many are used."""
        await self.until(lambda: self.points().get("used") == points, f"{points} points used")

    async def card(self) -> dict[str, Any]:
        """Pay the rest by card; the sale as it is in the journal."""
        await self.until_body("TenderChoiceBody")
        self.touch("TenderChosen", tender_id="card")
        await self.until_body("ThanksBody")
        await self._thanked()
        return journal(self.world, "TransactionCompleted")[-1]


def journal(world: World, kind: str) -> list[dict[str, Any]]:
    query = "SELECT payload FROM record WHERE kind = ? ORDER BY sequence"
    with closing(sqlite3.connect(f"file:{world.journal}?mode=ro", uri=True)) as opened:
        return [json.loads(payload) for (payload,) in opened.execute(query, (kind,))]


def office(world: World, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{world.ledger}?mode=ro", uri=True)) as opened:
        return opened.execute(query).fetchall()


def balance(world: World) -> int:
    """What head office says the member has, once everything sold has reached it."""
    assert catch_up(world)
    member = world.shop.members[NUMBER].member_id
    ((points,),) = office(world, f"SELECT balance FROM points_member WHERE member_id = '{member}'")  # noqa: S608
    ((summed,),) = office(world, f"SELECT sum(points) FROM points_entry WHERE member_id = '{member}'")  # noqa: S608
    assert points == summed
    return int(points)


def visit(world: World, walk: Callable[[Member], Awaitable[None]]) -> None:
    """The member comes, does this and goes."""

    async def whole() -> None:
        terminal = await KnobClient.connect(world.boards["card_terminal"])
        await terminal.turn("auto", outcome="approve")
        await terminal.close()
        member = Member(world)
        try:
            await member.connect()
            await member.basket()
            await walk(member)
        finally:
            await member.leave()

    asyncio.run(whole())


def test_points_are_earned_and_burned_and_head_office_books_each_once(world: World) -> None:
    before = balance(world)

    async def walk(member: Member) -> None:
        await member.may_burn(before)
        member.touch("TenderChosen", tender_id="points", points=100)
        await member.burned(100)
        member.touch("TenderChosen", tender_id="points", points=0)
        await member.burned(0)
        await member.may_burn(before)
        member.touch("TenderChosen", tender_id="points", points=100)
        await member.burned(100)
        sale = await member.card()
        told = sale["points"]
        assert (told["burned"], told["balance"]) == (100, before + told["earned"] - 100)
        assert sum(line["points"] for line in sale["lines"]) == told["earned"] > 0

    visit(world, walk)
    (sale,) = journal(world, "TransactionCompleted")
    assert balance(world) == sale["points"]["balance"]
    states = sorted(state for (state,) in office(world, "SELECT state FROM points_hold"))
    assert states == ["released", "settled"], "what was taken back was let go, what was sold is booked"


def test_without_the_network_points_are_earned_and_not_burned(world: World) -> None:
    before = balance(world)

    async def walk(member: Member) -> None:
        network = await KnobClient.connect(world.boards["network"])
        await member.may_burn(before)
        await network.turn("unplug")
        await member.until(lambda: member.points().get("most") == 0, "nothing to burn")
        assert member.points()["why"]["message"] == "points.why_offline"
        member.touch("TenderChosen", tender_id="points", points=100)
        sale = await member.card()
        assert (sale["points"]["burned"], sale["points"]["earned"] > 0) == (0, True)
        await network.turn("plug")
        await network.close()

    visit(world, walk)
    assert balance(world) == before + journal(world, "TransactionCompleted")[-1]["points"]["earned"]


def test_a_kiosk_killed_with_points_held_goes_on_with_them_and_asks_for_no_others(world: World) -> None:
    before = balance(world)
    asked = len(journal(world, "TenderRequested"))

    async def walk(member: Member) -> None:
        await member.may_burn(before)
        member.touch("TenderChosen", tender_id="points", points=100)
        await member.burned(100)
        world.children["checkout"].kill()
        await asyncio.to_thread(world.restore_power)
        await member.connect()
        await member.burned(100)
        await member.card()

    visit(world, walk)
    kinds = [request["kind"] for request in journal(world, "TenderRequested")[asked:]]
    assert kinds == ["points", "card"]
    earned = journal(world, "TransactionCompleted")[-1]["points"]["earned"]
    assert balance(world) == before + earned - 100


def test_a_kiosk_killed_while_nobody_answers_asks_what_became_of_it_and_burns_nothing_twice(world: World) -> None:
    before = balance(world)
    asked = len(journal(world, "TenderRequested"))

    async def walk(member: Member) -> None:
        await member.may_burn(before)
        world.children["headoffice"].kill()
        member.touch("TenderChosen", tender_id="points", points=100)
        await member.until_body("PointsBody")
        world.children["checkout"].kill()
        world.children["headoffice"].start()
        await asyncio.to_thread(world.await_office)
        await asyncio.to_thread(world.restore_power)
        await member.connect()
        await member.until(lambda: "used" in member.points(), "an answer about the points")
        sale = await member.card()
        assert sale["points"]["burned"] in (0, 100), "head office heard of it or did not; either way once"

    visit(world, walk)
    kinds = [request["kind"] for request in journal(world, "TenderRequested")[asked:]]
    assert kinds == ["points", "card"], "never a second request"
    told = journal(world, "TransactionCompleted")[-1]["points"]
    assert balance(world) == before + told["earned"] - told["burned"]
    open_holds = office(world, "SELECT request FROM points_hold WHERE state = 'held'")
    assert open_holds == []
