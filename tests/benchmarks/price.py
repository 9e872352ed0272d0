"""``make price-bench``: how long a basket takes to be priced anew, and how that grows; beside django-oscar.

Three parts, one run: a long basket with many live offers after each scan, with the whole decision of the checkout
around it; the cost from ten to a thousand lines and from ten to ten thousand offers; and the same baskets through
django-oscar's own applicator, which must be slower and must nowhere be cheaper for the shopper. ``WRITE=1`` renews the
page.
"""

from __future__ import annotations

import gc
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from kiosk.checkout import inputs as i
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import Occasion, Offer
from kiosk.retail.pricing import counted
from kiosk.retail.promotion import OfferBook, settle
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem
from kiosk.store.book import SqliteBook
from tests.benchmarks import peer
from tests.benchmarks.document import renew
from tests.benchmarks.figures import percentile
from tests.benchmarks.price_shop import build, gtin_of, items_of, offers_of
from tests.retail.contests import forget
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, bangladesh
from tools.report import Report

__all__ = ["FULL", "TINY", "Shop", "Size", "main", "measure"]

_TARGET_MS = 10.0


@dataclass(frozen=True, slots=True)
class Shop:
    """So many items; ``key`` begins its figures' names."""

    key: str
    items: int


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. ``grow``: the steps to which lines and offers grow. ``groups``: of the peer's baskets."""

    lines: int = 200
    offers: int = 500
    shops: tuple[Shop, ...] = (Shop("scan", 5_000), Shop("dense", 1_000))
    hypermarket: int = 20_000
    scans: int = 60
    lines_grow: tuple[int, ...] = (10, 30, 100, 300, 1_000)
    offers_grow: tuple[int, ...] = (10, 100, 1_000, 10_000)
    groups: tuple[peer.Group, ...] = peer.GROUPS


FULL = Size()
TINY = Size(4, 6, (Shop("scan", 80), Shop("dense", 60)), 80, 3, (2, 4), (3, 6), (replace(peer.GROUPS[0], count=1),))


def measure(report: Report, size: Size, ask: peer.Asked = peer.oscar) -> None:
    """All three parts."""
    _scans(report, size)
    report.progress("growth")
    _growth(report, size)
    report.progress("beside django-oscar")
    peer.compare(report, size.groups, ask)


@dataclass(frozen=True, slots=True)
class _Took:
    """Milliseconds by the clock, and of this process's processor time, which other work on the machine changes less."""

    clock: float
    processor: float


def _took(work: Callable[[], object]) -> _Took:
    began, spent = time.perf_counter(), time.process_time()
    work()
    return _Took((time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000)


def _scans(report: Report, size: Size) -> None:
    """Every scan of a trolley that fills up, and of a full one, in each shop; the book lies on disk, as the kiosk's.

    Judged by the processor's time: others at work beside do not count, and alone it is the clock's.
    """
    rows: list[tuple[object, ...]] = []
    for shop in size.shops:
        report.progress(f"{size.lines} lines, {size.offers} live offers, {shop.items} items, after each scan")
        filling, full, alone, proven = _trolley(report, size, shop.items)
        what = f"a scan decided and {size.lines} lines priced anew, {size.offers} live offers, {shop.items} items"
        for rank in (50, 99):
            found = percentile([one.processor for one in full], rank)
            report.figure(f"{shop.key}_p{rank}_ms", found)
            report.speed(f"{what}: processor time p{rank}", found, _TARGET_MS, "ms")
        for name, took in (("filling", filling), ("full", full), ("full, the offers alone", alone)):
            rows.append((f"{shop.items} items, {name}", *_ranks(took), len(took), "yes" if proven else "no"))
    header = ("a scan in a shop of", "p50 ms", "p99 ms", "p50 processor ms", "p99 processor ms", "count", "best proven")
    report.table("After each scan", header, rows)


def _ranks(took: Sequence[_Took]) -> tuple[str, ...]:
    clock, processor = [one.clock for one in took], [one.processor for one in took]
    return tuple(f"{percentile(values, rank):.2f}" for values in (clock, processor) for rank in (50, 99))


def _trolley(report: Report, size: Size, items: int) -> tuple[list[_Took], list[_Took], list[_Took], bool]:
    """The scans that fill it, those of the full one, its offers alone, and whether their best was proven."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        policy = replace(bangladesh(), maximum_lines=2 * size.lines)
        path = build(Path(folder), items_of(items), offers_of(size.offers, items), policy)
        book = SqliteBook.open(path)
        stack.callback(book.close)
        lane = open_lane(cast("MemoryBook", book))  # a lane asks a book for no more than the protocol tells
        rng = random.Random(1)
        codes = [gtin_of(number) for number in rng.sample(range(items), size.lines)]
        _as_in_the_kiosk()
        filling = [_scan(lane, code) for code in codes]
        full = [_scan(lane, rng.choice(codes)) for _ in range(size.scans)]
        sold = lane.state.transaction
        lines = sold.live_lines if sold is not None else ()
        pieces = sum(line.quantity for line in lines)
        report.require("every scan rings up a piece", held=pieces == size.lines + size.scans, detail=f"{pieces} pieces")
        alone, proven = _settled(lines, book)
    return filling, full, alone, proven


def _as_in_the_kiosk() -> None:
    """What is there by now is no business of the collector's (``ui.main`` says the same once its window stands)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


def _scan(lane: HandLane, code: str) -> _Took:
    """From the code to the new basket; another pack each time, so two seconds have passed since the last."""
    lane.later(2_000)
    return _took(lambda: lane.tell(i.CodeScanned(code, "]E0")))


def _settled(lines: Sequence[LineItem], book: OfferBook, rounds: int = 5) -> tuple[list[_Took], bool]:
    """What each of some rounds took, and whether the result was proven the best."""
    occasion = Occasion(day="2026-11-22")
    took = [_took(lambda: settle(lines, book, occasion)) for _ in range(rounds)]
    return took, settle(lines, book, occasion).proven


# --- growth ------------------------------------------------------------------------------------------------------


class _Shelf:
    """Items and offers at hand, offers by item and department as a book keeps them."""

    def __init__(self, items: Sequence[Item], offers: Sequence[Offer]) -> None:
        self._items = {item.item_id: item for item in items}
        self._by_item: dict[str, list[Offer]] = {}
        self._by_department: dict[str, list[Offer]] = {}
        self._always = [offer for offer in offers if any(scope.everything for scope in offer.scopes)]
        for offer in offers:
            for scope in offer.scopes:
                for keys, found in ((scope.item_ids, self._by_item), (scope.departments, self._by_department)):
                    for key in keys:
                        found.setdefault(key, []).append(offer)

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        department = self._items[item_id].department
        return (*self._by_item.get(item_id, ()), *self._by_department.get(department, ()), *self._always)


def _growth(report: Report, size: Size) -> None:
    """The offers alone: of one shop with a longer and longer basket, and of one basket with more and more offers."""
    header = ("{}", "offers that touch the basket", "after a scan, processor ms", "from nothing", "best proven")
    count = size.shops[0].items
    shop = items_of(count)
    shelf = _Shelf(shop, offers_of(size.offers, count))
    rows = [(lines, *_grown(_lines(shop, lines), shelf)) for lines in size.lines_grow]
    report.table(f"Growth by lines, {size.offers} live offers, a shop of {count} items", ("lines", *header[1:]), rows)
    hyper = items_of(size.hypermarket)
    lines = _lines(hyper, size.lines)
    made = offers_of(max(size.offers_grow), size.hypermarket)
    rows = [(count, *_grown(lines, _Shelf(hyper, made[:count]))) for count in size.offers_grow]
    title = f"Growth by live offers, {size.lines} lines, a shop of {size.hypermarket} items"
    report.table(title, ("offers", *header[1:]), rows)
    first, last = (float(rows[end][2]) for end in (0, -1))
    report.figure("offers_growth", last / first if first else 0.0)


def _grown(lines: Sequence[LineItem], shelf: _Shelf) -> tuple[int, str, str, str]:
    """With all but the last line settled before; and where nothing at all is remembered."""
    touching = {offer.offer_id for line in lines for offer in shelf.offers_for(line.item_id)}
    scanned, cold, proven = list[float](), list[float](), False
    for _ in range(3):
        forget()
        cold.append(_settled(lines, shelf, 1)[0][0].processor)
        forget()
        _settled(lines[:-1], shelf, 1)
        took, proven = _settled(lines, shelf, 1)
        scanned.append(took[0].processor)
    return len(touching), f"{min(scanned):.2f}", f"{min(cold):.2f}", "yes" if proven else "no"


def _lines(items: Sequence[Item], count: int) -> list[LineItem]:
    """``count`` lines of different items, a piece or two of each."""
    rng = random.Random(7)
    return [_line(number, item, rng.choice((1, 1, 1, 2))) for number, item in enumerate(rng.sample(items, count), 1)]


def _line(number: int, item: Item, quantity: int) -> LineItem:
    price = item.price or Money(0, bangladesh().currency)
    rate = TaxRate("standard", 750)
    extended = counted(price, quantity)
    return LineItem(number, item.item_id, item.names, "each", quantity, price, extended, rate, "scanned")


# --- the command -------------------------------------------------------------------------------------------------


def main() -> int:
    """Measure everything into one report."""
    with Report("price-bench") as report:
        measure(report, FULL)
        if os.environ.get("WRITE"):
            renew(report, part="prices")
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
