"""Pictures of the plate for staff: asked to be kept when they are called, and let go once they have judged."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State

__all__ = ["follow", "stored", "tidy"]


def follow(desk: Desk, before: State) -> None:
    """Keep what was before the camera for each call that is about it; erase it soon after it was judged."""
    rules = desk.policy.frames
    was = {raised.intervention for raised in before.interventions}
    waiting = {raised.intervention for raised in desk.state.interventions}
    for raised in desk.state.interventions:
        if raised.intervention not in was and rules.keeps(raised.kind):
            desk.do(f.KeepFrames(raised.intervention, rules.at_most_ms, share=rules.share))
    for judged in sorted(was - waiting):
        if judged in {intervention for intervention, _ in before.frames}:
            desk.do(f.ReleaseFrames(judged, rules.after_judging_ms))


def stored(desk: Desk, kept: i.FramesStored) -> None:
    """Pictures were kept: the journal says of which call and how many, and nothing of what they show."""
    desk.happened(e.FramesKept(kept.intervention, kept.frames))
    if all(raised.intervention != kept.intervention for raised in desk.state.interventions):
        desk.do(f.ReleaseFrames(kept.intervention, desk.policy.frames.after_judging_ms))


def tidy(desk: Desk) -> None:
    """After a restart: what nobody waits for any more is erased as if it had been judged just now."""
    waiting = tuple(raised.intervention for raised in desk.state.interventions)
    desk.do(f.TidyFrames(waiting, desk.policy.frames.after_judging_ms))
