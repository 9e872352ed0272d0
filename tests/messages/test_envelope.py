"""The envelope: what fits in, what is refused, and with which reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import envelope
from messages.asks import LoyaltyAnswer, LoyaltyAsk, NumbersAnswer, NumbersAsk
from messages.commands import LaneOrder, StaffOrder
from messages.envelope import MAXIMUM_MESSAGE, Message
from messages.errors import MessageError, Reason
from messages.events import PAYLOADS, read_payload
from messages.feed import FeedChunk, FeedHead, FeedRequest, unpack
from messages.journal import Acknowledgement, JournalBatch
from messages.state import KioskState
from messages.telemetry import Telemetry
from messages.twin import TwinDesired, TwinReported

ASK = LoyaltyAsk(correlation="c-1", keyed_hash="ab12")
KINDS: list[type[Message]] = [
    Acknowledgement,
    FeedChunk,
    FeedHead,
    FeedRequest,
    JournalBatch,
    KioskState,
    LaneOrder,
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    StaffOrder,
    Telemetry,
    TwinDesired,
    TwinReported,
]


def refusal(payload: bytes, kind: type[Message] = LoyaltyAsk) -> Reason:
    with pytest.raises(MessageError) as refused:
        envelope.decode(payload, kind)
    return refused.value.reason


def changed(**fields: object) -> bytes:
    wire: dict[str, Any] = json.loads(envelope.encode(ASK, source="kiosk/v1/lane-01"))
    return json.dumps({**wire, **fields}).encode()


def test_a_message_comes_back_as_it_was_with_who_sent_it() -> None:
    payload = envelope.encode(ASK, source="kiosk/v1/lane-01", subject="loyalty", time="2026-01-02T03:04:05.678Z")
    back = envelope.decode(payload, LoyaltyAsk)
    assert back.data == ASK
    assert (back.source, back.subject, back.time) == ("kiosk/v1/lane-01", "loyalty", "2026-01-02T03:04:05.678Z")


def test_the_wire_holds_the_attributes_cloud_events_demands() -> None:
    wire = json.loads(envelope.encode(ASK, source="kiosk/v1/lane-01"))
    assert wire["specversion"] == "1.0"
    assert wire["type"] == "retail.kiosk.ask.loyalty.v1"
    assert wire["id"]
    assert wire["time"].endswith("Z")
    assert wire["data"] == {"correlation": "c-1", "keyed_hash": "ab12"}


def test_every_message_has_a_name_of_its_own() -> None:
    assert len({envelope.event_type(kind) for kind in KINDS}) == len(KINDS)
    assert all(kind.NAME for kind in KINDS)


def test_a_field_added_within_a_version_is_let_pass() -> None:
    payload = changed(data={"correlation": "c-1", "keyed_hash": "ab12", "colour": "red"})
    assert envelope.decode(payload, LoyaltyAsk).data == ASK


def test_a_newer_version_is_refused_as_such_and_not_guessed_at() -> None:
    assert refusal(changed(type="retail.kiosk.ask.loyalty.v2")) is Reason.NEWER_VERSION


def test_another_kind_of_message_is_refused() -> None:
    assert refusal(changed(type="retail.kiosk.feed.head.v1")) is Reason.UNKNOWN_TYPE
    assert refusal(changed(type="com.example.thing")) is Reason.UNKNOWN_TYPE


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[]", b"{}", b"null", b"[" * 20_000, b'{"specversion":"1.0"}'])
def test_what_is_no_envelope_is_malformed(payload: bytes) -> None:
    assert refusal(payload) is Reason.MALFORMED


def test_another_cloud_events_version_is_malformed() -> None:
    assert refusal(changed(specversion="0.3")) is Reason.MALFORMED


@pytest.mark.parametrize("data", [None, [], {}, {"correlation": 1, "keyed_hash": "a"}, {"correlation": "a" * 2000}])
def test_data_that_does_not_hold_is_refused(data: object) -> None:
    assert refusal(changed(data=data)) is Reason.BAD_DATA


def test_a_number_no_reader_holds_exactly_is_refused() -> None:
    payload = changed(type="retail.kiosk.feed.head.v1", data={"store": "s", "version": 2**60})
    assert refusal(payload, FeedHead) is Reason.BAD_DATA


def test_a_message_over_the_limit_is_refused_on_both_sides() -> None:
    assert refusal(b" " * (MAXIMUM_MESSAGE + 1)) is Reason.TOO_LARGE
    huge = LoyaltyAsk(correlation="c" * MAXIMUM_MESSAGE, keyed_hash="")
    with pytest.raises(MessageError) as refused:
        envelope.encode(huge, source="kiosk/v1/lane-01")
    assert refused.value.reason is Reason.TOO_LARGE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(KINDS), st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_decoding_raises_nothing_but_a_message_error(kind: type[Message], payload: bytes) -> None:
    with pytest.raises(MessageError):
        envelope.decode(payload, kind)


@given(st.sampled_from(KINDS), json_values, st.dictionaries(st.text(max_size=10), json_values, max_size=4))
def test_decoding_data_of_any_shape_raises_nothing_but_a_message_error(
    kind: type[Message], data: object, extra: dict[str, object]
) -> None:
    payload = changed(type=envelope.event_type(kind), data=data, extension=extra)
    try:
        back = envelope.decode(payload, kind)
    except MessageError:
        return
    assert isinstance(back.data, kind)


@given(
    st.sampled_from([*PAYLOADS, "Unheard"]), st.binary(max_size=60) | json_values.map(lambda v: json.dumps(v).encode())
)
def test_reading_a_payload_raises_nothing_but_a_message_error(kind: str, data: bytes) -> None:
    try:
        payload = read_payload(kind, data)
    except MessageError:
        return
    assert isinstance(payload, PAYLOADS[kind])


@given(st.binary(max_size=200))
def test_unpacking_rows_raises_nothing_but_a_message_error(packed: bytes) -> None:
    try:
        rows = unpack(packed)
    except MessageError:
        return
    assert isinstance(rows, tuple)
