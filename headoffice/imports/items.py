"""Items with their barcodes. A column that the file has not leaves what stands; an empty cell takes it away."""

from __future__ import annotations

import dataclasses
from typing import Any, Final, get_args

from headoffice.feed import change_of
from headoffice.imports.line import Line
from headoffice.imports.report import NewPrice, Progress, Report
from headoffice.imports.standing import Standing
from kiosk.retail.item import Item, ItemFlags, ItemKind
from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.weight import Unit

__all__ = ["COLUMNS", "SAMPLES", "judge"]

_FLAGS: Final = tuple(flag.name for flag in dataclasses.fields(ItemFlags))
COLUMNS: Final = (
    "item_id", "gtin", "plu", "name_en", "name_bn", "name_pt_br", "department", "tax_class", "unit", "price", "mrp",
    "floor", "currency", "tare_grams", "expected_grams", "spread_grams", "aliases", "kind", "deposit", "minimum_age",
    "needs_staff", "rules", *_FLAGS, "coupon_families", "picture",
)  # fmt: skip
SAMPLES: Final[tuple[dict[str, str], ...]] = (
    {"item_id": "tea-500", "gtin": "4006381333931", "name_en": "Tea 500 g", "department": "drinks",
     "tax_class": "standard", "unit": "each", "price": "129.50", "mrp": "140.00"},
    {"item_id": "banana", "plu": "4011", "name_en": "Bananas", "department": "produce", "tax_class": "standard",
     "unit": "kg", "price": "90.00", "tare_grams": "5"},
)  # fmt: skip
_UNITS: Final = ("each", *get_args(Unit))
_LANGUAGES: Final = {"pt_br": "pt_BR"}
_PLU: Final = range(4, 6)
_LIST_DIGITS: Final = 3


def judge(standing: Standing, report: Report, progress: Progress) -> None:
    """See each row as the item that it makes."""
    file_ids = {row.cells.get("item_id", "") for row in report.sheet.rows}
    seen: dict[tuple[str, str], int] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        line = Line(row, report)
        item = _item(standing, line)
        _unlike_others(standing, line, item, seen)
        if item.tax_class and item.tax_class not in standing.tax_classes:
            line.wrong("tax_class", "tax_class")
        if item.deposit and item.deposit not in standing.items and item.deposit not in file_ids:
            line.wrong("deposit", "unknown_item")
        if item.price and item.mrp and item.price.minor > item.mrp.minor:
            line.doubt("price", "above_mrp")
        if line.good:
            _put(standing, report, item)
        progress(done, len(rows))


def _put(standing: Standing, report: Report, item: Item) -> None:
    before = standing.items.get(item.item_id)
    if before == item:
        report.counts["same"] += 1
        return
    report.counts["fresh" if before is None else "changed"] += 1
    report.changes.append(change_of("item", item.item_id, item))
    old = before.price.minor if before is not None and before.price is not None else None
    if before is not None and item.price is not None and item.price.minor != old:
        report.prices.append(NewPrice(item.item_id, old, item.price.minor, item.price.currency))


def _unlike_others(standing: Standing, line: Line, item: Item, seen: dict[tuple[str, str], int]) -> None:
    """No id, GTIN or PLU twice, in the file or with another item of the book."""
    for column, value, owners in (
        ("item_id", item.item_id, {}),
        ("gtin", item.gtin, standing.gtins),
        ("plu", item.plu, standing.plus),
    ):
        if not value:
            continue
        if (column, value) in seen:
            line.wrong(column, "twice", str(seen[column, value]))
        elif owners.get(value, item.item_id) != item.item_id:
            line.wrong(column, "taken", owners[value])
        seen.setdefault((column, value), line.row.number)


def _item(standing: Standing, line: Line) -> Item:
    item_id = line.key("item_id")
    before = standing.items.get(item_id)
    if before is None:
        for column in ("department", "tax_class"):
            line.needed(column)
    base = before or Item(item_id, {}, "", "", None)
    told = {column: read for column, read in _plainly(line).items() if line.told(column)}
    told |= _codes(line) | _amounts(standing, line, base) | _grouped(line, base)
    return dataclasses.replace(base, **told)


def _plainly(line: Line) -> dict[str, Any]:
    """The fields that are one cell each."""
    return {
        "department": line.needed("department") if line.told("department") else "",
        "tax_class": line.needed("tax_class") if line.told("tax_class") else "",
        "unit": line.one_of("unit", _UNITS) if line.text("unit") else "each",
        "tare_grams": line.whole("tare_grams", 0),
        "expected_grams": line.whole("expected_grams"),
        "spread_grams": line.whole("spread_grams"),
        "aliases": line.words("aliases"),
        "kind": line.one_of("kind", get_args(ItemKind)) if line.text("kind") else "",
        "deposit": line.text("deposit"),
        "picture": line.text("picture") or None,
        "coupon_families": _families(line),
    }


def _families(line: Line) -> tuple[str, ...]:
    told = line.words("coupon_families")
    if any(not (word.isascii() and word.isdigit() and len(word) == _LIST_DIGITS) for word in told):
        line.wrong("coupon_families", "family")
    return told


def _codes(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if line.told("gtin"):
        told["gtin"] = line.gtin("gtin")
    if line.told("plu"):
        plu = line.text("plu")
        if plu and not (plu.isascii() and plu.isdigit() and len(plu) in _PLU):
            line.wrong("plu", "plu")
        told["plu"] = plu or None
    return told


def _amounts(standing: Standing, line: Line, base: Item) -> dict[str, Money | None]:
    standing_currency = base.price.currency if base.price is not None else standing.currency
    currency = line.text("currency").upper() or standing_currency
    told = {column: line.money(column, currency) for column in ("price", "mrp", "floor") if line.told(column)}
    if any(told.values()) and (currency not in MINOR_DIGITS or (standing_currency and currency != standing_currency)):
        line.wrong("currency", "currency", standing_currency or ", ".join(sorted(MINOR_DIGITS)))
    return told


def _grouped(line: Line, base: Item) -> dict[str, Any]:
    """The fields that several columns make: names, attributes, restriction and flags."""
    names, attributes = dict(base.names), dict(base.attributes)
    for column, cell in line.row.cells.items():
        family, _, word = column.partition("_")
        if family in ("name", "attribute") and word:
            kept, key = (names, _LANGUAGES.get(word, word)) if family == "name" else (attributes, word)
            kept.pop(key, None)
            if cell:
                kept[key] = cell
    if not names:
        line.wrong("name_en", "no_name")
    bound: dict[str, Any] = {
        "minimum_age": line.whole("minimum_age", 0),
        "needs_staff": line.yes("needs_staff", otherwise=False),
        "rules": line.words("rules"),
    }
    flags = {name: line.yes(name, getattr(ItemFlags(), name)) for name in _FLAGS if line.told(name)}
    return {
        "names": names,
        "attributes": attributes,
        "restriction": dataclasses.replace(
            base.restriction, **{name: bound[name] for name in bound if line.told(name)}
        ),
        "flags": dataclasses.replace(base.flags, **flags),
    }
