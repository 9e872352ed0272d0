"""The tables of coupons: each single-use one with where it stands, and what offers were used in which sale."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor

__all__ = ["CouponUse", "OfferUse", "SingleCoupon"]


class SingleCoupon(Base):
    """A coupon that serves once.

    ``state``: ``issued`` (nobody has it in a basket), ``reserved`` for the basket ``uuid`` until ``expires_ms``, or
    ``redeemed`` by that sale. ``series`` names the import it came with; empty for one that nobody listed.
    ``valid_until`` is an ISO date, empty: as long as its offer.
    """

    __tablename__ = "single_coupon"
    __table_args__ = (Index(None, "uuid"), Index(None, "offer_id", "state"))

    code: Mapped[Code] = mapped_column(primary_key=True)
    offer_id: Mapped[Code]
    series: Mapped[Code] = mapped_column(default="")
    valid_until: Mapped[Code] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default="issued")
    uuid: Mapped[Code] = mapped_column(default="")
    kiosk: Mapped[Code] = mapped_column(default="")
    since_ms: Mapped[Instant] = mapped_column(default=0)
    expires_ms: Mapped[Instant] = mapped_column(default=0)


class CouponUse(Base):
    """A coupon in a completed sale: each once per sale, a single-use one in two sales being what people must see."""

    __tablename__ = "coupon_use"
    __table_args__ = (Index(None, "code"), Index(None, "offer_id"))

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    offer_id: Mapped[Code]
    kiosk: Mapped[Code]
    store: Mapped[Code]
    utc_ms: Mapped[Instant]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    single: Mapped[bool]
    offline: Mapped[bool]


class OfferUse(Base):
    """An offer in a completed sale: what it took off there, and of which member (empty: a stranger).

    ``returned``: so much of it has gone again, with goods that came back.
    """

    __tablename__ = "offer_use"
    __table_args__ = (Index(None, "offer_id", "member_id"), Index(None, "member_id"))

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    offer_id: Mapped[Code] = mapped_column(primary_key=True)
    member_id: Mapped[Code]
    business_day: Mapped[Code]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    returned: Mapped[Minor] = mapped_column(default=0)
