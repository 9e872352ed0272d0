"""The tables of loyalty points. A member is an opaque id: no name, no number."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["PointsEntry", "PointsHold", "PointsMember"]


class PointsMember(Base):
    """What a member has: the sum of the entries. ``stirred`` until the feed has told the kiosks.

    ``tier`` follows from the programme's rule and was worked out last on ``tier_day``; both empty: never yet.
    """

    __tablename__ = "points_member"
    __table_args__ = (Index(None, "stirred"), Index(None, "tier_day"))

    member_id: Mapped[Code] = mapped_column(primary_key=True)
    balance: Mapped[Minor] = mapped_column(default=0)
    tier: Mapped[Code] = mapped_column(default="")
    tier_day: Mapped[Code] = mapped_column(default="")
    stirred: Mapped[bool] = mapped_column(default=False)


class PointsEntry(Base):
    """One booking, never changed. ``source`` is the sale's UUID, or where else it is from: with ``kind`` it books once.

    ``kind``: ``earn``, ``burn``, ``earn_back`` and ``burn_back`` (a sale that was undone, or goods that came back),
    ``expire``, ``adjust``. ``points`` are signed. ``spend``: minor units that they were earned on, for tiers.
    ``expires_day``: the last ISO day they may be burned on, empty: no last one. ``by`` and ``reason``: who adjusted,
    and why.
    """

    __tablename__ = "points_entry"
    __table_args__ = (Index(None, "member_id", "utc_ms"), Index(None, "business_day"), Index(None, "expires_day"))

    source: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    member_id: Mapped[Code]
    points: Mapped[Minor]
    spend: Mapped[Minor] = mapped_column(default=0)
    business_day: Mapped[Code]
    expires_day: Mapped[Code] = mapped_column(default="")
    store: Mapped[Code] = mapped_column(default="")
    utc_ms: Mapped[Instant]
    by: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Prose] = mapped_column(default="")


class PointsHold(Base):
    """Points kept aside for a sale that is not booked yet. ``request`` is the kiosk's tender.

    ``state``: ``held``, ``refused``, ``released``, ``settled``; ``reason`` as in ``messages.asks.PointsAnswer``, or
    ``abandoned``: asked about before it was ever begun. ``amount``: what the points are worth, in minor units.
    """

    __tablename__ = "points_hold"
    __table_args__ = (Index(None, "member_id", "state"), Index(None, "uuid"))

    request: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    uuid: Mapped[Code]
    member_id: Mapped[Code]
    points: Mapped[Minor]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Code] = mapped_column(default="")
    created_ms: Mapped[Instant]
