"""The table of returns under way."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant

__all__ = ["ReturnHold"]


class ReturnHold(Base):
    """Units of the sale ``original`` that a return has in hand, under its own id. One return from a sale at a time.

    ``state``: ``asked`` (its journal has told of it), ``held`` until ``expires_ms``, ``released``, or ``used`` by a
    completed return. ``basket``: the transaction that the visit was opened under.
    """

    __tablename__ = "return_hold"
    __table_args__ = (Index(None, "original", "state"), Index(None, "basket"))

    hold: Mapped[Code] = mapped_column(primary_key=True)
    basket: Mapped[Code]
    original: Mapped[Code]
    kiosk: Mapped[Code]
    state: Mapped[Code]
    since_ms: Mapped[Instant]
    expires_ms: Mapped[Instant]
