"""CloudEvents 1.0 in structured JSON: the envelope around everything that crosses MQTT.

``type`` is ``retail.kiosk.<name>.v<version>``. Within a version, fields may be added and unknown fields are let pass;
a change that an older reader would misread raises the version, and a reader refuses a version newer than its own
with reason ``newer_version``, so that the message is kept as a dead letter and not guessed at.
CloudEvents: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, ClassVar, Generic, TypeVar

import msgspec

from messages.errors import MessageError, Reason

__all__ = [
    "MAXIMUM_MESSAGE",
    "Count",
    "Digest",
    "Envelope",
    "Message",
    "Text",
    "decode",
    "decode_data",
    "encode",
    "event_type",
    "now",
]

MAXIMUM_MESSAGE = 1_048_576
"""Bytes of one MQTT payload, envelope included."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A version, sequence or time in milliseconds: what every JSON reader holds exactly."""
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A SHA-256 in lower-case hex."""
Text = Annotated[str, msgspec.Meta(max_length=1024)]
"""A short text: a name, a reason, an identifier."""

_SPEC_VERSION = "1.0"
_TYPE = re.compile(r"retail\.kiosk\.([a-z_.]{1,64})\.v([0-9]{1,4})", re.ASCII)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What travels as ``data`` of an envelope. Each message names itself and the version it is written in."""

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1


M = TypeVar("M", bound=Message)


class _Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The envelope as it lies on the wire; ``data`` waits until the type is known."""

    specversion: Text
    id: Text
    source: Text
    type: Text
    time: Text = ""
    datacontenttype: Text = "application/json"
    subject: Text = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Whole(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """The same with its message, where that is what was expected."""

    specversion: Text
    id: Text
    source: Text
    type: Text
    data: M
    time: Text = ""
    datacontenttype: Text = ""
    subject: Text = ""


class Envelope(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """A message with who sent it and when. ``time`` is the sender's clock, RFC 3339 UTC, and may be years wrong."""

    id: str
    source: str
    time: str
    subject: str
    data: M


_wire: msgspec.json.Decoder[_Wire] = msgspec.json.Decoder(_Wire)
_encoder = msgspec.json.Encoder()


def now() -> str:
    """This moment as RFC 3339 UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_type(kind: type[Message]) -> str:
    """``retail.kiosk.journal.batch.v1`` for ``JournalBatch``."""
    return f"retail.kiosk.{kind.NAME}.v{kind.VERSION}"


def encode(message: Message, *, source: str, subject: str = "", time: str = "", ident: str = "") -> bytes:
    """The payload to publish. ``source`` is a URI reference: ``kiosk/v1/{kiosk}`` or ``headoffice``.

    ``time`` and ``ident`` are made up here unless given. Raises ``MessageError`` over the limit.
    """
    wire = _Wire(
        specversion=_SPEC_VERSION,
        id=ident or str(uuid.uuid4()),
        source=source,
        type=event_type(type(message)),
        time=time or now(),
        subject=subject,
        data=msgspec.Raw(_encoder.encode(message)),
    )
    payload = _encoder.encode(wire)
    if len(payload) > MAXIMUM_MESSAGE:
        raise MessageError(Reason.TOO_LARGE, f"{type(message).NAME} of {len(payload)} bytes")
    return payload


def decode(payload: bytes, kind: type[M]) -> Envelope[M]:
    """The envelope and its message. Raises ``MessageError``, and nothing else, for anything but a ``kind``."""
    whole = _at_once(payload, kind)
    if whole is not None:
        return Envelope(id=whole.id, source=whole.source, time=whole.time, subject=whole.subject, data=whole.data)
    wire = _open(payload)
    found = _TYPE.fullmatch(wire.type)
    if found is None or found[1] != kind.NAME:
        raise MessageError(Reason.UNKNOWN_TYPE, f"{wire.type!r} where {event_type(kind)!r} belongs")
    if int(found[2]) > kind.VERSION:
        raise MessageError(Reason.NEWER_VERSION, f"{wire.type!r}, but this release reads up to v{kind.VERSION}")
    data = decode_data(bytes(wire.data), kind)
    return Envelope(id=wire.id, source=wire.source, time=wire.time, subject=wire.subject, data=data)


def _at_once(payload: bytes, kind: type[M]) -> _Whole[M] | None:
    """Envelope and message in one pass over the bytes; nothing where anything is not as this release writes it."""
    if len(payload) > MAXIMUM_MESSAGE:
        return None
    try:
        whole = _reader(kind).decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        return None
    return whole if (whole.specversion, whole.type) == (_SPEC_VERSION, event_type(kind)) else None


@cache
def _reader(kind: type[M]) -> msgspec.json.Decoder[_Whole[M]]:
    return msgspec.json.Decoder(_Whole[kind])  # type: ignore[valid-type]  # made for each kind of message


def _open(payload: bytes) -> _Wire:
    if len(payload) > MAXIMUM_MESSAGE:
        raise MessageError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    try:
        wire = _wire.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise MessageError(Reason.MALFORMED, str(fault)) from None
    if wire.specversion != _SPEC_VERSION:
        raise MessageError(Reason.MALFORMED, f"CloudEvents {wire.specversion!r}")
    return wire


T = TypeVar("T")


def decode_data(data: bytes, kind: type[T]) -> T:
    """JSON ``data`` as a ``kind``. Raises ``MessageError`` (``bad_data``), and nothing else."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as fault:
        raise MessageError(Reason.BAD_DATA, str(fault)) from None
