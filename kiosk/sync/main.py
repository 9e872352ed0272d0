"""``kiosk-sync``: the journal up to head office, the feed down from it, beside the checkout."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.notify import Notifier
from kiosk.store.errors import StoreError
from kiosk.sync.service import Service
from kiosk.sync.settings import SettingsError, SyncSettings, load

__all__ = ["main"]

_BAD_SETTINGS = 78
"""``EX_CONFIG`` of sysexits.h: starting it again will not help."""
_BAD_FILES = 74
"""``EX_IOERR``: its own folder cannot be used."""


async def _run(settings: SyncSettings, log: logging.Logger) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(Service(settings, log, Notifier()).run())
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    log.info("sync of %s begins", settings.kiosk)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    log.info("sync of %s ends in good order", settings.kiosk)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM. Exit codes: 0 in good order, 78 unusable settings, 74 unusable files."""
    parser = argparse.ArgumentParser(prog="kiosk-sync", description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="the TOML file of its settings")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    log = logging.getLogger("kiosk.sync")
    try:
        settings = load(chosen.settings)
    except SettingsError as fault:
        print(f"kiosk-sync: {fault}", file=sys.stderr)
        return _BAD_SETTINGS
    try:
        asyncio.run(_run(settings, log))
    except (StoreError, sqlite3.Error, OSError) as fault:
        print(f"kiosk-sync: with {settings.folder} and {settings.socket}: {fault}", file=sys.stderr)
        return _BAD_FILES
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
