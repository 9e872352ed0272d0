"""The hash chain of the journal: each record's digest covers its header, its payload and the digest before it.

Head office computes the same chain from the records it is sent; ``docs/formats/journal.md`` describes it. The genesis
names the kiosk and the epoch, so that a record cannot move to another journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

__all__ = ["Identity", "Position", "RawRecord", "digest_of", "genesis"]

_GENESIS = b"kiosk-journal-v1"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a kiosk's journals; ``sequence`` counts from 1 in each epoch, 0 is before the first record."""

    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose journal this is. ``epoch`` is used when the file is made, and then lives in the file."""

    kiosk: str
    epoch: int


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it lies on disk. ``payload`` is the exact JSON that ``digest`` covers."""

    epoch: int
    sequence: int
    utc_ms: int
    kind: str
    payload: bytes
    previous: bytes
    digest: bytes

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.epoch, self.sequence)


def genesis(kiosk: str, epoch: int) -> bytes:
    """The digest before the first record, 32 bytes."""
    return sha256(b"%s%s/%d" % (_GENESIS, kiosk.encode(), epoch)).digest()


def digest_of(kiosk: str, position: Position, utc_ms: int, kind: str, payload: bytes, previous: bytes) -> bytes:
    """The digest of one record: SHA-256, 32 bytes.

    Hashed are kiosk, epoch, sequence, utc_ms (decimal) and kind, each behind its length in four bytes; the payload
    behind its length in eight; and ``previous``. Lengths count bytes, most significant first; text is UTF-8.
    """
    texts = (kiosk.encode(), b"%d" % position.epoch, b"%d" % position.sequence, b"%d" % utc_ms, kind.encode())
    header = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    return sha256(header + len(payload).to_bytes(8, "big") + payload + previous).digest()
