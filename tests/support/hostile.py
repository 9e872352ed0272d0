"""What nobody should send: bytes that are no message, messages of another release, and good ones with awful values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from messages import topics
from messages.asyncapi import _USES as USES
from messages.envelope import Message
from messages.topics import CHANNELS, AskKind, Channel

__all__ = ["addressed", "payloads"]

_TEXTS = st.sampled_from(
    ["", "lane-1", "lane-2", "dhk-1", "cola", "BDT", "2026-01-02", "0" * 64, "a\x00b", "' OR 1=1 --", "1", "-1",
     "../../etc/passwd", "\u202e\u0000", "\ufeff", "ক" * 300, "x" * 1024, "+8801712345678", "<script>", "9" * 400]
)  # fmt: skip
_NUMBERS = st.sampled_from([0, 1, -1, 7, 2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**40])
_LEAVES = st.one_of(_TEXTS, _NUMBERS, st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
_JUNK = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3), max_leaves=5
)
_DEEP = b'{"data":' + b"[" * 200_000


def _value(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind of value
    """JSON values that a reader of ``kind`` takes, or nearly so."""
    inspect = msgspec.inspect
    if isinstance(kind, inspect.StrType):
        fitting = _TEXTS.filter(lambda text: len(text) <= (kind.max_length or len(text)))
        return st.from_regex(kind.pattern, fullmatch=True) if kind.pattern else fitting
    if isinstance(kind, inspect.IntType):
        fits = st.sampled_from([0, 1, 7, 2**53 - 1])
        return st.one_of(fits, fits, fits, _NUMBERS)
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(sorted(kind.values, key=str))
    if isinstance(kind, inspect.StructType):
        return _struct(kind)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType | inspect.FrozenSetType):
        return st.lists(_value(kind.item_type), max_size=2)
    if isinstance(kind, inspect.TupleType):
        return st.tuples(*map(_value, kind.item_types))
    if isinstance(kind, inspect.UnionType):
        return st.one_of([_value(one) for one in kind.types])
    if isinstance(kind, inspect.DictType):
        return st.dictionaries(_TEXTS, _value(kind.value_type), max_size=2)
    return _JUNK


def _struct(kind: msgspec.inspect.StructType) -> st.SearchStrategy[Any]:
    needed = {field.encode_name: _value(field.type) for field in kind.fields if field.required}
    others = {field.encode_name: _value(field.type) for field in kind.fields if not field.required}
    return st.fixed_dictionaries(needed, optional=others)


def _enveloped(kind: type[Message], data: str, version: int) -> bytes:
    wire = {"specversion": "1.0", "id": "1", "source": "x", "type": f"retail.kiosk.{kind.NAME}.v{version}", "data": 0}
    return json.dumps(wire).replace('"data": 0', f'"data": {data}').encode("utf-8", "replace")


def _of(kind: type[Message]) -> st.SearchStrategy[bytes]:
    told = msgspec.inspect.type_info(kind)
    assert isinstance(told, msgspec.inspect.StructType)
    good = _struct(told)
    names = [field.encode_name for field in told.fields]
    wrong = st.tuples(good, st.dictionaries(st.sampled_from(names), _JUNK)).map(lambda both: both[0] | both[1])
    texts = st.one_of(good, good, wrong, _JUNK).map(json.dumps)
    twice = st.tuples(texts, texts).map(lambda both: both[0][:-1] + ", " + both[1][1:] if both[0][-1:] == "}" else "{")
    version = st.sampled_from([kind.VERSION] * 6 + [kind.VERSION + 1, 0, 9999])
    return st.tuples(st.one_of(texts, texts, twice), version).map(lambda both: _enveloped(kind, *both))


def payloads(kinds: Iterable[type[Message]]) -> st.SearchStrategy[bytes]:
    """Payloads for a channel that carries ``kinds``."""
    noise = st.one_of(
        st.binary(max_size=200), st.sampled_from([b"", b"{}", b"null", b"\x00" * 64, b"\xff\xfe{", _DEEP])
    )
    good = st.sampled_from(list(kinds)).flatmap(_of)
    cut = st.tuples(good, st.integers(0, 400)).map(lambda both: both[0][: both[1]])
    return st.one_of(good, good, good, cut, noise)


def addressed(kiosk: str, store: str, channels: Iterable[Channel]) -> st.SearchStrategy[tuple[str, bytes]]:
    """(topic, payload) on each of ``channels``: of the kind that belongs there, or of another."""
    told = []
    for channel in channels:
        kinds = USES[channel].messages
        ends = list(get_args(AskKind)) if "{kind}" in CHANNELS[channel] else [""]
        for end in ends:
            fitting = [kind for kind in kinds if kind.NAME.endswith(f".{end}")] or list(kinds)
            kind = end if channel in ("ask", "answer") else "lane"
            topic = CHANNELS[channel].format(kiosk=kiosk, store=store, kind=kind, ident="7")
            topics.parse(topic)
            told.append(st.tuples(st.just(topic), payloads(fitting)))
    return st.one_of(told)
