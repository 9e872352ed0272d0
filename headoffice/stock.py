"""Telling the shops what is on hand: stock rows of the feed, now and then, for what has moved since.

Each row says up to which record every kiosk of its location is counted in it; a kiosk takes its own later moves off.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import Change, Feed, change_of
from headoffice.ledger.tables import BusinessUnit, Epoch, Kiosk, StockLevel

__all__ = ["publish_stirred", "stock_changes"]


def publish_stirred(database: Database, feed: Feed, *, by: str = "ledger") -> int:
    """Publish the levels that moved since they were last told; gives how many."""
    with database.read() as session:
        levels = session.scalars(select(StockLevel).where(StockLevel.stirred)).all()
        changes = stock_changes(session, levels)
    if not changes:
        return 0
    feed.publish_changes(changes, by=by)
    with database.write() as session:
        for level in levels:
            session.execute(
                update(StockLevel)
                .where(
                    StockLevel.item_id == level.item_id,
                    StockLevel.location == level.location,
                    StockLevel.on_hand == level.on_hand,
                )
                .values(stirred=False)
            )
    return len(changes)


def stock_changes(session: Session, levels: Sequence[StockLevel]) -> list[Change]:
    """The feed rows of these levels; key ``location/item``."""
    counted = {location: _counted(session, location) for location in {level.location for level in levels}}
    return [
        change_of(
            "stock",
            f"{level.location}/{level.item_id}",
            {
                "item_id": level.item_id,
                "location": level.location,
                "on_hand": level.on_hand,
                "counted": counted[level.location],
            },
        )
        for level in levels
    ]


def _counted(session: Session, location: str) -> dict[str, tuple[int, int]]:
    """Kiosk -> the last record of its newest epoch that is stored without a gap, and so is in the levels."""
    found = session.execute(
        select(Epoch.kiosk, Epoch.epoch, Epoch.sequence)
        .join(Kiosk, Kiosk.kiosk == Epoch.kiosk)
        .outerjoin(BusinessUnit, BusinessUnit.store == Kiosk.store)
        .where(func.coalesce(BusinessUnit.location, Kiosk.store) == location)
        .order_by(Epoch.opened_ms, Epoch.epoch)
    )
    return {kiosk: (epoch, sequence) for kiosk, epoch, sequence in found}
