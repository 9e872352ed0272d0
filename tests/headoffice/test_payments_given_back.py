"""Parts of a payment by code go back for returned goods: each once, and never more than came."""

from __future__ import annotations

from headoffice.acquirers.contract import RefundStage
from headoffice.acquirers.settings import Till
from headoffice.database import Database
from headoffice.payments.refunds import Refunds
from headoffice.payments.rules import new
from messages.asks import PaymentAsk
from tests.headoffice.pages import NOW
from tests.support.acquirer import FakeAcquirer

ORIGINAL = "0190a0b0-0000-7000-8000-00000000000a"


class Desk:
    """A payment of 500 that came, and an acquirer that gives back."""

    def __init__(self, database: Database, stage: RefundStage = "done") -> None:
        self.acquirer = FakeAcquirer(lambda *_: "code", stage=stage)
        self.acquirer.create(ORIGINAL, 500, "BRL", seconds=60)
        self.acquirer.pay(ORIGINAL, 500)
        row = new(ORIGINAL, "lane-1", tender_id="pix", amount=500, currency="BRL", now_ms=NOW)
        row.state, row.paid = "paid", 500
        with database.write() as session:
            session.add(row)
        self.now = NOW
        self.refunds = Refunds(database, {"pix": Till(self.acquirer)}, clock=lambda: self.now)

    def back(self, request: str, amount: int, kiosk: str = "lane-1") -> str:
        ask = PaymentAsk(
            correlation="c", request=request, deed="return", amount_minor=amount, currency="BRL", original=ORIGINAL
        )
        return self.refunds.answer(kiosk, ask).state


def test_each_part_goes_back_once_however_often_it_is_asked_for(database: Database) -> None:
    desk = Desk(database)
    assert [desk.back("back-0001", 200), desk.back("back-0001", 200), desk.back("back-0002", 300)] == ["refunded"] * 3
    assert desk.acquirer.refunds == {"back-0001": 200, "back-0002": 300}
    assert desk.back("back-0003", 1) == "refund_failed"
    assert desk.back("back-0001", 200, "lane-2") == "not_found"


def test_a_silent_acquirer_is_asked_again_until_it_has_done_it(database: Database) -> None:
    desk = Desk(database)
    desk.acquirer.silent = "before"
    assert desk.back("back-0001", 200) == "refunding"
    desk.acquirer.silent = ""
    assert desk.refunds.attend() == 0
    desk.now += 10_000
    assert desk.refunds.attend() == 1
    assert desk.acquirer.refunds == {"back-0001": 200}
    assert desk.back("back-0001", 200) == "refunded"


def test_what_the_acquirer_refuses_and_what_never_came_is_not_given_back(database: Database) -> None:
    desk = Desk(database, "refused")
    assert desk.back("back-0001", 200) == "refund_failed"
    ask = PaymentAsk(correlation="c", request="back-0002", deed="return", amount_minor=1, currency="BRL", original="x")
    assert desk.refunds.answer("lane-1", ask).reason == "not_found"
