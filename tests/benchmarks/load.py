"""``make load``: how many journal events a second go from kiosks that were offline into head office's ledger.

A backlog that the kiosk's own core has journalled goes up through sync processes, a broker with mutual TLS and its
access list, and head office's process into a database that loses nothing when the power goes; counted is what head
office has acknowledged and each kiosk has noted durably. In the same run paho alone and ``mosquitto_pub`` send messages
of the same sizes to the same broker, where nobody reads and nothing is kept. At the end every chain head, the number of
sales and their sum are compared.

``SMALL=1`` takes a few thousand events; ``N=`` says how many, ``LANES=`` of how many kiosks; ``RTT=`` puts so many
milliseconds of round trip between the kiosks and the broker; ``WRITE=1`` renews the page. ``DATABASE=postgresql`` puts
the ledger on a PostgreSQL of its own that flushes every commit, ``WORKERS=2`` lets two processes of head office share
the journals.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from sqlalchemy import create_engine, text

from messages import topics
from provisioning.authority import Credentials
from tests.benchmarks.document import renew
from tests.benchmarks.load_house import Backlog, Lane, acknowledged, backlog, head_office, sync_of
from tests.benchmarks.processes import measured
from tests.support.broker import Broker
from tests.support.postgresql import Cluster
from tests.support.roads import road_to
from tests.support.waiting import wait_until
from tools.report import Report

__all__ = ["Asked", "main", "measure"]

_TARGET, _LAG_S, _MEAN = 20_000, 5.0, 250
_CATCH_UP = 1_000_000 / 60
"""Events a second over a long road: a million in a minute."""
_FRAME = 270
"""Bytes around a record on its way: two digests, its place, the names of its fields."""
_PAUSE_S = 0.1
_PATIENCE_S = 900.0
_RECORDS, _LANES, _SMALL = 200_000, 4, 6_000


@dataclass(frozen=True, slots=True)
class Asked:
    """How much of it, onto what, and over how long a road."""

    records: int
    lanes: int
    database: Literal["sqlite", "postgresql"] = "sqlite"
    workers: int = 1
    round_trip_ms: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """At a moment: what is stored, what is posted, whether every kiosk has noted all of it, and the processor time
    spent so far by kind of process.
    """

    at: float
    stored: int
    posted: int
    noted: bool
    spent: dict[str, float]


def measure(report: Report, asked: Asked, told: Backlog) -> None:
    """The product, then the rivals, into one report."""
    folder = Path(tempfile.mkdtemp(prefix="load"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = Broker(folder)
        broker.start()
        stack.callback(broker.stop)
        where = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[asked.database]
        many = f", {asked.workers} workers" if asked.workers > 1 else ""
        report.note(f"{told.records} records of {asked.lanes} lanes, {told.mean:.0f} bytes each; {where}{many}.")
        report.require("a record has 250 bytes on average", held=told.mean >= _MEAN, detail=f"{told.mean:.0f}")
        _product(report, asked, told, folder, broker, stack.enter_context(_ledger(asked, folder)))
        _rivals(report, told, broker)
    report.figure("load_average", round(os.getloadavg()[0], 1))


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Where the ledger is, and the first of the processes that keep it where these are its own."""

    url: str
    pid: int | None = None


@contextmanager
def _ledger(asked: Asked, folder: Path) -> Iterator[_Ledger]:
    if asked.database == "sqlite":
        yield _Ledger(f"sqlite:///{folder / 'ledger.db'}")
        return
    cluster = Cluster(durable=True)
    try:
        cluster.start()
        yield _Ledger(cluster.url(cluster.create()), cluster.pid)
    finally:
        cluster.remove()


def _product(report: Report, asked: Asked, told: Backlog, folder: Path, broker: Broker, ledger: _Ledger) -> None:
    names = ["headoffice", *(f"headoffice-{number}" for number in range(2, asked.workers + 1))]
    with ExitStack() as stack:
        offices = [stack.enter_context(head_office(folder, broker, ledger.url, name)) for name in names]
        report.progress(f"{told.records} events of {asked.lanes} lanes")
        road = stack.enter_context(road_to(broker.port, round_trip_s=asked.round_trip_ms / 1000))
        port = road.port if asked.round_trip_ms else broker.port
        syncs = [stack.enter_context(sync_of(folder, lane, broker, port)) for lane in told.lanes]
        pids = {"kiosk": [one.pid for one in syncs], "broker": [broker.pid], "headoffice": [one.pid for one in offices]}
        kinds = {kind: [psutil.Process(pid) for pid in those] for kind, those in pids.items()}
        if ledger.pid is not None:
            kinds["database"] = [psutil.Process(ledger.pid)]
        seen = _watch(ledger.url, folder, told, kinds)
    _conclude(report, told, seen, asked.round_trip_ms)
    _compare(report, told, folder, ledger.url)


def _watch(url: str, folder: Path, told: Backlog, kinds: dict[str, list[psutil.Process]]) -> list[_Seen]:
    """Look until everything is acknowledged and posted."""
    engine, seen = create_engine(url), list[_Seen]()

    def look() -> bool:
        with engine.connect() as connection:
            stored, posted = connection.execute(text("SELECT sum(sequence), sum(posted) FROM epoch")).one()
        spent = {kind: sum(_spent(one) for one in ones) for kind, ones in kinds.items()}
        noted = all(acknowledged(folder, lane) >= lane.records for lane in told.lanes)
        seen.append(_Seen(time.monotonic(), stored or 0, posted or 0, noted, spent))
        time.sleep(_PAUSE_S)
        return noted and seen[-1].posted >= told.records

    try:
        wait_until(look, _PATIENCE_S, what="everything is acknowledged and posted")
    finally:
        engine.dispose()
    return seen


def _spent(process: psutil.Process) -> float:
    """Its own time and that of its children, ended or not."""
    spent = 0.0
    for one in (process, *process.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            spent += times.user + times.system
    ended = process.cpu_times()
    return float(spent + ended.children_user + ended.children_system)


def _conclude(report: Report, told: Backlog, seen: Sequence[_Seen], round_trip_ms: int) -> None:
    first = next(place for place, one in enumerate(seen) if one.stored) - 1
    began = seen[max(first, 0)]
    stored = next(one for one in seen if one.stored >= told.records)
    whole = next(one for one in seen if one.posted >= told.records)
    rate = told.records / (stored.at - began.at)
    report.figure("events", told.records)
    report.figure("record_bytes", round(told.mean))
    report.figure("events_per_second", round(rate))
    report.figure("posted_per_second", round(told.records / (whole.at - began.at)))
    report.figure("lag_s", round(_lag(seen), 1))
    for kind in whole.spent:
        spent = (whole.spent[kind] - began.spent[kind]) * 1e6 / told.records
        report.figure(f"{kind}_us", round(spent, 1))
    report.speed("journal events a second, durable and acknowledged", rate, _TARGET, "events/s", at_most=False)
    report.speed("the ledger behind the journals", _lag(seen), _LAG_S, "s")
    if round_trip_ms:
        seconds = next(one.at for one in seen if one.noted) - began.at
        report.figure("round_trip_ms", round_trip_ms)
        report.figure("catch_up_s", round(seconds, 1))
        what = f"events a second that kiosks know to be stored, over {round_trip_ms} ms"
        report.speed(what, told.records / seconds, _CATCH_UP, "events/s", at_most=False)


def _lag(seen: Sequence[_Seen]) -> float:
    """The longest time that something stored waited to be posted, as far as the looks tell."""
    longest, place = 0.0, 0
    for one in seen:
        while place < len(seen) and seen[place].stored <= one.posted:
            place += 1
        if place < len(seen) and seen[place].at <= one.at:
            longest = max(longest, one.at - seen[place].at)
    return longest


def _compare(report: Report, told: Backlog, folder: Path, url: str) -> None:
    """What stands in the ledger is what the journals say."""
    engine = create_engine(url)
    with engine.connect() as connection:
        heads = {kiosk: (sequence, digest) for kiosk, sequence, digest in connection.execute(
            text("SELECT kiosk, sequence, digest FROM epoch"))}  # fmt: skip
        sales = {kiosk: (count, total) for kiosk, count, total in connection.execute(
            text("SELECT kiosk, count(*), sum(total) FROM sale GROUP BY kiosk"))}  # fmt: skip
        letters = connection.execute(text("SELECT count(*) FROM dead_letter")).scalar()
    engine.dispose()
    lanes = told.lanes
    for what, found in (
        (
            "every chain head is the journal's",
            [_of(one, heads.get(one.name), (one.records, one.head)) for one in lanes],
        ),
        ("every sale is there once", [_of(one, sales.get(one.name), (one.sales, one.total)) for one in lanes]),
        ("every kiosk has noted it", [_of(one, acknowledged(folder, one), one.records) for one in lanes]),
    ):
        wrong = [one for one in found if one]
        report.require(what, held=not wrong, detail="; ".join(wrong))
    report.figure("sales", sum(lane.sales for lane in told.lanes))
    report.figure("letters", letters or 0)


def _of(lane: Lane, found: object, wanted: object) -> str:
    return "" if found == wanted else f"{lane.name}: {found} and not {wanted}"


# --- the rivals ----------------------------------------------------------------------------------------------------


def _rivals(report: Report, told: Backlog, broker: Broker) -> None:
    """One event a message, and as many as a batch holds."""
    size = round(told.mean) + _FRAME
    rows = []
    shown = broker.credentials("rival")
    keys = (broker.port, shown.authority, shown.certificate, shown.key, "rival")
    together = max(1, min(1000, 262_144 // size))
    for batch in (1, together):
        count = max(50, min(told.records, 20_000) // batch)
        with measured("tests.benchmarks.programs.publishing", *keys, count, size * batch) as rival:
            paho = count * batch / rival.hears("took")
        lines = count * batch / _mosquitto_pub(broker, shown, count, size * batch)
        rows.append((batch, size * batch, f"{paho:.0f}", f"{lines:.0f}"))
        word = "single" if batch == 1 else "batched"
        report.figure(f"paho_{word}", round(paho))
        report.figure(f"mosquitto_pub_{word}", round(lines))
    header = ("events a message", "bytes", "paho, window 100: events/s", "mosquitto_pub -l: events/s")
    report.table("Rivals: sent to the broker, read by nobody, kept nowhere", header, rows)


def _mosquitto_pub(broker: Broker, shown: Credentials, count: int, size: int) -> float:
    command = ["mosquitto_pub", "-l", "-q", "1", "-V", "mqttv5", "-h", "127.0.0.1", "-p", str(broker.port)]
    command += ["-t", topics.journal_up("rival"), "--cafile", str(shown.authority)]
    command += ["--cert", str(shown.certificate), "--key", str(shown.key)]
    line = b"x" * size + b"\n"
    began = time.perf_counter()
    subprocess.run(command, input=line * count, check=True, timeout=_PATIENCE_S)
    return time.perf_counter() - began


# --- the command ---------------------------------------------------------------------------------------------------


def main() -> int:
    """Measure into one report."""
    small = bool(os.environ.get("SMALL"))
    asked = Asked(
        records=int(os.environ.get("N") or (_SMALL if small else _RECORDS)),
        lanes=int(os.environ.get("LANES") or (2 if small else _LANES)),
        database="postgresql" if os.environ.get("DATABASE") == "postgresql" else "sqlite",
        workers=int(os.environ.get("WORKERS") or 1),
        round_trip_ms=int(os.environ.get("RTT") or 0),
    )
    with Report("load") as report:
        report.progress("journals of the sample shop")
        measure(report, asked, backlog(asked.lanes, asked.records))
        if os.environ.get("WRITE"):
            renew(report, part="load")
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
