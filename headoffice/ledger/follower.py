"""The ledger follows the journals: what is stored of a kiosk is posted, in its order, once.

``Epoch.posted`` says how far. It moves in the same database transaction as what was booked, so that a worker that dies
between two records leaves nothing half, and any other goes on from there. One worker follows at a time, while others
store. Each span that was posted is noted in the order it was, so that the ledger can be built anew just as it came to
be.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from headoffice.base import Base
from headoffice.database import Database, Turn, again
from headoffice.ledger.letters import Letter, bury
from headoffice.ledger.posting import Position, Posting, SuspectRecordError
from headoffice.ledger.tables import Epoch, JournalRecord, PostedSpan
from messages.errors import MessageError
from messages.events import PAYLOADS, Payload, read_payload

__all__ = ["Follower"]

log = logging.getLogger(__name__)

SOURCE = "journal"
_SLICE: Final = 4_000
"""Records posted in one database transaction at most."""
_RECORD: Final = Base.metadata.tables[JournalRecord.__tablename__]
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""The character that texts of PostgreSQL cannot hold, as JSON spells it; behind whole pairs of backslashes."""
_Event = tuple[Position, Payload]
_NEXT: Final = (
    select(_RECORD.c.sequence, _RECORD.c.kind, _RECORD.c.payload)
    .where(
        _RECORD.c.kiosk == bindparam("kiosk"),
        _RECORD.c.epoch == bindparam("epoch"),
        _RECORD.c.sequence > bindparam("posted"),
    )
    .order_by(_RECORD.c.sequence)
    .limit(bindparam("most"))
)
"""Records of one epoch that are to be posted next."""


@dataclass(slots=True)
class _Slice:
    """What one database transaction posts. ``careful`` guards each record, after the quick way has failed."""

    session: Session
    now_ms: int
    careful: bool
    posting: Posting
    buried: int = 0
    posted: list[tuple[Epoch, int]] = field(default_factory=list)
    events: list[_Event] = field(default_factory=list)
    bodies: dict[Position, bytes] = field(default_factory=dict)

    def bury(self, letter: Letter, body: bytes) -> None:
        self.buried += 1
        bury(self.session, letter, body, source=SOURCE, received_ms=self.now_ms)


class Follower:
    """``clock`` gives UTC milliseconds; ``on_change`` hears what people may see change."""

    def __init__(
        self, database: Database, *, clock: Callable[[], int], on_change: Callable[[set[str]], None] = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change

    def catch_up(self, kiosk: str = "") -> int:
        """Post all that is stored, or all of one kiosk; gives how many records that were."""
        whole = count = self.follow(kiosk)
        while count >= _SLICE:
            count = self.follow(kiosk)
            whole += count
        return whole

    def behind(self, kiosk: str = "") -> bool:
        """Whether anything is stored, of one kiosk if it is named, that is not posted."""
        wanted = select(Epoch.epoch).where(Epoch.posted < Epoch.sequence).limit(1)
        with self._database.read() as session:
            return session.scalar(wanted.where(Epoch.kiosk == kiosk) if kiosk else wanted) is not None

    def follow(self, kiosk: str = "", at_most: int = _SLICE, *, patient: bool = True) -> int:
        """Post up to ``at_most`` records, of one kiosk if it is named; 0: the ledger stands where the journals do, or,
        without patience, another worker is at it.

        Raises what the database raises (a full disk, say): then nothing of it is posted.
        """
        try:
            return again(lambda: self._follow(kiosk, at_most, careful=False, patient=patient))
        except OperationalError:
            raise
        except Exception:
            # One record that cannot be booked must not stop the ledger.
            log.exception("what is stored cannot be posted as a whole; it is posted record by record")
            return again(lambda: self._follow(kiosk, at_most, careful=True, patient=patient))

    def _follow(self, kiosk: str, at_most: int, *, careful: bool, patient: bool) -> int:
        with self._database.write(autoflush=False, aside=True) as session:
            if not self._database.take_turn(session, Turn.FOLLOW, patient=patient):
                return 0
            if not (behind := _behind(session, kiosk, at_most)):
                return 0
            self._database.take_turn(session, Turn.WRITE)
            slice_ = _Slice(session, self._clock(), careful, Posting(session))
            count = _read(slice_, behind, at_most)
            _post(slice_)
            for reason, remark, whose in slice_.posting.remarks:
                slice_.bury(Letter(reason, remark, whose), remark.encode())
            for epoch, last in slice_.posted:  # at the end: from here on nobody can store more of it until the commit
                epoch.posted = last
            touched = slice_.posting.touched | {"kiosks"} | ({"letters"} if slice_.buried else set())
        self._on_change(touched)
        return count


def _behind(session: Session, kiosk: str, at_most: int) -> Sequence[Epoch]:
    """Epochs of which more is stored than posted, the oldest first."""
    wanted = select(Epoch).where(Epoch.posted < Epoch.sequence)
    if kiosk:
        wanted = wanted.where(Epoch.kiosk == kiosk)
    wanted = wanted.order_by(Epoch.opened_ms, Epoch.kiosk, Epoch.epoch).limit(at_most)
    return session.scalars(wanted).all()


def _read(slice_: _Slice, behind: Sequence[Epoch], at_most: int) -> int:
    """Read what is next of each epoch, and note how far it is posted then."""
    count, connection = 0, slice_.session.connection()  # past the object layer: rows are read, never changed
    for epoch in behind:
        if count >= at_most:
            break
        kiosk, number = epoch.kiosk, epoch.epoch
        found = connection.execute(
            _NEXT, {"kiosk": kiosk, "epoch": number, "posted": epoch.posted, "most": at_most - count}
        ).all()
        for sequence, kind, payload in found:
            _understand(slice_, Position(kiosk, number, sequence), kind, bytes(payload))
        first, last = found[0][0], found[-1][0]
        slice_.session.add(PostedSpan(kiosk=kiosk, epoch=number, first=first, last=last))
        slice_.posted.append((epoch, last))
        count += len(found)
    return count


def _understand(slice_: _Slice, at: Position, kind: str, payload: bytes) -> None:
    """What cannot be read is stored all the same, and put before a person."""
    if kind in PAYLOADS:
        if rb"\u0000" in payload:  # the journal keeps it; the ledger is the same whatever database it is on
            payload = _NUL.sub(rb"\1\\ufffd", payload)
        try:
            slice_.events.append((at, read_payload(kind, payload)))
            slice_.bodies[at] = payload
        except MessageError as fault:
            slice_.bury(Letter("unreadable", f"{_place(at)}: {fault.detail}", at.kiosk), payload)
    elif not _KIND.fullmatch(kind):
        slice_.bury(Letter("suspect", f"{_place(at)}: a kind of record that is no word", at.kiosk), payload)


def _post(slice_: _Slice) -> None:
    if slice_.careful:
        for event in slice_.events:
            _post_guarded(slice_, event)
        return
    slice_.posting.expect(slice_.events)
    for event in slice_.events:
        _post_one(slice_, event)
    slice_.posting.finish()


def _post_one(slice_: _Slice, event: _Event) -> None:
    at, told = event
    try:
        slice_.posting.post(at, told)
    except SuspectRecordError as fault:
        slice_.bury(Letter("suspect", f"{_place(at)}: {fault}", at.kiosk), slice_.bodies[at])


def _post_guarded(slice_: _Slice, event: _Event) -> None:
    """Post behind a savepoint, so that what fails half-way leaves nothing behind."""
    at = event[0]
    try:
        with slice_.session.begin_nested():
            slice_.posting.expect([event])
            _post_one(slice_, event)
            slice_.posting.finish()
    except OperationalError:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, a person is told and the ledger goes on
        slice_.bury(Letter("unbookable", f"{_place(at)}: {fault!r}", at.kiosk), slice_.bodies[at])
    finally:
        slice_.posting.forget()


def _place(at: Position) -> str:
    return f"{at.kiosk} {at.epoch}/{at.sequence}"
