"""How a measured program tells what it saw: one line of JSON on standard output."""

from __future__ import annotations

import json
import os
import sys
import time

__all__ = ["BEGAN", "FINGER", "say", "since_start"]

BEGAN = "BENCH_BEGAN"
"""The environment's word for the monotonic second at which this process was asked for."""
FINGER = "BENCH_FINGER"
"""The environment's word for whether anybody touches: 1 or 0."""


def since_start() -> float:
    """Seconds since whoever measures started this process; the monotonic clock is one for all processes."""
    return time.monotonic() - float(os.environ[BEGAN])


def say(**told: object) -> None:
    """Write one line; ``cpu`` is the processor's time spent so far, in seconds, on all cores."""
    sys.stdout.write(json.dumps({**told, "cpu": time.process_time()}) + "\n")
    sys.stdout.flush()
