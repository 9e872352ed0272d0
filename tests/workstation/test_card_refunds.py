"""A whole kiosk gives money back to a card through a terminal on its own wire: once, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.journeys.far_office import FarOffice
from tests.support.kiosk import Lane, Running, lane
from tests.support.shop import shop_in_euros
from tests.support.waiting import wait_until

MILK, TEA = "8901234567890", "4006381333931"
TERMINALS = pytest.mark.parametrize("terminal", ["nexo", "zvt"])


@contextmanager
def _taking_back(terminal: str) -> Iterator[tuple[Lane, Running]]:
    """A kiosk that has sold two packs by card, and whose staff have chosen that one of them comes back."""
    with lane(shop_in_euros(), terminal=terminal, sync="sync.sock") as at:
        office = FarOffice(at.folder / "run" / "sync.sock")
        try:
            with at.kiosk() as kiosk:
                sale = _sells(at, kiosk)
                office.knows(sale)
                kiosk.touch(i.OperatorSignedIn("op2", "Karim", "supervisor", "pin"))
                kiosk.sees(s.StaffBody)
                kiosk.touch(i.OperatorActed("refund"))
                kiosk.sees(s.RefundFindBody)
                at.scan(f"sale:{sale.transaction.uuid}")
                kiosk.sees(s.RefundLinesBody)
                kiosk.touch(i.ReturnLineChosen(2, 1, "unwanted"), i.ReturnsConfirmed())
                wait_until(lambda: at.happened(e.ReturnsHeld), what="head office keeps it")
                yield at, kiosk
        finally:
            office.close()


def _sells(at: Lane, kiosk: Running) -> e.TransactionCompleted:
    wait_until(lambda: isinstance(kiosk.body, s.AttractBody))
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    at.scan(TEA)
    wait_until(lambda: len(at.happened(e.LineAdded)) == 2, what="both packs in the basket")
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    _taps(at)
    kiosk.sees(s.ThanksBody)
    wait_until(lambda: at.happened(e.ReceiptPrinted))
    kiosk.touch(i.TimerElapsed("thanks"))
    kiosk.sees(s.AttractBody)
    (sale,) = at.happened(e.TransactionCompleted)
    assert isinstance(sale, e.TransactionCompleted)
    return sale


def _taps(at: Lane) -> None:
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")


def _given_back(at: Lane, kiosk: Running) -> e.TransactionCompleted:
    wait_until(lambda: len(at.happened(e.TransactionCompleted)) == 2, what="the return's document")
    back = at.happened(e.TransactionCompleted)[-1]
    assert isinstance(back, e.TransactionCompleted)
    kiosk.sees(s.ThanksBody)
    return back


@TERMINALS
def test_one_pack_comes_back_and_its_money_is_on_the_card_it_was_paid_with(terminal: str) -> None:
    with _taking_back(terminal) as (at, kiosk):
        kiosk.touch(i.MoneyBackRequested())
        _taps(at)
        back = _given_back(at, kiosk)
        paid, given = at.charges()
        assert (paid["what"], given["what"]) == ("approved", "refunded")
        assert given["amount_minor"] == -back.total.minor < paid["amount_minor"]
        wait_until(lambda: len(at.receipts()) == 2, what="the return's paper")
        assert "REFUNDED" in str(at.receipts()[1])


@TERMINALS
def test_a_terminal_that_falls_silent_after_the_refund_is_asked_and_never_gives_back_twice(terminal: str) -> None:
    with _taking_back(terminal) as (at, kiosk):
        kiosk.touch(i.MoneyBackRequested())
        wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        at.turn("terminal", "silence", kind="after_charge")
        at.turn("terminal", "tap", outcome="approve")
        wait_until(lambda: len(at.charges()) == 2)
        at.turn("terminal", "unplug")
        wait_until(lambda: at.happened(e.TenderSettled)[-1].outcome == "unknown", what="nobody knows")
        at.turn("terminal", "silence", kind="off")
        at.turn("terminal", "plug")
        back = _given_back(at, kiosk)
        assert [told.outcome for told in at.happened(e.TenderSettled)] == ["approved", "unknown", "approved"]
        assert [(deed["what"], deed["amount_minor"]) for deed in at.charges()][1:] == [("refunded", -back.total.minor)]
