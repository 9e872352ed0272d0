"""Cash that a lane's machine owes, from the journal to the page that says to whom, and what settles it."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from headoffice.console.services import Services
from headoffice.ledger.cash_tables import CashDebt
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter, Kiosk
from kiosk.checkout import events as e
from kiosk.retail.cash import CashPieces
from tests.headoffice.pages import NOW, Enter, token_of
from tests.headoffice.test_cancelled_documents import close
from tests.support.journals import JournalOf, as_message, bdt, cola

NOTES = (CashPieces(10_000, "note", 3),)


@pytest.fixture
def client(enter: Enter) -> TestClient:
    return enter()


def visit(journal: JournalOf, payout: str, instead_of: str = "") -> None:
    journal.begin()
    journal.add(e.CashOwed(payout, "t1", "change", bdt(30_000), NOTES, NOW, instead_of))


def told(services: Services, *journals: JournalOf, online: bool = False) -> list[CashDebt]:
    for journal in journals:
        Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)
    with services.database.write() as session:
        session.get_one(Kiosk, "lane-1").online = online
    return debts(services)


def debts(services: Services) -> list[CashDebt]:
    with services.database.read() as session:
        return list(session.scalars(select(CashDebt).order_by(CashDebt.payout)))


def letters(services: Services) -> list[str]:
    with services.database.read() as session:
        return list(session.scalars(select(DeadLetter.detail)))


def settle(client: TestClient, payout: str, reason: str) -> str:
    token = token_of(client.get("/days/owed").text)
    return client.post(f"/days/owed/{payout}", data={"token": token, "reason": reason}, follow_redirects=True).text


def test_change_that_the_machine_pays_at_once_leaves_nothing(services: Services) -> None:
    journal = JournalOf()
    visit(journal, "p1")
    journal.add(e.CashPaidOut("p1", "paid", bdt(30_000), bdt(0), NOTES))
    assert told(services, journal) == []


def test_what_it_could_not_pay_is_owed_since_it_was_owed_first_until_staff_hand_it_over(services: Services) -> None:
    journal = JournalOf()
    visit(journal, "p1")
    journal.add(e.CashPaidOut("p1", "short", bdt(10_000), bdt(20_000), NOTES, "hopper_empty"))
    journal.add(e.CashOwed("p2", "t1", "change", bdt(20_000), NOTES, NOW + 9, "p1"))
    journal.add(e.CashPaidOut("p2", "short", bdt(0), bdt(20_000), (), "jam"))
    (row,) = told(services, journal)
    assert (row.payout, row.state, row.why, row.since_ms) == ("p2", "short", "jam", NOW)
    assert (row.owed, row.remaining, row.owed_for, row.visit) == (30_000, 20_000, "change", journal.identity(1).uuid)
    last = journal.add(e.CashPaidOut("p2", "by_staff", bdt(20_000), bdt(0), by="op-1"))
    (row,) = told(services, journal)
    assert (row.state, row.remaining, row.settled_by, row.settled_ms) == ("by_staff", 0, "op-1", last.utc_ms)


def test_the_page_says_to_whom_since_when_and_leaves_it_to_a_lane_that_is_heard(
    services: Services, client: TestClient
) -> None:
    journal = JournalOf()
    visit(journal, "p1")
    journal.add(e.CashPaidOut("p1", "unknown", bdt(0), bdt(30_000)))
    close(journal, 1)
    told(services, journal, online=True)
    page = client.get("/days/owed").text
    assert "300" in page
    assert "its staff settle it there" in page
    assert "settles it" not in settle(client, "p1", "given at the desk")
    assert debts(services)[0].state == "unknown", "the lane asks its staff for it"
    assert "Cash owed to shoppers" in client.get("/days").text
    assert "staff must look" in client.get(f"/days/lane-1/1/{len(journal.records)}").text
    assert "No lane owes anything" in client.get("/days/owed?store=elsewhere").text


@pytest.mark.parametrize("replaced", [False, True])
def test_what_a_lane_cannot_settle_any_more_is_settled_on_the_page_with_a_reason(
    services: Services, client: TestClient, *, replaced: bool
) -> None:
    journal = JournalOf()
    visit(journal, "p1")
    told(services, journal)
    if replaced:
        told(services, JournalOf(epoch=2), online=True)
    assert "Say who was given it" in settle(client, "p1", "  ")
    assert "Noted: settled" in settle(client, "p1", "given at the desk")
    assert "settled already" in settle(client, "p1", "given at the desk")
    (row,) = csv.DictReader(io.StringIO(client.get("/days/owed.csv").text))
    assert (row["state"], row["remaining"], row["reason"]) == ("page", "0", "given at the desk")
    assert row["settled_by"]
    assert "given at the desk" in client.get("/days/owed").text


def test_a_lane_that_comes_back_and_gives_the_same_money_is_told_to_a_person(
    services: Services, client: TestClient
) -> None:
    journal = JournalOf()
    visit(journal, "p1")
    told(services, journal)
    settle(client, "p1", "given at the desk")
    journal.add(e.CashPaidOut("p1", "short", bdt(0), bdt(30_000)))
    journal.add(e.CashOwed("p2", "t1", "change", bdt(30_000), (), NOW, "p1"))
    journal.add(e.CashPaidOut("p2", "by_staff", bdt(30_000), bdt(0), by="op-1"))
    (row,) = told(services, journal)
    assert (row.payout, row.state, row.reason) == ("p2", "page", "given at the desk")
    (letter,) = letters(services)
    assert "the lane has given it too (op-1)" in letter


def test_a_sale_is_named_to_whom_its_change_is_owed(services: Services, client: TestClient) -> None:
    journal = JournalOf()
    sale = journal.sale((cola(),))
    with services.database.write() as session:
        names = ("payout", "kiosk", "store", "workstation", "owed_for", "currency", "state", "why", "settled_by")
        values = dict.fromkeys(names, "x") | {"owed_for": "change", "currency": "BDT", "state": "short"}
        numbers = dict.fromkeys(("epoch", "sequence", "owed", "remaining", "since_ms", "settled_ms"), 0)
        session.add(CashDebt(**values, **numbers, visit=sale.transaction.uuid, reason=""))
    told(services, journal)
    assert f'href="/sales/{sale.transaction.uuid}"' in client.get("/days/owed").text
