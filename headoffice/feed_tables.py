"""The tables of the feed: the append-only log that the shops follow, and what stands in it now."""

from __future__ import annotations

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Blob, Code, Document, Identity, Instant, Minor, Prose

__all__ = ["BookItem", "FeedCurrent", "FeedHead", "FeedRow", "MemberKey", "PriceChange"]


class FeedRow(Base):
    """One change. ``payload`` is the exact JSON the kiosks decode; none takes the key away."""

    __tablename__ = "feed_row"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    key: Mapped[Code]
    payload: Mapped[Blob | None]
    utc_ms: Mapped[Instant]
    by: Mapped[Code]


class FeedCurrent(Base):
    """The newest change of each key; keys that were taken away keep their last version without a payload."""

    __tablename__ = "feed_current"
    __table_args__ = (Index(None, "version"),)

    kind: Mapped[Code] = mapped_column(primary_key=True)
    key: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int]
    payload: Mapped[Blob | None]


class FeedHead(Base):
    """The newest version, in one row: writers take turns by locking it."""

    __tablename__ = "feed_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


class BookItem(Base):
    """An item of the price book as people search it; follows from the feed's rows of kind ``item``.

    ``recall``: what of it must not be sold, as in the row; none where nothing is recalled.
    """

    __tablename__ = "book_item"
    __table_args__ = (Index(None, "gtin"), Index(None, "plu"))

    item_id: Mapped[Code] = mapped_column(primary_key=True)
    names: Mapped[Document]
    words: Mapped[Prose]
    department: Mapped[Code]
    unit: Mapped[Code]
    currency: Mapped[Code]
    price: Mapped[Minor | None]
    mrp: Mapped[Minor | None]
    gtin: Mapped[Code | None]
    plu: Mapped[Code | None]
    recall: Mapped[Document | None] = mapped_column(JSON(none_as_null=True))


class PriceChange(Base):
    """Who changed which price, from what to what, and with which feed version it went out."""

    __tablename__ = "price_change"
    __table_args__ = (Index(None, "item_id"),)

    id: Mapped[Identity]
    item_id: Mapped[Code]
    old: Mapped[Minor | None]
    new: Mapped[Minor]
    currency: Mapped[Code]
    by: Mapped[Code]
    utc_ms: Mapped[Instant]
    version: Mapped[int]


class MemberKey(Base):
    """Which member a row of the feed's directory means; follows from the feed's rows of kind ``member``."""

    __tablename__ = "member_key"
    __table_args__ = (Index(None, "member_id"),)

    keyed_hash: Mapped[Code] = mapped_column(primary_key=True)
    member_id: Mapped[Code]
