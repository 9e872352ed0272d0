"""At the lane: a kind of item that is kept out is sold, and neither offer, hint, coupon nor points know of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.book import Member
from kiosk.retail.excluded import Exclusions
from kiosk.retail.offer import AmountOff, Offer, Scope
from kiosk.retail.points import Programme
from kiosk.retail.policy import CouponRules
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, bangladesh, small_shop

TEA, MILK = "4006381333931", "8901234567890"
LET_IN = Exclusions(own={"tobacco": ()})
COUPON = Offer("o-coupon", Scope(), AmountOff(1_000), {"en": "Coupon"}, coupon="OFFSAVE")
RULES = pytest.mark.parametrize(
    ("rules", "let_in"), [(Exclusions(), False), (LET_IN, True)], ids=["kept out", "let in"]
)


def book_of(rules: Exclusions) -> MemoryBook:
    """Three for two on tea, which is sold as if it were tobacco; a coupon on everything; a programme of points."""
    programme = Programme(earn_points=1, earn_minor=1_000, burn_points=10, burn_minor=1_000)
    coupons = CouponRules(prefixes=("OFF",))
    book = small_shop(replace(bangladesh(), exclusions=rules, points=programme, coupons=coupons))
    book.items["tea"] = replace(book.items["tea"], kind="tobacco")
    book.offers = (*book.offers, COUPON)
    book.members["ab12"] = Member("m-1", "gold", points=50)
    return book


def lane_of(rules: Exclusions) -> HandLane:
    return open_lane(book_of(rules)).tell(i.ShopperArrived("en"), i.LoyaltyPresented("ab12", "card"))


@RULES
def test_offers_and_points_reach_a_kind_only_where_it_is_let_in(rules: Exclusions, let_in: bool) -> None:  # noqa: FBT001
    lane = lane_of(rules).scan(TEA).scan(TEA).scan(TEA)
    basket = lane.state.transaction
    assert basket is not None
    assert any(line.modifiers for line in basket.live_lines) == let_in
    assert (lane.state.live.points.earned > 0) == let_in
    assert (lane.state.live.points.burnable_minor > 0) == let_in


@RULES
def test_a_coupon_takes_nothing_off_a_kind_that_is_kept_out(rules: Exclusions, let_in: bool) -> None:  # noqa: FBT001
    lane = lane_of(rules).scan(TEA).scan("OFFSAVE")
    assert [one.coupon.code for one in lane.happened(e.CouponAccepted)] == ["OFFSAVE"]
    basket = lane.state.transaction
    assert basket is not None
    assert any(line.modifiers for line in basket.live_lines) == let_in
    lane.scan(MILK)
    basket = lane.state.transaction
    assert basket is not None
    assert any(line.modifiers for line in basket.live_lines if line.item_id == "milk")
