"""All of a sale taken back: at once, or in parts that come to the same."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import RefundLinesBody, RefundMoneyBody
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, Offer, Scope
from kiosk.retail.points import Programme
from kiosk.retail.policy import CouponRules
from tests.support.lane import HandLane, open_lane
from tests.support.returns import SUPERVISOR, choose, found, sold_sale, takes_back
from tests.support.shop import bangladesh, small_shop

MILK, TEA = "8901234567890", "4006381333931"


def sells(*gtins: str) -> tuple[HandLane, e.TransactionCompleted]:
    """A lane that has sold these, and the sale; its shopper has gone."""
    lane = open_lane(small_shop()).scan(*gtins)
    lane.approve(lane.pay_by_card())
    assert lane.state.finishing is not None
    lane.tell(i.PrinterAnswered(lane.state.finishing.job, "printed"), i.TimerElapsed("thanks"))
    return lane, lane.happened(e.TransactionCompleted)[-1]


def test_all_of_a_sale_is_chosen_at_once_and_what_was_chosen_keeps_its_reason() -> None:
    lane, sold = sells(MILK, TEA, TEA, TEA)
    found(lane, sold_sale(sold, returned={2: 1}))
    lane.tell(choose(2, 1, "faulty"), i.ReturnAllChosen("unwanted"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [(line.line, line.chosen, line.reason) for line in body.lines] == [(1, 1, "unwanted"), (2, 2, "faulty")]
    lane.tell(i.ReturnsConfirmed())
    assert [line.quantity for line in lane.happened(e.ReturnsRequested)[-1].lines] == [-1, -2]


def test_all_of_it_leaves_out_what_may_not_come_back_and_a_reason_that_is_none_takes_nothing() -> None:
    lane, sold = sells(MILK, TEA)
    found(lane, sold_sale(sold, returned={1: 1})).tell(i.ReturnAllChosen("no such reason"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.chosen for line in body.lines] == [0, 0]
    lane.tell(i.ReturnAllChosen("unwanted"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.chosen for line in body.lines] == [0, 1]


def test_a_sale_with_offer_and_coupon_comes_back_in_parts_that_sum_to_what_was_paid_earned_and_handed_over() -> None:
    policy = replace(bangladesh(), coupons=CouponRules(prefixes=("KP",)), points=Programme(1, 1_000))
    book = small_shop(policy)
    book.items["tea"] = replace(book.items["tea"], price=Money(10_050, "BDT"))
    spring = Offer("spring", Scope(), AmountOff(1_000), {"en": "Spring"}, coupon="KPSPRING")
    book.offers = (*book.offers, spring)
    lane = open_lane(book).tell(i.LoyaltyPresented("ab" * 32, "card")).scan(TEA, TEA, TEA, MILK, "KPSPRING")
    lane.tell(i.CheckoutRequested(), i.TenderChosen("cash"), SUPERVISOR)
    lane.tell(i.OperatorActed("cash_received", amount=Money(1_000_000, "BDT")), i.OperatorSignedOut())
    lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
    (sale,) = lane.happened(e.TransactionCompleted)
    assert (sale.total, sale.points and sale.points.earned) == (Money(28_600, "BDT"), 28)
    back: list[e.TransactionCompleted] = []
    for line, before in ((1, 0), (1, 1), (2, 0), (1, 2)):
        given = {sale.tenders[0].tender: -sum(each.total.minor for each in back)}
        takes_back(lane, sold_sale(sale, returned={line: before}, given=given), choose(line))
        shown = lane.tell(i.MoneyBackRequested()).screen.body
        lane.tell(i.CashHandedBack())
        back.append(lane.happened(e.TransactionCompleted)[-1])
        assert isinstance(shown, RefundMoneyBody)
        assert shown.cash_due == back[-1].tenders[0].change
        lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    cash = [tender.change.minor for each in back for tender in each.tenders if tender.change is not None]
    assert [each.total.minor for each in back] == [-6474, -6474, -9179, -6473]
    assert (cash, sum(cash)) == ([6500, 6400, 9200, 6500], 28_600), "what was paid, however it comes back"
    assert sum(row.tax.minor for each in back for row in each.tax) == -sum(row.tax.minor for row in sale.tax)
    assert sum(each.points.earned for each in back if each.points is not None) == -28
