"""A sale that comes back whole, where the law has its document cancelled and no second one made (Brazil's NFC-e).

The wish to cancel is on disk with the completed return; then the device is asked, by the return's uuid, as often as
need be. The shopper's paper waits for its word as a sale's does; where nobody can say, it goes out and says so, and the
question stays. What the authority will not cancel stands: the return then wants its own document, as staff are told.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import receipt
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.refund_inputs import SoldSale
from kiosk.checkout.state import Cancel, Finishing
from kiosk.retail.fiscal import FiscalDocument
from kiosk.retail.transaction import LineItem

__all__ = ["TIMER", "answered", "ask_again", "began", "document_of", "leave", "resume_after_power", "timer"]

TIMER = "fiscal_cancel"


def document_of(desk: Desk, sale: SoldSale, lines: tuple[LineItem, ...]) -> FiscalDocument | None:
    """The sale's document, where all of the sale comes back at once and the law may let it be cancelled."""
    rule, document = desk.policy.fiscal, sale.document
    if rule is None or document is None or not rule.may_cancel(document, desk.moment.utc_ms):
        return None
    back = {line.returned.line: -line.quantity for line in lines if line.returned is not None}
    whole = all(back.get(sold.line, 0) == sold.quantity for sold in sale.completed.lines if not sold.voided)
    return document if whole else None


def began(desk: Desk, sale: Finishing) -> bool:
    """Whether the return that is complete has its sale's document cancelled; then that is asked for."""
    rule, original = desk.policy.fiscal, sale.completed.original
    if rule is None or original is None or original.document is None:
        return False
    if not rule.may_cancel(original.document, desk.moment.utc_ms):
        return False
    wanted = Cancel(sale.completed.transaction.uuid, original.transaction.uuid, original.document)
    desk.happened(e.FiscalCancelRequested(wanted.uuid, wanted.original, wanted.document))
    _ask(desk, wanted, rule.wait_ms)
    return True


def _ask(desk: Desk, wanted: Cancel, wait_ms: int) -> None:
    rule = desk.policy.fiscal
    if rule is not None:
        desk.do(f.FiscalCancel(wanted.uuid, wanted.original, wanted.document, rule.cancel_reason))
        desk.do(f.StartTimer(TIMER, wait_ms))


def _waiting(desk: Desk) -> Finishing | None:
    """The return whose paper waits for the device's word."""
    sale = desk.state.finishing
    return sale if sale is not None and sale.fiscal == "cancel_asked" else None


def answered(desk: Desk, told: i.FiscalCancelAnswered) -> None:
    """The device's word on a document that was to be cancelled."""
    if all(each.uuid != told.transaction for each in desk.state.cancels):
        return
    sale = _waiting(desk)
    of_this = sale is not None and sale.completed.transaction.uuid == told.transaction
    match told.outcome:
        case "cancelled":
            desk.happened(e.FiscalCancelled(told.transaction, told.utc_ms, told.printed))
        case "refused":
            desk.happened(e.FiscalCancelRefused(told.transaction, told.code, told.reason))
            why = f"{told.code} {told.reason}".strip()
            desk.raise_intervention("fiscal_cancel", blocks="nothing", reason=why)
        case "unknown":
            if of_this:  # of an earlier one it holds nobody's paper up, nor lets it go
                leave(desk, "system")
            return
    if of_this:
        receipt.after_sale(desk)
    ask_again(desk)


def leave(desk: Desk, by: str) -> None:
    """Nobody can say, or staff will not wait: the paper goes out, and the question stays."""
    sale, rule = _waiting(desk), desk.policy.fiscal
    if sale is None:
        return
    desk.happened(e.FiscalCancelLeft(sale.completed.transaction.uuid, desk.moment.utc_ms, by))
    receipt.after_sale(desk)
    if rule is not None:
        desk.do(f.StartTimer(TIMER, rule.again_ms))


def ask_again(desk: Desk) -> None:
    """One that is open: whose shopper stands there, else each in its turn, so that none holds the others up."""
    rule, open_ = desk.policy.fiscal, desk.state.cancels
    if not open_ or rule is None:
        desk.do(f.StopTimer(TIMER))
        return
    mine = _mine(desk)
    turn = desk.moment.utc_ms // max(1, rule.again_ms) % len(open_)
    _ask(desk, mine or open_[turn], rule.again_ms if mine is None else rule.wait_ms)


def _mine(desk: Desk) -> Cancel | None:
    """The cancellation that a paper waits for."""
    sale = _waiting(desk)
    uuid = sale.completed.transaction.uuid if sale is not None else ""
    return next((each for each in desk.state.cancels if each.uuid == uuid), None)


def timer(desk: Desk) -> None:
    """The device's time is over, or it is time to ask again."""
    if _waiting(desk) is not None:
        leave(desk, "system")
    else:
        ask_again(desk)


def resume_after_power(desk: Desk) -> None:
    """What was asked and not answered is asked again, by the same id; where the device was taken out, no paper waits.

    Comes before the receipt is taken up again.
    """
    sale = _waiting(desk)
    if desk.policy.fiscal is None:
        if sale is not None:
            desk.happened(e.FiscalCancelLeft(sale.completed.transaction.uuid, desk.moment.utc_ms))
    elif desk.state.cancels:
        ask_again(desk)
