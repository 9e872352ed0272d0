"""GTIN look-ups, random keys, decoded, from a large book on disk."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import msgspec

from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.store.book import SqliteBook
from kiosk.store.book_builder import BookBuilder
from tests.benchmarks.figures import percentile
from tests.benchmarks.size import Size
from tests.support.shop import bangladesh
from tools.report import Report

__all__ = ["measure"]

_TOLD_EVERY = 250_000
_TARGET_MS = 0.2


def _build(folder: Path, items: int, report: Report) -> Path:
    encode = msgspec.json.Encoder().encode
    with BookBuilder(folder) as builder:
        for number in range(items):
            if number % _TOLD_EVERY == 0:
                report.progress(f"{number} of {items} items are in the book")
            gtin = _gtin(number)
            item = Item(gtin, {"en": f"Item {number}"}, "x", "standard", Money(100, "BDT"), gtin=gtin)
            builder.put("item", gtin, encode(item))
        builder.put("policy", "policy", encode(bangladesh()))
        return Path(builder.finish(1))


def _gtin(number: int) -> str:
    body = f"0890{number:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def measure(report: Report, size: Size) -> None:
    """p50 and p99 of a look-up whose key nobody has asked for before."""
    with tempfile.TemporaryDirectory() as folder:
        path = _build(Path(folder), size.million, report)
        book = SqliteBook.open(path)
        chance = random.Random(1)
        took = []
        for number in chance.sample(range(size.million), min(size.lookups, size.million)):
            gtin = _gtin(number)
            began = time.perf_counter()
            item = book.by_gtin(gtin)
            took.append((time.perf_counter() - began) * 1000)
            if item is None or item.gtin != gtin:
                report.require("every item of the book is found", held=False, detail=gtin)
                break
        book.close()
    report.figure("book_items", size.million)
    report.speed("GTIN look-up p50", percentile(took, 50), _TARGET_MS, "ms")
    report.speed("GTIN look-up p99", percentile(took, 99), _TARGET_MS, "ms")
