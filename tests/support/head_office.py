"""Head office for tests that have a real broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headoffice.broker_link import BrokerLink, BrokerSettings
from headoffice.database import Database
from headoffice.desk import Desk
from tests.support.broker import Broker
from tests.support.ledgers import new_database

__all__ = ["head_office"]


@contextmanager
def head_office(folder: Path, broker: Broker) -> Iterator[tuple[Database, BrokerLink]]:
    """Head office as it is shipped, without its pages."""
    shown = broker.credentials("headoffice")
    database = new_database(folder)
    settings = BrokerSettings("127.0.0.1", broker.port, shown.authority, shown.certificate, shown.key)
    link = BrokerLink(settings, Desk(database, clock=lambda: time.time_ns() // 1_000_000))
    link.start()
    try:
        yield database, link
    finally:
        link.stop()
        database.close()
