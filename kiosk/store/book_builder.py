"""Building a price book aside, whole or from the one before, and putting it in place in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.retail.item import Item
from kiosk.retail.offer import Offer
from kiosk.store.book_schema import APPLICATION_ID, MIGRATIONS, book_name, open_checked
from kiosk.store.errors import BookError
from kiosk.store.migrations import migrate
from kiosk.store.offers import reach_of
from kiosk.store.rows import decode_row
from kiosk.store.words import words

__all__ = ["BookBuilder"]

_ASIDE = "book.building"


class BookBuilder:
    """Rows in, ``book-<version>.db`` out. One builder per folder at a time; leave it by ``finish`` or ``abandon``.

    The rows go into ``book.building`` in the same folder. A cut at any instant leaves either the finished book or
    that file, which the next builder overwrites.
    """

    def __init__(self, folder: Path | str, *, _previous: Path | None = None) -> None:
        self._folder = Path(folder)
        self._aside = self._folder / _ASIDE
        self._remove_aside()
        if _previous is not None:
            shutil.copyfile(_previous, self._aside)
        self._connection = sqlite3.connect(self._aside, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        migrate(self._connection, MIGRATIONS, application_id=APPLICATION_ID)
        self._connection.execute("BEGIN")
        self._connection.execute("INSERT OR REPLACE INTO book VALUES (1, 0, 0)")

    @classmethod
    def from_previous(cls, previous: Path | str, folder: Path | str | None = None) -> BookBuilder:
        """Start from a copy of the book at ``previous``, for a delta. Raises ``BookError`` if that one is not whole."""
        previous = Path(previous)
        connection, _version = open_checked(previous)
        connection.close()
        return cls(previous.parent if folder is None else folder, _previous=previous)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    def put(self, kind: str, key: str, payload: bytes) -> None:
        """Add a row or replace the one with this key. Raises ``BookRowError`` for what the kiosk could not read."""
        value = decode_row(kind, payload)
        self.delete(kind, key)
        if isinstance(value, Item):
            self._put_item(key, value, payload)
            return
        self._connection.execute("INSERT INTO other VALUES (?, ?, ?)", (kind, key, payload))
        if isinstance(value, Offer):
            reach = [(kind, name, key) for kind, name in reach_of(value)]
            self._connection.executemany("INSERT INTO offer_reach VALUES (?, ?, ?)", reach)

    def delete(self, kind: str, key: str) -> None:
        """Take a row out; one that is not there is no error."""
        if kind == "item":
            row = self._connection.execute("SELECT id FROM item WHERE item_id = ?", (key,)).fetchone()
            if row is not None:
                self._connection.execute("DELETE FROM item_words WHERE rowid = ?", row)
                self._connection.execute("DELETE FROM item WHERE id = ?", row)
            return
        if kind == "offer":
            self._connection.execute("DELETE FROM offer_reach WHERE offer_id = ?", (key,))
        self._connection.execute("DELETE FROM other WHERE kind = ? AND key = ?", (kind, key))

    def finish(self, version: int) -> Path:
        """Sync the book to disk and put it in place as ``book-<version>.db``; gives its path.

        Raises ``BookError`` if it has no policy: without one nothing could be sold from it.
        """
        if self._connection.execute("SELECT 1 FROM other WHERE kind = 'policy'").fetchone() is None:
            message = f"price book {version} holds no policy"
            raise BookError(message)
        self._connection.execute("INSERT OR REPLACE INTO book VALUES (1, ?, 1)", (version,))
        self._connection.execute("COMMIT")
        self._connection.close()
        _sync(self._aside, os.O_RDWR)
        place = self._folder / book_name(version)
        self._aside.replace(place)
        _sync(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        return place

    def abandon(self) -> None:
        """Drop what was built; after ``finish`` this does nothing."""
        self._connection.close()
        self._remove_aside()

    def _put_item(self, key: str, item: Item, payload: bytes) -> None:
        row = (key, item.gtin, item.plu, item.department, payload)
        query = "INSERT INTO item (item_id, gtin, plu, department, payload) VALUES (?, ?, ?, ?, ?)"
        number = self._connection.execute(query, row).lastrowid
        names = " ".join(words(" ".join((*item.names.values(), *item.aliases))))
        self._connection.execute("INSERT INTO item_words (rowid, words) VALUES (?, ?)", (number, names))

    def _remove_aside(self) -> None:
        for name in (_ASIDE, _ASIDE + "-journal"):
            (self._folder / name).unlink(missing_ok=True)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
