"""What tests lean on: waiting that ends, and ports that are free."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.support.ports import free_port
from tests.support.waiting import wait_until, wait_until_async


def test_waiting_ends_as_soon_as_the_condition_holds_and_gives_its_value() -> None:
    looks = iter([None, None, "here"])
    assert wait_until(lambda: next(looks)) == "here"


def test_waiting_in_vain_ends_and_says_for_what() -> None:
    with pytest.raises(TimeoutError, match=r"not within 0\.05 s: the printer"):
        wait_until(lambda: False, 0.05, what="the printer")


def test_waiting_lets_the_loop_run() -> None:
    async def scenario() -> str:
        seen: list[str] = []
        asyncio.get_running_loop().call_later(0.02, seen.append, "ran")
        await wait_until_async(lambda: seen, 5)
        return seen[0]

    assert asyncio.run(scenario()) == "ran"


def test_waiting_in_vain_in_a_loop_ends_too() -> None:
    with pytest.raises(TimeoutError, match="the scale"):
        asyncio.run(wait_until_async(lambda: False, 0.05, what="the scale"))


def test_a_free_port_can_be_bound() -> None:
    port = free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        assert server.getsockname()[1] == port
