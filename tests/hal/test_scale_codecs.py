"""The codecs of scales on wires, and their far ends, against published bytes; neither side knows the other's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.far_ends.platter import ScaleInside
from bench.far_ends.scale.adam import Adam
from bench.far_ends.scale.cas import Cas
from bench.far_ends.scale.nci_scp01 import NciScp01
from bench.far_ends.scale.sma_scp0499 import SmaScp0499
from hal.device import ProtocolError
from hal.scale import adam, cas, nci_scp01, sma_scp0499
from hal.scale.common.polled import Weighing

Decode = Callable[[bytes], Weighing]
NCI: Decode = partial(nci_scp01.decode, unit="kg")
SMA: Decode = partial(sma_scp0499.decode, unit="kg")
CAS: Decode = partial(cas.decode, unit="kg")
CAS_STREAM: Decode = partial(cas.decode_line, unit="kg")
ADAM: Decode = partial(adam.decode, unit="kg", prints_when_stable=True)
KG = Weighing("stable", 1250, -3, "kg")
NET = Weighing("stable", 1250, -3, "kg", net=True)

READ = [
    (NCI, b"\n01.250KG\r\n00\r\x03", KG),
    (NCI, b"\n01.250KG\r\nS00\r\x03", KG),
    (NCI, b"\n01.250KG\r\n\xb0\xb0\r\x03", KG),
    (NCI, b"\n01.250KG\r\n0p4\r\x03", NET),
    (NCI, b"\n00.000KG\r\n20\r\x03", Weighing("zero", 0, -3, "kg")),
    (NCI, b"\n00.000KG\r\n00\r\x03", Weighing("zero", 0, -3, "kg")),
    (SMA, b"\n 1G       1.250kg \r", KG),
    (SMA, b"\n 1G       1.250kg_\r", KG),
    (SMA, b"\n 1N       1.250kg \r", NET),
    (SMA, b"\nZ1G       0.000kg \r", Weighing("zero", 0, -3, "kg")),
    (SMA, b"\n 1GM      1.250kg \r", Weighing("motion", 1250, -3, "kg")),
    (SMA, b"\n 1g      1.2504kg \r", Weighing("stable", 12504, -4, "kg", high_resolution=True)),
    (SMA, b"\n 1G      -0.020kg \r", Weighing("under", -20, -3, "kg")),
    (SMA, b"\nO1G  ----------kg \r", Weighing("over")),
    (SMA, b"\nU1G  ----------kg \r", Weighing("under")),
    (SMA, b"\nE1G  ----------kg \r", Weighing("needs_zero")),
    (SMA, b"\nI1G  ----------kg \r", Weighing("needs_zero")),
    (SMA, b"\nT1G  ----------kg \r", Weighing("fault")),
    (CAS, b"\x01\x02S 01.250kg\x67\x03\x04", KG),
    (CAS, b"\x81\x02S 01.250kg\x67\x03\x04", KG),
    (CAS, b"\x01\x02U 01.250kg\x61\x03\x04", Weighing("motion", 1250, -3, "kg")),
    (CAS, b"\x01\x02S-00.020kg\x6e\x03\x04", Weighing("under", -20, -3, "kg")),
    (CAS, b"\x01\x02S 00.000kg\x61\x03\x04", Weighing("zero", 0, -3, "kg")),
    (CAS, b"\x01\x02SF15.005kg\x06\x03\x04", Weighing("over")),
    (CAS_STREAM, b"ST,GS,0@,   1.250 kg\r\n", KG),
    (CAS_STREAM, b"ST,NT,0@,+  1.250 kg\r\n", NET),
    (CAS_STREAM, b"US,GS,0@,   1.250 kg\r\n", Weighing("motion", 1250, -3, "kg")),
    (CAS_STREAM, b"ST,GS,0@,-  0.020 kg\r\n", Weighing("under", -20, -3, "kg")),
    (CAS_STREAM, b"OL,GS,0@,   OL    kg\r\n", Weighing("over")),
    (ADAM, b"  1.250kg\r\n", KG),
    (ADAM, b"ST,GS,  1.250 kg\r\n", KG),
    (ADAM, b"  1.250kg N\r\n", NET),
    (ADAM, b"- 0.020kg\r\n", Weighing("under", -20, -3, "kg")),
    (ADAM, b"US  1.250kg\r\n", Weighing("motion", 1250, -3, "kg")),
    (ADAM, b"  0.000kg\r\n", Weighing("zero", 0, -3, "kg")),
]
REFUSED = [
    (NCI, b"\n?\r\x03"),
    (NCI, b"\n01.250LB\r\n00\r\x03"),
    (NCI, b"\n01.250KG\r\n0p\r\x03"),
    (NCI, b"\n01.250KG\r\np0\r\x03"),
    (NCI, b"\n01.250KG\r\n004\r\x03"),
    (NCI, b"\n01.250KG\r\n20\r\x03"),
    (NCI, b"\n00\r\x03"),
    (SMA, b"\n?\r"),
    (SMA, b"\n 1G       1.250lb \r"),
    (SMA, b"\n 1T       1.250kg \r"),
    (SMA, b"\nZ1G       1.250kg \r"),
    (SMA, b"\n 1G       1 250kg \r"),
    (CAS, b"\x01\x02S 01.250kg\x66\x03\x04"),
    (CAS, b"\x01\x02S 01.250lb\x60\x03\x04"),
    (CAS, b"\x01\x02SF15.005kg\x07\x03\x04"),
    (CAS, b"\x01\x02S 0125.0kg\x67\x03\x05"),
    (CAS_STREAM, b"ST,GS,0@,   1.250 lb\r\n"),
    (CAS_STREAM, b"ST,GS,0@,  OL     kg\r\n"),
    (CAS_STREAM, b",GS,0@,   1.250 kg\r\n"),
    (ADAM, b"  1.250lb\r\n"),
    (ADAM, b"Gross  1.250kg\r\n"),
    (ADAM, b"  1250\r\n"),
]
WHOLES = [nci_scp01.whole, sma_scp0499.whole, cas.whole_answer, cas.whole_block, cas.whole_line, adam.whole]
DECODES = [NCI, SMA, CAS, CAS_STREAM, ADAM]


@pytest.mark.parametrize(("decode", "raw", "read"), READ)
def test_an_answer_is_read_as_its_manual_writes_it(decode: Decode, raw: bytes, read: Weighing) -> None:
    assert decode(raw) == read


@pytest.mark.parametrize(("decode", "raw"), REFUSED)
def test_an_answer_that_contradicts_itself_or_is_in_another_unit_is_none(decode: Decode, raw: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(raw)


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (b"\x0a\x31\x30\x0d\x03", "motion"),
        (b"\x0a\x32\x30\x0d\x03", "zero"),
        (b"\x0a\x30\x31\x0d\x03", "under"),
        (b"\x0a\x30\x32\x0d\x03", "over"),
        (b"\x0a\x34\x30\x0d\x03", "fault"),
        (b"\x0a\x30\x38\x0d\x03", "fault"),
        (b"\x0a\x30\x70\x38\x0d\x03", "needs_zero"),
    ],
)
def test_an_nci_status_alone_is_a_state_and_no_weight(raw: bytes, state: str) -> None:
    assert NCI(raw) == Weighing(state)  # type: ignore[arg-type]  # the parameters are the states


def test_the_published_nci_status_bytes_mean_what_they_say() -> None:
    assert nci_scp01.status_of(b"\x30\x30") == nci_scp01.Status("stable")
    assert nci_scp01.status_of(b"\x30\x70\x34") == nci_scp01.Status("stable", net=True)


def test_an_adam_answer_without_a_word_on_motion_is_no_weight_unless_the_scale_prints_stable_ones_only() -> None:
    assert adam.decode(b"  1.250kg\r\n", "kg", prints_when_stable=False).state == "motion"
    assert adam.decode(b"ST  1.250kg\r\n", "kg", prints_when_stable=False).state == "stable"


def test_an_adam_that_is_silent_about_an_old_weight_cannot_be_certified() -> None:
    with pytest.raises(ValueError, match="cannot be certified"):
        adam.Settings(port="/dev/none", certified=True, always_answers=False)


@pytest.mark.parametrize("decode", DECODES, ids=["nci", "sma", "cas", "cas stream", "adam"])
@given(raw=st.binary(max_size=30) | st.text("\n\r\x03STUGNOL,0123456789. -kglb", max_size=30).map(str.encode))
def test_any_bytes_are_a_weighing_or_refused(decode: Decode, raw: bytes) -> None:
    with suppress(ProtocolError):
        assert decode(raw).unit == "kg"


@pytest.mark.parametrize("whole", WHOLES)
@given(heard=st.binary(min_size=1, max_size=60))
def test_an_end_is_found_or_waited_for_within_bounds(whole: Callable[[bytes], int], heard: bytes) -> None:
    with suppress(ProtocolError):
        assert 0 <= whole(heard) <= len(heard)


def _asked(inside: ScaleInside, question: bytes, grams: int) -> bytes:
    told: list[bytes] = []
    inside.send = told.append
    inside.platter.place(grams)
    inside.receive(question)
    return b"".join(told)


@pytest.mark.parametrize(
    ("kind", "question", "grams", "told"),
    [
        (NciScp01, b"W\r", 1250, b"\n01.250KG\r\n00\r\x03"),
        (NciScp01, b"W\r", 0, b"\n00.000KG\r\n20\r\x03"),
        (NciScp01, b"W\r", 15_001, b"\n02\r\x03"),
        (NciScp01, b"W\r", -50, b"\n01\r\x03"),
        (NciScp01, b"S\r", 1250, b"\n00\r\x03"),
        (NciScp01, b"X\r", 0, b"\n?\r\x03"),
        (SmaScp0499, b"\nW\r", 1250, b"\n 1G       1.250kg \r"),
        (SmaScp0499, b"\nW\r", 0, b"\nZ1G       0.000kg \r"),
        (SmaScp0499, b"\nW\x1b\r\nX\r", 0, b"\n?\r"),
        (Cas, b"\x05\x11", 1250, b"\x06\x01\x02S 01.250kg\x67\x03\x04"),
        (Cas, b"\x05", 15_001, b"\x15"),
        (Adam, b"P\r\n", 1250, b"  1.250kg\r\n"),
    ],
)
def test_a_far_end_writes_what_the_manual_does(kind: type[Any], question: bytes, grams: int, told: bytes) -> None:
    assert _asked(kind(settle_looks=0), question, grams) == told


def test_a_streaming_far_end_writes_22_bytes_and_hears_nothing() -> None:
    async def run() -> None:
        told: list[bytes] = []
        inside = Cas(mode="stream", settle_looks=0)
        inside.send = told.append
        inside.powered()
        inside.receive(b"\x05")
        assert told == [b"ST,GS,0@,0000.000 kg\r\n"]
        assert len(told[0]) == 22

    asyncio.run(run())


def test_an_adam_that_tells_only_what_is_new_says_each_weight_once_and_nothing_of_zero() -> None:
    inside = Adam(always_answers=0, settle_looks=0)
    assert _asked(inside, b"P\r\n", 1250) == b"  1.250kg\r\n"
    assert _asked(inside, b"P\r\n", 1250) == b""
    assert _asked(inside, b"P\r\n", 0) == b""
    assert _asked(inside, b"P\r\n", 900) == b"  0.900kg\r\n"


@pytest.mark.parametrize(
    ("kind", "zero", "tare", "clear", "net"),
    [
        (NciScp01, b"Z\r", b"", b"", b""),
        (SmaScp0499, b"\nZ\r", b"\nT\r", b"\nC\r", b"\n 1N       0.000kg \r"),
    ],
)
def test_a_far_end_zeroes_and_tares_where_its_protocol_can(
    kind: type[Any], zero: bytes, tare: bytes, clear: bytes, net: bytes
) -> None:
    inside = kind(settle_looks=0)
    _asked(inside, zero, 20)
    assert inside.platter.look().where == "zero"
    inside.platter.place(500)
    if tare:
        assert _asked(inside, tare, 500) == net
        assert inside.platter.tare == 480
        _asked(inside, clear, 500)
        assert inside.platter.tare == 0
