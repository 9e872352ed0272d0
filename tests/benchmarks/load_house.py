"""What ``make load`` runs: journals made once, then head office and a sync process for each lane, as shipped."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench import leash
from kiosk.store.journal import JournalReader
from kiosk.sync.settings import BrokerSettings, SyncSettings, render
from tests.benchmarks.place import environment
from tests.benchmarks.programs.journalling import STORE
from tests.support.broker import Broker
from tests.support.kiosk import ROOT
from tests.support.waiting import wait_until

__all__ = ["Backlog", "Lane", "acknowledged", "backlog", "head_office", "sync_of"]

_CACHE = ROOT / "build" / "load"
_SOURCES = ("kiosk/checkout", "kiosk/retail", "kiosk/store", "samples/shop", "tests/benchmarks/programs/journalling.py")
"""What a journal is made of: should any of it change, journals are made anew."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane's journal: how long it is, the bytes of its records, its last digest, and what was sold."""

    name: str
    workstation: str
    journal: Path
    records: int
    size: int
    head: str
    sales: int
    total: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """All lanes."""

    lanes: tuple[Lane, ...]

    @property
    def records(self) -> int:
        """Of all lanes."""
        return sum(lane.records for lane in self.lanes)

    @property
    def mean(self) -> float:
        """Bytes of an encoded record, without what carries it."""
        return sum(lane.size for lane in self.lanes) / self.records


def backlog(lanes: int, records: int, cache: Path = _CACHE) -> Backlog:
    """Journals of so many lanes with at least so many records together; made by the kiosk's own core, and kept."""
    folder = cache / f"{_key()}-{lanes}x{records // lanes}"
    names = [(f"lane-{number}", str(number)) for number in range(1, lanes + 1)]
    if not folder.exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        try:
            _make(making, names, records // lanes)
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return Backlog(tuple(_look(folder / name / "journal.db", name, station) for name, station in names))


def _key() -> str:
    told = hashlib.sha256()
    for source in _SOURCES:
        place = ROOT / source
        for path in sorted(place.rglob("*.*")) if place.is_dir() else [place]:
            if path.suffix in {".py", ".csv", ".toml"}:
                told.update(path.read_bytes())
    return told.hexdigest()[:12]


def _make(folder: Path, names: Sequence[tuple[str, str]], records: int) -> None:
    """As many at a time as there are cores."""
    todo, running = list(names), list[subprocess.Popen[bytes]]()
    while todo or running:
        while todo and len(running) < (os.cpu_count() or 1):
            name, station = todo.pop(0)
            arguments = map(str, (folder, name, station, records))
            module = "tests.benchmarks.programs.journalling"
            running.append(_python(module, *arguments))
        first = running.pop(0)
        if first.wait():
            message = f"a journal could not be made: exit code {first.returncode}"
            raise RuntimeError(message)


def _look(path: Path, name: str, workstation: str) -> Lane:
    told = (
        "SELECT count(*), sum(json_extract(payload, '$.total.minor')) FROM record WHERE kind = 'TransactionCompleted'"
    )
    with JournalReader.open(path) as reader, closing(sqlite3.connect(path)) as connection:
        sales, total = connection.execute(told).fetchone()
        (size,) = connection.execute("SELECT sum(length(payload)) FROM record").fetchone()
        return Lane(name, workstation, path, reader.head.sequence, size, reader.head_digest.hex(), sales, total or 0)


def _python(module: str, *arguments: object, log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """``log`` takes what it says; without one only complaints are heard."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    said = subprocess.DEVNULL if log is None else log
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=said, stderr=log)
    leash.put_on(process.pid)
    return process


@contextmanager
def _running(folder: Path, name: str, module: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    with ExitStack() as stack:
        log = stack.enter_context((folder / f"{name}.log").open("ab"))
        process = _python(module, *arguments, log=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            leash.let_go(process.pid)


@contextmanager
def head_office(folder: Path, broker: Broker, url: str, name: str = "headoffice") -> Iterator[subprocess.Popen[bytes]]:
    """A worker of head office on a database, once it listens to the broker; ``name``: its certificate's."""
    shown = broker.credentials(name)
    arguments = (
        "--database",
        url,
        "--broker",
        f"127.0.0.1:{broker.port}",
        "--port",
        0,
        "--signing-key",
        folder / "sign.pem",
    )
    keys = ("--ca", shown.authority, "--cert", shown.certificate, "--key", shown.key)
    with _running(folder, name, "headoffice.main", *arguments, *keys) as process:
        log = folder / f"{name}.log"
        wait_until(
            lambda: process.poll() is not None or b"connected to the broker" in log.read_bytes(), 60, what="head office"
        )
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
        yield process


@contextmanager
def sync_of(folder: Path, lane: Lane, broker: Broker, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A lane's sync process, to which nothing has been acknowledged yet. ``port``: of its road to the broker."""
    shown = broker.credentials(lane.name)
    place = folder / lane.name
    place.mkdir()
    settings = SyncSettings(
        kiosk=lane.name,
        store=STORE,
        workstation=lane.workstation,
        journal=str(lane.journal),
        folder=str(place),
        socket=str(place / "sync.sock"),
        broker=BrokerSettings(
            "127.0.0.1", port or broker.port, str(shown.authority), str(shown.certificate), str(shown.key)
        ),
    )
    written = place / "sync.toml"
    written.write_text(render(settings), encoding="utf-8")
    with _running(folder, lane.name, "kiosk.sync.main", "--settings", written) as process:
        yield process


def acknowledged(folder: Path, lane: Lane) -> int:
    """Up to where the lane's sync has head office's word, durably."""
    path = folder / lane.name / "sync.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT sequence FROM acknowledged").fetchone()
    except sqlite3.OperationalError:  # it is being made
        return 0
    return int(row[0]) if row else 0
