"""A basket that is partly paid: no sale is ever completed for less, or more, than its tenders."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Offer, Scope
from tests.support.lane import AGREE, HandLane, open_lane
from tests.support.shop import MemoryBook, small_shop

MILK, TEA, BAG, WINE = "8901234567890", "4006381333931", "5901234123457", "9780201379624"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def whole(lane: HandLane) -> bool:
    return all(
        sale.total.minor == sum(t.amount.minor for t in sale.tenders) for sale in lane.happened(e.TransactionCompleted)
    )


def four_teas_in_two_lines() -> MemoryBook:
    """Three for two over two kinds of tea: any three of four lines make the offer."""
    shop = small_shop()
    shop.items["green"] = Item(
        "green", {"en": "Green tea"}, "drinks", "standard", Money(60_000, "BDT"), gtin="05449000000996"
    )
    shop.offers = (Offer("any-tea", Scope(("tea", "green")), NForM(3, 2), {"en": "Tea: 3 for 2"}),)
    return shop


def test_a_voided_line_whose_offer_moves_to_others_cannot_leave_less_than_was_paid() -> None:
    lane = open_lane(four_teas_in_two_lines()).scan(TEA, "5449000000996", "5449000000996", "5449000000996")
    lane.approve(lane.pay_by_card(), 130_000)
    lane.tell(STAFF, i.OperatorActed("void_line", line=1))
    assert lane.happened(e.LineVoided) == []


def test_a_basket_that_comes_to_less_than_was_paid_waits_for_staff_who_give_it_back() -> None:
    lane = open_lane().scan(MILK, BAG)
    tender = lane.pay_by_card()
    lane.approve(tender, 5000).scan(WINE)
    lane.tell(STAFF, i.OperatorActed("void_line", line=1))
    lane.tell(i.OperatorActed("refuse", target=lane.state.interventions[0].intervention), i.OperatorSignedOut())
    lane.tell(i.CheckoutRequested(), i.TenderChosen("card"), i.TenderChosen("cash"))
    assert lane.happened(e.TransactionCompleted) == []
    assert [r.kind for r in lane.state.interventions] == ["help"]
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"))
    assert lane.effect(f.Reverse).amount == Money(5000, "BDT")


@pytest.mark.parametrize("received", [3990, 3996, 3998, 4000, 5000])
def test_cash_settles_the_sale_exactly_whatever_was_handed_over(received: int) -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(333).tell(AGREE)
    lane.tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    lane.tell(i.OperatorActed("cash_received", amount=Money(received, "BDT")))
    if received < 3996:
        assert lane.happened(e.TransactionCompleted) == []
    else:
        (sale,) = lane.happened(e.TransactionCompleted)
        (cash,) = sale.tenders
        assert whole(lane)
        assert cash.received is not None
        assert cash.change is not None
        assert cash.rounding is not None
        assert cash.received == cash.amount + cash.rounding + cash.change


def test_what_rounds_to_nothing_in_cash_is_taken_with_nothing() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(3).tell(AGREE)
    lane.tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    lane.tell(i.OperatorActed("cash_received", amount=Money(0, "BDT")))
    assert [sale.total.minor for sale in lane.happened(e.TransactionCompleted)] == [36]


def test_cash_of_another_currency_is_no_cash() -> None:
    lane = open_lane().scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("cash"), STAFF)
    lane.tell(i.OperatorActed("cash_received", amount=Money(10_000, "EUR")))
    assert [t.outcome for t in lane.happened(e.TenderSettled)] == []
