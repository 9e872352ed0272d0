"""From a scan to the disk and to the screen; from a weight at rest to its price; from Print to the printer's word."""

from __future__ import annotations

from tests.benchmarks.figures import percentile
from tests.benchmarks.place import place
from tests.benchmarks.processes import measured
from tests.benchmarks.size import Size
from tools.report import Report

__all__ = ["measure"]

_JOURNAL_MS, _FRAME_MS = 5.0, 50.0
_LIMITS = {
    "journal": ("scan to durable journal", _JOURNAL_MS),
    "frame": ("scan to drawn frame", _FRAME_MS),
}
_TOLD = {
    "commit": "rival: the smallest durable SQLite commit",
    "append": "journal append alone",
    "weigh": "weight at rest to drawn price",
    "receipt": "Print to the printer's answer (English receipt, ESC/POS)",
}


def measure(report: Report, size: Size) -> None:
    """All of it in one process, window included, on the journal of ``size.records`` records."""
    counts = (size.scans, size.weighings, size.receipts)
    with place(size) as here, measured("tests.benchmarks.programs.shopping", here.settings, *counts) as kiosk:
        took: dict[str, list[float]] = kiosk.hears("took")
    for name, (what, limit) in _LIMITS.items():
        for rank in (50, 99):
            report.speed(f"{what} p{rank}", percentile(took[name], rank), limit, "ms")
    rows = [
        (what, f"{percentile(took[name], 50):.2f}", f"{percentile(took[name], 99):.2f}", len(took[name]))
        for name, what in _TOLD.items()
    ]
    report.table("Beside them", ("what", "p50 ms", "p99 ms", "count"), rows)
    for name in ("journal", "frame", "commit", "weigh", "receipt"):
        report.figure(f"{name}_ms", round(percentile(took[name], 50), 2))
