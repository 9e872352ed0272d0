"""What staff change of a sale: within their limits, within the law, shown, and on record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody, EnquiryView, StaffBody
from kiosk.retail.excluded import Exclusions, Use
from kiosk.retail.item import Item, ItemKind
from kiosk.retail.money import Money
from kiosk.retail.rights import Act, Rights
from kiosk.retail.weight import Weight
from kiosk.workstation.receipt import receipt
from tests.support.lane import AGREE, YOURS, HandLane, open_lane, replayed
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, TEA, RICE = "8901234567890", "4006381333931", "725272730706"
ATTENDANT = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")


def taka(minor: int) -> Money:
    return Money(minor, "BDT")


def override(minor: int, line: int = 1, reason: str = "damaged") -> i.OperatorActed:
    return i.OperatorActed("price_override", line=line, amount=taka(minor), reason=reason)


def acted(act: Act, quantity: int, reason: str = "") -> i.OperatorActed:
    return i.OperatorActed(act, line=1, quantity=quantity, reason=reason)


def staff_body(lane: HandLane) -> StaffBody:
    body = lane.tell(i.ViewRequested("staff")).screen.body
    assert isinstance(body, StaffBody)
    return body


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return shown.text.message if shown is not None else ""


def printed(lane: HandLane) -> str:
    sale = lane.happened(e.TransactionCompleted)[-1]
    document = receipt(sale, lane.book.policy, "", copy=False, job="j", time_zone="Asia/Dhaka")
    return str(document.parts)


def test_a_price_within_the_limit_is_charged_told_and_kept_with_the_old_one() -> None:
    lane = open_lane().scan(MILK, MILK).tell(ATTENDANT, override(8550))
    (changed,) = lane.happened(e.PriceOverridden)
    assert (changed.unit_price, changed.extended, changed.was) == (taka(8550), taka(17_100), taka(9500))
    assert (changed.reason, changed.by) == ("damaged", "op1")
    (line,) = staff_body(lane).lines
    assert line.note is not None
    assert (line.note.message, dict(line.note.values)["was"]) == ("line.price_overridden", taka(9500))
    lane.tell(i.OperatorSignedOut())
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].total == taka(17_100)
    assert "Price changed" in printed(lane) or "দাম বদলানো" in printed(lane)


@pytest.mark.parametrize(("minor", "who", "done"), [(8549, ATTENDANT, False), (8549, SUPERVISOR, True)])
def test_over_the_limit_is_for_who_has_a_wider_one(minor: int, who: i.OperatorSignedIn, done: bool) -> None:  # noqa: FBT001 - a case
    lane = open_lane().scan(MILK).tell(who, override(minor))
    assert bool(lane.happened(e.PriceOverridden)) == done
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ([] if done else ["limit"])


def test_a_limit_is_of_the_book_s_price_however_often_the_price_is_changed() -> None:
    lane = open_lane().scan(MILK).tell(ATTENDANT, override(8550), override(7700))
    assert [k.unit_price for k in lane.happened(e.PriceOverridden)] == [taka(8550)]
    lane.tell(override(9500))
    assert [k.was for k in lane.happened(e.PriceOverridden)] == [taka(9500), taka(9500)]


def test_an_overridden_price_stays_between_the_floor_and_the_maximum_on_the_pack() -> None:
    shop = small_shop()
    shop.items["rice"] = replace(shop.items["rice"], floor=taka(44_000))
    lane = open_lane(shop).scan(RICE).tell(SUPERVISOR)
    for minor in (45_001, 43_999):
        lane.tell(override(minor))
        assert notice(lane) == "staff.price_bounds"
    lane.tell(override(44_000))
    assert [k.unit_price for k in lane.happened(e.PriceOverridden)] == [taka(44_000)]


def test_offers_leave_an_overridden_line_alone_and_are_settled_anew_for_the_rest() -> None:
    lane = open_lane().scan(TEA, TEA, TEA).tell(SUPERVISOR)
    assert lane.state.transaction is not None
    assert lane.state.transaction.lines[0].discount == taka(60_000)
    lane.tell(override(55_000))
    basket = lane.state.transaction
    assert basket is not None
    assert (basket.lines[0].discount, basket.lines[0].net) == (taka(0), taka(165_000))
    lane.scan(TEA, TEA, TEA)
    basket = lane.state.transaction
    assert basket is not None
    assert [(k.quantity, k.discount) for k in basket.live_lines] == [(3, taka(0)), (3, taka(60_000))]


def test_the_weight_of_a_weighed_line_stays_and_only_its_price_follows() -> None:
    lane = open_lane().weigh(0, problem="zero").tell(i.ItemChosen("banana")).weigh(1255).tell(AGREE)
    lane.tell(ATTENDANT, override(11_000, reason="shelf_price"))
    basket = lane.state.transaction
    assert basket is not None
    assert (basket.lines[0].weight, basket.lines[0].extended) == (Weight(1255, -3, "kg"), taka(13_805))


def test_nothing_is_changed_once_part_is_paid() -> None:
    lane = open_lane().scan(TEA)
    lane.approve(lane.pay_by_card(), 10_000)
    lane.tell(SUPERVISOR, override(55_000))
    assert notice(lane) == "staff.payment_open"
    lane.tell(acted("quantity", 5))
    lane.tell(i.OperatorActed("suspend"))
    assert lane.happened(e.PriceOverridden) + lane.happened(e.QuantityChanged) == []
    assert lane.happened(e.TransactionSuspended) == []


def test_a_price_in_another_currency_or_below_nothing_is_no_price() -> None:
    lane = open_lane().scan(MILK).tell(SUPERVISOR)
    lane.tell(i.OperatorActed("price_override", line=1, amount=Money(9000, "EUR"), reason="damaged"), override(-1))
    assert lane.happened(e.PriceOverridden) == []


def test_staff_may_count_more_pieces_than_a_shopper() -> None:
    lane = open_lane().scan(MILK).tell(i.QuantityEntered(1, 150))
    assert notice(lane) == "quantity.too_many"
    lane.tell(ATTENDANT, acted("quantity", 150))
    assert [k.quantity for k in lane.happened(e.QuantityChanged)] == [150]
    lane.tell(acted("quantity", 1000))
    assert notice(lane) == "quantity.too_many"


MARKED = Rights(keyed_weight="marked")


def weights_may_be_typed() -> MemoryBook:
    return small_shop(replace(bangladesh(), rights=MARKED))


def test_a_weight_keyed_in_is_priced_and_marked_as_such_on_screen_and_receipt() -> None:
    lane = open_lane(weights_may_be_typed()).tell(i.ItemChosen("banana"), SUPERVISOR)
    assert staff_body(lane).weighing_item is not None
    lane.tell(acted("weight_keyed", 1255, "scale_out"), i.OperatorSignedOut())
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    (line,) = body.lines
    assert (line.weight, line.net) == (Weight(1255, -3, "kg"), taka(15_060))
    assert line.note is not None
    assert line.note.message == "line.weight_keyed"
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.TransactionCompleted)[-1].lines[0].weight_keyed
    assert "Manual weight" in printed(lane) or "হাতে লেখা ওজন" in printed(lane)


@pytest.mark.parametrize("grams", [0, -5, 30_001])
def test_a_weight_that_cannot_be_is_not_taken(grams: int) -> None:
    lane = open_lane(weights_may_be_typed()).tell(i.ItemChosen("banana"), SUPERVISOR)
    lane.tell(acted("weight_keyed", grams, "scale_out"))
    assert lane.happened(e.LineAdded) == []


def test_no_weight_is_keyed_in_where_the_law_of_weights_forbids_it() -> None:
    lane = open_lane().tell(i.ItemChosen("banana"), SUPERVISOR)
    assert "weight_keyed" not in staff_body(lane).acts
    lane.tell(acted("weight_keyed", 1255, "scale_out"))
    assert notice(lane) == "staff.keyed_weight_forbidden"
    assert lane.happened(e.LineAdded) == []


def test_the_drawer_opens_without_a_sale_for_a_reason_and_under_a_name() -> None:
    lane = open_lane().tell(SUPERVISOR, i.OperatorActed("no_sale"))
    assert lane.no_effect(f.OpenDrawer)
    lane.tell(i.OperatorActed("no_sale", reason="count"))
    assert lane.effect(f.OpenDrawer) == f.OpenDrawer()
    (opened,) = lane.happened(e.DrawerOpened)
    assert (opened.by, opened.reason) == ("op2", "no_sale")
    assert lane.happened(e.StaffActed)[-1].reason == "count"


def test_a_price_check_tells_price_offer_and_stock_and_rings_nothing_up() -> None:
    shop = small_shop()
    shop.stock["tea"], shop.departments["drinks"] = 12, {"en": "Drinks"}
    lane = open_lane(shop).tell(ATTENDANT, i.OperatorActed("price_check")).scan(TEA)
    told = staff_body(lane).enquiry
    offers = ({"en": "Tea: 3 for 2"},)
    assert told == EnquiryView(
        {"en": "Tea 400 g"}, taka(60_000), "each", offers, 12, {"en": "Drinks"}, 750, stock="asked"
    )
    assert lane.state.transaction is None
    assert [(k.item_id, k.by) for k in lane.happened(e.PriceEnquired)] == [("tea", "op1")]
    lane.tell(i.OperatorActed("price_check")).scan(TEA)
    assert lane.state.transaction is not None


@pytest.mark.parametrize("left", [i.ViewRequested("basket"), i.OperatorSignedOut(), i.TimerElapsed("staff")])
def test_a_shopper_s_scan_is_never_taken_for_a_price_check(left: i.Input) -> None:
    lane = open_lane().tell(ATTENDANT, i.OperatorActed("price_check"), left).scan(TEA)
    assert lane.state.transaction is not None


def test_staff_park_a_basket_for_the_shopper_and_take_it_up_again() -> None:
    lane = open_lane().scan(MILK).tell(ATTENDANT, i.OperatorActed("suspend", reason="wallet"))
    assert [(k.by, k.reason) for k in lane.happened(e.TransactionSuspended)] == [("op1", "wallet")]
    lane.tell(i.OperatorActed("resume_suspended"), YOURS)
    assert lane.state.transaction is not None


def test_what_staff_changed_is_the_same_after_a_power_cut() -> None:
    lane = open_lane(weights_may_be_typed()).scan(MILK).tell(i.ItemChosen("banana"), SUPERVISOR)
    lane.tell(acted("weight_keyed", 800, "scale_out"), override(9000))
    assert replayed(lane.journal).transaction == lane.state.transaction


@pytest.mark.parametrize(("kind", "count"), [("", 1), ("tobacco", 0)])
def test_a_price_check_names_no_offer_that_may_not_touch_the_item(kind: ItemKind, count: int) -> None:
    shop = small_shop()
    shop.items["tea"] = replace(shop.items["tea"], kind=kind)
    told = staff_body(open_lane(shop).tell(ATTENDANT, i.OperatorActed("price_check")).scan(TEA)).enquiry
    assert told is not None
    assert len(told.offers) == count


def test_a_price_check_of_an_item_without_a_price_says_so() -> None:
    shop = small_shop()
    shop.items["odd"] = Item("odd", {"en": "Odd"}, "misc", "standard", None, gtin="05449000000996")
    lane = open_lane(shop).tell(ATTENDANT, i.OperatorActed("price_check")).scan("5449000000996")
    told = staff_body(lane).enquiry
    assert told is not None
    assert told.price is None


@pytest.mark.parametrize(
    ("minor", "law", "done"),
    [
        (9000, ("offers",), False),
        (9600, ("offers",), True),
        (9000, ("coupons",), True),
    ],
)
def test_staff_make_nothing_cheaper_that_the_law_keeps_out_of_offers(
    minor: int, law: tuple[Use, ...], *, done: bool
) -> None:
    book = small_shop()
    book.items["milk"] = replace(book.items["milk"], kind="infant_formula")
    book.policy = replace(book.policy, exclusions=Exclusions(law={"infant_formula": law}))
    lane = open_lane(book).scan(MILK).tell(SUPERVISOR, override(minor))
    assert bool(lane.happened(e.PriceOverridden)) == done
