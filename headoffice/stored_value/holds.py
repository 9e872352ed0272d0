"""What kiosks ask about stored value: what is on a card, keep some of it aside, how that stands, let it go.

The rule above all others: a request is one hold, however often it is asked for. Nothing is taken here: that is booked
from the journal of the sale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import policy_of
from headoffice.stored_value import guessing
from headoffice.stored_value.books import held, rules_of
from headoffice.stored_value.tables import PaperVoucher, ValueAccount, ValueHold
from kiosk.retail.stored_value import StoredValueRules
from messages.value_asks import ValueAnswer, ValueAsk, ValueState

__all__ = ["THROTTLED", "ValueHolds"]

THROTTLED = "throttled"
_UNKNOWN = "unknown"
_ABANDONED = "abandoned"
_FORGOTTEN = "forgotten"
"""Nobody has spoken of it for too long."""
_STATES: dict[str, ValueState] = {
    "held": "held",
    "refused": "refused",
    "released": "released",
    "settled": "settled",
}


Today = Callable[[Session, int], str]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of a request; ``key``: the account's id or the voucher's keyed hash."""

    state: str
    reason: str = ""
    amount: int = 0
    key: str = ""


class ValueHolds:
    """Answers on the caller's thread: one short database transaction each.

    ``clock`` gives UTC milliseconds, ``today`` the shop's ISO date at such a moment.
    """

    def __init__(self, database: Database, *, clock: Callable[[], int], today: Today) -> None:
        self._database, self._clock, self._today = database, clock, today

    def answer(self, kiosk: str, ask: ValueAsk) -> ValueAnswer:
        """Do what a kiosk asks; its answer is on disk before it is told."""
        now = self._clock()
        try:
            if ask.deed == "look":
                return self._looked(kiosk, ask, now)
            return self._kept(kiosk, ask, now)
        except IntegrityError:  # another worker was asked for the same, or for the same voucher, in the same instant
            return self._looked(kiosk, ask, now) if ask.deed == "look" else self._kept(kiosk, ask, now)

    def trouble(self) -> list[str]:
        """Sentences for people about lanes where numbers are being guessed."""
        with self._database.read() as session:
            lanes = guessing.stopped_lanes(session, self._clock())
        return [
            f"at {lane} numbers of gift cards are being guessed: it is told nothing about any for a while"
            for lane in lanes
        ]

    def _looked(self, kiosk: str, ask: ValueAsk, now: int) -> ValueAnswer:
        """What is on a card; nothing is written unless nobody knows it."""
        with self._database.read() as session:
            if guessing.stopped(session, kiosk, now):
                return _refusal(ask, THROTTLED)
            told = _looked(session, ask, now, self._today(session, now))
        if told.reason == _UNKNOWN:
            with self._database.write() as session:
                guessing.missed(session, kiosk, ask.request or ask.correlation, now)
        return told

    def _kept(self, kiosk: str, ask: ValueAsk, now: int) -> ValueAnswer:
        with self._database.write() as session:
            row = session.get(ValueHold, ask.request, with_for_update=True)
            if row is None:
                row = _begun(session, kiosk, ask, now, self._today(session, now))
                session.add(row)
                session.flush()
            elif row.kiosk == kiosk:
                _go_on(session, row, ask, now)
            mine = row.kiosk == kiosk and row.reason != _ABANDONED
            return _told(session, row, ask, now) if mine else _nothing(ask)


def _looked(session: Session, ask: ValueAsk, now: int, today: str) -> ValueAnswer:
    """What a card says of itself, without anything being kept."""
    rules = rules_of(session)
    account = session.scalar(select(ValueAccount).where(ValueAccount.keyed_hash == ask.keyed_hash))
    if account is None or rules is None:
        return _refusal(ask, _UNKNOWN)
    why = _unusable(account, ask, today)
    return ValueAnswer(
        correlation=ask.correlation,
        request=ask.request,
        state="refused" if why else "known",
        reason=why,
        currency=account.currency,
        account=account.account,
        kind=account.kind,
        masked=account.masked,
        balance=account.balance - held(session, account.account, rules, now),
        face_minor=account.face,
        expires_day=account.expires_day,
    )


def _refusal(ask: ValueAsk, reason: str) -> ValueAnswer:
    return ValueAnswer(correlation=ask.correlation, request=ask.request, state="refused", reason=reason)


def _begun(session: Session, kiosk: str, ask: ValueAsk, now: int, today: str) -> ValueHold:
    """The row of a request nobody has spoken of before.

    One that is asked about before it was begun is noted as abandoned: should its beginning come late, nothing is held.
    """
    if ask.deed != "hold":
        judged = _Judged("released", _ABANDONED)
    elif ask.instrument == "voucher":
        judged = _voucher(session, ask, now)
    elif guessing.stopped(session, kiosk, now):
        judged = _Judged("refused", THROTTLED)
    else:
        judged = _account(session, ask, now, today)
        if judged.reason == _UNKNOWN:
            guessing.missed(session, kiosk, ask.request, now)
    return ValueHold(
        request=ask.request,
        kiosk=kiosk,
        uuid=ask.transaction,
        instrument=ask.instrument,
        account=judged.key,
        amount=judged.amount,
        currency=ask.currency,
        state=judged.state,
        reason=judged.reason,
        created_ms=now,
    )


def _account(session: Session, ask: ValueAsk, now: int, today: str) -> _Judged:
    rules = rules_of(session)
    if rules is None or ask.amount_minor <= 0:
        return _Judged("refused", "terms")
    wanted = select(ValueAccount).where(ValueAccount.keyed_hash == ask.keyed_hash).with_for_update()
    account = session.scalar(wanted)
    if account is None:
        return _Judged("refused", _UNKNOWN)
    why = _unusable(account, ask, today)
    if why:
        return _Judged("refused", why, key=account.account)
    left = account.balance - held(session, account.account, rules, now)
    if left <= 0:
        return _Judged("refused", "balance", key=account.account)
    return _Judged("held", "", min(left, ask.amount_minor), account.account)


def _unusable(account: ValueAccount, ask: ValueAsk, today: str) -> str:
    if account.status != "active":
        return account.status
    if account.expires_day and account.expires_day < today:
        return "expired"
    return "currency" if ask.currency and ask.currency != account.currency else ""


def _voucher(session: Session, ask: ValueAsk, now: int) -> _Judged:
    policy = policy_of(session)
    offered = policy.tenders if policy is not None else ()
    taken = any(each.tender_id == ask.tender_id and each.kind == "paper_voucher" for each in offered)
    if policy is None or not taken or not ask.keyed_hash or ask.currency != policy.currency or ask.amount_minor <= 0:
        return _Judged("refused", "terms")
    key = ask.keyed_hash
    if session.scalar(select(PaperVoucher.uuid).where(PaperVoucher.keyed_hash == key).limit(1)) is not None:
        return _Judged("refused", "used", key=key)
    since = now - (policy.stored_value or StoredValueRules()).hold_hours * 3_600_000
    for other in session.scalars(select(ValueHold).where(ValueHold.account == key, ValueHold.state == "held")):
        if other.created_ms > since:
            return _Judged("refused", "taken", key=key)
        other.state, other.reason = "released", _FORGOTTEN
    return _Judged("held", "", ask.amount_minor, key)


def _go_on(session: Session, row: ValueHold, ask: ValueAsk, now: int) -> None:
    if row.state != "held":
        return
    rules = rules_of(session) or StoredValueRules()
    if ask.deed == "release":
        row.state = "released"
    elif row.created_ms <= now - rules.hold_hours * 3_600_000:
        row.state, row.reason = "released", _FORGOTTEN


def _told(session: Session, row: ValueHold, ask: ValueAsk, now: int) -> ValueAnswer:
    account = session.get(ValueAccount, row.account) if row.instrument == "account" and row.account else None
    rules = rules_of(session)
    answer = ValueAnswer(
        correlation=ask.correlation,
        request=row.request,
        state=_STATES[row.state],
        amount_minor=row.amount,
        currency=row.currency,
        reason=row.reason,
        account=row.account,
    )
    if account is None or rules is None:
        return answer
    return ValueAnswer(
        correlation=answer.correlation,
        request=answer.request,
        state=answer.state,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        reason=answer.reason,
        account=account.account,
        kind=account.kind,
        masked=account.masked,
        balance=account.balance - held(session, account.account, rules, now),
        expires_day=account.expires_day,
    )


def _nothing(ask: ValueAsk) -> ValueAnswer:
    return ValueAnswer(correlation=ask.correlation, request=ask.request, state="not_found")
