"""Parked baskets at head office: given once, to one kiosk, and told of where two have gone on with one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from headoffice.basket_keeper import BasketKeeper
from headoffice.counter_desk import take_by_slip
from headoffice.database import Database
from headoffice.keyed import keep_shop_key
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import DeadLetter
from kiosk.checkout import events as e
from kiosk.retail.parking import ParkingRules
from kiosk.retail.slip_code import slip_code, slip_key
from messages.basket_asks import BasketAnswer, BasketAsk, BasketsAnswer, BasketsAsk
from tests.support.journals import JournalOf, as_message, banana, cola

LINES = (cola(), banana())
PATIENCE = ParkingRules().given_minutes * 60_000


def told(database: Database, journal: JournalOf, first: int = 0) -> int:
    Ingest(database, clock=lambda: 1).batch(as_message(journal, journal.records[first:]), journal.kiosk)
    return len(journal.records)


def parks(journal: JournalOf, *, utc_ms: int = 1, portable: bool = True) -> str:
    uuid = journal.begin().uuid
    lines = LINES if portable else ()
    journal.add(e.TransactionSuspended(uuid, "op1", "staff", utc_ms, lines, local="2026-11-21T11:30"))
    return uuid


def asked(
    database: Database,
    kiosk: str,
    sought: str = "",
    *,
    own: bool = False,
    store: str = "dhk-1",
    now: int = 10,
    again: bool = False,
) -> BasketAnswer:
    ask = BasketAsk(correlation="c", store=store, sought=sought, own=own, again=again)
    return BasketKeeper(database, clock=lambda: now).take(kiosk, ask)


def letters(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(DeadLetter.reason)))


def test_the_basket_parked_last_is_given_to_one_other_kiosk_of_the_shop(database: Database) -> None:
    journal = JournalOf()
    older, newer = parks(journal, utc_ms=1), parks(journal, utc_ms=2)
    told(database, journal)
    first = asked(database, "lane-2")
    assert (first.state, first.transaction, first.kiosk) == ("given", newer, "lane-1")
    assert [line.item_id for line in first.lines] == ["cola", "banana"]
    assert first.local == "2026-11-21T11:30"
    assert asked(database, "lane-2") == first
    assert asked(database, "lane-3", newer).state == "taken"
    assert asked(database, "lane-3").transaction == older
    assert asked(database, "lane-4").state == "unknown"


def test_a_basket_is_given_in_its_own_shop_alone_and_never_where_nothing_of_it_may_travel(database: Database) -> None:
    journal = JournalOf()
    bound = parks(journal, portable=False)
    told(database, journal)
    assert asked(database, "lane-2").state == asked(database, "lane-2", bound).state == "unknown"
    uuid = parks(journal)
    told(database, journal, 3)
    assert asked(database, "lane-2", uuid, store="dhk-2").state == "unknown"


def test_its_own_kiosk_is_told_whether_another_has_it(database: Database) -> None:
    journal, other = JournalOf(), JournalOf("lane-2", workstation="2")
    uuid = parks(journal)
    known = told(database, journal)
    asked(database, "lane-2", uuid)
    assert asked(database, "lane-1", uuid, own=True).state == "taken"
    other.add(e.BasketTakenOver(other.begin().uuid, uuid, "lane-1", "op2"))
    told(database, other)
    assert asked(database, "lane-1", uuid, own=True).state == "gone"
    assert asked(database, "lane-2", uuid).state == "gone"
    journal.add(e.TransactionVoided(uuid, "system", "taken_over"))
    told(database, journal, known)
    assert asked(database, "lane-2", uuid).state == "unknown"
    assert letters(database) == []


def test_what_its_own_kiosk_asked_for_before_its_journal_came_goes_nowhere_else_until_parked_again(
    database: Database,
) -> None:
    journal = JournalOf()
    uuid = parks(journal)
    assert asked(database, "lane-1", uuid, own=True).state == "yours"
    known = told(database, journal)
    assert asked(database, "lane-2", uuid).state == "taken"
    journal.add(e.TransactionResumed(uuid, "op1"))
    known = told(database, journal, known)
    assert asked(database, "lane-2", uuid).state == "unknown"
    journal.add(e.TransactionSuspended(uuid, "op1", "staff", 2, LINES))
    told(database, journal, known)
    assert asked(database, "lane-2", uuid).state == "given"


def test_two_kiosks_that_were_apart_and_have_gone_on_with_one_basket_are_told_of(database: Database) -> None:
    journal, other = JournalOf(), JournalOf("lane-2", workstation="2")
    uuid = parks(journal)
    known = told(database, journal)
    asked(database, "lane-2", uuid)
    journal.add(e.TransactionResumed(uuid, "op1"))
    told(database, journal, known)
    assert letters(database) == ["basket_twice"]
    other.add(e.BasketTakenOver(other.begin().uuid, uuid, "lane-1", "op2"))
    other.add(e.BasketTakenOver(other.begin().uuid, uuid, "lane-1", "op2"))
    told(database, other)
    assert letters(database) == ["basket_twice", "basket_twice"]


def test_a_voided_basket_is_given_to_nobody_but_whom_it_was_given_to(database: Database) -> None:
    journal = JournalOf()
    free, kept = parks(journal, utc_ms=1), parks(journal, utc_ms=2)
    known = told(database, journal)
    asked(database, "lane-2", kept)
    for uuid in (free, kept):
        journal.add(e.TransactionVoided(uuid, "system", "never_taken_up"))
    told(database, journal, known)
    with database.read() as session:
        assert list(session.scalars(select(SuspendedBasket.uuid))) == [kept]


def listed(database: Database, kiosk: str, *, now: int = 10) -> BasketsAnswer:
    return BasketKeeper(database, clock=lambda: now).told(kiosk, BasketsAsk(correlation="c", store="dhk-1"))


def test_a_basket_given_to_a_kiosk_of_which_nothing_comes_is_given_again_once_its_time_is_over(
    database: Database,
) -> None:
    journal = JournalOf()
    uuid = parks(journal)
    told(database, journal)
    assert asked(database, "lane-2", uuid).state == "given"
    assert asked(database, "lane-3", uuid, now=10 + PATIENCE - 1).state == "taken"
    assert asked(database, "lane-3", uuid, now=10 + PATIENCE).state == "given"
    assert asked(database, "lane-2", uuid, now=11 + PATIENCE).state == "taken"


def test_staff_have_it_sooner_at_another_kiosk_and_at_its_own(database: Database) -> None:
    journal = JournalOf()
    uuid = parks(journal)
    told(database, journal)
    asked(database, "lane-2", uuid)
    assert asked(database, "lane-3", uuid, again=True).state == "given"
    assert asked(database, "lane-1", uuid, own=True).state == "taken"
    assert asked(database, "lane-1", uuid, own=True, again=True).state == "yours"
    assert asked(database, "lane-3", uuid).state == "taken"


def test_a_kiosk_that_goes_on_with_what_was_taken_from_it_is_told_of(database: Database) -> None:
    journal, dead, other = JournalOf(), JournalOf("lane-2", workstation="2"), JournalOf("lane-3", workstation="3")
    uuid = parks(journal)
    told(database, journal)
    asked(database, "lane-2", uuid)
    asked(database, "lane-3", uuid, again=True)
    other.add(e.BasketTakenOver(other.begin().uuid, uuid, "lane-1", "op3"))
    told(database, other)
    assert letters(database) == []
    assert asked(database, "lane-4", uuid, again=True).state == "gone"
    dead.add(e.BasketTakenOver(dead.begin().uuid, uuid, "lane-1", "op2"))
    told(database, dead)
    assert letters(database) == ["basket_twice"]


def test_a_basket_whose_time_is_over_is_given_to_nobody_and_on_no_list(database: Database) -> None:
    journal = JournalOf()
    uuid = journal.begin().uuid
    journal.add(e.TransactionSuspended(uuid, "shopper", "counter", 1, LINES, 1_000, "job", "3-1-000001"))
    told(database, journal)
    assert [row.uuid for row in listed(database, "lane-2", now=999).baskets] == [uuid]
    assert listed(database, "lane-2", now=1_000).baskets == ()
    assert asked(database, "lane-2", uuid, now=1_000).state == "expired"
    assert asked(database, "lane-2", now=1_000).state == "unknown"


def test_the_list_says_how_each_stands_for_the_asker(database: Database) -> None:
    journal, other = JournalOf(), JournalOf("lane-2", workstation="2")
    mine, bound, kept = parks(journal, utc_ms=4), parks(journal, utc_ms=3, portable=False), parks(journal, utc_ms=2)
    theirs, gone = parks(other, utc_ms=1), parks(journal, utc_ms=1)
    told(database, journal)
    told(database, other)
    asked(database, "lane-2", kept, now=7)
    asked(database, "lane-2", gone)
    other.add(e.BasketTakenOver(other.begin().uuid, gone, "lane-1", "op2"))
    told(database, other, 3)
    here, there = listed(database, "lane-1"), listed(database, "lane-2")
    assert [(row.uuid, row.state) for row in here.baskets] == [
        (mine, "own"), (bound, "own"), (kept, "given"), (theirs, "free"),
    ]  # fmt: skip
    assert here.gone == (gone,)
    assert [(row.uuid, row.state) for row in there.baskets] == [
        (mine, "free"), (bound, "elsewhere"), (kept, "free"), (theirs, "own"),
    ]  # fmt: skip
    held = here.baskets[2]
    assert (held.to, held.since_ms, held.workstation) == ("2", 7, "1")


# --- the counter -------------------------------------------------------------------------------------------------


def slip(uuid: str, *, store: str = "dhk-1", expires_ms: int = 0, key: bytes = bytes(32)) -> str:
    return slip_code(slip_key(key), store, uuid, expires_ms)


def wanted(database: Database, code: str, counter: str = "till-1", *, now: int = 10, again: bool = False) -> str:
    return take_by_slip(database, "dhk-1", code, counter=counter, now_ms=now, again=again).verdict


@pytest.fixture
def keyed(database: Database) -> Database:
    with database.write() as session:
        keep_shop_key(session, bytes(32))
    return database


def test_a_counter_takes_a_basket_by_its_slip_once_and_asks_again_where_an_answer_was_lost(keyed: Database) -> None:
    journal = JournalOf()
    uuid = parks(journal)
    known = told(keyed, journal)
    found = take_by_slip(keyed, "dhk-1", slip(uuid), counter="till-1", now_ms=10)
    assert (found.verdict, found.uuid, [line["item_id"] for line in found.lines]) == ("given", uuid, ["cola", "banana"])
    assert wanted(keyed, slip(uuid)) == "given"
    assert wanted(keyed, slip(uuid), "till-2", again=True) == "gone"
    assert asked(keyed, "lane-2", uuid, again=True).state == asked(keyed, "lane-1", uuid, own=True).state == "gone"
    journal.add(e.TransactionVoided(uuid, "system", "taken_over"))
    told(keyed, journal, known)
    assert wanted(keyed, slip(uuid)) == "given"


def test_a_counter_is_told_why_it_gets_none(keyed: Database) -> None:
    journal = JournalOf()
    uuid, bound = parks(journal), parks(journal, portable=False)
    told(keyed, journal)
    assert wanted(keyed, slip(uuid, key=b"x" * 32)) == "wrong"
    assert wanted(keyed, "anything") == "wrong"
    assert wanted(keyed, slip(uuid, store="ctg-2")) == "other_shop"
    assert wanted(keyed, slip(uuid, expires_ms=60_000), now=60_000) == "expired"
    assert wanted(keyed, slip("01909a5e-0000-7000-8000-0000000000ff")) == "unknown"
    assert wanted(keyed, slip(bound)) == "elsewhere"
    asked(keyed, "lane-2", uuid)
    assert wanted(keyed, slip(uuid)) == "taken"
    assert wanted(keyed, slip(uuid), again=True) == "given"
    assert asked(keyed, "lane-2", uuid).state == "gone"
