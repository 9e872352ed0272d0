"""A training on a whole kiosk: no terminal is asked, the paper says so, the journal knows only that there was one."""

from __future__ import annotations

import json

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.kiosk import Running, lane
from tests.support.waiting import wait_until

MILK = "8901234567890"
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")
TURN = i.OperatorActed("training")


def in_training(kiosk: Running) -> bool:
    """Whether the newest screen says so."""
    return kiosk.screens[-1].chrome.training


def test_a_training_sells_nothing_charges_nothing_and_prints_what_says_so() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(SUPERVISOR, TURN)
        wait_until(lambda: at.happened(e.TrainingBegan), what="a training")
        wait_until(lambda: (at.state_of("lights")["colour"], at.state_of("lights")["blinking"]) == ("amber", True))
        kiosk.touch(i.OperatorSignedOut())
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        assert in_training(kiosk)
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        kiosk.sees(s.ThanksBody)
        wait_until(at.receipts, what="a paper")
        assert json.dumps(at.receipts()[0], ensure_ascii=False).count("প্রশিক্ষণ") >= 5
        assert at.charges() == []
        kiosk.touch(SUPERVISOR, TURN)
        wait_until(lambda: at.happened(e.TrainingEnded), what="its end")
        kiosk.sees(s.AttractBody)
        assert not in_training(kiosk)
        assert not at.happened(e.TransactionOpened)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        assert at.happened(e.TransactionOpened)[0].transaction.number == 1


def test_a_power_cut_in_a_training_brings_the_lane_back_out_of_it() -> None:
    with lane() as at:
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
            kiosk.touch(SUPERVISOR, TURN)
            wait_until(lambda: at.happened(e.TrainingBegan), what="a training")
            at.scan(MILK)
            wait_until(lambda: in_training(kiosk))
        with at.kiosk() as kiosk:
            wait_until(lambda: at.happened(e.TrainingEnded), what="the end of it")
            kiosk.sees(s.AttractBody)
            assert not in_training(kiosk)
            assert [ended.cause for ended in at.happened(e.TrainingEnded)] == ["restart"]
            assert not at.happened(e.TransactionOpened)
