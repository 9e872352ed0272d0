"""Two log lines a fault: one when it begins, one when it is over, with how long it lasted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

__all__ = ["Faults"]


class Faults:
    """What is wrong now, by name. Saying the same again is not logged again; saying it differently is."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._standing: dict[str, tuple[str, float]] = {}

    def begin(self, name: str, reason: str) -> None:
        """``name`` is wrong, for this reason."""
        standing = self._standing.get(name)
        if standing is not None and standing[0] == reason:
            return
        self._standing[name] = (reason, standing[1] if standing else self._clock())
        self._log.warning("%s: %s", name, reason)

    def end(self, name: str) -> None:
        """``name`` is right again; nothing is said if it was never wrong."""
        standing = self._standing.pop(name, None)
        if standing is not None:
            self._log.info("%s: well again after %d s", name, round(self._clock() - standing[1]))

    def standing(self) -> dict[str, str]:
        """What is wrong now, and why."""
        return {name: reason for name, (reason, _) in self._standing.items()}
