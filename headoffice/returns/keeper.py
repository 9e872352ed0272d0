"""What kiosks ask about returns: the sale of a receipt, and to keep units of it.

From one sale one return at a time is under way in the whole fleet, so that no two lanes take back the same unit or give
money back to the same tender. Keeping takes nothing: what has come back is booked from the journal of the return.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import policy_of
from headoffice.ledger.return_tables import ReturnHold
from headoffice.ledger.returns import returned_units
from headoffice.ledger.tables import Epoch, JournalRecord, SaleLine, Transaction
from headoffice.returns.finder import completed_of, document_of, find, tenders_left
from kiosk.retail.returns import ReturnRules
from messages.return_asks import ReturnAnswer, ReturnAsk, ReturnState, SaleAnswer, SaleAsk

__all__ = ["ReturnKeeper"]

_HOUR_MS: Final = 3_600_000


class ReturnKeeper:
    """Answers on the caller's thread: one short database transaction each. ``clock`` gives UTC milliseconds."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock

    def sale(self, ask: SaleAsk) -> SaleAnswer:
        """The sale of a receipt, with what of it can still come back."""
        with self._database.read() as session:
            row = find(session, ask.sought, ask.store)
            sold = completed_of(session, row) if row is not None else None
            if row is None or sold is None:
                return SaleAnswer(correlation=ask.correlation)
            legal = f"{row.legal_series}-{row.legal_number:06d}" if row.legal_number is not None else ""
            return SaleAnswer(
                correlation=ask.correlation,
                sale=sold,
                legal_number=legal,
                returned=tuple(sorted(returned_units(session, row.uuid).items())),
                tenders=tenders_left(session, sold),
                taken=_in_hand(session, row.uuid, "", self._clock()),
                document=document_of(session, row),
            )

    def let_go(self, sought: str) -> list[str]:
        """A person lets go what lanes that nobody hears of have in hand of a sale; gives those lanes.

        Only what has had its time: a return that may be going on is its lane's.
        """
        now, lanes = self._clock(), []
        with self._database.write() as session:
            sale = find(session, sought, "")
            rows = select(ReturnHold).where(ReturnHold.original == (sale.uuid if sale is not None else ""))
            for row in session.scalars(rows.where(ReturnHold.state == "held", ReturnHold.expires_ms <= now)):
                row.state = "released"
                lanes.append(row.kiosk)
        return lanes

    def trouble(self) -> list[str]:
        """Sentences for people about returns at lanes that have not been heard of for too long."""
        with self._database.read() as session:
            late = select(ReturnHold).where(ReturnHold.state == "held", ReturnHold.expires_ms <= self._clock())
            rows = [row for row in session.scalars(late) if _unheard(session, row)]
            named = [(session.get(Transaction, row.original), row.kiosk) for row in rows]
        return [
            f"{lane} is not heard of and has goods of {sale.workstation}-{sale.series}-{sale.number:06d} in hand: "
            "nothing else of that sale can come back until it is, or a person lets them go"
            for sale, lane in named
            if sale is not None
        ]

    def hold(self, kiosk: str, ask: ReturnAsk) -> ReturnAnswer:
        """Keep the units for the asker's basket, or say why not. Under one id it may be asked any number of times."""
        try:
            with self._database.write() as session:
                state = _held(session, kiosk, ask, self._clock())
        except IntegrityError:  # another worker was asked the same in the same instant
            state = "taken"
        return ReturnAnswer(correlation=ask.correlation, state=state)


def _in_hand(session: Session, original: str, mine: str, now: int) -> bool:
    """Whether another return from this sale is under way, or may be: at a lane that nobody has heard of since."""
    others = select(ReturnHold).where(
        ReturnHold.original == original, ReturnHold.state == "held", ReturnHold.hold != mine
    )
    return any(row.expires_ms > now or _unheard(session, row) for row in session.scalars(others))


def _unheard(session: Session, row: ReturnHold) -> bool:
    """Whether what the ledger has of the lane's journal ends before its return had its time: no more is known here.

    A journal comes in order, so the time of its newest posted record (a clock may be ahead: or of its coming) says how
    far.
    """
    newest = (
        select(JournalRecord)
        .join(Epoch, (Epoch.kiosk == JournalRecord.kiosk) & (Epoch.epoch == JournalRecord.epoch))
        .where(JournalRecord.kiosk == row.kiosk, JournalRecord.sequence == Epoch.posted)
    )
    heard = [min(record.utc_ms, record.received_ms) for record in session.scalars(newest)]
    return max(heard, default=0) < row.expires_ms


def _held(session: Session, kiosk: str, ask: ReturnAsk, now: int) -> ReturnState:
    sale = session.get(Transaction, ask.original, with_for_update=True)
    row = session.get(ReturnHold, ask.hold, with_for_update=True)
    if sale is None or sale.sample or sale.original:
        return "unknown"
    if row is not None and (row.kiosk != kiosk or row.original != ask.original or row.state in ("released", "used")):
        return "unknown"
    if _in_hand(session, ask.original, ask.hold, now):
        return "taken"
    if not _as_asked(session, ask) or not _as_told(session, sale, ask):
        return "changed"
    until = now + _hold_ms(session)
    if row is None:
        row = ReturnHold(hold=ask.hold, basket=ask.transaction, original=ask.original, kiosk=kiosk)
        session.add(row)
    row.state, row.since_ms, row.expires_ms = "held", now, until
    return "held"


def _hold_ms(session: Session) -> int:
    """How long units are kept for a return whose lane is heard of and says nothing of it.

    Of a lane that is cut off nothing is known, however long: its units are kept until it is heard of again, or a person
    lets them go.
    """
    policy = policy_of(session)
    return (policy.returns if policy is not None else ReturnRules()).hold_hours * _HOUR_MS


def _as_asked(session: Session, ask: ReturnAsk) -> bool:
    """Whether these very units are the next of each line."""
    rows = session.execute(select(SaleLine.line, SaleLine.quantity).where(SaleLine.uuid == ask.original))
    sold = {row.line: row.quantity for row in rows}
    back = returned_units(session, ask.original)
    lines = {line.line for line in ask.lines}
    return len(lines) == len(ask.lines) > 0 and all(
        line.units > 0 and line.first == back.get(line.line, 0) and line.first + line.units <= sold.get(line.line, 0)
        for line in ask.lines
    )


def _as_told(session: Session, sale: Transaction, ask: ReturnAsk) -> bool:
    """Whether the sale's tenders have as much left to give back as the asker goes by: another return may be done since.

    The units of that one may be others than these, and yet the same card has then less to give.
    """
    sold = completed_of(session, sale) if ask.left else None
    if sold is None:
        return True
    return dict(ask.left) == {each.tender: each.left.minor for each in tenders_left(session, sold)}
