"""Gift cards, store credit and vouchers at head office: booked once, held once, never beyond a balance."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import Feed, change_of
from headoffice.keyed import keep_shop_key, keyed_hash
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter, SaleTender
from headoffice.stored_value import cards
from headoffice.stored_value.account import ValueReason, ValueRefusedError, adjust, block, find, liabilities, wrong
from headoffice.stored_value.books import ValueBooks
from headoffice.stored_value.holds import ValueHolds
from headoffice.stored_value.tables import PaperVoucher, ValueAccount, ValueEntry
from kiosk.checkout import events
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import GuessLimits, StoredValueRules, credit_number
from messages import envelope, topics
from messages.value_asks import ValueAnswer, ValueAsk, ValueDeed
from messages.values import Money
from tests.headoffice.pages import NOW, Enter, token_of
from tests.support.journals import JournalOf, as_message, bdt, cola, completed_sale
from tests.support.shop import bangladesh

KEY = bytes(32)
NUMBER = "98210000000000000017"
HASH = keyed_hash(KEY, "value", NUMBER)
TODAY = "2026-11-22"
SHOPS_DAY = "2026-09-21"
RULES = StoredValueRules(prefixes=("9821",), card_days=365, credit_days=730, credit_prefix="9829")
BOTTLES = TenderType("bottles", "paper_voucher", {"en": "Bottle voucher"})


def policy(rules: StoredValueRules = RULES) -> Policy:
    return dataclasses.replace(bangladesh(), stored_value=rules, tenders=(*bangladesh().tenders, BOTTLES))


def set_up(database: Database, file: str = f"{NUMBER},500.00,BDT,,active", rules: StoredValueRules = RULES) -> str:
    """A shop with one gift card; its account."""
    with database.write() as session:
        keep_shop_key(session, KEY)
    Feed(database, clock=lambda: NOW).publish_changes([change_of("policy", "policy", policy(rules))], by="seed")
    with database.write() as session:
        looked = cards.look_through(session, RULES, "BDT", file)
        assert not looked.bad
        cards.take(session, looked, batch="first", day=TODAY, by="test", utc_ms=NOW)
    with database.read() as session:
        return session.scalars(select(ValueAccount.account)).one()


def ask(deed: ValueDeed, minor: int = 10_000, request: str = "tender-00000001", **more: object) -> ValueAsk:
    told = {"keyed_hash": HASH, "amount_minor": minor, "currency": "BDT", "transaction": "visit-1"} | more
    return ValueAsk(correlation="c", request=request, deed=deed, **told)  # type: ignore[arg-type]


def answered(database: Database, question: ValueAsk, kiosk: str = "lane-1", now: int = NOW) -> ValueAnswer:
    return ValueHolds(database, clock=lambda: now, today=lambda _session, _now: SHOPS_DAY).answer(kiosk, question)


def outcome(told: ValueAnswer) -> tuple[str, str, int]:
    return told.state, told.reason, told.amount_minor


def paid(journal: JournalOf, *tenders: events.SettledTender, complete: bool = True) -> events.TransactionCompleted:
    """A sale paid with these, or up to the moment before it is complete."""
    identity = journal.begin()
    total = bdt(sum(each.amount.minor for each in tenders))
    sale = dataclasses.replace(completed_sale(identity, (cola(),), total), tenders=tenders)
    if complete:
        journal.add(sale)
    return sale


def by_card(account: str, minor: int, tender: str = "tender-00000001") -> events.SettledTender:
    return events.SettledTender(tender, "gift_card", "stored_value", bdt(minor), reference=account)


def take_in(database: Database, journal: JournalOf) -> None:
    Ingest(database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)


def balance(database: Database, account: str) -> int:
    with database.read() as session:
        row = session.get_one(ValueAccount, account)
        summed = session.scalar(select(func.sum(ValueEntry.amount)).where(ValueEntry.account == account)) or 0
        assert row.balance == summed, "the balance is the sum of the entries"
        return row.balance


def letters(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(DeadLetter.reason)))


# --- using a card --------------------------------------------------------------------------------------------------


def test_what_a_sale_used_is_booked_once_however_often_its_journal_comes(database: Database) -> None:
    account = set_up(database)
    assert outcome(answered(database, ask("hold"))) == ("held", "", 10_000)
    assert balance(database, account) == 50_000, "a hold takes nothing"
    journal = JournalOf()
    paid(journal, by_card(account, 10_000))
    for _ in range(3):
        take_in(database, journal)
    assert balance(database, account) == 40_000
    assert outcome(answered(database, ask("status")))[0] == "settled"
    assert letters(database) == []


def test_a_card_with_too_little_keeps_what_it_has(database: Database) -> None:
    set_up(database)
    told = answered(database, ask("hold", 80_000))
    assert (outcome(told), told.balance, told.masked, told.kind) == (("held", "", 50_000), 0, "**** 0017", "gift_card")
    assert outcome(answered(database, ask("hold", 1, "tender-00000002"))) == ("refused", "balance", 0)
    assert outcome(answered(database, ask("hold", 80_000))) == ("held", "", 50_000), "asked again it is the same hold"


def test_what_is_released_forgotten_or_voided_is_there_again(database: Database) -> None:
    set_up(database)
    answered(database, ask("hold", 50_000))
    assert answered(database, ask("release")).state == "released"
    answered(database, ask("hold", 50_000, "tender-00000002"))
    later = NOW + RULES.hold_hours * 3_600_000
    assert outcome(answered(database, ask("hold", 50_000, "tender-00000003"), now=later))[0] == "held"
    assert outcome(answered(database, ask("status", 0, "tender-00000002"), now=later))[:2] == ("released", "forgotten")
    journal = JournalOf()
    identity = journal.begin()
    answered(database, ask("release", 0, "tender-00000003"), now=later)
    answered(database, ask("hold", 50_000, "tender-00000004", transaction=identity.uuid))
    journal.add(events.TransactionVoided(identity.uuid, "system", "never_taken_up"))
    take_in(database, journal)
    assert outcome(answered(database, ask("status", 0, "tender-00000004")))[0] == "released"


def test_a_request_asked_about_before_it_began_never_begins(database: Database) -> None:
    set_up(database)
    assert answered(database, ask("status")).state == "not_found"
    assert answered(database, ask("hold")).state == "not_found"
    assert answered(database, ask("look")).balance == 50_000
    assert answered(database, ask("status"), kiosk="lane-2").state == "not_found", "another lane's is nobody's here"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (f"{NUMBER},500.00,BDT,2026-09-20,active", "expired"),
        (f"{NUMBER},500.00,BDT,,inactive", "inactive"),
        (f"{NUMBER},0,BDT,,active", "balance"),
    ],
)
def test_a_card_that_does_not_serve_says_why(database: Database, file: str, why: str) -> None:
    set_up(database, file)
    assert outcome(answered(database, ask("hold"))) == ("refused", why, 0)


def test_a_number_nobody_knows_and_another_money_are_refused(database: Database) -> None:
    set_up(database)
    assert outcome(answered(database, ask("hold", keyed_hash="00")))[:2] == ("refused", "unknown")
    assert outcome(answered(database, ask("hold", 1, "tender-00000002", currency="EUR")))[:2] == ("refused", "currency")


def test_a_card_used_beyond_what_it_has_is_put_before_people(database: Database) -> None:
    account = set_up(database)
    journal = JournalOf()
    paid(journal, by_card(account, 60_000))
    paid(journal, by_card("gc-unheard-of", 100, "tender-00000002"))
    take_in(database, journal)
    assert balance(database, account) == -10_000
    assert sorted(letters(database)) == ["value_overdrawn", "value_unknown"]
    with database.read() as session:
        assert [row.account for row in wrong(session)[0]] == [account]


# --- selling a card, issuing credit ---------------------------------------------------------------------------------


def sold(journal: JournalOf, account: str, minor: int = 50_000) -> None:
    line = dataclasses.replace(cola(quantity=1), extended=bdt(minor), unit_price=bdt(minor), value_account=account)
    identity = journal.begin()
    journal.add(completed_sale(identity, (line,), bdt(minor)))


def test_a_card_serves_once_its_sale_is_complete_and_is_sold_once(database: Database) -> None:
    account = set_up(database, f"{NUMBER},500.00,BDT,,inactive")
    told = answered(database, ask("look"))
    assert (told.state, told.reason, told.face_minor) == ("refused", "inactive", 50_000)
    journal = JournalOf()
    sold(journal, account)
    for _ in range(2):
        take_in(database, journal)
    assert balance(database, account) == 50_000
    assert answered(database, ask("look")).expires_day == "2027-11-22"
    sold(journal, account)
    take_in(database, journal)
    assert letters(database) == ["gift_card_twice"]


def test_a_store_credit_is_opened_once_under_the_number_that_the_lane_printed(database: Database) -> None:
    set_up(database)
    journal = JournalOf()
    journal.add(events.DayOpened(TODAY, NOW, clock_trusted=True))
    issued = events.StoreCreditIssued("credit-1", "visit-9", bdt(7_500), "9829", "refund", NOW, "2028-11-21")
    journal.add(issued)
    journal.add(issued)
    take_in(database, journal)
    hashed = keyed_hash(KEY, "value", credit_number(KEY, "9829", "credit-1"))
    told = answered(database, ask("look", keyed_hash=hashed))
    assert (told.state, told.kind, told.balance, told.expires_day) == ("known", "store_credit", 7_500, "2028-11-21")
    assert balance(database, told.account) == 7_500
    with database.read() as session:
        assert [(each.kind, each.amount) for each in liabilities(session)] == [
            ("gift_card", 50_000),
            ("store_credit", 7_500),
        ]


def test_a_sale_that_does_not_count_takes_nothing_and_gives_nothing(database: Database) -> None:
    account = set_up(database)
    journal = JournalOf()
    sale = paid(journal, by_card(account, 10_000))
    take_in(database, journal)
    journal.add(events.TransactionVoided(sale.transaction.uuid, "1", "undone"))
    take_in(database, journal)
    assert balance(database, account) == 50_000


# --- paper vouchers -------------------------------------------------------------------------------------------------

LIMITS = RULES.guesses
VOUCHER = keyed_hash(KEY, "value", "29812345670501234")


def guesses(
    database: Database, count: int, kiosk: str = "lane-1", deed: ValueDeed = "look", now: int = NOW
) -> list[str]:
    """Numbers that nobody knows, one after the other; why each was refused."""
    asked = (
        ask(deed, 100, f"{kiosk}-{deed}-{now}-{n}", keyed_hash=keyed_hash(KEY, "value", f"9821{n:016d}"))
        for n in range(count)
    )
    return [answered(database, each, kiosk, now).reason for each in asked]


@pytest.mark.parametrize("deed", ["look", "hold"])
def test_a_lane_that_guesses_numbers_is_told_nothing_more_and_others_are(database: Database, deed: ValueDeed) -> None:
    set_up(database)
    assert set(guesses(database, LIMITS.lane, deed=deed)) == {"unknown"}
    assert guesses(database, LIMITS.lane + 1, deed=deed)[-1] == "throttled", "the same questions again count once"
    assert outcome(answered(database, ask("look", request="t-77")))[:2] == ("refused", "throttled"), "nor a hit"
    assert outcome(answered(database, ask("hold", request="t-78")))[:2] == ("refused", "throttled")
    assert answered(database, ask("look", request="t-79"), kiosk="lane-2").state == "known"
    assert ValueHolds(database, clock=lambda: NOW, today=lambda _s, _n: SHOPS_DAY).trouble() == [
        "at lane-1 numbers of gift cards are being guessed: it is told nothing about any for a while"
    ]
    later = NOW + LIMITS.minutes * 60_000
    assert answered(database, ask("look", request="t-80"), now=later).state == "known", "it passes by itself"


def test_what_a_stopped_lane_has_kept_aside_it_is_still_told_of_and_may_let_go(database: Database) -> None:
    set_up(database)
    assert answered(database, ask("hold")).state == "held"
    guesses(database, LIMITS.lane)
    assert answered(database, ask("status")).state == "held"
    assert answered(database, ask("release")).state == "released"


def test_while_the_fleet_is_searched_a_lane_that_takes_part_is_stopped_sooner_and_an_honest_one_is_not(
    database: Database,
) -> None:
    set_up(database)
    lanes = [f"lane-{n}" for n in range(10, 10 + LIMITS.fleet // (LIMITS.lane - 1) + 1)]
    for lane in lanes:
        guesses(database, LIMITS.lane - 1, lane)
    assert guesses(database, 1, lanes[0], "hold") == ["throttled"]
    assert guesses(database, LIMITS.lane_few - 1, "lane-1") == ["unknown"] * (LIMITS.lane_few - 1)
    assert answered(database, ask("look", request="t-9"), kiosk="lane-1").state == "known", "three slips are no search"
    assert guesses(database, LIMITS.lane_few, "lane-2") == ["unknown"] * LIMITS.lane_few
    assert answered(database, ask("look", request="t-9"), kiosk="lane-2").reason == "throttled"


def test_a_shop_sets_its_own_limits_within_bounds(database: Database) -> None:
    set_up(database, rules=dataclasses.replace(RULES, guesses=GuessLimits(minutes=1, lane=3, lane_few=2, fleet=50)))
    assert guesses(database, 4) == ["unknown"] * 3 + ["throttled"]
    assert answered(database, ask("look", request="t-9"), now=NOW + 60_000).state == "known"
    for told in ({"minutes": 0}, {"lane_few": 1}, {"lane": 2}, {"lane": 5_000}, {"fleet": 5}, {"fleet": 10**6}):
        with pytest.raises(ValueError, match="guesses"):
            GuessLimits(**told)


def voucher(deed: ValueDeed, request: str, **more: object) -> ValueAsk:
    return ask(deed, 500, request, instrument="voucher", keyed_hash=VOUCHER, tender_id="bottles", **more)


def test_a_paper_voucher_serves_one_basket_at_a_time_and_one_sale(database: Database) -> None:
    set_up(database)
    assert outcome(answered(database, voucher("hold", "tender-00000001"))) == ("held", "", 500)
    assert outcome(answered(database, voucher("hold", "tender-00000002"), kiosk="lane-2"))[:2] == ("refused", "taken")
    assert answered(database, voucher("release", "tender-00000001")).state == "released"
    told = answered(database, voucher("hold", "tender-00000003"), kiosk="lane-2")
    assert outcome(told) == ("held", "", 500)
    journal = JournalOf("lane-2")
    paid(journal, events.SettledTender("tender-00000003", "bottles", "paper_voucher", bdt(450), worth=bdt(500)))
    for _ in range(2):
        take_in(database, journal)
    assert outcome(answered(database, voucher("hold", "tender-00000004")))[:2] == ("refused", "used")
    with database.read() as session:
        used = session.scalars(select(PaperVoucher)).one()
        booked = session.scalars(select(SaleTender)).one()
    assert (used.worth, used.amount, used.keyed_hash, booked.worth) == (500, 450, VOUCHER, 500)


class _SecondWorker(Database):
    """Another worker was quicker: what it has done is on disk when this one's first row meets it."""

    def __init__(self, database: Database, quicker: Callable[[], object]) -> None:
        super().__init__(database.engine)
        self._quicker: Callable[[], object] | None = quicker

    @contextmanager
    def write(self, *, autoflush: bool = True, aside: bool = False) -> Iterator[Session]:
        quicker, self._quicker = self._quicker, None
        if quicker is not None:
            quicker()
            statement = "INSERT"
            raise IntegrityError(statement, {}, Exception("UNIQUE constraint failed"))
        with super().write(autoflush=autoflush, aside=aside) as session:
            yield session


def test_two_workers_that_are_asked_the_same_in_the_same_instant_give_one_answer(database: Database) -> None:
    set_up(database)
    again = _SecondWorker(database, lambda: answered(database, ask("hold")))
    assert outcome(answered(again, ask("hold"))) == ("held", "", 10_000), "it is held: a no would be another answer"
    slower = _SecondWorker(database, lambda: answered(database, voucher("hold", "tender-00000007")))
    wanted = voucher("hold", "tender-00000008")
    assert outcome(answered(slower, wanted, kiosk="lane-2"))[:2] == ("refused", "taken")
    told = answered(database, voucher("status", "tender-00000008"), kiosk="lane-2")
    assert outcome(told)[:2] == ("refused", "taken"), "a no is written down, too"


def test_a_voucher_that_paid_twice_offline_is_put_before_people(database: Database) -> None:
    set_up(database)
    for lane in ("lane-1", "lane-2"):
        journal = JournalOf(lane, workstation=lane)
        tender = events.SettledTender(f"tender-{lane}", "bottles", "paper_voucher", bdt(500), reference=VOUCHER)
        paid(journal, tender)
        take_in(database, journal)
    assert letters(database) == ["voucher_twice"]
    with database.read() as session:
        assert list(wrong(session)[1]) == [VOUCHER]


def test_a_voucher_of_no_kind_taken_here_is_refused(database: Database) -> None:
    set_up(database)
    told = answered(database, ask("hold", instrument="voucher"))
    assert outcome(told)[:2] == ("refused", "terms")


# --- people ---------------------------------------------------------------------------------------------------------


def change(database: Database, account: str, minor: int | None, reason: str = "a goodwill gesture") -> bool:
    return adjust(database, account, minor, reason=reason, by="mita", request="form-0001", day=TODAY, clock=lambda: NOW)


def test_an_adjustment_bears_a_name_a_reason_and_is_booked_once(database: Database) -> None:
    account = set_up(database)
    assert change(database, account, 1_000)
    assert not change(database, account, 1_000)
    assert balance(database, account) == 51_000
    with database.read() as session:
        (view,) = find(session, NUMBER, NOW)
        assert [v.row.account for v in find(session, "0017", NOW)] == [account]
        assert find(session, "0000", NOW) == []
    assert any((entry.by, entry.reason) == ("mita", "a goodwill gesture") for entry in view.entries)


@pytest.mark.parametrize(
    ("minor", "reason", "why"),
    [
        (0, "a goodwill gesture", ValueReason.NOT_AN_AMOUNT),
        (None, "a goodwill gesture", ValueReason.NOT_AN_AMOUNT),
        (100, "no", ValueReason.NO_REASON),
        (-50_001, "a goodwill gesture", ValueReason.BELOW_ZERO),
    ],
)
def test_an_adjustment_that_may_not_be_says_why(
    database: Database, minor: int | None, reason: str, why: ValueReason
) -> None:
    account = set_up(database)
    with pytest.raises(ValueRefusedError) as refused:
        change(database, account, minor, reason)
    assert refused.value.reason is why
    assert balance(database, account) == 50_000


def test_a_blocked_card_does_not_serve_until_it_is_let_go(database: Database) -> None:
    account = set_up(database)
    block(database, account, blocked=True, reason="reported lost", by="mita")
    assert outcome(answered(database, ask("hold")))[:2] == ("refused", "blocked")
    block(database, account, blocked=False, reason="found again", by="mita")
    assert outcome(answered(database, ask("hold", 1, "tender-00000002")))[0] == "held"


def test_a_file_of_cards_is_looked_through_before_anything_is_written(database: Database) -> None:
    set_up(database)
    file = "\n".join(
        [
            "number,amount,currency,expires,state",
            f"{NUMBER},1.00,BDT,,active",
            "98210000000000000024,12.50,BDT,2027-01-01,active",
            "98210000000000000031,,,,",
            "98210000000000000031,,,,",
            "4006381333931,1.00,BDT,,",
            "98210000000000000048,1.005,BDT,,",
            "98210000000000000055,1.00,EUR,,",
            "98210000000000000062,1.00,BDT,tomorrow,",
            "98210000000000000079,1.00,BDT,,sold",
        ]
    )
    with database.write() as session:
        looked = cards.look_through(session, RULES, "BDT", file)
    assert (len(looked.fresh), looked.known, looked.amount) == (2, 1, 1_250)
    assert [(bad.row, bad.wrong) for bad in looked.bad] == [
        (5, "twice"),
        (6, "number"),
        (7, "amount"),
        (8, "currency"),
        (9, "date"),
        (10, "state"),
    ]
    assert "98210000000000000048" not in cards.errors_as_csv(looked)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ValueAccount)) == 1, "nothing was written"


@pytest.mark.parametrize(("text", "why"), [("", "empty"), ('"', "unreadable"), ("1\n" * 20_002, "too_many")])
def test_what_is_no_file_of_cards_is_refused_whole(database: Database, text: str, why: str) -> None:
    set_up(database)
    with database.write() as session, pytest.raises(ValueError, match=why):
        cards.look_through(session, RULES, "BDT", text)


def test_the_desk_answers_questions_about_cards(database: Database) -> None:
    set_up(database)
    desk = Desk(database, clock=lambda: NOW)
    question = envelope.encode(ask("hold"), source="kiosk/v1/lane-1")
    (reply,) = desk.handle(topics.ask("lane-1", "value"), question)
    told = envelope.decode(reply.payload, ValueAnswer).data
    assert (reply.topic, told.state, told.amount_minor) == (topics.answer("lane-1", "value"), "held", 10_000)


def test_credit_may_be_issued_without_a_lane(database: Database) -> None:
    set_up(database)
    with database.write() as session:
        books = ValueBooks(session)
        issued = {
            books.issue(
                "complaint-1",
                Money(1_000, "BDT"),
                number="98291111111111111111",
                business_day=TODAY,
                utc_ms=NOW,
                by="mita",
            )
            for _ in range(2)
        }
    (account,) = issued
    assert balance(database, account) == 1_000


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_person_finds_a_card_by_its_number_adjusts_and_blocks_it(enter: Enter, services: Services) -> None:
    account = set_up(services.database)
    client = enter()
    token = token_of(client.get("/value").text)
    client.post("/value/find", data={"token": token, "number": "9821 0000 0000 0000 0017"})
    page = client.get("/value").text
    assert "**** 0017" in page
    assert NUMBER not in page
    deed = {"token": token, "account": account, "reason": "a goodwill gesture", "request": "form-0001"}
    for _ in range(2):
        client.post("/value/deed", data=deed | {"deed": "adjust", "amount": "12.50"})
    assert balance(services.database, account) == 51_250
    client.post("/value/deed", data=deed | {"deed": "adjust", "amount": "twelve"})
    client.post("/value/deed", data=deed | {"deed": "block"})
    assert outcome(answered(services.database, ask("hold")))[:2] == ("refused", "blocked")
    client.post("/value/deed", data=deed | {"deed": "unblock"})
    assert outcome(answered(services.database, ask("hold", 1, "tender-00000002")))[0] == "held"
    client.post("/value/find", data={"token": token, "number": "4242"})
    assert "**** 0017" not in client.get("/value").text


def test_a_file_of_cards_is_looked_through_and_then_taken(enter: Enter, services: Services) -> None:
    set_up(services.database)
    client = enter()
    token = token_of(client.get("/value").text)
    file = "98210000000000000024,5.00,BDT,,active\nnonsense,1"
    told = {"token": token, "text": file, "batch": "spring"}
    looked = client.post("/value/cards", data=told | {"deed": "check"})
    assert looked.status_code == 422
    errors = client.post("/value/cards", data=told | {"deed": "errors"}).text
    assert errors.splitlines() == ["row,number,wrong", "2,**** ense,number"]
    client.post("/value/cards", data=told | {"deed": "take"})
    client.post("/value/cards", data=told | {"deed": "take"})
    with services.database.read() as session:
        taken = session.scalars(select(ValueAccount).where(ValueAccount.batch == "spring")).all()
    assert [(row.masked, row.balance) for row in taken] == [("**** 0024", 500)]
