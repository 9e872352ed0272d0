"""Whether staff may do what they ask for: the shop's rights are asked for every act, and a denial is told and kept."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.deciding.training import NOT_REHEARSED
from kiosk.checkout.state import Operator
from kiosk.checkout.text import text
from kiosk.retail.rights import Denial, Request

__all__ = ["deny", "done_by", "second_signed_in"]

Perform = Callable[[Desk, i.OperatorActed, Operator], None]


def done_by(
    desk: Desk, acted: i.OperatorActed, operator: Operator, perform: Perform, second: Operator | None = None
) -> None:
    """Do it if it is the operator's right, and write down that they did. What needs a second person waits for one."""
    raised = next((r for r in desk.state.interventions if r.intervention == acted.target), None)
    asked = Request(
        acted.act,
        acted.reason,
        raised.kind if raised is not None else "",
        second.role if second is not None else "",
    )
    denial = desk.policy.rights.denial(operator.role, asked)
    if denial == "second" and second is None:
        desk.happened(e.SecondAwaited(acted))
        return
    if denial is not None:
        deny(desk, acted, operator, denial)
        return
    if desk.state.rehearsing and acted.act in NOT_REHEARSED:
        desk.refuse(text("training.not_here"))
        return
    before = len(desk.events)
    perform(desk, acted, operator)
    if any(not isinstance(event, e.NoticeShown | e.StaffActRefused) for event in desk.events[before:]):
        desk.happened(
            e.StaffActed(
                acted.act,
                operator.operator_id,
                operator.role,
                desk.moment.utc_ms,
                acted.reason,
                second.operator_id if second is not None else "",
                acted.target,
                acted.line,
            )
        )


def deny(desk: Desk, acted: i.OperatorActed, operator: Operator, why: Denial) -> None:
    """Tell, and keep, that somebody wanted what they may not."""
    desk.happened(
        e.StaffActRefused(
            acted.act,
            operator.operator_id,
            operator.role,
            why,
            desk.moment.utc_ms,
            acted.reason,
            acted.target,
            acted.line,
        )
    )
    desk.refuse(text(f"staff.denied_{why}"))


def second_signed_in(desk: Desk, who: i.OperatorSignedIn, perform: Perform) -> bool:
    """Somebody signs in while an act waits for a second person: true if that is what they came for.

    The first stays signed in. A key is nobody in particular, and nobody confirms their own act.
    """
    waiting, first = desk.state.live.second, desk.state.operator
    if waiting is None or first is None:
        return False
    if who.method == "key" or who.operator_id == first.operator_id:
        desk.refuse(text("staff.second_other"))
        return True
    desk.happened(e.SecondAwaited(None))
    done_by(desk, waiting, first, perform, Operator(who.operator_id, who.name, who.role))
    return True
