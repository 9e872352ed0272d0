"""The tables of the ledger.

Two layers. The *journal* layer keeps each record of each kiosk exactly as it came, under (kiosk, epoch, sequence). The
*ledger* layer is what follows from it: completed transactions with lines, tenders and tax, stock moves and levels,
interventions, baskets in progress. Everything in the second can be built anew from the first, save for rows marked
``sample``, which never came from a kiosk and never count in a reconciliation.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Blob, Code, Document, Identity, Instant, Minor, Prose

__all__ = [
    "BusinessUnit",
    "DeadLetter",
    "Epoch",
    "Intervention",
    "JournalRecord",
    "Kiosk",
    "OpenBasket",
    "ParkedRecord",
    "PostedSpan",
    "SaleLine",
    "SaleTax",
    "SaleTender",
    "StockLevel",
    "StockMove",
    "Transaction",
    "Workstation",
]


class BusinessUnit(Base):
    """A shop or a warehouse, with the time zone its business day is counted in.

    ``location`` is the name its stock is kept under, here and in the feed; a shop that is not listed uses its own name.
    """

    __tablename__ = "business_unit"

    store: Mapped[Code] = mapped_column(primary_key=True)
    location: Mapped[Code]
    names: Mapped[Document]
    country: Mapped[Code]
    currency: Mapped[Code]
    time_zone: Mapped[Code]
    sells: Mapped[bool] = mapped_column(default=True)


class Kiosk(Base):
    """A kiosk as head office knows it: from its journal (lane, workstation) and from its birth and death messages.

    ``lost``: devices that do not answer, ``conditions``: what else staff should see to, as it last told.
    """

    __tablename__ = "kiosk"

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    store: Mapped[Code] = mapped_column(default="")
    workstation: Mapped[Code] = mapped_column(default="")
    release: Mapped[Code] = mapped_column(default="")
    lane: Mapped[Code] = mapped_column(default="unknown")
    lane_reason: Mapped[Prose] = mapped_column(default="")
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_ms: Mapped[Instant] = mapped_column(default=0)
    told_epoch: Mapped[Minor] = mapped_column(default=0)
    told_sequence: Mapped[Minor] = mapped_column(default=0)
    feed_version: Mapped[Minor] = mapped_column(default=0)
    sample: Mapped[bool] = mapped_column(default=False)
    lost: Mapped[Document] = mapped_column(default=list)
    conditions: Mapped[Document] = mapped_column(default=list)


class Workstation(Base):
    """The highest numbers known of a lane: what a kiosk with a new epoch must go on from."""

    __tablename__ = "workstation"

    store: Mapped[Code] = mapped_column(primary_key=True)
    workstation: Mapped[Code] = mapped_column(primary_key=True)
    series: Mapped[Minor] = mapped_column(default=0)
    last_number: Mapped[Minor] = mapped_column(default=0)
    last_legal: Mapped[Minor] = mapped_column(default=0)
    last_credit: Mapped[Minor] = mapped_column(default=0)
    business_day: Mapped[Code] = mapped_column(default="")


class Epoch(Base):
    """One journal of one kiosk: how far it is stored without a gap, and the digest of its last stored record.

    ``posted``: how far the ledger follows it. ``alarm`` says why nothing beyond ``sequence`` is taken: the chain is
    broken, or the kiosk told two stories.
    """

    __tablename__ = "epoch"
    __table_args__ = (
        Index(
            "ix_epoch_behind",
            "opened_ms",
            sqlite_where=text("posted < sequence"),
            postgresql_where=text("posted < sequence"),
        ),
    )

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    epoch: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[Minor] = mapped_column(default=0)
    digest: Mapped[Code]
    opened_ms: Mapped[Instant]
    alarm: Mapped[Prose] = mapped_column(default="")
    posted: Mapped[Minor] = mapped_column(default=0)


class PostedSpan(Base):
    """Records of one epoch that were posted together, in the order in which spans were posted."""

    __tablename__ = "posted_span"

    id: Mapped[Identity]
    kiosk: Mapped[Code]
    epoch: Mapped[Minor]
    first: Mapped[Minor]
    last: Mapped[Minor]


class JournalRecord(Base):
    """One record of a kiosk's journal, as it came."""

    __tablename__ = "journal_record"
    __table_args__ = (UniqueConstraint("kiosk", "epoch", "sequence"),)

    id: Mapped[Identity]
    kiosk: Mapped[Code]
    epoch: Mapped[Minor]
    sequence: Mapped[Minor]
    utc_ms: Mapped[Instant]
    kind: Mapped[Code]
    payload: Mapped[Blob]
    previous: Mapped[Code]
    digest: Mapped[Code]
    received_ms: Mapped[Instant]


class ParkedRecord(Base):
    """A record that came before its turn; it is taken up when the gap before it closes."""

    __tablename__ = "parked_record"

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    epoch: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[Minor] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[Blob]
    received_ms: Mapped[Instant]


class DeadLetter(Base):
    """What could not be taken into the ledger: the bytes, and why. ``detail`` is for an engineer."""

    __tablename__ = "dead_letter"
    __table_args__ = (UniqueConstraint("fingerprint"), Index(None, "received_ms"))

    id: Mapped[Identity]
    received_ms: Mapped[Instant]
    source: Mapped[Code]
    kiosk: Mapped[Code] = mapped_column(default="")
    reason: Mapped[Code]
    detail: Mapped[Prose]
    body: Mapped[Blob]
    fingerprint: Mapped[Code]
    times: Mapped[int] = mapped_column(default=1)


class Transaction(Base):
    """A completed sale: the header (after ARTS POSLog's RetailTransaction).

    ``uuid`` is the transaction's own; (store, workstation, business day, series, number) is how the trade names it.
    (kiosk, epoch, sequence) is where in the journal it stands; a sample has none. ``subtotal - discount + deposit`` is
    what tax is reckoned on; ``duty`` is the supplementary duty beside ``tax``. ``buyer_number`` is the buyer's tax
    number as it is written, a person's with most of it hidden. ``exempt_certificate`` is the number for which it bears
    no tax, ``exempt_by`` the operator who saw it. ``original``: the uuid of the sale that this is a return from, with
    negative amounts; empty: it is a sale.
    """

    __tablename__ = "sale"
    __table_args__ = (
        Index(None, "business_day", "sample"),
        Index(None, "utc_ms"),
        Index(None, "store", "workstation", "series", "number"),
        Index(None, "original"),
    )

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    store: Mapped[Code]
    workstation: Mapped[Code]
    business_day: Mapped[Code]
    series: Mapped[Minor]
    number: Mapped[Minor]
    kiosk: Mapped[Code] = mapped_column(default="")
    epoch: Mapped[Minor] = mapped_column(default=0)
    sequence: Mapped[Minor] = mapped_column(default=0)
    utc_ms: Mapped[Instant]
    language: Mapped[Code]
    currency: Mapped[Code]
    book_version: Mapped[Minor]
    prices_include_tax: Mapped[bool]
    subtotal: Mapped[Minor]
    discount: Mapped[Minor]
    deposit: Mapped[Minor] = mapped_column(default=0)
    duty: Mapped[Minor] = mapped_column(default=0)
    tax: Mapped[Minor]
    total: Mapped[Minor]
    units: Mapped[int]
    member_id: Mapped[Code] = mapped_column(default="")
    legal_series: Mapped[Code] = mapped_column(default="")
    legal_number: Mapped[Minor | None] = mapped_column(default=None)
    clock_trusted: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    buyer_kind: Mapped[Code] = mapped_column(default="")
    buyer_number: Mapped[Code] = mapped_column(default="")
    exempt_certificate: Mapped[Code] = mapped_column(default="")
    exempt_reason: Mapped[Code] = mapped_column(default="")
    exempt_by: Mapped[Code] = mapped_column(default="")
    original: Mapped[Code] = mapped_column(default="")


class SaleLine(Base):
    """A line of a completed sale. ``modifiers`` are the offers' shares: offer id, amount in minor units, names.

    ``deposit`` is paid for its containers beside ``net``; ``expires``, ``best_before`` (ISO dates), ``lot`` and
    ``serial`` are what the pack's code told. A return's line names the ``original_line`` it is of, why and where to.
    """

    __tablename__ = "sale_line"
    __table_args__ = (Index(None, "item_id"), Index(None, "item_id", "serial"))

    uuid: Mapped[Code] = mapped_column(ForeignKey("sale.uuid"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[Code]
    names: Mapped[Document]
    unit: Mapped[Code]
    quantity: Mapped[int]
    weight_value: Mapped[Minor | None] = mapped_column(default=None)
    weight_exponent: Mapped[int | None] = mapped_column(default=None)
    weight_unit: Mapped[Code | None] = mapped_column(default=None)
    unit_price: Mapped[Minor]
    extended: Mapped[Minor]
    discount: Mapped[Minor]
    net: Mapped[Minor]
    tax_class: Mapped[Code]
    basis_points: Mapped[int]
    entry: Mapped[Code]
    gtin: Mapped[Code | None] = mapped_column(default=None)
    plu: Mapped[Code | None] = mapped_column(default=None)
    modifiers: Mapped[Document]
    deposit: Mapped[Minor] = mapped_column(default=0)
    expires: Mapped[Code] = mapped_column(default="")
    best_before: Mapped[Code] = mapped_column(default="")
    lot: Mapped[Code] = mapped_column(default="")
    serial: Mapped[Code] = mapped_column(default="")
    original_line: Mapped[int | None] = mapped_column(default=None)
    return_reason: Mapped[Code] = mapped_column(default="")
    disposition: Mapped[Code] = mapped_column(default="")


class SaleTender(Base):
    """An approved tender of a completed sale. ``instalments``: parts it is paid in, ``worth``: what a voucher said.

    A return's is negative: ``original``, a tender of the sale it is from, was given so much back, ``points`` with it.
    """

    __tablename__ = "sale_tender"
    __table_args__ = (Index(None, "original"),)

    uuid: Mapped[Code] = mapped_column(ForeignKey("sale.uuid"), primary_key=True)
    tender: Mapped[Code] = mapped_column(primary_key=True)
    tender_id: Mapped[Code]
    kind: Mapped[Code]
    amount: Mapped[Minor]
    approval_code: Mapped[Code] = mapped_column(default="")
    brand: Mapped[Code] = mapped_column(default="")
    masked_pan: Mapped[Code] = mapped_column(default="")
    reference: Mapped[Code] = mapped_column(default="")
    received: Mapped[Minor | None] = mapped_column(default=None)
    change: Mapped[Minor | None] = mapped_column(default=None)
    rounding: Mapped[Minor | None] = mapped_column(default=None)
    instalments: Mapped[int] = mapped_column(default=0)
    instalments_by: Mapped[Code] = mapped_column(default="")
    worth: Mapped[Minor | None] = mapped_column(default=None)
    original: Mapped[Code] = mapped_column(default="")
    points: Mapped[Minor] = mapped_column(default=0)


class SaleTax(Base):
    """A row of a completed sale's tax summary: one rate. ``duty``: the supplementary duty under it."""

    __tablename__ = "sale_tax"

    uuid: Mapped[Code] = mapped_column(ForeignKey("sale.uuid"), primary_key=True)
    tax_class: Mapped[Code] = mapped_column(primary_key=True)
    basis_points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net: Mapped[Minor]
    tax: Mapped[Minor]
    duty: Mapped[Minor] = mapped_column(default=0)


class StockMove(Base):
    """What left a location, from StockMoved and from nothing else. Pieces, or grams where sold by weight."""

    __tablename__ = "stock_move"
    __table_args__ = (UniqueConstraint("kiosk", "epoch", "sequence", "ordinal"), Index(None, "item_id", "location"))

    id: Mapped[Identity]
    kiosk: Mapped[Code]
    epoch: Mapped[Minor]
    sequence: Mapped[Minor]
    ordinal: Mapped[int]
    uuid: Mapped[Code]
    item_id: Mapped[Code]
    location: Mapped[Code]
    quantity: Mapped[Minor]
    unit: Mapped[Code]


class StockLevel(Base):
    """On hand of an item at a location: pieces or grams. ``stirred`` until the feed has told the kiosks."""

    __tablename__ = "stock_level"
    __table_args__ = (Index(None, "stirred"),)

    item_id: Mapped[Code] = mapped_column(primary_key=True)
    location: Mapped[Code] = mapped_column(primary_key=True)
    unit: Mapped[Code]
    on_hand: Mapped[Minor]
    stirred: Mapped[bool] = mapped_column(default=False)


class Intervention(Base):
    """Something staff judged, or must judge. ``outcome`` is empty while it waits; ``remote``: judged from a page.

    ``reason``: what is wrong, by the lane's word, while it waits; why it was refused, once it was from a page.
    ``severity``: the lane's own word for how soon; empty where it told none.
    """

    __tablename__ = "intervention"
    __table_args__ = (Index(None, "utc_ms"),)

    kiosk: Mapped[Code] = mapped_column(primary_key=True)
    intervention: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    blocks: Mapped[Code]
    utc_ms: Mapped[Instant]
    line: Mapped[int | None] = mapped_column(default=None)
    minimum_age: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[Code] = mapped_column(default="")
    by: Mapped[Code] = mapped_column(default="")
    sample: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Prose] = mapped_column(default="")
    may_clear: Mapped[Code] = mapped_column(default="attendant")
    remote: Mapped[bool] = mapped_column(default=False)
    severity: Mapped[Code] = mapped_column(default="")


class OpenBasket(Base):
    """A basket that is not a sale yet: ``scanning``, ``tendering`` or ``suspended``. ``lines`` as they stand now."""

    __tablename__ = "open_basket"
    __table_args__ = (Index(None, "kiosk"),)

    uuid: Mapped[Code] = mapped_column(primary_key=True)
    kiosk: Mapped[Code]
    phase: Mapped[Code]
    opened_ms: Mapped[Instant]
    currency: Mapped[Code]
    lines: Mapped[Document]
    total: Mapped[Minor] = mapped_column(default=0)
    units: Mapped[int] = mapped_column(default=0)
    member_id: Mapped[Code] = mapped_column(default="")
