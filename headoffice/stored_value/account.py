"""What people at head office see and do about stored value: one card or credit, what all of it comes to, a change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.keyed import keyed_hash, shop_key
from headoffice.stored_value.books import ValueBooks, held, rules_of
from headoffice.stored_value.tables import PaperVoucher, ValueAccount, ValueEntry
from kiosk.retail.stored_value import SHORTEST, StoredValueRules

__all__ = ["Liability", "ValueReason", "ValueRefusedError", "View", "adjust", "block", "find", "liabilities", "wrong"]

_NEWEST: Final = 50
_FOUND: Final = 20
_MOST: Final = 1_000_000_000
_SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 500
_REQUEST: Final = re.compile(r"[A-Za-z0-9-]{8,64}")


class ValueReason(StrEnum):
    """Why something was not done to an account."""

    UNKNOWN_ACCOUNT = "unknown_account"
    NOT_AN_AMOUNT = "not_an_amount"
    NO_REASON = "no_reason"
    BELOW_ZERO = "below_zero"
    NOT_ACTIVE = "not_active"


class ValueRefusedError(ValueError):
    """It may not be."""

    def __init__(self, reason: ValueReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class View:
    """One account: what there is, what is kept aside, and the newest bookings."""

    row: ValueAccount
    held: int
    entries: Sequence[ValueEntry]


@dataclass(frozen=True, slots=True)
class Liability:
    """What the shop owes in one currency by one kind of account: how many have something on them, and how much."""

    kind: str
    currency: str
    accounts: int
    amount: int


def find(session: Session, asked: str, now_ms: int) -> list[View]:
    """The accounts of an id, of a whole number (hashed, looked up and forgotten), or of a number's last four digits."""
    asked = asked.strip()
    if not asked:
        return []
    wanted = [ValueAccount.account == asked]
    if asked.isdigit() and len(asked) >= SHORTEST:
        wanted.append(ValueAccount.keyed_hash == keyed_hash(shop_key(session), "value", asked))
    elif asked.isdigit():
        wanted.append(ValueAccount.masked == f"**** {asked}")
    query = select(ValueAccount).where(or_(*wanted)).order_by(ValueAccount.created_ms.desc()).limit(_FOUND)
    rules = rules_of(session) or StoredValueRules()
    found = []
    for row in session.scalars(query).all():
        newest = select(ValueEntry).where(ValueEntry.account == row.account).order_by(ValueEntry.utc_ms.desc())
        entries = session.scalars(newest.limit(_NEWEST)).all()
        found.append(View(row, held(session, row.account, rules, now_ms), entries))
    return found


def liabilities(session: Session) -> list[Liability]:
    """What all accounts together come to; a card that is blocked is owed all the same."""
    query = (
        select(ValueAccount.kind, ValueAccount.currency, func.count(), func.sum(ValueAccount.balance))
        .where(ValueAccount.balance != 0)
        .group_by(ValueAccount.kind, ValueAccount.currency)
        .order_by(ValueAccount.kind, ValueAccount.currency)
    )
    return [Liability(kind, currency, count, int(amount)) for kind, currency, count, amount in session.execute(query)]


def wrong(session: Session) -> tuple[Sequence[ValueAccount], Sequence[str]]:
    """What a person must look at: accounts below nothing, and vouchers that paid twice (keyed hashes)."""
    below = select(ValueAccount).where(ValueAccount.balance < 0).order_by(ValueAccount.balance).limit(_FOUND)
    twice = select(PaperVoucher.keyed_hash).group_by(PaperVoucher.keyed_hash).having(func.count() > 1).limit(_FOUND)
    return session.scalars(below).all(), session.scalars(twice).all()


def block(database: Database, account: str, *, blocked: bool, reason: str, by: str) -> None:
    """Stop an account, or let it serve again, with a reason. Raises ``ValueRefusedError``."""
    told = _reason(reason)
    with database.write() as session:
        row = session.get(ValueAccount, account, with_for_update=True)
        if row is None:
            raise ValueRefusedError(ValueReason.UNKNOWN_ACCOUNT)
        if row.status == "inactive":
            raise ValueRefusedError(ValueReason.NOT_ACTIVE)
        row.status = "blocked" if blocked else "active"
        row.blocked_by, row.blocked_why = by, told


def adjust(
    database: Database,
    account: str,
    amount: int | None,
    *,
    reason: str,
    by: str,
    request: str,
    day: str,
    clock: Callable[[], int],
) -> bool:
    """Put on or take off minor units, with a reason, as an entry of its own that bears who did it.

    ``request`` is the form's own id: sent twice it is booked once; whether it was booked now. ``day``: the shop's ISO
    date. Raises ``ValueRefusedError``.
    """
    if amount is None or not amount or abs(amount) > _MOST or not _REQUEST.fullmatch(request):
        raise ValueRefusedError(ValueReason.NOT_AN_AMOUNT)
    told = _reason(reason)
    with database.write() as session:
        books = ValueBooks(session)
        row = books.account(account)
        if row is None:
            raise ValueRefusedError(ValueReason.UNKNOWN_ACCOUNT)
        if row.status == "inactive":
            raise ValueRefusedError(ValueReason.NOT_ACTIVE)
        kept = held(session, account, rules_of(session) or StoredValueRules(), clock())
        if amount < 0 and row.balance - kept + amount < 0:
            raise ValueRefusedError(ValueReason.BELOW_ZERO)
        source = f"adjust:{request}"
        return books.book(source, "adjust", account, amount, business_day=day, utc_ms=clock(), by=by, reason=told)


def _reason(reason: str) -> str:
    told = reason.strip()
    if not _SHORTEST_REASON <= len(told) <= _LONGEST_REASON:
        raise ValueRefusedError(ValueReason.NO_REASON)
    return told
