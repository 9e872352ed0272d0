"""The kiosks head office knows: what they say of themselves when they come, go, and in between."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.ledger.ingest import newest_epoch
from headoffice.ledger.tables import BusinessUnit, Kiosk
from messages.state import KioskState
from messages.telemetry import Telemetry

__all__ = ["Registry"]


class Registry:
    """Keeps a kiosk's row true to its birth, death and health messages."""

    def __init__(
        self, database: Database, *, clock: Callable[[], int], on_change: Callable[[set[str]], None] = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change

    def told(self, state: KioskState) -> None:
        """A birth or a death. A death says nothing newer of the journal than the birth did."""
        with self._database.write() as session:
            row = _row(session, state.kiosk)
            row.store, row.workstation, row.release = state.store, state.workstation, state.release
            row.online, row.last_seen_ms = state.online, self._clock()
            _tell(row, state.epoch, state.sequence)
            row.feed_version = max(row.feed_version, state.feed_version)
        self._on_change({"kiosks"})

    def felt(self, health: Telemetry) -> None:
        """Health figures: how much the kiosk has not got acknowledged yet, and how its devices are."""
        with self._database.write() as session:
            row = _row(session, health.kiosk)
            stored = newest_epoch(session, health.kiosk)
            epoch, sequence = (stored.epoch, stored.sequence) if stored else (0, 0)
            if row.told_epoch in (0, epoch):
                _tell(row, epoch, sequence + health.waiting)
            row.online, row.last_seen_ms = True, self._clock()
            row.lost, row.conditions = list(health.lost), list(health.conditions)
            row.feed_version = max(row.feed_version, health.feed_version)
        self._on_change({"kiosks"})

    def online(self) -> list[str]:
        """The kiosks that are connected now, as far as is known."""
        with self._database.read() as session:
            return list(session.scalars(select(Kiosk.kiosk).where(Kiosk.online, Kiosk.sample.is_(False))))

    def at(self, store: str, workstation: str) -> list[str]:
        """The kiosks that have told of themselves at this lane."""
        with self._database.read() as session:
            here = (Kiosk.store == store, Kiosk.workstation == workstation)
            return list(session.scalars(select(Kiosk.kiosk).where(*here)))

    def stores(self) -> list[str]:
        """Every shop that follows the feed."""
        with self._database.read() as session:
            known = set(session.scalars(select(BusinessUnit.store).where(BusinessUnit.sells)))
            return sorted(known | set(session.scalars(select(Kiosk.store).where(Kiosk.store != ""))))


def _tell(row: Kiosk, epoch: int, sequence: int) -> None:
    """The journal a kiosk has now, and how far it goes: another epoch takes the place of the one before, even if its
    number is lower.
    """
    if epoch == row.told_epoch:
        row.told_sequence = max(row.told_sequence, sequence)
    elif epoch:
        row.told_epoch, row.told_sequence = epoch, sequence


def _row(session: Session, name: str) -> Kiosk:
    row = session.get(Kiosk, name)
    if row is None:
        row = Kiosk(
            kiosk=name, lane="unknown", lane_reason="", release="", told_epoch=0, told_sequence=0, feed_version=0
        )
        session.add(row)
    return row
