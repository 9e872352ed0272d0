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
_STEPS = ("attract", "answered", "drawn")


def measure(report: Report, size: Size) -> None:
    """Medians over ``size.starts`` starts of each, in turn, after one that does not count."""
    took: dict[str, list[float]] = {name: [] for name in ("bare", *_STEPS)}
    with place(size) as here:
        for number in range(-1, size.starts):
            with measured("tests.benchmarks.programs.bare_window") as rival:
                seconds = {"bare": rival.hears("drawn")}
            with measured("tests.benchmarks.programs.first_touch", "--settings", here.settings) as kiosk:
                seconds |= {step: kiosk.hears(step) for step in _STEPS}
            if number < 0:
                continue  # the first of all compiles and fills the disk's cache
            for name, value in seconds.items():
                took[name].append(value)
    bare, answered = median(took["bare"]), median(took["answered"])
    report.figure("bare_window_s", round(bare, 3))
    report.figure("first_touch_s", round(answered, 3))
    steps = [("bare window: first frame", took["bare"]), ("kiosk: first picture", took["attract"])]
    steps += [("kiosk: first touch answered", took["answered"]), ("kiosk: the answer drawn", took["drawn"])]
    rows = [(what, f"{min(times):.3f}", f"{median(times):.3f}") for what, times in steps]
    report.table("Start", ("from the start of the process to", "least s", "median s"), rows)
    limit = round(bare + _ROOM_S, 3)
    what = (
        f"start to first touch answered ({size.records} records, {size.shelf} items; limit: bare window + {_ROOM_S} s)"
    )
    report.speed(what, round(answered, 3), limit, "s")
