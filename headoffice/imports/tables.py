"""The tables of imports: what was taken in by whom, prices that begin on a later day, and stock documents."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Identity, Instant, Minor, Prose

__all__ = ["DataImport", "PlannedPrice", "StockDocument", "StockEntry"]


class DataImport(Base):
    """A file that was taken in. ``digest``: SHA-256 of its bytes, in hex. ``version``: of the feed, afterwards.

    ``fresh``, ``changed``, ``same`` and ``refused`` count what its rows told; ``refused`` is 0 unless only the good
    rows were asked for.
    """

    __tablename__ = "data_import"

    id: Mapped[Identity]
    kind: Mapped[Code]
    file: Mapped[Prose]
    digest: Mapped[Code]
    by: Mapped[Code]
    utc_ms: Mapped[Instant]
    fresh: Mapped[int]
    changed: Mapped[int]
    same: Mapped[int]
    refused: Mapped[int]
    version: Mapped[int]


class PlannedPrice(Base):
    """A price that begins on a later business day (``from_day``, ISO); the row goes when it is published."""

    __tablename__ = "planned_price"
    __table_args__ = (Index(None, "from_day"),)

    item_id: Mapped[Code] = mapped_column(primary_key=True)
    from_day: Mapped[Code] = mapped_column(primary_key=True)
    minor: Mapped[Minor]
    currency: Mapped[Code]
    by: Mapped[Code]
    utc_ms: Mapped[Instant]


class StockDocument(Base):
    """A document that moved stock: its number is known once for each kind and location.

    ``digest``: SHA-256 of what it says, in hex, so that the same document again is told from another of its number.
    """

    __tablename__ = "stock_document"

    kind: Mapped[Code] = mapped_column(primary_key=True)
    location: Mapped[Code] = mapped_column(primary_key=True)
    document: Mapped[Code] = mapped_column(primary_key=True)
    digest: Mapped[Code]
    by: Mapped[Code]
    utc_ms: Mapped[Instant]


class StockEntry(Base):
    """A line of a stock document: ``said`` is what it says (pieces or grams), ``moved`` what that did to the level."""

    __tablename__ = "stock_entry"
    __table_args__ = (Index(None, "item_id", "location"),)

    id: Mapped[Identity]
    kind: Mapped[Code]
    location: Mapped[Code]
    document: Mapped[Code]
    item_id: Mapped[Code]
    unit: Mapped[Code]
    said: Mapped[Minor]
    moved: Mapped[Minor]
    reason: Mapped[Prose]
