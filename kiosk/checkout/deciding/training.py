"""Training: a lane at which staff and trainees may do anything, and which is as it was when they are done."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Operator, State
from kiosk.checkout.text import text
from kiosk.retail.rights import Act

__all__ = ["NOT_REHEARSED", "OVER", "after_power", "may_begin", "turn"]

OVER: Final = "training_over"
"""The timer that ends a training which everybody has walked away from."""
NOT_REHEARSED: Final[frozenset[Act]] = frozenset(
    {
        "x_report",
        "z_report",
        "print_z",
        "no_sale",
        "close_lane",
        "open_lane",
        "unlock_sign_in",
        "paper_change",
        "device_test",
        "restart",
        "reboot",
    }
)
"""Acts on the lane itself, on its books or its drawer: played at, they would seem to have been done."""


def may_begin(state: State) -> bool:
    """Nobody is being served, and no money is on its way back."""
    serving = state.transaction is not None or state.finishing is not None
    return not (state.rehearsing or state.training or serving or state.reversals or state.live.storage)


def turn(desk: Desk, operator: Operator) -> None:
    """Begin training, or (in the rehearsal) end it."""
    if desk.state.rehearsing:
        desk.happened(e.TrainingEnded(operator.operator_id, "staff", desk.moment.utc_ms))
    elif desk.policy.rights.training == "forbidden":
        desk.refuse(text("training.forbidden"))
    elif not may_begin(desk.state):
        desk.refuse(text("training.not_now"))
    else:
        _begin(desk, operator)


def _begin(desk: Desk, operator: Operator) -> None:
    """The operator goes over into the rehearsal: nobody is signed in at the lane itself when it comes back."""
    desk.happened(
        e.TrainingBegan(operator.operator_id, operator.role, desk.moment.utc_ms),
        e.NoticeShown(None),
        e.RehearsalSet(),
        e.OperatorOff(operator.operator_id, "signed_out"),
        e.ViewShown("attract"),
    )
    desk.do(f.StopTimer("idle"), f.StopTimer("staff"), f.StopTimer("leaving"), f.StopTimer("notice"))
    desk.do(f.StartTimer(OVER, desk.policy.timeouts.training))


def after_power(desk: Desk) -> None:
    """The rehearsal has gone with the power: the training is over."""
    if desk.state.training:
        desk.happened(e.TrainingEnded("", "restart", desk.moment.utc_ms))
