"""The examples in the docstrings of the devices, and the driver of the documents, run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

MODULES = (
    "bench.far_ends.scale.toledo_8217",
    "bench.far_ends.scanner.zebra_ssi",
    "hal.drivers",
    "hal.ports.named",
    "hal.printer.escpos",
    "hal.raster",
    "hal.scale.common.polled",
    "hal.scale.simulated",
    "hal.scale.toledo_8217",
    "hal.scanner.contract",
    "hal.scanner.serial",
    "hal.scanner.zebra_ssi",
    "tests.support.pieces",
    "tests.support.rigs.barcodes",
)
DRIVERS = Path(__file__).parents[2] / "docs/drivers/write-a-driver.md"


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_the_driver_written_in_the_documents_runs() -> None:
    result = doctest.testfile(str(DRIVERS), module_relative=False)
    assert result.attempted > 10
    assert result.failed == 0
