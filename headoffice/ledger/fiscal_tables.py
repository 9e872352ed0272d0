"""The table of fiscal documents that are to be cancelled at the tax authority."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["CancelledDocument"]


class CancelledDocument(Base):
    """The document (``series``, ``number``) of the sale ``original``, all of which came back as ``uuid``.

    ``state``: ``asked``; ``left``, the return's paper went out without an answer and it is asked again; ``cancelled``;
    ``refused``, the document stands and the return wants one of its own. ``told_ms``: the authority's own time of the
    cancellation, or when it was left (0: neither); ``words``: what it printed of that, or why it refused.
    """

    __tablename__ = "cancelled_document"
    __table_args__ = (Index(None, "original"), Index(None, "state"))

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    original: Mapped[Code]
    kiosk: Mapped[Code]
    series: Mapped[Code]
    number: Mapped[Minor]
    state: Mapped[Code]
    told_ms: Mapped[Instant] = mapped_column(default=0)
    words: Mapped[Prose] = mapped_column(default="")
