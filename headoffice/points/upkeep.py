"""What time does to points: they expire, tiers rise and fall, and the shops are told what changed."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Final

import msgspec
from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import Change, Feed, change_of
from headoffice.feed_tables import FeedCurrent, MemberKey
from headoffice.points.books import PointsBooks, programme_of
from headoffice.points.tables import PointsEntry, PointsMember
from kiosk.retail.book import Member
from kiosk.retail.points import TierRule

__all__ = ["expire", "look_after", "retier", "tell"]

_AT_ONCE: Final = 500
_QUALIFYING: Final = ("earn", "earn_back", "adjust")
"""What a tier is reached by; an adjustment's ``spend`` is 0 unless it carries an opening balance."""


def look_after(database: Database, feed: Feed, *, today: str, now_ms: int) -> int:
    """Do what is due on ``today`` (the shop's ISO date), tell the shops; gives how many members they were told of."""
    with database.write() as session:
        programme = programme_of(session)
        if programme is None:
            return 0
        expire(session, today, now_ms)
        if programme.tiers is not None:
            retier(session, programme.tiers, today)
    return tell(database, feed, now_ms=now_ms)


def expire(session: Session, today: str, now_ms: int) -> int:
    """Book what expired before ``today``, oldest first; gives how many members it struck.

    What was ever taken (burned, booked back, expired) counts against the oldest points first, so what has expired is
    what was earned up to then, less all that was taken. A burn that was undone took nothing: what it gave back expires
    with the points it had been taken from.
    """
    gone = and_(PointsEntry.points > 0, PointsEntry.expires_day != "", PointsEntry.expires_day < today)
    earned = func.sum(case((gone, PointsEntry.points), else_=0))
    moved = or_(PointsEntry.points < 0, PointsEntry.kind == "burn_back")
    taken = -func.sum(case((moved, PointsEntry.points), else_=0))
    touched = select(PointsEntry.member_id).where(gone).distinct()
    query = (
        select(PointsEntry.member_id, earned, taken)
        .where(PointsEntry.member_id.in_(touched))
        .group_by(PointsEntry.member_id)
        .having(earned > taken)
    )
    books = PointsBooks(session)
    struck = 0
    for member_id, had, used in session.execute(query).all():
        source = f"{member_id}:{today}"
        struck += books.book(source, "expire", member_id, -int(had - used), business_day=today, utc_ms=now_ms)
    session.flush()
    return struck


def retier(session: Session, rule: TierRule, today: str) -> int:
    """Work out the tiers of members that moved, or that have not been looked at today; gives how many changed."""
    due = or_(PointsMember.stirred, PointsMember.tier_day < today)
    members = session.scalars(select(PointsMember).where(due).limit(_AT_ONCE)).all()
    since = (date.fromisoformat(today) - timedelta(days=rule.days)).isoformat() if rule.days else ""
    measure = PointsEntry.spend if rule.by == "spend" else PointsEntry.points
    changed = 0
    for member in members:
        reached = session.scalar(
            select(func.coalesce(func.sum(measure), 0)).where(
                PointsEntry.member_id == member.member_id,
                PointsEntry.kind.in_(_QUALIFYING),
                PointsEntry.business_day >= since,
            )
        )
        tier = rule.tier(int(reached or 0))
        if tier != member.tier:
            member.tier, member.stirred = tier, True
            changed += 1
        member.tier_day = today
    session.flush()
    return changed


def tell(database: Database, feed: Feed, *, now_ms: int, by: str = "points") -> int:
    """Publish what moved since the shops were last told: balance and tier. Holds pass too quickly to be told."""
    with database.read() as session:
        members = session.scalars(select(PointsMember).where(PointsMember.stirred).limit(_AT_ONCE)).all()
        told = [(member.member_id, member.balance, member.tier) for member in members]
        if not told:
            return 0
        changes = [change for member in members for change in _rows(session, member, now_ms)]
    feed.publish_changes(changes, by=by)
    with database.write() as session:
        for member_id, balance, tier in told:
            unchanged = and_(PointsMember.balance == balance, PointsMember.tier == tier)
            session.execute(
                update(PointsMember).where(PointsMember.member_id == member_id, unchanged).values(stirred=False)
            )
    return len(told)


def _rows(session: Session, member: PointsMember, now_ms: int) -> list[Change]:
    """The member's rows of the directory, everything else in them left as it is."""
    keys = select(MemberKey.keyed_hash).where(MemberKey.member_id == member.member_id)
    found = session.scalars(select(FeedCurrent).where(FeedCurrent.kind == "member", FeedCurrent.key.in_(keys)))
    changes = []
    for row in found:
        if row.payload is None:
            continue
        known = msgspec.json.decode(row.payload, type=Member)
        tier = member.tier or known.tier
        told = dataclasses.replace(known, tier=tier, points=member.balance, points_utc_ms=now_ms)
        changes.append(change_of("member", row.key, told))
    return changes
