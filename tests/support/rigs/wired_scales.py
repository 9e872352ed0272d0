"""What the rigs of scales on a wire share: a far end behind a real line, and a world that puts fresh weights on it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from bench.far_ends.line import Line
from bench.far_ends.platter import ScaleInside
from hal.drivers import load
from hal.scale.contract import Reading
from tests.support.rigs import Deed, Rig

__all__ = ["wired_scale"]

QUICK = {"certified": True, "poll_ms": 5, "answer_ms": 60, "retry_ms": 5, "longest_retry_ms": 20}
"""A driver's settings on a line as quick as a pseudo-terminal."""


@asynccontextmanager
async def wired_scale(
    model: str,
    inside: ScaleInside,
    folder: Path,
    port: Literal["pty", "tcp"] = "pty",
    /,
    *,
    checked: bool = False,
    **settings: object,
) -> AsyncIterator[Rig]:
    """A rig around ``hal/scale/<model>.py`` and its far end."""
    line = Line(inside)
    where = await (line.start_tcp() if port == "tcp" else line.start_pty(folder / "by-id" / model))
    framing = {} if port == "tcp" else {"framing": "8N1"}
    driver = load("scale", model, "produce_scale", {**QUICK, **framing, "port": where, **settings})
    grams = itertools.cycle(range(205, 2000, 130))

    async def act() -> object:
        await inside.remove()
        put = next(grams)
        await inside.put(grams=put)
        return (inside.platter.counts(put), inside.platter.exponent, inside.platter.unit)

    async def plug() -> None:
        """What lies on a scale when its power comes back is its zero: whoever plugs it in clears it first."""
        await inside.remove()
        await line.plug()

    faults: dict[str, Deed] = {
        kind: partial(line.fault, kind=kind) for kind in ("silent", "babble", "slow", "lossy", "garbled")
    }
    try:
        yield Rig(
            driver=driver,
            unplug=line.unplug,
            plug=plug,
            act=act,
            data=Reading,
            faults=faults,
            heal=partial(line.fault, kind="none"),
            last_byte_ns=lambda: line.last_byte_ns,
            checked=checked,
        )
    finally:
        await driver.close()
        await line.close()
