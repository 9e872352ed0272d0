"""A parked basket is asked for over a real broker by two kiosks: one has it, with its lines; without a broker none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from headoffice.database import Database
from headoffice.ledger.ingest import Ingest
from kiosk.checkout import events as e
from kiosk.workstation.sync_client import basket_of
from messages.local import AskBasket, BasketFound
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.journals import JournalOf, as_message, banana, cola
from tests.support.waiting import wait_until_async
from tests.sync.rig import STORE, Kiosk


def test_of_two_kiosks_one_has_the_basket_and_one_that_is_cut_off_has_none(folder: Path) -> None:
    journal = JournalOf("lane-09", store=STORE)
    uuid = journal.begin().uuid
    lines = (cola(), banana())
    journal.add(e.TransactionSuspended(uuid, "op1", "staff", 1, lines, local="2026-11-21T11:30"))

    async def scenario(one: Kiosk, two: Kiosk, database: Database) -> None:
        Ingest(database, clock=lambda: 1).batch(as_message(journal), journal.kiosk)
        async with one.running() as first, two.running() as second:
            await wait_until_async(lambda: first.link.online and second.link.online, 30)
            told: list[object] = []
            first.asks.basket(AskBasket("b-1", "", own=False, deadline_ms=10_000), told.append)
            await wait_until_async(lambda: told)
            second.asks.basket(AskBasket("b-2", uuid, own=False, deadline_ms=10_000), told.append)
            await wait_until_async(lambda: len(told) == 2)
            given, refused = told
            assert isinstance(given, BasketFound)
            assert isinstance(refused, BasketFound)
            assert (basket_of(given).lines, basket_of(given).local) == (lines, "2026-11-21T11:30")
            assert (given.state, given.transaction, given.kiosk) == ("given", uuid, "lane-09")
            assert (refused.state, refused.lines) == ("taken", ())
            one.broker.kill()
            await wait_until_async(lambda: not first.link.online, 30)
            first.asks.basket(AskBasket("b-3", "", own=False, deadline_ms=10_000), told.append)
            assert told[-1] == BasketFound("b-3", offline=True)

    broker = Broker(folder / "far")
    broker.start()
    try:
        second = folder / "2"
        second.mkdir()
        one, two = Kiosk(folder, broker), Kiosk(second, broker, certificate_of="lane-02", kiosk="lane-02")
        try:
            with head_office(folder, broker) as (database, _):
                asyncio.run(scenario(one, two, database))
        finally:
            one.close()
            two.close()
    finally:
        broker.stop()
