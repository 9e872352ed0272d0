"""Returns at head office: the sale of a receipt, kept for one return at a time, used up by its record, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import change_of
from headoffice.insight import home_of, top_items, totals_of
from headoffice.ledger.coupon_tables import OfferUse
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.return_tables import ReturnHold
from headoffice.ledger.tables import DeadLetter, SaleLine, StockLevel, Transaction, Workstation
from headoffice.points.tables import PointsEntry, PointsMember
from headoffice.returns.keeper import ReturnKeeper
from kiosk.checkout import events as e
from kiosk.retail.fiscal import FiscalDocument as Issued
from kiosk.retail.fiscal import FiscalText as Mark
from kiosk.retail.money import Money
from kiosk.retail.points import Programme
from kiosk.retail.returns import ReturnRules, credit_of, returned_line, taxes_of
from kiosk.retail.transaction import Disposition, Original
from kiosk.workstation.sync_client import sale_of
from messages import envelope, topics
from messages.local import SaleFound
from messages.return_asks import HeldLine, ReturnAnswer, ReturnAsk, SaleAnswer, SaleAsk
from messages.values import FiscalDocument, FiscalText
from tests.headoffice.pages import NOW, Enter
from tests.support.journals import JournalOf, as_message, banana, bdt, cola
from tests.support.shop import bangladesh

HOLD_MS = ReturnRules().hold_hours * 3_600_000
HOLD = "hold-0000-1"


@pytest.fixture
def sold(services: Services) -> tuple[JournalOf, e.TransactionCompleted]:
    """A sale of three colas and a banana, in the ledger."""
    journal = JournalOf()
    sale = journal.sale((cola(quantity=3), banana()))
    told(services.database, journal)
    return journal, sale


def told(database: Database, journal: JournalOf) -> None:
    Ingest(database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)


def keeper(services: Services, *, later: int = 0) -> ReturnKeeper:
    return ReturnKeeper(services.database, clock=lambda: NOW + later)


def asked(services: Services, sought: str, store: str = "dhk-1") -> SaleAnswer:
    return keeper(services).sale(SaleAsk(correlation="c", sought=sought, store=store))


def held(
    services: Services,
    sale: e.TransactionCompleted,
    *lines: HeldLine,
    hold: str = HOLD,
    kiosk: str = "lane-1",
    later: int = 0,
    left: tuple[tuple[str, int], ...] = (),
) -> str:
    question = ReturnAsk(
        correlation="c",
        hold=hold,
        transaction=f"basket-of-{hold}",
        original=sale.transaction.uuid,
        lines=lines or (HeldLine(1, 0, 1),),
        left=left,
    )
    return keeper(services, later=later).hold(kiosk, question).state


def returned(
    journal: JournalOf,
    sale: e.TransactionCompleted,
    line: int = 1,
    first: int = 0,
    units: int = 1,
    *,
    hold: str = HOLD,
    disposition: Disposition = "shelf",
    points: e.SalePoints | None = None,
) -> e.TransactionCompleted:
    """A return in the journal of a lane, as the checkout records it."""
    source = next(each for each in sale.lines if each.line == line)
    back = returned_line(
        source,
        taxes_of(sale.lines, sale.tax, currency="BDT", included=True)[line],
        line=1,
        first=first,
        units=units,
        reason="faulty",
        disposition=disposition,
    )
    credit = credit_of((back,), currency="BDT", included=True)
    named = journal.begin()
    done = replace(
        sale,
        transaction=named,
        lines=(back,),
        subtotal=credit.subtotal,
        discount=credit.discount,
        tax=credit.tax,
        total=credit.total,
        tenders=(e.SettledTender(f"r-{named.number}", "card", "card", credit.total, original="t1"),),
        original=Original(sale.transaction, sale.utc_ms),
        hold=hold,
        points=points,
    )
    journal.add(done)
    moves = (e.StockMove(back.item_id, -units, "each"),) if disposition == "shelf" else ()
    journal.add(e.StockMoved(named.uuid, moves))
    journal.add(e.FiscalNumberGiven(named.uuid, "M67-1-1", 1, credit=True))
    journal.add(e.ShopperLeft())
    return done


# --- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sought", ["1-1-000001", "m63-000001", "code"])
def test_a_sale_is_found_by_its_code_by_its_reference_and_by_its_legal_number(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted], sought: str
) -> None:
    sale = sold[1]
    answer = asked(services, f"sale:{sale.transaction.uuid}" if sought == "code" else sought)
    assert answer.legal_number == "M63-000001"
    found = sale_of(SaleFound("c", answer.sale, answer.legal_number, answer.returned, answer.tenders, answer.taken))
    assert found is not None
    assert replace(found.completed, tenders=()) == replace(sale, tenders=())
    (tender,) = found.tenders
    assert (tender.tender, tender.left, tender.reference) == ("t1", sale.total, "ref")


@pytest.mark.parametrize("sought", ["", "sale:", "sale:none", "1-1-000002", "-", "1-1-99999999999999999999", "x" * 90])
def test_what_is_no_sale_is_found_to_be_none(services: Services, sought: str) -> None:
    assert asked(services, sought).sale is None


def test_a_number_that_two_shops_have_is_the_asking_shop_s_own(services: Services) -> None:
    for store in ("dhk-1", "ctg-1"):
        journal = JournalOf(f"lane-{store}", store=store)
        journal.sale()
        told(services.database, journal)
    found = asked(services, "1-1-000001", "ctg-1").sale
    assert found is not None
    assert found.transaction.store == "ctg-1"
    assert asked(services, "1-1-000001", "syl-1").sale is None


def test_a_kiosk_asks_and_is_answered_over_its_own_topics(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    desk, uuid = Desk(services.database, clock=lambda: NOW), sold[1].transaction.uuid
    (sale,) = desk.handle(
        topics.ask("lane-1", "sale"),
        envelope.encode(SaleAsk(correlation="a", sought=f"sale:{uuid}", store="dhk-1"), source="k"),
    )
    assert (sale.topic, envelope.decode(sale.payload, SaleAnswer).data.correlation) == (
        topics.answer("lane-1", "sale"),
        "a",
    )
    ask = ReturnAsk(correlation="b", hold=HOLD, transaction="t", original=uuid, lines=(HeldLine(1, 0, 1),))
    (kept,) = desk.handle(topics.ask("lane-1", "return"), envelope.encode(ask, source="k"))
    assert envelope.decode(kept.payload, ReturnAnswer).data.state == "held"


def test_a_sale_is_told_with_the_document_that_a_fiscal_device_issued_for_it(services: Services) -> None:
    journal = JournalOf()
    sale = journal.sale((cola(quantity=1),))
    other = journal.sale((cola(quantity=1),))
    who = sale.transaction.uuid
    told(services.database, journal)
    assert asked(services, f"sale:{who}").document is None
    marks = (Mark("access_key", "3526 1122", "note"),)
    journal.add(e.FiscalNumberGiven(who, "1", 7, "device", "contingency", 1_000, marks))
    journal.add(e.FiscalRegistered(other.transaction.uuid, "signed", "1", 9, 3_000))
    told(services.database, journal)
    assert asked(services, f"sale:{who}").document == FiscalDocument(
        "1", 7, 1_000, "contingency", (FiscalText("access_key", "3526 1122", "note"),)
    )
    journal.add(e.FiscalRegistered(who, "signed", "1", 7, 2_000, printed=marks))
    told(services.database, journal)
    answer = asked(services, f"sale:{who}")
    found = sale_of(SaleFound("c", answer.sale, document=answer.document))
    assert found is not None
    assert (found.document, answer.document.outcome if answer.document else "") == (
        Issued("1", 7, 2_000, "signed", marks),
        "signed",
    )


# --- keeping -------------------------------------------------------------------------------------------------------


def test_two_lanes_cannot_have_units_of_one_sale_in_hand(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    sale = sold[1]
    assert [held(services, sale), held(services, sale)] == ["held", "held"]
    assert held(services, sale, HeldLine(2, 0, 1), hold="hold-0000-2", kiosk="lane-2") == "taken"
    assert asked(services, f"sale:{sale.transaction.uuid}").taken
    assert held(services, sale, hold=HOLD, kiosk="lane-2") == "unknown", "a hold is its own lane's"


def later_record(services: Services, journal: JournalOf, later: int) -> None:
    """The lane is heard of again: its journal goes on, so much later by its clock."""
    journal.clock = NOW + later
    journal.add(e.ShopperLeft())
    Ingest(services.database, clock=lambda: NOW + later).batch(as_message(journal), journal.kiosk)


def test_what_a_lane_has_in_hand_is_kept_while_nobody_hears_of_it_however_long(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    week = 7 * 86_400_000
    assert held(services, sale) == "held"
    assert held(services, sale, hold="hold-0000-2", kiosk="lane-2", later=week) == "taken", "lane-1 is cut off"
    (told_people,) = keeper(services, later=week).trouble()
    assert told_people.startswith("lane-1 is not heard of and has goods of 1-1-000001 in hand")
    later_record(services, journal, HOLD_MS - 60_000)
    assert held(services, sale, hold="hold-0000-2", kiosk="lane-2", later=week) == "taken", "a part of its journal came"
    later_record(services, journal, HOLD_MS)
    assert held(services, sale, hold="hold-0000-2", kiosk="lane-2", later=week) == "held", "it says nothing of it"
    assert keeper(services, later=week).trouble() == []


def test_a_clock_that_is_ahead_lets_nothing_go_before_its_time(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    assert held(services, sale) == "held"
    journal.clock = NOW + 30 * 86_400_000
    journal.add(e.ShopperLeft())
    told(services.database, journal)
    assert held(services, sale, hold="hold-0000-2", kiosk="lane-2", later=HOLD_MS) == "taken"


def test_a_person_lets_go_what_a_lane_that_never_comes_back_had_in_hand_and_not_before_its_time(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    _, sale = sold
    assert held(services, sale) == "held"
    assert keeper(services).let_go("1-1-000001") == [], "it may be going on"
    assert keeper(services, later=HOLD_MS).let_go("9-9-000009") == []
    assert keeper(services, later=HOLD_MS).let_go("1-1-000001") == ["lane-1"]
    assert held(services, sale, hold="hold-0000-2", kiosk="lane-2", later=HOLD_MS) == "held"
    assert held(services, sale, later=HOLD_MS) == "unknown", "what was let go is not kept on"


@pytest.mark.parametrize("line", [HeldLine(1, 1, 1), HeldLine(1, 0, 4), HeldLine(1, 0, 0), HeldLine(9, 0, 1)], ids=str)
def test_units_that_are_not_the_next_of_their_line_are_not_kept(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted], line: HeldLine
) -> None:
    assert held(services, sold[1], line) == "changed"


def test_who_goes_by_what_a_tender_had_left_before_another_return_is_told_that_it_changed(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    before = tuple((t.tender, t.left.minor) for t in asked(services, f"sale:{sale.transaction.uuid}").tenders)
    returned(journal, sale)
    told(services.database, journal)
    other = "hold-0000-2"
    assert held(services, sale, HeldLine(2, 0, 1), hold=other, kiosk="lane-2", left=before) == "changed"
    now = tuple((t.tender, t.left.minor) for t in asked(services, f"sale:{sale.transaction.uuid}").tenders)
    assert held(services, sale, HeldLine(2, 0, 1), hold=other, kiosk="lane-2", left=now) == "held"


def test_what_a_voided_basket_or_a_dropped_return_had_in_hand_is_free_even_if_asked_for_late(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    credit = Money(-1, "BDT")
    wanted = e.ReturnsRequested(
        HOLD, "basket-1", Original(sale.transaction, 1), (), credit, credit, (), credit, (), "op", 1
    )
    journal.add(wanted)
    journal.add(replace(wanted, hold="hold-0000-2"))
    journal.add(e.ReturnsDropped("hold-0000-2", "op", "staff"))
    journal.add(e.TransactionVoided("basket-1", "op", "refund_dropped"))
    told(services.database, journal)
    assert [held(services, sale, hold=hold) for hold in (HOLD, "hold-0000-2", "hold-0000-3")] == [
        "unknown",
        "unknown",
        "held",
    ]


# --- booking -------------------------------------------------------------------------------------------------------


def scalar(database: Database, query: Any) -> Any:  # noqa: ANN401 - whatever is asked for
    with database.read() as session:
        return session.scalar(query)


def test_a_completed_return_uses_its_units_up_and_the_ledger_nets_it_out(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    before = scalar(services.database, select(StockLevel.on_hand).where(StockLevel.item_id == "cola"))
    assert held(services, sale) == "held"
    back = returned(journal, sale)
    told(services.database, journal)
    assert scalar(services.database, select(ReturnHold.state)) == "used"
    assert scalar(services.database, select(StockLevel.on_hand).where(StockLevel.item_id == "cola")) == before + 1
    assert scalar(services.database, select(Workstation.last_credit)) == 1
    assert scalar(services.database, select(Workstation.last_number)) == back.transaction.number
    answer = asked(services, f"sale:{sale.transaction.uuid}")
    assert (answer.returned, answer.taken) == (((1, 1),), False)
    assert answer.tenders[0].left.minor == sale.total.minor + back.total.minor
    assert held(services, sale, HeldLine(1, 0, 1), hold="hold-0000-9") == "changed"
    assert held(services, sale, HeldLine(1, 1, 2), hold="hold-0000-9") == "held"
    with services.database.read() as session:
        home, day = home_of(session), sale.transaction.business_day
        on = date.fromisoformat(day)
        totals = totals_of(session, home, on, on)
        assert (totals.real, totals.real_count) == (sale.total.minor + back.total.minor, 1)
        units = {row.item_id: row.units for row in top_items(session, home, on, on, 5)}
        assert units["cola"] == 2


def test_damaged_goods_do_not_come_back_to_the_stock(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    before = scalar(services.database, select(StockLevel.on_hand).where(StockLevel.item_id == "cola"))
    returned(journal, sale, disposition="damaged")
    told(services.database, journal)
    assert scalar(services.database, select(StockLevel.on_hand).where(StockLevel.item_id == "cola")) == before
    assert scalar(services.database, select(SaleLine.disposition).where(SaleLine.original_line == 1)) == "damaged"


def test_more_than_was_sold_is_booked_for_the_money_is_real_and_put_before_a_person(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    returned(journal, sale, units=3)
    other = JournalOf("lane-2", workstation="2")
    returned(other, sale, first=2, hold="hold-0000-2")
    told(services.database, journal)
    told(services.database, other)
    assert scalar(services.database, select(DeadLetter.reason)) == "returned_twice"
    assert (
        scalar(services.database, select(func.count()).select_from(Transaction).where(Transaction.original != "")) == 2
    )


def test_the_same_journal_told_twice_books_a_return_once(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    returned(journal, sale)
    told(services.database, journal)
    told(services.database, journal)
    assert asked(services, f"sale:{sale.transaction.uuid}").returned == ((1, 1),)


def test_an_offer_whose_saving_has_gone_back_counts_no_more(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    returned(journal, sale, line=2)
    told(services.database, journal)
    with services.database.read() as session:
        (use,) = session.scalars(select(OfferUse)).all()
    assert (use.offer_id, use.amount, use.returned) == ("ripe", 1000, 1000)


def test_points_earned_are_taken_back_and_those_burned_given_back(services: Services) -> None:
    policy = replace(bangladesh(), points=Programme())
    services.feed.publish_changes([change_of("policy", "policy", policy)], by="test")
    journal = JournalOf()
    sale = journal.sale((cola(quantity=3),))
    back = e.SalePoints(-5, -100, bdt(-8000))
    member = replace(sale, member_id="m-1")
    returned(journal, member, points=back)
    told(services.database, journal)
    with services.database.read() as session:
        entries = {entry.kind: entry.points for entry in session.scalars(select(PointsEntry))}
        member_row = session.get_one(PointsMember, "m-1")
    assert (entries, member_row.balance) == ({"earn_back": -5, "burn_back": 100}, 95)


def test_a_pack_that_came_back_may_be_sold_again(services: Services) -> None:
    journal = JournalOf()
    sale = journal.sale((replace(cola(quantity=1), serial="S1"),))
    returned(journal, sale)
    journal.sale((replace(cola(quantity=1), serial="S1"),))
    told(services.database, journal)
    assert scalar(services.database, select(DeadLetter.reason)) is None


def test_a_sale_s_page_shows_its_returns_and_a_return_s_its_sale(
    services: Services, enter: Enter, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, sale = sold
    back = returned(journal, sale, disposition="supplier")
    told(services.database, journal)
    client = enter()
    assert f"/sales/{back.transaction.uuid}" in client.get(f"/sales/{sale.transaction.uuid}").text
    page = client.get(f"/sales/{back.transaction.uuid}").text
    assert f"/sales/{sale.transaction.uuid}" in page
    assert "to the supplier" in page


def test_money_that_a_terminal_gave_back_twice_is_put_before_a_person(
    services: Services, sold: tuple[JournalOf, e.TransactionCompleted]
) -> None:
    journal, _ = sold
    journal.add(e.RefundDoubled("late-1", "card", "card", "t1", bdt(4_500), NOW, "VISA", "ref-1"))
    told(services.database, journal)
    assert scalar(services.database, select(DeadLetter.reason)) == "refunded_twice"
    assert scalar(services.database, select(DeadLetter.detail)) == (
        "4500 BDT (minor units) went back twice to t1: the terminal's late-1 (ref-1) was done too"
    )
