"""What staff do at this lane from a page: judge an intervention, speak to the shopper, say that they are coming; and
what head office says of the lane itself.

The page asks, the lane decides: whether the kind may be cleared from afar, whether this operator may, and whether it is
still worth anything. Each command is answered once, in the journal; one that comes again changes nothing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, assert_never

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.day_shown import day_conditions
from kiosk.checkout.deciding import business_day, cabinet, lane, staff, unsynced, upkeep
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.key_shown import key_conditions
from kiosk.checkout.state import State
from kiosk.checkout.text import Text, text
from kiosk.retail.rights import Request

__all__ = ["MESSAGE_MS", "NEVER", "TIMER", "commanded", "follow", "lane_commanded", "standing"]

_FISCAL = frozenset({"fiscal", "fiscal_outage", "fiscal_late", "fiscal_cancel"})
_MONEY = frozenset({"tender_unknown", "cash", "cash_machine", "change_owed", "signature", "reversal"})
NEVER = _MONEY | _FISCAL | cabinet.KINDS
"""Money, the law, the machine itself: judged by who stands at the lane, whatever a shop's settings say."""
TIMER = "message"
MESSAGE_MS = 30_000
"""How long a message stays in front of the shopper."""
_SLACK_MS = 2_000
"""Two confirmed clocks may differ by this much."""
_MOST_WORDS = 80


class _Answer(NamedTuple):
    """What becomes of a command. ``reason`` is a word of the console's catalogue, ``attend.why.{reason}``."""

    outcome: Literal["done", "refused", "too_late"]
    reason: str = ""
    words: str = ""


_DONE = _Answer("done")


def commanded(desk: Desk, command: i.StaffCommanded) -> None:
    """Carry out what a member of staff wants from a page, or say why not."""
    if command.ident in desk.state.commands:
        return
    outcome, reason, words = _staff_answer(desk, command)
    desk.happened(
        e.CommandAnswered(
            command.ident,
            command.deed,
            outcome,
            command.operator_id,
            desk.moment.utc_ms,
            reason,
            command.intervention,
            words,
        )
    )


def _staff_answer(desk: Desk, command: i.StaffCommanded) -> _Answer:
    if desk.moment.clock_trusted and desk.moment.utc_ms > command.expires_ms + _SLACK_MS:
        return _Answer("too_late", "expired")
    if desk.policy.rights.role(command.role) is None:
        return _Answer("refused", "operator")
    match command.deed:
        case "clear_intervention":
            return _clear(desk, command)
        case "message":
            return _say(desk, command)
        case "on_the_way":
            return _coming(desk)
        case "unlock_sign_in" | "restart":
            return _of_lane(desk, command, command.deed)
        case _:
            assert_never(command.deed)


def _of_lane(desk: Desk, command: i.StaffCommanded, deed: Literal["unlock_sign_in", "restart"]) -> _Answer:
    """What is no matter of a shopper's: the right is that of the act of the same name."""
    denial = desk.policy.rights.denial(command.role, Request(deed, command.reason))
    if denial is not None:
        return _Answer("refused", denial)
    if deed == "restart":
        return _DONE if upkeep.restart(desk, command.operator_id, "program") else _Answer("refused", "money_open")
    upkeep.open_sign_in(desk)
    return _DONE


def _clear(desk: Desk, command: i.StaffCommanded) -> _Answer:
    raised = next((r for r in desk.state.interventions if r.intervention == command.intervention), None)
    if raised is None:
        return _Answer("too_late", "gone")
    lawful = desk.policy.restrictions.remote(raised.kind)
    if raised.kind in NEVER or raised.kind not in desk.policy.remote_kinds or not lawful:
        return _Answer("refused", "not_remote")
    if not command.outcome:
        return _Answer("refused", "unclear")
    asked = Request("approve" if command.outcome == "approved" else "refuse", command.reason, raised.kind)
    denial = desk.policy.rights.denial(command.role, asked)
    if denial is not None:
        return _Answer("refused", denial)
    if command.outcome == "refused" and staff.being_paid(desk, raised):
        return _Answer("refused", "money_open")
    before = desk.state.live.notice
    staff.judged(desk, raised, command.outcome, command.operator_id, reason=_plain(command.reason), remote=True)
    if desk.state.live.notice is before:
        desk.say(text(f"attend.{command.outcome}"), "info" if command.outcome == "approved" else "warning")
    return _DONE


def _say(desk: Desk, command: i.StaffCommanded) -> _Answer:
    if desk.state.training:
        return _Answer("refused", "training")
    words = _plain(command.words)
    if not words and not command.prepared:
        return _Answer("refused", "unclear")
    message: Text = text(f"attend.say.{command.prepared}") if command.prepared else text("attend.said", words=words)
    desk.happened(e.MessageShown(message), e.NoticeShown(None))
    desk.do(f.Beep("help"), f.StartTimer(TIMER, MESSAGE_MS))
    return _Answer("done", words=command.prepared or words)


def _plain(words: str) -> str:
    """One line of printable characters, no longer than what the screen holds."""
    return " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in words).split())[:_MOST_WORDS]


def _coming(desk: Desk) -> _Answer:
    if not desk.state.interventions:
        return _Answer("too_late", "gone")
    desk.happened(e.StaffComing(coming=True))
    return _DONE


def follow(desk: Desk) -> None:
    """Nobody needs to come any more once somebody is there, or nothing waits."""
    if desk.state.live.staff_coming and (desk.state.operator is not None or not desk.state.interventions):
        desk.happened(e.StaffComing(coming=False))


def lane_commanded(desk: Desk, command: i.HeadOfficeCommanded) -> None:
    """Head office, or a member of staff from a page, opens or closes the lane, or closes its day."""
    if command.ident and command.ident in desk.state.commands:
        return
    by = command.operator_id or "head_office"
    asked = Request("z_report" if command.command == "close_day" else command.command, command.reason)
    denial = desk.policy.rights.denial(command.role, asked) if command.role else None
    answer = _DONE
    if command.operator_id and (denial is not None or not command.role):
        answer = _Answer("refused", denial or "operator")
    elif command.command == "close_day":
        answer = _DONE if business_day.wanted(desk, by) else _Answer("too_late", "gone")
    elif command.command == "close_lane":
        lane.close(desk, by, command.reason or "head_office")
    else:
        lane.reopen(desk, by)
        if desk.state.lane.closed_reason:
            answer = _Answer("refused", "unsynced" if desk.state.lane.closed_reason == unsynced.CLOSED else "fiscal")
    if command.ident:
        desk.happened(
            e.CommandAnswered(command.ident, command.command, answer.outcome, by, desk.moment.utc_ms, answer.reason)
        )


def standing(state: State) -> f.TellStanding:
    """What staff should know of the lane from afar."""
    training = ("training",) if state.training else ()
    conditions = (*state.live.conditions, *key_conditions(state), *day_conditions(state.books), *training)
    return f.TellStanding(tuple(device for device, _cause in state.live.lost), conditions)
