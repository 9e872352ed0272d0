"""Opening stock, and the documents that move stock: goods received, counts, waste.

A document is known by its number, at its location: the same again changes nothing, and another under its number is
refused. Opening stock is told once for each item and location; what stands already is put right by a count.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import select

from headoffice.imports.line import Line
from headoffice.imports.prices import item_named
from headoffice.imports.report import Progress, Report, StockLine
from headoffice.imports.standing import Standing
from headoffice.imports.tables import StockDocument, StockEntry
from headoffice.ledger.tables import StockLevel

__all__ = ["OPENING", "counted", "opening", "received", "wasted"]

OPENING: Final = "opening"
_GRAMS: Final = 3
_MOST: Final = 10**9


def opening(standing: Standing, report: Report, progress: Progress) -> None:
    """See each row as the first stock of an item at a location."""
    told = {
        (row.item_id, row.location): row.said
        for row in standing.session.scalars(select(StockEntry).where(StockEntry.kind == OPENING))
    }
    kept = {(row.item_id, row.location) for row in standing.session.scalars(select(StockLevel))}
    seen: dict[tuple[str, str], int] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        line = Line(row, report)
        read = _read(standing, line, OPENING)
        if read is not None:
            place = (read.item_id, read.location)
            if place in seen:
                line.wrong("item_id", "twice", str(seen[place]))
            seen.setdefault(place, row.number)
            known = told.get(place) == read.said
            if not known and (place in told or place in kept):
                line.wrong("quantity", "stock_stands")
            if line.good and known:
                report.counts["same"] += 1
            elif line.good:
                report.counts["fresh"] += 1
                report.stock.append(read)
        progress(done, len(rows))


def _documents(standing: Standing, report: Report, progress: Progress, *, kind: str) -> None:
    groups: dict[tuple[str, str, str], list[tuple[Line, StockLine | None]]] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        line = Line(row, report)
        place = (kind, line.text("location"), line.key("document"))
        if kind == "waste":
            line.needed("reason")
        groups.setdefault(place, []).append((line, _read(standing, line, kind)))
        progress(done, len(rows))
    known = {
        (row.kind, row.location, row.document): row.digest
        for row in standing.session.scalars(select(StockDocument).where(StockDocument.kind == kind))
    }
    for place, group in groups.items():
        _judge_document(report, place, group, known.get(place))


def _judge_document(
    report: Report, place: tuple[str, str, str], group: list[tuple[Line, StockLine | None]], known: str | None
) -> None:
    seen: dict[str, int] = {}
    for line, read in group:
        if read is not None and read.item_id in seen:
            line.wrong("item_id", "twice", str(seen[read.item_id]))
        elif read is not None:
            seen[read.item_id] = line.row.number
    lines = [read for line, read in group if line.good and read is not None]
    if len(lines) < len(group):
        for line, _ in group:
            if line.good:
                line.wrong("document", "beside")
        return
    digest = hashlib.sha256(msgspec.json.encode(sorted(astuple(line) for line in lines))).hexdigest()
    if known is not None and known != digest:
        for line, _ in group:
            line.wrong("document", "document_known")
    elif known is not None:
        report.counts["same"] += len(lines)
    else:
        report.counts["fresh"] += len(lines)
        report.stock += lines
        report.documents[place] = digest


def _read(standing: Standing, line: Line, kind: str) -> StockLine | None:
    item, location = item_named(standing, line), line.needed("location")
    if location and location not in standing.locations:
        line.wrong("location", "location", ", ".join(sorted(standing.locations)[:8]))
    line.needed("quantity")
    said = line.number("quantity", _GRAMS if item is not None and item.weighed else 0)
    least = 0 if kind in (OPENING, "stock-count") else 1
    if said is not None and not least <= said <= _MOST:
        line.wrong("quantity", "range", f"{least} … {_MOST}")
    if item is None or said is None or not line.good:
        return None
    unit = "g" if item.weighed else "each"
    document = line.text("document") or OPENING
    return StockLine(
        kind, location, document, item.item_id, unit, said, line.text("reason"), sets=kind == "stock-count"
    )


received = partial(_documents, kind="goods-received")
counted = partial(_documents, kind="stock-count")
wasted = partial(_documents, kind="waste")
