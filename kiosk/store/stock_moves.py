"""What this kiosk sold and head office has not counted yet: the difference between the feed's stock and the shelf."""

from __future__ import annotations

import threading
from collections import defaultdict

from kiosk.checkout.events import Durable, StockMoved
from kiosk.store.chain import Position

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
