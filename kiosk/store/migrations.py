"""Numbered migrations of a SQLite file, and the refusal of files that only a newer release understands.

``PRAGMA user_version`` counts the migrations a file has had. A migration may name the oldest version of the schema
that still reads and writes the file rightly (``readable_since``): after an update is rolled back, the release before
opens its journal as long as the newer one only added to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from kiosk.retail.values import dataclass
from kiosk.store.errors import ForeignFileError, NewerDatabaseError

__all__ = ["Migration", "check_readable", "migrate"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. ``script``: statements, each ended by a semicolon, run in one transaction.

    ``readable_since``: the oldest version number of the schema whose release reads and writes the file rightly.
    """

    script: str
    readable_since: int


_FORMAT = "CREATE TABLE IF NOT EXISTS format (id INTEGER PRIMARY KEY CHECK (id = 1), readable_since INTEGER) STRICT"


def check_readable(path: Path, *, known: int, application_id: int) -> int:
    """The schema version of the file at ``path``; 0 for a file that is missing or empty.

    Opens it read-only, so that a refused file keeps every byte. Raises ``NewerDatabaseError`` when a release that
    knows ``known`` migrations cannot read it, ``ForeignFileError`` when it is no file of this application.
    """
    if not path.exists() or path.stat().st_size == 0:
        return 0
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        return _readable_version(connection, path, known, application_id)
    except sqlite3.DatabaseError as error:
        message = f"{path} is not a database this kiosk can read ({error}): restore or remove it"
        raise ForeignFileError(message) from error
    finally:
        connection.close()


def _readable_version(connection: sqlite3.Connection, path: Path, known: int, application_id: int) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (found_id,) = connection.execute("PRAGMA application_id").fetchone()
    if found_id != application_id and (version, found_id) != (0, 0):
        message = f"{path} belongs to another program (application id {found_id:#x})"
        raise ForeignFileError(message)
    if version > known:
        (since,) = connection.execute("SELECT readable_since FROM format").fetchone()
        if since > known:
            message = (
                f"{path} was written by a newer release (format {version}, this release reads up to {known}):"
                " install that release again; the file was not touched"
            )
            raise NewerDatabaseError(message)
    return int(version)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], *, application_id: int) -> None:
    """Bring the file to the newest schema, one transaction per step; a cut in between leaves whole steps.

    ``connection`` must be in autocommit mode (``isolation_level=None``).
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, migration in enumerate(migrations[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in (_FORMAT, *migration.script.split(";")):
                connection.execute(statement)
            connection.execute("INSERT OR REPLACE INTO format VALUES (1, ?)", (migration.readable_since,))
            connection.execute(f"PRAGMA application_id = {application_id}")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
