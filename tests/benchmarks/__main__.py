"""``make bench``: every measurement, one table. ``PARTS=core,book`` picks some."""

from __future__ import annotations

import os

from tests.benchmarks import book, core
from tools.report import Report

PARTS = {"core": core.measure, "book": book.measure}


def main() -> int:
    """Measure what was asked for."""
    wanted = [part for part in os.environ.get("PARTS", "").split(",") if part] or list(PARTS)
    with Report("bench") as report:
        for part in wanted:
            report.progress(part)
            PARTS[part](report)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
