"""How much may be sent: a bucket of bytes that fills with time, for links that are paid by what crosses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["Allowance"]

_BURST_S: Final = 2.0
"""Seconds of silence that are made up for at once."""


class Allowance:
    """``per_s`` bytes a second on average, 0: no bound; ``clock`` is monotonic seconds.

    A message goes whole as long as anything is left, and what it takes more is owed: so one that is larger than
    the bucket goes, too, and the average holds.
    """

    def __init__(self, per_s: int, clock: Callable[[], float]) -> None:
        self._per_s, self._clock = per_s, clock
        self._left = per_s * _BURST_S
        self._at = clock()

    @property
    def open(self) -> bool:
        """Whether something may be sent now."""
        now = self._clock()
        self._left = min(self._per_s * _BURST_S, self._left + (now - self._at) * self._per_s)
        self._at = now
        return not self._per_s or self._left > 0

    def spend(self, size: int) -> None:
        """So many bytes were sent."""
        self._left -= size
