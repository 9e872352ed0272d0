"""What this kiosk sold and head office has not counted yet: the difference between the feed's stock and the shelf."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

from kiosk.checkout.events import Durable, StockMoved
from kiosk.store.chain import Position
from kiosk.store.checkpoint import Moved

__all__ = ["StockMoves"]


class StockMoves:
    """A fold of the journal's ``StockMoved`` records. Written by the engine's thread, read by the screen's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moves: defaultdict[str, list[tuple[Position, int]]] = defaultdict(list)

    def note(self, position: Position, event: Durable) -> None:
        """Take in one record of the journal, in order; what is no ``StockMoved`` is passed over."""
        if isinstance(event, StockMoved):
            with self._lock:
                for move in event.moves:
                    self._moves[move.item_id].append((position, move.quantity))

    def uncounted(self, counted: Callable[[str], Position | None]) -> tuple[Moved, ...]:
        """What is left once what head office has counted (``counted``, by item) is dropped, in no order: to be kept."""
        with self._lock:
            for item_id in list(self._moves):
                upto = counted(item_id)
                left = [move for move in self._moves[item_id] if not _counted(move[0], upto)]
                if left:
                    self._moves[item_id] = left
                else:
                    del self._moves[item_id]
            return tuple((item, at.sequence, n) for item, moves in self._moves.items() for at, n in moves)

    def restore(self, epoch: int, moves: Iterable[Moved]) -> None:
        """Begin with what was kept of this journal."""
        with self._lock:
            self._moves.clear()
            for item_id, sequence, quantity in moves:
                self._moves[item_id].append((Position(epoch, sequence), quantity))

    def since(self, item_id: str, counted: Position | None) -> int:
        """Pieces or grams that left the shop behind ``counted``.

        ``None``, or a place in another epoch (a journal before this one, whatever its number): nothing of this
        journal is counted yet.
        """
        with self._lock:
            moves = self._moves.get(item_id, ())
            return sum(quantity for position, quantity in moves if not _counted(position, counted))


def _counted(position: Position, upto: Position | None) -> bool:
    return upto is not None and position.epoch == upto.epoch and position.sequence <= upto.sequence
