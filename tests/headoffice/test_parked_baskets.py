"""Parked baskets at head office: given once, to one kiosk, and told of where two have gone on with one."""

from __future__ import annotations

from sqlalchemy import select

from headoffice.basket_keeper import BasketKeeper
from headoffice.database import Database
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import DeadLetter
from kiosk.checkout import events as e
from messages.basket_asks import BasketAnswer, BasketAsk
from tests.support.journals import JournalOf, as_message, banana, cola

LINES = (cola(), banana())


def told(database: Database, journal: JournalOf, first: int = 0) -> int:
    Ingest(database, clock=lambda: 1).batch(as_message(journal, journal.records[first:]), journal.kiosk)
    return len(journal.records)


def parks(journal: JournalOf, *, utc_ms: int = 1, portable: bool = True) -> str:
    uuid = journal.begin().uuid
    journal.add(e.TransactionSuspended(uuid, "op1", "staff", utc_ms, LINES if portable else ()))
    return uuid


def asked(database: Database, kiosk: str, sought: str = "", *, own: bool = False, store: str = "dhk-1") -> BasketAnswer:
    ask = BasketAsk(correlation="c", store=store, sought=sought, own=own)
    return BasketKeeper(database).take(kiosk, ask)


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
