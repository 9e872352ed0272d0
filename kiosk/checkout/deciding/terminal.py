"""The card terminal besides its payments: what it asks of the shopper, the end of its day, what it shows while idle."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, State
from kiosk.retail.day_report import Reconciliation, differences

__all__ = ["close_day", "close_day_again", "day_answered", "prompted", "says_closed"]


def prompted(desk: Desk, told: i.TerminalPrompted) -> None:
    """Say on the screen what the terminal asks of whoever pays; what it says of anything else is nobody's."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is not None and tender.tender == told.tender and tender.outcome is None:
        desk.happened(e.PromptShown(told.tender, told.prompt))


def close_day(desk: Desk) -> None:
    """The business day has ended: the terminal sends its payments to the acquirer and tells what they came to."""
    desk.do(f.CloseTerminalDay(desk.state.lane.terminal_day))


def close_day_again(desk: Desk) -> None:
    """It has come back (or the kiosk has): what it did not confirm is asked for again, while nobody pays."""
    if desk.state.lane.terminal_day and desk.basket is None:
        close_day(desk)


def day_answered(desk: Desk, told: i.TerminalDayAnswered) -> None:
    """On record, whatever it said, and beside our own totals. A failure is for staff to know and stops nobody."""
    if told.business_day != desk.state.lane.terminal_day:
        return
    now = desk.moment.utc_ms
    if told.done:
        desk.happened(e.TerminalReconciled(_reconciled(desk, told), now))
    desk.happened(e.TerminalDayClosed(told.business_day, told.done, now, told.report, told.reason))


def _reconciled(desk: Desk, told: i.TerminalDayAnswered) -> Reconciliation:
    """The terminal's totals against this lane's of the same time: since it last ended its day."""
    books = desk.state.books
    ours = sum(row.amount - row.reversed_amount for row in books.at_terminal)
    if told.totals is None:
        return Reconciliation(books.last_z, told.business_day, "untold", ours)
    rows = differences(books.at_terminal, told.totals)
    theirs = sum(total.amount for total in told.totals)
    return Reconciliation(books.last_z, told.business_day, "different" if rows else "equal", ours, theirs, rows)


def says_closed(state: State) -> bool:
    """Whether the terminal should say that nobody is served here."""
    return state.phase is Phase.OUT_OF_SERVICE and bool(state.lane.closed_reason or state.live.storage)
