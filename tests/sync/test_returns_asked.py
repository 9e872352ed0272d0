"""A return is asked about over a real broker: the sale comes whole, its units are kept once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from headoffice.broker_link import BrokerLink
from headoffice.database import Database
from headoffice.ledger.ingest import Ingest
from kiosk.workstation.sync_client import sale_of
from messages.local import AskReturn, AskSale, HeldLine, ReturnTold, SaleFound
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.journals import JournalOf, as_message
from tests.support.waiting import wait_until_async
from tests.sync.rig import Kiosk


def test_a_sale_is_told_whole_and_its_units_are_kept_for_one_lane(folder: Path) -> None:
    journal = JournalOf()
    sale = journal.sale()
    uuid = sale.transaction.uuid

    async def scenario(kiosk: Kiosk, database: Database, _link: BrokerLink) -> None:
        Ingest(database, clock=lambda: 1).batch(as_message(journal), journal.kiosk)
        async with kiosk.running() as service:
            await wait_until_async(lambda: service.link.online, 30)
            told: list[object] = []
            service.asks.sale(AskSale("s-1", f"sale:{uuid}", 10_000), told.append)
            await wait_until_async(lambda: told)
            (found,) = told
            assert isinstance(found, SaleFound)
            sold = sale_of(found)
            assert sold is not None
            assert (sold.completed.lines, sold.legal_number, sold.units_left(1)) == (sale.lines, "M63-000001", 2)
            kept: list[object] = []
            for hold in ("hold-0001", "hold-0002"):
                ask = AskReturn(hold, hold, f"basket-{hold}", uuid, (HeldLine(1, 0, 1),), 10_000)
                service.asks.returns(ask, kept.append)
            await wait_until_async(lambda: len(kept) == 2)
            assert kept == [ReturnTold("hold-0001", "held"), ReturnTold("hold-0002", "taken")]
            kiosk.broker.kill()
            await wait_until_async(lambda: not service.link.online, 30)
            service.asks.sale(AskSale("s-2", f"sale:{uuid}", 10_000), kept.append)
            assert kept[-1] == SaleFound("s-2", offline=True)

    broker = Broker(folder / "far")
    broker.start()
    try:
        kiosk = Kiosk(folder, broker)
        try:
            with head_office(folder, broker) as (database, link):
                asyncio.run(scenario(kiosk, database, link))
        finally:
            kiosk.close()
    finally:
        broker.stop()
