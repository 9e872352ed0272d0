"""A program whose clock is wrong: ``python -m tests.faults.skewed SECONDS MODULE ARGUMENTS...``.

Runs MODULE as ``python -m`` would, with the time of day so many seconds off. Time that only passes (``time.monotonic``)
stays true, and so does the clock that certificates are judged by: a machine whose clock is years wrong reaches no
broker before its clock was set, which is no matter of the journal's.
"""

from __future__ import annotations

import runpy
import sys
import time

__all__ = ["main"]

_NS = 10**9


def main() -> None:
    """Set the clock wrong and run."""
    _, seconds, module, *arguments = sys.argv
    off, seconds_now, nanoseconds_now = int(seconds), time.time, time.time_ns
    time.time = lambda: seconds_now() + off
    time.time_ns = lambda: nanoseconds_now() + off * _NS
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
