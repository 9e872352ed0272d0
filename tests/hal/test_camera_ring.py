"""The ring of pictures in a camera's worker: the plate alone, few, small, and forgotten with the session."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from hal.camera import image_folder, simulated
from hal.camera.vision.ring import MOST_BYTES, MOST_KEPT, WIDEST, Ring, zone
from hal.camera.vision.watch import Watch
from hal.device import NotEnabledError
from hal.drivers import load
from tests.support.cameras import PER_SECOND, QUICK
from tests.support.rigs import opened

PLATE = (25, 50, 50, 40)


def shop() -> NDArray[np.uint8]:
    """A white face above a green plate."""
    picture = np.zeros((480, 640, 3), np.uint8)
    cv2.circle(picture, (320, 110), 90, (255, 255, 255), -1)
    cv2.rectangle(picture, (160, 240), (479, 431), (0, 160, 0), -1)
    return picture


def pixels(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


def test_only_the_plate_is_kept_and_no_face_above_it() -> None:
    ring = Ring(3, 100, PLATE)
    ring.see(shop(), 0)
    (kept,) = ring.recent()
    seen = pixels(kept.jpeg)
    assert seen.shape == (192, 320, 3)
    assert seen[..., 0].max() < 60  # nothing white or skin-like: only the plate's green
    assert seen[..., 1].min() > 100


@given(
    st.integers(0, 99).flatmap(lambda a: st.tuples(st.just(a), st.integers(1, 100 - a))),
    st.integers(0, 99).flatmap(lambda a: st.tuples(st.just(a), st.integers(1, 100 - a))),
)
def test_no_pixel_outside_the_zone_is_ever_in_it(across: tuple[int, int], down: tuple[int, int]) -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    (left, wide), (top, high) = across, down
    y, x = 60 * top // 100, 80 * left // 100
    picture[y : y + max(1, 60 * high // 100), x : x + max(1, 80 * wide // 100)] = 255
    assert zone(picture, (left, top, wide, high)).min() == 255


def test_the_memory_is_bounded_by_count_width_and_bytes() -> None:
    ring = Ring(50, 1, (0, 0, 100, 100))
    noise = np.random.default_rng(1).integers(0, 256, (1200, 1600, 3), np.uint8)
    for number in range(40):
        ring.see(noise, number * 10)
    kept = ring.recent()
    assert len(kept) <= MOST_KEPT
    assert all(one.width <= WIDEST and len(one.jpeg) <= MOST_BYTES for one in kept)
    assert sum(len(one.jpeg) for one in kept) <= MOST_KEPT * MOST_BYTES


def test_one_is_taken_now_and_then_oldest_first_and_all_are_forgotten_at_once() -> None:
    ring = Ring(2, 500, PLATE)
    for ms in (0, 100, 499, 500, 1_000, 1_200):
        ring.see(shop(), ms)
    assert [one.mono_ms for one in ring.recent()] == [500, 1_000]
    ring.forget()
    assert ring.recent() == ()


def test_a_ring_of_none_keeps_none() -> None:
    ring = Ring(0, 500, PLATE)
    ring.see(shop(), 0)
    assert ring.recent() == ()


@pytest.mark.parametrize("plate", ["", "0,0,0,0", "60,0,50,50", "-1,0,50,50", "1,2,3", "a,b,c,d"])
def test_settings_that_name_no_plate_are_refused(plate: str) -> None:
    with pytest.raises(ValueError, match="only of a plate"):
        Watch(recent=4, plate=plate)


def test_a_driver_takes_the_settings_as_a_file_writes_them(tmp_path: Path) -> None:
    written = {"folder": str(tmp_path), "recent": 3, "plate": "25,50,50,40"}
    assert load("camera", "image_folder", "camera", written).name == "camera"


def test_a_worker_hands_over_what_it_kept_while_it_was_enabled(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "held.png"), shop())

    async def run() -> None:
        watch = {**QUICK, "recent": 3, "recent_every_ms": 40, "plate": "25,50,50,40"}
        settings = image_folder.Settings(folder=str(tmp_path), frames_per_second=PER_SECOND, **watch)
        driver = image_folder.Driver("camera", settings)
        try:
            await opened(driver)
            async with asyncio.timeout(20):
                while len(frames := await driver.recent()) < 3:
                    pass
            assert sorted(frame.mono_ms for frame in frames) == [frame.mono_ms for frame in frames]
            assert pixels(frames[0].jpeg)[..., 0].max() < 60
            await driver.disable()
            with pytest.raises(NotEnabledError):
                await driver.recent()
        finally:
            await driver.close()

    asyncio.run(run())


def test_a_simulated_camera_tells_its_pictures_as_the_last_seconds() -> None:
    async def run() -> int:
        driver = simulated.Driver("camera", simulated.Settings(recent=2))
        await opened(driver)
        try:
            return len(await driver.recent())
        finally:
            await driver.close()

    assert asyncio.run(run()) == 2
