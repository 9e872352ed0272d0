"""Whatever a kiosk with a good certificate sends: no handler fails, nothing is booked, the unreadable is kept."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from sqlalchemy import func, select

from headoffice.desk import Desk
from headoffice.ledger.letters import MAXIMUM_KEPT
from headoffice.ledger.tables import DeadLetter, StockLevel, Transaction
from messages import topics
from messages.topics import Channel
from tests.support.hostile import addressed
from tests.support.journals import JournalOf, as_message
from tests.support.ledgers import brief_database

NOW = 1_800_000_000_000


def test_no_message_breaks_a_handler_or_books_anything_and_the_unreadable_is_kept() -> None:
    with brief_database() as database:
        desk = Desk(database, clock=lambda: NOW)
        answered: set[str] = set()

        def counted() -> tuple[int, int]:
            with database.read() as session:
                counts = (select(func.count()).select_from(table) for table in (Transaction, StockLevel))
                first, second = (session.scalar(count) or 0 for count in counts)
                return first, second

        @settings(max_examples=200)
        @given(told=addressed("lane-1", "dhk-1", get_args(Channel)))
        def told_once(told: tuple[str, bytes]) -> None:
            topic, payload = told
            replies = desk.handle(topic, payload)
            assert all(reply.topic.startswith("kiosk/v1/lane-1/down/") for reply in replies)
            answered.update(reply.topic for reply in replies)
            assert desk.trouble == ""
            if payload and not payload.startswith(b"{"):
                with database.read() as session:
                    assert payload[:MAXIMUM_KEPT] in set(session.scalars(select(DeadLetter.body)))

        told_once()
        assert len(answered) > 3, "some get as far as an answer"
        desk.follow()
        desk.now_and_then()
        assert counted() == (0, 0)
        journal = JournalOf("lane-5")
        journal.sale()
        (reply,) = desk.handle(topics.journal_up("lane-5"), as_message(journal))
        assert reply.topic == topics.acknowledgement_down("lane-5"), "and the next good message is served"
