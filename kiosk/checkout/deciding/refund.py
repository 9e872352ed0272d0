"""A return against the original sale: found at head office, chosen by staff line by line, kept there, then paid back.

Only head office knows what every lane has taken back, so there is no return without it. What is taken back is written
down before head office is asked to keep it; it is used up by the record of the completed return and let go by that of a
dropped one, so that neither a repeated question nor a power cut returns anything twice.
"""

from __future__ import annotations

from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import cancelling, entry, fiscal, permitting, receipt
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.refund_inputs import Chosen, SoldSale
from kiosk.checkout.state import Operator, Phase, Returns
from kiosk.checkout.text import text
from kiosk.retail import returns as r
from kiosk.retail.codes.reading import split_identifier
from kiosk.retail.digits import latin_digits
from kiosk.retail.rights import Request
from kiosk.retail.transaction import LineItem, Original
from kiosk.retail.values import replace

__all__ = [
    "ASK_MS",
    "begin",
    "choose",
    "choose_all",
    "confirm",
    "drop",
    "follow",
    "hold",
    "hold_told",
    "lines_chosen",
    "permitted",
    "resume",
    "seek",
    "take",
    "told",
]

ASK_MS: Final = 5_000
"""Staff wait so long for head office's answer about a sale."""
_LONGEST: Final = 80


def begin(desk: Desk) -> None:
    """Staff want to take something back: ask for the receipt, or go on with the return that is open."""
    basket = desk.basket
    if desk.phase is Phase.FINISHING and not receipt.next_shopper(desk):
        desk.refuse(text("finish.receipt_first"))
        return
    if desk.phase is Phase.OUT_OF_SERVICE:
        desk.refuse(text("closed.lane"))
        return
    if basket is not None and basket.returns is not None:
        desk.happened(e.ViewShown("refund"), e.NoticeShown(None))
        return
    if basket is not None and (basket.open_tender is not None or basket.paid):
        desk.refuse(text("staff.payment_open"))
        return
    if not desk.state.live.online:
        desk.refuse(text("refund.offline"))
        return
    desk.happened(e.ViewShown("refund"), e.RefundShown("find"), e.NoticeShown(None))


def permitted(desk: Desk) -> Operator | None:
    """Whoever is signed in, if returns are their right; says so where they are not."""
    operator = desk.state.operator
    if operator is None:
        desk.refuse(text("staff.sign_in_first"))
        return None
    if desk.policy.rights.denial(operator.role, Request("refund")) == "role":
        permitting.deny(desk, i.OperatorActed("refund"), operator, "role")
        return None
    return operator


# --- the sale ------------------------------------------------------------------------------------------------------


def take(desk: Desk, scanned: i.CodeScanned) -> bool:
    """Whether a receipt is waited for; then the code is one, or is refused as none."""
    if not desk.state.live.refund.stage or desk.state.live.view != "refund":
        return False
    _, data = split_identifier(scanned.data.strip(), scanned.symbology)
    if not data.startswith("sale:"):
        desk.refuse(text("refund.no_receipt"))
        return True
    _ask(desk, data)
    return True


def seek(desk: Desk, sought: i.SaleSought) -> None:
    """The number on the receipt was typed."""
    if desk.state.live.refund.stage:
        _ask(desk, "".join(latin_digits(sought.number).split()))


def _ask(desk: Desk, sought: str) -> None:
    if permitted(desk) is None or not sought:
        return
    if not desk.state.live.online:
        desk.refuse(text("refund.offline"))
        return
    asked = e.RefundShown("asking", desk.mint(), sought=sought[:_LONGEST])
    desk.happened(asked, e.NoticeShown(None))
    desk.do(f.AskSale(asked.correlation, asked.sought, ASK_MS))


def told(desk: Desk, answer: i.SaleTold) -> None:
    """Head office has found the sale, or says why there is nothing to take back."""
    shown = desk.state.live.refund
    if shown.stage != "asking" or shown.correlation != answer.correlation:
        return
    sale = answer.sale
    why = "offline" if answer.offline else _no_return(desk, sale)
    if sale is None or why:
        desk.happened(e.RefundShown("find", sought=shown.sought))
        desk.refuse(text(f"refund.{why or 'unknown'}"))
        return
    days = r.days_between(sale.completed.transaction.business_day, desk.moment.local_date)
    why_not = tuple((line.line, _refusal(desk, sale, line, days)) for line in sale.completed.lines)
    desk.happened(e.RefundShown("lines", sale=sale, why=tuple(row for row in why_not if row[1]), days=days))


def _no_return(desk: Desk, sale: SoldSale | None) -> str:
    if sale is None:
        return "unknown"
    if sale.completed.original is not None:
        return "is_return"
    if sale.completed.currency != desk.policy.currency:
        return "unknown"
    return "taken" if sale.taken else ""


def _refusal(desk: Desk, sale: SoldSale, line: LineItem, days: int) -> r.ReturnRefusal:
    if sale.units_left(line.line) <= 0:
        return "gone"
    return r.refusal(line, desk.book.item(line.item_id), desk.policy.returns, days)


# --- what of it ----------------------------------------------------------------------------------------------------


def choose(desk: Desk, asked: i.ReturnLineChosen) -> None:
    """So many units of a line, for a reason of the list. What is too late needs a right of its own."""
    shown = desk.state.live.refund
    sale, operator = shown.sale, permitted(desk)
    if sale is None or operator is None or shown.stage != "lines":
        return
    others = tuple(one for one in shown.chosen if one.line != asked.line)
    if asked.units <= 0:
        desk.happened(replace(shown, chosen=others))
        return
    why = dict(shown.why).get(asked.line, "")
    if why == "late" and not desk.policy.rights.may(operator.role, "refund_late"):
        permitting.deny(desk, i.OperatorActed("refund_late", line=asked.line), operator, "role")
    elif why not in ("", "late"):
        desk.refuse(text(f"refund.why_{why}"))
    elif asked.units <= sale.units_left(asked.line) and desk.policy.returns.reason(asked.reason) is not None:
        chosen = Chosen(asked.line, asked.units, asked.reason, asked.disposition)
        desk.happened(replace(shown, chosen=(*others, chosen)), e.NoticeShown(None))


def choose_all(desk: Desk, asked: i.ReturnAllChosen) -> None:
    """Everything that is left and that this member of staff may take back, for one reason.

    A line that is chosen keeps its own reason, and comes back with all of its units.
    """
    shown = desk.state.live.refund
    sale, operator = shown.sale, permitted(desk)
    if sale is None or operator is None or shown.stage != "lines" or desk.policy.returns.reason(asked.reason) is None:
        return
    may_late = desk.policy.rights.may(operator.role, "refund_late")
    why, before = dict(shown.why), {one.line: one for one in shown.chosen}
    open_ = {"", "late"} if may_late else {""}
    chosen = tuple(
        replace(before.get(line, Chosen(line, 0, asked.reason, asked.disposition)), units=sale.units_left(line))
        for line in (sold.line for sold in sale.completed.lines)
        if why.get(line, "") in open_
    )
    if chosen:
        desk.happened(replace(shown, chosen=chosen), e.NoticeShown(None))


def lines_chosen(sale: SoldSale, chosen: tuple[Chosen, ...], *, deposits: bool) -> tuple[LineItem, ...]:
    """The return line items of what is chosen, in the order of the sale's lines."""
    sold = sale.completed
    included = sold.prices_include_tax
    taxes = r.taxes_of(sold.lines, sold.tax, currency=sold.currency, included=included)
    back = dict(sale.returned)
    by_line = {one.line: one for one in chosen}
    wanted = [(line, by_line[line.line]) for line in sold.lines if line.line in by_line]
    return tuple(
        r.returned_line(
            line,
            taxes[line.line],
            line=number,
            first=back.get(line.line, 0),
            units=one.units,
            reason=one.reason,
            disposition=one.disposition,
            deposits=deposits,
        )
        for number, (line, one) in enumerate(wanted, start=1)
    )


def confirm(desk: Desk) -> None:
    """Staff take it back: written down in the open basket (or one that is opened for it), then kept at head office."""
    shown, operator = desk.state.live.refund, permitted(desk)
    sale = shown.sale
    if sale is None or operator is None or not shown.chosen:
        return
    lines = lines_chosen(sale, shown.chosen, deposits=desk.policy.returns.deposits)
    sold = sale.completed
    credit = r.credit_of(lines, currency=sold.currency, included=sold.prices_include_tax)
    if not desk.policy.rights.within_refund(operator.role, -credit.total.minor):
        permitting.deny(desk, i.OperatorActed("refund"), operator, "limit")
        return
    entry.open_transaction(desk)
    basket = desk.basket
    if basket is None or basket.returns is not None or basket.open_tender is not None or basket.paid:
        return
    desk.happened(
        e.ReturnsRequested(
            hold=desk.mint(),
            transaction=basket.opened.transaction.uuid,
            original=Original(
                sold.transaction, sold.utc_ms, sale.legal_number, cancelling.document_of(desk, sale, lines)
            ),
            lines=lines,
            subtotal=credit.subtotal,
            discount=credit.discount,
            tax=credit.tax,
            total=credit.total,
            tenders=sale.tenders,
            by=operator.operator_id,
            utc_ms=desk.moment.utc_ms,
            member_id=sold.member_id,
            included=sold.prices_include_tax,
            buyer=sold.buyer,
        ),
        e.RefundShown(),
        e.NoticeShown(None),
    )
    hold(desk)


# --- kept at head office -------------------------------------------------------------------------------------------


def hold(desk: Desk) -> None:
    """Ask head office to keep the units; asked again it keeps them on."""
    basket = desk.basket
    back = basket.returns if basket is not None else None
    if basket is None or back is None:
        return
    lines = tuple((k.returned.line, k.returned.first, -k.quantity) for k in back.lines if k.returned is not None)
    left = tuple((tender.tender, tender.left.minor) for tender in back.tenders)
    uuid, original = basket.opened.transaction.uuid, back.original.transaction.uuid
    desk.do(f.HoldReturns(back.hold, uuid, original, lines, left, ASK_MS))


def hold_told(desk: Desk, answer: i.HoldTold) -> None:
    """It is kept, or nothing is taken back in this basket."""
    basket = desk.basket
    back = basket.returns if basket is not None else None
    if back is None or back.hold != answer.hold:
        return
    if answer.state == "held":
        desk.happened(e.ReturnsHeld(back.hold, desk.moment.utc_ms))
    elif answer.state == "offline":
        desk.refuse(text("refund.offline"))
    elif not back.held_ms:
        _let_go(desk, back, "head_office", answer.state)
        desk.refuse(text(f"refund.{answer.state}"))
    else:
        desk.refuse(text(f"refund.{answer.state}"))


def drop(desk: Desk) -> None:
    """Staff take nothing back after all; once money has gone back, that is settled."""
    basket, operator = desk.basket, permitted(desk)
    if basket is None or basket.returns is None or operator is None:
        return
    if basket.paid < 0 or basket.open_tender is not None:
        desk.refuse(text("refund.money_given"))
        return
    _let_go(desk, basket.returns, operator.operator_id, "staff")


def _let_go(desk: Desk, back: Returns, by: str, reason: str) -> None:
    desk.happened(e.ReturnsDropped(back.hold, by, reason))
    basket = desk.basket
    if basket is not None and not basket.live_lines:
        desk.withdraw_interventions(by)
        desk.happened(e.TransactionVoided(basket.opened.transaction.uuid, by, "refund_dropped"))
    if desk.state.operator is not None:
        desk.happened(e.ViewShown("refund"), e.RefundShown("find"))


def resume(desk: Desk) -> None:
    """After a power cut, and once head office can be reached: what it has not answered is asked again, by its name."""
    basket = desk.basket
    if basket is not None and basket.returns is not None and not basket.returns.held_ms:
        hold(desk)


def follow(desk: Desk) -> None:
    """The sale's paper is settled and its return is next: its number, its signature, its paper."""
    sale = desk.state.finishing
    if sale is not None and any(isinstance(event, e.NextDocument) for event in desk.events):
        fiscal.number(desk, sale.completed.utc_ms)
