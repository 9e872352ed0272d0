"""What only a payment by code has: a code on show for a time, and a network without which nobody hears of it.

A code that is shown is no payment. It stays on show only while head office can be asked: a shopper who pays a code that
nobody watches would have paid and could not be told so.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import payment, ways
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Tender
from kiosk.checkout.text import text
from kiosk.retail.merchant_qr import refusal
from kiosk.retail.values import replace

__all__ = ["count_down", "network_changed", "ready"]

_SECOND_MS = 1_000


def ready(desk: Desk, code: i.QrReady) -> None:
    """The acquirer waits: show the code, or go on showing it. One that nobody wants any more is stopped."""
    tender = payment.tender_of(desk, code.tender)
    if tender is None or not tender.open or tender.kind != "qr":
        unwanted = (unpaid for unpaid in desk.state.unpaid if unpaid.tender == code.tender)
        desk.do(*(payment.stop(unpaid) for unpaid in unwanted))
        return
    if desk.state.live.cancelling == tender.tender:
        desk.do(payment.stop(tender), payment.question(desk, tender))
        return
    if refusal(code.payload, tender.requested):
        _not_to_be_shown(desk, tender)
        return
    _show(desk, tender, code)


def _show(desk: Desk, tender: Tender, code: i.QrReady) -> None:
    left = -(-code.left_ms // _SECOND_MS)
    until = desk.moment.mono_ms + code.left_ms
    desk.happened(e.AskShown(""), e.QrShown(tender.tender, code.payload, left, until))
    for raised in desk.state.interventions:
        if raised.tender == tender.tender and raised.kind == "tender_unknown":
            desk.clear(raised, "withdrawn", "system")
    desk.do(f.StartTimer("qr", _SECOND_MS), payment.question(desk, tender))


def _not_to_be_shown(desk: Desk, tender: Tender) -> None:
    """It asks for something else than is owed. Nobody has seen it; should money come all the same, it goes back."""
    payment.settle(desk, e.TenderSettled(tender.tender, "declined", desk.money(0), reason="code_refused"))
    payment.leave(desk, tender.tender)
    desk.happened(e.ViewShown("tender_choice"))
    desk.say(text("pay.qr_unavailable"), "warning")


def count_down(desk: Desk) -> None:
    """A second has passed. When none is left the code is taken down, and what became of it is asked."""
    shown = desk.state.live.qr
    tender = payment.tender_of(desk, shown.tender) if shown is not None else None
    if shown is None or not shown.payload or tender is None or not tender.open:
        return
    left = -(-(shown.until_mono_ms - desk.moment.mono_ms) // _SECOND_MS)
    if left > 0:
        desk.happened(replace(shown, seconds_left=left))
        desk.do(f.StartTimer("qr", _SECOND_MS))
        return
    desk.happened(e.QrShown(""), e.AskShown(tender.tender))
    payment.ask_again(desk)


def network_changed(desk: Desk, *, online: bool) -> None:
    """Without head office the outcome is unknown; with it, what is open is asked about at once."""
    basket = desk.basket
    tender = basket.open_tender if basket is not None else None
    if tender is not None and tender.kind in ("qr", *ways.HELD):
        if online:
            payment.ask_again(desk)
        elif tender.kind in ways.HELD or desk.state.live.qr is not None:
            payment.silent(desk, i.TerminalSilent(tender.tender))
    if online:
        payment.leave(desk)
        payment.reversals_again(desk, "qr", *ways.HELD)
