"""Parked baskets go from lane to lane here: each is given once, to one lane."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.ledger.suspended_tables import SuspendedBasket
from messages.basket_asks import BasketAnswer, BasketAsk, BasketState
from messages.values import LineItem

__all__ = ["BasketKeeper"]


class BasketKeeper:
    """Answers on the caller's thread: one short database transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, kiosk: str, ask: BasketAsk) -> BasketAnswer:
        """Give the basket to the asker, or say why not. The same kiosk may ask any number of times."""
        try:
            with self._database.write() as session:
                return _own(session, kiosk, ask) if ask.own else _given(session, kiosk, ask)
        except IntegrityError:  # its journal came in the same instant; asked again it is known
            return BasketAnswer(correlation=ask.correlation, state="taken", transaction=ask.sought)


def _own(session: Session, kiosk: str, ask: BasketAsk) -> BasketAnswer:
    """Its own lane wants it. One whose journal has not come yet is kept for it beforehand."""
    row = session.get(SuspendedBasket, ask.sought, with_for_update=True)
    if row is None:
        row = SuspendedBasket(uuid=ask.sought, kiosk=kiosk, store=ask.store, utc_ms=0, lines=[], taken_by="", opened="")
        session.add(row)
    if row.kiosk == kiosk and not row.taken_by:
        row.taken_by = kiosk
    if row.taken_by == kiosk and not row.opened:
        return BasketAnswer(correlation=ask.correlation, state="yours", transaction=row.uuid)
    return _refused(ask, row)


def _given(session: Session, kiosk: str, ask: BasketAsk) -> BasketAnswer:
    row = _found(session, kiosk, ask)
    if row is None or row.kiosk == kiosk or row.store != ask.store or not row.lines:
        return BasketAnswer(correlation=ask.correlation, state="unknown")
    if row.opened or row.taken_by not in ("", kiosk):
        return _refused(ask, row)
    row.taken_by = kiosk
    lines = msgspec.convert(row.lines, tuple[LineItem, ...])
    return BasketAnswer(correlation=ask.correlation, state="given", transaction=row.uuid, kiosk=row.kiosk, lines=lines)


def _refused(ask: BasketAsk, row: SuspendedBasket) -> BasketAnswer:
    state: BasketState = "gone" if row.opened else "taken"
    return BasketAnswer(correlation=ask.correlation, state=state, transaction=row.uuid, kiosk=row.taken_by)


def _found(session: Session, kiosk: str, ask: BasketAsk) -> SuspendedBasket | None:
    """The one that is named; else the one already kept for the asker, else the newest of the shop that is free."""
    if ask.sought:
        return session.get(SuspendedBasket, ask.sought, with_for_update=True)
    table = SuspendedBasket
    rows = session.scalars(
        select(table)
        .where(table.store == ask.store, table.kiosk != kiosk, table.taken_by.in_(("", kiosk)), table.opened == "")
        .order_by(table.taken_by.desc(), table.utc_ms.desc(), table.uuid)
        .with_for_update()
    )
    return next((row for row in rows if row.lines), None)
