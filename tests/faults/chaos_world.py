"""The world of ``make chaos``: lanes that sell, a sync process for each, the broker, head office, and their roads.

Everything is a process of its own and the product's, save the lanes' sellers (``seller``), which have the product's
journal and no checkout. Each lane has its own road to the broker, head office another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
from sqlalchemy.exc import OperationalError

from bench.ledgers import rows
from bench.processes import Child, python
from headoffice.database import open_database
from headoffice.feed import Change, Feed, change_of
from kiosk.retail.item import Item
from kiosk.store.journal import JournalReader
from kiosk.sync.settings import BrokerSettings, SyncSettings, Timing, render
from tests.faults.echo import RULES, Echo
from tests.faults.seller import GOAL, STORE, Goal
from tests.support.broker import Broker
from tests.support.journals import bdt
from tests.support.kiosk import ROOT
from tests.support.postgresql import Cluster
from tests.support.roads import Road
from tests.support.shop import bangladesh

__all__ = ["ITEMS", "LaneAt", "World"]

ITEMS = 40
_BY = "chaos"
_TIMING = Timing(
    resend_ms=1_000, feed_ms=500, poll_ms=100, reconnect_ms=100, longest_ms=1_500, telemetry_ms=60_000, will_delay_s=1
)
_ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
_UNBOUNDED = (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)


def item(number: int, minor: int) -> Change:
    """One of the items that the feed tells of, at this price."""
    row = Item(f"i{number}", {"en": f"Item {number}"}, "shelf", "standard", bdt(minor))
    return change_of("item", row.item_id, row)


@dataclass(slots=True)
class LaneAt:
    """One lane: its seller, its sync, its road to the broker."""

    name: str
    workstation: str
    epoch: int
    folder: Path
    road: Road
    seller: Child
    sync: Child
    goal: Goal = field(default_factory=Goal)

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.folder / "journal.db"

    @property
    def cursor(self) -> Path:
        """What its sync keeps."""
        return self.folder / "sync.db"

    def sell(self, more: int) -> None:
        """So many more sales; a seller that does not run makes them when it does."""
        self._aim(msgspec.structs.replace(self.goal, sales=self.goal.sales + more))

    def skew(self, skew_ms: int) -> None:
        """The lane's clock is so wrong from now on."""
        self._aim(msgspec.structs.replace(self.goal, skew_ms=skew_ms))

    def sold(self) -> bool:
        """Whether the last sale asked for is journalled to its end."""
        found = rows(self.journal, "SELECT count(*) FROM record WHERE kind = 'ShopperLeft'") if self.made else [(0,)]
        return int(found[0][0]) >= self.goal.sales

    @property
    def made(self) -> bool:
        """Whether there is a journal that can be read."""
        return self.journal.exists() and bool(rows(self.journal, "SELECT 1 FROM sqlite_master WHERE name = 'record'"))

    @property
    def head(self) -> tuple[int, str]:
        """The journal's last sequence and digest."""
        with JournalReader.open(self.journal) as reader:
            return reader.head.sequence, reader.head_digest.hex()

    def acknowledged(self) -> tuple[int, str]:
        """Up to where its sync takes the journal for stored, and the digest of that record."""
        found = self._kept("SELECT sequence, digest FROM acknowledged")
        return (int(found[0][0]), bytes(found[0][1]).hex()) if found else (0, "")

    def feed_version(self) -> int:
        """The feed version that its sync has applied."""
        found = self._kept("SELECT version FROM feed")
        return int(found[0][0]) if found else 0

    def _kept(self, query: str) -> list[tuple[int, bytes]]:
        table = query.rsplit(maxsplit=1)[-1]
        if not self.cursor.exists():
            return []
        there = rows(self.cursor, "SELECT 1 FROM sqlite_master WHERE name = ?", table)
        return [(found[0], found[-1]) for found in rows(self.cursor, query)] if there else []

    def _aim(self, goal: Goal) -> None:
        self.goal = goal
        aside = self.folder / "goal.new"
        aside.write_bytes(msgspec.json.encode(goal))
        aside.replace(self.folder / GOAL)


class World:
    """Made, ``start``-ed, ``stop``-ped. ``wrapper``: a module's name to what runs it, for planted defects.

    ``database``: ``sqlite`` or ``postgresql``.
    """

    def __init__(self, folder: Path, lanes: int, database: str, wrapper: Mapping[str, tuple[str, ...]]) -> None:
        self._folder, self._wrapper, self._stack = folder, wrapper, ExitStack()
        self.broker = Broker(folder)
        with self.broker.access.open("a", encoding="utf-8") as access:
            access.write(RULES)
        self.office_skew_s = 0
        self.cluster = Cluster(durable=True) if database == "postgresql" else None
        if self.cluster is not None:
            self._stack.callback(self.cluster.remove)
            self.cluster.start()
        self.url = self.cluster.url(self.cluster.create()) if self.cluster else f"sqlite:///{folder / 'ledger.db'}"
        self.broker.start()
        self._stack.callback(self.broker.stop)
        self.office_road = self._road()
        self.lanes = [self._lane(number) for number in range(1, lanes + 1)]
        self.office = self._office()

    def start(self) -> None:
        """The price book first, then everybody."""
        self.database = open_database(self.url)
        self._stack.callback(self.database.close)
        self.feed = Feed(self.database, clock=lambda: time.time_ns() // 1_000_000)
        shelf = [item(number, 1_000 + number) for number in range(ITEMS)]
        self.feed.publish_changes([change_of("policy", "policy", bangladesh()), *shelf], by=_BY)
        self.echo = Echo(self.broker)
        self._stack.callback(self.echo.close)
        self.heal()

    def stop(self) -> None:
        """Everybody goes, and what they leave is there to be read."""
        for child in self.children:
            child.kill()
        self._stack.close()

    @property
    def children(self) -> list[Child]:
        """All programs that are Python's."""
        return [self.office, *(each for lane in self.lanes for each in (lane.seller, lane.sync))]

    def heal(self) -> None:
        """Whatever was done to them is over."""
        if self.cluster is not None and not _runs(self.cluster):
            self.cluster.start()
        if not _runs(self.broker):
            self.broker.start()
        for road in (self.office_road, *(lane.road for lane in self.lanes)):
            road.mend()
        for child in self.children:
            if child.alive:
                child.thaw()
                bound(child, None)
            else:
                child.start()

    def publish(self, changes: Sequence[Change]) -> bool:
        """Put these into the feed, past head office's own process; whether that could be done."""
        try:
            self.feed.publish_changes(changes, by=_BY)
        except OperationalError:  # the database was killed
            return False
        return True

    def skew_office(self, seconds: int) -> None:
        """Head office's clock is so wrong from its next start on."""
        self.office.kill()
        self.office_skew_s = seconds
        self.office = self._office()

    # --- how each is made --------------------------------------------------------------------------------------------

    def _road(self) -> Road:
        road = Road(self.broker.port)
        self._stack.callback(road.close)
        return road

    def _office(self) -> Child:
        shown = self.broker.credentials("headoffice")
        about = ("--database", self.url, "--broker", f"127.0.0.1:{self.office_road.port}", "--port", 0)
        keys = ("--ca", shown.authority, "--cert", shown.certificate, "--key", shown.key)
        signing = ("--signing-key", self._folder / "sign.pem")
        return self._child("headoffice", "headoffice.main", *about, *keys, *signing, skew_s=self.office_skew_s)

    def _lane(self, number: int) -> LaneAt:
        name, road, folder = f"lane-{number}", self._road(), self._folder / f"lane-{number}"
        folder.mkdir()
        shown = self.broker.credentials(name)
        keys = (str(shown.authority), str(shown.certificate), str(shown.key))
        settings = SyncSettings(
            kiosk=name,
            store=STORE,
            workstation=str(number),
            journal=str(folder / "journal.db"),
            folder=str(folder),
            socket=str(folder / "sync.sock"),
            broker=BrokerSettings("127.0.0.1", road.port, *keys),
            timing=_TIMING,
        )
        (folder / "sync.toml").write_text(render(settings), encoding="utf-8")
        sync = self._child(f"{name}-sync", "kiosk.sync.main", "--settings", folder / "sync.toml")
        seller = self._child(f"{name}-seller", "tests.faults.seller", folder, name, number, number)
        lane = LaneAt(name, str(number), number, folder, road, seller, sync)
        lane.sell(0)
        return lane

    def _child(self, name: str, module: str, *arguments: object, skew_s: int = 0) -> Child:
        planted = self._wrapper.get(module, ())
        skewed = ("tests.faults.skewed", str(skew_s)) if skew_s else ()
        command = python(*planted, *skewed, module, *arguments) if planted else python(*skewed, module, *arguments)
        return Child(name, command, self._folder / "logs" / f"{name}.log", _ENVIRONMENT, ROOT)


def bound(child: Child, size: int | None) -> None:
    """No file that it writes may be longer than so many bytes; ``None``: as long as the disk has room."""
    if child.alive:
        limits = _UNBOUNDED if size is None else (size, psutil.RLIM_INFINITY)
        psutil.Process(child.pid).rlimit(psutil.RLIMIT_FSIZE, limits)


def _runs(server: Broker | Cluster) -> bool:
    try:
        os.kill(server.pid, 0)
    except RuntimeError:
        return False
    return True
