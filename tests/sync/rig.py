"""A kiosk's sync in a folder of its own, beside a real broker and a far side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from kiosk.checkout.events import LineVoided
from kiosk.store.journal import Identity, Journal
from kiosk.sync.service import Service
from kiosk.sync.settings import BrokerSettings, SyncSettings, Timing
from messages.feed import FeedKind, FeedRow
from tests.support.broker import Broker
from tests.support.far_side import FarSide
from tests.support.shop import bangladesh, small_shop

KIOSK, STORE, EPOCH = "lane-01", "dhaka-1", 7
LOG = logging.getLogger("kiosk.sync")
QUICK = Timing(
    resend_ms=600,
    feed_ms=400,
    poll_ms=50,
    reconnect_ms=20,
    longest_ms=1_000,
    telemetry_ms=60_000,
    will_delay_s=0,
)


class Kiosk:
    """What one kiosk's sync needs on its own side: its settings, its journal, the broker."""

    def __init__(self, folder: Path, broker: Broker, *, certificate_of: str = KIOSK, kiosk: str = KIOSK) -> None:
        self.broker = broker
        credentials = broker.credentials(certificate_of)
        self.settings = SyncSettings(
            kiosk=kiosk,
            store=STORE,
            workstation="1",
            journal=str(folder / "journal.db"),
            folder=str(folder / "sync"),
            socket=str(folder / "s.sock"),
            broker=BrokerSettings(
                host="127.0.0.1",
                port=broker.port,
                authority=str(credentials.authority),
                certificate=str(credentials.certificate),
                key=str(credentials.key),
            ),
            timing=QUICK,
        )
        self.journal = Journal.open(self.settings.journal, identity=Identity(kiosk, EPOCH))

    def append(self, count: int) -> None:
        """``count`` records, each a commit of its own."""
        for _ in range(count):
            self.journal.append([LineVoided(self.journal.head.sequence + 1, "shopper")], 1_767_225_600_000)

    def close(self) -> None:
        """Let everything go."""
        self.journal.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Sync, running; ended in good order."""
        service = Service(self.settings, LOG)
        task = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()


class Rig(Kiosk):
    """A kiosk, and who answers behind the broker."""

    def __init__(self, folder: Path, broker: Broker, *, certificate_of: str = KIOSK) -> None:
        super().__init__(folder, broker, certificate_of=certificate_of)
        self.far = FarSide(broker.port, broker.credentials("headoffice"))

    def close(self) -> None:
        """Let everything go; raises what went wrong at the far side."""
        super().close()
        self.far.close()


@contextmanager
def rig_in(folder: Path, *, certificate_of: str = KIOSK) -> Iterator[Rig]:
    """A rig with its broker started."""
    broker = Broker(folder / "far")
    broker.start()
    try:
        rig = Rig(folder, broker, certificate_of=certificate_of)
        try:
            yield rig
        finally:
            rig.close()
    finally:
        broker.stop()


def row(version: int, kind: FeedKind, key: str, value: object | None) -> FeedRow:
    """A row of the feed; ``None`` takes it away."""
    return FeedRow(version, kind, key, msgspec.Raw(msgspec.json.encode(value)))


def shop_rows(version: int) -> list[FeedRow]:
    """The small shop as rows of one version."""
    shop = small_shop()
    items = [row(version, "item", item.item_id, item) for item in shop.items.values()]
    return [row(version, "policy", "policy", bangladesh()), *items]
