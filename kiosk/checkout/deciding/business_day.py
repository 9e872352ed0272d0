"""The business day: opened under a label that never goes back, closed by a Z report, read at any time by an X.

A transaction belongs to the day on which it is completed. A day is closed by staff, by head office or by the date's
turn, and only while nobody is being served: what has begun is finished on its own day. Suspended baskets are listed
and carried over.
"""

from __future__ import annotations

from typing import Literal, assert_never

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import day_label, receipt, terminal
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State, Transaction
from kiosk.checkout.text import text
from kiosk.retail.day_report import CloseCause, DayReport, Parked, ReportKind, Unsettled
from kiosk.retail.values import replace

__all__ = [
    "TIMER",
    "act",
    "ensure",
    "follow",
    "print_waiting",
    "printed",
    "resume_after_power",
    "turned",
    "wanted",
]

TIMER = "day_report"
WAIT_FOR_TERMINAL_MS = 30_000
"""How long a Z waits on its way to the printer for the terminal's own totals."""


def ensure(desk: Desk) -> None:
    """A business day is open, under its label (``day_label``). An untrusted clock turns no day."""
    lane = desk.state.lane
    today = day_label.label(desk)
    if lane.business_day and (lane.business_day == today or not desk.moment.clock_trusted or desk.basket is not None):
        return
    if lane.business_day:
        _close(desk, "system", "turn")
    desk.happened(e.DayOpened(today, desk.moment.utc_ms, desk.moment.clock_trusted))


def turned(desk: Desk) -> None:
    """The date changed: close the day once nobody is being served."""
    if _free(desk.state) and desk.state.lane.business_day:
        ensure(desk)


def follow(desk: Desk, before: State) -> None:
    """Whoever was being served has gone: what waited for that is done, be it head office's wish or the date's turn."""
    if not _free(desk.state):
        return
    wanted_by = desk.state.books.wanted_by
    if wanted_by and desk.state.lane.business_day:
        _close(desk, wanted_by, "head_office")
    elif not _free(before):
        turned(desk)


def _free(state: State) -> bool:
    return state.transaction is None and state.finishing is None


def wanted(desk: Desk, by: str) -> bool:
    """Somebody elsewhere wants the day closed: now, or as soon as nobody is being served. False: none is open.

    ``by``: an operator's id, or ``head_office``.
    """
    if not desk.state.lane.business_day:
        return False
    if not desk.state.books.wanted_by:
        desk.happened(e.DayCloseWanted(by, desk.moment.utc_ms))
    return True


# --- staff -------------------------------------------------------------------------------------------------------


def act(desk: Desk, wanted_act: Literal["x_report", "z_report", "print_z"], by: str) -> None:
    """Staff read the day, close it, or want the last Z again."""
    match wanted_act:
        case "x_report":
            _x_report(desk, by)
        case "z_report":
            _close_by_staff(desk, by)
        case "print_z":
            _print_z(desk, by)
        case _:
            assert_never(wanted_act)


def _close_by_staff(desk: Desk, by: str) -> None:
    """The Z report: an open basket must be finished or suspended first."""
    if desk.basket is not None or not receipt.next_shopper(desk):
        desk.refuse(text("day.basket_open"))
    elif not desk.state.lane.business_day:
        desk.refuse(text("day.not_open"))
    else:
        awaited = bool(desk.state.books.at_terminal) and not desk.lost("card_reader")
        _close(desk, by, "staff")
        if awaited:
            desk.say(text("day.terminal_asked"))
            desk.do(f.StartTimer(TIMER, WAIT_FOR_TERMINAL_MS))
        else:
            _print_z(desk, by)


def _x_report(desk: Desk, by: str) -> None:
    """Read the day as it stands; nothing is set back. Readings are numbered from the last Z on."""
    if not desk.state.lane.business_day:
        desk.refuse(text("day.not_open"))
        return
    number = desk.state.books.book.readings + 1
    report = _report(desk, "x", number, by, "")
    job = _requested(desk, "x", number, by, copy=False)
    desk.do(f.PrintReport(job, report, copy=False))


def print_waiting(desk: Desk) -> None:
    """The terminal has answered, or was waited for long enough: a Z that staff made goes to the printer."""
    books = desk.state.books
    if books.report is not None and books.report.cause == "staff" and not books.asked:
        desk.do(f.StopTimer(TIMER))
        _print_z(desk, books.report.by)


# --- paper -------------------------------------------------------------------------------------------------------


def _print_z(desk: Desk, by: str) -> None:
    """The last Z on paper: whatever is asked for after a first time is a copy, and says so."""
    books = desk.state.books
    if books.report is None:
        return
    copy = books.asked
    job = _requested(desk, "z", books.report.number, by, copy=copy)
    desk.do(f.PrintReport(job, books.report, copy, books.reconciled))


def _requested(desk: Desk, kind: ReportKind, number: int, by: str, *, copy: bool) -> str:
    job = desk.mint()
    desk.happened(e.DayReportRequested(job, kind, number, copy, by, desk.moment.utc_ms))
    return job


def printed(desk: Desk, answer: i.PrinterAnswered) -> bool:
    """What became of a report's print job; false: the job was not a report's."""
    printing = desk.state.books.printing
    if not printing.job or printing.job != answer.job:
        return False
    if not printing.outcome:
        desk.happened(e.DayReportSettled(answer.job, answer.outcome, answer.reason))
        if answer.outcome != "printed":
            desk.say(text("day.not_printed"), "warning")
    return True


def resume_after_power(desk: Desk) -> None:
    """A report asked for and not confirmed may be half out; staff are told, and may have it again as a copy."""
    printing = desk.state.books.printing
    if printing.job and not printing.outcome:
        desk.happened(e.DayReportSettled(printing.job, "unknown", "power"))


# --- the Z -------------------------------------------------------------------------------------------------------


def _close(desk: Desk, by: str, cause: CloseCause) -> None:
    """The Z report and the end of the day in one commit; then the terminal is asked to end its own."""
    report = _report(desk, "z", desk.state.books.last_z + 1, by, cause)
    desk.happened(e.ZReportMade(report), e.DayClosed(report.book.business_day, desk.moment.utc_ms))
    terminal.close_day(desk)


def _report(desk: Desk, kind: ReportKind, number: int, by: str, cause: CloseCause) -> DayReport:
    state = desk.state
    lane, books = state.lane, state.books
    return DayReport(
        kind=kind,
        number=number,
        series=lane.series,
        store=lane.store,
        workstation=lane.workstation,
        kiosk=lane.kiosk,
        utc_ms=desk.moment.utc_ms,
        clock_trusted=desk.moment.clock_trusted,
        by=by,
        cause=cause,
        last_number=lane.last_number,
        book=books.book if books.book.currency else replace(books.book, currency=desk.policy.currency),
        grand=books.grand,
        parked=tuple(map(_parked, state.suspended)),
        unsettled=_unsettled(state),
        cash_held=state.live.cash.held if state.live.cash is not None else (),
        cancelling=len(state.cancels),
    )


def _parked(basket: Transaction) -> Parked:
    named, lines = basket.opened.transaction, basket.live_lines
    amount = sum(line.net.minor + line.deposit_due.minor for line in lines)
    reason = basket.parked.reason if basket.parked is not None else ""
    return Parked(named.reference, named.uuid, named.business_day, amount, len(lines), reason)


def _unsettled(state: State) -> tuple[Unsettled, ...]:
    """Tenders without an answer in parked baskets, and payments on their way back, also those staff must see to."""
    tenders = (tender for basket in state.suspended for tender in basket.tenders if tender.open)
    asked = (Unsettled(t.tender, t.kind, t.tender_id, t.requested.minor, "unknown") for t in tenders)
    back = (
        Unsettled(r.tender, r.kind, r.tender_id, r.amount.minor, "not_given_back" if r.failed else "giving_back")
        for r in state.reversals
    )
    owed = (
        Unsettled(each.payout, "cash", "cash", each.amount.minor, "not_given_back" if each.failed else "giving_back")
        for each in state.payouts
    )
    return (*asked, *back, *owed)
