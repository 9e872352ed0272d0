"""The card terminal besides its payments: what it asks of the shopper, the end of its day, what it shows while idle."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, State

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
    """On record, whatever it said. A failure is for staff to know and stops nobody."""
    if told.business_day == desk.state.lane.terminal_day:
        desk.happened(e.TerminalDayClosed(told.business_day, told.done, desk.moment.utc_ms, told.report, told.reason))


def says_closed(state: State) -> bool:
    """Whether the terminal should say that nobody is served here."""
    return state.phase is Phase.OUT_OF_SERVICE and bool(state.lane.closed_reason or state.live.storage)
