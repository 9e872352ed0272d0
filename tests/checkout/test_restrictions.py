"""What must not slip through: items for staff, prices nobody saw, lines nobody could add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import WeighBody
from kiosk.checkout.state import Phase
from kiosk.retail.item import Item, Restriction
from kiosk.retail.money import Money
from kiosk.retail.weight import Weight
from tests.support.lane import AGREE, YOURS, HandLane, open_lane
from tests.support.shop import MemoryBook, small_shop

MILK, BLADES, WINE = "8901234567890", "036000291452", "9780201379624"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")


def with_item(item: Item) -> MemoryBook:
    shop = small_shop()
    shop.items[item.item_id] = item
    return shop


def waiting(lane: HandLane) -> list[str]:
    return [raised.kind for raised in lane.state.interventions]


def let_through(lane: HandLane) -> HandLane:
    lane.tell(STAFF, i.OperatorActed("approve", target=lane.state.interventions[0].intervention))
    return lane.tell(i.OperatorSignedOut())


def test_a_weighed_item_that_only_staff_let_through_waits_for_them_too() -> None:
    saffron = Item("saffron", {"en": "Saffron"}, "spices", "exempt", Money(900_000, "BDT"), unit="kg", plu="4999")
    shop = with_item(replace(saffron, restriction=Restriction(needs_staff=True)))
    lane = open_lane(shop).weigh(0, problem="zero").tell(i.ItemChosen("saffron")).weigh(10).tell(AGREE)
    assert waiting(lane) == ["staff_item"]


def test_staff_are_asked_once_for_a_line_and_again_when_it_grows() -> None:
    lane = open_lane().scan(BLADES, BLADES)
    assert waiting(lane) == ["staff_item"]
    let_through(lane).tell(i.QuantityEntered(1, 1))
    assert waiting(lane) == []
    lane.tell(i.QuantityEntered(1, 12))
    assert waiting(lane) == ["staff_item"]


def test_what_staff_let_through_is_judged_anew_when_the_basket_is_taken_up_again() -> None:
    lane = let_through(open_lane().scan(BLADES, MILK))
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"), STAFF, i.OperatorActed("resume_suspended"), YOURS)
    assert waiting(lane) == ["staff_item"]


@pytest.mark.parametrize(
    "item",
    [
        Item("odd", {"en": "Odd"}, "misc", "standard", Money(100, "EUR"), gtin="05449000000996"),
        Item("odd", {"en": "Odd"}, "misc", "standard", Money(-100, "BDT"), gtin="05449000000996"),
        Item("odd", {"en": "Odd"}, "misc", "nowhere", Money(100, "BDT"), gtin="05449000000996"),
    ],
    ids=["another currency", "negative", "no tax class"],
)
def test_an_item_the_shop_cannot_price_calls_staff_and_the_basket_can_still_be_paid(item: Item) -> None:
    lane = open_lane(with_item(item)).scan("5449000000996", MILK)
    assert waiting(lane) == ["no_price"]
    lane.approve(lane.pay_by_card())
    assert [sale.total for sale in lane.happened(e.TransactionCompleted)] == [Money(9500, "BDT")]


def test_a_tax_class_without_a_rate_on_the_day_calls_staff() -> None:
    lane = HandLane()
    lane.day = "2024-12-31"
    lane.tell(*open_lane_inputs(lane)).scan(MILK)
    assert waiting(lane) == ["no_price"]
    assert lane.happened(e.LineAdded) == []


def open_lane_inputs(lane: HandLane) -> tuple[i.Input, ...]:
    power = i.PowerRestored("kiosk-1", (1_794_000_000 << 20) | 7, "dhaka-01", "3", "0.1.0")
    lane.tell(power)
    return (i.NumbersAnswered(lane.effect(f.AskNumbers).correlation),)


def test_a_price_that_changed_while_the_item_lay_on_the_scale_is_shown_before_it_is_taken() -> None:
    shop = small_shop()
    lane = open_lane(shop).weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1000)
    shop.items["banana"] = replace(shop.items["banana"], price=Money(15_000, "BDT"))
    lane.tell(AGREE)
    assert lane.happened(e.LineAdded) == []
    lane.tell(AGREE)
    assert lane.happened(e.LineAdded)[0].item.extended == Money(15_000, "BDT")


def test_a_new_book_changes_the_price_on_the_scale_at_once() -> None:
    shop = small_shop()
    lane = open_lane(shop).weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1000)
    shop.items["banana"] = replace(shop.items["banana"], price=Money(15_000, "BDT"))
    lane.tell(i.FeedApplied(2))
    body = lane.screen.body
    assert isinstance(body, WeighBody)
    assert body.price == Money(15_000, "BDT")


def test_a_plate_below_zero_is_no_empty_plate() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(500).tell(AGREE)
    lane.tell(i.ItemChosen("grapes")).weigh(-200).weigh(300).tell(AGREE)
    assert len(lane.happened(e.LineAdded)) == 1


def test_a_sale_weighed_in_pounds_can_be_completed() -> None:
    shop = with_item(Item("beef", {"en": "Beef"}, "meat", "exempt", Money(50_000, "BDT"), unit="lb", plu="4998"))
    lane = open_lane(shop).tell(
        i.WeightRead(Weight(0, -2, "lb"), stable=True, sequence=1, age_ms=0, problem="zero", certified=True),
        i.ItemChosen("beef"),
    )
    lane.tell(i.WeightRead(Weight(250, -2, "lb"), stable=True, sequence=2, age_ms=0, certified=True), AGREE)
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.StockMoved)[0].moves == (e.StockMove("beef", 1134, "g"),)


def test_the_oldest_parked_basket_makes_room_with_a_word_in_the_journal() -> None:
    lane = open_lane()
    for _ in range(21):
        lane.scan(MILK).tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    first = lane.happened(e.TransactionOpened)[0].transaction.uuid
    assert [voided.transaction for voided in lane.happened(e.TransactionVoided)] == [first]
    assert len(lane.state.suspended) == 20
    assert lane.state.phase is Phase.IDLE
