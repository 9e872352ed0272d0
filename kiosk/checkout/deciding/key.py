"""The cabinet's key switch: what turning it does, and that one which was left in is told.

The key is nobody in particular: it acts under the operator ``key`` and the role that the shop gives it. Whoever is
signed in by name stays so when it is turned, and when it is turned back.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import staff
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.text import text

__all__ = ["OPERATOR", "follow", "turned"]

OPERATOR: Final = "key"
"""Under which operator id the journal has what the key did."""


def turned(desk: Desk, switch: i.KeySwitchTurned) -> None:
    """Turned on it signs its role in, or opens the pad; turned back it ends what it began.

    A key that was on when the kiosk started opens nothing: nobody has turned it, and perhaps nobody stands there.
    """
    desk.happened(e.KeyShown(switch.on))
    if desk.state.training or switch.found:
        return  # the rehearsal has the people
    rights, operator = desk.policy.rights, desk.state.operator
    if not switch.on:
        if operator is not None and (operator.operator_id == OPERATOR or rights.key == "with_pin"):
            staff.sign_out(desk)
        elif operator is None and desk.state.live.view == "staff_sign_in":
            staff.leave(desk)
    elif rights.key == "with_pin":
        if operator is None:
            desk.happened(e.ViewShown("staff_sign_in"))
    elif operator is None or desk.state.live.second is not None:
        staff.sign_in(desk, i.OperatorSignedIn(OPERATOR, "", rights.key_role, "key"))


def follow(desk: Desk) -> None:
    """Who signs out while the key is in stands before it: they are told at once."""
    signed_out = any(isinstance(each, e.OperatorOff) and each.reason == "signed_out" for each in desk.events)
    if signed_out and key_conditions(desk.state):
        desk.say(text("staff.key_left"), "warning")
