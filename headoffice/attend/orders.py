"""Giving orders to lanes: checked as far as head office knows, kept, and sent. The lane has the last word."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.attend.board import fate
from headoffice.attend.people import attendant_of
from headoffice.database import Database
from headoffice.desk import SOURCE, Reply
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.tables import Intervention, Kiosk
from messages import envelope, topics
from messages.commands import LANE, MOST_WORDS, PREPARED, LaneOrder, StaffDeed, StaffOrder

__all__ = ["EXPIRY_MS", "Orders", "Wish"]

EXPIRY_MS = 30_000
"""How long an order is worth anything: longer than a broker takes to come back, shorter than a shopper waits."""

_RETAINED = ("open_lane", "close_lane", "close_day")
"""What holds until the lane has done it; everything else is worth nothing later."""
_DEEDS = (*get_args(StaffDeed), *_RETAINED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an attendant asks of a lane. ``prepared`` or ``words``: of a message."""

    kiosk: str
    deed: str
    intervention: str = ""
    outcome: str = ""
    reason: str = ""
    prepared: str = ""
    words: str = ""


class Orders:
    """``send`` publishes; ``reach`` says whether the broker is there now; ``clock`` gives UTC milliseconds."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        send: Callable[[Reply], None],
        reach: Callable[[], bool],
        on_change: Callable[[set[str]], None] = lambda _: None,
    ) -> None:
        self._database, self._clock, self._send, self._on_change = database, clock, send, on_change
        self.reach = reach

    def give(self, wish: Wish, *, account: str) -> str:
        """Keep the order and send it; the word of why not, or empty. Nothing is sent that is not kept."""
        if not self.reach():
            return "unreachable"
        with self._database.write() as session:
            attendant = attendant_of(session, account)
            if attendant is None:
                return "operator"
            refused = self._refused(session, wish)
            if refused:
                return refused
            row = self._row(session, wish, account, attendant.operator_id)
            session.add(row)
            reply = _order(row, wish)
        self._send(reply)
        self._on_change({"attend"})
        return ""

    def _refused(self, session: Session, wish: Wish) -> str:
        kiosk = session.get(Kiosk, wish.kiosk)
        if kiosk is None or wish.deed not in _DEEDS:
            return "unclear"
        if not kiosk.online:
            return "offline"
        if wish.deed == "message" and wish.prepared not in PREPARED and not wish.words.strip():
            return "unclear"
        if len(wish.words) > MOST_WORDS or len(wish.reason) > MOST_WORDS:
            return "too_long"
        if wish.deed != "clear_intervention":
            return ""
        if wish.outcome not in ("approved", "refused") or (wish.outcome == "refused" and not wish.reason.strip()):
            return "unclear"
        raised = session.get(Intervention, {"kiosk": wish.kiosk, "intervention": wish.intervention})
        if raised is None or raised.outcome:
            return "gone"
        now = self._clock()
        same = session.scalars(select(LaneCommand).where(LaneCommand.intervention == wish.intervention))
        return "already" if any(fate(one, now) == "pending" for one in same) else ""

    def _row(self, session: Session, wish: Wish, account: str, operator_id: str) -> LaneCommand:
        now, number = self._clock(), 0
        if wish.deed in _RETAINED:
            last = session.scalar(select(func.max(LaneCommand.number)).where(LaneCommand.kiosk == wish.kiosk)) or 0
            number = max(last + 1, now // 1000)  # the lane remembers the highest, even past a lost database
        clears = wish.deed == "clear_intervention"
        return LaneCommand(
            ident=uuid.uuid4().hex,
            kiosk=wish.kiosk,
            deed=wish.deed,
            account=account,
            operator_id=operator_id,
            intervention=wish.intervention if clears else "",
            outcome=wish.outcome if clears else "",
            reason=wish.reason.strip(),
            words=(wish.prepared or wish.words.strip()) if wish.deed == "message" else "",
            number=number,
            sent_ms=now,
            expires_ms=now + EXPIRY_MS,
        )


def _order(row: LaneCommand, wish: Wish) -> Reply:
    if row.number:
        lane = LaneOrder(
            command=cast('Literal["open_lane", "close_lane", "close_day"]', row.deed),
            order=row.number,
            reason=row.reason,
            ident=row.ident,
            operator_id=row.operator_id,
        )
        topic = topics.command(row.kiosk, LANE, row.ident)
        return Reply(topic, envelope.encode(lane, source=SOURCE, subject=row.kiosk), retain=True)
    order = StaffOrder(
        ident=row.ident,
        deed=cast("StaffDeed", row.deed),
        expires_ms=row.expires_ms,
        operator_id=row.operator_id,
        intervention=row.intervention,
        outcome=cast('Literal["", "approved", "refused"]', row.outcome),
        reason=row.reason,
        prepared=wish.prepared if wish.prepared in PREPARED else "",
        words="" if wish.prepared in PREPARED else wish.words.strip(),
    )
    body = envelope.encode(order, source=SOURCE, subject=row.kiosk)
    return Reply(topics.staff_order(row.kiosk), body, expiry_seconds=EXPIRY_MS // 1000)
