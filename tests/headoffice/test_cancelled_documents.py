"""Documents cancelled at the tax authority, from the journal of a return to the pages and the file of them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from headoffice.console.services import Services
from headoffice.ledger.fiscal_tables import CancelledDocument
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter, Transaction
from kiosk.checkout import events as e
from kiosk.retail.day_report import DayBook, DayReport, Grand, Sums
from kiosk.retail.fiscal import FiscalDocument, FiscalText
from kiosk.retail.transaction import Original
from tests.headoffice.pages import NOW, Enter
from tests.support.journals import JournalOf, as_message, cola

DOCUMENT = FiscalDocument("1", 12, NOW - 60_000, "signed")
CANCELLED = (FiscalText("cancel_protocol", "Protocolo 135260000000099"),)


def came_back(journal: JournalOf, sale: e.TransactionCompleted) -> e.TransactionCompleted:
    """All of the sale, as far as head office looks at it here."""
    back = replace(
        sale,
        transaction=journal.begin(),
        lines=tuple(replace(line, quantity=-line.quantity, extended=-line.extended) for line in sale.lines),
        subtotal=-sale.subtotal,
        total=-sale.total,
        tax=(),
        tenders=(),
        original=Original(sale.transaction, sale.utc_ms, document=DOCUMENT),
    )
    journal.add(back)
    return back


def close(journal: JournalOf, number: int) -> None:
    book = DayBook(business_day="2026-11-22", opened_ms=NOW, currency="BDT")
    report = DayReport("z", number, 1, "dhk-1", "1", "lane-1", NOW, True, "op-1", "staff", 1, book, Grand(Sums()))  # noqa: FBT003 - as journalled
    journal.add(e.ZReportMade(report))


def wanted(journal: JournalOf) -> tuple[e.TransactionCompleted, e.TransactionCompleted]:
    """A sale that came back whole, and the wish to have its document cancelled."""
    sale = journal.sale((cola(quantity=2),))
    back = came_back(journal, sale)
    journal.add(e.FiscalCancelRequested(back.transaction.uuid, sale.transaction.uuid, DOCUMENT))
    return sale, back


def told(services: Services, journal: JournalOf) -> tuple[CancelledDocument | None, list[str]]:
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)
    with services.database.read() as session:
        return session.scalar(select(CancelledDocument)), list(session.scalars(select(DeadLetter.detail)))


@pytest.mark.parametrize("late", [False, True])
def test_a_cancelled_document_is_in_the_ledger_with_its_proof(services: Services, *, late: bool) -> None:
    journal = JournalOf()
    sale, back = wanted(journal)
    if late:
        journal.add(e.FiscalCancelLeft(back.transaction.uuid, NOW))
        row, _ = told(services, journal)
        assert row is not None
        assert (row.state, row.told_ms, row.words) == ("left", NOW, "")
    journal.add(e.FiscalCancelled(back.transaction.uuid, NOW + 5, CANCELLED))
    row, letters = told(services, journal)
    assert row is not None
    assert (row.uuid, row.original, row.kiosk) == (back.transaction.uuid, sale.transaction.uuid, "lane-1")
    assert (row.series, row.number, row.state, row.told_ms) == ("1", 12, "cancelled", NOW + 5)
    assert row.words == "Protocolo 135260000000099"
    assert letters == []
    with services.database.read() as session:
        assert session.get_one(Transaction, back.transaction.uuid).legal_number is None, "it has no document of its own"


def test_one_that_stands_is_put_before_a_person(services: Services) -> None:
    journal = JournalOf()
    sale, back = wanted(journal)
    journal.add(e.FiscalCancelRefused(back.transaction.uuid, "501", "Prazo de cancelamento superior ao previsto"))
    row, letters = told(services, journal)
    assert row is not None
    assert (row.state, row.words) == ("refused", "501 Prazo de cancelamento superior ao previsto")
    (letter,) = letters
    assert letter.startswith(f"document 1 12 of {sale.transaction.uuid} stands")


def test_the_pages_show_it_at_the_sale_at_the_return_at_the_day_and_in_a_list(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    sale, back = wanted(journal)
    journal.add(e.FiscalCancelled(back.transaction.uuid, NOW, CANCELLED))
    close(journal, 1)
    close(journal, 2)
    told(services, journal)
    client = enter()
    for path in (f"/sales/{sale.transaction.uuid}", f"/sales/{back.transaction.uuid}", "/days/cancelled"):
        page = client.get(path).text
        assert "1 12" in page, path
        assert "Protocolo 135260000000099" in page, path
    assert "/days/cancelled" in client.get("/days").text
    last = len(journal.records)
    assert "Protocolo" in client.get(f"/days/lane-1/1/{last - 1}").text
    assert "Protocolo" not in client.get(f"/days/lane-1/1/{last}").text, "the next report is of another time"
    assert "No document was to be cancelled" in client.get("/days/cancelled?store=elsewhere").text


def test_the_list_is_a_file_too(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    sale, back = wanted(journal)
    journal.add(e.FiscalCancelRefused(back.transaction.uuid, "", "=cmd()"))
    told(services, journal)
    (row,) = csv.DictReader(io.StringIO(enter().get("/days/cancelled.csv").text))
    assert (row["series"], row["number"], row["state"]) == ("1", "12", "refused")
    assert (row["original"], row["uuid"]) == (sale.transaction.uuid, back.transaction.uuid)
    assert (row["total"], row["words"]) == (str(back.total.minor), "'=cmd()")
