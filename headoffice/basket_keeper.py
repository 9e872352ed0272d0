"""Parked baskets go from lane to lane, and to the counter, here: each is given once, to one of them.

A lane that was given one and of which nothing comes (it died, or lost its line) keeps it from the others for as long as
the shop says; staff may have it taken from that lane sooner. Should both sell it after all, a person is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import policy_of
from headoffice.ledger import coupons
from headoffice.ledger.suspended import COUNTER
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import Kiosk
from kiosk.retail.parking import ParkingRules
from messages.basket_asks import BasketAnswer, BasketAsk, BasketRow, BasketsAnswer, BasketsAsk, BasketState
from messages.values import LineItem, Money

__all__ = ["MOST", "BasketKeeper", "give", "shown"]

MOST: Final = 100
"""Rows of a list: more parked baskets of a shop nobody looks through."""
_MINUTE_MS: Final = 60_000


class BasketKeeper:
    """Answers on the caller's thread: one short database transaction each. ``clock``: milliseconds, UTC."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def take(self, kiosk: str, ask: BasketAsk) -> BasketAnswer:
        """Give the basket to the asker, or say why not. The same kiosk may ask any number of times."""
        now = self._clock()
        try:
            with self._database.write() as session:
                return _own(session, kiosk, ask, now) if ask.own else _given(session, kiosk, ask, now)
        except IntegrityError:  # its journal came in the same instant; asked again it is known
            return BasketAnswer(correlation=ask.correlation, state="taken", transaction=ask.sought)

    def told(self, kiosk: str, ask: BasketsAsk) -> BasketsAnswer:
        """The shop's parked baskets as that kiosk's staff choose from them."""
        with self._database.read() as session:
            of_lanes = _workstations(session)
            rows = shown(session, ask.store, self._clock())
            gone = session.scalars(
                select(SuspendedBasket.uuid)
                .where(SuspendedBasket.kiosk == kiosk, SuspendedBasket.opened != "")
                .order_by(SuspendedBasket.utc_ms.desc())
                .limit(MOST)
            )
            return BasketsAnswer(
                correlation=ask.correlation,
                baskets=tuple(_row(row, kiosk, of_lanes) for row in rows),
                gone=tuple(gone),
            )


def shown(session: Session, store: str, now: int) -> list[SuspendedBasket]:
    """The newest that nobody goes on with, and that are still kept."""
    table = SuspendedBasket
    kept = or_(table.expires_ms == 0, table.expires_ms > now)
    found = select(table).where(table.store == store, table.opened == "", table.utc_ms > 0, kept)
    return list(session.scalars(found.order_by(table.utc_ms.desc(), table.uuid).limit(MOST)))


def give(session: Session, row: SuspendedBasket, taker: str, now: int, *, again: bool) -> BasketState:
    """Let ``taker`` have it, unless another has; the first step of going on with it. Theirs again, if they ask again.

    ``again``: a person says that whoever was given it will not go on with it.
    """
    if row.opened:
        return "gone"
    if row.taken_by != taker:
        if row.taken_by and not again and now - row.given_ms < _patience(session) * _MINUTE_MS:
            return "taken"
        if row.expires_ms and now >= row.expires_ms:
            return "expired"
        row.taken_by, row.given_ms = taker, now
        if taker != row.kiosk:
            coupons.let_go(session, row.uuid)  # its new lane asks for them under its own transaction
    return "yours" if taker == row.kiosk else "given"


def _patience(session: Session) -> int:
    policy = policy_of(session)
    return (policy.parking if policy is not None else ParkingRules()).given_minutes


def _own(session: Session, kiosk: str, ask: BasketAsk, now: int) -> BasketAnswer:
    """Its own lane wants it. One whose journal has not come yet is kept for it beforehand."""
    row = session.get(SuspendedBasket, ask.sought, with_for_update=True)
    if row is None:
        row = SuspendedBasket(uuid=ask.sought, kiosk=kiosk, store=ask.store, utc_ms=0, lines=[])
        row.taken_by, row.given_ms, row.opened, row.expires_ms = kiosk, now, "", 0
        session.add(row)
    state: BasketState = "unknown"
    if row.kiosk == kiosk:
        state = give(session, row, kiosk, now, again=ask.again)
    if state == "yours":
        return BasketAnswer(correlation=ask.correlation, state=state, transaction=row.uuid)
    return _refused(ask, row, state)


def _given(session: Session, kiosk: str, ask: BasketAsk, now: int) -> BasketAnswer:
    row = _found(session, kiosk, ask, now)
    if row is None or row.kiosk == kiosk or row.store != ask.store or not row.lines:
        return BasketAnswer(correlation=ask.correlation, state="unknown")
    state = give(session, row, kiosk, now, again=ask.again)
    if state != "given":
        return _refused(ask, row, state)
    lines = msgspec.convert(row.lines, tuple[LineItem, ...])
    return BasketAnswer(
        correlation=ask.correlation,
        state=state,
        transaction=row.uuid,
        kiosk=row.kiosk,
        lines=lines,
        local=row.local,
    )


def _refused(ask: BasketAsk, row: SuspendedBasket, state: BasketState) -> BasketAnswer:
    return BasketAnswer(correlation=ask.correlation, state=state, transaction=row.uuid, kiosk=row.taken_by)


def _found(session: Session, kiosk: str, ask: BasketAsk, now: int) -> SuspendedBasket | None:
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
    return next((row for row in rows if row.lines and not (row.expires_ms and now >= row.expires_ms)), None)


def _workstations(session: Session) -> dict[str, str]:
    return {row.kiosk: row.workstation for row in session.execute(select(Kiosk.kiosk, Kiosk.workstation))}


def _row(row: SuspendedBasket, kiosk: str, of_lanes: dict[str, str]) -> BasketRow:
    held = row.taken_by not in ("", kiosk)
    mine = row.kiosk == kiosk
    return BasketRow(
        uuid=row.uuid,
        workstation=of_lanes.get(row.kiosk) or row.kiosk,
        reference=row.reference,
        utc_ms=row.utc_ms,
        lines=len(row.lines) or row.things,
        total=Money(row.total, row.currency or "XXX"),
        reason=row.reason,
        expires_ms=row.expires_ms,
        state="given" if held else "own" if mine else "free" if row.lines else "elsewhere",
        to=(of_lanes.get(row.taken_by) or row.taken_by.removeprefix(COUNTER)) if held else "",
        since_ms=row.given_ms if held else 0,
    )
