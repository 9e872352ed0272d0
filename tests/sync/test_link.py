"""The link to the broker: wills, refusals, callbacks that fail, a thread that dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kiosk.sync.faults import Faults
from kiosk.sync.link import WINDOW, Incoming, Link, Will
from messages import topics
from messages.feed import FeedHead
from provisioning.authority import Authority
from tests.support.waiting import wait_until_async
from tests.sync.rig import KIOSK, LOG, STORE, Rig


class Ear:
    """A listener that keeps what it hears, and fails when told to."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.failing = False

    def connected(self) -> None:
        self.told.append("connected")

    def disconnected(self) -> None:
        self.told.append("disconnected")

    def received(self, message: Incoming) -> None:
        self.told.append(message.topic)
        if self.failing:
            raise KeyError(message.topic)

    def room(self) -> None:
        self.told.append("room")


@contextlib.asynccontextmanager
async def linked(rig: Rig, ear: Ear, faults: Faults | None = None, **broker: object) -> AsyncIterator[Link]:
    link = Link(
        msgspec.structs.replace(rig.settings.broker, **broker),
        rig.settings.timing,
        client_id=f"{KIOSK}-sync",
        filters=[topics.feed_head(STORE)],
        will=Will(topics.state(KIOSK), b"{}", 0),
        listener=ear,
        faults=faults or Faults(LOG),
        log=LOG,
    )
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        await asyncio.wait({task})


def head(rig: Rig, version: int) -> None:
    rig.far.say(topics.feed_head(STORE), FeedHead(store=STORE, version=version), retain=True)


def test_a_listener_that_fails_is_logged_and_hears_the_next_message(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        ear = Ear()
        ear.failing = True
        async with linked(rig, ear) as link:
            await wait_until_async(lambda: link.online)
            with caplog.at_level(logging.ERROR, "kiosk.sync"):
                for version in (1, 2, 3):
                    head(rig, version)
                await wait_until_async(lambda: ear.told.count(topics.feed_head(STORE)) == 3)
            assert link.online
        assert ear.told.count("connected") == 1
        assert len([record for record in caplog.records if record.exc_info]) == 3

    asyncio.run(scenario())


def test_a_network_thread_that_dies_is_noticed_and_replaced(rig: Rig) -> None:
    async def scenario() -> None:
        ear, faults = Ear(), Faults(LOG)
        async with linked(rig, ear, faults) as link:
            await wait_until_async(lambda: link.online)
            client = link._live
            assert client is not None
            await asyncio.to_thread(client.loop_stop)  # its thread ends, and nobody is told
            await wait_until_async(lambda: ear.told.count("connected") == 2)
            assert link._live is not client
            head(rig, 1)
            await wait_until_async(lambda: topics.feed_head(STORE) in ear.told)

    asyncio.run(scenario())


def test_what_the_broker_kept_while_we_were_away_is_heard_and_only_after_connected(rig: Rig) -> None:
    async def scenario() -> None:
        first, second = Ear(), Ear()
        async with linked(rig, first) as link:
            await wait_until_async(lambda: link.online)
        for version in (1, 2, 3):
            rig.far.say(topics.feed_head(STORE), FeedHead(store=STORE, version=version))
        async with linked(rig, second):
            await wait_until_async(lambda: second.told.count(topics.feed_head(STORE)) == 3)
        assert second.told[0] == "connected"

    asyncio.run(scenario())


def test_no_more_than_the_window_is_handed_to_the_broker(rig: Rig) -> None:
    async def scenario() -> None:
        ear = Ear()
        async with linked(rig, ear) as link:
            assert not link.publish(topics.journal_up(KIOSK), b"{}")
            await wait_until_async(lambda: link.online)
            taken = [link.publish(topics.twin_reported(KIOSK), b"{}") for _ in range(WINDOW + 5)]
            assert taken == [True] * WINDOW + [False] * 5
            await wait_until_async(lambda: link.unsettled == 0)
            assert link.publish(topics.twin_reported(KIOSK), b"{}")

    asyncio.run(scenario())


def test_a_publish_the_broker_refuses_is_reported_and_the_connection_stays(rig: Rig) -> None:
    async def scenario() -> None:
        ear, faults = Ear(), Faults(LOG)
        other = topics.journal_up("lane-02")
        async with linked(rig, ear, faults) as link:
            await wait_until_async(lambda: link.online)
            link.publish(other, b"{}")
            await wait_until_async(lambda: "Not authorized" in faults.standing().get(f"publishing on {other}", ""))
            assert link.online

    asyncio.run(scenario())


@pytest.mark.filterwarnings("ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning")  # paho leaves it to Python
def test_a_missing_key_a_wrong_authority_and_a_closed_port_are_told_and_tried_again(rig: Rig, folder: Path) -> None:
    stranger = Authority.open(folder / "stranger").client(KIOSK)

    async def reason(**broker: object) -> str:
        ear, faults = Ear(), Faults(LOG)
        async with linked(rig, ear, faults, **broker):
            await wait_until_async(faults.standing)
            return faults.standing()["broker link"]

    async def scenario() -> None:
        assert "No such file" in await reason(key="/nowhere/kiosk.key")
        assert "certificate verify failed" in await reason(authority=str(stranger.authority))
        assert await reason(certificate=str(stranger.certificate), key=str(stranger.key))
        assert "refused" in await reason(port=1)

    asyncio.run(scenario())
