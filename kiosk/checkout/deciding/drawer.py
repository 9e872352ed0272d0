"""The cash drawer: each opening is on record, with who, when and why, and whether anybody asked for it."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.deciding import cabinet
from kiosk.checkout.deciding.desk import Desk

__all__ = ["moved", "open_for"]

_AWAITED_MS: Final = 10_000
"""A drawer that was told to open, or seen open, is no news for so long: two contacts may tell of one opening."""


def open_for(desk: Desk, tender: str, reason: e.DrawerReason) -> None:
    """Open it for a cash tender."""
    _note(desk, reason, tender)
    desk.do(f.OpenDrawer())


def moved(desk: Desk, *, is_open: bool) -> None:
    """It was seen to move. Open without having been told to: by its key, or by force."""
    if is_open and desk.moment.mono_ms >= desk.state.live.drawer_awaited_ms:
        _note(desk, "by_hand")
        cabinet.drawer_forced(desk)
    cabinet.drawer_shown(desk, is_open=is_open)


def _note(desk: Desk, reason: e.DrawerReason, tender: str = "") -> None:
    operator = desk.state.operator
    by = operator.operator_id if operator is not None else ""
    desk.happened(
        e.DrawerOpened(by, reason, desk.moment.utc_ms, tender), e.DrawerAwaited(desk.moment.mono_ms + _AWAITED_MS)
    )
