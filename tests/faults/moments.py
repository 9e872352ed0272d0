"""Moments to kill at that make a planted defect show with certainty: each waits for something that can be seen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.killer import Killer
from bench.knobs import KnobClient
from bench.receipts import Receipts
from bench.reckoning import acknowledged, synced
from bench.world import World
from tests.support.waiting import wait_until_async

__all__ = ["at_once", "deed_done", "head_office_behind", "taken_in_silence"]

_PATIENCE = 60.0
_UNHEARD = "head office: acknowledges nothing"
"""What the kiosk's sync says when nothing that it sent is acknowledged in time."""


def _charges(world: World) -> int:
    if not world.charges.exists():
        return 0
    lines = world.charges.read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["what"] == "approved" for line in lines)


def _printed(world: World) -> int:
    return sum(receipt.complete for receipt in Receipts(world.receipts).all())


@asynccontextmanager
async def at_once(_killer: Killer, _target: str, _phase: str) -> AsyncIterator[bool]:
    """As soon as the phase is on show."""
    yield True


@asynccontextmanager
async def deed_done(killer: Killer, _target: str, phase: str) -> AsyncIterator[bool]:
    """As soon as money was taken (in the phase before it is shown), or paper has come out."""
    done = _charges if phase == "choosing" else _printed
    await wait_until_async(lambda: done(killer.world), _PATIENCE, what=f"what is done while {phase}")
    yield True


@asynccontextmanager
async def taken_in_silence(killer: Killer, _target: str, _phase: str) -> AsyncIterator[bool]:
    """When the terminal has taken the money and kept silent about it; once the kiosk is dead it finds its voice."""
    await wait_until_async(lambda: _charges(killer.world), _PATIENCE, what="money taken")
    yield True
    terminal = await KnobClient.connect(killer.world.boards["card_terminal"])
    await terminal.turn("silence", kind="off")
    await terminal.close()


@asynccontextmanager
async def head_office_behind(killer: Killer, _target: str, _phase: str) -> AsyncIterator[bool]:
    """Head office hangs until somebody takes for stored what it cannot have stored, or until the kiosk complains that
    it hears nothing.

    Only what was journalled after head office began to hang counts: of what it was storing just then, the commit may
    lie in its write-ahead log already, seen by nobody before it is killed and by everybody afterwards.
    """
    office, sync = killer.world.children["headoffice"], killer.world.children["sync"]
    office.freeze()
    newest, _ = synced(killer.world)
    try:
        await wait_until_async(
            lambda: acknowledged(killer.world) > newest or _UNHEARD in sync.printed(),
            _PATIENCE,
            what="word of what is stored, or none",
        )
        yield True
    finally:
        office.thaw()
