"""What the journal says of parked baskets, booked in the record's own database transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from sqlalchemy.orm import Session

from headoffice.ledger.suspended_tables import SuspendedBasket
from messages import events

__all__ = ["COUNTER", "parked", "resumed", "taken_over", "voided"]

COUNTER: Final = "pos:"
"""Begins the name of a counter that took a basket over HTTP, so that it is never a kiosk's."""


def parked(session: Session, kiosk: str, store: str, event: events.TransactionSuspended) -> None:
    """It may go to another lane, unless its own has asked for it before its journal came."""
    row = session.get(SuspendedBasket, event.transaction)
    if row is None:
        row = SuspendedBasket(
            uuid=event.transaction, kiosk=kiosk, store=store, utc_ms=0, lines=[], taken_by="", opened=""
        )
        session.add(row)
    if row.taken_by in ("", kiosk):
        row.kiosk, row.store, row.utc_ms = kiosk, store, event.utc_ms
        row.lines = msgspec.to_builtins(event.lines)
        row.reference, row.reason, row.expires_ms = event.reference, event.reason, event.expires_ms
        row.local = event.local
    if event.total is not None:
        row.currency, row.total, row.things = event.total.currency, event.total.minor, event.things


def resumed(session: Session, kiosk: str, uuid: str) -> Iterator[str]:
    """Its own lane goes on with it. A sentence where it was given to another: its goods may be sold twice."""
    row = session.get(SuspendedBasket, uuid)
    if row is None:
        return
    if row.taken_by in ("", kiosk):
        session.delete(row)
    else:
        yield f"basket {uuid} was resumed at {kiosk}, and given to {row.taken_by}"


def voided(session: Session, kiosk: str, uuid: str) -> None:
    """Its own lane has it no more. What another was given, and has not said that it has, is kept for that one; what a
    counter has stays, so that it may ask again where an answer was lost.
    """
    row = session.get(SuspendedBasket, uuid)
    mine = row is not None and row.kiosk == kiosk and not row.opened.startswith(COUNTER)
    if row is not None and mine and (row.opened or row.taken_by in ("", kiosk)):
        session.delete(row)


def taken_over(session: Session, kiosk: str, event: events.BasketTakenOver) -> Iterator[str]:
    """Another lane goes on with it. A sentence where it was not, or not any more, that lane's to have."""
    row = session.get(SuspendedBasket, event.origin)
    if row is None or row.taken_by != kiosk or row.opened not in ("", event.transaction):
        yield f"basket {event.origin} of {event.kiosk} was taken over at {kiosk} without being kept for it"
    else:
        row.opened = event.transaction
