"""Learned weights go out to the shops with the items' own rows: at so many pieces, and at twice as many each time.

So an item is told a handful of times in its life, whatever is sold. The retailer's own weight stays the prior; where a
row says another weight than the shops were last told, the retailer has a new one, and learning begins anew.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import Change, append, change_of, item_of
from headoffice.ledger.weight_tables import PieceWeight
from kiosk.retail.piece_weights import Seen, learned

__all__ = ["LEAST", "teach"]

LEAST: Final = 8
"""So many pieces are told of first, unless head office is told another number."""
_AT_ONCE: Final = 200


def teach(database: Database, *, now_ms: int, least: int = LEAST) -> int:
    """Publish what was learned of items that have been seen ``least`` times, or twice as often as when last told.

    Gives how many items the shops are told of; ``least`` 0: never any.
    """
    if not least:
        return 0
    due = (PieceWeight.count >= least, PieceWeight.count >= 2 * PieceWeight.told)
    with database.write() as session:
        rows = session.scalars(select(PieceWeight).where(*due).order_by(PieceWeight.item_id).limit(_AT_ONCE)).all()
        changes = [change for row in rows if (change := _learn(session, row)) is not None]
        append(session, changes, by="weights", utc_ms=now_ms)
    return len(changes)


def _learn(session: Session, row: PieceWeight) -> Change | None:
    """The item's row with what was learned; ``None`` where there is nothing to tell."""
    item = item_of(session, row.item_id)
    seen, row.told = Seen(row.count, row.grams, row.squares), row.count
    if item is None or not item.expected_grams or item.weighed:
        return None
    stands = (item.expected_grams, item.spread_grams or 0)
    if stands != (row.told_grams, row.told_spread):
        anew = bool(row.nominal) and stands != (row.nominal, row.nominal_spread)
        row.nominal, row.nominal_spread = stands
        if anew:
            row.count = row.grams = row.squares = row.told = row.told_grams = row.told_spread = 0
            return None
    known = learned(row.nominal, row.nominal_spread, seen)
    row.told_grams, row.told_spread = known.grams, known.spread
    if (known.grams, known.spread) == stands:
        return None
    taught = dataclasses.replace(item, expected_grams=known.grams, spread_grams=known.spread)
    return change_of("item", row.item_id, taught)
