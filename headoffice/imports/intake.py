"""Looking a file through, and taking what it told: all in one transaction and one publication of the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from headoffice.base import add_rows
from headoffice.bulk import merge_many
from headoffice.database import Database
from headoffice.feed import append, change_of, item_of
from headoffice.feed_tables import FeedHead, PriceChange
from headoffice.imports.kinds import KINDS, Kind
from headoffice.imports.report import Progress, Report, StockLine
from headoffice.imports.sheet import ERROR_COLUMNS, FileRefusedError, Refusal, Row, Sheet, read_sheet
from headoffice.imports.standing import Standing
from headoffice.imports.tables import DataImport, PlannedPrice, StockDocument, StockEntry
from headoffice.keyed import shop_key
from headoffice.ledger.tables import StockLevel
from kiosk.retail.money import Money

__all__ = ["Intake", "publish_due_prices"]


def _nobody_hears(_done: int, _whole: int) -> None:
    pass


class Intake:
    """The door. ``on_publish`` hears the feed's newest version after something was taken."""

    def __init__(
        self, database: Database, *, clock: Callable[[], int], on_publish: Callable[[int], None] = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_publish = on_publish

    def look(
        self,
        kind: str,
        content: bytes,
        *,
        delimiter: str = "",
        encoding: str = "",
        decimal: str = "",
        progress: Progress = _nobody_hears,
    ) -> Report:
        """What the file would change; nothing is written. Raises ``FileRefusedError``."""
        of = KINDS[kind]
        sheet = _sheet(of, content, delimiter, encoding, decimal)
        if of.secret:
            with self._database.write() as session:
                shop_key(session)  # made here, where it was never asked for: a look writes nothing
        with self._database.read() as session:
            return _judged(session, of, content, sheet, self._clock(), progress)

    def take(
        self,
        kind: str,
        content: bytes,
        *,
        by: str,
        file: str = "",
        partial: bool = False,
        delimiter: str = "",
        encoding: str = "",
        decimal: str = "",
        progress: Progress = _nobody_hears,
    ) -> Report:
        """Look through and take what is good, in one transaction: nothing if a row is refused, unless ``partial``.

        What it finds is judged as it stands then, whatever an earlier look has said. Raises ``FileRefusedError``.
        """
        of = KINDS[kind]
        sheet = _sheet(of, content, delimiter, encoding, decimal)
        now = self._clock()
        with self._database.write() as session:
            report = _judged(session, of, content, sheet, now, progress)
            if report.works and (partial or not report.refused):
                version = _write(session, report, by=by, file=file, now=now)
            else:
                version = 0
        if version:
            self._on_publish(version)
        return report


def _sheet(kind: Kind, content: bytes, delimiter: str, encoding: str, decimal: str) -> Sheet:
    if kind.name == "offers" and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _offers_of_json(content)
    sheet = read_sheet(content, kind.columns, delimiter=delimiter, encoding=encoding, decimal=decimal)
    for column in sheet.columns:
        if not kind.knows(column) and column not in ERROR_COLUMNS:
            raise FileRefusedError(Refusal.UNKNOWN_COLUMN, column[:60])
    for column in kind.required:
        if column not in sheet.columns:
            raise FileRefusedError(Refusal.MISSING_COLUMN, column)
    return sheet


def _offers_of_json(content: bytes) -> Sheet:
    """A file of JSON: one offer, a list of them, or one on each line."""
    try:
        told = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=msgspec.Raw)
        listed = msgspec.json.decode(told, type=list[msgspec.Raw]) if bytes(told).startswith(b"[") else [told]
        rows = [Row(number, {"offer": bytes(raw).decode()}) for number, raw in enumerate(listed, start=1)]
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        lines = content.decode("utf-8-sig", "replace").splitlines()
        rows = [Row(number, {"offer": text}) for number, line in enumerate(lines, start=1) if (text := line.strip())]
    if not rows:
        raise FileRefusedError(Refusal.EMPTY)
    return Sheet(("offer",), tuple(rows), ".")


def _judged(session: Session, kind: Kind, content: bytes, sheet: Sheet, now: int, progress: Progress) -> Report:
    report = Report(kind.name, hashlib.sha256(content).hexdigest(), sheet, kind.secret)
    kind.judge(Standing(session, now), report, progress)
    return report


def _write(session: Session, report: Report, *, by: str, file: str, now: int) -> int:
    """Everything that the report holds, and the record of it; gives the feed's version."""
    version = append(session, report.changes, by=by, utc_ms=now) if report.changes else 0
    add_rows(
        session,
        PriceChange,
        [asdict(price) | {"by": by, "utc_ms": now, "version": version} for price in report.prices],
    )
    change = {name: f"excluded.{name}" for name in ("minor", "currency", "by", "utc_ms")}
    planned = [asdict(each) | {"by": by, "utc_ms": now} for each in report.planned]
    merge_many(session, PlannedPrice, planned, change)
    for line in report.stock:
        _move(session, line)
    for (kind, location, document), digest in report.documents.items():
        session.add(StockDocument(kind=kind, location=location, document=document, digest=digest, by=by, utc_ms=now))
    session.add(
        DataImport(
            kind=report.kind,
            file=file[:200],
            digest=report.digest,
            by=by,
            utc_ms=now,
            fresh=report.counts["fresh"],
            changed=report.counts["changed"],
            same=report.counts["same"],
            refused=report.refused,
            version=version or session.scalar(select(func.max(FeedHead.version))) or 0,
        )
    )
    return version


def _move(session: Session, line: StockLine) -> None:
    """Move the level under a lock, so that sales that are posted meanwhile are in it too."""
    level = session.get(StockLevel, (line.item_id, line.location), with_for_update=True)
    if level is None:
        level = StockLevel(item_id=line.item_id, location=line.location, unit=line.unit, on_hand=0)
        session.add(level)
    moved = line.said - level.on_hand if line.sets else -line.said if line.kind == "waste" else line.said
    level.on_hand += moved
    level.stirred = True
    told = {name: getattr(line, name) for name in ("kind", "location", "document", "item_id", "unit", "said", "reason")}
    session.add(StockEntry(**told, moved=moved))


def publish_due_prices(database: Database, *, today: str, now_ms: int) -> int:
    """Publish the prices whose day has come, all in one publication; gives how many.

    Of an item's several the one of the latest day counts. One whose item is gone, or is sold in another currency by
    now, is let go.
    """
    with database.write() as session:
        due = session.scalars(
            select(PlannedPrice).where(PlannedPrice.from_day <= today).order_by(PlannedPrice.from_day)
        ).all()
        if not due:
            return 0
        changes, prices = [], []
        for plan in {row.item_id: row for row in due}.values():
            item = item_of(session, plan.item_id)
            price = Money(plan.minor, plan.currency)
            if item is None or item.price == price or (item.price and item.price.currency != plan.currency):
                continue
            changes.append(change_of("item", item.item_id, replace(item, price=price)))
            old = item.price.minor if item.price is not None else None
            prices.append({"item_id": item.item_id, "old": old, "new": plan.minor, "currency": plan.currency,
                           "by": plan.by, "utc_ms": now_ms})  # fmt: skip
        version = append(session, changes, by="planned", utc_ms=now_ms) if changes else 0
        add_rows(session, PriceChange, [row | {"version": version} for row in prices])
        session.execute(delete(PlannedPrice).where(PlannedPrice.from_day <= today))
    return len(changes)
