"""The table of exit codes that gates have asked about and that opened: one row a sale."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant

__all__ = ["ExitUse"]


class ExitUse(Base):
    """A sale that has gone out. ``gate``: which one said so."""

    __tablename__ = "exit_use"

    store: Mapped[Code] = mapped_column(primary_key=True)
    reference: Mapped[Code] = mapped_column(primary_key=True)
    utc_ms: Mapped[Instant]
    gate: Mapped[Code]
