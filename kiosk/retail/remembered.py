"""Results of pure functions, remembered by the very object that they are about.

What an offer or a line of the basket comes to is asked for after every scan, and comparing such objects by value costs
more than the answer. What remembers holds the object, so that no other can take its identity; a change of price book
or of a line makes a new object. Nothing remembered changes an answer, and all is forgotten when there is too much.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Remembered"]

Of = TypeVar("Of")
Told = TypeVar("Told")


class Remembered(Generic[Of, Told]):
    """``work``, done once for each object; of ``most`` objects at most.

    >>> length = Remembered(len, most=2)
    >>> length("tea"), length("tea"), length.count
    (3, 3, 1)
    """

    __slots__ = ("_known", "_most", "_work")

    def __init__(self, work: Callable[[Of], Told], *, most: int) -> None:
        self._work, self._most = work, most
        self._known: dict[int, tuple[Of, Told]] = {}

    def __call__(self, of: Of) -> Told:
        """What was worked out for the object, or is now."""
        found = self._known.get(id(of))
        if found is not None:
            return found[1]
        told = self._work(of)
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[id(of)] = (of, told)
        return told

    @property
    def count(self) -> int:
        """How many are remembered now."""
        return len(self._known)

    def forget(self) -> None:
        """All of it."""
        self._known.clear()
