"""All gates of a shop together: head office lets each sale out once."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.exits.gate import Verdict, judge
from headoffice.exits.tables import ExitUse
from headoffice.feed import policy_of
from headoffice.keyed import shop_key
from kiosk.retail.exit_code import ExitPass, exit_key

__all__ = ["verify"]


def verify(database: Database, store: str, code: str, *, gate: str, now_ms: int) -> Verdict:
    """Whether a code opens now; noted before it is told. The same gate may ask again where an answer was lost."""
    try:
        with database.write() as session:
            policy = policy_of(session)
            minutes = policy.exit_minutes if policy is not None else 0
            key = exit_key(shop_key(session))

            def used(told: ExitPass) -> bool:
                return _used(session, store, told, gate, now_ms)

            return judge(key, store, code, now_ms=now_ms, minutes=minutes, used=used) if minutes else "wrong"
    except IntegrityError:  # another gate was asked about the same sale in the same instant
        return "used"


def _used(session: Session, store: str, told: ExitPass, gate: str, now_ms: int) -> bool:
    before = session.get(ExitUse, (store, told.reference))
    if before is None:
        session.add(ExitUse(store=store, reference=told.reference, utc_ms=now_ms, gate=gate))
        session.flush()
    return before is not None and before.gate != gate
