"""Pictures of the plate at head office: for the attendant's page while an intervention waits, and gone with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.ledger.frame_tables import LaneFrame
from headoffice.ledger.tables import Intervention
from messages.frames import FrameTaken

__all__ = ["MOST_HOURS_MS", "Frames", "kept_of", "picture"]

MOST_HOURS_MS = 72 * 3_600_000
_MOST_OF_A_KIOSK = 60


class Frames:
    """Takes them in and erases them. Only of interventions that wait: what comes late is not kept."""

    def __init__(
        self, database: Database, *, clock: Callable[[], int], on_change: Callable[[set[str]], None] = lambda _: None
    ) -> None:
        self._database, self._clock, self._on_change = database, clock, on_change

    def taken(self, owner: str, frame: FrameTaken) -> None:
        """Keep one, if its intervention waits and there is room; the same once more replaces itself."""
        now = self._clock()
        with self._database.write() as session:
            raised = session.get(Intervention, {"kiosk": owner, "intervention": frame.intervention})
            held = len(session.scalars(select(LaneFrame.number).where(LaneFrame.kiosk == owner)).all())
            if raised is None or raised.outcome or frame.erase_ms <= now or held >= _MOST_OF_A_KIOSK:
                return
            row = LaneFrame(kiosk=owner, intervention=frame.intervention, number=frame.number)
            row.erase_ms, row.jpeg = min(frame.erase_ms, now + MOST_HOURS_MS), frame.jpeg
            session.merge(row)
        self._on_change({"attend"})

    def erase(self) -> int:
        """Erase those whose time is over or whose intervention was judged; gives how many."""
        judged = exists().where(
            Intervention.kiosk == LaneFrame.kiosk,
            Intervention.intervention == LaneFrame.intervention,
            Intervention.outcome != "",
        )
        over = or_(LaneFrame.erase_ms <= self._clock(), judged)
        with self._database.read() as session:
            found = session.execute(select(LaneFrame.kiosk).where(over).limit(1)).first()
        if found is None:
            return 0
        with self._database.write() as session:
            return len(session.execute(delete(LaneFrame).where(over).returning(LaneFrame.number)).all())


def kept_of(session: Session, kiosk: str, now: int) -> dict[str, list[int]]:
    """What there is to see of a lane: the numbers of pictures by intervention that waits."""
    rows = session.execute(
        select(LaneFrame.intervention, LaneFrame.number)
        .join(
            Intervention,
            (Intervention.kiosk == LaneFrame.kiosk) & (Intervention.intervention == LaneFrame.intervention),
        )
        .where(LaneFrame.kiosk == kiosk, LaneFrame.erase_ms > now, Intervention.outcome == "")
        .order_by(LaneFrame.intervention, LaneFrame.number)
    )
    found: dict[str, list[int]] = {}
    for intervention, number in rows:
        found.setdefault(intervention, []).append(number)
    return found


def picture(session: Session, kiosk: str, intervention: str, number: int, now: int) -> bytes | None:
    """One picture, while it may be seen."""
    if number not in kept_of(session, kiosk, now).get(intervention, ()):
        return None
    row = session.get(LaneFrame, {"kiosk": kiosk, "intervention": intervention, "number": number})
    return row.jpeg if row is not None else None
