"""What kiosks saw pieces weigh, summed up in the posting's own database transaction: once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.bulk import portions
from headoffice.ledger.weight_tables import PieceWeight
from kiosk.retail.piece_weights import Seen
from messages import events

__all__ = ["Piece", "add_up", "pieces_of"]

Piece = tuple[str, int]
"""An item and what a piece of it weighed, in grams."""

_HEAVIEST: Final = 30_000
_LONGEST: Final = 128


def pieces_of(event: events.PiecesBagged) -> list[Piece]:
    """The pieces that can be true."""
    return [
        (piece.item_id, piece.grams)
        for piece in event.pieces
        if 0 < piece.grams <= _HEAVIEST and 0 < len(piece.item_id) <= _LONGEST
    ]


def add_up(session: Session, pieces: Sequence[Piece]) -> None:
    """Add the pieces, in their order, to what is known of their items; an item of which enough is known learns no more.

    Rows are taken in the order of their names, so that two who add up do not wait for one another.
    """
    told = {item_id: list(mine) for item_id, mine in groupby(sorted(pieces, key=itemgetter(0)), key=itemgetter(0))}
    known: dict[str, PieceWeight] = {}
    for some in portions(list(told)):
        wanted = select(PieceWeight).where(PieceWeight.item_id.in_(some))
        rows = session.scalars(wanted.order_by(PieceWeight.item_id).with_for_update())
        known |= {row.item_id: row for row in rows}
    for item_id, mine in told.items():
        row = known.get(item_id)
        if row is None:
            row = PieceWeight(item_id=item_id, count=0, grams=0, squares=0)
            session.add(row)
        seen = Seen(row.count, row.grams, row.squares)
        for _, grams in mine:
            seen = seen.with_piece(grams)
        row.count, row.grams, row.squares = seen.count, seen.grams, seen.squares
    session.flush()
