"""The table of what staff ordered at lanes from a page, and what the lanes answered."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["LaneCommand"]


class LaneCommand(Base):
    """One order to one lane. ``answer`` is empty until the lane's journal says ``done``, ``refused`` or ``too_late``.

    ``number`` counts the orders that open and close a kiosk's lane (0 for all others). ``words``: a message, by the
    name of a prepared one or in the attendant's own words. ``why``: the lane's reason, by its word.
    """

    __tablename__ = "lane_command"
    __table_args__ = (Index(None, "kiosk", "sent_ms"),)

    ident: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    deed: Mapped[Code]
    account: Mapped[Code]
    operator_id: Mapped[Code]
    intervention: Mapped[Code] = mapped_column(default="")
    outcome: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Prose] = mapped_column(default="")
    words: Mapped[Prose] = mapped_column(default="")
    number: Mapped[Minor] = mapped_column(default=0)
    sent_ms: Mapped[Instant]
    expires_ms: Mapped[Instant]
    answer: Mapped[Code] = mapped_column(default="")
    why: Mapped[Code] = mapped_column(default="")
    answered_ms: Mapped[Instant] = mapped_column(default=0)
