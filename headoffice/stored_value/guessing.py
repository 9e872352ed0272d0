"""Guessed numbers of gift cards and store credits: counted by lane and over the fleet, stopped where they come from.

A number nobody knows is a slip of a finger once, and a search when it comes again and again. What a lane has missed
in the last minutes decides: past its own limit it is told nothing more about any number, known ones too, or a guesser
would hear a hit. While the whole fleet misses more than honest shoppers do, a lane that takes part in it is stopped
sooner. A lane that has missed little goes on whatever others do.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from headoffice.stored_value.tables import ValueMiss

__all__ = ["FLEET_MOST", "LANE_FEW", "LANE_MOST", "WINDOW_MS", "missed", "stopped", "stopped_lanes"]

WINDOW_MS: Final = 15 * 60_000
LANE_MOST: Final = 12
"""Unknown numbers from one lane within the window: two visits that end with staff at the fifth, and some slips."""
FLEET_MOST: Final = 120
"""From all lanes within the window; beyond it ``LANE_FEW`` stop a lane."""
LANE_FEW: Final = 4
_KEPT_MS: Final = 24 * 3_600_000


def missed(session: Session, kiosk: str, request: str, now_ms: int) -> None:
    """A lane asked about a number that nobody knows. The same question asked again counts once."""
    if session.get(ValueMiss, request) is None:
        session.execute(delete(ValueMiss).where(ValueMiss.utc_ms < now_ms - _KEPT_MS))
        session.add(ValueMiss(request=request, kiosk=kiosk, utc_ms=now_ms))


def stopped(session: Session, kiosk: str, now_ms: int) -> bool:
    """Whether a lane is told nothing about numbers now."""
    here = _count(session, now_ms, kiosk)
    return here >= LANE_MOST or (here >= LANE_FEW and _count(session, now_ms) >= FLEET_MOST)


def stopped_lanes(session: Session, now_ms: int) -> list[str]:
    """The lanes that are told nothing now."""
    since = (ValueMiss.utc_ms > now_ms - WINDOW_MS, ValueMiss.utc_ms <= now_ms)
    rows = session.execute(select(ValueMiss.kiosk, func.count()).where(*since).group_by(ValueMiss.kiosk)).all()
    least = LANE_FEW if sum(count for _, count in rows) >= FLEET_MOST else LANE_MOST
    return sorted(kiosk for kiosk, count in rows if count >= least)


def _count(session: Session, now_ms: int, kiosk: str = "") -> int:
    query = select(func.count()).select_from(ValueMiss)
    query = query.where(ValueMiss.utc_ms > now_ms - WINDOW_MS, ValueMiss.utc_ms <= now_ms)
    return session.scalar(query.where(ValueMiss.kiosk == kiosk) if kiosk else query) or 0
