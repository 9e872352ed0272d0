"""From the start of the process to the first touch answered, beside a bare Kivy window in the same run."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.place import place
from tests.benchmarks.processes import measured
from tests.benchmarks.size import Size
from tools.report import Report

__all__ = ["measure"]

_ROOM_S = 0.7
"""What journal, book and screens may cost beyond an empty window."""


def measure(report: Report, size: Size) -> None:
    """Medians over ``size.starts`` starts of each, in turn."""
    bare, attract, answered = [], [], []
    with place(size) as here:
        for _ in range(size.starts):
            with measured("tests.benchmarks.programs.bare_window") as rival:
                bare.append(rival.hears("drawn"))
            with measured("tests.benchmarks.programs.first_touch", "--settings", here.settings) as kiosk:
                attract.append(kiosk.hears("attract"))
                answered.append(kiosk.hears("answered"))
    report.figure("bare_window_s", round(median(bare), 3))
    report.figure("first_picture_s", round(median(attract), 3))
    limit = round(median(bare) + _ROOM_S, 3)
    what = f"start to first touch answered ({size.records} records, {size.shelf} items; limit: bare window + {_ROOM_S} s)"
    report.speed(what, round(median(answered), 3), limit, "s")
