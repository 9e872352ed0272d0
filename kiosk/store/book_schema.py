"""What a price book file looks like inside, and how one is opened and judged whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kiosk.store.errors import BookError
from kiosk.store.migrations import Migration, check_readable

__all__ = ["APPLICATION_ID", "MIGRATIONS", "book_name", "book_version", "connect_read_only", "open_checked"]

APPLICATION_ID = 0x4B424F4B  # "KBOK"
MIGRATIONS = (
    Migration(
        """
        CREATE TABLE book (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL,
            whole INTEGER NOT NULL) STRICT;
        CREATE TABLE item (id INTEGER PRIMARY KEY, item_id TEXT NOT NULL UNIQUE, gtin TEXT, plu TEXT,
            department TEXT NOT NULL, payload BLOB NOT NULL) STRICT;
        CREATE TABLE other (kind TEXT NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL,
            PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE offer_item (item_id TEXT NOT NULL, offer_id TEXT NOT NULL, PRIMARY KEY (item_id,
            offer_id)) STRICT, WITHOUT ROWID;
        CREATE VIRTUAL TABLE item_words USING fts5 (words, prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
        CREATE VIRTUAL TABLE item_vocabulary USING fts5vocab ('item_words', 'row');
        CREATE INDEX item_by_gtin ON item (gtin) WHERE gtin IS NOT NULL;
        CREATE INDEX item_by_plu ON item (plu) WHERE plu IS NOT NULL;
        CREATE INDEX item_by_department ON item (department)
        """,
        readable_since=1,
    ),
    Migration(
        """
        CREATE TABLE offer_reach (kind TEXT NOT NULL, key TEXT NOT NULL, offer_id TEXT NOT NULL,
            PRIMARY KEY (kind, key, offer_id)) STRICT, WITHOUT ROWID;
        INSERT INTO offer_reach SELECT 'item', item_id, offer_id FROM offer_item;
        DROP TABLE offer_item
        """,
        readable_since=2,
    ),
)
_FULLY_CHECKED_BYTES = 16 * 1024 * 1024
_MAPPED_BYTES = 1 << 30


def book_name(version: int) -> str:
    """The file's name by its feed version."""
    return f"book-{version}.db"


def book_version(path: Path) -> int | None:
    """The feed version in a file's name; ``None`` for other files."""
    number = path.name.removeprefix("book-").removesuffix(".db")
    return int(number) if path.name == f"book-{number}.db" and number.isdecimal() and number.isascii() else None


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A read-only connection, mapped into memory; usable from any thread, one at a time."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    return connection


def open_checked(path: Path) -> tuple[sqlite3.Connection, int]:
    """A connection to a whole book, and its feed version. Raises ``BookError`` for anything else.

    A book up to 16 MB is read through for damage; a larger one is judged by its header, its length and its mark of
    wholeness, and damage deeper inside is told when it is met.
    """
    if not check_readable(path, known=len(MIGRATIONS), application_id=APPLICATION_ID):
        message = f"{path} is missing or empty: no price book there"
        raise BookError(message)
    connection = connect_read_only(path)
    try:
        return connection, _checked_version(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        message = f"{path} is damaged ({error}): the book before it serves until the next feed"
        raise BookError(message) from error
    except BookError:
        connection.close()
        raise


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    row = connection.execute("SELECT version, whole FROM book").fetchone()
    if row is None or not row[1]:
        message = f"{path} was not finished: the book before it serves until the next feed"
        raise BookError(message)
    size = path.stat().st_size
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    if pages * page_size != size:
        message = f"{path} is cut short: {size} bytes of {pages * page_size}"
        raise BookError(message)
    if size <= _FULLY_CHECKED_BYTES:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            message = f"{path} is damaged ({verdict}): the book before it serves until the next feed"
            raise BookError(message)
    return int(row[0])
