"""What the pages show, asked of the ledger: values only, no words and no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from headoffice.feed import policy_of
from headoffice.feed_tables import BookItem, PriceChange
from headoffice.ledger.fiscal_tables import CancelledDocument
from headoffice.ledger.tables import (
    BusinessUnit,
    DeadLetter,
    Epoch,
    Intervention,
    JournalRecord,
    Kiosk,
    OpenBasket,
    SaleLine,
    SaleTax,
    SaleTender,
    StockLevel,
    Transaction,
)

__all__ = [
    "Bar",
    "Home",
    "KioskView",
    "Sale",
    "StockRow",
    "TopItem",
    "Totals",
    "baskets",
    "book_page",
    "home_of",
    "interventions",
    "kiosks",
    "latest_sales",
    "ledger_totals",
    "letters",
    "price_changes",
    "reason_names",
    "sale",
    "sales_by_day",
    "sales_by_hour",
    "stock_page",
    "tender_names",
    "top_items",
    "totals_of",
]

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Home:
    """Where head office counts its day: the first shop's country, currency and time zone."""

    country: str
    currency: str
    time_zone: str

    def today(self, utc_ms: int) -> date:
        """The date there."""
        return self.local(utc_ms).date()

    def local(self, utc_ms: int) -> datetime:
        """A moment in the shop's own time. A clock beyond the calendar's end shows as its last day."""
        try:
            return datetime.fromtimestamp(utc_ms / 1000, ZoneInfo(self.time_zone))
        except (ValueError, OverflowError, OSError):
            return datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KioskView:
    """A kiosk on the first page. ``unsynced``: records it had and head office has not, as last told."""

    row: Kiosk
    unsynced: int
    stored: int
    alarm: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: a day (ISO date) or an hour, in minor units. ``sample`` never came from a kiosk."""

    label: str
    real: int
    sample: int
    count: int


@dataclass(frozen=True, slots=True)
class TopItem:
    """What sells. ``units`` are pieces, or weighings of what is sold by weight."""

    item_id: str
    names: dict[str, str]
    units: int
    net: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What was sold in a span, in the home currency; samples apart."""

    real: int
    real_count: int
    sample: int
    sample_count: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale's page: the header, its parts, and the journal record it stands in.

    ``returns`` are the returns from it; of a return, ``original`` is the sale that it is from. ``cancelled``: what
    became of the sale's document, since all of it came back.
    """

    header: Transaction
    lines: Sequence[SaleLine]
    tenders: Sequence[SaleTender]
    taxes: Sequence[SaleTax]
    digest: str
    returns: Sequence[Transaction] = ()
    original: Transaction | None = None
    cancelled: CancelledDocument | None = None


@dataclass(frozen=True, slots=True)
class StockRow:
    """An item and what is on hand of it at each location (``None``: not kept there)."""

    item: BookItem
    on_hand: tuple[int | None, ...]


def home_of(session: Session) -> Home:
    """The first shop's setting; UTC and no currency before there is one."""
    unit = session.scalar(select(BusinessUnit).where(BusinessUnit.sells).order_by(BusinessUnit.store).limit(1))
    return Home("", "XXX", "UTC") if unit is None else Home(unit.country, unit.currency, unit.time_zone)


def kiosks(session: Session) -> list[KioskView]:
    """Every kiosk, those in trouble and those connected first."""
    heads: dict[str, Epoch] = {}
    seen: set[tuple[str, int]] = set()
    for epoch in session.scalars(select(Epoch).order_by(Epoch.opened_ms, Epoch.epoch)):
        heads[epoch.kiosk] = epoch
        seen.add((epoch.kiosk, epoch.epoch))
    found = session.scalars(select(Kiosk).where(Kiosk.sample.is_(False)).order_by(Kiosk.online.desc(), Kiosk.kiosk))
    return [_kiosk_view(row, heads.get(row.kiosk), known=(row.kiosk, row.told_epoch) in seen) for row in found]


def _kiosk_view(row: Kiosk, head: Epoch | None, *, known: bool) -> KioskView:
    """``known``: something of the journal the kiosk told of is stored. If that is not the newest, it is over."""
    if head is not None and head.epoch == row.told_epoch:
        behind = row.told_sequence - head.sequence
    else:
        behind = 0 if known else row.told_sequence
    return KioskView(row, max(0, behind), head.sequence if head else 0, head.alarm if head else "")


def baskets(session: Session) -> Sequence[OpenBasket]:
    """Baskets in progress, newest first; parked ones last."""
    parked = case((OpenBasket.phase == "suspended", 1), else_=0)
    return session.scalars(select(OpenBasket).order_by(parked, OpenBasket.opened_ms.desc()).limit(12)).all()


def latest_sales(session: Session, limit: int = 10) -> list[tuple[Transaction, list[str]]]:
    """The newest sales with the ids of their tenders, kiosks' own before samples."""
    found = session.scalars(
        select(Transaction).order_by(Transaction.sample, Transaction.utc_ms.desc(), Transaction.uuid).limit(limit)
    ).all()
    paid: dict[str, list[str]] = {}
    for uuid, tender_id in session.execute(
        select(SaleTender.uuid, SaleTender.tender_id).where(SaleTender.uuid.in_([row.uuid for row in found]))
    ):
        paid.setdefault(uuid, []).append(tender_id)
    return [(row, list(dict.fromkeys(paid.get(row.uuid, [])))) for row in found]


def tender_names(session: Session) -> dict[str, dict[str, str]]:
    """What the shop calls each way to pay, by tender id."""
    policy = policy_of(session)
    return {each.tender_id: dict(each.names) for each in policy.tenders} if policy else {}


def reason_names(session: Session) -> dict[str, dict[str, str]]:
    """What the shop calls the reasons its staff may give, of returns too, by code."""
    policy = policy_of(session)
    if policy is None:
        return {}
    of_acts = {each.code: dict(each.names) for each in policy.rights.reasons}
    return of_acts | {each.code: dict(each.names) for each in policy.returns.reasons}


def _sums() -> tuple[Any, Any, Any, Any]:
    real = case((Transaction.sample.is_(False), Transaction.total), else_=0)
    sample = case((Transaction.sample.is_(True), Transaction.total), else_=0)
    bought = Transaction.original == ""  # what came back is taken off the sums, and is no sale
    count = case((and_(Transaction.sample.is_(False), bought), 1), else_=0)
    everything = case((bought, 1), else_=0)
    return (func.coalesce(func.sum(each), 0) for each in (real, sample, count, everything))  # type: ignore[return-value]  # four of four


def totals_of(session: Session, home: Home, first: date, last: date) -> Totals:
    """All sales of the business days ``first`` to ``last``."""
    real, sample, count, everything = _sums()
    row = session.execute(
        select(real, sample, count, everything).where(
            Transaction.currency == home.currency,
            Transaction.business_day.between(first.isoformat(), last.isoformat()),
        )
    ).one()
    return Totals(int(row[0]), int(row[2]), int(row[1]), int(row[3]) - int(row[2]))


def sales_by_day(session: Session, home: Home, last: date, days: int) -> list[Bar]:
    """A bar for each of ``days`` business days up to ``last``, empty days too."""
    first = last - timedelta(days=days - 1)
    real, sample, _count, everything = _sums()
    found = session.execute(
        select(Transaction.business_day, real, sample, everything)
        .where(
            Transaction.currency == home.currency,
            Transaction.business_day.between(first.isoformat(), last.isoformat()),
        )
        .group_by(Transaction.business_day)
    )
    by_day = {day: (int(mine), int(theirs), int(count)) for day, mine, theirs, count in found}
    labels = [(first + timedelta(days=offset)).isoformat() for offset in range(days)]
    return [Bar(label, *by_day.get(label, (0, 0, 0))) for label in labels]


def sales_by_hour(session: Session, home: Home, day: date) -> list[Bar]:
    """A bar for each hour of a business day, by the shop's own clock."""
    hours = [[0, 0, 0] for _ in range(_HOURS)]
    found = session.execute(
        select(Transaction.utc_ms, Transaction.total, Transaction.sample).where(
            Transaction.currency == home.currency, Transaction.business_day == day.isoformat()
        )
    )
    for utc_ms, total, sample in found:
        bar = hours[home.local(utc_ms).hour]
        bar[1 if sample else 0] += total
        bar[2] += 1
    return [Bar(f"{hour:02d}", *bar) for hour, bar in enumerate(hours)]


def top_items(session: Session, home: Home, first: date, last: date, limit: int = 8) -> list[TopItem]:
    """What brought most money in these business days, samples too."""
    net = func.sum(SaleLine.net)
    found = session.execute(
        select(SaleLine.item_id, func.max(SaleLine.uuid), func.sum(SaleLine.quantity), net)
        .join(Transaction, Transaction.uuid == SaleLine.uuid)
        .where(
            Transaction.currency == home.currency,
            Transaction.business_day.between(first.isoformat(), last.isoformat()),
        )
        .group_by(SaleLine.item_id)
        .order_by(net.desc(), SaleLine.item_id)
        .limit(limit)
    ).all()
    names: dict[str, dict[str, str]] = {}
    for item_id, uuid, _units, _net in found:
        wanted = and_(SaleLine.uuid == uuid, SaleLine.item_id == item_id)
        names[item_id] = session.scalars(select(SaleLine.names).where(wanted).limit(1)).one()
    return [TopItem(item_id, names[item_id], int(units), int(sold)) for item_id, _uuid, units, sold in found]


def interventions(session: Session, limit: int = 5) -> Sequence[Intervention]:
    """What waits for staff first, then what was judged last."""
    waits = case((Intervention.outcome == "", 0), else_=1)
    return session.scalars(
        select(Intervention).order_by(waits, Intervention.sample, Intervention.utc_ms.desc()).limit(limit)
    ).all()


def letters(session: Session, limit: int = 100) -> tuple[int, Sequence[DeadLetter]]:
    """How many dead letters there are, and the newest."""
    count = session.scalar(select(func.count()).select_from(DeadLetter)) or 0
    return count, session.scalars(select(DeadLetter).order_by(DeadLetter.received_ms.desc()).limit(limit)).all()


def sale(session: Session, uuid: str) -> Sale | None:
    """One sale, whole."""
    header = session.get(Transaction, uuid)
    if header is None:
        return None
    digest = session.scalar(
        select(JournalRecord.digest).where(
            JournalRecord.kiosk == header.kiosk,
            JournalRecord.epoch == header.epoch,
            JournalRecord.sequence == header.sequence,
        )
    )
    lines = session.scalars(select(SaleLine).where(SaleLine.uuid == uuid).order_by(SaleLine.line)).all()
    tenders = session.scalars(select(SaleTender).where(SaleTender.uuid == uuid)).all()
    taxes = session.scalars(select(SaleTax).where(SaleTax.uuid == uuid).order_by(SaleTax.basis_points.desc())).all()
    returns = session.scalars(
        select(Transaction).where(Transaction.original == uuid).order_by(Transaction.utc_ms)
    ).all()
    original = session.get(Transaction, header.original) if header.original else None
    here = or_(CancelledDocument.uuid == uuid, CancelledDocument.original == uuid)
    cancelled = session.scalar(select(CancelledDocument).where(here).limit(1))
    return Sale(header, lines, tenders, taxes, digest or "", returns, original, cancelled)


def _searched(query: str) -> Select[BookItem]:
    wanted: Select[BookItem] = select(BookItem)
    for word in query.casefold().split()[:8]:
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        wanted = wanted.where(
            or_(
                BookItem.words.like(f"%{escaped}%", escape="\\"),
                BookItem.gtin.like(f"%{escaped}", escape="\\"),
                BookItem.plu == word,
                BookItem.item_id == word,
            )
        )
    return wanted


def book_page(session: Session, query: str, limit: int = 40) -> tuple[int, Sequence[BookItem]]:
    """How many items match all words of ``query`` (names in any language, GTIN, PLU, own code), and the first."""
    wanted = _searched(query)
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    own_first = case((BookItem.plu.is_not(None), 0), else_=1)
    ordered = wanted.order_by(own_first, func.length(BookItem.words), BookItem.item_id)
    return count, session.scalars(ordered.limit(limit)).all()


def price_changes(session: Session, limit: int = 12) -> list[tuple[PriceChange, dict[str, str]]]:
    """The last price changes with the items' names."""
    found = session.execute(
        select(PriceChange, BookItem.names)
        .join(BookItem, BookItem.item_id == PriceChange.item_id)
        .order_by(PriceChange.id.desc())
        .limit(limit)
    )
    return [(change, names) for change, names in found]


def stock_page(session: Session, query: str, limit: int = 60) -> tuple[Sequence[BusinessUnit], list[StockRow]]:
    """Locations, and for each matching item what is on hand at each; what is below zero first."""
    units = session.scalars(select(BusinessUnit).order_by(BusinessUnit.sells.desc(), BusinessUnit.store)).all()
    lowest = select(StockLevel.item_id, func.min(StockLevel.on_hand).label("least")).group_by(StockLevel.item_id)
    least = lowest.subquery()
    wanted = _searched(query).join(least, least.c.item_id == BookItem.item_id)
    items = session.scalars(wanted.order_by(least.c.least, BookItem.item_id).limit(limit)).all()
    levels = session.scalars(select(StockLevel).where(StockLevel.item_id.in_([item.item_id for item in items])))
    held = {(level.item_id, level.location): level.on_hand for level in levels}
    return units, [StockRow(item, tuple(held.get((item.item_id, unit.location)) for unit in units)) for item in items]


def ledger_totals(session: Session) -> dict[str, Any]:
    """Figures to reconcile with, without samples: what was sold and paid by kiosk and currency, and what is stored."""
    real = Transaction.sample.is_(False)
    sold = session.execute(
        select(
            Transaction.kiosk,
            Transaction.currency,
            func.count(),
            func.sum(Transaction.total),
            func.sum(Transaction.tax),
            func.sum(Transaction.discount),
        )
        .where(real)
        .group_by(Transaction.kiosk, Transaction.currency)
        .order_by(Transaction.kiosk, Transaction.currency)
    )
    paid = session.execute(
        select(Transaction.kiosk, Transaction.currency, SaleTender.tender_id, func.sum(SaleTender.amount))
        .join(SaleTender, SaleTender.uuid == Transaction.uuid)
        .where(real)
        .group_by(Transaction.kiosk, Transaction.currency, SaleTender.tender_id)
    )
    tenders: dict[tuple[str, str], dict[str, int]] = {}
    for kiosk, currency, tender_id, amount in paid:
        tenders.setdefault((kiosk, currency), {})[tender_id] = int(amount)
    stored = session.execute(select(Epoch.kiosk, Epoch.epoch, Epoch.sequence, Epoch.digest).order_by(Epoch.kiosk))
    return {
        "kiosks": [
            {
                "kiosk": kiosk,
                "currency": currency,
                "transactions": count,
                "total": int(total),
                "tax": int(tax),
                "discount": int(discount),
                "tenders": tenders.get((kiosk, currency), {}),
            }
            for kiosk, currency, count, total, tax, discount in sold
        ],
        "journals": [
            {"kiosk": kiosk, "epoch": epoch, "sequence": sequence, "digest": digest}
            for kiosk, epoch, sequence, digest in stored
        ],
        "dead_letters": session.scalar(select(func.count()).select_from(DeadLetter)) or 0,
        "lines": session.scalar(
            select(func.count()).select_from(SaleLine).join(Transaction, Transaction.uuid == SaleLine.uuid).where(real)
        )
        or 0,
    }
