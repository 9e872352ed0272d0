"""The table of parked baskets that another lane may go on with."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Document, Instant

__all__ = ["SuspendedBasket"]


class SuspendedBasket(Base):
    """A basket parked at ``kiosk``. ``lines`` as its journal told them; none: it goes to no other lane.

    ``taken_by``: the kiosk it was given to (its own too), empty: free. ``opened``: the transaction that the taker's
    journal says it goes on in; from then on it is nobody else's.
    """

    __tablename__ = "suspended_basket"
    __table_args__ = (Index(None, "store", "taken_by"),)

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    store: Mapped[Code]
    utc_ms: Mapped[Instant]
    lines: Mapped[Document]
    taken_by: Mapped[Code] = mapped_column(default="")
    opened: Mapped[Code] = mapped_column(default="")
