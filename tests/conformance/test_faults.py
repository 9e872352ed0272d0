"""What every driver with a wire owes when its device or its line misbehaves: no wrong word, and back by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.rigs import Make, Rig
from tests.support.witness import HARMING, Witness


def test_no_fault_brings_a_wrong_word_and_each_is_got_over_without_help(make: Make, tmp_path: Path) -> None:
    async def run() -> None:
        async with make(tmp_path) as rig:
            if not rig.faults:
                pytest.skip("there is no line to harm")
            witness = Witness(rig)
            try:
                for fault in rig.faults:
                    witness = Witness(rig, now=witness.now)  # what lies there already may be told a moment longer
                    await _suffer(rig, witness, fault)
            finally:
                await rig.driver.close()

    asyncio.run(run())


async def _suffer(rig: Rig, witness: Witness, fault: str) -> None:
    await witness.up()
    assert await witness.until(lambda: witness.there), f"{fault}: not ready before"
    assert await witness.operate(), f"{fault}: nothing was told before"
    witness.harmed = fault in HARMING and not rig.checked
    await rig.faults[fault]()
    await witness.operate(seconds=0.3)
    assert rig.heal is not None
    await rig.heal()
    assert await witness.until(lambda: witness.there), f"{fault}: it did not come back"
    await witness.operate(seconds=2)  # what was under way when the fault ended may be lost with it
    witness.harmed = False
    assert await witness.operate(), f"{fault}: nothing is told after"
    assert witness.wrongs == [], fault
    await rig.driver.close()
