"""What a camera's bytes may be: any cut of a multipart stream, any line of a worker; and what a live picture is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.camera.mjpeg import LONGEST_PART, Parts
from hal.camera.vision import wire
from hal.camera.vision.taking import Freshness
from hal.device import DeviceError, ProtocolError

HEAD = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"


@given(
    bodies=st.lists(st.binary(min_size=1, max_size=40).filter(lambda body: b"--frame" not in body), max_size=5),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=20),
)
def test_a_stream_cut_anywhere_gives_the_same_pictures(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(HEAD + body + b"\r\n" for body in bodies) + b"--frame"
    parts, at = Parts(b"--frame"), 0
    got: list[bytes] = []
    while at < len(stream):
        size = cuts[at % len(cuts)]
        got += parts.feed(stream[at : at + size])
        at += size
    assert got == bodies


def test_a_stream_without_end_is_refused() -> None:
    parts = Parts(b"--frame")
    assert not list(parts.feed(b"x" * LONGEST_PART))
    with pytest.raises(ProtocolError):
        list(parts.feed(b"x"))


@given(st.binary(max_size=200))
def test_any_bytes_of_a_worker_are_a_known_word_or_refused(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        wire.heard(said)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.dictionaries(st.sampled_from(["alive", "id", "code", "session", "x"]), inner, max_size=4),
    )
)
def test_any_json_of_a_worker_is_a_known_word_or_refused(said: object) -> None:
    try:
        assert isinstance(wire.heard(json.dumps(said).encode()), wire.Heard)
    except ProtocolError:
        assert not (isinstance(said, dict) and isinstance(said.get("alive"), int))


def test_every_word_of_a_worker_is_understood() -> None:
    code = {"data": "1\x1d2", "symbology": "]C1", "mono_ms": 5}
    assert wire.heard(wire.line({"alive": 3})) == wire.Alive(3)
    assert wire.heard(wire.line({"status": "lost", "cause": "cable"})) == wire.Status("lost", "cable")
    assert wire.heard(wire.line({"code": code, "session": 2})) == wire.CodeAgreed(2, "1\x1d2", "]C1", 5)
    assert wire.heard(wire.line({"id": 1, "answer": {"a": 1}})) == wire.Answered(1, {"a": 1}, "")
    assert wire.heard(wire.line({"id": 1, "error": "no"})) == wire.Answered(1, {}, "no")


def _picture(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)


def test_a_camera_is_live_from_its_second_picture_on() -> None:
    freshness = Freshness(1000)
    assert [freshness.see(_picture(number), number) for number in range(3)] == [False, True, True]


def test_the_same_picture_for_too_long_is_a_fault() -> None:
    freshness = Freshness(1000)
    assert not freshness.see(_picture(1), 0)
    assert freshness.see(_picture(2), 10)
    assert freshness.see(_picture(2), 1009)
    with pytest.raises(DeviceError, match="stood still for 1 s"):
        freshness.see(_picture(2), 1010)


def test_a_dark_shop_is_no_fault() -> None:
    freshness, dark = Freshness(1000), np.zeros((64, 64, 3), np.uint8)
    assert [freshness.see(dark, at) for at in (0, 2000, 90_000)] == [False, True, True]


def test_a_recording_may_stand_still() -> None:
    freshness = Freshness(0)
    assert all(freshness.see(_picture(1), at) for at in (0, 90_000))
