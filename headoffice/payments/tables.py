"""The table of payments asked for through an acquirer."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["Payment", "PaymentReturn"]


class Payment(Base):
    """One request for money. Who paid is not in it.

    ``state``: ``requested`` (written before the acquirer hears of it), ``waiting`` (its code may be paid), ``paid``,
    ``declined`` (no money counts), ``refunding``, ``refunded``, ``refund_failed`` (money came and counts for nothing).
    ``reason`` as in ``messages.asks.PaymentAnswer``, or ``abandoned``: asked about before it was ever begun. Amounts in
    minor units: ``amount`` asked for, ``paid`` come in. ``due_ms``: when it shall be looked at next, 0: never;
    ``tries``: how often it was since its state changed. ``asked_ms``: when the acquirer was asked last.
    """

    __tablename__ = "payment"
    __table_args__ = (Index(None, "due_ms"),)

    request: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    tender_id: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Code]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    payload: Mapped[Prose]
    paid: Mapped[Minor]
    reference: Mapped[Code]
    scheme: Mapped[Code]
    cancelling: Mapped[bool]
    created_ms: Mapped[Instant]
    expires_ms: Mapped[Instant]
    asked_ms: Mapped[Instant]
    due_ms: Mapped[Instant]
    tries: Mapped[int]


class PaymentReturn(Base):
    """Part of the payment ``original`` that goes back for returned goods, under a ``request`` of its own.

    ``state``: ``refunding``, ``refunded``, ``refund_failed``; ``amount`` in minor units. ``due_ms``: when it is tried
    next, 0: never.
    """

    __tablename__ = "payment_return"
    __table_args__ = (Index(None, "original"), Index(None, "due_ms"))

    request: Mapped[Code] = mapped_column(primary_key=True)
    original: Mapped[Code]
    kiosk: Mapped[Code]
    tender_id: Mapped[Code]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Code]
    created_ms: Mapped[Instant]
    due_ms: Mapped[Instant]
    tries: Mapped[int]
