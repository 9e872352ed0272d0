"""Calls for staff in the order of the attendant's page: the place of one among all that waits in its shop."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import Intervention, Kiosk
from kiosk.retail.severity import severity

__all__ = ["place_of", "urgency"]

_RANK: dict[str, int] = {"now": 0, "soon": 1, "later": 2}


def urgency(row: Intervention) -> tuple[int, int]:
    """What is judged before what: by the lane's own word for it, then whoever has waited longest."""
    return _RANK[row.severity or severity(row.kind, row.blocks)], row.utc_ms


def place_of(session: Session, kiosk: str, intervention: str) -> int:
    """1: it is next; 0: it does not wait, as far as head office has heard. A lane that is away is not counted."""
    asker = session.get(Kiosk, kiosk)
    if asker is None:
        return 0
    there = select(Kiosk.kiosk).where(Kiosk.store == asker.store, Kiosk.sample.is_(False), Kiosk.online.is_(True))
    waiting = session.scalars(
        select(Intervention).where(
            Intervention.kiosk.in_(there), Intervention.outcome == "", Intervention.sample.is_(False)
        )
    )
    ordered = [(row.kiosk, row.intervention) for row in sorted(waiting, key=urgency)]
    return ordered.index((kiosk, intervention)) + 1 if (kiosk, intervention) in ordered else 0
