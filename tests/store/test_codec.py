"""Durable events and their payloads."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.checkout.events import DURABLE_EVENTS, Durable, NoticeShown, TransactionCompleted
from kiosk.store.codec import decode_event, encode_event
from kiosk.store.errors import JournalDamagedError

_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    bool: st.booleans(),
    int: st.integers(-(2**53), 2**53),
    type(None): st.none(),
}


def _of_type(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a hint may be any form of type
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, types.UnionType}:
        return st.one_of([_of_type(one) for one in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_of_type(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(_of_type(one) for one in arguments))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(_TEXT, _of_type(arguments[1]), max_size=2)
    assert isinstance(hint, type), hint
    hints = get_type_hints(hint)
    return st.builds(hint, **{name: _of_type(one) for name, one in hints.items()})


@pytest.mark.parametrize("kind", DURABLE_EVENTS)
def test_every_durable_event_comes_back_equal_from_its_payload(kind: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(_of_type(DURABLE_EVENTS[kind]))
    def check(event: Durable) -> None:
        assert decode_event(*encode_event(event)) == event

    check()


def test_fields_are_written_in_full_and_in_the_order_of_the_class() -> None:
    event = DURABLE_EVENTS["ReceiptPrinted"](job="j1", copy=False)
    assert encode_event(event) == ("ReceiptPrinted", b'{"job":"j1","copy":false}')


def test_a_transient_event_never_gets_a_payload() -> None:
    with pytest.raises(TypeError, match="NoticeShown"):
        encode_event(NoticeShown(None))  # type: ignore[arg-type]  # the very mistake that is refused


def test_a_record_of_an_older_release_gets_defaults_for_the_fields_it_lacks() -> None:
    settled = decode_event(
        "TenderSettled", b'{"tender":"t","outcome":"approved","amount":{"minor":1,"currency":"BDT"}}'
    )
    assert settled == DURABLE_EVENTS["TenderSettled"](tender="t", outcome="approved", amount=settled.amount)  # type: ignore[union-attr]  # the kind says which


def test_fields_of_a_newer_release_are_passed_over() -> None:
    assert decode_event("ReceiptPrinted", b'{"job":"j","copy":true,"ink":"blue"}').copy  # type: ignore[union-attr]  # the kind says which


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("Unheard", b"{}"),
        ("ReceiptPrinted", b"{"),
        ("ReceiptPrinted", b'{"job":1,"copy":true}'),
        ("NoticeShown", b"{}"),
    ],
)
def test_a_payload_that_is_not_of_its_kind_is_named_as_damage(kind: str, payload: bytes) -> None:
    with pytest.raises(JournalDamagedError, match=kind):
        decode_event(kind, payload)


def test_every_payload_is_a_json_object_others_can_read() -> None:
    @settings(max_examples=10, deadline=None)
    @given(_of_type(TransactionCompleted))
    def check(event: TransactionCompleted) -> None:
        read = msgspec.json.decode(encode_event(event)[1])
        assert list(read) == [field.name for field in dataclasses.fields(event)]

    check()
