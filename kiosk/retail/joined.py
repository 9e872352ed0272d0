"""Numbers that belong together, directly or by way of others."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Joined"]


class Joined:
    """Which of the numbers joined so far belong together.

    >>> joined = Joined()
    >>> joined.join((1, 2)), joined.join((5, 6)), joined.join((6, 2))
    (None, None, None)
    >>> joined.of(5), joined.of(7)
    (1, 7)
    """

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def of(self, number: int) -> int:
        """The least of those it belongs to."""
        known = self._above
        above = known.setdefault(number, number)
        while above != number:
            known[number] = known[above]
            number, above = above, known[above]
        return number

    def join(self, numbers: Iterable[int]) -> None:
        """They belong together from now on."""
        known, of = self._above, self.of
        tops = {of(number) for number in {known.get(number, number) for number in numbers}}
        least = min(tops, default=0)
        for top in tops:
            self._above[top] = least
