"""The feed: what the shops must know, an append-only log by version, and the price book that follows from it.

Every row has a version of its own; the rows of one publication become visible together. A kiosk asks for everything
since a version and gets, of each key, the newest row up to the head it asks for, so that the same question always has
the same answer, chunk by chunk.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed_tables import BookItem, FeedCurrent, FeedHead, FeedRow, PriceChange
from kiosk.retail.book import Member
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from messages import feed as wire

__all__ = ["Change", "Feed", "PriceReason", "PriceRefusedError", "append", "change_of", "item_of", "member_of"]

_encoder = msgspec.json.Encoder(order="deterministic")
_item_decoder = msgspec.json.Decoder(Item)
_MAXIMUM_PRICE = 10**12


class PriceReason(StrEnum):
    """Why a price may not be. ``ABOVE_MRP``: above the maximum retail price printed on the pack."""

    UNKNOWN_ITEM = "unknown_item"
    NOT_POSITIVE = "not_positive"
    TOO_HIGH = "too_high"
    ABOVE_MRP = "above_mrp"


class PriceRefusedError(ValueError):
    """The price may not be."""

    def __init__(self, reason: PriceReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Change:
    """A row to publish. ``payload`` is the exact JSON; ``None`` takes the key away."""

    kind: wire.FeedKind
    key: str
    payload: bytes | None


def change_of(kind: wire.FeedKind, key: str, value: object) -> Change:
    """The row of a retail value, encoded as the kiosks decode it."""
    return Change(kind, key, _encoder.encode(value))


def append(session: Session, changes: Iterable[Change], *, by: str, utc_ms: int) -> int:
    """Append what is new among ``changes``, inside the caller's transaction; gives the newest version."""
    head = session.get(FeedHead, 1, with_for_update=True)
    if head is None:
        head = FeedHead(id=1, version=0)
        session.add(head)
        session.flush()
    standing: dict[tuple[str, str], FeedCurrent | None] = {}
    rows = []
    for change in changes:
        place = (change.kind, change.key)
        known = standing[place] if place in standing else session.get(FeedCurrent, place)
        if (known.payload if known else None) == change.payload:
            continue
        head.version += 1
        if known is None:
            known = FeedCurrent(kind=change.kind, key=change.key, version=head.version, payload=change.payload)
            session.add(known)
        standing[place] = known
        known.version, known.payload = head.version, change.payload
        rows.append({"version": head.version, **dataclasses.asdict(change), "utc_ms": utc_ms, "by": by})
        if change.kind == "item":
            _put_in_book(session, change)
    if rows:
        session.execute(insert(FeedRow), rows)
    session.flush()
    return head.version


def _put_in_book(session: Session, change: Change) -> None:
    row = session.get(BookItem, change.key)
    if change.payload is None:
        if row is not None:
            session.delete(row)
        return
    item = _item_decoder.decode(change.payload)
    if row is None:
        row = BookItem(item_id=item.item_id)
        session.add(row)
    row.names = dict(item.names)
    row.words = " ".join((*item.names.values(), *item.aliases)).casefold()
    row.department, row.unit = item.department, item.unit
    row.currency = item.price.currency if item.price else ""
    row.price = item.price.minor if item.price else None
    row.mrp = item.mrp.minor if item.mrp else None
    row.gtin, row.plu = item.gtin, item.plu


def item_of(session: Session, item_id: str) -> Item | None:
    """The item as it stands in the feed now."""
    row = session.get(FeedCurrent, ("item", item_id))
    return None if row is None or row.payload is None else _item_decoder.decode(row.payload)


def member_of(session: Session, keyed_hash: str) -> Member | None:
    """The member behind a keyed hash."""
    row = session.get(FeedCurrent, ("member", keyed_hash))
    return None if row is None or row.payload is None else msgspec.json.decode(row.payload, type=Member)


class Feed:
    """The feed's door. ``on_publish`` hears the newest version after each publication that changed something."""

    def __init__(
        self, database: Database, *, clock: Callable[[], int], on_publish: Callable[[int], None] = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_publish = on_publish

    def head(self) -> int:
        """The newest version; 0 before anything was published."""
        with self._database.read() as session:
            return session.scalar(select(FeedHead.version)) or 0

    def publish_changes(self, changes: Sequence[Change], *, by: str) -> int:
        """Append and tell; gives the newest version. Rows that say what already stands add nothing."""
        before = self.head()
        with self._database.write() as session:
            version = append(session, changes, by=by, utc_ms=self._clock())
        if version != before:
            self._on_publish(version)
        return version

    def change_price(self, item_id: str, minor: int, *, by: str) -> int:
        """A new price for an item, at once; gives the feed version it goes out with. Raises ``PriceRefusedError``."""
        with self._database.write() as session:
            item = item_of(session, item_id)
            if item is None:
                raise PriceRefusedError(PriceReason.UNKNOWN_ITEM)
            price = Money(minor, _check_price(session, item, minor))
            now = self._clock()
            changed = change_of("item", item_id, dataclasses.replace(item, price=price))
            version = append(session, [changed], by=by, utc_ms=now)
            old = item.price.minor if item.price else None
            if old != minor:
                session.add(
                    PriceChange(
                        item_id=item_id,
                        old=old,
                        new=minor,
                        currency=price.currency,
                        by=by,
                        utc_ms=now,
                        version=version,
                    )
                )
        self._on_publish(version)
        return version

    def answer(self, request: wire.FeedRequest) -> tuple[wire.FeedChunk, ...]:
        """The chunks that answer ``request``: all of them, or those it names of an answer begun before."""
        with self._database.read() as session:
            head = session.scalar(select(FeedHead.version)) or 0
            upto = min(request.upto or head, head)
            snapshot = request.since == 0 or request.since > head
            since = 0 if snapshot else request.since
            rows = _rows(session, since, upto, snapshot=snapshot)
        chunks = wire.plan(
            rows, correlation=request.correlation, from_version=since, to_version=upto, snapshot=snapshot
        )
        wanted = set(request.chunks) if request.upto else set()
        return tuple(chunk for chunk in chunks if not wanted or chunk.number in wanted)


def _check_price(session: Session, item: Item, minor: int) -> str:
    """The currency of the price, if it may be."""
    if minor <= 0:
        raise PriceRefusedError(PriceReason.NOT_POSITIVE)
    if minor > _MAXIMUM_PRICE:
        raise PriceRefusedError(PriceReason.TOO_HIGH)
    if item.mrp is not None and minor > item.mrp.minor:
        raise PriceRefusedError(PriceReason.ABOVE_MRP)
    if item.price is not None:
        return item.price.currency
    if item.mrp is not None:
        return item.mrp.currency
    return session.scalar(select(BookItem.currency).where(BookItem.currency != "").limit(1)) or "XXX"


def _rows(session: Session, since: int, upto: int, *, snapshot: bool) -> list[wire.FeedRow]:
    newest = (
        select(func.max(FeedRow.version).label("version"))
        .where(FeedRow.version > since, FeedRow.version <= upto)
        .group_by(FeedRow.kind, FeedRow.key)
        .subquery()
    )
    found = session.execute(
        select(FeedRow.version, FeedRow.kind, FeedRow.key, FeedRow.payload)
        .join(newest, FeedRow.version == newest.c.version)
        .order_by(FeedRow.version)
    )
    return [
        wire.FeedRow(
            version=version,
            kind=msgspec.convert(kind, wire.FeedKind),
            key=key,
            payload=msgspec.Raw(b"null" if payload is None else payload),
        )
        for version, kind, key, payload in found
        if payload is not None or not snapshot
    ]
