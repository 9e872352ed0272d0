"""Staff and the machine itself: start it anew, take the lock off the sign-in."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State
from kiosk.checkout.text import text

__all__ = ["may_restart", "open_sign_in", "restart"]


def may_restart(state: State) -> bool:
    """No money is open: none asked for, none taken for a basket that is not paid whole, none on its way back.

    A basket without money is replayed as it stood. What waits for the fiscal device's word is finished first.
    """
    basket, sale = state.transaction, state.finishing
    if basket is not None and (basket.paid or basket.open_tender is not None):
        return False
    if sale is not None and (sale.held or sale.receipt == "requested"):
        return False
    return all(reversal.failed for reversal in state.reversals)


def restart(desk: Desk, by: str, what: e.Restartable) -> bool:
    """Start it anew, on record first; false: not now, and told why."""
    if not may_restart(desk.state):
        desk.refuse(text("upkeep.money_open"))
        return False
    desk.happened(e.RestartOrdered(what, by, desk.moment.utc_ms))
    desk.say(text("upkeep.restarting"))
    desk.do(f.Restart(what))
    return True


def open_sign_in(desk: Desk) -> None:
    """Whoever waits before the pad or the reader may try again at once."""
    desk.happened(e.SignInRefused(None))
    desk.do(f.StopTimer("sign_in"), f.OpenSignIn())
