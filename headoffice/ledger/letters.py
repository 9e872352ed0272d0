"""Dead letters: what could not be taken in, kept with its bytes, once however often it is sent again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import DeadLetter

__all__ = ["MAXIMUM_KEPT", "Letter", "bury"]

MAXIMUM_KEPT = 65_536
"""Bytes of a dead letter that are kept: enough to see what it was, too few to fill the disk with."""
_MAXIMUM_LETTERS = 10_000


@dataclass(frozen=True, slots=True)
class Letter:
    """Why something was not taken in. ``reason`` is for counting (``malformed``, ``chain``), ``detail`` for people."""

    reason: str
    detail: str
    kiosk: str = ""


def bury(session: Session, letter: Letter, body: bytes, *, source: str, received_ms: int) -> None:
    """Keep it. The same bytes for the same reason only count up, and past the last place only those are taken."""
    fingerprint = hashlib.sha256(f"{source}\n{letter.kiosk}\n{letter.reason}\n".encode() + body).hexdigest()
    known = session.scalar(select(DeadLetter).where(DeadLetter.fingerprint == fingerprint))
    if known is not None:
        known.times += 1
        known.received_ms = received_ms
        return
    if (session.scalar(select(DeadLetter.id).order_by(DeadLetter.id.desc()).limit(1)) or 0) >= _MAXIMUM_LETTERS:
        return
    session.add(
        DeadLetter(
            received_ms=received_ms,
            source=source,
            kiosk=letter.kiosk[:128],
            reason=letter.reason,
            detail=letter.detail[:2000],
            body=body[:MAXIMUM_KEPT],
            fingerprint=fingerprint,
            times=1,
        )
    )
