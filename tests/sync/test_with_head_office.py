"""Sync and the real head office over a real broker: the two sides of every message, as they are shipped."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from headoffice.broker_link import BrokerLink
from headoffice.database import Database
from headoffice.feed import append, change_of
from headoffice.ledger.tables import JournalRecord
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.store.book import Books
from messages.local import AskNumbers, NumbersFound
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.shop import bangladesh, small_shop
from tests.support.waiting import wait_until_async
from tests.sync.rig import EPOCH, Kiosk


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(JournalRecord)) or 0


def test_journal_feed_and_numbers_cross_between_the_two_and_survive_a_broker_that_is_killed(folder: Path) -> None:
    shop = small_shop()
    changes = [change_of("policy", "policy", bangladesh())]
    changes += [change_of("item", item.item_id, item) for item in shop.items.values()]
    changes += [
        change_of("item", f"i{n}", Item(f"i{n}", {"en": f"Item {n}"}, "fill", "standard", Money(n + 1, "BDT")))
        for n in range(3000)
    ]

    async def scenario(kiosk: Kiosk, database: Database, link: BrokerLink) -> None:
        kiosk.append(1500)
        async with kiosk.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 1500, 30)
            await wait_until_async(lambda: service.cursor.feed_version > 0, 30)
            answers: list[object] = []
            service.asks.numbers(AskNumbers("c-1", 10_000), EPOCH, answers.append)
            await wait_until_async(lambda: answers)
            assert answers == [NumbersFound("c-1")]
            kiosk.broker.kill()
            kiosk.append(100)
            await asyncio.to_thread(kiosk.broker.start)
            with database.write() as session:
                dearer = Item("milk", {"en": "Milk 1 l"}, "dairy", "standard", Money(9900, "BDT"))
                version = append(session, [change_of("item", "milk", dearer)], by="test", utc_ms=1)
            await wait_until_async(lambda: service.cursor.position.sequence == 1600, 60)
            link.feed_moved(version)
            await wait_until_async(lambda: service.cursor.feed_version == version, 60)
        assert stored(database) == 1600
        book = Books(kiosk.settings.folder).open(version)
        found = book.item("milk"), book.item("i2999")
        book.close()
        assert found[0] is not None
        assert found[0].price == Money(9900, "BDT")
        assert found[1] is not None

    broker = Broker(folder / "far")
    broker.start()
    try:
        kiosk = Kiosk(folder, broker)
        try:
            with head_office(folder, broker) as (database, link):
                with database.write() as session:
                    append(session, changes, by="test", utc_ms=1)
                asyncio.run(scenario(kiosk, database, link))
        finally:
            kiosk.close()
    finally:
        broker.stop()
