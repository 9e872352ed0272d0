"""The soak finds what it is for: a stale value, a word while lost, something left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hal.scanner.contract import CodeRead
from tests.conformance.soak import soak
from tests.support.rigs import Rig
from tests.support.rigs.scanner.simulated import rig as scanner_rig


def _rig_that(rig: Rig, codes: list[str], told: list[str] | None = None) -> Rig:
    """A rig whose world scans these codes, and whose driver tells those of ``told`` instead."""
    coming = iter(zip(codes, told or codes, strict=True))

    async def act() -> str:
        shown, tells = next(coming)
        await rig.driver.scan(data=tells, symbology="")
        return shown

    rig.act = act
    return rig


def _soaked(folder: Path, codes: list[str], told: list[str] | None = None) -> tuple[str, ...]:
    async def run() -> tuple[str, ...]:
        async with scanner_rig(folder) as rig:
            return (await soak(_rig_that(rig, codes, told), len(codes), seed=3, patience=0.5)).wrongs

    return asyncio.run(run())


def test_a_driver_that_tells_what_is_there_passes(tmp_path: Path) -> None:
    assert _soaked(tmp_path, ["1", "2", "3"]) == ()


def test_a_stale_value_is_found(tmp_path: Path) -> None:
    wrongs = _soaked(tmp_path, ["1", "2", "3"], ["1", "1", "1"])
    assert any("'1' where '2' is" in wrong or "was not told" in wrong for wrong in wrongs)


def test_data_while_lost_is_found(tmp_path: Path) -> None:
    async def run() -> tuple[str, ...]:
        async with scanner_rig(tmp_path) as rig:
            driver, unplug = rig.driver, rig.unplug
            assert unplug is not None

            async def unplug_and_talk() -> None:
                await unplug()
                driver._sink(CodeRead(driver.name, "ghost"))

            rig.unplug = unplug_and_talk
            numbers = (str(number) for number in range(1000))

            async def act() -> str:
                code = next(numbers)
                await driver.scan(data=code, symbology="")
                return code

            rig.act = act
            return (await soak(rig, 200, seed=1)).wrongs

    assert any("told while lost" in wrong for wrong in asyncio.run(run()))
