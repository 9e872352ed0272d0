"""The lane that is played at while there is training: set up from the real one, and nothing of it ever comes back."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.state import State
from kiosk.retail.values import replace

__all__ = ["WORKSTATION", "set_up"]

WORKSTATION: Final = "TRAINING"
"""What rehearsed transactions say in place of the lane, so that no reference of theirs is ever taken for a sale's."""


def set_up(lane: State) -> State:
    """An open lane with the real one's settings, devices and operator, and nothing of its sales, baskets or books.

    Its transactions are counted from one under a workstation of their own.
    """
    play = replace(
        lane.lane,
        workstation=WORKSTATION,
        last_number=0,
        last_legal=0,
        last_credit=0,
        closed_reason="",
        terminal_day="",
        terminal_day_failed=False,
        outage_ms=0,
        outage_documents=0,
    )
    return State(
        lane=play,
        operator=lane.operator,
        rehearsing=True,
        language=lane.language,
        large_text=lane.large_text,
        high_contrast=lane.high_contrast,
        live=replace(
            lane.live,
            view="staff",
            view_line=None,
            armed=None,
            notice=None,
            message=None,
            enquiry=None,
            second=None,
            staff_coming=False,
            leaving=False,
            left=(),
            rehearsal=None,
        ),
    )
