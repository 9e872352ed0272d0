"""What the checkout journals is what head office reads: field for field, in both directions."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout.events import DURABLE_EVENTS
from messages.errors import MessageError, Reason
from messages.events import PAYLOADS, read_payload

short = st.text(max_size=12)


def values_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type hint has no narrower type
    """Any value of a type that durable events are made of."""
    if dataclasses.is_dataclass(hint):
        return st.deferred(lambda: instances_of(hint))  # type: ignore[arg-type]  # is_dataclass also admits instances
    plain = {bool: st.booleans(), int: st.integers(-(2**40), 2**53 - 1), str: short, type(None): st.none()}
    if hint in plain:
        return plain[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, types.UnionType}:
        return st.one_of([values_of(argument) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if origin is Mapping:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=2)
    message = f"no durable event has held a {hint!r} yet: say here how to make one"
    raise TypeError(message)


def instances_of(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(kind)})


def test_every_durable_event_has_a_payload_and_no_payload_is_of_nothing() -> None:
    assert set(PAYLOADS) == set(DURABLE_EVENTS)


@pytest.mark.parametrize("kind", sorted(DURABLE_EVENTS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_the_checkout_journals_is_read_and_written_again_as_the_same_data(kind: str, data: st.DataObject) -> None:
    event = data.draw(instances_of(DURABLE_EVENTS[kind]))
    journalled = msgspec.json.encode(event)
    assert json.loads(msgspec.json.encode(read_payload(kind, journalled))) == json.loads(journalled)


@pytest.mark.parametrize("kind", sorted(DURABLE_EVENTS))
def test_a_payload_s_fields_are_the_event_s_with_the_same_defaults(kind: str) -> None:
    def told(field: dataclasses.Field[Any]) -> object:
        return "needed" if field.default is dataclasses.MISSING else field.default

    event = {field.name: told(field) for field in dataclasses.fields(DURABLE_EVENTS[kind])}
    payload = {
        field.name: "needed" if field.required else field.default for field in msgspec.structs.fields(PAYLOADS[kind])
    }
    assert payload == event


def test_a_kind_from_a_later_release_is_named_as_unknown() -> None:
    with pytest.raises(MessageError) as refused:
        read_payload("LineGiftWrapped", b"{}")
    assert refused.value.reason is Reason.UNKNOWN_TYPE
