"""The journal's mirror: each commit copied, soon after, to a second medium; and what it is for once the first is lost.

A thread of the sync process reads the journal and writes the copy, one file for each epoch, with the chain checked at
every record and each portion durable before the next. The checkout knows nothing of it: no sale ever waits for it.

A kiosk whose journal is gone begins a new one. What the mirror holds of the journal before, and head office does not,
goes up first, from here (``elder``): the mirror may lack the last records, so it is never sold on.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.store.chain import Identity, Position
from kiosk.store.errors import StoreError
from kiosk.store.journal import Journal, JournalReader

__all__ = ["Mirror", "on_another_device"]

_PORTION: Final = 500
_LOOK_S: Final = 1.0
_LONGEST_S: Final = 60.0
_STOP_S: Final = 5.0


def on_another_device(one: Path, other: Path) -> bool:
    """Whether two paths lie on different devices: a card that is not mounted leaves an empty folder on the first."""
    return one.stat().st_dev != other.stat().st_dev


class Mirror:
    """``journal`` is copied into ``folder`` by a thread, from ``start`` to ``close``; the rest is for sync's loop."""

    def __init__(
        self,
        journal: Path,
        kiosk: str,
        folder: Path,
        log: logging.Logger,
        *,
        apart: Callable[[Path, Path], bool] = on_another_device,
    ) -> None:
        self._journal, self._kiosk, self._folder, self._log = journal, kiosk, folder, log
        self._apart = apart
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self._sent: set[Path] = set()
        self._copied = Position(0, 0)
        self.waiting = 0
        """Records that are not copied yet, when it last looked."""
        self.fault = ""
        """Why nothing is copied now; empty: all is well."""

    def start(self) -> None:
        """Begin to copy."""
        self._thread.start()

    def nudge(self) -> None:
        """The journal has grown."""
        self._wake.set()

    def close(self) -> None:
        """Stop; what is not copied yet is copied after the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def elder(self, acknowledged: Position) -> Path | None:
        """The copy of a journal before the present one of which head office lacks records; ``None``: there is none.

        A copy from before the journal that was ``acknowledged`` last is left alone: it would move the cursor back.
        """
        present = self._present_epoch()
        for path in sorted(self._folder.glob("journal-*.db")) if present else ():
            known = path in self._sent or path.name == _name(present)
            if not known and self._outstanding(path, acknowledged, present):
                return path
        return None

    def copy(self) -> int:
        """Copy what is new; gives how many records that were. Raises ``StoreError``, ``OSError``, ``sqlite3.Error``."""
        if not self._apart(self._journal.parent, self._folder):
            message = f"{self._folder} is not on another device than the journal: is the second medium mounted?"
            raise OSError(message)
        with JournalReader.open(self._journal) as reader:
            identity = reader.identity
            if identity.kiosk != self._kiosk:
                message = f"{self._journal} is of kiosk {identity.kiosk!r}"
                raise StoreError(message)
            if self._copied == reader.head and self._path(identity).exists():
                return 0
            with Journal.open(self._path(identity), identity=identity) as copy:
                if copy.head > reader.head:
                    message = f"the copy holds record {copy.head.sequence}, the journal ends at {reader.head.sequence}"
                    raise StoreError(message)
                count = self._follow(reader, copy)
                self._copied = copy.head
        return count

    def _follow(self, reader: JournalReader, copy: Journal) -> int:
        count = 0
        while found := reader.records_after(copy.head, _PORTION):
            copy.append_copies(found)
            count += len(found)
            self.waiting = reader.head.sequence - copy.head.sequence
            if self._stopping.is_set():
                break
        self.waiting = reader.head.sequence - copy.head.sequence
        return count

    def _path(self, identity: Identity) -> Path:
        return self._folder / _name(identity.epoch)

    def _run(self) -> None:
        pause = _LOOK_S
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.copy()
            except FileNotFoundError as error:  # before the checkout's first start; or no second medium
                self.fault, pause = str(error), _LOOK_S
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and selling goes on
                self.fault, pause = f"the journal is not copied: {error}", min(_LONGEST_S, pause * 2)
            else:
                self.fault, pause = "", _LOOK_S
            (self._stopping if self.fault else self._wake).wait(pause)

    # --- the journal before --------------------------------------------------------------------------------------

    def _present_epoch(self) -> int:
        try:
            with JournalReader.open(self._journal) as reader:
                return reader.identity.epoch
        except (OSError, StoreError, sqlite3.Error):
            return 0

    def _outstanding(self, path: Path, acknowledged: Position, present: int) -> bool:
        try:
            with JournalReader.open(path) as copy:
                head, kiosk = copy.head, copy.identity.kiosk
        except (OSError, StoreError, sqlite3.Error) as error:
            self._log.warning("a copy of the journal cannot be read, and stays: %s", error)
            self._sent.add(path)
            return False
        if kiosk != self._kiosk or head.epoch >= present:
            return False
        if head > acknowledged and head.sequence:
            return True
        self._sent.add(path)
        return False


def _name(epoch: int) -> str:
    return f"journal-{epoch}.db"
