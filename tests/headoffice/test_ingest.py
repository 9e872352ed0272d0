"""What comes in is stored once, in order, whole, or it is put aside where people see it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from headoffice.database import Database, is_full
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.letters import Letter
from headoffice.ledger.tables import (
    DeadLetter,
    Epoch,
    Intervention,
    JournalRecord,
    Kiosk,
    OpenBasket,
    ParkedRecord,
    SaleLine,
    SaleTax,
    SaleTender,
    StockLevel,
    StockMove,
    Transaction,
    Workstation,
)
from headoffice.tables import METADATA
from kiosk.checkout import events
from kiosk.retail.buyer import BuyerNumber
from messages.journal import Acknowledgement
from tests.support.full_disk import full_disk
from tests.support.journals import JournalOf, as_message, banana, bdt, cola, completed_sale
from tests.support.ledgers import brief_database

NOW = 1_800_000_000_000


def ingest_into(database: Database) -> Ingest:
    return Ingest(database, clock=lambda: NOW)


def acknowledged(answer: Acknowledgement | Letter) -> Acknowledgement:
    assert isinstance(answer, Acknowledgement), answer
    return answer


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.read() as session:
        return sorted((tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))), key=repr)  # noqa: S608 - names of our own tables


def ledger(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All that stands in the ledger, without what only says when, in which order and in which pieces it came."""
    told = {}
    for table in METADATA.tables.values():
        if table.name == "posted_span":
            continue
        keep = [column for column in table.columns if column.name not in {"id", "received_ms", "opened_ms"}]
        with database.read() as session:
            found = session.execute(select(*keep))
            told[table.name] = sorted((tuple(row) for row in found), key=repr)
    return told


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (None, ("", "")),
        (BuyerNumber("bin", "0001234560101"), ("bin", "000123456-0101")),
        (BuyerNumber("cpf", "52998224725"), ("cpf", "•••.982.247-••")),
    ],
)
def test_the_ledger_keeps_a_firm_s_tax_number_and_hides_most_of_a_person_s(
    database: Database, told: BuyerNumber | None, kept: tuple[str, str]
) -> None:
    journal = JournalOf()
    identity = journal.begin()
    journal.add(events.BuyerNamed(told))
    journal.add(replace(completed_sale(identity, (cola(),), bdt(16000)), buyer=told))
    acknowledged(ingest_into(database).batch(as_message(journal), "lane-1"))
    with database.read() as session:
        row = session.get_one(Transaction, identity.uuid)
        assert (row.buyer_kind, row.buyer_number) == kept


def test_a_sale_is_in_the_ledger_with_lines_tender_tax_and_its_place_in_the_journal(database: Database) -> None:
    journal = JournalOf()
    sale = journal.sale()
    answer = acknowledged(ingest_into(database).batch(as_message(journal), "lane-1"))
    assert (answer.sequence, answer.digest, answer.problem) == (len(journal.records), journal.records[-1].digest, "")
    with database.read() as session:
        row = session.get_one(Transaction, sale.transaction.uuid)
        assert (row.total, row.subtotal, row.discount, row.currency) == (26250, 27250, 1000, "BDT")
        assert (row.kiosk, row.epoch, row.legal_series, row.legal_number, row.sample) == ("lane-1", 1, "M63", 1, False)
        assert journal.records[row.sequence - 1].kind == "TransactionCompleted"
        lines = session.scalars(select(SaleLine).order_by(SaleLine.line)).all()
        assert [(line.item_id, line.net, line.discount) for line in lines] == [
            ("cola", 16000, 0),
            ("banana", 10250, 1000),
        ]
        assert (lines[1].weight_value, lines[1].weight_exponent, lines[1].weight_unit) == (1250, -3, "kg")
        assert session.scalars(select(SaleTender.amount)).all() == [26250]
        assert len(session.scalars(select(SaleTax)).all()) == 2


def test_the_payload_is_kept_byte_for_byte(database: Database) -> None:
    journal = JournalOf()
    odd = b'{"spaced" :  1.50, "order":"kept"}'
    journal.add_raw("SomethingLater", odd)
    acknowledged(ingest_into(database).batch(as_message(journal)))
    with database.read() as session:
        assert session.scalar(select(JournalRecord.payload).where(JournalRecord.sequence == 2)) == odd


def test_many_sales_of_one_batch_are_booked_as_a_whole(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    journal, door = JournalOf(), ingest_into(database)
    for _ in range(7):
        journal.sale()
    identity = journal.begin()
    door.batch(as_message(journal, journal.records[:-10]))
    door.batch(as_message(journal, journal.records[-10:]))
    assert not caplog.records
    with database.read() as session:
        assert session.scalars(select(Transaction.legal_number).order_by(Transaction.number)).all() == [*range(1, 8)]
        assert session.scalars(select(OpenBasket.uuid)).all() == [identity.uuid]


def test_stock_falls_by_the_stock_moves_and_by_nothing_else(database: Database) -> None:
    journal = JournalOf()
    journal.sale()
    journal.begin()
    journal.add(events.LineAdded(cola()))
    with database.write() as session:
        session.add(StockLevel(item_id="cola", location="dhk-1", unit="each", on_hand=10))
    ingest_into(database).batch(as_message(journal))
    with database.read() as session:
        levels = {row.item_id: (row.on_hand, row.stirred) for row in session.scalars(select(StockLevel))}
    assert levels == {"cola": (8, True), "banana": (-1250, True)}


def test_a_basket_grows_and_is_gone_when_it_is_sold(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    identity = journal.begin()
    journal.add(events.LineAdded(cola()))
    journal.add(events.LineAdded(banana()))
    journal.add(events.QuantityChanged(1, 3, bdt(24000)))
    journal.add(events.LineVoided(2, "shopper"))
    door.batch(as_message(journal))
    with database.read() as session:
        basket = session.get_one(OpenBasket, identity.uuid)
        assert (basket.total, basket.units, basket.phase, len(basket.lines)) == (24000, 3, "scanning", 2)
    before = len(journal.records)
    journal.add(events.TenderRequested("t1", "card", "card", bdt(24000), 1))
    journal.add(events.TransactionSuspended(identity.uuid, "staff", "walked away"))
    journal.sale()
    journal.add(events.TransactionResumed(identity.uuid, "staff"))
    door.batch(as_message(journal, journal.records[before:]))
    with database.read() as session:
        assert [row.uuid for row in session.scalars(select(OpenBasket))] == [identity.uuid]
        assert session.get_one(OpenBasket, identity.uuid).total == 24000
    journal.add(events.TransactionVoided(identity.uuid, "staff", "left"))
    door.batch(as_message(journal, journal.records[-1:]))
    assert not rows(database, "open_basket")


def test_an_intervention_waits_until_it_is_cleared(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    journal.add(events.InterventionRaised("i1", "age", "payment", "attendant", NOW, 1, 18))
    door.batch(as_message(journal))
    with database.read() as session:
        assert session.get_one(Intervention, ("lane-1", "i1")).outcome == ""
    journal.add(events.InterventionCleared("i1", "approved", "op-1"))
    door.batch(as_message(journal, journal.records[-1:]))
    with database.read() as session:
        row = session.get_one(Intervention, ("lane-1", "i1"))
        assert (row.outcome, row.by, row.minimum_age) == ("approved", "op-1", 18)


def test_a_lane_keeps_its_highest_numbers_over_epochs(database: Database) -> None:
    first, second = JournalOf(epoch=1), JournalOf(epoch=2)
    first.add(events.DayOpened("2026-11-22", NOW, clock_trusted=True))
    first.sale()
    first.sale()
    second.add(events.DayOpened("2026-11-21", NOW, clock_trusted=False))
    door = ingest_into(database)
    door.batch(as_message(first))
    door.batch(as_message(second))
    with database.read() as session:
        lane = session.get_one(Workstation, ("dhk-1", "1"))
        assert (lane.series, lane.last_number, lane.last_legal, lane.business_day) == (1, 2, 2, "2026-11-22")


def test_opening_and_closing_the_lane_shows_at_the_kiosk(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    journal.add(events.LaneOpened("op-1"))
    journal.add(events.LaneClosed("op-1", "cleaning"))
    door.batch(as_message(journal))
    with database.read() as session:
        kiosk = session.get_one(Kiosk, "lane-1")
        assert (kiosk.lane, kiosk.lane_reason, kiosk.release) == ("closed", "cleaning", "0.1.0")


def test_a_batch_sent_twice_changes_nothing(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    journal.sale()
    first = door.batch(as_message(journal))
    before = ledger(database)
    assert door.batch(as_message(journal)) == first
    assert ledger(database) == before


def test_records_before_their_turn_are_parked_and_the_gap_is_reported(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    journal.sale()
    early = acknowledged(door.batch(as_message(journal, journal.records[4:])))
    assert (early.sequence, early.problem) == (0, "gap")
    assert not rows(database, "sale")
    whole = acknowledged(door.batch(as_message(journal, journal.records[:4])))
    assert (whole.sequence, whole.problem) == (len(journal.records), "")
    assert len(rows(database, "sale")) == 1
    assert not rows(database, "parked_record")


def test_a_record_changed_on_the_way_breaks_the_chain_and_nothing_beyond_is_acknowledged(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    journal.sale()
    forged = [*journal.records]
    forged[3] = msgspec.structs.replace(forged[3], data=msgspec.Raw(b'{"item":"free"}'))
    answer = acknowledged(door.batch(as_message(journal, forged)))
    assert (answer.sequence, answer.problem) == (3, "chain")
    with database.read() as session:
        letter = session.scalars(select(DeadLetter)).one()
        assert (letter.reason, letter.kiosk) == ("chain", "lane-1")
        assert "beyond 3" in session.get_one(Epoch, ("lane-1", 1)).alarm
    honest = acknowledged(door.batch(as_message(journal, journal.records[3:])))
    assert (honest.sequence, honest.problem) == (len(journal.records), "")


def test_a_journal_that_tells_two_stories_is_an_alarm(database: Database) -> None:
    journal, other, door = JournalOf(), JournalOf(), ingest_into(database)
    journal.sale()
    other.sale([cola(quantity=9)])
    stored = acknowledged(door.batch(as_message(journal)))
    answer = acknowledged(door.batch(as_message(other)))
    assert (answer.sequence, answer.digest, answer.problem) == (stored.sequence, stored.digest, "chain")
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["fork"]
        assert session.scalar(select(func.count()).select_from(Transaction)) == 1


def test_a_record_that_cannot_be_read_is_stored_and_put_before_a_person(database: Database) -> None:
    journal = JournalOf()
    journal.add_raw("TransactionCompleted", b'{"total":"much"}')
    journal.sale()
    answer = acknowledged(ingest_into(database).batch(as_message(journal)))
    assert (answer.sequence, answer.problem) == (len(journal.records), "")
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["unreadable"]
        assert session.scalar(select(func.count()).select_from(Transaction)) == 1


def test_a_record_that_cannot_be_booked_does_not_stop_the_journal(database: Database) -> None:
    journal = JournalOf()
    identity = journal.begin()
    journal.add(events.LineAdded(cola()))
    journal.add(events.StockMoved(identity.uuid, (events.StockMove("cola", 2**70, "each"),)))
    journal.sale()
    answer = acknowledged(ingest_into(database).batch(as_message(journal)))
    assert (answer.sequence, answer.problem) == (len(journal.records), "")
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["unbookable"]
        assert session.scalar(select(StockLevel.on_hand).where(StockLevel.item_id == "cola")) == -2


def test_the_same_sale_journalled_twice_is_booked_once(database: Database) -> None:
    journal = JournalOf()
    sale = journal.sale()
    journal.add(sale)
    acknowledged(ingest_into(database).batch(as_message(journal)))
    with database.read() as session:
        assert session.scalars(select(Transaction.total)).all() == [26250]
        assert session.scalars(select(DeadLetter.reason)).all() == ["suspect"]


def test_a_number_used_by_two_sales_is_booked_and_told(database: Database) -> None:
    first, second, door = JournalOf(epoch=1), JournalOf(epoch=2), ingest_into(database)
    first.sale()
    second.sale()
    door.batch(as_message(first))
    door.batch(as_message(second))
    assert len(rows(database, "sale")) == 2
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["number_twice"]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b'{"specversion":"1.0","id":"1","source":"x","type":"retail.kiosk.state.v1","data":{}}', "unknown_type"),
        (
            b'{"specversion":"1.0","id":"1","source":"x","type":"retail.kiosk.journal.batch.v9","data":{}}',
            "newer_version",
        ),
        (b'{"specversion":"1.0","id":"1","source":"x","type":"retail.kiosk.journal.batch.v1","data":{}}', "bad_data"),
    ],
)
def test_what_is_no_batch_is_a_dead_letter_and_never_acknowledged(
    database: Database, payload: bytes, reason: str
) -> None:
    answers = [ingest_into(database).batch(payload, "lane-1") for _ in range(2)]
    assert all(isinstance(answer, Letter) and answer.reason == reason for answer in answers)
    with database.read() as session:
        letter = session.scalars(select(DeadLetter)).one()
        assert (letter.body, letter.times, letter.kiosk) == (payload, 2, "lane-1")


def test_a_kiosk_cannot_write_the_journal_of_another(database: Database) -> None:
    answer = ingest_into(database).batch(as_message(JournalOf("lane-1")), "lane-2")
    assert isinstance(answer, Letter)
    assert not rows(database, "journal_record")


def test_a_full_disk_is_told_and_nothing_of_the_batch_is_kept(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    for _ in range(200):
        journal.sale()
    with full_disk(database), pytest.raises(OperationalError) as caught:
        door.batch(as_message(journal, journal.records[:900]))
    assert is_full(caught.value)
    assert not rows(database, "journal_record")
    assert not rows(database, "epoch")


def two_lanes() -> list[JournalOf]:
    lanes = [JournalOf("lane-1", workstation="1"), JournalOf("lane-2", workstation="2")]
    for lane in lanes:
        lane.sale()
        lane.add(events.InterventionRaised("i1", "help", "nothing", "attendant", NOW))
        lane.begin()
        lane.add(events.LineAdded(cola()))
    return lanes


@settings(max_examples=25)
@given(data=st.data())
def test_any_order_repetition_and_cut_of_batches_gives_the_same_ledger_each_record_once(data: st.DataObject) -> None:
    lanes = two_lanes()
    batches: list[bytes] = []
    for lane in lanes:
        inner = data.draw(st.lists(st.integers(1, len(lane.records) - 1), max_size=6))
        cuts = sorted({0, len(lane.records), *inner})
        pieces = [as_message(lane, lane.records[a:b]) for a, b in pairwise(cuts)]
        batches += pieces + data.draw(st.lists(st.sampled_from(pieces), max_size=4))
    with brief_database() as plain, brief_database() as shuffled:
        for lane in lanes:
            ingest_into(plain).batch(as_message(lane), lane.kiosk)
        door = ingest_into(shuffled)
        for payload in data.draw(st.permutations(batches)):
            assert isinstance(door.batch(payload), Acknowledgement)
        assert ledger(shuffled) == ledger(plain)
        with shuffled.read() as session:
            places = session.execute(select(JournalRecord.kiosk, JournalRecord.epoch, JournalRecord.sequence)).all()
            assert len(places) == len(set(places)) == sum(len(lane.records) for lane in lanes)
            assert session.scalar(select(func.count()).select_from(ParkedRecord)) == 0
            assert session.scalar(select(func.count()).select_from(StockMove)) == 4


def test_a_device_keeps_its_own_series_and_a_late_number_stands_only_where_there_was_none(database: Database) -> None:
    journal, door = JournalOf(), ingest_into(database)
    sold = [journal.begin() for _ in range(3)]
    for identity in sold:
        journal.add(completed_sale(identity, (cola(),), bdt(100)))
    first, second, third = (identity.uuid for identity in sold)
    journal.add(events.FiscalNumberGiven(first, "TSE", 900, "device", "signed"))
    journal.add(events.FiscalNumberGiven(second, "OUT", 1, outcome="outage"))
    journal.add(events.FiscalRegistered(second, "signed", "TSE", 901))
    journal.add(events.FiscalRegistered(third, "refused", code="E17"))
    acknowledged(door.batch(as_message(journal)))
    with database.read() as session:
        told = session.execute(select(Transaction.legal_series, Transaction.legal_number).order_by(Transaction.number))
        assert [tuple(row) for row in told] == [("TSE", 900), ("OUT", 1), ("", None)]
        assert session.get_one(Workstation, ("dhk-1", "1")).last_legal == 1
    journal.add(events.FiscalRegistered(third, "signed", "TSE", 902))
    acknowledged(door.batch(as_message(journal, journal.records[-1:])))
    with database.read() as session:
        assert session.get_one(Transaction, third).legal_number == 902


@pytest.mark.parametrize("late", [False, True])
def test_a_new_series_begins_its_legal_numbers_anew_and_an_old_one_that_comes_late_changes_nothing(
    database: Database, *, late: bool
) -> None:
    """Else the new series would go on behind a gap, should this lane's journal be lost once more."""
    first, second, door = JournalOf(epoch=1), JournalOf(epoch=2), ingest_into(database)
    first.sale()
    second.add(events.SeriesOpened(7))
    second.add(events.FiscalNumberGiven("t-1", "3-7", 1))
    first.add(events.FiscalNumberGiven("t-0", "3-1", 800))
    for journal in (second, first) if late else (first, second):
        acknowledged(door.batch(as_message(journal)))
    with database.read() as session:
        lane = session.get_one(Workstation, ("dhk-1", "1"))
        assert (lane.series, lane.last_legal) == (7, 1)


def test_a_series_taken_up_again_brings_its_legal_number_to_a_head_office_that_lost_it(database: Database) -> None:
    journal = JournalOf()
    journal.add(events.SeriesContinued(3, 41, 39, "2026-11-22"))
    acknowledged(ingest_into(database).batch(as_message(journal), "lane-1"))
    with database.read() as session:
        lane = session.get_one(Workstation, ("dhk-1", "1"))
        assert (lane.series, lane.last_number, lane.last_legal) == (3, 41, 39)
