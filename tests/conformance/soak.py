"""``make soak-devices``: each driver through thousands of operations with a fault in one of fifty.

Nothing stale is told, nothing while lost; no thread, task, file or memory is left behind. ``N=10000`` operations a
driver, ``DRIVERS=scale/cas,scanner`` picks some, ``SEED=1``. Each driver runs in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.support.rigs import Rig, every, wire_of
from tests.support.witness import HARMING, Witness
from tools.report import Report

__all__ = ["Soaked", "main", "soak"]

ONE_IN: Final = 50
"""Operations between two faults."""
WARM: Final = 200
"""Operations before memory is measured first: what a library keeps for ever is kept by then."""
GROWTH_MIB: Final = 8.0
"""More than that is growth. An allocator's own slack is below it."""
_PATIENCE_S: Final = 10.0
_IN_FAULT_S: Final = 0.05
_FAULT_LASTS_S: Final = (0.0, 0.2)
"""Over at once, or long enough to be noticed where it can be."""
_DRIVER_S: Final = 7200


@dataclass(frozen=True, slots=True)
class Soaked:
    """One driver's soak. ``wrongs``: what it told and should not have, or did not tell and should have."""

    operations: int
    faults: int
    lost: int
    wrongs: tuple[str, ...]
    memory_mib: float
    descriptors: int
    threads: int
    tasks: int
    seconds: float


async def soak(rig: Rig, operations: int, seed: int, *, patience: float = _PATIENCE_S) -> Soaked:
    """Run one driver in its rig; what is not told within ``patience`` seconds is a wrong."""
    chance, began = random.Random(seed), time.monotonic()
    witness, faults = Witness(rig), 0
    tasks, threads = len(asyncio.all_tasks()), threading.active_count()
    await witness.up()
    if not await witness.until(lambda: witness.there, patience):
        witness.wrongs.append("it never was ready")
    standing = _standing()
    for number in range(operations):
        if number == WARM:
            standing = _standing()
        if chance.randrange(ONE_IN) == 0:
            faults += 1
            await _suffer(rig, witness, chance)
        elif not await witness.operate(patience):
            witness.wrongs.append(f"operation {number} was not told")
        if len(witness.wrongs) > 20:
            break
    memory, descriptors = _standing()
    await rig.driver.close()
    await witness.until(lambda: len(asyncio.all_tasks()) <= tasks and threading.active_count() <= threads, 2)
    return Soaked(
        operations=operations,
        faults=faults,
        lost=witness.statuses.count("lost"),
        wrongs=tuple(witness.wrongs),
        memory_mib=round(memory - standing[0], 2),
        descriptors=descriptors - standing[1],
        threads=threading.active_count() - threads,
        tasks=len(asyncio.all_tasks()) - tasks,
        seconds=round(time.monotonic() - began, 1),
    )


async def _suffer(rig: Rig, witness: Witness, chance: random.Random) -> None:
    """One fault, one operation in it, and back."""
    names = [*rig.faults, *(["unplug"] if rig.unplug is not None else [])]
    if not names:
        await witness.operate(_PATIENCE_S)
        return
    fault = chance.choice(names)
    witness.harmed = fault in HARMING and not rig.checked
    if fault in rig.faults:
        await rig.faults[fault]()
        await witness.operate(_IN_FAULT_S)
        await witness.until(lambda: not witness.there, chance.choice(_FAULT_LASTS_S))
        assert rig.heal is not None
        await rig.heal()
    else:
        assert rig.unplug is not None
        await rig.unplug()
        await witness.until(lambda: not witness.there, _PATIENCE_S)
        await witness.operate(_IN_FAULT_S)
        await rig.plug()
    if not await witness.until(lambda: witness.there, _PATIENCE_S):
        witness.wrongs.append(f"{fault}: it did not come back")
    await witness.operate(1)  # what was under way when the fault ended may be lost with it
    witness.harmed = False


def _standing() -> tuple[float, int]:
    """Memory in MiB and open descriptors."""
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss / 2**20, process.num_fds()


def _one(category: str, model: str, operations: int, seed: int) -> Soaked:
    async def run() -> Soaked:
        with tempfile.TemporaryDirectory() as folder:
            async with every()[category, model](Path(folder)) as rig:
                return await soak(rig, operations, seed)

    return asyncio.run(run())


def _in_its_own_process(category: str, model: str, operations: int, seed: int) -> Soaked | str:
    """The soak of one driver, or what its process said when it failed."""
    command = [sys.executable, "-m", "tests.conformance.soak", "--one", f"{category}/{model}"]
    command += ["--operations", str(operations), "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_DRIVER_S, check=False)
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return Soaked(**{**told, "wrongs": tuple(told["wrongs"])})


def _wanted(written: str) -> list[tuple[str, str]]:
    names = {each for each in written.split(",") if each}
    found = [which for which in sorted(every()) if wire_of(*which) != "simulated"]
    return [
        (category, model)
        for category, model in found
        if not names or names & {category, f"{category}/{model}", f"{category}/{model.partition(':')[0]}"}
    ]


def _report(operations: int, seed: int, wanted: list[tuple[str, str]]) -> int:
    with Report("soak-devices") as report:
        rows, wrongs = [], 0
        for category, model in wanted:
            name = f"{category}/{model}"
            soaked = _in_its_own_process(category, model, operations, seed)
            if isinstance(soaked, str):
                report.require(f"{name} lasts through its soak", held=False, detail=soaked)
                wrongs += 1
                continue
            told = f"{soaked.lost} lost, {soaked.faults} faults, {soaked.seconds:.0f} s"
            report.progress(f"{name}: {told}")
            left = soaked.threads or soaked.tasks or soaked.descriptors > 0 or soaked.memory_mib > GROWTH_MIB
            report.require(f"{name} tells nothing stale", held=not soaked.wrongs, detail="; ".join(soaked.wrongs[:3]))
            report.require(f"{name} leaves nothing behind", held=not left, detail=str(asdict(soaked)))
            wrongs += len(soaked.wrongs)
            rows.append(
                (name, wire_of(category, model), soaked.operations, soaked.faults, soaked.lost, len(soaked.wrongs),
                 f"{soaked.memory_mib:+.1f}", f"{soaked.descriptors:+d}", soaked.threads, f"{soaked.seconds:.0f}")
            )  # fmt: skip
        header = ("driver", "wire", "operations", "faults", "lost", "wrong", "MiB", "files", "threads left", "s")
        report.table("Soak", header, rows)
        for key, value in (("drivers", len(wanted)), ("operations", operations), ("wrong", wrongs), ("seed", seed)):
            report.figure(key, value)
        return report.close()


def main(given: list[str] | None = None) -> int:
    """The target; with ``--one`` the soak of one driver, told as a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.soak", description=__doc__)
    parser.add_argument("--one", help="category/model")
    parser.add_argument("--operations", type=int, default=int(os.environ.get("N", "10000")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    arguments = parser.parse_args(given)
    logging.disable(logging.CRITICAL)
    if arguments.one:
        category, _, model = arguments.one.partition("/")
        told = asdict(_one(category, model, arguments.operations, arguments.seed))
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    return _report(arguments.operations, arguments.seed, _wanted(os.environ.get("DRIVERS", "")))


if __name__ == "__main__":
    raise SystemExit(main())
