"""Recalls at head office: stopped from a page, found in what was sold before, and lifted again."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from headoffice.asks import Answers
from headoffice.console.services import Services
from headoffice.feed import item_of
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter, SaleLine, SaleTax, Transaction
from headoffice.recalls import MAXIMUM_NAMED, codes_of, recalls
from kiosk.retail.item import Recall
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import Deposit, LineItem
from messages.asks import SerialAsk
from tests.headoffice.pages import NOW, Enter, token_of
from tests.support.journals import JournalOf, as_message, bdt, cola, completed_sale


def sold(services: Services, *lines: LineItem) -> str:
    """A sale of these lines in the ledger; its uuid."""
    journal = JournalOf()
    uuid = journal.sale([dataclasses.replace(line, line=number) for number, line in enumerate(lines, 1)])
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")
    return uuid.transaction.uuid


def stop(enter: Enter, **fields: str) -> str:
    """Send the recall form of the cola; the page one lands on."""
    client = enter()
    page = client.get("/recalls", params={"item": "cola"}).text
    answer = client.post("/recalls/cola", data={"token": token_of(page)} | fields)
    return client.get(answer.headers["location"]).text


def test_a_lot_is_stopped_from_the_page_in_every_shop(services: Services, enter: Enter) -> None:
    found = enter().get("/recalls", params={"q": "cola"}).text
    assert "/recalls?item=cola" in found
    page = stop(enter, lots="L1\nL2, L1", serials="")

    assert "on its way to the kiosks (version 2)" in page
    assert "L1, L2" in page
    with services.database.read() as session:
        item = item_of(session, "cola")
    assert item is not None
    assert item.recall == Recall(lots=("L1", "L2"))


def test_lifting_a_recall_takes_it_off_the_page_and_out_of_the_feed(services: Services, enter: Enter) -> None:
    stop(enter, everything="1")
    page = stop(enter, lift="1")

    assert "The recall is lifted (version 3)" in page
    assert "Nothing is recalled." in page
    with services.database.read() as session:
        item = item_of(session, "cola")
        assert recalls(session) == []
    assert item is not None
    assert item.recall is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lots": " , "}, "Name lots or serial numbers"),
        ({"lots": "L" * 21}, "at most 20"),
        ({"serials": "ক১"}, "at most 20"),
        ({"lots": " ".join(str(number) for number in range(MAXIMUM_NAMED + 1))}, "at most 500"),
    ],
)
def test_a_recall_that_names_nothing_or_no_code_is_told_and_stops_nothing(
    services: Services, enter: Enter, fields: dict[str, str], said: str
) -> None:
    assert said in stop(enter, **fields)
    assert services.feed.head() == 1


def test_a_recall_shows_who_bought_the_lot_and_how_many_packs_told_none(services: Services, enter: Enter) -> None:
    uuid = sold(
        services,
        dataclasses.replace(cola(quantity=2), lot="L1"),
        dataclasses.replace(cola(quantity=3), lot="L9"),
        cola(quantity=4),
    )
    page = stop(enter, lots="L1")

    assert "2 for certain" in page
    assert "4 more whose code told no lot" in page
    assert f"/sales/{uuid}" in page
    with services.database.read() as session:
        (view,) = recalls(session)
    assert [(one.line.lot, one.sale.uuid) for one in view.sold] == [("L1", uuid)]


def test_a_recall_of_everything_means_every_pack_that_was_sold(services: Services, enter: Enter) -> None:
    sold(services, dataclasses.replace(cola(quantity=2), lot="L1"), cola(quantity=4))
    assert "6 for certain" in stop(enter, everything="1")


def test_the_ledger_keeps_deposit_duty_and_what_the_pack_told(services: Services, enter: Enter) -> None:
    deposit = Deposit("crate", {"en": "Bottle"}, bdt(500), TaxRate("exempt", 0))
    journal = JournalOf()
    line = dataclasses.replace(cola(), lot="L1", serial="S7", expires="2030-01-31", deposit=deposit)
    sale = completed_sale(journal.begin(), (line,), bdt(17000))
    taxed = TaxAmount(TaxRate("standard", 750, 2000), bdt(12000), bdt(1080), Money(2400, "BDT"))
    journal.add(dataclasses.replace(sale, tax=(taxed,)))
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")

    with services.database.read() as session:
        header = session.scalars(select(Transaction)).one()
        row = session.scalars(select(SaleLine)).one()
        tax = session.scalars(select(SaleTax)).one()
    assert (header.deposit, header.duty, header.tax) == (1000, 2400, 1080)
    assert (row.deposit, row.lot, row.serial, row.expires, row.best_before) == (1000, "L1", "S7", "2030-01-31", "")
    assert tax.duty == 2400
    page = enter().get(f"/sales/{header.uuid}").text
    assert "Lot L1" in page
    assert "৳10.00" in page
    assert "Supplementary duty" in page


def test_a_serial_number_sold_by_two_lanes_is_booked_twice_and_told(services: Services, enter: Enter) -> None:
    pack = dataclasses.replace(cola(quantity=1), serial="S7")
    other = dataclasses.replace(pack, item_id="other", line=2)
    for kiosk in ("lane-1", "lane-2"):
        journal = JournalOf(kiosk, workstation=kiosk[-1])
        journal.sale([pack, other] if kiosk == "lane-1" else [pack])
        Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), kiosk)
        Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), kiosk)

    with services.database.read() as session:
        assert len(session.scalars(select(SaleLine).where(SaleLine.serial == "S7")).all()) == 3
        letters = session.scalars(select(DeadLetter)).all()
    assert [(letter.reason, letter.kiosk) for letter in letters] == [("serial_twice", "lane-2")]
    assert "sold twice" in enter().get("/letters").text


def test_head_office_knows_a_pack_that_was_sold_in_another_sale_only(services: Services) -> None:
    uuid = sold(services, dataclasses.replace(cola(quantity=1), serial="S7"))
    answers = Answers(services.database, clock=lambda: NOW)

    def asked(item_id: str, serial: str, transaction: str) -> bool:
        question = SerialAsk(correlation="c", item_id=item_id, serial=serial, transaction=transaction)
        return answers.serial(question).sold

    assert asked("cola", "S7", "another")
    assert not asked("cola", "S7", uuid)
    assert not asked("cola", "S8", "another")
    assert not asked("tea", "S7", "another")


@given(st.text())
def test_whatever_is_typed_is_a_list_of_codes_or_a_clear_refusal(typed: str) -> None:
    try:
        codes = codes_of(typed)
    except ValueError as error:
        assert str(error) in {"too_many", "no_code"}  # noqa: PT017  both words are a message's id
        return
    assert len(set(codes)) == len(codes) <= MAXIMUM_NAMED
    assert all(code in typed and 0 < len(code) <= 20 for code in codes)
