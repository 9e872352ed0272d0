"""What each of the kiosk's processes holds for itself alone, beside a bare Kivy window in the same run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from tests.benchmarks.place import Place, place
from tests.benchmarks.processes import measured
from tests.benchmarks.size import Size
from tests.support.broker import Broker
from tools.report import Report

__all__ = ["measure"]

_ROOM_MB = 60.0
_MB = 1024 * 1024


@contextmanager
def _sync_settings(here: Place) -> Iterator[Path]:
    """Settings for a sync process beside this kiosk, with a broker that runs."""
    broker = Broker(here.folder / "broker")
    keys = broker.credentials("kiosk-7")
    files = {"authority": keys.authority, "certificate": keys.certificate, "key": keys.key}
    table = {
        "kiosk": "kiosk-7",
        "store": "dhaka-1",
        "workstation": "7",
        "journal": here.folder / "data" / "journal.db",
        "folder": here.folder / "data",
        "socket": here.folder / "sync.sock",
    }
    lines = [f"{key} = {json.dumps(str(value))}" for key, value in table.items()]
    lines += ["[broker]", 'host = "127.0.0.1"', f"port = {broker.port}"]
    lines += [f"{key} = {json.dumps(str(value))}" for key, value in files.items()]
    path = here.folder / "sync.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    broker.start()
    try:
        yield path
    finally:
        broker.stop()


def _unshared(pid: int) -> float:
    """Unique set size in MB: what would be free again if this process and its children ended."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(each.memory_full_info().uss for each in family)) / _MB


def measure(report: Report, size: Size) -> None:
    """After the start and the first touch; the sync process with its broker, head office away."""
    with ExitStack() as running:
        here = running.enter_context(place(size))
        rival = running.enter_context(measured("tests.benchmarks.programs.bare_window"))
        rival.hears("drawn")
        kiosk = running.enter_context(measured("tests.benchmarks.programs.first_touch", "--settings", here.settings))
        kiosk.hears("answered")
        kiosk.hears("drawn")
        settings = running.enter_context(_sync_settings(here))
        sync = running.enter_context(measured("kiosk.sync.main", "--settings", settings))
        time.sleep(size.settle_s)
        found = {"bare Kivy window": rival.pid, "kiosk-checkout": kiosk.pid, "kiosk-sync": sync.pid}
        held = {name: _unshared(pid) for name, pid in found.items()}
    report.table("Memory", ("process", "USS MB"), [(name, f"{mb:.1f}") for name, mb in held.items()])
    for name, key in (("kiosk-checkout", "checkout_mb"), ("kiosk-sync", "sync_mb"), ("bare Kivy window", "bare_mb")):
        report.figure(key, round(held[name], 1))
    limit = round(held["bare Kivy window"] + _ROOM_MB, 1)
    what = f"memory of kiosk-checkout, USS (limit: bare window + {_ROOM_MB:.0f} MB)"
    report.speed(what, round(held["kiosk-checkout"], 1), limit, "MB")
