"""What people at head office see and do about points: one member's account, the days' liabilities, an adjustment."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed_tables import MemberKey
from headoffice.keyed import keyed_hash, shop_key
from headoffice.points.books import PointsBooks, expires_on, held, programme_of
from headoffice.points.tables import PointsEntry, PointsMember
from kiosk.retail.points import value_of

__all__ = ["Account", "AdjustReason", "AdjustRefusedError", "Day", "account_of", "adjust", "liabilities", "overdrawn"]

_NEWEST: Final = 50
_MOST: Final = 10_000_000
_SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 500
_REQUEST: Final = re.compile(r"[A-Za-z0-9-]{8,64}")


class AdjustReason(StrEnum):
    """Why points were not adjusted."""

    UNKNOWN_MEMBER = "unknown_member"
    NOT_A_NUMBER = "not_a_number"
    NO_REASON = "no_reason"
    BELOW_ZERO = "below_zero"


class AdjustRefusedError(ValueError):
    """The adjustment may not be."""

    def __init__(self, reason: AdjustReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Account:
    """One member: an opaque id, a tier, what there is, what is kept aside, and the newest bookings."""

    member_id: str
    tier: str
    balance: int
    held: int
    entries: Sequence[PointsEntry]


@dataclass(frozen=True, slots=True)
class Day:
    """A business day's bookings by what they were, and what all members have together at its end.

    ``worth``: what that would be if all of it were burned, in minor units.
    """

    day: str
    earned: int
    burned: int
    expired: int
    adjusted: int
    outstanding: int
    worth: int


def account_of(session: Session, asked: str, now_ms: int) -> Account | None:
    """The account of a member id, or of a card's number (which is hashed, looked up and forgotten)."""
    asked = asked.strip()
    member_id = session.scalar(select(MemberKey.member_id).where(MemberKey.member_id == asked).limit(1))
    if member_id is None and asked:
        hashed = keyed_hash(shop_key(session), "card", asked)
        member_id = session.scalar(select(MemberKey.member_id).where(MemberKey.keyed_hash == hashed))
    if member_id is None:
        return None
    row, programme = session.get(PointsMember, member_id), programme_of(session)
    newest = select(PointsEntry).where(PointsEntry.member_id == member_id)
    entries = session.scalars(newest.order_by(PointsEntry.utc_ms.desc(), PointsEntry.source).limit(_NEWEST)).all()
    kept = held(session, member_id, programme, now_ms) if programme is not None else 0
    return Account(member_id, row.tier if row else "", row.balance if row else 0, kept, entries)


def liabilities(session: Session, days: int) -> list[Day]:
    """The newest business days on which anything was booked, newest first."""
    total = func.sum(PointsEntry.points)
    query = select(PointsEntry.business_day, PointsEntry.kind, total).group_by(
        PointsEntry.business_day, PointsEntry.kind
    )
    by_day: dict[str, dict[str, int]] = {}
    for day, kind, points in session.execute(query.order_by(PointsEntry.business_day)):
        by_day.setdefault(day, {})[kind] = int(points)
    programme, outstanding = programme_of(session), 0
    found: list[Day] = []
    for day, booked in by_day.items():
        outstanding += sum(booked.values())
        earned = booked.get("earn", 0) + booked.get("earn_back", 0)
        burned = -booked.get("burn", 0) - booked.get("burn_back", 0)
        worth = value_of(programme, outstanding) if programme is not None else 0
        expired, adjusted = -booked.get("expire", 0), booked.get("adjust", 0)
        found.append(Day(day, earned, burned, expired, adjusted, outstanding, worth))
    return found[: -days - 1 : -1]


def overdrawn(session: Session) -> Sequence[PointsMember]:
    """Members who burned more than they had, at a kiosk that could not ask: for a person to look at."""
    return session.scalars(select(PointsMember).where(PointsMember.balance < 0).order_by(PointsMember.balance)).all()


def adjust(
    database: Database,
    member_id: str,
    points: int | None,
    *,
    reason: str,
    by: str,
    request: str,
    day: str,
    clock: Callable[[], int],
) -> bool:
    """Give or take points, with a reason, as an entry of its own that bears who did it.

    ``request`` is the form's own id: sent twice it is booked once; whether it was booked now. ``day``: the shop's ISO
    date. Raises ``AdjustRefusedError``.
    """
    reason = reason.strip()
    if points is None or not points or abs(points) > _MOST or not _REQUEST.fullmatch(request):
        raise AdjustRefusedError(AdjustReason.NOT_A_NUMBER)
    if not _SHORTEST_REASON <= len(reason) <= _LONGEST_REASON:
        raise AdjustRefusedError(AdjustReason.NO_REASON)
    with database.write() as session:
        if session.scalar(select(MemberKey.member_id).where(MemberKey.member_id == member_id).limit(1)) is None:
            raise AdjustRefusedError(AdjustReason.UNKNOWN_MEMBER)
        books = PointsBooks(session)
        if points < 0 and books.member(member_id).balance + points < 0:
            raise AdjustRefusedError(AdjustReason.BELOW_ZERO)
        until = expires_on(programme_of(session), day) if points > 0 else ""
        source = f"adjust:{request}"
        return books.book(
            source,
            "adjust",
            member_id,
            points,
            business_day=day,
            utc_ms=clock(),
            expires_day=until,
            by=by,
            reason=reason,
        )
