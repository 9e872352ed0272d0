"""A camera that was given a model of produce: what its worker guesses, and what becomes of a model that is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.far_ends.camera.sensor import Sensor, printed
from bench.knobs import KnobRefusedError
from hal.camera import image_folder
from hal.camera.contract import CodeSeen
from hal.camera.produce.training import Photograph, train
from hal.camera.vision.device import _guesses
from hal.device import DeviceError, NotEnabledError, ProtocolError
from tests.support.cameras import PER_SECOND, QUICK
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

Check = Callable[[image_folder.Driver, Seen], Awaitable[None]]


def _painted(folder: Path, key: str, colour: tuple[int, int, int]) -> list[Photograph]:
    chance = np.random.default_rng(int(key))
    photographs = []
    for number in range(3):
        picture = np.full((120, 160, 3), 128, np.uint8)
        cv2.circle(picture, (80 + 4 * number, 60), 40, colour, -1)
        path = folder / f"{key}-{number}.png"
        cv2.imwrite(str(path), np.clip(picture + chance.normal(0, 5, picture.shape), 0, 255).astype(np.uint8))
        photographs.append(Photograph(path, key, "train"))
    return photographs


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    known = _painted(folder, "4011", (40, 220, 240)) + _painted(folder, "4081", (120, 30, 90))
    train(known, None).recogniser.save(folder / "model.npz")
    return folder / "model.npz"


def _looking_at(folder: Path, model: str, check: Check) -> None:
    async def run() -> None:
        settings = image_folder.Settings(folder=str(folder), produce_model=model, frames_per_second=PER_SECOND, **QUICK)
        driver = image_folder.Driver("camera", settings)
        try:
            await check(driver, await opened(driver))
        finally:
            await driver.close()

    asyncio.run(run())


def test_the_worker_guesses_what_lies_before_the_camera(tmp_path: Path, model: Path) -> None:
    (tmp_path / "held.png").write_bytes((model.parent / "4081-1.png").read_bytes())

    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        guesses = await driver.likeliest_produce()
        assert [guess.key for guess in guesses] == ["4081", "4011"]
        assert guesses[0].score > guesses[1].score
        await driver.disable()
        with pytest.raises(NotEnabledError):
            await driver.likeliest_produce()

    _looking_at(tmp_path, str(model), check)


def test_a_broken_model_is_told_to_who_asks_and_codes_are_read_all_the_same(tmp_path: Path, model: Path) -> None:
    broken = tmp_path / "model.npz"
    broken.write_bytes(model.read_bytes()[:-200])
    (tmp_path / "pictures").mkdir()
    printed("5901234123457", "]E0").save(tmp_path / "pictures" / "held.png")

    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        with pytest.raises(DeviceError, match="no usable produce model"):
            await driver.likeliest_produce()
        await wait_until_async(lambda: seen.of(CodeSeen), what="a code")
        assert seen.statuses == ["ready"]

    _looking_at(tmp_path / "pictures", str(broken), check)


def test_a_camera_without_a_model_guesses_nothing(tmp_path: Path) -> None:
    printed("5901234123457", "]E0").save(tmp_path / "held.png")

    async def check(driver: image_folder.Driver, _seen: Seen) -> None:
        assert await driver.likeliest_produce() == ()

    _looking_at(tmp_path, "", check)


@pytest.mark.parametrize(
    "told",
    [{}, {"guesses": "4011"}, {"guesses": [["4011"]]}, {"guesses": [[4011, 0.5]]}, {"guesses": [["4011", 1.5]]},
     {"guesses": [["4011", float("nan")]]}, {"guesses": [["4011", "0.5"]]}],
)  # fmt: skip
def test_guesses_that_are_none_are_not_believed(told: Mapping[str, object]) -> None:
    with pytest.raises(ProtocolError, match="does not guess"):
        _guesses(told)


def test_a_far_end_lays_a_photograph_of_the_sample_shop_before_its_lens() -> None:
    async def look() -> None:
        sensor = Sensor(per_second=1_000)
        for unknown in ("none.jpg", "../shop/stores.toml"):
            with pytest.raises(KnobRefusedError, match="no photograph"):
                await sensor.lay(picture=unknown)
        await sensor.lay(picture="banana.jpg")
        picture = cv2.imdecode(np.frombuffer(await anext(sensor.pictures()), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        blue, _green, red = picture.reshape(-1, 3).mean(axis=0)
        assert red > 1.5 * blue
        assert sensor.state()["held"] == ["banana.jpg", ""]

    asyncio.run(look())
