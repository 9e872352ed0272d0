"""Whoever called for help is told how many are seen to before them: by head office, which knows the whole shop.

Without head office nobody is told a number, since other lanes may wait that this one does not know of; only what waits
at this lane before the call is known then.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State

__all__ = ["TIMER", "ask", "follow", "told"]

TIMER: Final = "queue"
_EVERY_MS: Final = 10_000
_ANSWER_MS: Final = 4_000


def ask(desk: Desk) -> None:
    """Ask for the place, now and every few seconds while the call waits."""
    raised = desk.intervention("help")
    if raised is None:
        return
    if desk.state.live.online:
        asked = desk.mint()
        desk.happened(e.QueueShown(asked, desk.state.live.queue.place))
        desk.do(f.AskPlace(asked, raised.intervention, _ANSWER_MS))
    desk.do(f.StartTimer(TIMER, _EVERY_MS))


def told(desk: Desk, answer: i.PlaceTold) -> None:
    """A place, or that nobody knows one; an answer to an earlier asking is none."""
    if answer.correlation and answer.correlation == desk.state.live.queue.correlation:
        desk.happened(e.QueueShown("", answer.place))


def follow(desk: Desk, before: State) -> None:
    """The call begins or ends, or head office is there no more: what it said of the place is not so for long."""
    waits, waited = (any(r.kind == "help" for r in state.interventions) for state in (desk.state, before))
    if waits and not waited:
        ask(desk)
    elif waited and not waits:
        desk.happened(e.QueueShown("", 0))
        desk.do(f.StopTimer(TIMER))
    elif desk.state.live.queue.place and not desk.state.live.online:
        desk.happened(e.QueueShown("", 0))
