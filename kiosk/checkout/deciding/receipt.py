"""The receipt of a completed sale, and the end of the visit."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Finishing
from kiosk.checkout.text import text
from kiosk.retail.fiscal import FiscalWord

__all__ = [
    "after_sale",
    "answered",
    "choose",
    "go_without",
    "leave",
    "next_shopper",
    "print_again",
    "resume_after_power",
    "timed_out",
]


def after_sale(desk: Desk) -> None:
    """Print where the law wants it, else ask; a credit note, or what is owed, is always printed."""
    sale = desk.state.finishing
    must = sale is not None and (bool(sale.owed) or sale.completed.original is not None)
    if desk.policy.receipt_rule == "always" or must:
        _print(desk)
    else:
        desk.do(f.StartTimer("receipt", desk.policy.timeouts.warning))


def choose(desk: Desk, chosen: i.ReceiptChosen) -> None:
    """Paper or none, once, where the law leaves the choice."""
    sale = desk.state.finishing
    if sale is None or sale.receipt or sale.held:
        return
    desk.do(f.StopTimer("receipt"))
    if chosen.kind == "none" and desk.policy.receipt_rule == "choice" and not sale.owed:
        desk.happened(e.ReceiptDeclined())
        desk.do(f.StartTimer("thanks", desk.policy.timeouts.thanks))
    else:
        _print(desk)


def _sale(desk: Desk) -> Finishing | None:
    return desk.state.finishing or desk.state.last_sale


def _print(desk: Desk) -> None:
    """Ask for the receipt. Whatever is asked for after a first time is a copy, and says so."""
    sale = _sale(desk)
    if sale is None or sale.held:
        return
    job, copy = desk.mint(), bool(sale.job)
    desk.happened(e.ReceiptRequested(job, copy))
    desk.do(f.Print(job, sale.completed, sale.legal_number, copy, sale.printed, _word(sale), owed=sale.owed))


def _word(sale: Finishing) -> FiscalWord:
    match sale.fiscal:
        case "given" | "unsigned" | "cancelled" | "cancel_open":
            return sale.fiscal
        case _:
            return ""


def print_again(desk: Desk) -> None:
    """Staff want the last receipt again (or the printer is back): a copy."""
    sale = _sale(desk)
    if sale is not None and sale.receipt != "requested":
        _print(desk)


def answered(desk: Desk, answer: i.PrinterAnswered) -> None:
    """What became of a print job."""
    sale = _sale(desk)
    if sale is None or sale.job != answer.job or sale.receipt != "requested":
        return
    match answer.outcome:
        case "printed":
            desk.happened(e.ReceiptPrinted(answer.job, sale.copy))
            raised = desk.intervention("printer")
            if raised is not None:
                desk.clear(raised, "approved", "system")
            _thanks(desk)
        case "failed":
            _failed(desk, answer.job, answer.reason)
        case "unknown":
            desk.happened(e.ReceiptUnknown(answer.job))
            if sale.copy:
                _failed(desk, answer.job, answer.reason)
            else:
                _print(desk)


def _failed(desk: Desk, job: str, reason: str) -> None:
    """No paper: the sale stands, staff are called, and the lane goes on where the law lets it."""
    desk.happened(e.ReceiptFailed(job, reason))
    if desk.intervention("printer") is None:
        desk.raise_intervention("printer", blocks="nothing")
    desk.say(text("receipt.failed"), "warning")
    if desk.policy.receipt_rule == "choice":
        _thanks(desk)


def _thanks(desk: Desk) -> None:
    if not _next(desk) and desk.state.finishing is not None:
        desk.do(f.StartTimer("thanks", desk.policy.timeouts.thanks))


def _next(desk: Desk) -> bool:
    """Whether another document of the visit follows; then it is its turn."""
    sale = desk.state.finishing
    if sale is None or sale.following is None:
        return False
    desk.happened(e.NextDocument(sale.following.transaction.uuid))
    return True


def timed_out(desk: Desk) -> None:
    """Nobody chose: no receipt, where the law leaves that to the shopper."""
    choose(desk, i.ReceiptChosen("none"))


def leave(desk: Desk) -> None:
    """The visit is over once the receipt is settled."""
    sale = desk.state.finishing
    if sale is None:
        return
    settled = {"printed", "declined"} | ({"failed"} if desk.policy.receipt_rule == "choice" else set())
    if sale.receipt in settled:
        _left(desk)


def go_without(desk: Desk) -> None:
    """Staff let the shopper go without the receipt that could not be printed; it can be printed later."""
    sale = desk.state.finishing
    if sale is not None and sale.receipt == "failed":
        _left(desk)


def _left(desk: Desk) -> None:
    if _next(desk):
        return
    desk.withdraw_interventions("system")
    desk.happened(e.ShopperLeft())
    desk.do(f.StopTimer("thanks"), f.StopTimer("notice"))


def next_shopper(desk: Desk) -> bool:
    """Somebody wants to begin while the last goodbye is still up; true once the lane is free."""
    leave(desk)
    return desk.state.finishing is None


def resume_after_power(desk: Desk) -> None:
    """A receipt asked for and not confirmed may be half out: print it again, marked as a copy."""
    sale = desk.state.finishing
    if sale is None or sale.held:
        return
    match sale.receipt:
        case "":
            after_sale(desk)
        case "requested" | "unknown":
            if sale.receipt == "requested":
                desk.happened(e.ReceiptUnknown(sale.job))
            _print(desk)
        case "failed" if desk.policy.receipt_rule == "always":
            _print(desk)
        case _:
            _thanks(desk)
