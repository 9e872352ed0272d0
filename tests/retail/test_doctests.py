"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import kiosk.retail

ROOM = Path(kiosk.retail.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(ROOM).with_suffix("").parts) for path in ROOM.rglob("*.py") if path.stem != "__init__"
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"kiosk.retail.{name}")).failed == 0


def test_there_are_examples() -> None:
    count = sum(doctest.testmod(importlib.import_module(f"kiosk.retail.{name}")).attempted for name in MODULES)

    assert count >= 10
