"""The bagging area as shoppers and staff meet it: hints first, staff only where none helped, nobody accused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.decide import light
from kiosk.checkout.screen import BaggingView, BasketBody, StaffBody, TenderChoiceBody
from kiosk.checkout.text import Text, text
from kiosk.retail.item import ItemFlags
from kiosk.retail.offer import Gift, Offer, Scope
from kiosk.retail.policy import BaggingPolicy, RescanRules
from kiosk.retail.weight import Weight
from tests.support.lane import YOURS, HandLane, open_lane, replayed
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, TEA, BAG, GIFT = "8901234567890", "4006381333931", "5901234123457", "614141000036"
MILK_G, TEA_G = 1030, 420
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
STRICT, LENIENT, NONE = BaggingPolicy("strict"), BaggingPolicy("lenient"), RescanRules()


def shop(bagging: BaggingPolicy = STRICT, rescans: RescanRules = NONE) -> MemoryBook:
    book = small_shop(replace(bangladesh(), bagging=bagging, rescans=rescans))
    for item_id, grams in (("milk", MILK_G), ("tea", TEA_G), ("gift", 60)):
        book.items[item_id] = replace(book.items[item_id], expected_grams=grams, spread_grams=max(4, grams // 50))
    bag = book.items["bag"]
    book.items["bag"] = replace(bag, flags=replace(bag.flags, bag=True))
    return book


class BaggedLane(HandLane):
    """A lane with something on its bagging scale, that weighs ten times a second."""

    def __init__(self, book: MemoryBook | None = None) -> None:
        super().__init__(book or shop())
        self.load, self._reads = 0, 0

    def wait(self, milliseconds: int = 1_000) -> BaggedLane:
        """Time passes, and the scale weighs on."""
        for _ in range(milliseconds // 100):
            self.later(100)
            self._reads += 1
            self.tell(i.WeightRead(Weight(self.load, 0, "g"), True, self._reads, 0, "bagging"))  # noqa: FBT003
        return self

    def put(self, grams: int) -> BaggedLane:
        """Put something down (or take it up), and let it rest."""
        self.load += grams
        return self.wait()

    def bagged(self, gtin: str, grams: int) -> BaggedLane:
        """As a shopper does: scan, and bag."""
        self.scan(gtin)
        return self.put(grams)


@pytest.fixture
def lane() -> BaggedLane:
    return opened()


def opened(
    bagging: BaggingPolicy = STRICT, rescans: RescanRules = NONE, *, book: MemoryBook | None = None
) -> BaggedLane:
    made = BaggedLane(book or shop(bagging, rescans))
    ready = open_lane(made.book)
    made.state, made.journal, made.now_ms = ready.state, ready.journal, ready.now_ms
    made.tell(i.ShopperArrived("en"))
    return made.wait()


def told(lane: HandLane) -> Text | None:
    view = banner(lane)
    return view.says if view is not None else None


def banner(lane: HandLane) -> BaggingView | None:
    body = lane.screen.body
    return body.bagging if isinstance(body, BasketBody) else None


def said(lane: HandLane) -> str:
    text = told(lane)
    return text.message if text is not None else ""


def called(lane: HandLane) -> list[tuple[str, int]]:
    return [(r.reason, r.grams) for r in lane.state.interventions if r.kind == "bagging"]


def cleared(lane: HandLane) -> list[tuple[str, str]]:
    raised = {r.intervention for r in lane.happened(e.InterventionRaised) if r.kind == "bagging"}
    return [(c.outcome, c.by) for c in lane.happened(e.InterventionCleared) if c.intervention in raised]


def pays(lane: HandLane) -> bool:
    return isinstance(lane.screen.body, TenderChoiceBody)


# --- the usual visit -------------------------------------------------------------------------------------------------


def test_a_basket_that_is_bagged_as_it_is_scanned_meets_no_hint_and_no_staff(lane: BaggedLane) -> None:
    lane.bagged(MILK, 1041)
    lane.bagged(TEA, 414)
    lane.bagged(MILK, 1022)
    assert (said(lane), called(lane)) == ("", [])
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_a_thing_put_down_before_it_was_scanned_is_found_by_its_scan(lane: BaggedLane) -> None:
    lane.put(TEA_G)
    lane.scan(TEA)
    lane.wait()
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_what_was_put_down_after_the_first_touch_and_never_scanned_is_found(lane: BaggedLane) -> None:
    lane.put(700)
    lane.bagged(MILK, MILK_G)
    lane.wait(4_000)
    assert said(lane) == "bagging.unexpected"


def test_a_bag_may_be_told_of_before_the_first_scan(lane: BaggedLane) -> None:
    lane.tell(i.OwnBagPlaced())
    lane.put(350)
    lane.bagged(MILK, MILK_G)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_twelve_of_one_line_may_be_bagged_as_one_crate(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.tell(i.QuantityEntered(1, 12))
    lane.put(12 * MILK_G + 40)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_the_earlier_shopper_s_bags_may_leave_while_the_next_one_scans() -> None:
    lane = opened()
    lane.bagged(TEA, TEA_G)
    lane.put(0).tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    lane.put(4_000 - TEA_G)
    lane.scan(MILK)
    lane.put(-4_000)
    lane.put(MILK_G)
    lane.tell(i.CheckoutRequested())
    assert (said(lane), pays(lane)) == ("", True)


def test_with_the_mode_off_the_scale_says_nothing() -> None:
    lane = opened(BaggingPolicy("off"))
    lane.put(3_000)
    lane.scan(MILK)
    lane.wait(30_000)
    lane.tell(i.CheckoutRequested())
    assert (called(lane), pays(lane)) == ([], True)
    body = opened(BaggingPolicy("off")).screen.body
    assert isinstance(body, BasketBody)
    assert not body.weighs_bags


# --- hints first -----------------------------------------------------------------------------------------------------


def test_a_thing_that_was_scanned_and_not_bagged_is_asked_for_by_its_name_and_staff_stay_away(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.wait(2_000)
    assert said(lane) == ""
    lane.wait(20_000)
    hint = told(lane)
    assert hint is not None
    assert (hint.message, dict(hint.values)["item"]) == ("bagging.place", lane.book.items["milk"].names)
    assert called(lane) == []
    lane.put(MILK_G)
    assert said(lane) == ""


def test_what_was_not_scanned_is_hinted_at_first_and_then_a_matter_for_staff_that_holds_only_payment(
    lane: BaggedLane,
) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(4_000)
    assert (said(lane), called(lane)) == ("bagging.unexpected", [])
    lane.wait(12_000)
    assert called(lane) == [("unexpected", 700)]
    assert banner(lane) == BaggingView(text("bagging.unexpected"), with_staff=True), "no way out but staff's"
    assert [r.blocks for r in lane.state.interventions] == ["payment"]
    lane.bagged(TEA, TEA_G)
    assert len(lane.happened(e.LineAdded)) == 2
    lane.tell(i.CheckoutRequested())
    assert not pays(lane)


def test_staff_need_not_come_when_the_doubt_has_ended_by_itself(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(16_000)
    assert called(lane)
    assert lane.put(-700).state.interventions == ()
    assert cleared(lane) == [("withdrawn", "system")]


def test_a_child_that_leans_on_the_plate_is_nobody_s_business(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(6_000)
    lane.put(-6_000)
    assert (said(lane), called(lane)) == ("", [])


def test_another_thing_than_was_scanned_is_told_with_the_name_of_the_line(lane: BaggedLane) -> None:
    lane.scan(TEA)
    lane.put(1_900)
    lane.wait(4_000)
    view = banner(lane)
    assert view is not None
    assert (view.says.message, view.own_bag, view.skip) == ("bagging.mismatch", True, 1)
    lane.wait(12_000)
    raised = lane.state.interventions[0]
    assert (raised.reason, raised.line, raised.lines) == ("mismatch", 1, (1,))


def test_what_was_taken_away_is_asked_back(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.bagged(TEA, TEA_G)
    lane.put(-MILK_G - TEA_G)
    lane.wait(4_000)
    assert said(lane) == "bagging.removed"
    lane.put(MILK_G + TEA_G)
    assert said(lane) == ""


def test_one_thing_taken_away_again_is_asked_for_by_its_name(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(-MILK_G)
    lane.wait(4_000)
    assert said(lane) == "bagging.put_back"
    lane.put(MILK_G)
    assert said(lane) == ""


def test_a_voided_thing_is_to_be_taken_out_before_paying(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.bagged(TEA, TEA_G)
    lane.tell(i.LineVoidRequested(1))
    lane.wait()
    assert said(lane) == "bagging.take_out"
    lane.tell(i.CheckoutRequested())
    assert called(lane) == [("take_out", MILK_G)]
    lane.put(-MILK_G)
    assert (called(lane), pays(lane)) == ([], True)


# --- what the shopper says -------------------------------------------------------------------------------------------


def test_a_bag_of_one_s_own_may_be_told_of_before_or_after(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.tell(i.OwnBagPlaced())
    lane.put(350)
    lane.put(MILK_G)
    assert said(lane) == ""
    lane.put(280)
    lane.wait(4_000)
    assert said(lane) == "bagging.unexpected"
    lane.tell(i.OwnBagPlaced())
    assert said(lane) == ""


def test_a_carrier_bag_that_was_bought_is_expected(lane: BaggedLane) -> None:
    lane.scan(BAG)
    lane.put(22)
    lane.bagged(MILK, MILK_G)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


@pytest.mark.parametrize("bagged", [True, False])
def test_a_gift_may_be_bagged_or_left_and_leaves_the_bag_with_what_earned_it(*, bagged: bool) -> None:
    book = shop()
    book.offers = (Offer("cup", Scope(("tea",)), Gift("milk"), {"en": "Milk with tea"}),)
    lane = opened(book=book)
    lane.bagged(TEA, TEA_G)
    lane.put(MILK_G if bagged else 0)
    lane.tell(i.CheckoutRequested())
    assert (said(lane), pays(lane)) == ("", True)
    lane.tell(i.ViewRequested("basket"), i.LineVoidRequested(1))
    lane.put(-TEA_G)
    assert said(lane) == ("bagging.unexpected" if bagged else "")


@pytest.mark.parametrize("bagged", [True, False])
def test_what_is_too_bulky_for_the_area_may_lie_there_and_nobody_asks_for_it(*, bagged: bool) -> None:
    book = shop(replace(STRICT, skips=0))
    book.items["milk"] = replace(book.items["milk"], flags=ItemFlags(unbagged=True))
    lane = opened(book=book)
    lane.scan(MILK)
    lane.put(MILK_G if bagged else 0)
    lane.wait(20_000)
    lane.bagged(TEA, TEA_G)
    assert (said(lane), called(lane)) == ("", [])
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_a_bulky_thing_that_was_voided_and_still_lies_there_is_a_doubt() -> None:
    book = shop()
    book.items["milk"] = replace(book.items["milk"], flags=ItemFlags(unbagged=True))
    lane = opened(book=book)
    lane.bagged(MILK, MILK_G)
    lane.bagged(TEA, TEA_G)
    lane.tell(i.LineVoidRequested(1))
    lane.put(0)
    lane.tell(i.CheckoutRequested())
    assert not pays(lane)


def test_a_thing_may_stay_unbagged_a_few_times_and_then_staff_are_asked() -> None:
    lane = opened(replace(STRICT, skips=1))
    lane.scan(MILK)
    lane.wait(4_000)
    lane.tell(i.BaggingSkipped(1))
    assert said(lane) == ""
    lane.scan(TEA)
    lane.wait(4_000)
    lane.tell(i.BaggingSkipped(2))
    assert called(lane) == [("skip", -TEA_G)]
    lane.tell(STAFF, i.OperatorActed("approve", target=lane.state.interventions[0].intervention))
    lane.tell(i.OperatorSignedOut(), i.CheckoutRequested())
    assert pays(lane)


def test_more_own_bags_than_anybody_has_are_for_staff(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    for _ in range(lane.book.policy.bagging.own_bags):
        lane.tell(i.OwnBagPlaced())
        lane.put(300)
    assert said(lane) == ""
    lane.put(300)
    lane.tell(i.OwnBagPlaced())
    assert called(lane) == [("skip", 300)]


# --- paying ----------------------------------------------------------------------------------------------------------


def test_who_wants_to_pay_with_a_thing_unbagged_is_told_and_goes_on_by_itself_once_it_is_there(
    lane: BaggedLane,
) -> None:
    lane.scan(MILK)
    lane.wait(3_500)
    lane.tell(i.CheckoutRequested())
    notice = lane.screen.notice
    assert notice is not None
    assert (notice.text.message, said(lane), pays(lane)) == ("bagging.place", "bagging.place", False)
    lane.put(MILK_G)
    assert (pays(lane), called(lane)) == (True, [])


def test_a_thing_that_comes_to_rest_as_pay_is_pressed_costs_no_word(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.load += MILK_G
    lane.tell(i.CheckoutRequested())
    assert lane.screen.notice is None or lane.screen.notice.text.message != "bagging.place"
    lane.wait()
    assert pays(lane)


def test_who_goes_on_scanning_instead_is_not_taken_to_the_tenders(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.tell(i.CheckoutRequested())
    lane.scan(TEA)
    lane.put(MILK_G)
    lane.put(TEA_G)
    assert not pays(lane)


def test_lenient_does_not_ask_for_what_was_not_bagged() -> None:
    lane = opened(LENIENT)
    lane.scan(MILK)
    lane.wait(30_000)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_a_free_basket_is_not_completed_past_a_doubt_and_is_when_it_ends(lane: BaggedLane) -> None:
    lane.scan(GIFT)
    lane.tell(i.CheckoutRequested())
    assert lane.happened(e.TransactionCompleted) == []
    lane.put(60)
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_while_money_is_on_its_way_nobody_is_called(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    tender = lane.pay_by_card()
    lane.put(-MILK_G)
    lane.wait(30_000)
    assert called(lane) == []
    lane.approve(tender)
    assert len(lane.happened(e.TransactionCompleted)) == 1


# --- staff -----------------------------------------------------------------------------------------------------------


def test_staff_see_grams_and_let_it_pass(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(16_000)
    lane.tell(STAFF)
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    view = body.interventions[0]
    assert (view.text.message, dict(view.text.values)["grams"]) == ("intervention.bagging_unexpected", 700)
    lane.tell(i.OperatorActed("approve", target=view.intervention), i.OperatorSignedOut())
    lane.wait(20_000)
    assert (said(lane), called(lane), cleared(lane)) == ("", [], [("approved", "op1")])


def test_when_staff_do_not_let_it_pass_the_shopper_is_told_again_before_they_are_called_again(
    lane: BaggedLane,
) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(16_000)
    lane.tell(STAFF, i.OperatorActed("refuse", target=lane.state.interventions[0].intervention))
    lane.tell(i.OperatorSignedOut()).wait(5_000)  # type: ignore[attr-defined]  # a lane gives itself back
    assert (said(lane), called(lane)) == ("bagging.unexpected", [])
    lane.wait(12_000)
    assert called(lane) == [("unexpected", 700)]


def test_the_lane_light_is_amber_while_staff_are_wanted(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    assert light(lane.state).colour == "green"
    lane.put(700)
    lane.wait(16_000)
    assert light(lane.state).colour == "amber"
    lane.put(-700)
    assert light(lane.state).colour == "green"


# --- when the scale or the power goes --------------------------------------------------------------------------------


def test_without_the_scale_nobody_is_held_up_and_staff_see_that_it_is_lost(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(16_000)
    lane.tell(i.DeviceLost("bagging_scale", "cable"))
    assert (called(lane), cleared(lane)) == ([], [("withdrawn", "system")])
    assert lane.state.live.lost == (("bagging_scale", "cable"),)
    lane.scan(TEA)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_what_lies_there_when_the_scale_is_back_is_taken_as_right(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.tell(i.DeviceLost("bagging_scale", "cable"))
    lane.scan(TEA)
    lane.load += TEA_G
    lane.tell(i.DeviceBack("bagging_scale"))
    lane.wait(20_000)
    assert said(lane) == ""
    lane.bagged(MILK, MILK_G)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_a_scale_that_is_silent_says_nothing_of_what_lies_there(lane: BaggedLane) -> None:
    lane.scan(MILK)
    lane.tell(i.WeightRead(Weight(0, 0, "g"), False, 9_000, 1_000, "bagging", "stale"))  # noqa: FBT003
    lane.later(30_000).tell(i.CheckoutRequested())
    assert pays(lane)


def test_after_a_power_cut_what_lies_there_is_taken_as_right_and_the_call_is_withdrawn(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.put(700)
    lane.wait(16_000)
    assert called(lane)
    lane.power_cut()
    lane.wait()
    assert (called(lane), said(lane)) == ([], "")
    lane.bagged(TEA, TEA_G)
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_nothing_of_the_plate_is_journalled_but_calls_and_weights(lane: BaggedLane) -> None:
    before = len(lane.journal)
    lane.wait(10_000)
    assert len(lane.journal) == before
    lane.bagged(MILK, MILK_G)
    assert replace(replayed(lane.journal), live=lane.state.live) == lane.state


def test_a_basket_taken_up_again_owes_the_plate_nothing(lane: BaggedLane) -> None:
    lane.bagged(MILK, MILK_G)
    lane.tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
    lane.put(-MILK_G)
    lane.tell(STAFF, i.OperatorActed("resume_suspended"), YOURS, i.OperatorSignedOut())
    lane.wait(20_000)
    lane.tell(i.CheckoutRequested())
    assert (said(lane), pays(lane)) == ("", True)


# --- learning --------------------------------------------------------------------------------------------------------


def test_a_completed_sale_tells_what_single_pieces_weighed_and_nothing_else(lane: BaggedLane) -> None:
    lane.bagged(MILK, 1041)
    lane.bagged(TEA, 414)
    lane.scan(MILK, MILK)
    lane.put(2_050)
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.PiecesBagged) == [e.PiecesBagged((e.BaggedPiece("milk", 1041), e.BaggedPiece("tea", 414)))]


def test_a_sale_that_was_given_up_teaches_nothing(lane: BaggedLane) -> None:
    lane.bagged(MILK, 1041)
    lane.tell(STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
    assert lane.happened(e.PiecesBagged) == []


# --- rescans ---------------------------------------------------------------------------------------------------------


def test_a_basket_drawn_by_chance_waits_for_staff_once() -> None:
    lane = opened(BaggingPolicy(), RescanRules(per_1000=1_000))
    lane.scan(MILK)
    lane.tell(i.CheckoutRequested())
    raised = lane.state.interventions[0]
    assert (raised.kind, raised.blocks, pays(lane)) == ("rescan", "payment", False)
    lane.tell(STAFF, i.OperatorActed("approve", target=raised.intervention), i.OperatorSignedOut())
    lane.tell(i.CheckoutRequested())
    assert pays(lane)


def test_a_restart_is_no_second_lot_and_forgets_no_skip() -> None:
    lane = opened(LENIENT, RescanRules(per_1000_a_skip=1_000))
    lane.scan(MILK).tell(i.BaggingSkipped(1)).power_cut()
    assert lane.state.transaction is not None
    assert lane.state.transaction.unbagged == (1,)
    lane.tell(i.CheckoutRequested())
    assert [r.kind for r in lane.state.interventions] == ["rescan"]
    assert [(drawn.pieces, drawn.asked) for drawn in lane.happened(e.RescanDrawn)] == [(1, True)]
    lane.power_cut().tell(i.CheckoutRequested())
    assert len(lane.happened(e.RescanDrawn)) == 1


def test_a_basket_that_has_grown_is_drawn_again() -> None:
    lane = opened(BaggingPolicy(), RescanRules(per_1000=1_000))
    lane.scan(MILK).tell(i.CheckoutRequested(), STAFF)
    lane.tell(i.OperatorActed("approve", target=lane.state.interventions[0].intervention), i.OperatorSignedOut())
    lane.scan(TEA).tell(i.CheckoutRequested())
    assert [r.kind for r in lane.state.interventions] == ["rescan"]


@pytest.mark.parametrize(
    ("rules", "drawn"),
    [
        (RescanRules(), False),
        (RescanRules(per_1000_a_void=1_000), True),
        (RescanRules(per_1000_a_skip=1_000), True),
        (RescanRules(per_1000_unweighed=1_000), True),
    ],
)
def test_voids_skips_and_a_scale_that_was_away_make_a_rescan_likelier(rules: RescanRules, *, drawn: bool) -> None:
    lane = opened(STRICT, rules)
    lane.scan(MILK)
    lane.wait(4_000)
    lane.tell(i.BaggingSkipped(1))
    lane.scan(TEA)
    lane.tell(i.LineVoidRequested(2), i.DeviceLost("bagging_scale", "cable"), i.CheckoutRequested())
    assert [r.kind for r in lane.state.interventions] == (["rescan"] if drawn else [])


def test_the_same_moment_draws_the_same_lot() -> None:
    shares = [0, 250, 500, 1_000]
    drawn = []
    for share in shares:
        lane = opened(BaggingPolicy(), RescanRules(per_1000=share))
        lane.scan(MILK).tell(i.CheckoutRequested())
        drawn.append(bool(lane.state.interventions))
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[-1]) == (False, True)
