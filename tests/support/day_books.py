"""The books of a business day reckoned again from a whole journal, by none of the product's means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from kiosk.checkout import events as e
from kiosk.checkout.state import State
from kiosk.retail.day_report import DayBook

__all__ = ["check_books"]


def check_books(journal: Sequence[e.Durable], state: State) -> None:
    """Every Z report's book, and the one that is open, are what the journal says; numbers and totals have no gap."""
    ends = [at for at, event in enumerate(journal) if isinstance(event, e.DayClosed)]
    reports = [event.report for event in journal if isinstance(event, e.ZReportMade)]
    assert [report.number for report in reports] == list(range(1, len(ends) + 1))
    cuts = [0, *(at + 1 for at in ends), len(journal)]
    books = [*(report.book for report in reports), state.books.book]
    for (begin, end), book in zip(pairwise(cuts), books, strict=True):
        _check(journal, begin, end, book)
    labels = [report.book.business_day for report in reports]
    assert labels == sorted(labels)
    sold = [event for event in journal if isinstance(event, e.TransactionCompleted)]
    assert state.books.grand.sums.sales == len(sold)
    assert state.books.grand.sums.total == sum(sale.total.minor for sale in sold)
    for report, end in zip(reports, ends, strict=True):
        before = [event for event in journal[:end] if isinstance(event, e.TransactionCompleted)]
        assert (report.grand.sums.sales, report.grand.sums.tax) == (
            len(before),
            sum(row.tax.minor for sale in before for row in sale.tax),
        )


def _check(journal: Sequence[e.Durable], begin: int, end: int, book: DayBook) -> None:
    day = journal[begin:end]
    sold = [event for event in day if isinstance(event, e.TransactionCompleted)]
    assert {sale.transaction.business_day for sale in sold} <= {book.business_day}
    assert book.sums.sales == len(sold)
    assert book.sums.total == sum(sale.total.minor for sale in sold)
    assert book.sums.discount == sum(m.amount.minor for sale in sold for k in sale.lines for m in k.modifiers)
    assert book.sums.net + book.sums.duty + book.sums.tax == book.sums.total
    assert sum(row.tax for row in book.taxes) == book.sums.tax
    assert sum(row.amount for row in book.layers) == book.sums.discount
    _check_tenders(day, sold, book)
    _check_terminal(journal, begin, end, book)
    kinds = Counter(type(event).__name__ for event in day)
    assert book.lines_voided.count == kinds["LineVoided"]
    assert (book.voided.count, book.suspended) == (kinds["TransactionVoided"], kinds["TransactionSuspended"])
    assert (book.resumed, book.readings) == (
        kinds["TransactionResumed"],
        sum(1 for event in day if isinstance(event, e.DayReportRequested) and event.kind == "x"),
    )
    assert sum(row.raised for row in book.interventions) == kinds["InterventionRaised"]
    assert sum(row.cleared for row in book.interventions) == kinds["InterventionCleared"]
    assert sum(row.count for row in book.drawer) == kinds["DrawerOpened"]
    assert sum(row.count for row in book.acts) == kinds["StaffActed"]
    numbers = [event for event in day if isinstance(event, e.FiscalNumberGiven)]
    assert sum(row.count for row in book.legal) == len(numbers)
    assert not any(row.missing for row in book.legal)


def _check_tenders(day: Sequence[e.Durable], sold: list[e.TransactionCompleted], book: DayBook) -> None:
    paid: Counter[tuple[str, str]] = Counter()
    back: Counter[tuple[str, str]] = Counter()
    rounding = 0
    for tender in (tender for sale in sold for tender in sale.tenders):
        paid[tender.kind, tender.tender_id] += tender.amount.minor
        rounding += tender.rounding.minor if tender.rounding is not None else 0
    for event in day:
        if isinstance(event, e.TenderReversed) and event.stage == "done":
            back[event.kind, event.tender_id] += event.amount.minor
    assert {(row.kind, row.tender_id): row.amount for row in book.tenders if row.count} == dict(paid)
    assert {(r.kind, r.tender_id): r.reversed_amount for r in book.tenders if r.reversed_count} == dict(back)
    assert sum(row.rounding for row in book.tenders) == rounding
    assert sum(paid.values()) == book.sums.total


def _check_terminal(journal: Sequence[e.Durable], begin: int, end: int, book: DayBook) -> None:
    """What the terminal approved, and what of it was given back: a late yes that never counted is in neither."""
    kinds = {event.tender: event.kind for event in journal[:end] if isinstance(event, e.TenderRequested)}
    counted = {
        event.tender: event.amount.minor
        for event in journal[:end]
        if isinstance(event, e.TenderSettled)
        and event.outcome in ("approved", "partial")
        and kinds[event.tender] in ("card", "voucher")
    }
    today = journal[begin:end]
    taken = {event.tender for event in today if isinstance(event, e.TenderSettled) and event.tender in counted}
    back = {
        event.tender
        for event in today
        if isinstance(event, e.TenderReversed) and event.stage == "done" and event.tender in counted
    }
    assert sum(row.amount for row in book.cards) == sum(counted[tender] for tender in taken)
    assert sum(row.reversed_amount for row in book.cards) == sum(counted[tender] for tender in back)
