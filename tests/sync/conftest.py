"""The rig of these tests, one per test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.rig import Rig, rig_in


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: a Unix socket's path has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sync") as name:
        yield Path(name)


@pytest.fixture
def rig(folder: Path) -> Iterator[Rig]:
    """A kiosk's sync beside a real broker."""
    with rig_in(folder) as made:
        yield made
