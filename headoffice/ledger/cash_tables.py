"""The table of cash that a lane's machine owes, or owed and could not pay."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["CashDebt"]


class CashDebt(Base):
    """So much is owed at a lane, under the newest payout's id; what the machine pays at once leaves no row.

    ``epoch`` and ``sequence``: where in the journal it was first owed, in ``visit``; ``owed`` then, ``remaining`` now.
    ``state``: ``asked``, the machine has not said; ``short`` or ``unknown``, its word (``why``); ``paid`` by the
    machine later; ``by_staff`` at the lane; ``page``, settled at head office. ``settled_by``: an operator's id, or an
    account's name for ``page``.
    """

    __tablename__ = "cash_debt"
    __table_args__ = (Index(None, "kiosk", "epoch", "sequence"), Index(None, "settled_ms"))

    payout: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    epoch: Mapped[Minor]
    sequence: Mapped[Minor]
    store: Mapped[Code]
    workstation: Mapped[Code]
    visit: Mapped[Code]
    owed_for: Mapped[Code]
    currency: Mapped[Code]
    owed: Mapped[Minor]
    remaining: Mapped[Minor]
    since_ms: Mapped[Instant]
    state: Mapped[Code]
    why: Mapped[Code] = mapped_column(default="")
    settled_ms: Mapped[Instant] = mapped_column(default=0)
    settled_by: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Prose] = mapped_column(default="")
