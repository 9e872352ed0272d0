"""A key that was left in the lock: on, while nobody is signed in or about to be."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.state import State

__all__ = ["LEFT", "key_conditions"]

LEFT: Final = "key_left"
"""The condition that staff are told of: at the lane, by its light, and on the attendant's page."""


def key_conditions(state: State) -> tuple[str, ...]:
    """The condition, if it is so. While there is training the people are at the rehearsal, and so is the key."""
    idle = state.operator is None and state.live.view != "staff_sign_in" and not state.training
    return (LEFT,) if state.live.key and idle else ()
