"""What staff are shown of the business day: reports they can make, and what they should know of the last one."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.checkout.inputs import OperatorAct
from kiosk.checkout.state import State
from kiosk.retail.day_report import Books

__all__ = ["day_acts", "day_conditions"]


def day_acts(state: State) -> Iterator[OperatorAct]:
    """While nobody is being served: read the day, close it, and have the last Z on paper."""
    if state.transaction is not None or state.finishing is not None:
        return
    if state.lane.business_day:
        yield "x_report"
        yield "z_report"
    if state.books.report is not None:
        yield "print_z"


def day_conditions(books: Books) -> Iterator[str]:
    """A closed day whose report is not on paper; a terminal whose books are not ours."""
    if books.report is not None and not books.on_paper:
        yield "z_waits"
    if books.reconciled is not None and books.reconciled.outcome == "different":
        yield "terminal_differs"
