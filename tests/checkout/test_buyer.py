"""The buyer's tax number at the lane: offered, asked for where it must be, kept with money and not before."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BuyerBody, BuyerView, TenderChoiceBody
from kiosk.retail.buyer import BuyerNumber, BuyerRule
from tests.support.lane import HandLane, open_lane, replayed
from tests.support.shop import brazil, small_shop

MILK = "8901234567890"
ANA = BuyerNumber("cpf", "52998224725")


def lane_of(*, required: int = 0) -> HandLane:
    policy = replace(brazil(), buyer=BuyerRule(("cpf", "cnpj"), required))
    return open_lane(small_shop(policy)).scan(MILK).tell(i.CheckoutRequested())


def offered(lane: HandLane) -> BuyerView | None:
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody)
    return body.buyer


def kept(lane: HandLane) -> list[BuyerNumber | None]:
    return [each.buyer for each in lane.happened(e.BuyerNamed)]


def notice(lane: HandLane) -> str:
    return lane.screen.notice.text.message if lane.screen.notice is not None else ""


def test_a_number_is_offered_before_paying_shown_in_part_and_goes_out_with_the_sale() -> None:
    lane = lane_of()
    assert offered(lane) == BuyerView("CPF/CNPJ")
    lane.tell(i.ViewRequested("buyer"))
    assert lane.screen.body == BuyerBody("CPF/CNPJ", 14, letters=True)
    lane.tell(i.BuyerTyped("529.982.247-25"))
    assert offered(lane) == BuyerView("CPF/CNPJ", "CPF •••.982.247-••")
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].buyer == ANA


def test_what_is_typed_into_a_basket_that_comes_to_nothing_is_in_no_journal() -> None:
    lane = lane_of().tell(i.BuyerTyped("52998224725"))
    lane.tell(i.ViewRequested("basket"), i.LineVoidRequested(1), i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    assert kept(lane) == []
    assert ANA.number not in repr(lane.journal)
    lane.scan(MILK).tell(i.CheckoutRequested())
    assert offered(lane) == BuyerView("CPF/CNPJ"), "nor before the next shopper"


def test_once_money_is_asked_for_no_power_cut_takes_it_from_the_document() -> None:
    lane = lane_of().tell(i.BuyerTyped("52998224725"))
    lane.pay_by_card()
    assert kept(lane) == [ANA]
    basket = replayed(lane.journal).transaction
    assert basket is not None
    assert basket.buyer == ANA


def test_a_number_can_be_changed_and_taken_off_until_the_sale_is_whole() -> None:
    lane = lane_of().tell(i.BuyerTyped("52998224725"))
    lane.approve(lane.pay_by_card(), 1_000)
    lane.tell(i.BuyerTyped("11.444.777/0001-61"))
    assert offered(lane) == BuyerView("CPF/CNPJ", "CNPJ 11.444.777/0001-61")
    lane.tell(i.BuyerTyped(""))
    assert offered(lane) == BuyerView("CPF/CNPJ")
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].buyer is None


def test_a_number_that_cannot_be_right_is_refused_and_the_pad_stays() -> None:
    lane = lane_of().tell(i.ViewRequested("buyer"), i.BuyerTyped("52998224724"))
    assert (notice(lane), isinstance(lane.screen.body, BuyerBody)) == ("buyer.check", True)


def test_where_the_law_wants_a_number_no_money_is_asked_for_without_one() -> None:
    lane = lane_of(required=9_500)
    assert offered(lane) == BuyerView("CPF/CNPJ", required=True)
    lane.tell(i.TenderChosen("card"))
    assert lane.happened(e.TenderRequested) == []
    assert (notice(lane), isinstance(lane.screen.body, BuyerBody)) == ("buyer.required", True)
    lane.tell(i.BuyerTyped("52998224725"))
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].buyer == ANA


def test_a_smaller_sale_needs_none() -> None:
    lane = lane_of(required=9_501)
    assert offered(lane) == BuyerView("CPF/CNPJ")
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].buyer is None


def test_a_country_whose_documents_bear_none_asks_nobody() -> None:
    lane = open_lane(small_shop()).scan(MILK).tell(i.CheckoutRequested(), i.ViewRequested("buyer"))
    lane.tell(i.BuyerTyped("52998224725"), i.CheckoutRequested())
    assert offered(lane) is None
