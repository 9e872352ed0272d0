"""What kiosks saw pieces weigh, summed up in the record's own database transaction: once, however often it is sent."""

from __future__ import annotations

from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from headoffice.ledger.weight_tables import PieceWeight
from kiosk.retail.piece_weights import MOST, Seen
from messages import events

__all__ = ["add_up"]

_HEAVIEST: Final = 30_000
_LONGEST: Final = 128


def add_up(session: Session, event: events.PiecesBagged) -> None:
    """Add a sale's pieces to what is known of their items; past ``MOST`` pieces an item learns no more."""
    sums: dict[str, Seen] = {}
    for piece in event.pieces:
        if 0 < piece.grams <= _HEAVIEST and 0 < len(piece.item_id) <= _LONGEST:
            sums[piece.item_id] = sums.get(piece.item_id, Seen()).with_piece(piece.grams)
    for item_id, seen in sorted(sums.items()):
        if session.get(PieceWeight, item_id) is None:
            session.add(PieceWeight(item_id=item_id))
            session.flush()
        session.execute(
            update(PieceWeight)
            .where(PieceWeight.item_id == item_id, PieceWeight.count < MOST)
            .values(
                count=PieceWeight.count + seen.count,
                grams=PieceWeight.grams + seen.grams,
                squares=PieceWeight.squares + seen.squares,
            )
        )
