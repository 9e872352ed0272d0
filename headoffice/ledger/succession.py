"""Which of a kiosk's journals is its present one, where an older one still brings records.

A dead unit's journal may be taken in long after another took its place. Its sales are booked like any other's. What it
tells of the lane as it stands, and of the basket on its screen, is past: it must not be shown as the lane's present.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import Epoch
from messages import events

__all__ = ["OF_THE_MOMENT", "place_of_found", "succeeded"]

OF_THE_MOMENT: Final = (
    events.EpochOpened,
    events.LaneOpened,
    events.LaneClosed,
    events.LineAdded,
    events.QuantityChanged,
    events.LineVoided,
    events.PriceModifiersSettled,
    events.LoyaltyAttached,
    events.TenderRequested,
    events.TenderSettled,
)
"""Events that say how the lane stands and nothing that is booked."""


def succeeded(session: Session, kiosks: Sequence[str]) -> set[tuple[str, int]]:
    """The journals of these kiosks, (kiosk, epoch), after which another has been heard of."""
    known = session.execute(
        select(Epoch.kiosk, Epoch.epoch, Epoch.posted)
        .where(Epoch.kiosk.in_(kiosks))
        .order_by(Epoch.kiosk, Epoch.opened_ms.desc(), Epoch.epoch.desc())
    )
    past, followed = set(), ""
    for kiosk, epoch, posted in known:
        if kiosk == followed:
            past.add((kiosk, epoch))
        elif posted:
            followed = kiosk
    return past


def place_of_found(session: Session, kiosk: str, now_ms: int) -> int:
    """When a journal that was found is said to have begun: before the newest that this kiosk has told of itself."""
    newest = session.scalar(
        select(Epoch.opened_ms).where(Epoch.kiosk == kiosk).order_by(Epoch.opened_ms.desc()).limit(1)
    )
    return now_ms if newest is None else newest - 1
