"""The journal on its way up: read, batched, sent within a window, sent again until head office has said it is stored.

The journal is the outbox. What was handed to the broker is remembered only to know where to read on; a time-out, a
new connection or a gap that head office reports sets reading back to the last acknowledgement. Only head office's
acknowledgement moves the cursor, and only onto a record this journal holds, with the digest it has here.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from kiosk.store.chain import Position, RawRecord
from kiosk.store.errors import StoreError
from kiosk.store.journal import JournalReader
from kiosk.sync.cursor import Acknowledged, Cursor
from kiosk.sync.faults import Faults
from kiosk.sync.settings import SyncSettings
from messages import countersign, envelope, topics
from messages.errors import MessageError
from messages.journal import Acknowledgement, JournalBatch, JournalRecord

__all__ = ["MAXIMUM_BATCH", "MAXIMUM_BATCH_BYTES", "UNACKNOWLEDGED_BATCHES", "Up"]

MAXIMUM_BATCH = 200
MAXIMUM_BATCH_BYTES = 65_536
UNACKNOWLEDGED_BATCHES = 64
"""Batches on their way at once: twice what head office stores together, so that some travel while others are stored."""

_JOURNAL = "journal"
_CHAIN = "acknowledgement"
_CURSOR = "cursor"
_SILENCE = "head office"
_SIGNATURE = "countersignature"
_FRAME = 300
"""Bytes of a record beside its payload, about: two digests and the field names."""

Publish = Callable[[str, bytes], bool]


class Up:
    """Used on one thread. ``publish`` says whether the message was taken; ``clock`` is monotonic seconds.

    ``elder`` names a journal before the present one that must go up first, given what is acknowledged.
    """

    def __init__(
        self,
        settings: SyncSettings,
        cursor: Cursor,
        *,
        publish: Publish,
        acknowledged: Callable[[Position], None],
        faults: Faults,
        clock: Callable[[], float],
        elder: Callable[[Position], Path | None] = lambda _acknowledged: None,
    ) -> None:
        self._settings = settings
        self._elder = elder
        self._cursor = cursor
        self._known = settings.countersigners or tuple(filter(None, (cursor.countersigner,)))
        self._publish = publish
        self._acknowledged = acknowledged
        self._faults = faults
        self._clock = clock
        self._reader: JournalReader | None = None
        self._file = (0, 0)
        self._sent = cursor.position
        self._on_the_way: deque[Position] = deque()
        self._deadline = 0.0
        self._patience = settings.timing.resend_ms / 1000
        self._window = UNACKNOWLEDGED_BATCHES
        self._gap = (Position(0, 0), 0.0)

    # --- what makes it move ------------------------------------------------------------------------------------------

    def connected(self) -> None:
        """A new connection: whatever was on its way may be lost."""
        self._be_patient()
        self._rewind(self._cursor.position)
        self.pump()

    def pump(self) -> None:
        """Send what is new, as far as the window goes."""
        while len(self._on_the_way) < self._window:
            records = self._next()
            if not records or not self._publish(topics.journal_up(self._settings.kiosk), self._batch(records)):
                return
            if not self._on_the_way:
                self._deadline = self._clock() + self._patience
            self._sent = records[-1].position
            self._on_the_way.append(self._sent)

    def tick(self) -> None:
        """Look at the journal without being told, and at the time: what is not acknowledged in time is sent again."""
        self._follow_file()
        if self._on_the_way and self._clock() >= self._deadline:
            self._faults.begin(_SILENCE, "acknowledges nothing; the oldest batch is sent again until it does")
            self._patience = min(self._settings.timing.longest_ms / 1000, self._patience * 2)
            self._window = 1
            self._rewind(self._cursor.position)
        self.pump()

    def close(self) -> None:
        """Let the journal go."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def head(self) -> Position:
        """The journal's newest record; (0, 0) while it cannot be read."""
        reader = self._open()
        try:
            return reader.head if reader is not None else Position(0, 0)
        except sqlite3.Error as fault:
            self._faults.begin(_JOURNAL, str(fault))
            return Position(0, 0)

    @property
    def waiting(self) -> int:
        """Records head office has not acknowledged."""
        head, position = self.head, self._cursor.position
        return max(0, head.sequence - (position.sequence if position.epoch == head.epoch else 0))

    # --- head office's word ------------------------------------------------------------------------------------------

    def receive(self, payload: bytes) -> None:
        """An acknowledgement came. One that cannot be read, or does not fit this journal, moves nothing."""
        try:
            word = envelope.decode(payload, Acknowledgement).data
        except MessageError as fault:
            self._faults.begin(_CHAIN, f"unreadable: {fault}")
            return
        try:
            refusal = self._refusal(word)
            if refusal:
                self._faults.begin(_CHAIN, refusal)
                return
            self._take(word)
        except (StoreError, sqlite3.Error) as fault:
            self._faults.begin(_CURSOR, f"an acknowledgement could not be kept: {fault}")

    def _refusal(self, word: Acknowledgement) -> str:
        """Why this acknowledgement cannot be ours; empty if it can."""
        reader = self._open()
        if reader is None:
            return "the journal cannot be read to check it"
        here = reader.identity
        if word.kiosk != here.kiosk:
            return f"it is for kiosk {word.kiosk!r}"
        if word.epoch > here.epoch:
            return f"it is of epoch {word.epoch}, this journal is of {here.epoch}: was the card exchanged?"
        position = Position(word.epoch, word.sequence)
        if position <= self._cursor.position or not word.sequence:
            return ""
        found = reader.records_after(Position(word.epoch, word.sequence - 1), 1)
        if not found or found[0].position != position:
            return f"it acknowledges record {word.sequence}, which this journal does not hold: was it restored?"
        if found[0].digest.hex() != word.digest:
            return f"its digest of record {word.sequence} is not this journal's: head office holds another record"
        return ""

    def _judge(self, word: Acknowledgement) -> None:
        """Whose signature the head bears. A false one is an alarm; the digest decides what is acknowledged."""
        if not self._known and word.signature and _is_by(countersign.key_of(word.signature), word):
            self._cursor.pin(countersign.key_of(word.signature))
            self._known = (self._cursor.countersigner,)
        if not self._known and not word.signature:
            return
        if any(_is_by(key, word) for key in self._known):
            self._faults.end(_SIGNATURE)
            return
        why = "false, or by another key than head office's" if word.signature else "missing, though head office signs"
        self._faults.begin(_SIGNATURE, f"the one under record {word.sequence} is {why}: call support")

    def _take(self, word: Acknowledgement) -> None:
        position = Position(word.epoch, word.sequence)
        if word.sequence:
            self._judge(word)
        if self._cursor.acknowledge(Acknowledged(position, bytes.fromhex(word.digest), word.signature)):
            self._faults.end(_CURSOR)
            self._be_patient()
            self._deadline = self._clock() + self._patience
            self._sent = max(self._sent, position)
            self._faults.end(_SILENCE)
            self._acknowledged(position)
        while self._on_the_way and self._on_the_way[0] <= self._cursor.position:
            self._on_the_way.popleft()
        if word.problem == "chain":
            self._faults.begin(_CHAIN, f"head office says record {word.sequence + 1} does not chain: call support")
        else:
            self._faults.end(_CHAIN)
        if word.problem == "gap":
            self._fill_gap(position)
        self.pump()

    def _fill_gap(self, position: Position) -> None:
        """Every batch behind a gap reports it: answer the first report, and again only after a pause."""
        seen, until = self._gap
        if seen == position and self._clock() < until:
            return
        self._gap = (position, self._clock() + self._settings.timing.resend_ms / 2000)
        self._rewind(position)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _be_patient(self) -> None:
        """Head office may be there: the whole window, and the short wait."""
        self._window = UNACKNOWLEDGED_BATCHES
        self._patience = self._settings.timing.resend_ms / 1000

    def _rewind(self, position: Position) -> None:
        self._sent = position
        self._on_the_way.clear()

    def _next(self) -> list[RawRecord]:
        """The next batch behind what was sent: as many records as fit, at least one."""
        reader = self._open()
        if reader is None:
            return []
        try:
            return reader.some_after(self._sent, MAXIMUM_BATCH, MAXIMUM_BATCH_BYTES, _FRAME)
        except (StoreError, sqlite3.Error, ValueError) as fault:
            self._faults.begin(_JOURNAL, str(fault))
            return []

    def _batch(self, records: Sequence[RawRecord]) -> bytes:
        settings = self._settings
        told = tuple(
            JournalRecord(
                record.epoch,
                record.sequence,
                record.utc_ms,
                record.kind,
                msgspec.Raw(record.payload),
                record.previous.hex(),
                record.digest.hex(),
            )
            for record in records
        )
        batch = JournalBatch(kiosk=settings.kiosk, store=settings.store, workstation=settings.workstation, records=told)
        first, last = records[0], records[-1]
        subject = f"{first.epoch}/{first.sequence}-{last.sequence}"
        return envelope.encode(batch, source=f"kiosk/v1/{settings.kiosk}", subject=subject)

    def _open(self) -> JournalReader | None:
        if self._reader is None:
            path = self._source()
            try:
                reader = JournalReader.open(path)
                if reader.identity.kiosk != self._settings.kiosk:
                    self._faults.begin(_JOURNAL, f"{path} is of kiosk {reader.identity.kiosk!r}")
                    reader.close()
                    return None
                self._file = _identity(path)
            except (OSError, StoreError, sqlite3.Error) as fault:
                self._faults.begin(_JOURNAL, str(fault))
                return None
            self._reader = reader
            self._faults.end(_JOURNAL)
        return self._reader

    def _source(self) -> Path:
        return self._elder(self._cursor.position) or Path(self._settings.journal)

    def _follow_file(self) -> None:
        """The journal may be exchanged under us (a restored card): read the one that lies there now."""
        if self._reader is not None and _identity(self._source()) != self._file:
            self.close()
            self._rewind(self._cursor.position)


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _is_by(key: str, word: Acknowledgement) -> bool:
    """Whether the key has signed this head."""
    return countersign.signed_by(key, word.signature, word.kiosk, word.epoch, word.sequence, word.digest)
