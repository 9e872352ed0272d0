"""A call's place among all that waits in its shop, in the order in which the attendant's page lists it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.attend.board import urgency
from headoffice.ledger.tables import Intervention, Kiosk

__all__ = ["place_of"]


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
