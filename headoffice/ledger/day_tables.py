"""The tables of business days: Z reports as the lanes made them, and days that are open."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Document, Instant, Minor

__all__ = ["OpenDay", "ZReport"]


class ZReport(Base):
    """A Z report, under the place in the journal where it stands. ``report`` is the whole of it.

    ``findings`` is what does not fit: (what, what the report says, what was expected) in turn. ``reconciliation`` is
    what the card terminal said, empty until it has; ``outcome`` its word.
    """

    __tablename__ = "z_report"
    __table_args__ = (Index(None, "store", "workstation", "series", "number"), Index(None, "business_day"))

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    epoch: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    store: Mapped[Code]
    workstation: Mapped[Code]
    series: Mapped[Minor]
    number: Mapped[Minor]
    business_day: Mapped[Code]
    utc_ms: Mapped[Instant]
    by: Mapped[Code]
    cause: Mapped[Code]
    currency: Mapped[Code]
    sales: Mapped[Minor]
    discount: Mapped[Minor]
    tax: Mapped[Minor]
    total: Mapped[Minor]
    report: Mapped[Document]
    findings: Mapped[Document]
    outcome: Mapped[Code] = mapped_column(default="")
    reconciliation: Mapped[Document]


class OpenDay(Base):
    """A day that a journal has opened and not closed; of an older epoch: the unit was replaced before it was."""

    __tablename__ = "open_day"

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    epoch: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    store: Mapped[Code]
    workstation: Mapped[Code]
    business_day: Mapped[Code]
    opened_ms: Mapped[Instant]
