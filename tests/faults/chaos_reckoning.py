"""What is held against what in ``make chaos``: journals, the ledger, cursors, the feed and the price books.

Read from where each keeps it, with nothing of the product's in between but the price book's own reader.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bench.ledgers import journalled, rows
from kiosk.store.book import Books
from kiosk.store.errors import StoreError
from tests.faults.chaos_world import ITEMS, LaneAt, World

__all__ = ["Breaches", "ahead", "caught_up", "reckon"]

_MOST_TOLD = 3
_JOURNAL = "SELECT sequence, epoch, utc_ms, kind, payload, previous, digest FROM record ORDER BY sequence"
_DIGEST = "SELECT digest FROM journal_record WHERE kiosk = :kiosk AND epoch = :epoch AND sequence = :sequence"
_LEDGER = (
    "SELECT sequence, epoch, utc_ms, kind, payload, previous, digest FROM journal_record WHERE kiosk = :kiosk"
    " ORDER BY epoch, sequence"
)


@dataclass(slots=True)
class Breaches:
    """Sentences; none are what a drill wants to see. ``records`` and ``sales`` were held against one another."""

    records: int = 0
    sales: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    books: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        """All of them."""
        return [*self.lost, *self.doubled, *self.changed, *self.cursors, *self.books, *self.behind]


def caught_up(world: World) -> list[str]:
    """What is still missing until everybody knows everything; empty: nothing is."""
    try:
        with world.database.engine.connect() as office:
            version = _one(office, "SELECT version FROM feed_head")
            return [missing for lane in world.lanes for missing in _missing(office, lane, int(version or 0))]
    except OperationalError as fault:
        return [f"the ledger cannot be read: {fault.orig}"]


def _missing(office: Connection, lane: LaneAt, version: int) -> list[str]:
    if not lane.sold():
        return [f"{lane.name} is still selling"]
    head = lane.head
    told = office.execute(
        text("SELECT sequence, posted FROM epoch WHERE kiosk = :kiosk AND epoch = :epoch"),
        {"kiosk": lane.name, "epoch": lane.epoch},
    ).one_or_none()
    stored, posted = told or (0, 0)
    return [
        f"{lane.name}: {what} is at {found} and not {wanted}"
        for what, found, wanted in (
            ("the ledger", stored, head[0]),
            ("the posted ledger", posted, head[0]),
            ("its cursor", lane.acknowledged()[0], head[0]),
            ("its price book", lane.feed_version(), version),
        )
        if found != wanted
    ]


def ahead(world: World) -> list[str]:
    """Cursors that are further than what head office holds durably: at no moment may one be."""
    found = []
    for lane in world.lanes:
        sequence, digest = lane.acknowledged()  # before the ledger: an acknowledgement may come between two looks
        if not sequence:
            continue
        try:
            with world.database.engine.connect() as office:
                held = _one(
                    office,
                    _DIGEST,
                    kiosk=lane.name,
                    epoch=lane.epoch,
                    sequence=sequence,
                )
        except OperationalError:  # the database was killed: the next look tells
            continue
        if held != digest:
            found.append(f"{lane.name} takes its journal for stored up to {sequence}, and head office has it not so")
    return found


def reckon(world: World, found: Breaches) -> None:
    """Everybody has caught up: hold everything against everything."""
    found.records = found.sales = 0
    with world.database.engine.connect() as office:
        for lane in world.lanes:
            _records(office, lane, found)
            _heads(office, lane, found)
            _posted(office, lane, found)
            _prices(office, lane, found)
        for table, what in (("parked_record", "wait for a gap to close"), ("dead_letter", "lie before a person")):
            if count := _one(office, f"SELECT count(*) FROM {table}"):  # noqa: S608 - our own two names
                found.changed.append(f"{count} records {what}")
    found.cursors += ahead(world)


def _records(office: Connection, lane: LaneAt, found: Breaches) -> None:
    here = [_bytes(row) for row in rows(lane.journal, _JOURNAL)]
    there = [_bytes(tuple(row)) for row in office.execute(text(_LEDGER), {"kiosk": lane.name})]
    found.records += len(here)
    if here == there:
        return
    places = [row[:2] for row in there]
    doubled = len(places) - len(set(places))
    if doubled:
        found.doubled.append(f"{lane.name}: {doubled} records are in the ledger more than once")
    kept, had = {row[:2]: row for row in there}, {row[:2]: row for row in here}
    lost = [place for place in had if place not in kept]
    changed = [place for place in kept if kept[place] != had.get(place)]
    found.lost += [f"{lane.name}: record {place[0]} is not in the ledger" for place in lost[:_MOST_TOLD]]
    found.changed += [f"{lane.name}: record {place[0]} is another in the ledger" for place in changed[:_MOST_TOLD]]


def _bytes(row: Sequence[Any]) -> tuple[Any, ...]:
    """The journal holds digests as bytes, the ledger in hex."""
    sequence, epoch, utc_ms, kind, payload, previous, digest = row
    return (sequence, epoch, utc_ms, kind, bytes(payload), _hex(previous), _hex(digest))


def _hex(digest: bytes | str) -> str:
    return digest if isinstance(digest, str) else digest.hex()


def _heads(office: Connection, lane: LaneAt, found: Breaches) -> None:
    head = lane.head
    told = office.execute(
        text("SELECT sequence, digest, alarm FROM epoch WHERE kiosk = :kiosk"), {"kiosk": lane.name}
    ).all()
    if [tuple(each) for each in told] != [(*head, "")]:
        found.changed.append(f"{lane.name}: its chain ends with {head}, at head office with {told}")
    if lane.acknowledged() != head:
        found.cursors.append(f"{lane.name}: its cursor is at {lane.acknowledged()}, its journal at {head}")


def _posted(office: Connection, lane: LaneAt, found: Breaches) -> None:
    """How many sales, what they come to, and what left the shelves."""
    sales = [told["total"]["minor"] for told in journalled(lane.journal, "TransactionCompleted")]
    moves = [move for told in journalled(lane.journal, "StockMoved") for move in told["moves"]]
    found.sales += len(sales)
    wanted = (len(sales), sum(sales), len(moves), sum(move["quantity"] for move in moves))
    seen = tuple(
        int(_one(office, query, kiosk=lane.name) or 0)
        for query in (
            "SELECT count(*) FROM sale WHERE kiosk = :kiosk",
            "SELECT sum(total) FROM sale WHERE kiosk = :kiosk",
            "SELECT count(*) FROM stock_move WHERE kiosk = :kiosk",
            "SELECT sum(quantity) FROM stock_move WHERE kiosk = :kiosk",
        )
    )
    if seen != wanted:
        faults = found.doubled if any(a > b for a, b in zip(seen, wanted, strict=True)) else found.lost
        faults.append(f"{lane.name}: sales, their sum, stock moves, their sum are {wanted}, in the ledger {seen}")


def _prices(office: Connection, lane: LaneAt, found: Breaches) -> None:
    told = office.execute(text("SELECT key, payload FROM feed_current WHERE kind = 'item'")).all()
    wanted = {key: json.loads(bytes(payload))["price"]["minor"] for key, payload in told}
    try:
        book, passed = Books(lane.folder).open_newest()
    except StoreError as fault:
        found.books.append(f"{lane.name}: {fault}")
        return
    try:
        if passed or book.version != lane.feed_version():
            found.books.append(f"{lane.name}: its book is of {book.version}, its cursor at {lane.feed_version()}")
        items = [book.item(f"i{number}") for number in range(ITEMS)]
    finally:
        book.close()
    seen = {each.item_id: each.price.minor for each in items if each is not None and each.price is not None}
    if seen != wanted:
        other = sorted(key for key in wanted if seen.get(key) != wanted[key])
        found.books.append(f"{lane.name}: other prices than head office's: {', '.join(other[:_MOST_TOLD])}")


def _one(office: Connection, query: str, **values: object) -> Any:  # noqa: ANN401 - a column's value
    return office.execute(text(query), values).scalar()
