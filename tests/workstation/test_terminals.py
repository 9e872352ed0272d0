"""A whole kiosk with a card terminal on its own wire: paid once, whatever happens, and told on the receipt."""

from __future__ import annotations

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.kiosk import Lane, Running, lane
from tests.support.shop import shop_in_euros
from tests.support.waiting import wait_until

MILK, TEA = "8901234567890", "4006381333931"
TERMINALS = pytest.mark.parametrize("terminal", ["nexo", "zvt"])


def _to_the_terminal(at: Lane, kiosk: Running, code: str = MILK) -> None:
    wait_until(lambda: isinstance(kiosk.body, s.AttractBody | s.BasketBody | s.ThanksBody))
    at.scan(code)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    kiosk.sees(s.CardBody)


def _sold(at: Lane, kiosk: Running) -> None:
    """One sale before: the terminal has a receipt to tell the next one from."""
    _to_the_terminal(at, kiosk, TEA)
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")
    kiosk.sees(s.ThanksBody)
    wait_until(lambda: at.happened(e.ReceiptPrinted))
    kiosk.touch(i.TimerElapsed("thanks"))
    kiosk.sees(s.AttractBody)


def test_what_the_terminal_asks_of_the_shopper_is_on_the_kiosk_s_screen_too() -> None:
    with lane(shop_in_euros(), terminal="zvt") as at, at.kiosk() as kiosk:
        _to_the_terminal(at, kiosk)
        wait_until(lambda: getattr(kiosk.body, "prompt", "") == "present_card", what="the card is asked for")
        at.turn("terminal", "insert", pin=True)
        wait_until(lambda: getattr(kiosk.body, "prompt", "") == "enter_pin", what="the PIN is asked for")
        at.turn("terminal", "tap", outcome="approve")
        kiosk.sees(s.ThanksBody)


@TERMINALS
def test_a_card_is_paid_and_its_receipt_names_terminal_and_acquirer_and_carries_the_slip(terminal: str) -> None:
    with lane(shop_in_euros(), terminal=terminal) as at, at.kiosk() as kiosk:
        _to_the_terminal(at, kiosk)
        wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        at.turn("terminal", "tap", outcome="approve")
        kiosk.sees(s.ThanksBody)
        wait_until(lambda: at.happened(e.ReceiptPrinted))
        (sale,) = at.happened(e.TransactionCompleted)
        assert [charge["amount_minor"] for charge in at.charges()] == [sale.total.minor]
        (paid,) = sale.tenders
        assert (paid.acquirer, paid.masked_pan, paid.card_entry) == ("Bench Bank", "************0007", "contactless")
        assert "CARDHOLDER COPY" in str(at.receipts()[0])
        assert "Bench Bank" in str(at.receipts()[0])


@TERMINALS
def test_a_terminal_that_falls_silent_after_the_charge_is_asked_and_never_charges_twice(terminal: str) -> None:
    with lane(shop_in_euros(), terminal=terminal) as at, at.kiosk() as kiosk:
        _sold(at, kiosk)
        _to_the_terminal(at, kiosk)
        wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        at.turn("terminal", "silence", kind="after_charge")
        at.turn("terminal", "tap", outcome="approve")
        wait_until(lambda: len(at.charges()) == 2)
        at.turn("terminal", "unplug")
        wait_until(lambda: at.happened(e.TenderSettled)[-1].outcome == "unknown")
        at.turn("terminal", "silence", kind="off")
        at.turn("terminal", "plug")
        kiosk.sees(s.ThanksBody)
        assert [told.outcome for told in at.happened(e.TenderSettled)] == ["approved", "unknown", "approved"]
        assert [charge["what"] for charge in at.charges()] == ["approved", "approved"]


@TERMINALS
def test_power_lost_while_the_card_is_in_charges_once(terminal: str) -> None:
    with lane(shop_in_euros(), terminal=terminal) as at:
        with at.kiosk() as kiosk:
            _sold(at, kiosk)
        with at.headless() as running:
            running.sees("AttractBody")
            at.scan(MILK)
            running.sees("BasketBody")
            running.touch("CheckoutRequested")
            running.touch("TenderChosen", tender_id="card")
            running.sees("CardBody")
            wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
            running.kill()
        at.turn("terminal", "tap", outcome="approve")
        with at.headless() as running:
            running.sees("ThanksBody")
        assert [charge["what"] for charge in at.charges()] == ["approved", "approved"]
        assert len(at.happened(e.TenderRequested)) == 2


@TERMINALS
def test_a_signature_that_staff_refuse_is_given_back_at_the_terminal(terminal: str) -> None:
    with lane(shop_in_euros(), terminal=terminal) as at, at.kiosk() as kiosk:
        _to_the_terminal(at, kiosk)
        wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        at.turn("terminal", "tap", outcome="signature")
        wait_until(
            lambda: isinstance(kiosk.body, s.CardBody) and kiosk.body.stage == "signature", what="staff are called"
        )
        kiosk.touch(i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"))
        staff = kiosk.sees(s.StaffBody)
        kiosk.touch(i.OperatorActed("refuse", target=staff.interventions[0].intervention))
        wait_until(lambda: [told.stage for told in at.happened(e.TenderReversed)] == ["requested", "done"])
        assert [charge["what"] for charge in at.charges()] == ["approved", "reversed"]
        assert at.happened(e.TransactionCompleted) == []
