"""Who attends: the operator of the shop that an account stands for, as the lanes know them from the feed."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.account_tables import Account
from headoffice.accounts import DEMO_ACCOUNT
from headoffice.feed_tables import FeedCurrent

__all__ = ["Attendant", "attendant_of", "operator_names"]


@dataclass(frozen=True, slots=True)
class Attendant:
    """An operator with their role of the shop's rights."""

    operator_id: str
    name: str
    role: str


def attendant_of(session: Session, account: str) -> Attendant | None:
    """Whom an account stands for; ``None``: nobody the lanes would listen to. A demo's account is a supervisor."""
    if account == DEMO_ACCOUNT:
        everybody = sorted(_operators(session), key=lambda one: (one.role != "supervisor", one.operator_id))
        return next(iter(everybody), None)
    operator_id = session.scalar(select(Account.operator_id).where(Account.name == account))
    return next((one for one in _operators(session) if one.operator_id == operator_id), None) if operator_id else None


def operator_names(session: Session) -> dict[str, str]:
    """What the operators that the lanes know now are called, by their ids."""
    return {one.operator_id: one.name for one in _operators(session)}


def _operators(session: Session) -> list[Attendant]:
    rows = session.scalars(select(FeedCurrent.payload).where(FeedCurrent.kind == "operator"))
    return [msgspec.json.decode(payload, type=Attendant) for payload in rows if payload is not None]
