"""Prices, from now on or from a later day. A day that has come means now."""

from __future__ import annotations

import dataclasses
from typing import Final

from sqlalchemy import select

from headoffice.feed import change_of
from headoffice.imports.line import Line
from headoffice.imports.report import NewPrice, Planned, Progress, Report
from headoffice.imports.standing import Standing
from headoffice.imports.tables import PlannedPrice
from kiosk.retail.item import Item
from kiosk.retail.money import Money

__all__ = ["COLUMNS", "item_named", "judge"]

COLUMNS: Final = ("item_id", "gtin", "price", "effective_from")


def item_named(standing: Standing, line: Line) -> Item | None:
    """The item that the row names by ``item_id`` or ``gtin``, and nothing else by the other."""
    by_id, gtin = line.text("item_id"), line.gtin("gtin")
    if not by_id and gtin is None:
        line.wrong("item_id", "no_item")
        return None
    found = by_id or standing.gtins.get(gtin or "", "")
    if found not in standing.items:
        line.wrong("item_id" if by_id else "gtin", "unknown_item")
        return None
    if by_id and gtin is not None and standing.gtins.get(gtin) != by_id:
        line.wrong("gtin", "other_item")
    return standing.items[found]


def judge(standing: Standing, report: Report, progress: Progress) -> None:
    """See each row as a new price, at once or planned."""
    plans = {(row.item_id, row.from_day): row.minor for row in standing.session.scalars(select(PlannedPrice))}
    seen: dict[tuple[str, str], int] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        line = Line(row, report)
        _judge_one(standing, report, line, seen, plans)
        progress(done, len(rows))


def _judge_one(
    standing: Standing, report: Report, line: Line, seen: dict[tuple[str, str], int], plans: dict[tuple[str, str], int]
) -> None:
    item = item_named(standing, line)
    currency = item.price.currency if item is not None and item.price is not None else standing.currency
    if not currency:
        line.wrong("price", "no_currency")
    line.needed("price")
    price, day = line.money("price", currency), line.day("effective_from")
    if item is None or price is None:
        return
    day = day if day > standing.today else ""
    if (item.item_id, day) in seen:
        line.wrong("item_id" if line.text("item_id") else "gtin", "twice", str(seen[item.item_id, day]))
    seen.setdefault((item.item_id, day), line.row.number)
    if item.mrp is not None and price.minor > item.mrp.minor:
        line.doubt("price", "above_mrp")
    if not line.good:
        return
    if day:
        _plan(report, item, price, day, plans.get((item.item_id, day)))
    elif item.price == price:
        report.counts["same"] += 1
    else:
        report.counts["fresh" if item.price is None else "changed"] += 1
        report.changes.append(change_of("item", item.item_id, dataclasses.replace(item, price=price)))
        old = None if item.price is None else item.price.minor
        report.prices.append(NewPrice(item.item_id, old, price.minor, price.currency))


def _plan(report: Report, item: Item, price: Money, day: str, planned: int | None) -> None:
    if planned == price.minor:
        report.counts["same"] += 1
        return
    report.counts["fresh" if planned is None else "changed"] += 1
    report.planned.append(Planned(item.item_id, day, price.minor, price.currency))
