"""emupos judges the 8217 and the SCP-0499 driver: its scales, their states and their tare, over its own wires.

``python -m tests.conformance.emupos_scale`` prints its verdicts; ``judge`` gives them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from hal.device import DeviceError
from hal.drivers import load
from hal.scale.contract import Reading
from tests.support.emupos import Emupos, EmuposMissingError, emupos
from tests.support.ports import free_port
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

__all__ = ["judge"]

Verdict = tuple[str, str, str]
Check = Callable[[], Awaitable[None]]

_MODELS: Final[Mapping[str, str]] = {"toledo_8217": "toledo8217-15kg", "sma_scp0499": "sma-15kg"}
"""Our driver, and the judge's scale."""


class _Scale:
    """One of the judge's scales with our driver at it."""

    def __init__(self, model: str, port: int, judge: Emupos) -> None:
        self.device, self._judge = model.replace("_", "-"), judge
        given = {"port": f"127.0.0.1:{port}", "poll_ms": 20, "answer_ms": 500}
        self.driver: Any = load("scale", model, "produce_scale", given)
        self.seen = Seen()

    async def shows(self, state: str, value: int | None = None, *, net: bool = False) -> None:
        """Wait until the newest reading says so."""
        await wait_until_async(partial(self._newest_is, state, value, net=net), what=f"{state} {value or ''}")

    def put(self, grams: int, *, stable: bool = True) -> None:
        """The platter holds so much."""
        self._judge.weigh(self.device, grams, stable=stable)

    def press_tare(self) -> None:
        """Somebody presses its tare key."""
        self._judge.tare(self.device)

    def _newest_is(self, state: str, value: int | None, *, net: bool) -> bool:
        readings = [event for event in self.seen.events if isinstance(event, Reading)]
        if not readings:
            return False
        last = readings[-1]
        return last.state == state and (value is None or (last.value, last.exponent, last.net) == (value, -3, net))


async def _weights(scale: _Scale) -> None:
    for grams, shown in ((5, 5), (1250, 1250), (1252, 1250), (1253, 1255), (15_000, 15_000)):
        scale.put(grams)
        await scale.shows("stable", shown)


async def _states(scale: _Scale) -> None:
    for grams, state in ((0, "zero"), (-50, "under"), (15_001, "over"), (0, "zero")):
        scale.put(grams)
        await scale.shows(state)


async def _motion(scale: _Scale) -> None:
    scale.put(700, stable=False)
    before = len(scale.seen.events)
    await scale.shows("stable", 700)
    told = [event for event in scale.seen.events[before:] if isinstance(event, Reading)]
    assert "motion" in {reading.state for reading in told}, "it was never in motion"


async def _net(scale: _Scale) -> None:
    scale.put(100)
    scale.press_tare()
    scale.put(600)
    await scale.shows("stable", 500, net=True)


async def _health(scale: _Scale) -> None:
    health = await scale.driver.check_health()
    assert health.ok, health.text
    assert scale.seen.statuses == ["ready"], f"it was {scale.seen.statuses}"


async def _zero_refused(scale: _Scale) -> None:
    """The judge's 8217 knows no Z and says "bad command" with the state; its SMA zeroes any load at rest."""
    scale.put(300, stable=False)
    try:
        await scale.driver.zero()
    except DeviceError:
        return
    message = "it was zeroed in motion"
    raise AssertionError(message)


_CHECKS: Final[Mapping[str, Callable[[_Scale], Awaitable[None]]]] = {
    "weights, rounded to its division": _weights,
    "zero, under and over": _states,
    "motion, then rest": _motion,
    "zero is refused in motion": _zero_refused,
    "net after its tare key": _net,
    "health, and never lost meanwhile": _health,
}


async def _judged(folder: Path) -> list[Verdict]:
    ports = {model: free_port() for model in _MODELS}
    devices = [
        {
            "id": model.replace("_", "-"),
            "type": "scale",
            "profile": profile,
            "connections": [{"tcp": {"port": ports[model]}}],
        }
        for model, profile in _MODELS.items()
    ]
    verdicts = []
    with emupos(folder, devices) as running:
        for model in _MODELS:
            scale = _Scale(model, ports[model], running)
            scale.seen = await opened(scale.driver)
            try:
                for what, check in _CHECKS.items():
                    verdicts.append((f"scale/{model}", what, await _verdict(partial(check, scale))))
            finally:
                await scale.driver.close()
    return verdicts


async def _verdict(check: Check) -> str:
    try:
        await check()
    except (AssertionError, TimeoutError, OSError) as error:
        return f"failed: {error}"
    return "passed"


def judge() -> Iterator[Verdict]:
    """Each thing it was asked to judge, and its verdict."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield from asyncio.run(_judged(Path(folder)))
        except EmuposMissingError as error:
            for model in _MODELS:
                yield f"scale/{model}", "weights and states", f"left out: {error}"


def main() -> int:
    """Print the verdicts; 1 if one is against us."""
    logging.disable(logging.CRITICAL)
    verdicts = list(judge())
    for driver, what, verdict in verdicts:
        sys.stdout.write(f"{driver}: {what}: {verdict}\n")
    return int(any(verdict.startswith("failed") for _, _, verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
