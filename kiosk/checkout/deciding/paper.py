"""Paper is changed at the lane, step by step as the printer tells: the cover opens, it closes, a slip feeds.

Meanwhile an intervention holds everything else up: nobody rings up what no receipt could be printed for.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.text import text

__all__ = ["begin", "may_begin", "printed", "printer_back", "printer_lost", "stop", "try_feed"]

_PRINTER = "printer"


def may_begin(desk: Desk) -> bool:
    """Nothing is being printed, and none goes on."""
    sales = (desk.state.finishing, desk.state.last_sale)
    return desk.intervention("paper") is None and not any(s is not None and s.receipt == "requested" for s in sales)


def begin(desk: Desk) -> None:
    """Hold the lane up, and say what comes first."""
    if not may_begin(desk):
        desk.refuse(text("paper.printing"))
        return
    desk.raise_intervention("paper", blocks="entry")
    is_open = (_PRINTER, "cover_open") in desk.state.live.lost
    _stage(desk, "load" if is_open else "open")


def printer_lost(desk: Desk, lost: i.DeviceLost) -> None:
    """The cover was opened."""
    if desk.intervention("paper") is not None and lost.device == _PRINTER and lost.cause == "cover_open":
        _stage(desk, "load")


def printer_back(desk: Desk, back: i.DeviceBack) -> None:
    """It is closed and has paper: see whether it feeds."""
    if desk.intervention("paper") is not None and back.device == _PRINTER:
        try_feed(desk)


def try_feed(desk: Desk) -> None:
    """Print a slip; once it is out, the lane goes on."""
    job = desk.mint()
    _stage(desk, "test", job)
    desk.do(f.PrintTest(job))


def printed(desk: Desk, answer: i.PrinterAnswered) -> bool:
    """What became of the slip; false: the job was not one."""
    going = desk.state.live.paper
    if going is None or not going.job or going.job != answer.job:
        return False
    raised = desk.intervention("paper")
    if raised is None:
        _end(desk)
    elif answer.outcome == "printed":
        operator = desk.state.operator
        desk.clear(raised, "approved", operator.operator_id if operator is not None else "system")
        _end(desk)
        desk.say(text("paper.ready"))
    else:
        _stage(desk, "open")
        desk.say(text("paper.not_ready"), "warning")
    return True


def stop(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """Staff leave it: the lane goes on with the paper it has."""
    desk.clear(raised, "refused", by)
    _end(desk)


def _end(desk: Desk) -> None:
    desk.happened(e.PaperShown(None))


def _stage(desk: Desk, stage: e.PaperStage, job: str = "") -> None:
    """Whoever has both hands in a printer touches no screen: the lock waits for them."""
    desk.happened(e.PaperShown(stage, job))
    if desk.state.operator is not None:
        desk.do(f.StartTimer("staff", desk.policy.timeouts.staff))
