"""The contactless reader's rig: an emulated C library. tests/hal/test_loyalty_card_pcscd.py meets the real service."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.far_ends.loyalty_card.pcsc import PcscLibrary
from hal.loyalty_card import pcsc
from hal.loyalty_card.contract import CardPresented
from tests.support.rigs import Rig, Wire

WIRE: Wire = "emulated"


@asynccontextmanager
async def rig(_folder: Path) -> AsyncIterator[Rig]:
    """A reader behind an emulated library."""
    library, ids = PcscLibrary(), itertools.count(0x04A1B2C3D4E580)
    driver = pcsc.Driver("loyalty_card", pcsc.Settings(poll_ms=10, longest_retry_ms=40), library)

    async def act() -> str:
        uid = f"{next(ids):014X}"
        await library.present(uid=uid)
        return uid

    async def stop_the_service() -> None:
        library.serving = False

    async def heal() -> None:
        library.serving = True

    faults = {"take_away": library.take_away, "no_service": stop_the_service}
    try:
        yield Rig(driver, library.unplug, library.plug, act, CardPresented, faults, heal)
    finally:
        await driver.close()
        assert (library.contexts, library.connections) == (0, 0)


RIGS = {"": rig}
