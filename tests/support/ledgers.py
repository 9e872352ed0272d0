"""New databases of head office for tests: brought up to this release once for each run, then copied."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from headoffice.database import Database, open_database

__all__ = ["brief_database", "new_database"]


def new_database(folder: Path) -> Database:
    """A database nobody has written to, ``ledger.db`` in ``folder``; whoever asks closes it."""
    path = folder / "ledger.db"
    path.write_bytes(_as_made())
    return open_database(f"sqlite:///{path}")


@contextmanager
def brief_database() -> Iterator[Database]:
    """The same in a folder of its own, for the time of the block: one for each example of a search."""
    with TemporaryDirectory() as folder:
        database = new_database(Path(folder))
        try:
            yield database
        finally:
            database.close()


@functools.cache
def _as_made() -> bytes:
    """The file as all migrations leave it: to run them takes most of a short test's time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        open_database(f"sqlite:///{path}").close()
        return path.read_bytes()
