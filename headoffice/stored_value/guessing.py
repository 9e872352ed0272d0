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
from sqlalchemy.sql.elements import ColumnElement

from headoffice.stored_value.books import rules_of
from headoffice.stored_value.tables import ValueMiss
from kiosk.retail.stored_value import GuessLimits

__all__ = ["missed", "stopped", "stopped_lanes"]

_MINUTE_MS: Final = 60_000
_KEPT_MS: Final = 24 * 3_600_000


def missed(session: Session, kiosk: str, request: str, now_ms: int) -> None:
    """A lane asked about a number that nobody knows. The same question asked again counts once."""
    if session.get(ValueMiss, request) is None:
        session.execute(delete(ValueMiss).where(ValueMiss.utc_ms < now_ms - _KEPT_MS))
        session.add(ValueMiss(request=request, kiosk=kiosk, utc_ms=now_ms))


def stopped(session: Session, kiosk: str, now_ms: int) -> bool:
    """Whether a lane is told nothing about numbers now."""
    limits = _limits(session)
    here = _count(session, limits, now_ms, kiosk)
    return here >= limits.lane or (here >= limits.lane_few and _count(session, limits, now_ms) >= limits.fleet)


def stopped_lanes(session: Session, now_ms: int) -> list[str]:
    """The lanes that are told nothing now."""
    limits = _limits(session)
    rows = session.execute(
        select(ValueMiss.kiosk, func.count()).where(*_recent(limits, now_ms)).group_by(ValueMiss.kiosk)
    ).all()
    least = limits.lane_few if sum(count for _, count in rows) >= limits.fleet else limits.lane
    return sorted(kiosk for kiosk, count in rows if count >= least)


def _limits(session: Session) -> GuessLimits:
    rules = rules_of(session)
    return rules.guesses if rules is not None else GuessLimits()


def _recent(limits: GuessLimits, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return ValueMiss.utc_ms > now_ms - limits.minutes * _MINUTE_MS, ValueMiss.utc_ms <= now_ms


def _count(session: Session, limits: GuessLimits, now_ms: int, kiosk: str = "") -> int:
    query = select(func.count()).select_from(ValueMiss).where(*_recent(limits, now_ms))
    return session.scalar(query.where(ValueMiss.kiosk == kiosk) if kiosk else query) or 0
