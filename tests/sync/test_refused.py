"""What the broker's access list refuses a kiosk: told once, counted, and nothing lost by it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from messages import topics
from tests.support.waiting import wait_until_async
from tests.sync.rig import EPOCH, KIOSK, Rig


def test_a_journal_the_broker_refuses_is_told_once_counted_and_sent_when_it_may_be(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rules = rig.broker.access.read_text(encoding="utf-8")
    allowed = "pattern write kiosk/v1/%u/up/journal\n"
    fault = f"publishing on {topics.journal_up(KIOSK)}"

    async def scenario() -> None:
        assert allowed in rules
        rig.broker.start_again_with(rules.replace(allowed, ""))
        rig.append(5)
        async with rig.running() as service:
            await wait_until_async(lambda: service.link.refused >= 3)
            assert rig.far.stored(KIOSK, EPOCH) == []
            assert "Not authorized" in service.faults.standing()[fault]
            await asyncio.to_thread(rig.broker.start_again_with, rules)
            await wait_until_async(lambda: rig.far.stored(KIOSK, EPOCH) == [1, 2, 3, 4, 5])
            await wait_until_async(lambda: fault not in service.faults.standing())

    with caplog.at_level(logging.INFO, "kiosk.sync"):
        asyncio.run(scenario())
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith(f"{fault}:")]
    assert [line.split(": ")[1].split(" after")[0] for line in told] == ["the broker refuses it", "well again"]
