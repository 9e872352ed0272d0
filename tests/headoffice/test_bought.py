"""What a member has had today, in all shops, of what a quantity rule binds."""

from __future__ import annotations

import dataclasses

import pytest

from headoffice.asks import Answers
from headoffice.console.services import Services
from headoffice.feed import append, change_of, item_of
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import Transaction
from messages.asks import BoughtAsk
from tests.headoffice.pages import NOW
from tests.support.journals import JournalOf, as_message, cola


def bought(services: Services, member: str, quantity: int, lane: str) -> str:
    """A member's purchase of cola at a lane; its business day."""
    journal = JournalOf(lane, workstation=lane[-1])
    sale = journal.sale([cola(quantity=quantity)]).transaction
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), lane)
    with services.database.write() as session:
        row = session.get(Transaction, sale.uuid)
        assert row is not None
        row.member_id = member
    return sale.business_day


@pytest.mark.parametrize(
    ("asked", "pieces"),
    [
        ({"kinds": ("medicine",)}, 5),
        ({"departments": ("remedies",)}, 5),
        ({"items": ("cola", "else")}, 5),
        ({"kinds": ("tobacco",), "departments": ("none",)}, 0),
        ({"kinds": ("medicine",), "member_id": "m-2"}, 1),
        ({"kinds": ("medicine",), "member_id": "m-3"}, 0),
        ({"kinds": ("medicine",), "business_day": "2020-01-01"}, 0),
    ],
)
def test_a_member_s_day_is_counted_over_all_lanes(services: Services, asked: dict[str, object], pieces: int) -> None:
    with services.database.write() as session:
        item = item_of(session, "cola")
        assert item is not None
        medicine = dataclasses.replace(item, kind="medicine", department="remedies")
        append(session, [change_of("item", "cola", medicine)], by="test", utc_ms=NOW)
    day = bought(services, "m-1", 2, "lane-1")
    bought(services, "m-1", 3, "lane-2")
    bought(services, "m-2", 1, "lane-3")

    question = {"correlation": "c", "member_id": "m-1", "business_day": day} | asked
    answer = Answers(services.database, clock=lambda: NOW).bought(BoughtAsk(**question))  # type: ignore[arg-type]  # its fields

    assert answer.pieces == pieces
