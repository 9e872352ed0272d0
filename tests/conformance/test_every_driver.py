"""What every driver owes, whatever its category: the life cycle, lost and back, nothing left behind."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hal.device import NotEnabledError
from hal.drivers import CATEGORIES, available
from tests.support.rigs import Make, Rig, Seen, every, opened
from tests.support.waiting import wait_until_async


def _run(make: Make, folder: Path, check: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        async with make(folder) as rig:
            try:
                await check(rig)
            finally:
                await rig.driver.close()

    asyncio.run(run())


def _check_unpluggable(make: Make, folder: Path, check: Callable[[Rig], Awaitable[None]]) -> None:
    async def guarded(rig: Rig) -> None:
        if rig.unplug is None:
            pytest.skip("there is no cable to pull")
        await check(rig)

    _run(make, folder, guarded)


async def _data_follows(rig: Rig, seen: Seen) -> None:
    if rig.data is not None:
        before = len(seen.of(rig.data))
        await rig.act()
        await wait_until_async(lambda: len(seen.of(rig.data)) > before, what="a data event")


def test_every_driver_file_has_its_far_end_here() -> None:
    found = {(category, model) for category in CATEGORIES for model in available(category)}
    assert found == {(category, model.partition(":")[0]) for category, model in every()}


def test_a_driver_module_is_a_data_sheet_with_settings_and_one_class(which: tuple[str, str]) -> None:
    category, model = which[0], which[1].partition(":")[0]
    module = importlib.import_module(f"hal.{category}.{model}")
    assert "Sample settings:" in (module.__doc__ or "")
    assert dataclasses.is_dataclass(module.Settings)
    assert vars(module.Settings)["__dataclass_params__"].frozen
    assert module.Driver.simulated is ("oads only when the settings name it" in (module.__doc__ or ""))
    assert module.Driver.simulated is (model in {"simulated", "image_folder", "video_file"})


def test_each_step_may_be_repeated_and_ready_is_told_once(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        seen = Seen()
        await rig.driver.open(seen)
        await rig.driver.open(seen)
        await rig.driver.claim()
        await rig.driver.claim()
        await rig.driver.enable()
        await rig.driver.enable()
        await wait_until_async(lambda: seen.statuses, what="a status")
        assert seen.statuses == ["ready"]
        await rig.driver.disable()
        await rig.driver.disable()
        await rig.driver.close()
        await rig.driver.close()
        assert seen.statuses == ["ready"]

    _run(make, tmp_path, check)


def test_a_step_taken_too_early_is_refused(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        with pytest.raises(NotEnabledError):
            await rig.driver.claim()
        await rig.driver.open(Seen())
        with pytest.raises(NotEnabledError):
            await rig.driver.enable()

    _run(make, tmp_path, check)


def test_data_flows_only_while_enabled(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        seen = Seen()
        await rig.driver.open(seen)
        await rig.driver.claim()
        await rig.act()
        await asyncio.sleep(0)
        assert not seen.of(rig.data)
        await rig.driver.enable()
        await _data_follows(rig, seen)
        await rig.driver.disable()
        told = len(seen.of(rig.data))
        await rig.act()
        await rig.driver.check_health()
        assert len(seen.of(rig.data)) == told

    _run(make, tmp_path, check)


def test_a_pulled_cable_is_told_once_and_the_device_comes_back_as_it_was(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        assert rig.unplug is not None
        seen = await opened(rig.driver)
        await _data_follows(rig, seen)
        before = len(seen.statuses)  # on a busy machine it may have been lost, and found, before it was first ready
        assert seen.statuses[-1] == "ready"
        await rig.unplug()
        await wait_until_async(lambda: len(seen.statuses) > before, what="lost")
        told = len(seen.of(rig.data))
        await rig.act()
        assert len(seen.of(rig.data)) == told
        await rig.plug()
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
        assert seen.statuses[before:] == ["lost", "ready"]
        await _data_follows(rig, seen)

    _check_unpluggable(make, tmp_path, check)


def test_a_device_that_is_not_there_is_told_as_lost_and_found_later(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        assert rig.unplug is not None
        await rig.unplug()
        seen = await opened(rig.driver)
        await wait_until_async(lambda: seen.statuses, what="a status")
        assert seen.statuses == ["lost"]
        await rig.plug()
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready")
        assert seen.statuses == ["lost", "ready"]
        await _data_follows(rig, seen)

    _check_unpluggable(make, tmp_path, check)


def test_health_is_told_in_every_state_and_changes_nothing(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        assert not (await rig.driver.check_health()).ok
        seen = await opened(rig.driver)
        before = _files(tmp_path)
        health = await rig.driver.check_health()
        assert health.ok
        assert health.text
        assert _files(tmp_path) == before
        if rig.unplug is not None:
            await rig.unplug()
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            assert not (await rig.driver.check_health()).ok
        await rig.driver.close()
        assert not (await rig.driver.check_health()).ok

    _run(make, tmp_path, check)


@pytest.mark.parametrize("steps", range(5), ids=["open", "claim", "enable", "act", "disable"])
@pytest.mark.parametrize("cable", ["plugged", "unplugged"])
def test_closing_after_any_step_leaves_nothing_behind(make: Make, steps: int, cable: str, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        driver = rig.driver
        tasks, threads, handles = asyncio.all_tasks(), set(threading.enumerate()), _handles()
        walk = [lambda: driver.open(Seen()), driver.claim, driver.enable, rig.act, driver.disable]
        for step in walk[: steps + 1]:
            await step()
        if rig.unplug is not None and cable == "unplugged":
            await rig.unplug()
        await driver.close()
        await rig.plug()
        await wait_until_async(lambda: asyncio.all_tasks() <= tasks, what="no task of the driver's left")
        await wait_until_async(lambda: _threads(threads) == set(), what="no thread of the driver's left")
        await wait_until_async(lambda: _handles() <= handles, what="no open file of the driver's left")

    _run(make, tmp_path, check)
    assert not list(tmp_path.glob("*.knobs"))


def test_a_closed_device_may_be_opened_again(make: Make, tmp_path: Path) -> None:
    async def check(rig: Rig) -> None:
        await opened(rig.driver)
        await rig.driver.close()
        seen = await opened(rig.driver)
        await wait_until_async(lambda: seen.statuses, what="a status")
        assert seen.statuses == ["ready"]
        await _data_follows(rig, seen)

    _run(make, tmp_path, check)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _threads(before: set[threading.Thread]) -> set[threading.Thread]:
    pools = ("asyncio_", "ThreadPool")  # the loop's own pool stays with the loop
    return {each for each in threading.enumerate() if each not in before and not each.name.startswith(pools)}


def _handles() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  a count of names, nothing to walk
