"""Whatever comes down from a head office gone wrong: no handler fails, the cursor stands still, sync goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from hypothesis import given, settings

from kiosk.sync.link import Incoming
from kiosk.sync.service import Service
from messages.topics import Channel
from tests.support.broker import Broker
from tests.support.hostile import addressed
from tests.sync.rig import KIOSK, LOG, STORE, Kiosk

DOWN: Final[tuple[Channel, ...]] = (
    "acknowledgement",
    "feed_chunk",
    "feed_head",
    "answer",
    "command",
    "staff_order",
    "twin_desired",
    "state",
)


def test_no_message_from_above_breaks_a_handler_moves_the_cursor_or_makes_a_price_book(folder: Path) -> None:
    kiosk = Kiosk(folder, Broker(folder / "far"))
    kiosk.append(3)

    async def made() -> Service:
        return Service(kiosk.settings, LOG)

    with asyncio.Runner() as runner:
        service = runner.run(made())
        try:

            @settings(max_examples=200)
            @given(told=addressed(KIOSK, STORE, DOWN))
            def told_once(told: tuple[str, bytes]) -> None:
                async def hear() -> None:
                    service.received(Incoming(*told, retained=False))

                runner.run(hear())
                assert service.cursor.position.sequence == 0, "only an acknowledgement that fits the journal moves it"
                assert service.cursor.feed_version == 0
                assert service.down.standing is None

            told_once()
            assert len(service.faults.standing()) > 5, "each channel says what it could not read"
        finally:
            runner.run(service.down.close())
            service.up.close()
            service.cursor.close()
            kiosk.close()
