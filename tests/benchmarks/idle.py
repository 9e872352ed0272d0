"""What the checkout costs while nobody is there: the attract screen, every device looked at as in a shop."""

from __future__ import annotations

import time

import psutil

from tests.benchmarks.place import place
from tests.benchmarks.processes import measured
from tests.benchmarks.size import Size
from tools.report import Report

__all__ = ["measure"]

_LIMIT_PERCENT = 3.0


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(report: Report, size: Size) -> None:
    """Processor time over ``size.idle_s`` seconds, in percent of one core."""
    with place(size) as here:
        arguments = ("--settings", here.settings)
        with measured("tests.benchmarks.programs.first_touch", *arguments, touches=False) as kiosk:
            kiosk.hears("attract")
            time.sleep(size.settle_s)
            process = psutil.Process(kiosk.pid)
            before, began = _spent(process), time.monotonic()
            time.sleep(size.idle_s)
            share = 100 * (_spent(process) - before) / (time.monotonic() - began)
    report.figure("idle_percent", round(share, 2))
    report.speed(f"idle on the attract screen over {size.idle_s:g} s", round(share, 2), _LIMIT_PERCENT, "% of a core")
