"""The cabinet and its drawer: what is opened is on record, said while it is open, and judged by staff.

A door that staff open is no news; one that opens while nobody is signed in is, and so is one that they leave open. A
tamper contact is news whoever is there, and holds payment up until a supervisor has looked: what shoppers put their
cards into may not be what it was.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State

__all__ = ["KINDS", "drawer_forced", "drawer_shown", "follow", "moved"]

KINDS: Final = frozenset({"door", "tamper", "drawer"})
"""Interventions that are about the cabinet."""
_CONDITION: Final = {"door": "door_open", "tamper": "tampered"}
_DRAWER: Final = "drawer_open"
_UNATTENDED, _LEFT_OPEN = "unattended", "left_open"


def moved(desk: Desk, contact: e.CabinetContact, *, is_open: bool, found: bool = False) -> None:
    """The door or the tamper contact turned; told again, it is nothing new.

    ``found``: it stood so after a start. What is on record as open was not opened a second time.
    """
    condition = _CONDITION[contact]
    if is_open == (condition in desk.state.live.conditions):
        return
    operator = desk.state.operator
    by = operator.operator_id if operator is not None else ""
    on_record = found and contact in desk.state.opened
    if not on_record:
        told = e.CabinetOpened if is_open else e.CabinetClosed
        desk.happened(told(contact, by, desk.moment.utc_ms))
    desk.happened(e.ConditionShown(condition, is_open))
    if is_open and contact == "tamper":
        _call(desk, "tamper", "")
    elif is_open and operator is None:
        _call(desk, "door", _LEFT_OPEN if on_record else _UNATTENDED)
    elif contact == "door":
        _shut_after_all(desk)


def follow(desk: Desk, before: State) -> None:
    """Whoever was at the lane has gone, and the cabinet is open."""
    left = before.operator is not None and desk.state.operator is None
    if left and _CONDITION["door"] in desk.state.live.conditions:
        _call(desk, "door", _LEFT_OPEN)


def drawer_forced(desk: Desk) -> None:
    """It was opened by its key or by force, and nobody of the staff is signed in."""
    if desk.state.operator is None:
        _call(desk, "drawer", "")


def drawer_shown(desk: Desk, *, is_open: bool) -> None:
    """Say so while it is open."""
    if is_open != (_DRAWER in desk.state.live.conditions):
        desk.happened(e.ConditionShown(_DRAWER, is_open))


def _call(desk: Desk, kind: e.InterventionKind, reason: str) -> None:
    if desk.intervention(kind) is None:
        desk.raise_intervention(kind, blocks="payment" if kind == "tamper" else "nothing", reason=reason)


def _shut_after_all(desk: Desk) -> None:
    """What staff had left open is closed: nobody need come for that alone."""
    raised = desk.intervention("door")
    if raised is not None and raised.reason == _LEFT_OPEN:
        desk.clear(raised, "withdrawn", "system")
