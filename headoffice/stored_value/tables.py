"""The tables of stored value. A number is kept as its keyed hash and its last four digits, never whole."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Instant, Minor, Prose

__all__ = ["VOUCHER_HELD", "PaperVoucher", "ValueAccount", "ValueEntry", "ValueHold", "ValueMiss"]

VOUCHER_HELD: Final = "instrument = 'voucher' AND state = 'held'"


class ValueAccount(Base):
    """A gift card or a store credit; ``balance`` is the sum of its entries.

    ``kind``: ``gift_card``, ``store_credit``. ``status``: ``inactive`` (not sold yet), ``active``, ``blocked``.
    ``face``: what an inactive card is sold for (0: the buyer chooses). ``expires_day``: the last ISO day it serves,
    empty: for ever. ``batch``: the file it came with; ``blocked_by`` and ``blocked_why``: whose word that is.
    """

    __tablename__ = "value_account"
    __table_args__ = (Index(None, "keyed_hash", unique=True), Index(None, "masked"), Index(None, "status"))

    account: Mapped[Code] = mapped_column(primary_key=True)
    keyed_hash: Mapped[Code]
    masked: Mapped[Code]
    kind: Mapped[Code]
    currency: Mapped[Code]
    balance: Mapped[Minor] = mapped_column(default=0)
    face: Mapped[Minor] = mapped_column(default=0)
    status: Mapped[Code]
    expires_day: Mapped[Code] = mapped_column(default="")
    batch: Mapped[Code] = mapped_column(default="")
    created_ms: Mapped[Instant]
    blocked_by: Mapped[Code] = mapped_column(default="")
    blocked_why: Mapped[Prose] = mapped_column(default="")


class ValueEntry(Base):
    """One booking, never changed. With ``kind``, ``source`` books once: a tender, a line, a credit, a form's own id.

    ``kind``: ``activate``, ``issue``, ``redeem``, ``opening`` (brought along by a file), ``adjust``, ``expire``, and
    ``activate_back``, ``redeem_back``, ``issue_back`` for a sale that was undone. ``amount`` is signed. ``uuid``: the
    transaction. ``by`` and ``reason``: who adjusted, and why.
    """

    __tablename__ = "value_entry"
    __table_args__ = (Index(None, "account", "utc_ms"), Index(None, "business_day"), Index(None, "uuid"))

    source: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    account: Mapped[Code]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    uuid: Mapped[Code] = mapped_column(default="")
    business_day: Mapped[Code]
    store: Mapped[Code] = mapped_column(default="")
    utc_ms: Mapped[Instant]
    by: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Prose] = mapped_column(default="")


class ValueHold(Base):
    """An amount kept aside for a sale that is not booked yet. ``request`` is the kiosk's tender.

    ``account``: the account's id, or a paper voucher's keyed hash (``instrument`` ``voucher``). ``state``: ``held``,
    ``refused``, ``released``, ``settled``; ``reason`` as in ``messages.value_asks.ValueAnswer``, or ``abandoned``:
    asked about before it was ever begun. One voucher is held once at a time, whatever two workers do at once.
    """

    __tablename__ = "value_hold"
    __table_args__ = (
        Index(None, "account", "state"),
        Index(None, "uuid"),
        Index(
            "uq_value_hold_voucher",
            "account",
            unique=True,
            sqlite_where=text(VOUCHER_HELD),
            postgresql_where=text(VOUCHER_HELD),
        ),
    )

    request: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    uuid: Mapped[Code]
    instrument: Mapped[Code]
    account: Mapped[Code]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Code] = mapped_column(default="")
    created_ms: Mapped[Instant]


class PaperVoucher(Base):
    """A paper voucher that a sale has used up: what makes it single. ``request`` is the tender it paid as."""

    __tablename__ = "paper_voucher"
    __table_args__ = (Index(None, "uuid"), Index(None, "business_day"))

    keyed_hash: Mapped[Code] = mapped_column(primary_key=True)
    request: Mapped[Code] = mapped_column(primary_key=True)
    tender_id: Mapped[Code]
    worth: Mapped[Minor]
    amount: Mapped[Minor]
    currency: Mapped[Code]
    uuid: Mapped[Code]
    kiosk: Mapped[Code]
    store: Mapped[Code]
    business_day: Mapped[Code]
    utc_ms: Mapped[Instant]


class ValueMiss(Base):
    """A lane's question about a number that nobody knows, for a day: ``request`` is the question's own id."""

    __tablename__ = "value_miss"
    __table_args__ = (Index(None, "utc_ms"), Index(None, "kiosk", "utc_ms"))

    request: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    utc_ms: Mapped[Instant]
