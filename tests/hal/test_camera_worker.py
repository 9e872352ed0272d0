"""A camera's worker killed, hung, talking nonsense, orphaned; a camera that stands still: noticed, and got over."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from bench.far_ends.camera.emulated import EmulatedCamera
from bench.far_ends.camera.mjpeg import MjpegFarEnd
from bench.far_ends.camera.sensor import printed
from hal.camera import image_folder, mjpeg, picamera2
from hal.camera.contract import CodeSeen
from hal.camera.vision.device import WorkerCamera
from hal.device import DeviceError, NotEnabledError, ProtocolError, StatusChanged
from tests.support.cameras import PER_SECOND, QUICK, codes, emulated_worker
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until, wait_until_async

SPEAKER = "import socket,sys,time; s=socket.socket(fileno=int(sys.argv[1])); s.sendall(%s); time.sleep(60)"


def _on_pictures(folder: Path, check: Callable[[image_folder.Driver, Seen], Awaitable[None]], **settings: int) -> None:
    printed("5901234123457", "]E0").save(folder / "held.png")

    async def run() -> None:
        values = {**QUICK, "frames_per_second": PER_SECOND, **settings}
        driver = image_folder.Driver("camera", image_folder.Settings(folder=str(folder), **values))
        try:
            await check(driver, await opened(driver))
        finally:
            await driver.close()

    asyncio.run(run())


def _pid(driver: WorkerCamera) -> int:
    assert driver._worker is not None
    return int(driver._worker._process.pid)


def _causes(seen: Seen) -> list[str]:
    return [event.cause for event in seen.events if isinstance(event, StatusChanged) and event.status == "lost"]


def test_a_killed_worker_is_noticed_at_once_and_started_again(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        await wait_until_async(lambda: seen.of(CodeSeen), what="a code")
        killed, began = _pid(driver), asyncio.get_running_loop().time()
        os.kill(killed, signal.SIGKILL)
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        assert asyncio.get_running_loop().time() - began < 1
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready again")
        assert _pid(driver) != killed
        assert _causes(seen) == ["its worker was killed (signal 9)"]
        await wait_until_async(lambda: len(seen.of(CodeSeen)) == 2, what="a code, without enabling anew")

    _on_pictures(tmp_path, check)


def test_a_worker_that_hangs_is_killed(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        hung = _pid(driver)
        os.kill(hung, signal.SIGSTOP)
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="another worker")
        assert _causes(seen) == ["its worker hung and was killed"]
        assert not psutil.pid_exists(hung)

    _on_pictures(tmp_path, check)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (r"b'\xff\x00 not a line of ours\n'", "no line of a camera's worker"),
        (r"""b'{"code": {"data": 5}}\n'""", "does not say"),
        ("b'x' * 200_000", "spoke without end"),
    ],
)
def test_a_worker_that_speaks_nonsense_is_not_believed(said: str, cause: str, tmp_path: Path) -> None:
    async def run() -> None:
        worker = (sys.executable, "-c", SPEAKER % said)
        driver = image_folder.Driver("camera", image_folder.Settings(folder=str(tmp_path)), worker)
        seen = await opened(driver)
        assert seen.statuses == ["lost"]
        assert cause in _causes(seen)[0]
        await driver.close()

    asyncio.run(run())


def test_a_worker_that_cannot_be_started_is_a_lost_camera() -> None:
    async def run() -> None:
        driver = image_folder.Driver("camera", image_folder.Settings(folder="x"), ("/nonexistent/worker",))
        seen = await opened(driver)
        assert seen.statuses == ["lost"]
        assert "/nonexistent/worker" in _causes(seen)[0]
        assert not (await driver.check_health()).ok
        await driver.close()

    asyncio.run(run())


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "hung"])
def test_a_worker_ends_with_the_kiosk_that_started_it(*, stopped: bool, tmp_path: Path) -> None:
    program = (
        "import asyncio\n"
        "from hal.camera import image_folder\n"
        "async def run():\n"
        f"    driver = image_folder.Driver('camera', image_folder.Settings(folder={str(tmp_path)!r}))\n"
        "    await driver.open(lambda event: None)\n"
        "    print(driver._worker._process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(run())\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True) as kiosk:
        assert kiosk.stdout is not None
        worker = psutil.Process(int(kiosk.stdout.readline()))
        if stopped:
            worker.suspend()
        kiosk.kill()
    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, what="the worker's end")


def test_a_picture_that_stands_still_is_a_lost_camera_until_it_moves() -> None:
    async def run() -> None:
        far = MjpegFarEnd(per_second=PER_SECOND)
        await far.sensor.show(data=next(codes()))
        driver = mjpeg.Driver("camera", mjpeg.Settings(url=await far.start(), **{**QUICK, "frozen_ms": 300}))
        seen = await opened(driver)
        await far.sensor.suffer(fault="freeze")
        await wait_until_async(lambda: seen.statuses == ["ready", "lost"], what="lost")
        assert "stood still" in _causes(seen)[0]
        with pytest.raises(DeviceError):
            await driver.frame()
        await far.sensor.suffer(fault="none")
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready")
        await driver.close()
        await far.close()

    asyncio.run(run())


def test_a_library_that_never_comes_back_is_left_with_its_process(tmp_path: Path) -> None:
    async def run() -> None:
        camera = EmulatedCamera(tmp_path / "imx708", per_second=PER_SECOND)
        await camera.start()
        settings = picamera2.Settings(**{**QUICK, "stale_ms": 300})
        driver = picamera2.Driver("camera", settings, emulated_worker(camera))
        seen = await opened(driver)
        stuck = _pid(driver)
        await camera.sensor.suffer(fault="silence")
        await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
        assert "does not come back" in _causes(seen)[0]
        await camera.sensor.suffer(fault="none")
        await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="ready")
        assert _pid(driver) != stuck
        await driver.close()
        await camera.close()

    asyncio.run(run())


def test_a_frame_is_a_picture_of_now_and_lies_in_no_file(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, _seen: Seen) -> None:
        before = _files(tmp_path)
        frame = await driver.frame()
        with Image.open(BytesIO(frame.jpeg)) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (frame.width, frame.height)
        later = await driver.frame()
        assert later.mono_ms >= frame.mono_ms
        assert _files(tmp_path) == before
        held = psutil.Process(_pid(driver)).open_files()
        assert [file.path for file in held if not file.path.startswith(("/dev/", "/memfd"))] == []
        await driver.disable()
        with pytest.raises(NotEnabledError):
            await driver.frame()

    _on_pictures(tmp_path, check)


def test_what_the_worker_makes_of_its_picture_is_told_and_what_it_cannot_is_an_error(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        made = await driver.analyse("picture")
        assert set(made) == {"width", "height", "mean", "spread", "sharpness"}
        with pytest.raises(DeviceError, match="no such thing"):
            await driver.analyse("no such thing")
        assert seen.statuses == ["ready"]

    _on_pictures(tmp_path, check)


def test_a_covered_lens_is_told_by_the_health_check(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, _seen: Seen) -> None:
        assert "dark or blank" not in (await driver.check_health()).text
        Image.new("RGB", (320, 240), (3, 3, 3)).save(tmp_path / "next.png")
        (tmp_path / "next.png").rename(tmp_path / "held.png")
        async with asyncio.timeout(10):
            while "dark or blank" not in (await driver.check_health()).text:
                await _next_frame(driver)

    _on_pictures(tmp_path, check)


def test_a_code_that_is_held_still_is_told_once_and_again_after_it_left(tmp_path: Path) -> None:
    async def check(driver: image_folder.Driver, seen: Seen) -> None:
        await wait_until_async(lambda: seen.of(CodeSeen), what="a code")
        told = seen.of(CodeSeen)[0]
        assert isinstance(told, CodeSeen)
        assert (told.data, told.symbology) == ("5901234123457", "]E0")
        shown = (await driver.frame()).mono_ms
        await _until_frame_after(driver, shown + 3 * QUICK["gone_ms"])
        assert len(seen.of(CodeSeen)) == 1
        held = tmp_path / "held.png"
        held.rename(tmp_path / "away")
        await _until_frame_after(driver, (await driver.frame()).mono_ms + 2 * QUICK["gone_ms"])
        for _ in range(6):  # on a busy machine they may be few in that time
            await _next_frame(driver)
        (tmp_path / "away").rename(held)
        await wait_until_async(lambda: len(seen.of(CodeSeen)) == 2, what="the code again")

    _on_pictures(tmp_path, check)


async def _next_frame(driver: image_folder.Driver) -> int:
    """Wait for a picture that was not there before; gives when it was taken."""
    before = (await driver.frame()).mono_ms
    while (now := (await driver.frame()).mono_ms) == before:
        await asyncio.to_thread(time.sleep, 0.01)
    return now


async def _until_frame_after(driver: image_folder.Driver, mono_ms: int) -> None:
    async with asyncio.timeout(10):
        while await _next_frame(driver) < mono_ms:
            pass


def _files(folder: Path) -> set[Path]:
    return set(folder.iterdir())


def test_the_kiosks_own_process_loads_neither_opencv_nor_numpy() -> None:
    drivers = ", ".join(f"hal.camera.{name}" for name in ("v4l2", "picamera2", "mjpeg", "image_folder", "video_file"))
    program = f"import sys, {drivers}; sys.exit(bool({{'cv2', 'numpy', 'zxingcpp'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False).returncode == 0


@pytest.mark.parametrize(
    ("model", "settings", "says"),
    [
        ("image_folder", {"folder": "x", "hold_ms": 0}, "above 0"),
        ("image_folder", {"folder": "x", "gone_ms": 0}, "above 0"),
        ("mjpeg", {"url": "rtsp://192.0.2.1/"}, "http"),
        ("v4l2", {"frozen_ms": -1}, "0 or above"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(model: str, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        importlib.import_module(f"hal.camera.{model}").Settings(**settings)


def test_a_network_camera_that_wants_another_password_says_so() -> None:
    async def run() -> None:
        far = MjpegFarEnd(per_second=PER_SECOND, user="till", password="made up")
        driver = mjpeg.Driver("camera", mjpeg.Settings(url=await far.start(), user="till", password="wrong", **QUICK))
        seen = await opened(driver)
        assert "401" in _causes(seen)[0]
        await driver.close()
        await far.close()

    asyncio.run(run())


def test_a_stream_that_is_none_is_refused() -> None:
    assert mjpeg.boundary_of('multipart/x-mixed-replace;boundary="a b"') == b"--a b"
    with pytest.raises(ProtocolError):
        mjpeg.boundary_of("text/html")
