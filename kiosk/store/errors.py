"""What can be wrong with a file of the store. Every text is for staff: which file, what is wrong, what to do."""

from __future__ import annotations

from kiosk.checkout.inputs import StorageCause

__all__ = [
    "BookError",
    "BookRowError",
    "ForeignFileError",
    "JournalDamagedError",
    "JournalUnwritableError",
    "NewerDatabaseError",
    "StoreError",
    "WriterBusyError",
]


class StoreError(Exception):
    """A file of the store cannot serve."""


class NewerDatabaseError(StoreError):
    """Written by a newer release that this one cannot read. The file was left as it was."""


class ForeignFileError(StoreError):
    """Not a file of this kind, or of another kiosk."""


class WriterBusyError(StoreError):
    """Another process writes this journal."""


class JournalUnwritableError(StoreError):
    """The journal could not be written; nothing of the append is on disk. ``cause`` is a word for staff."""

    def __init__(self, reason: str, cause: StorageCause = "error") -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause


class JournalDamagedError(StoreError):
    """A record cannot be read, or does not continue the chain."""


class BookError(StoreError):
    """A price book is missing, half-written or damaged."""


class BookRowError(StoreError):
    """A row offered to a price book is not what its kind asks for."""
