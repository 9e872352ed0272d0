"""Fold what happens on a business day into the lane's books. Nothing is decided here, and no journal is read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout.day_events import DayEvent
from kiosk.checkout.state import State, Tender, Transaction
from kiosk.retail import day_report as r
from kiosk.retail.money import Money
from kiosk.retail.transaction import TenderKind
from kiosk.retail.values import replace

__all__ = ["AT_TERMINAL", "MAXIMUM_GIVING_BACK", "booked"]

AT_TERMINAL: Final = frozenset({"card", "voucher"})
"""Kinds of tender that the card terminal takes, and counts."""
MAXIMUM_GIVING_BACK: Final = 100
"""Card payments on their way back that are remembered with their brand."""


def booked(state: State, event: e.Durable) -> r.Books:  # noqa: C901, PLR0911 - one flat table
    """The books after ``event``; ``state`` is what it happened to."""
    books = state.books
    match event:
        case e.EpochOpened():
            return r.Books(grand=r.Grand(since_ms=event.utc_ms))
        case e.SeriesContinued():
            return replace(books, last_z=event.last_z, grand=event.grand or books.grand)
        case e.DayOpened():
            book = replace(books.book, business_day=event.business_day, opened_ms=event.utc_ms)
            return replace(books, book=book)
        case e.DayClosed():
            return replace(books, book=r.DayBook(), wanted_by="")
        case e.TerminalDayClosed(done=True):
            return replace(books, at_terminal=())
        case e.TransactionCompleted():
            sale = _sale(event)
            grand = books.grand
            if books.book.currency in ("", sale.currency):
                grand = replace(grand, sums=grand.sums + sale.sums)
            return replace(books, book=r.booked(books.book, sale), grand=grand)
        case e.TenderSettled(outcome="approved" | "partial"):
            return _taken(state, event)
        case e.TenderReversed() | e.RefundDoubled():
            return _back(state, event)
        case e.ZReportMade() | e.DayCloseWanted() | e.DayReportRequested() | e.DayReportSettled():
            return _reported(books, event)
        case e.TerminalReconciled():
            return replace(books, reconciled=event.reconciliation)
        case _:
            book = _counted(state, books.book, event)
            return books if book is books.book else replace(books, book=book)


def _counted(state: State, book: r.DayBook, event: e.Durable) -> r.DayBook:  # noqa: C901, PLR0911, PLR0912 - one table
    """What is only counted."""
    match event:
        case e.LineVoided():
            return replace(book, lines_voided=_more(book.lines_voided, _worth_of(state, event.line)))
        case e.TransactionVoided():
            return replace(book, voided=_more(book.voided, _worth(_named(state, event.transaction))))
        case e.TransactionSuspended():
            return replace(book, suspended=book.suspended + 1)
        case e.TransactionResumed():
            return replace(book, resumed=book.resumed + 1)
        case e.InterventionRaised():
            return replace(book, interventions=r.raised(book.interventions, event.kind))
        case e.InterventionCleared():
            return replace(book, interventions=_cleared(state, book.interventions, event))
        case e.DrawerOpened():
            return replace(book, drawer=r.counted(book.drawer, r.Counted(event.reason, 1)))
        case e.StaffActed():
            return replace(book, acts=r.counted(book.acts, r.Counted(event.act, 1)))
        case e.StaffActRefused():
            return replace(book, denied=book.denied + 1)
        case e.FiscalNumberGiven():
            before = state.lane.last_credit if event.credit else state.lane.last_legal
            rows = r.numbered(book.legal, event.series, event.by, event.number, before)
            return replace(book, legal=rows)
        case e.FiscalCancelled():
            return replace(book, documents=r.counted(book.documents, r.Counted("cancelled", 1)))
        case e.FiscalCancelRefused():
            return replace(book, documents=r.counted(book.documents, r.Counted("refused", 1)))
        case e.StoreCreditIssued() if book.currency in ("", event.amount.currency):
            issued = r.Counted("store_credit_issued", 1, event.amount.minor)
            return replace(book, liabilities=r.counted(book.liabilities, issued))
        case e.CashInserted() | e.CashPaidOut():
            return replace(book, machine=r.counted(book.machine, _in_machine(state, event)))
        case e.ReceiptRequested(copy=True):
            return replace(book, copies=book.copies + 1)
        case _:
            return book


# --- a sale ------------------------------------------------------------------------------------------------------


def _sale(event: e.TransactionCompleted) -> r.Sale:
    sums = r.Sums(
        sales=1 if event.original is None else 0,
        units=sum(line.quantity for line in event.lines),
        subtotal=event.subtotal.minor,
        discount=event.discount.minor,
        deposit=sum(line.deposit_due.minor for line in event.lines),
        net=sum(row.net.minor for row in event.tax),
        duty=sum(row.duty.minor for row in event.tax if row.duty is not None),
        tax=sum(row.tax.minor for row in event.tax),
        total=event.total.minor,
    )
    return r.Sale(
        reference=event.transaction.reference,
        utc_ms=event.utc_ms,
        currency=event.currency,
        sums=sums,
        taxes=event.tax,
        tenders=tuple(map(_tender, event.tenders)),
        layers=tuple(r.Counted(saving.layer, 1, saving.amount.minor) for saving in event.layers),
        points_earned=event.points.earned if event.points is not None else 0,
        returned=None if event.original is None else -event.total.minor,
        liabilities=tuple(_liabilities(event)),
    )


def _liabilities(event: e.TransactionCompleted) -> Iterator[r.Counted]:
    """What the sale put on gift cards, and what it was paid with of them and of store credit.

    A return puts and uses nothing: what goes back as store credit is a record of its own, and is counted there.
    """
    if event.original is not None:
        return
    for line in event.lines:
        if line.value_account and not line.voided:
            yield r.Counted("gift_card_sold", 1, (line.net + line.deposit_due).minor)
    for tender in event.tenders:
        if tender.kind == "stored_value":
            of = "store_credit" if tender.brand == "store_credit" else "gift_card"
            yield r.Counted(f"{of}_redeemed", 1, tender.amount.minor)


def _tender(tender: e.SettledTender) -> r.TenderRow:
    def minor(amount: Money | None) -> int:
        return amount.minor if amount is not None else 0

    back = tender.amount.minor < 0 and tender.kind != "credit_note"
    return r.TenderRow(
        tender.kind,
        tender.tender_id,
        count=1,
        amount=tender.amount.minor,
        received=minor(tender.received),
        change=minor(tender.change),
        rounding=minor(tender.rounding),
        points=tender.points,
        refunded_count=1 if back else 0,
        refunded_amount=-tender.amount.minor if back else 0,
    )


# --- money at the terminal ---------------------------------------------------------------------------------------


def _taken(state: State, event: e.TenderSettled) -> r.Books:
    books = state.books
    asked = _tender_of(state, event.tender)
    if asked is None or asked.kind not in AT_TERMINAL:
        return books
    amount = event.amount.minor
    if asked.refund:
        return _given_back(books, asked.kind, event.brand, -amount)
    cards = r.taken(books.book.cards, asked.kind, event.brand, amount)
    at_terminal = r.taken(books.at_terminal, asked.kind, event.brand, amount)
    return replace(books, book=replace(books.book, cards=cards), at_terminal=at_terminal)


def _given_back(books: r.Books, kind: TenderKind, brand: str, minor: int) -> r.Books:
    """What a terminal has given back is in its own books, whatever of it a document counts."""
    if kind not in AT_TERMINAL:
        return books
    cards = r.given_back(books.book.cards, kind, brand, minor)
    return replace(
        books,
        book=replace(books.book, cards=cards),
        at_terminal=r.given_back(books.at_terminal, kind, brand, minor),
    )


def _back(state: State, event: e.TenderReversed | e.RefundDoubled) -> r.Books:
    if isinstance(event, e.TenderReversed):
        return _reversed(state, event)
    return _given_back(state.books, event.kind, event.brand, event.amount.minor)


def _reversed(state: State, event: e.TenderReversed) -> r.Books:
    """Only what was counted is taken off again: a late yes that is given back was never counted here."""
    books = state.books
    back = next((each for each in books.giving_back if each.tender == event.tender), None)
    if event.stage == "requested":
        asked = _tender_of(state, event.tender)
        if back is not None or asked is None or asked.settled is None or asked.kind not in AT_TERMINAL:
            return books
        new = r.GivingBack(event.tender, asked.kind, asked.settled.brand, event.amount.minor)
        return replace(books, giving_back=(*books.giving_back, new)[-MAXIMUM_GIVING_BACK:])
    if event.stage == "failed":
        return books
    tenders = r.reversed_of(books.book.tenders, event.kind, event.tender_id, event.amount.minor)
    books = replace(books, book=replace(books.book, tenders=tenders))
    if back is None:
        return books
    return replace(
        books,
        book=replace(books.book, cards=r.given_back(books.book.cards, back.kind, back.brand, back.amount)),
        at_terminal=r.given_back(books.at_terminal, back.kind, back.brand, back.amount),
        giving_back=tuple(each for each in books.giving_back if each is not back),
    )


def _tender_of(state: State, tender: str) -> Tender | None:
    baskets = (state.transaction, *state.suspended)
    return next((t for basket in baskets if basket is not None for t in basket.tenders if t.tender == tender), None)


# --- what is counted ---------------------------------------------------------------------------------------------


def _more(row: r.Counted, amount: int) -> r.Counted:
    return replace(row, count=row.count + 1, amount=row.amount + amount)


def _worth_of(state: State, number: int) -> int:
    lines = state.transaction.lines if state.transaction is not None else ()
    return sum(line.net.minor + line.deposit_due.minor for line in lines if line.line == number)


def _worth(basket: Transaction | None) -> int:
    return sum(line.net.minor + line.deposit_due.minor for line in basket.live_lines) if basket is not None else 0


def _named(state: State, uuid: str) -> Transaction | None:
    baskets = (state.transaction, *state.suspended)
    return next((b for b in baskets if b is not None and b.opened.transaction.uuid == uuid), None)


def _cleared(state: State, rows: tuple[r.WaitRow, ...], event: e.InterventionCleared) -> tuple[r.WaitRow, ...]:
    waiting = next((each for each in state.interventions if each.intervention == event.intervention), None)
    if waiting is None:
        return rows
    waited = max(0, event.utc_ms - waiting.utc_ms) if event.utc_ms else 0
    return r.cleared(rows, waiting.kind, waited, refused=event.outcome == "refused")


# --- cash in a machine -------------------------------------------------------------------------------------------


def _in_machine(state: State, event: e.CashInserted | e.CashPaidOut) -> r.Counted:
    """Pieces, and what they came to: what went in since the last word, or came out."""
    if isinstance(event, e.CashInserted):
        tender = _tender_of(state, event.tender)
        before, known = (tender.inserted, tender.pieces) if tender is not None else (0, 0)
        pieces = sum(each.pieces for each in event.cash) - known
        return r.Counted("taken", pieces, event.amount.minor - before)
    if event.outcome == "by_staff":
        return r.Counted("by_staff", 1, event.amount.minor)
    payout = next((each for each in state.payouts if each.payout == event.payout), None)
    name = payout.owed_for if payout is not None else "change"
    return r.Counted(name, sum(each.pieces for each in event.cash), event.amount.minor)


# --- reports -----------------------------------------------------------------------------------------------------


def _reported(books: r.Books, event: DayEvent) -> r.Books:
    match event:
        case e.ZReportMade():
            number = event.report.number
            return replace(books, last_z=number, report=event.report, asked=False, on_paper=False, reconciled=None)
        case e.DayCloseWanted():
            return replace(books, wanted_by=event.by)
        case e.DayReportRequested():
            printing = r.Printing(event.job, event.kind, event.number, event.copy)
            if event.kind == "x":
                book = replace(books.book, readings=books.book.readings + 1)
                return replace(books, printing=printing, book=book)
            return replace(books, printing=printing, asked=True)
        case e.DayReportSettled():
            printing = replace(books.printing, outcome=event.outcome)
            on_paper = books.on_paper or (event.outcome == "printed" and printing.kind == "z")
            return replace(books, printing=printing, on_paper=on_paper)
        case _:
            return books
