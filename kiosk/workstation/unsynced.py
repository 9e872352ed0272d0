"""The sales that head office has not acknowledged: a fold of the journal, cut short by each acknowledgement."""

from __future__ import annotations

import logging
from collections import deque
from typing import Final

from kiosk.checkout.events import Durable, TransactionCompleted
from kiosk.retail.unsynced import Unsynced
from kiosk.store.chain import Position
from kiosk.store.errors import JournalUnwritableError
from kiosk.store.journal import Journal

__all__ = ["UnsyncedSales"]

_log = logging.getLogger(__name__)

_NOTED_EVERY_MS: Final = 60_000


class UnsyncedSales:
    """Belongs to the engine's loop. Of the journal of this epoch alone: those before it are the mirror's to bring."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._sales: deque[tuple[int, int, int]] = deque()
        """(sequence, when, minor units) of each, oldest first."""
        self._minor = 0
        self._noted_ms = 0

    def restore(self) -> None:
        """Begin with what the journal holds behind the last acknowledgement it knows of. Raises ``StoreError``."""
        for record in self._journal.of_kind(TransactionCompleted.__name__, self._journal.acknowledged):
            self.note(record.position, record.utc_ms, record.event)

    def note(self, position: Position, utc_ms: int, event: Durable) -> None:
        """Take in one record of the journal, in order; what is no sale is passed over."""
        if isinstance(event, TransactionCompleted):
            minor = abs(event.total.minor)
            self._sales.append((position.sequence, utc_ms, minor))
            self._minor += minor

    def acknowledged(self, position: Position, mono_ms: int) -> None:
        """Head office has stored everything up to here. Noted for the next start, once a minute at most."""
        if position.epoch != self._journal.identity.epoch:
            return
        while self._sales and self._sales[0][0] <= position.sequence:
            self._minor -= self._sales.popleft()[2]
        if mono_ms - self._noted_ms >= _NOTED_EVERY_MS or not self._noted_ms:
            self._noted_ms = mono_ms
            try:
                self._journal.note_acknowledged(position)
            except JournalUnwritableError as error:
                _log.warning("how far head office is could not be noted: %s", error)

    @property
    def now(self) -> Unsynced:
        """How they stand."""
        return Unsynced(self._sales[0][1] if self._sales else 0, self._minor)
