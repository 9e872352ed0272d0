"""The 8217's codec and its far end against the manual's bytes; neither knows the other's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.far_ends.scale.toledo_8217 import Toledo8217
from hal.device import ProtocolError
from hal.scale.toledo_8217 import decode, status_of, whole

WEIGHTS = [
    (b"\x0201.250\r", "kg", (1250, -3, False)),
    (b"\x0201.250N\r", "kg", (1250, -3, True)),
    (b"\x0203.45\r", "lb", (345, -2, False)),
    (b"\x02003.45\r", "lb", (345, -2, False)),
    (b"\x0203.45N\r", "lb", (345, -2, True)),
]
STATUSES = [(b"A", "motion"), (b"B", "over"), (b"D", "under"), (b"P", "zero"), (b"E", "under"), (b"C", "over")]


@pytest.mark.parametrize(("raw", "unit", "weight"), WEIGHTS)
def test_a_weight_is_read_as_the_manual_writes_it(raw: bytes, unit: str, weight: tuple[int, int, bool]) -> None:
    read = decode(raw, unit)  # type: ignore[arg-type]  # the parameters are the units
    assert (read.state, read.value, read.exponent, read.net) == ("stable", *weight)


@pytest.mark.parametrize(("letter", "state"), STATUSES)
def test_a_status_names_its_state_with_and_without_its_parity_and_sixth_bit(letter: bytes, state: str) -> None:
    for bit_six in (0, 0x40):
        for parity in (0, 0x80):
            raw = bytes((2, 0x3F, letter[0] & 0x3F | bit_six | parity, 0x0D))
            assert decode(raw, "kg").state == state


def test_no_status_is_ever_a_weight_and_only_the_centre_of_zero_is_an_empty_platter() -> None:
    zeros = [byte & 0x3F for byte in range(256) if decode(bytes((2, 0x3F, byte, 0x0D)), "kg").state == "zero"]
    assert set(zeros) == {0x10}
    assert all(decode(bytes((2, 0x3F, byte, 0x0D)), "kg").state != "stable" for byte in range(256))


def test_datalogic_s_letters_never_sell() -> None:
    for letter in b"ABCD":
        assert decode(bytes((2, 0x3F, letter, 0x0D)), "kg").state not in {"stable", "zero"}


def test_a_status_that_looks_like_the_end_of_a_line_is_read_whole() -> None:
    raw = b"\x02?\r\r"
    assert [whole(raw[:n]) for n in range(1, 5)] == [0, 0, 0, 4]
    assert status_of(raw) == 0x0D
    assert decode(raw, "kg").state == "under"


def test_an_empty_platter_is_zero_and_an_empty_bowl_is_not() -> None:
    assert decode(b"\x0200.000\r", "kg").state == "zero"
    assert decode(b"\x0200.000N\r", "kg").state == "stable"


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        (b"\x0201.250\r", "lb"),
        (b"\x0203.45\r", "kg"),
        (b"\x02-1.250\r", "kg"),
        (b"\x02 1.250\r", "kg"),
        (b"\x0201.250X\r", "kg"),
        (b"\x0201.250NN\r", "kg"),
        (b"\x0201.\xb250\r", "kg"),
        (b"\x02\r", "kg"),
    ],
)
def test_a_weight_of_another_shape_or_unit_is_none(raw: bytes, unit: str) -> None:
    with pytest.raises(ProtocolError):
        decode(raw, unit)  # type: ignore[arg-type]  # the parameters are the units


@given(st.binary(max_size=16))
def test_any_bytes_are_an_answer_or_refused(heard: bytes) -> None:
    with suppress(ProtocolError):
        size = whole(heard) if heard else 0
        assert 0 <= size <= max(len(heard), 4)
        if size:
            decode(heard[:size], "kg")


@given(st.binary(max_size=12))
def test_any_bytes_decode_to_a_reading_or_are_refused(raw: bytes) -> None:
    with suppress(ProtocolError):
        assert decode(raw, "kg").state in {"stable", "motion", "zero", "under", "over", "fault", "needs_zero"}


@pytest.mark.parametrize(
    ("division", "unit", "grams", "told"),
    [
        ("0.001", "kg", 1250, b"\x0201.250\r"),
        ("0.005", "kg", 1252, b"\x0201.250\r"),
        ("0.01", "lb", 1565, b"\x0203.45\r"),
    ],
)
def test_the_far_end_writes_a_weight_as_the_manual_does(division: str, unit: str, grams: int, told: bytes) -> None:
    assert _asked(b"W", grams, division=division, unit=unit) == told


@pytest.mark.parametrize(
    ("grams", "told"), [(0, b"\x0200.000\r"), (15_001, b"\x02?B\r"), (-50, b"\x02?D\r"), (-400, b"\x02?L\r")]
)
def test_the_far_end_tells_a_state_as_the_manual_does(grams: int, told: bytes) -> None:
    assert _asked(b"W", grams) == told


def test_the_far_end_is_in_motion_after_a_change_and_echoes_when_told_to() -> None:
    inside = Toledo8217(settle_looks=1)
    told: list[bytes] = []
    inside.send = told.append
    asyncio.run(inside.put(grams=100))
    for byte in b"WWEhelloFWQAB":
        inside.receive(bytes((byte,)))
    assert b"".join(told) == b"\x02?A\r\x0200.100\r\x02E\rhello\x0200.100\r\x02\r\x02?@\r"


def _asked(question: bytes, grams: int, **options: Any) -> bytes:  # noqa: ANN401  the platter's own
    inside = Toledo8217(settle_looks=0, **options)
    told: list[bytes] = []
    inside.send = told.append
    inside.platter.place(grams)
    inside.receive(question)
    return b"".join(told)
