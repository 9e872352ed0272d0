"""The examples in the docstrings of devices, far ends and their tests' tools, and the driver of the documents, run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("hal", "bench/far_ends", "tests/support")
DRIVERS = ROOT / "docs/drivers/write-a-driver.md"


def _with_examples() -> list[str]:
    files = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in files
        if "    >>> " in file.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", _with_examples())
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_the_driver_written_in_the_documents_runs() -> None:
    result = doctest.testfile(str(DRIVERS), module_relative=False)
    assert result.attempted > 10
    assert result.failed == 0
