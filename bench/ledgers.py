"""A database of the product as its file holds it: read only, with nothing of the product in between."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["journalled", "rows"]


def rows(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query gives; the file is opened for reading only, and closed at once."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def journalled(journal: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The records of one kind, in order, as their kiosk wrote them."""
    for (payload,) in rows(journal, "SELECT payload FROM record WHERE kind = ? ORDER BY sequence", kind):
        told: dict[str, Any] = json.loads(payload)
        yield told
