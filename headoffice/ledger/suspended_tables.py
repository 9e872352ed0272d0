"""The table of parked baskets that another lane may go on with."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Document, Instant, Minor

__all__ = ["SuspendedBasket"]


class SuspendedBasket(Base):
    """A basket parked at ``kiosk``. ``lines`` as its journal told them; none: it goes to no other lane.

    ``taken_by``: the kiosk it was given to (its own too), empty: free. ``opened``: the transaction that the taker's
    journal says it goes on in (or the counter's name); from then on it is nobody else's. ``given_ms``: when that
    was. ``expires_ms``: it is kept until then (0: until it is taken up). The rest is what people know it by: ``total``
    in minor units of ``currency``, ``things`` in it. ``local``: when it was opened by its shop's clock.
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
    reference: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Code] = mapped_column(default="")
    currency: Mapped[Code] = mapped_column(default="")
    total: Mapped[Minor] = mapped_column(default=0)
    expires_ms: Mapped[Instant] = mapped_column(default=0)
    given_ms: Mapped[Instant] = mapped_column(default=0)
    things: Mapped[Minor] = mapped_column(default=0)
    local: Mapped[Code] = mapped_column(default="")
