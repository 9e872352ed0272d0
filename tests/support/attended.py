"""A shop's lanes as head office knows them, for tests of the attendant's page: journals in, pages served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn

from headoffice.accounts import Accounts
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import Feed, change_of
from headoffice.live import Hub
from kiosk.checkout import events
from kiosk.retail.money import Money
from messages import envelope, topics
from messages.state import KioskState
from messages.telemetry import Telemetry
from tests.support.journals import JournalOf, as_message, banana, cola
from tests.support.ports import free_port
from tests.support.waiting import wait_until

__all__ = ["OPERATOR", "AttendedLane", "attends", "desk_of", "served"]

OPERATOR = "op-7"
Kind = Literal["help", "age", "staff_item", "cash", "no_price", "tamper"]


def attends(accounts: Accounts, feed: Feed, name: str, *, role: str = "attendant") -> None:
    """The account stands for an operator whom the feed knows."""
    feed.publish_changes(
        [change_of("operator", OPERATOR, {"operator_id": OPERATOR, "name": "Rina", "role": role})], by="test"
    )
    accounts.attends_as(name, OPERATOR)


class AttendedLane:
    """One lane: what it tells head office, by its journal, its birth and its figures."""

    def __init__(self, desk: Desk, workstation: str = "1") -> None:
        self._desk = desk
        self.kiosk = f"lane-{workstation}"
        self.workstation = workstation
        self.journal = JournalOf(self.kiosk, workstation=workstation)
        self.state()
        self.tell()

    def state(self, *, online: bool = True) -> None:
        """Birth, or death."""
        told = KioskState(
            kiosk=self.kiosk, store="dhk-1", workstation=self.workstation, release="0.1.0", online=online, epoch=1
        )
        self._desk.handle(topics.state(self.kiosk), envelope.encode(told, source=self.kiosk))

    def figures(self, *, lost: tuple[str, ...] = (), conditions: tuple[str, ...] = ()) -> None:
        """Health figures."""
        told = Telemetry(kiosk=self.kiosk, uptime_ms=1, waiting=0, feed_version=0, lost=lost, conditions=conditions)
        self._desk.handle(topics.telemetry_up(self.kiosk), envelope.encode(told, source=self.kiosk))

    def tell(self, *happened: events.Durable) -> None:
        """Events reach head office."""
        for event in happened:
            self.journal.add(event)
        self._desk.handle(topics.journal_up(self.kiosk), as_message(self.journal))

    def shops(self) -> None:
        """A visit with two lines."""
        self.journal.begin()
        self.tell(events.LineAdded(cola()), events.LineAdded(banana()))

    def parks(self, reason: str, utc_ms: int) -> events.TransactionSuspended:
        """Put a basket aside."""
        named = self.journal.begin()
        parked = events.TransactionSuspended(
            named.uuid,
            "op1",
            reason,
            utc_ms,
            (cola(),),
            total=Money(16_000, "BDT"),
            reference=named.reference,
            things=2,
        )
        self.tell(events.LineAdded(cola()), parked)
        return parked

    def calls(
        self,
        kind: Kind,
        utc_ms: int,
        *,
        blocks: Literal["entry", "payment", "nothing"] = "payment",
        line: int | None = None,
    ) -> str:
        """Raise an intervention; its id."""
        ident = f"{self.kiosk}-{kind}"
        age = 18 if kind == "age" else 0
        self.tell(events.InterventionRaised(ident, kind, blocks, "attendant", utc_ms, line, age))
        return ident


@contextmanager
def served(services: Services, *, port: int = 0) -> Iterator[str]:
    """The pages on a port of this machine; gives their address."""
    port = port or free_port()
    config = uvicorn.Config(
        build_app(services), port=port, log_level="error", timeout_graceful_shutdown=1, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, what="pages that are served")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        services.hub.close()
        server.should_exit = True
        thread.join(timeout=10)


def desk_of(database: Database, hub: Hub, now: int) -> Desk:
    """Where the lanes' messages arrive."""
    return Desk(database, clock=lambda: now, on_change=hub.tell)
