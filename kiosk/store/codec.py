"""Durable events as journal payloads: the class name is the kind, the fields are one JSON object.

Fields are written in the order their class declares them and in full, defaults too, so a record reads without its
release's source. A reader fills fields that a record of an older release lacks with their defaults and passes over
fields it does not know; hence a new field of a durable event must have a default.
"""

from __future__ import annotations

from functools import cache

import msgspec

from kiosk.checkout.events import DURABLE_EVENTS, Durable
from kiosk.store.errors import JournalDamagedError

__all__ = ["decode_event", "encode_event"]

_encoder = msgspec.json.Encoder(order="deterministic")


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Durable]:
    return msgspec.json.Decoder(DURABLE_EVENTS[kind])


def encode_event(event: Durable) -> tuple[str, bytes]:
    """(kind, UTF-8 JSON). Raises ``TypeError`` for what is not a durable event: transient ones never reach a disk."""
    kind = type(event).__name__
    if DURABLE_EVENTS.get(kind) is not type(event):
        message = f"{kind} is not a durable event"
        raise TypeError(message)
    return kind, _encoder.encode(event)


def decode_event(kind: str, payload: bytes) -> Durable:
    """The event of a record. Raises ``JournalDamagedError`` for an unknown kind or a payload that is not of it."""
    if kind not in DURABLE_EVENTS:
        message = f"no event of this release is called {kind}"
        raise JournalDamagedError(message)
    try:
        return _decoder(kind).decode(payload)
    except msgspec.DecodeError as error:
        message = f"the payload is no {kind}: {error}"
        raise JournalDamagedError(message) from error
