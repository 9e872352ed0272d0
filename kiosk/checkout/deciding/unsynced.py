"""Sales that only this lane's card holds: staff are told in time, and past the shop's bound nobody else is served."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.retail.unsynced import Unsynced

__all__ = ["CLOSED", "may_reopen", "told"]

CLOSED: Final = "unsynced"
"""Why a lane is closed that has more of them than its shop allows."""


def told(desk: Desk, unsynced: Unsynced) -> None:
    """Say it where it is seen; close behind this shopper, and open again by itself once head office has them.

    A clock that nobody has confirmed counts no hours.
    """
    now_ms = desk.moment.utc_ms if desk.moment.clock_trusted else unsynced.since_ms
    shown = e.UnsyncedShown(unsynced, desk.policy.unsynced.verdict(unsynced, now_ms))
    if shown != desk.state.live.unsynced:
        desk.happened(shown)
    if shown.verdict == "most":
        if not desk.state.lane.closed_reason:
            desk.happened(e.LaneClosed("system", CLOSED))
    elif desk.state.lane.closed_reason == CLOSED:
        desk.happened(e.LaneOpened("system"))


def may_reopen(desk: Desk) -> bool:
    """Nobody reopens a lane past the bound: the shop's settings are where it is moved."""
    return desk.state.live.unsynced.verdict != "most"
