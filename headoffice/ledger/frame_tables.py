"""The table of pictures that staff may look at while an intervention waits."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Blob, Code, Instant

__all__ = ["LaneFrame"]


class LaneFrame(Base):
    """One picture of a lane's plate. ``erase_ms``: when it is gone at the latest."""

    __tablename__ = "lane_frame"

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    intervention: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    erase_ms: Mapped[Instant]
    jpeg: Mapped[Blob]
