"""What the simulators' rigs share: a driver that is its own far end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hal.drivers import load
from tests.support.rigs import Rig

__all__ = ["simulator"]


def simulator(
    category: str, knobs: Path, data: type | None, act: str, args: Mapping[str, object], /, **settings: object
) -> Rig:
    """A rig around ``hal/<category>/simulated.py`` whose knob ``act`` is what the world does."""
    settings["knob_socket"] = str(knobs / f"{category}.knobs")
    driver: Any = load(category, "simulated", category, settings)

    async def turn() -> None:
        if act:
            await getattr(driver, act)(**args)

    return Rig(driver, driver.unplug, driver.plug, turn, data)
