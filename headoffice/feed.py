"""The feed: what the shops must know, an append-only log by version, and the price book that follows from it.

Every row has a version of its own; the rows of one publication become visible together. A kiosk asks for everything
since a version and gets, of each key, the newest row up to the head it asks for, so that the same question always has
the same answer, chunk by chunk.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from headoffice.base import add_rows
from headoffice.database import Database
from headoffice.feed_tables import BookItem, FeedCurrent, FeedHead, FeedRow, MemberKey, PriceChange
from kiosk import countries
from kiosk.retail.book import Member
from kiosk.retail.item import Item, Recall
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from messages import feed as wire

__all__ = [
    "Change",
    "Feed",
    "PriceReason",
    "PriceRefusedError",
    "append",
    "change_of",
    "item_of",
    "member_of",
    "policy_of",
]

_encoder = msgspec.json.Encoder(order="deterministic")
_item_decoder = msgspec.json.Decoder(Item)
_member_decoder = msgspec.json.Decoder(Member)
_MAXIMUM_PRICE = 10**12
_MANY = 500


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
    changes = list(changes)
    standing = _standing(session, changes)
    rows: list[dict[str, object]] = []
    newest: dict[tuple[str, str], Change] = {}
    for change in changes:
        place = (change.kind, change.key)
        known = newest[place].payload if place in newest else standing[place].payload if place in standing else None
        if known == change.payload:
            continue
        head.version += 1
        newest[place] = change
        rows.append({"version": head.version, **dataclasses.asdict(change), "utc_ms": utc_ms, "by": by})
    if rows:
        add_rows(session, FeedRow, rows)
        _stand(session, standing, rows)
        _put_in_book(session, [change for change in newest.values() if change.kind == "item"])
        _link_members(session, [change for change in newest.values() if change.kind == "member"])
    session.flush()
    return head.version


def _stand(session: Session, standing: dict[tuple[str, str], FeedCurrent], rows: list[dict[str, object]]) -> None:
    """Make the new rows what stands under their keys."""
    fresh = []
    for row in {(row["kind"], row["key"]): row for row in rows}.values():
        known = standing.get((str(row["kind"]), str(row["key"])))
        if known is None:
            fresh.append({name: row[name] for name in ("kind", "key", "version", "payload")})
        else:
            session.execute(
                update(FeedCurrent)
                .where(FeedCurrent.kind == known.kind, FeedCurrent.key == known.key)
                .values(version=row["version"], payload=row["payload"])
            )
    add_rows(session, FeedCurrent, fresh)


def _standing(session: Session, changes: Sequence[Change]) -> dict[tuple[str, str], FeedCurrent]:
    """What stands under the keys of ``changes``; for many, everything in one reading."""
    if len(changes) > _MANY:
        return {(row.kind, row.key): row for row in session.scalars(select(FeedCurrent))}
    found = (session.get(FeedCurrent, (change.kind, change.key)) for change in changes)
    return {(row.kind, row.key): row for row in found if row is not None}


def _put_in_book(session: Session, changes: Sequence[Change]) -> None:
    """Make the searchable price book say what the rows say."""
    for first in range(0, len(changes), _MANY):
        keys = [change.key for change in changes[first : first + _MANY]]
        session.execute(delete(BookItem).where(BookItem.item_id.in_(keys)))
    items = [_item_decoder.decode(change.payload) for change in changes if change.payload is not None]
    add_rows(session, BookItem, [_book_row(item) for item in items])


def _link_members(session: Session, changes: Sequence[Change]) -> None:
    """Make the links from members to their rows say what the rows say."""
    for first in range(0, len(changes), _MANY):
        keys = [change.key for change in changes[first : first + _MANY]]
        session.execute(delete(MemberKey).where(MemberKey.keyed_hash.in_(keys)))
    told = [(change.key, _member_decoder.decode(change.payload)) for change in changes if change.payload is not None]
    add_rows(session, MemberKey, [{"keyed_hash": key, "member_id": member.member_id} for key, member in told])


def _book_row(item: Item) -> dict[str, object]:
    return {
        "item_id": item.item_id,
        "names": dict(item.names),
        "words": " ".join((*item.names.values(), *item.aliases)).casefold(),
        "department": item.department,
        "unit": item.unit,
        "currency": item.price.currency if item.price else "",
        "price": item.price.minor if item.price else None,
        "mrp": item.mrp.minor if item.mrp else None,
        "gtin": item.gtin,
        "plu": item.plu,
        "recall": None if item.recall is None else dataclasses.asdict(item.recall),
    }


def item_of(session: Session, item_id: str) -> Item | None:
    """The item as it stands in the feed now."""
    row = session.get(FeedCurrent, ("item", item_id))
    return None if row is None or row.payload is None else _item_decoder.decode(row.payload)


def member_of(session: Session, keyed_hash: str) -> Member | None:
    """The member behind a keyed hash."""
    row = session.get(FeedCurrent, ("member", keyed_hash))
    return None if row is None or row.payload is None else _member_decoder.decode(row.payload)


def policy_of(session: Session, over: Mapping[str, Any] | None = None) -> Policy | None:
    """How the shop trades: what the feed tells over its country's pack, as the lanes read it.

    ``over``: what lanes have been told beyond the feed, as the ``[policy]`` of a twin. Raises ``ValueError`` where that
    is no policy's.
    """
    payload = session.scalar(select(FeedCurrent.payload).where(FeedCurrent.kind == "policy").limit(1))
    if payload is None:
        return None
    told = msgspec.json.decode(payload)
    country = str(told.get("country", "")).lower()
    pack = countries.pack(country).get("policy", {}) if country in countries.known() else {}
    unknown = set(over or ()) - {each.name for each in dataclasses.fields(Policy)}
    if unknown:
        message = f"a policy has no {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return msgspec.convert(countries.lawful(countries.merged(pack, told, over or {}), pack), Policy)


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

    def tell(self, version: int) -> None:
        """Tell of a version that was appended by another hand."""
        self._on_publish(version)

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

    def recall(self, item_id: str, recall: Recall | None, *, by: str) -> int:
        """Stop lots, serial numbers or all of an item in every shop, or (``None``) lift that; gives the feed version.

        It travels inside the item's row, so that a kiosk of an older release still takes the row. Raises
        ``LookupError`` for an unknown item.
        """
        with self._database.write() as session:
            item = item_of(session, item_id)
            if item is None:
                raise LookupError(item_id)
            changed = change_of("item", item_id, dataclasses.replace(item, recall=recall))
            version = append(session, [changed], by=by, utc_ms=self._clock())
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
