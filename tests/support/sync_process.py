"""The sync process of a lane, as it is shipped, for tests that have a whole lane and a broker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.sync.settings import BrokerSettings, SyncSettings, render
from tests.support.broker import Broker
from tests.support.kiosk import ROOT, Lane

__all__ = ["beside_sync"]


@contextmanager
def beside_sync(at: Lane, broker: Broker) -> Iterator[None]:
    """The sync process of the lane's unit, which begins with nothing but its certificate."""
    name = f"kiosk-{at.number}"
    shown = broker.credentials(name)
    paths = (str(shown.authority), str(shown.certificate), str(shown.key))
    written = SyncSettings(
        kiosk=name,
        store="dhaka-1",
        workstation=at.number,
        journal=str(at.data / "journal.db"),
        folder=str(at.data),
        socket=str(at.folder / "run" / "sync.sock"),
        broker=BrokerSettings("127.0.0.1", broker.port, *paths),
    )
    settings = at.folder / "sync.toml"
    settings.write_text(render(written), encoding="utf-8")
    command = [sys.executable, "-m", "kiosk.sync.main", "--settings", str(settings)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            yield
        finally:
            process.terminate()
