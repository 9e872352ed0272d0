"""``make bench``: every measurement, one table. ``PARTS=core,book`` picks some; ``WRITE=1`` renews the document."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from tests.benchmarks import book, core, devices, idle, memory, shopping, start
from tests.benchmarks.document import renew
from tests.benchmarks.size import FULL, Size
from tools.report import Report

__all__ = ["PARTS", "main"]

PARTS: Final[Mapping[str, Callable[[Report, Size], None]]] = {
    "shopping": shopping.measure,
    "start": start.measure,
    "memory": memory.measure,
    "idle": idle.measure,
    "core": core.measure,
    "devices": devices.measure,
    "book": book.measure,
}
"""By name, in the order of the table."""


def main() -> int:
    """Measure what was asked for. Exit code 2 for a part that there is not."""
    wanted = [part for part in os.environ.get("PARTS", "").split(",") if part] or list(PARTS)
    if unknown := [part for part in wanted if part not in PARTS]:
        sys.stderr.write(f"bench: there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    with Report("bench") as report:
        for part in wanted:
            report.progress(part)
            PARTS[part](report, FULL)
        if os.environ.get("WRITE"):
            renew(report)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
