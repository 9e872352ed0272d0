"""The slip of a basket that is put aside: printed, else shown; and how long such a basket is kept here."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State, Transaction
from kiosk.checkout.text import text
from kiosk.retail.policy import Policy
from kiosk.retail.slip_code import slip_code

__all__ = [
    "TIMER",
    "after_power",
    "code_of",
    "expire",
    "job_for",
    "leave",
    "parked",
    "printed",
    "printer_back",
    "send",
    "timed_out",
    "watch",
]

TIMER: Final = "parked"
_ON_SHOW: Final = "slip"
_SILENT_MS: Final = 30_000
"""A printer takes less to say whether a slip is out."""
_STALE_MS: Final = 600_000
"""After so long without power nobody waits for a slip any more."""


def job_for(desk: Desk, reason: str) -> str:
    """The print job of the slip of a basket that is put aside for this reason; empty: it has none.

    Whoever walked away is not there to take one: theirs would lie before the next.
    """
    rules = desk.policy.parking
    wanted = reason == "counter" or (rules.slips and reason != "walked_away")
    return desk.mint() if desk.policy.slip_key and wanted else ""


def send(desk: Desk) -> None:
    """Have the slip printed that is on record. Staff go on with what they do; a shopper is told to wait for it."""
    slip = desk.state.slip
    basket = parked(desk, slip.uuid) if slip is not None else None
    if slip is None or basket is None or basket.parked is None:
        return
    aside, come_to = basket.parked, basket.comes_to
    desk.do(
        f.PrintSlip(
            job=slip.job,
            code=code_of(desk.state, desk.policy, basket),
            reference=basket.opened.transaction.reference,
            reason=aside.reason,
            count=come_to.count,
            total=come_to.total,
            utc_ms=aside.utc_ms,
            expires_ms=aside.expires_ms,
            language=desk.state.language or basket.opened.language,
        ),
        f.StopTimer("idle"),
        f.StopTimer("leaving"),
        f.StartTimer(_ON_SHOW, _SILENT_MS),
    )


def code_of(state: State, policy: Policy, basket: Transaction) -> str:
    """What its slip says; empty in a rehearsal: nothing may be taken up from one."""
    named = basket.opened.transaction
    if basket.parked is None or not policy.slip_key or state.rehearsing:
        return ""
    return slip_code(bytes.fromhex(policy.slip_key), named.store, named.uuid, basket.parked.expires_ms)


def parked(desk: Desk, uuid: str) -> Transaction | None:
    """The basket that is put aside here under this uuid."""
    return next((one for one in desk.state.suspended if one.opened.transaction.uuid == uuid), None)


def printed(desk: Desk, answer: i.PrinterAnswered) -> bool:
    """What became of a slip's print job; false: the job was none. What is not surely out is shown instead."""
    slip = desk.state.slip
    if slip is None or slip.job != answer.job:
        return False
    if slip.outcome:
        return True
    good = answer.outcome == "printed"
    desk.happened(e.SlipSettled(slip.job, "printed" if good else "failed", answer.reason))
    if good and desk.state.operator is not None:
        leave(desk)
        desk.say(text("slip.printed_for_staff"))
        return True
    _settled(desk, good=good)
    return True


def _settled(desk: Desk, *, good: bool) -> None:
    """A moment for whoever tears a slip off; longer for whoever takes a picture of its code."""
    if not good:
        desk.happened(e.ViewShown("slip"))
    desk.do(f.StartTimer(_ON_SHOW, desk.policy.timeouts.thanks if good else desk.policy.timeouts.idle))


def timed_out(desk: Desk) -> None:
    """A printer that says nothing has not printed it, as far as anybody knows; what was on show long enough is gone."""
    slip = desk.state.slip
    if slip is not None and not slip.outcome:
        desk.happened(e.SlipSettled(slip.job, "failed", "silent"))
        _settled(desk, good=False)
    else:
        leave(desk)


def leave(desk: Desk) -> None:
    """The slip is taken, its code is read off the screen, or nobody has waited for it."""
    if desk.state.slip is None:
        return
    desk.next_visit()
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))
    if desk.state.operator is not None:
        desk.happened(e.ViewShown("staff"))


def printer_back(desk: Desk) -> None:
    """It prints again: whoever still stands before the code gets their slip."""
    slip = desk.state.slip
    if slip is not None and slip.outcome == "failed":
        _again(desk, slip.uuid)


def after_power(desk: Desk) -> bool:
    """A slip that was asked for and not confirmed may be half out: it is printed again. True: somebody waits for it."""
    slip = desk.state.slip
    if slip is None:
        return False
    basket = parked(desk, slip.uuid)
    if basket is None or basket.parked is None or slip.outcome == "printed":
        return False
    if desk.moment.utc_ms - basket.parked.utc_ms > _STALE_MS:
        return False
    desk.happened(e.ViewShown("slip"))
    _again(desk, slip.uuid)
    return True


def _again(desk: Desk, uuid: str) -> None:
    desk.happened(e.SlipRequested(uuid, desk.mint()))
    send(desk)


# --- how long a basket is kept -----------------------------------------------------------------------------------


def expire(desk: Desk) -> None:
    """Baskets that are kept no longer come to nothing; an untrusted clock ends none."""
    if desk.moment.clock_trusted:
        for basket in desk.state.suspended:
            if basket.parked is not None and basket.parked.expired(desk.moment.utc_ms):
                desk.happened(e.TransactionVoided(basket.opened.transaction.uuid, "system", "expired"))
    watch(desk)


def watch(desk: Desk) -> None:
    """Look again when the next of them is due."""
    due = [
        basket.parked.expires_ms
        for basket in desk.state.suspended
        if basket.parked is not None and basket.parked.expires_ms
    ]
    if due:
        wait = min(due) - desk.moment.utc_ms
        desk.do(f.StartTimer(TIMER, min(max(wait, 60_000), 3_600_000)))
