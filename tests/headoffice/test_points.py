"""The ledger of points: booked once from the journal, held once for a kiosk, never beyond the balance."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import Feed, change_of, member_of
from headoffice.keyed import keep_shop_key, keyed_hash
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter
from headoffice.points.account import AdjustReason, AdjustRefusedError, account_of, adjust, liabilities
from headoffice.points.books import PointsBooks
from headoffice.points.holds import Holds, available
from headoffice.points.tables import PointsEntry, PointsHold, PointsMember
from headoffice.points.upkeep import expire, look_after
from kiosk.checkout import events
from kiosk.retail.book import Member
from kiosk.retail.points import Programme, TierRule
from messages import envelope, topics
from messages.asks import LoyaltyAnswer, LoyaltyAsk, PointsAnswer, PointsAsk, PointsDeed
from tests.headoffice.pages import NOW, Enter, token_of
from tests.support.journals import JournalOf, as_message, banana, bdt, cola, completed_sale
from tests.support.ledgers import brief_database
from tests.support.shop import bangladesh

KEY = bytes(32)
CARD = keyed_hash(KEY, "card", "2990000000019")
PHONE = keyed_hash(KEY, "phone", "+8801200000001")
TODAY = "2026-11-22"
RULE = TierRule("spend", 30, "basic", ((20_000, "silver"), (100_000, "gold")))
PROGRAMME = Programme(
    earn_points=1, earn_minor=1_000, burn_points=10, burn_minor=1_000, burn_least=20, expires_days=10, tiers=RULE
)


def set_up(database: Database, programme: Programme = PROGRAMME) -> Feed:
    """A shop with a programme and one member, known by card and by number."""
    feed = Feed(database, clock=lambda: NOW)
    with database.write() as session:
        keep_shop_key(session, KEY)
    rows = [change_of("policy", "policy", dataclasses.replace(bangladesh(), points=programme))]
    rows += [change_of("member", key, Member("m-1", "basic", "Nasrin")) for key in (CARD, PHONE)]
    feed.publish_changes(rows, by="seed")
    return feed


def member_sale(
    journal: JournalOf, *, earned: int, burned: int = 0, request: str = "tender-00000001", complete: bool = True
) -> events.TransactionCompleted:
    """A visit of the member's, whole or up to the moment before it is complete."""
    identity = journal.begin()
    journal.add(events.LoyaltyAttached("m-1", "basic", "card"))
    worth = bdt(burned * 100)
    sale = completed_sale(identity, (cola(), banana()), bdt(26_250))
    tenders = sale.tenders
    if burned:
        journal.add(events.TenderRequested(request, "points", "points", worth, 0, burned))
        journal.add(events.TenderSettled(request, "approved", worth))
        tenders = (*tenders, events.SettledTender(request, "points", "points", worth, points=burned))
    points = events.SalePoints(earned, burned, bdt(26_250))
    sale = dataclasses.replace(sale, member_id="m-1", points=points, tenders=tenders)
    if complete:
        journal.add(sale)
    return sale


def take_in(database: Database, journal: JournalOf) -> None:
    Ingest(database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)


def booked(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        rows = session.execute(select(PointsEntry.kind, PointsEntry.points).order_by(PointsEntry.kind))
        return [(kind, points) for kind, points in rows]


def balance(database: Database) -> int:
    with database.read() as session:
        member = session.get(PointsMember, "m-1")
        summed = session.scalar(select(func.sum(PointsEntry.points)).where(PointsEntry.member_id == "m-1"))
    assert (member.balance if member else 0) == (summed or 0), "the balance is the sum of the entries"
    return summed or 0


def give(database: Database, points: int, day: str = TODAY, source: str = "gift", until: str = "") -> None:
    with database.write() as session:
        PointsBooks(session).book(
            source, "adjust", "m-1", points, business_day=day, utc_ms=NOW, expires_day=until, by="test", reason="test"
        )


def ask(deed: PointsDeed, points: int = 50, request: str = "tender-00000001", **more: object) -> PointsAsk:
    told = {"member_id": "m-1", "points": points, "amount_minor": points * 100, "currency": "BDT"}
    told |= {"transaction": "visit-1"} | more
    return PointsAsk(correlation="c", request=request, deed=deed, **told)  # type: ignore[arg-type]


def answered(database: Database, question: PointsAsk, kiosk: str = "lane-1", now: int = NOW) -> tuple[str, str]:
    told = Holds(database, clock=lambda: now).answer(kiosk, question)
    return told.state, told.reason


# --- from the journal ---------------------------------------------------------------------------------------------


def test_a_sale_books_what_it_earned_and_burned_once_however_often_its_journal_comes(database: Database) -> None:
    set_up(database)
    give(database, 100)
    assert answered(database, ask("hold")) == ("held", "")
    journal = JournalOf()
    member_sale(journal, earned=21, burned=50)
    for _ in range(3):
        take_in(database, journal)
    assert booked(database) == [("adjust", 100), ("burn", -50), ("earn", 21)]
    assert balance(database) == 71
    with database.read() as session:
        earn = session.scalars(select(PointsEntry).where(PointsEntry.kind == "earn")).one()
        assert (earn.spend, earn.business_day, earn.expires_day) == (26_250, TODAY, "2026-12-02")
        assert session.get_one(PointsHold, "tender-00000001").state == "settled"


def test_a_sale_journalled_twice_under_one_uuid_books_its_points_once(database: Database) -> None:
    set_up(database)
    journal = JournalOf()
    journal.add(member_sale(journal, earned=21))
    take_in(database, journal)
    assert booked(database) == [("earn", 21)]
    with database.read() as session:
        assert session.scalars(select(DeadLetter.reason)).all() == ["suspect"]


def test_two_visits_of_one_member_in_one_batch_come_to_both(database: Database) -> None:
    set_up(database)
    journal = JournalOf()
    member_sale(journal, earned=21)
    member_sale(journal, earned=4, burned=20, request="tender-00000002")
    take_in(database, journal)
    assert balance(database) == 5


def test_a_stranger_s_sale_books_no_points(database: Database) -> None:
    set_up(database)
    journal = JournalOf()
    journal.sale()
    take_in(database, journal)
    assert booked(database) == []


def test_a_basket_that_is_cancelled_or_gives_its_points_back_lets_go_of_what_was_held(database: Database) -> None:
    set_up(database)
    give(database, 100)
    for number, end in enumerate(("voided", "reversed"), start=1):
        journal = JournalOf(epoch=number)
        request = f"tender-0000000{number}"
        sale = member_sale(journal, earned=0, burned=50, request=request, complete=False)
        uuid = sale.transaction.uuid
        answered(database, ask("hold", request=request, transaction=uuid))
        if end == "voided":
            journal.add(events.TransactionVoided(uuid, "op-1", "cancelled"))
        else:
            journal.add(events.TenderReversed(request, "points", "requested", bdt(5_000), "", "shopper"))
        take_in(database, journal)
        with database.read() as session:
            assert (end, session.get_one(PointsHold, request).state) == (end, "released")
            assert available(session, "m-1", NOW) == 100


def test_a_sale_that_is_undone_takes_back_what_it_earned_and_gives_back_what_it_burned(database: Database) -> None:
    set_up(database)
    give(database, 100)
    journal = JournalOf()
    sale = member_sale(journal, earned=21, burned=50)
    journal.add(events.TransactionVoided(sale.transaction.uuid, "op-1", "returned"))
    journal.add(events.TransactionVoided(sale.transaction.uuid, "op-1", "returned"))
    take_in(database, journal)
    assert balance(database) == 100
    assert sorted(booked(database)) == [
        ("adjust", 100), ("burn", -50), ("burn_back", 50), ("earn", 21), ("earn_back", -21),
    ]  # fmt: skip


# --- what kiosks ask ----------------------------------------------------------------------------------------------


def test_a_request_is_one_hold_however_often_it_is_asked_for(database: Database) -> None:
    set_up(database)
    give(database, 100)
    deeds: tuple[PointsDeed, ...] = ("hold", "hold", "status", "hold")
    for deed in deeds:
        assert answered(database, ask(deed)) == ("held", "")
    with database.read() as session:
        assert available(session, "m-1", NOW) == 50
    assert answered(database, ask("release")) == ("released", "")
    assert answered(database, ask("hold")) == ("released", ""), "what was let go is not held again under its name"
    assert balance(database) == 100, "nothing is taken by asking"


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (ask("hold", 110), "balance"),
        (ask("hold", 10), "terms"),
        (ask("hold", 25), "terms"),
        (ask("hold", 0), "terms"),
        (ask("hold", amount_minor=4_999), "terms"),
        (ask("hold", currency="EUR"), "terms"),
        (ask("hold", member_id="m-9"), "member"),
    ],
)
def test_what_the_balance_or_the_programme_does_not_allow_is_refused(
    database: Database, question: PointsAsk, why: str
) -> None:
    set_up(database)
    give(database, 100)
    assert answered(database, question) == ("refused", why)


def test_two_lanes_cannot_both_have_the_last_points(database: Database) -> None:
    set_up(database)
    give(database, 60)
    assert answered(database, ask("hold", request="tender-00000001"), "lane-1") == ("held", "")
    assert answered(database, ask("hold", request="tender-00000002"), "lane-2") == ("refused", "balance")
    assert answered(database, ask("status", request="tender-00000001"), "lane-2") == ("not_found", "")


@pytest.mark.parametrize("first", ["status", "release"])
def test_what_is_asked_about_before_it_was_begun_is_never_held_when_its_beginning_comes_late(
    database: Database, first: PointsDeed
) -> None:
    set_up(database)
    give(database, 100)
    assert answered(database, ask(first)) == ("not_found", "")
    assert answered(database, ask("hold")) == ("not_found", "")
    with database.read() as session:
        assert available(session, "m-1", NOW) == 100


def test_a_hold_nobody_spoke_of_for_too_long_is_let_go_and_its_sale_is_booked_all_the_same(database: Database) -> None:
    set_up(database)
    give(database, 60)
    answered(database, ask("hold"))
    late = NOW + PROGRAMME.hold_hours * 3_600_000
    with database.read() as session:
        assert (available(session, "m-1", late - 1), available(session, "m-1", late)) == (10, 60)
    assert answered(database, ask("status"), now=late) == ("released", "expired")
    journal = JournalOf()
    member_sale(journal, earned=0, burned=50)
    take_in(database, journal)
    assert balance(database) == 10


def test_without_a_programme_nothing_is_held_and_no_balance_is_told(database: Database) -> None:
    Feed(database, clock=lambda: NOW).publish_changes(
        [change_of("policy", "policy", bangladesh()), change_of("member", CARD, Member("m-1", "basic"))], by="seed"
    )
    assert answered(database, ask("hold")) == ("refused", "terms")
    with database.read() as session:
        assert available(session, "m-1", NOW) is None


def test_the_desk_answers_on_the_asker_s_own_topic_and_tells_the_balance_with_the_member(database: Database) -> None:
    set_up(database)
    give(database, 100)
    desk = Desk(database, clock=lambda: NOW)

    def said(kind: str, question: envelope.Message) -> bytes:
        (reply,) = desk.handle(f"kiosk/v1/lane-1/up/ask/{kind}", envelope.encode(question, source="kiosk/v1/lane-1"))
        assert reply.topic == topics.answer("lane-1", "points" if kind == "points" else "loyalty")
        return reply.payload

    told = envelope.decode(said("points", ask("hold")), PointsAnswer).data
    assert (told.state, told.points, told.amount_minor, told.currency, told.balance) == ("held", 50, 5_000, "BDT", 50)
    member = envelope.decode(said("loyalty", LoyaltyAsk(correlation="l", keyed_hash=CARD)), LoyaltyAnswer).data
    assert (member.member_id, member.points) == ("m-1", 50)


# --- time, tiers and the feed -------------------------------------------------------------------------------------


def test_points_expire_oldest_first_after_their_last_day_and_once(database: Database) -> None:
    set_up(database)
    give(database, 100, day="2026-11-01", source="old", until="2026-11-11")
    give(database, 40, day="2026-11-20", source="new", until="2026-11-30")
    journal = JournalOf()
    member_sale(journal, earned=0, burned=30)
    take_in(database, journal)
    for today, left in (("2026-11-11", 110), ("2026-11-12", 40), ("2026-11-12", 40), ("2026-12-01", 0)):
        with database.write() as session:
            expire(session, today, NOW)
        assert (today, balance(database)) == (today, left)


def test_points_that_an_undone_sale_gave_back_expire_with_those_they_were_taken_from(database: Database) -> None:
    set_up(database)
    give(database, 100, day="2026-11-01", source="old", until="2026-11-11")
    with database.write() as session:
        books = PointsBooks(session)
        for kind, points in (("burn", -60), ("burn_back", 60)):
            books.book("undone-sale", kind, "m-1", points, business_day="2026-11-02", utc_ms=NOW)
    for today, left in (("2026-11-11", 100), ("2026-11-12", 0), ("2026-11-13", 0)):
        with database.write() as session:
            expire(session, today, NOW)
        assert (today, balance(database)) == (today, left)


def test_the_directory_is_told_balance_and_tier_under_every_key_and_keeps_the_rest(database: Database) -> None:
    feed = set_up(database)
    journal = JournalOf()
    member_sale(journal, earned=26)
    take_in(database, journal)
    assert look_after(database, feed, today=TODAY, now_ms=NOW) == 1
    for key in (CARD, PHONE):
        with database.read() as session:
            assert member_of(session, key) == Member("m-1", "silver", "Nasrin", 26, NOW)
    assert look_after(database, feed, today=TODAY, now_ms=NOW) == 0, "what has not moved is not told again"


def test_a_tier_falls_when_its_period_has_passed(database: Database) -> None:
    feed = set_up(database)
    journal = JournalOf()
    member_sale(journal, earned=26)
    take_in(database, journal)
    look_after(database, feed, today=TODAY, now_ms=NOW)
    look_after(database, feed, today="2026-12-22", now_ms=NOW)
    with database.read() as session:
        assert session.get_one(PointsMember, "m-1").tier == "silver"
    look_after(database, feed, today="2026-12-23", now_ms=NOW)
    with database.read() as session:
        member = member_of(session, CARD)
    assert member is not None
    assert (member.tier, member.points) == ("basic", 0), "and the points have expired"


def test_a_row_that_comes_or_goes_moves_the_member_s_links(database: Database) -> None:
    feed = set_up(database)
    feed.publish_changes([change_of("member", "ee" * 32, Member("m-1", "basic"))], by="card desk")
    give(database, 10)
    look_after(database, feed, today=TODAY, now_ms=NOW)
    with database.read() as session:
        member = member_of(session, "ee" * 32)
    assert member is not None
    assert member.points == 10


# --- people -------------------------------------------------------------------------------------------------------


def test_an_adjustment_needs_a_reason_bears_a_name_and_is_booked_once_for_one_form(database: Database) -> None:
    set_up(database)

    def adjusted(
        points: int | None, reason: str = "a broken egg", request: str = "form-0001", who: str = "m-1"
    ) -> bool:
        return adjust(database, who, points, reason=reason, by="mita", request=request, day=TODAY, clock=lambda: NOW)

    assert [adjusted(30), adjusted(30)] == [True, False]
    refused = [
        ((None,), AdjustReason.NOT_A_NUMBER),
        ((0,), AdjustReason.NOT_A_NUMBER),
        ((10**9,), AdjustReason.NOT_A_NUMBER),
        ((5, "egg"), AdjustReason.NO_REASON),
        ((-31, "a broken egg", "form-0002"), AdjustReason.BELOW_ZERO),
        ((5, "a broken egg", "form-0003", "m-9"), AdjustReason.UNKNOWN_MEMBER),
    ]
    for given_, why in refused:
        with pytest.raises(AdjustRefusedError) as error:
            adjusted(*given_)  # type: ignore[arg-type]
        assert error.value.reason is why
    with database.read() as session:
        entry = session.scalars(select(PointsEntry)).one()
        assert (entry.points, entry.by, entry.reason, entry.expires_day) == (30, "mita", "a broken egg", "2026-12-02")


def test_the_days_say_what_all_members_have_together(database: Database) -> None:
    set_up(database)
    give(database, 100, day="2026-11-20")
    journal = JournalOf()
    member_sale(journal, earned=21, burned=50)
    take_in(database, journal)
    with database.read() as session:
        newest, oldest = liabilities(session, 14)
        assert (newest.day, newest.earned, newest.burned, newest.outstanding, newest.worth) == (
            TODAY,
            21,
            50,
            71,
            7_000,
        )
        assert (oldest.adjusted, oldest.outstanding) == (100, 100)
        assert [day.day for day in liabilities(session, 1)] == [TODAY]
        by_card, by_id = account_of(session, "2990000000019", NOW), account_of(session, "m-1", NOW)
        assert by_card is not None
        assert by_id is not None
        assert by_card.member_id == by_id.member_id == "m-1"
        assert account_of(session, "2990000000026", NOW) is account_of(session, "", NOW) is None


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
def test_the_page_finds_a_member_by_card_without_writing_it_anywhere_and_adjusts(
    services: Services, enter: Enter, language: str
) -> None:
    set_up(services.database)
    journal = JournalOf()
    member_sale(journal, earned=21)
    take_in(services.database, journal)
    client = enter()
    client.get("/points", params={"language": language})
    token = token_of(client.get("/points").text)
    client.post("/points/member", data={"token": token, "member": "2990000000019"})
    page = client.get("/points").text
    assert "m-1" in page
    assert "2990000000019" not in page
    assert "console.points" not in page
    request = page.split('name="request" value="')[1].split('"')[0]
    form = {"token": token, "request": request, "points": "-5", "reason": "booked twice by hand"}
    client.post("/points/adjust", data=form)
    client.post("/points/adjust", data=form)
    page = client.get("/points").text
    assert "mita: booked twice by hand" in page
    assert balance(services.database) == 16
    client.post("/points/member", data={"token": token, "member": "nobody"})
    assert "m-1" not in client.get("/points").text


def test_the_page_shows_who_is_below_zero_and_says_so_where_there_is_no_programme(
    services: Services, enter: Enter
) -> None:
    assert "no loyalty programme" in enter().get("/points").text
    set_up(services.database)
    journal = JournalOf()
    member_sale(journal, earned=0, burned=50)
    take_in(services.database, journal)
    assert "Members below zero: 1" in enter().get("/points").text


# --- whatever comes in whatever order -----------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_no_order_of_questions_and_batches_holds_or_books_more_than_there_is(data: st.DataObject) -> None:
    """Two lanes ask and sell at once, everything comes again and again: held and burned never exceed the balance."""
    with brief_database() as database:
        set_up(database)
        give(database, data.draw(st.integers(0, 200)))
        start, sold = balance(database), set[str]()
        journals = {lane: JournalOf(kiosk=lane, workstation=lane[-1]) for lane in ("lane-1", "lane-2")}
        for _ in range(data.draw(st.integers(1, 14))):
            lane = data.draw(st.sampled_from(sorted(journals)))
            request = f"tender-{lane}-{data.draw(st.integers(0, 2))}"
            points = data.draw(st.sampled_from((20, 60, 100)))
            deed = data.draw(st.sampled_from(("hold", "status", "release", "sell", "send")))
            if deed == "send":
                take_in(database, journals[lane])
            elif deed != "sell":
                answered(database, ask(deed, points, request), lane)  # type: ignore[arg-type]  # drawn from these words
            elif request not in sold:
                with database.read() as session:
                    row = session.get(PointsHold, request)
                if row is not None and row.state == "held" and row.kiosk == lane:
                    member_sale(journals[lane], earned=0, burned=row.points, request=request)
                    sold.add(request)
        for journal in journals.values():
            take_in(database, journal)
            take_in(database, journal)
        with database.read() as session:
            burned = {row.request: row.points for row in session.scalars(select(PointsHold)) if row.request in sold}
        assert balance(database) == start - sum(burned.values())
        assert balance(database) >= 0
