"""What an attendant sees of one shop: its lanes at a glance, what waits, the basket of one lane. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.attend.people import Attendant, attendant_of
from headoffice.basket_keeper import shown
from headoffice.call_queue import urgency
from headoffice.feed import policy_of
from headoffice.lane_frames import kept_of
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import BusinessUnit, Intervention, Kiosk, OpenBasket
from kiosk.retail.policy import REMOTE_KINDS
from kiosk.retail.rights import Act, Reason, Request, Rights
from kiosk.retail.severity import severity

__all__ = ["SILENT_AFTER_MS", "Board", "LaneState", "LaneView", "Waiting", "board", "fate", "stores"]

LaneState = Literal["offline", "closed", "waiting", "paying", "scanning", "free"]
SILENT_AFTER_MS = 5_000
"""An order that is not answered so long after its expiry will, as far as anybody knows, never be."""

_JUDGING: tuple[Act, ...] = ("approve", "refuse")
_OF_LANE: dict[str, Act] = {
    "open_lane": "open_lane",
    "close_lane": "close_lane",
    "close_day": "z_report",
    "unlock_sign_in": "unlock_sign_in",
    "restart": "restart",
}
"""What may be done with a lane itself, and the act whose right that is."""
_RECENT_MS = 10 * 60_000
_RECENT = 6
_LASTING = (
    "near_end",
    "key_left",
    "fiscal_certificate",
    "no_book",
    "book",
    "settings",
    "clock",
    "door_open",
    "tampered",
    "drawer_open",
    "z_waits",
    "terminal_differs",
    "training",
)


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane at a glance. ``lost``: devices that do not answer; ``conditions``: what else staff should see to."""

    kiosk: Kiosk
    state: LaneState
    waiting: int
    basket: OpenBasket | None
    lost: tuple[str, ...]
    conditions: tuple[str, ...]
    coming: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An intervention that waits. ``bar`` says, by its word, why it cannot be cleared from here (empty: it can).

    ``severity``: the lane's own word for it. ``names`` are of the basket's line it is about, where it is about one.
    """

    row: Intervention
    workstation: str
    severity: str
    names: dict[str, str] | None
    bar: str
    pending: LaneCommand | None
    frames: Sequence[int] = ()
    """Numbers of the pictures there are of it."""


@dataclass(frozen=True, slots=True)
class ParkedView:
    """A basket that is put aside: at which lane, and to which one it was given without a word from it since."""

    row: SuspendedBasket
    workstation: str
    to: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page. ``attendant``: who the reader is to the lanes; ``None``: they may only look.

    ``approve_for`` and ``refuse_for``: the reasons of which the shop wants one given. ``deeds``: what the reader's role
    may do with a lane itself.
    """

    store: str
    lanes: Sequence[LaneView]
    waiting: Sequence[Waiting]
    chosen: LaneView | None
    recent: Sequence[LaneCommand]
    attendant: Attendant | None
    approve_for: Sequence[Reason]
    refuse_for: Sequence[Reason]
    deeds: frozenset[str]
    parked: Sequence[ParkedView] = ()

    def workstation(self, kiosk: str) -> str:
        """The number of its lane, which people know it by; empty: it is none of the shop's."""
        return next((lane.kiosk.workstation for lane in self.lanes if lane.kiosk.kiosk == kiosk), "")


def stores(session: Session) -> list[tuple[str, dict[str, str]]]:
    """The shops that have lanes, with their names."""
    names = {unit.store: dict(unit.names) for unit in session.scalars(select(BusinessUnit))}
    found = session.scalars(select(Kiosk.store).where(Kiosk.sample.is_(False), Kiosk.store != "").distinct())
    return [(store, names.get(store, {})) for store in sorted(found)]


def board(session: Session, *, store: str, chosen: str, account: str, now: int) -> Board:
    """One shop as it stands; ``chosen`` is the kiosk whose basket is looked at."""
    kiosks = session.scalars(
        select(Kiosk).where(Kiosk.store == store, Kiosk.sample.is_(False)).order_by(Kiosk.workstation, Kiosk.kiosk)
    ).all()
    by_name = {row.kiosk: row for row in kiosks}
    raised = session.scalars(
        select(Intervention).where(
            Intervention.kiosk.in_(by_name), Intervention.outcome == "", Intervention.sample.is_(False)
        )
    ).all()
    baskets = {
        row.kiosk: row
        for row in session.scalars(
            select(OpenBasket).where(OpenBasket.kiosk.in_(by_name), OpenBasket.phase != "suspended")
        )
    }
    sent = session.scalars(
        select(LaneCommand)
        .where(LaneCommand.kiosk.in_(by_name), LaneCommand.sent_ms >= now - _RECENT_MS)
        .order_by(LaneCommand.sent_ms.desc())
    ).all()
    attendant = attendant_of(session, account)
    lanes = [_lane(row, [r for r in raised if r.kiosk == row.kiosk], baskets.get(row.kiosk), sent) for row in kiosks]
    may = _may(session, attendant)
    waiting = [_waiting(row, by_name[row.kiosk], baskets.get(row.kiosk), sent, may, now) for row in raised]
    waiting = [replace(one, frames=_frames(session, one.row, now)) for one in waiting]
    waiting.sort(key=lambda one: urgency(one.row))
    looked_at = next((lane for lane in lanes if lane.kiosk.kiosk == chosen), None)
    reasons = may.rights.reasons_for("approve"), may.rights.reasons_for("refuse")
    parked = [_parked(row, by_name) for row in shown(session, store, now)]
    return Board(store, lanes, waiting, looked_at, sent[:_RECENT], attendant, *reasons, may.deeds(), parked)


def _parked(row: SuspendedBasket, lanes: Mapping[str, Kiosk]) -> ParkedView:
    def named(kiosk: str) -> str:
        lane = lanes.get(kiosk)
        return lane.workstation if lane is not None and lane.workstation else kiosk

    held = row.taken_by if row.taken_by != row.kiosk else ""
    return ParkedView(row, named(row.kiosk), named(held) if held else "")


def fate(command: LaneCommand, now: int) -> str:
    """What became of an order: ``pending``, ``done``, ``refused``, ``too_late``, or ``silent``."""
    if command.answer:
        return command.answer
    return "pending" if now <= command.expires_ms + SILENT_AFTER_MS else "silent"


def _lane(row: Kiosk, raised: list[Intervention], basket: OpenBasket | None, sent: Sequence[LaneCommand]) -> LaneView:
    since = min((one.utc_ms for one in raised), default=0)
    coming = bool(raised) and any(
        one.kiosk == row.kiosk and one.deed == "on_the_way" and one.answer == "done" and one.sent_ms >= since
        for one in sent
    )
    conditions = tuple(each for each in row.conditions or () if each in _LASTING)
    return LaneView(row, _state(row, raised, basket), len(raised), basket, tuple(row.lost or ()), conditions, coming)


def _frames(session: Session, row: Intervention, now: int) -> Sequence[int]:
    return kept_of(session, row.kiosk, now).get(row.intervention, ())


def _state(row: Kiosk, raised: list[Intervention], basket: OpenBasket | None) -> LaneState:
    if not row.online:
        return "offline"
    if raised:
        return "waiting"
    if basket is not None:
        return "paying" if basket.phase == "tendering" else "scanning"
    return "closed" if row.lane == "closed" else "free"


@dataclass(frozen=True, slots=True)
class _May:
    """What this reader may clear from here."""

    role: str
    rights: Rights
    kinds: tuple[str, ...]

    def deeds(self) -> frozenset[str]:
        return frozenset(deed for deed, act in _OF_LANE.items() if self.rights.may(self.role, act))

    def bar(self, kind: str) -> str:
        if kind not in self.kinds:
            return "not_remote"
        if not self.role:
            return "operator"
        for act in _JUDGING:
            listed = self.rights.reasons_for(act)
            denial = self.rights.denial(self.role, Request(act, listed[0].code if listed else "", kind))
            if denial is not None:
                return denial
        return ""


def _may(session: Session, attendant: Attendant | None) -> _May:
    policy = policy_of(session)
    role = attendant.role if attendant is not None else ""
    if policy is None:
        return _May(role, Rights(), REMOTE_KINDS)
    return _May(role, policy.rights, tuple(filter(policy.restrictions.remote, policy.remote_kinds)))


def _waiting(
    row: Intervention,
    kiosk: Kiosk,
    basket: OpenBasket | None,
    sent: Sequence[LaneCommand],
    may: _May,
    now: int,
) -> Waiting:
    lines = basket.lines if basket is not None else []
    names = next((dict(line["names"]) for line in lines if line["line"] == row.line), None)
    pending = next((c for c in sent if c.intervention == row.intervention and fate(c, now) == "pending"), None)
    bar = "offline" if not kiosk.online else may.bar(row.kind)
    return Waiting(row, kiosk.workstation, row.severity or severity(row.kind, row.blocks), names, bar, pending)
