"""What an NFC-e driver must not forget: each document before it is sent, its number, and what SEFAZ said of it.

SQLite with every commit on disk, one file of the driver's own. What waits for the disk is done on the memory's own
thread (``off_loop``); reading does not.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from hal.device import DeviceError

__all__ = ["Memory", "Record", "State"]

T = TypeVar("T")

State = Literal["asked", "signed", "offline", "refused", "abandoned", "dropped", "cancelled", "void", "stuck"]
"""``asked``: it may have been sent, and nobody has said what became of it. ``offline``: issued in contingency, SEFAZ
has still to be told. ``abandoned``: another document took its sale over while it was ``asked``. ``dropped``: refused,
and its sale was given up. ``void``: SEFAZ knows that no document bears the number. ``stuck``: only a person can mend
it."""

_CREATE = """
CREATE TABLE IF NOT EXISTS document (
    key TEXT PRIMARY KEY, sale TEXT NOT NULL, series INTEGER NOT NULL, number INTEGER NOT NULL,
    state TEXT NOT NULL, made_ms INTEGER NOT NULL, day TEXT NOT NULL, mark TEXT NOT NULL, xml BLOB NOT NULL,
    digest TEXT NOT NULL, protocol TEXT NOT NULL, received TEXT NOT NULL, record TEXT NOT NULL,
    code INTEGER NOT NULL, reason TEXT NOT NULL, untold INTEGER NOT NULL, UNIQUE (series, number)
) STRICT;
CREATE INDEX IF NOT EXISTS document_sale ON document (sale);
CREATE INDEX IF NOT EXISTS document_open ON document (state) WHERE state NOT IN ('signed', 'cancelled', 'void');
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One document. ``sale``: the transaction's uuid; ``mark``: what the sale came to, so that another is noticed.

    ``day``: the business day; ``record``: what SEFAZ keeps of it and of its cancellation, as XML; ``untold``: 1 while
    the checkout has not confirmed SEFAZ's late word.
    """

    key: str
    sale: str
    series: int
    number: int
    state: State
    made_ms: int
    day: str
    mark: str
    xml: bytes = b""
    digest: str = ""
    protocol: str = ""
    received: str = ""
    record: str = ""
    code: int = 0
    reason: str = ""
    untold: int = 0


_COLUMNS = tuple(each.name for each in fields(Record))
_ALL = ", ".join(_COLUMNS)
_GIVEN_UP = "('abandoned', 'dropped', 'void', 'stuck')"


class Memory:
    """The driver's documents. Raises ``DeviceError`` for a file that cannot be used."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fiscal-memory")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_CREATE)
        except (OSError, sqlite3.Error) as error:
            text = f"{file} cannot be used as the memory of fiscal documents: {error}; keep it and call the service"
            raise DeviceError(text) from error

    def close(self) -> None:
        """Let the file and the thread go; what is being written is written first."""
        self._thread.shutdown()
        self._base.close()

    async def off_loop(self, deed: Callable[..., T], *given: object) -> T:
        """Do what blocks on the memory's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, deed, *given)

    def put(self, *records: Record) -> None:
        """Write these, or replace what is known under their keys, all or none, on disk before it returns.

        A number has one document: where another of the same series and number is known, it makes room.
        """
        marks = ", ".join("?" for _ in _COLUMNS)
        rows = [tuple(getattr(each, name) for name in _COLUMNS) for each in records]
        self._do(f"INSERT OR REPLACE INTO document ({_ALL}) VALUES ({marks})", rows)  # noqa: S608  our own names

    def of_sale(self, sale: str) -> Record | None:
        """The document that a sale stands on now."""
        found = self._find(f"sale = ? AND state NOT IN {_GIVEN_UP} ORDER BY number DESC LIMIT 1", sale)
        return found[0] if found else None

    def next_number(self, series: int, first: int) -> int:
        """The number after the highest of the series; ``first`` where there is none."""
        (highest,) = self._base.execute("SELECT max(number) FROM document WHERE series = ?", (series,)).fetchone()
        return max(first, (highest or 0) + 1)

    def in_state(self, *states: State) -> list[Record]:
        """The documents in one of these states, oldest first."""
        return self._find(f"state IN ({', '.join('?' for _ in states)}) ORDER BY series, number", *states)

    def untold(self) -> list[Record]:
        """The documents whose late word the checkout has not confirmed, oldest first."""
        return self._find("untold = 1 AND state != 'offline' ORDER BY series, number")

    def in_range(self, series: int, first: int, last: int) -> list[Record]:
        """The documents of these numbers."""
        return self._find("series = ? AND number BETWEEN ? AND ? ORDER BY number", series, first, last)

    def since(self, day: str) -> list[Record]:
        """The documents of business days from ``day`` on that SEFAZ has a record of, oldest first."""
        return self._find("day >= ? AND record != '' ORDER BY series, number", day)

    def told(self, sale: str) -> None:
        """The checkout has SEFAZ's late word about this sale."""
        for each in self._find("sale = ? AND untold = 1", sale):
            self.put(replace(each, untold=0))

    def shed(self, before_ms: int) -> None:
        """Let the XML of settled documents go that were made before; their keys and numbers stay."""
        settled = "state IN ('signed', 'cancelled', 'void') AND untold = 0 AND xml != x'' AND made_ms < ?"
        self._do(f"UPDATE document SET xml = x'', record = '' WHERE {settled}", [(before_ms,)])  # noqa: S608  the same

    def _find(self, where: str, *values: str | int) -> list[Record]:
        rows = self._base.execute(f"SELECT {_ALL} FROM document WHERE {where}", values)  # noqa: S608  the same
        return [Record(*row) for row in rows]

    def _do(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._base.executemany(statement, rows)
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            text = f"{self._file} cannot be written: {error}; make room on the disk"
            raise DeviceError(text) from error
