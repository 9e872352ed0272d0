"""Staff ask about items: price, offers, what holds them up, how much is here and elsewhere; nothing is rung up."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.inputs import StockAt
from kiosk.checkout.screen import EnquiryView, LookUpBody, StaffBody
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop

MILK, WINE, RICE = "8901234567890", "9780201379624", "725272730706"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "badge")
HERE, THERE = StockAt("dhaka-01", 9, here=True), StockAt("dhaka-02", 40, {"en": "Mirpur"})


def asking() -> HandLane:
    shop = small_shop()
    shop.stock, shop.departments = {"milk": 12}, {"dairy": {"en": "Dairy", "bn": "দুগ্ধজাত"}}
    return open_lane(shop).tell(STAFF, i.OperatorActed("price_check"))


def told(lane: HandLane) -> EnquiryView:
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert body.enquiry is not None
    return body.enquiry


def test_an_item_is_told_whole_and_the_other_shops_are_asked() -> None:
    lane = asking().scan(MILK)
    shown = told(lane)
    assert (shown.on_hand, shown.tax_points, shown.stock) == (12, 750, "asked")
    assert shown.department == {"en": "Dairy", "bn": "দুগ্ধজাত"}
    asked = lane.effect(f.AskStock)
    assert asked.item_id == "milk"
    lane.tell(i.StockAnswered(asked.correlation, (HERE, THERE)))
    assert told(lane).elsewhere == (("dhaka-02", {"en": "Mirpur"}, 40),)
    assert told(lane).on_hand == 12, "the lane knows its own sales"
    assert lane.state.transaction is None


def test_a_price_above_the_pack_s_maximum_is_told_to_staff_beside_the_one_it_is_sold_at() -> None:
    lane = asking().scan(RICE)
    assert (told(lane).price, told(lane).above) == (Money(45_000, "BDT"), Money(45_050, "BDT"))
    assert told(lane.scan(MILK)).above is None


def test_without_head_office_staff_are_told_so() -> None:
    lane = asking().scan(MILK)
    lane.tell(i.StockAnswered(lane.effect(f.AskStock).correlation, offline=True))
    assert (told(lane).stock, told(lane).elsewhere) == ("offline", ())


def test_an_answer_about_another_item_is_none() -> None:
    lane = asking().scan(MILK)
    old = lane.effect(f.AskStock).correlation
    lane.scan(WINE).tell(i.StockAnswered(old, (THERE,)))
    assert (told(lane).stock, told(lane).elsewhere) == ("asked", ())


def test_what_holds_a_sale_up_is_told() -> None:
    assert told(asking().scan(WINE)).minimum_age == 18


def test_an_item_is_found_by_searching_and_not_rung_up() -> None:
    lane = asking().tell(i.ViewRequested("look_up"))
    assert isinstance(lane.screen.body, LookUpBody)
    lane.tell(i.ItemChosen("milk"))
    assert told(lane).names == lane.book.items["milk"].names
    assert lane.state.transaction is None
    assert [one.item_id for one in lane.happened(e.PriceEnquired)] == ["milk"]


def test_leaving_the_staff_screen_ends_it() -> None:
    lane = asking().tell(i.ViewRequested("basket")).scan(MILK)
    assert lane.state.transaction is not None
