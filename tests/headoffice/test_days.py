"""Z reports at head office: booked from the journal, held against the numbers and the ledger, shown and exported."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from headoffice.asks import Answers
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.feed import change_of
from headoffice.ledger.day_tables import OpenDay, ZReport
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter
from kiosk.checkout import events
from kiosk.retail.day_report import (
    Counted,
    DayBook,
    DayReport,
    Grand,
    Matched,
    Reconciliation,
    Sums,
    TenderRow,
    WaitRow,
)
from messages.asks import NumbersAsk
from tests.headoffice.pages import NOW, Enter
from tests.support.journals import JournalOf, as_message
from tests.support.shop import bangladesh

DAY = "2026-11-21"


def sums_of(*sales: events.TransactionCompleted) -> Sums:
    """What these sales come to, as a lane's books would have it."""
    tax = sum(row.tax.minor for sale in sales for row in sale.tax)
    total = sum(sale.total.minor for sale in sales)
    return Sums(
        sales=len(sales),
        discount=sum(sale.discount.minor for sale in sales),
        net=total - tax,
        tax=tax,
        total=total,
    )


def z_of(number: int, sums: Sums, *, series: int = 1, day: str = DAY) -> events.ZReportMade:
    book = DayBook(business_day=day, opened_ms=NOW - 1_000, currency="BDT", sums=sums, first="1-1-000001")
    return events.ZReportMade(
        DayReport("z", number, series, "dhk-1", "1", "lane-1", NOW, True, "op-1", "staff", 1, book, Grand(sums))  # noqa: FBT003 - as journalled
    )


def close(journal: JournalOf, number: int, sums: Sums) -> None:
    journal.add(z_of(number, sums))
    journal.add(events.DayClosed(DAY, NOW))


def taken_in(database: Database, *journals: JournalOf) -> Ingest:
    door = Ingest(database, clock=lambda: NOW)
    for journal in journals:
        door.batch(as_message(journal))
    return door


def reports(database: Database) -> list[ZReport]:
    with database.read() as session:
        return list(session.scalars(select(ZReport).order_by(ZReport.epoch, ZReport.sequence)))


def letters(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(DeadLetter.reason)))


def test_a_report_that_fits_is_booked_without_a_remark(database: Database) -> None:
    journal = JournalOf()
    journal.add(events.DayOpened(DAY, NOW, clock_trusted=True))
    first = [journal.sale(), journal.sale()]
    close(journal, 1, sums_of(*first))
    close(journal, 2, sums_of(journal.sale()))
    taken_in(database, journal)
    found = reports(database)
    assert [(row.number, row.sales, row.findings) for row in found] == [(1, 2, []), (2, 1, [])]
    assert found[0].report["book"]["first"] == "1-1-000001"
    assert letters(database) == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_number_that_does_not_follow_is_a_remark(database: Database, number: int) -> None:
    journal = JournalOf()
    close(journal, 1, Sums())
    close(journal, number, Sums())
    taken_in(database, journal)
    assert reports(database)[1].findings == [["number", number, 2]]
    assert letters(database) == ["z_differs"]


def test_a_report_is_held_against_the_ledger_s_own_sales(database: Database) -> None:
    journal = JournalOf()
    sold = sums_of(journal.sale())
    close(journal, 1, replace(sold, sales=2, total=sold.total + 100))
    taken_in(database, journal)
    assert reports(database)[0].findings == [["sales", 2, 1], ["total", sold.total + 100, sold.total]]
    assert letters(database) == ["z_differs", "z_differs"]


def test_a_day_is_open_until_it_is_closed_and_a_dead_unit_s_stays_so(database: Database) -> None:
    journal, newer = JournalOf(epoch=1), JournalOf(epoch=2)
    journal.add(events.DayOpened(DAY, NOW, clock_trusted=True))
    newer.add(events.DayOpened(DAY, NOW, clock_trusted=True))
    close(newer, 1, Sums())
    taken_in(database, journal, newer)
    with database.read() as session:
        assert [(row.epoch, row.business_day) for row in session.scalars(select(OpenDay))] == [(1, DAY)]


def test_what_the_terminal_said_stands_beside_the_report(database: Database) -> None:
    journal = JournalOf()
    close(journal, 1, Sums())
    row = Matched("visa", 1, 500, 1, 700)
    journal.add(events.TerminalReconciled(Reconciliation(1, DAY, "different", 500, 700, (row,)), NOW))
    taken_in(database, journal)
    (found,) = reports(database)
    assert (found.outcome, found.reconciliation["rows"][0]["their_amount"]) == ("different", 700)
    assert letters(database) == ["terminal_differs"]


def test_a_new_unit_is_told_the_last_z_and_the_perpetual_totals(database: Database) -> None:
    journal = JournalOf()
    sold = [journal.sale(), journal.sale()]
    close(journal, 17, sums_of(*sold))
    sold.append(journal.sale())
    taken_in(database, journal)
    ask = NumbersAsk(correlation="c", store="dhk-1", workstation="1", epoch=9)
    told = Answers(database, clock=lambda: NOW).numbers(ask)
    assert told.last_z == 17
    assert told.grand is not None
    assert told.grand.sums.sales == 3, "what was sold after the last Z counts too"
    assert told.grand.sums.total == sum(sale.total.minor for sale in sold)
    new = Answers(database, clock=lambda: NOW).numbers(NumbersAsk(correlation="c", store="x", workstation="1", epoch=9))
    assert (new.last_z, new.grand) == (0, None)


def test_the_page_shows_reports_differences_and_days_nobody_closed(services: Services, enter: Enter) -> None:
    journal, older = JournalOf(epoch=2), JournalOf(epoch=1)
    older.add(events.DayOpened("2026-08-01", NOW, clock_trusted=True))
    sold = sums_of(journal.sale())
    close(journal, 1, replace(sold, sales=4))
    taken_in(services.database, older, journal)
    client = enter()
    page = client.get("/days").text
    assert "differs from the ledger" in page
    assert "Not closed" in page
    (found,) = reports(services.database)
    whole = client.get(f"/days/lane-1/2/{found.sequence}").text
    assert "Z REPORT 1" in whole
    assert client.get("/days/lane-1/2/999").status_code == 404


def test_a_report_speaks_in_words_and_not_in_codes(services: Services, enter: Enter) -> None:
    shop, rina = bangladesh(), {"operator_id": "op-1", "name": "Rina", "role": "attendant"}
    services.feed.publish_changes([change_of("policy", "policy", shop), change_of("operator", "op-1", rina)], by="test")
    journal = JournalOf()
    book = DayBook(
        business_day=DAY,
        currency="BDT",
        tenders=(TenderRow("qr", "bkash", 2, 5_000), TenderRow("voucher", "old-one", 1, 100)),
        liabilities=(Counted("gift_card_sold", 2, 100_000), Counted("store_credit_redeemed", 1, 4_000)),
        interventions=(WaitRow("bagging", 3, 2, 1, 9_000, 6_000), WaitRow("tender_unknown", 1)),
    )
    journal.add(replace(z_of(1, Sums()), report=replace(z_of(1, Sums()).report, book=book)))
    journal.add(events.DayClosed(DAY, NOW))
    taken_in(services.database, journal)
    assert letters(services.database) == []
    (found,) = reports(services.database)
    page = enter().get(f"/days/lane-1/{found.epoch}/{found.sequence}").text
    for words in (
        "2 × bKash",
        "1 × Voucher",
        "Bagging area",
        "4 s, longest 6 s · refused 1",
        "Unclear payment",
        "Rina",
        "Gift cards and store credit",
        "2 × cards sold",
        "1 × credit redeemed",
    ):
        assert words in page
    for code in ("op-1", "bkash", "old-one", "tender_unknown", "<td>bagging", "gift_card_sold"):
        assert code not in page


def test_the_reports_are_exported_as_rows(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    close(journal, 2, Sums())
    taken_in(services.database, journal)
    answer = enter().get("/days.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["number"], row["business_day"], row["cause"], row["findings"]) == ("2", DAY, "staff", "")
    assert answer.headers["content-type"].startswith("text/csv")
