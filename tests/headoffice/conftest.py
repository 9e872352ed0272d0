"""A head office of each test's own, on a database of its own.

A test that asks for ``database`` runs on SQLite and, as a drill, on PostgreSQL. What of PostgreSQL is looked at with
every change is in ``test_postgresql``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from headoffice.accounts import Accounts
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.feed import Feed, change_of
from headoffice.ledger.tables import BusinessUnit, StockLevel
from headoffice.live import Hub
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from tests.headoffice.pages import NOW, PASSWORD, Enter, sign_in
from tests.support.ledgers import brief_database
from tests.support.postgresql import new_postgresql

New = Callable[[], AbstractContextManager[Database]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On which databases a test runs."""
    if "new_one" in metafunc.fixturenames:
        second = pytest.param(new_postgresql, id="postgresql", marks=pytest.mark.drill)
        metafunc.parametrize("new_one", [pytest.param(brief_database, id="sqlite"), second])


@pytest.fixture
def database(new_one: New) -> Iterator[Database]:
    with new_one() as database:
        yield database


@pytest.fixture
def another(new_one: New) -> Iterator[Database]:
    """A second database, to hold one against the other."""
    with new_one() as database:
        yield database


@pytest.fixture
def services(database: Database) -> Services:
    heard: list[int] = []
    hub = Hub()
    feed = Feed(database, clock=lambda: NOW, on_publish=heard.append)
    accounts = Accounts(database, clock=lambda: NOW, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    accounts.create("mita", PASSWORD, "manager")
    with database.write() as session:
        session.add(
            BusinessUnit(
                store="dhk-1",
                location="dhk-1",
                names={"en": "Dhaka one"},
                country="bd",
                currency="BDT",
                time_zone="Asia/Dhaka",
                sells=True,
            )
        )
        session.add(StockLevel(item_id="cola", location="dhk-1", unit="each", on_hand=1))
    cola_item = Item(
        "cola", {"en": "Cola 1 l", "bn": "কোলা"}, "drinks", "standard", Money(8000, "BDT"), mrp=Money(8500, "BDT")
    )
    feed.publish_changes([change_of("item", "cola", cola_item)], by="seed")
    return Services(
        database=database, accounts=accounts, feed=feed, hub=hub, clock=lambda: NOW, release="test", heartbeat_seconds=1
    )


@pytest.fixture
def enter(services: Services) -> Iterator[Enter]:
    """A client of the pages, signed in unless told; ``demo`` makes it a demo with that token."""
    opened: list[TestClient] = []

    def entered(*, signed_in: bool = True, demo: str = "", address: str = "127.0.0.1") -> TestClient:
        app = build_app(dataclasses.replace(services, demo_token=demo))
        client = TestClient(app, follow_redirects=False, client=(address, 50_000), headers={"accept-language": "en"})
        opened.append(client)
        if signed_in:
            assert sign_in(client).status_code == 303
        return client

    yield entered
    for client in opened:
        client.close()
