"""What a finger does on each screen, by real touch events, and what the screen then asks of the kiosk."""

from __future__ import annotations

import io
from dataclasses import replace
from operator import attrgetter
from typing import Any

import pytest
from kivy.tests.common import UnitTestTouch
from PIL import Image

from kiosk.checkout import inputs as i
from kiosk.checkout.screen import Notice, QuantityBody, Screen, StaffBody
from kiosk.checkout.text import text
from kiosk.retail.weight import Weight
from tests.support.screens import BASKET, LINES, OFFER, TOTALS, bdt, chrome, screen
from tests.ui.conftest import Shopper, buttons, frames, middle, within
from ui.screens.cash_pad import CashPad
from ui.widgets.button import PushButton
from ui.widgets.coupon_row import CouponRow
from ui.widgets.item_tile import ItemTile
from ui.widgets.plate_frames import PlateFrames
from ui.widgets.sheet import Sheet


def tiles(root: Any) -> dict[str, ItemTile]:  # noqa: ANN401 - any widget
    return {part.tile.item_id: part for part in within(root) if isinstance(part, ItemTile) and part.tile is not None}


@pytest.mark.parametrize(
    ("name", "part", "expected"),
    [
        ("basket", "pay", i.CheckoutRequested()),
        ("basket", "look_up", i.ViewRequested("look_up")),
        ("basket", "loyalty", i.ViewRequested("loyalty")),
        ("basket_weighs_bags", "own_bag", i.OwnBagPlaced()),
        ("basket_bag_place", "bagging.skip", i.BaggingSkipped(1)),
        ("basket_bag_unexpected", "bagging.own_bag", i.OwnBagPlaced()),
        ("look_up", "back", i.ViewRequested("basket")),
        ("weigh_stable", "confirm", i.WeighConfirmed("banana", Weight(1250, -3, "kg"), bdt(15000))),
        ("weigh_stable", "cancel", i.ViewRequested("basket")),
        ("quantity", "remove", i.LineVoidRequested(3)),
        ("quantity", "back", i.ViewRequested("basket")),
        ("loyalty", "skip", i.ViewRequested("basket")),
        ("basket_types_codes", "code", i.ViewRequested("coupon")),
        ("coupon_code", "back", i.ViewRequested("basket")),
        ("tender_choice_buyer", "buyer", i.ViewRequested("buyer")),
        ("tender_choice_buyer_must", "buyer", i.ViewRequested("buyer")),
        ("buyer_figures", "back", i.ViewRequested("tender_choice")),
        ("buyer_given", "without", i.BuyerTyped("")),
        ("tender_choice", "back", i.ViewRequested("basket")),
        ("card_present", "cancel", i.PaymentCancelled()),
        ("cash", "cancel", i.PaymentCancelled()),
        ("staff_sign_in", "back", i.ViewRequested("basket")),
        ("staff", "sign_out", i.OperatorSignedOut()),
        ("staff", "basket", i.ViewRequested("basket")),
        ("out_of_service", "staff", i.ViewRequested("staff_sign_in")),
        ("attract", "help", i.HelpPressed()),
        ("attract", "staff", i.ViewRequested("staff_sign_in")),
    ],
)
def test_a_button_asks_for_what_it_says(shopper: Shopper, name: str, part: str, expected: i.Touch) -> None:
    view = shopper.sees(screen(name, "en"))
    shopper.touches(attrgetter(part)(view))
    assert shopper.submitted == [expected]


@pytest.mark.parametrize(
    ("name", "part"), [("basket_empty", "pay"), ("weigh_motion", "confirm"), ("quantity", "set"), ("loyalty", "send")]
)
def test_what_may_not_be_pressed_asks_for_nothing(shopper: Shopper, name: str, part: str) -> None:
    view = shopper.sees(screen(name, "en"))
    shopper.touches(getattr(view, part))
    assert shopper.submitted == []


def test_each_language_begins_in_its_own(shopper: Shopper) -> None:
    view = shopper.sees(screen("attract", "bn"))
    for language in ("en", "pt_BR", "bn"):
        shopper.touches(view.languages[language])
    assert shopper.submitted == [i.ShopperArrived("en"), i.ShopperArrived("pt_BR"), i.ShopperArrived("bn")]


def test_a_touch_anywhere_on_the_picture_begins(shopper: Shopper) -> None:
    shopper.sees(screen("attract", "bn"))
    shopper.touches_at(900, 400)
    assert shopper.submitted == [i.ShopperArrived("bn")]


def test_one_more_and_one_less_change_the_quantity_and_the_last_one_goes(shopper: Shopper) -> None:
    view = shopper.sees(Screen(chrome("en"), replace(BASKET, lines=(LINES[0], LINES[4]))))
    first, milk = view.lines.row(1), view.lines.row(5)
    shopper.touches(milk.stepper.more)
    shopper.touches(milk.stepper.less)
    shopper.touches(milk.stepper.number)
    shopper.touches(first.stepper.less)
    assert shopper.submitted == [
        i.QuantityEntered(5, 13),
        i.QuantityEntered(5, 11),
        i.ViewRequested("quantity", 5),
        i.LineVoidRequested(1),
    ]


def test_a_weighed_line_has_no_plus_and_minus_but_can_be_voided(shopper: Shopper) -> None:
    view = shopper.sees(Screen(chrome("en"), replace(BASKET, lines=LINES[:2])))
    carrots = view.lines.row(2)
    assert carrots.stepper.parent is None
    shopper.touches(carrots.void)
    assert shopper.submitted == [i.LineVoidRequested(2)]


def test_a_coupon_is_taken_off_and_a_gift_has_nothing_to_touch(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket_coupons", "en"))
    rows = [part for part in within(view) if isinstance(part, CouponRow)]
    bins = [row.take_off for row in rows if row.take_off.parent is not None]
    assert (len(rows), len(bins)) == (3, 2)
    shopper.touches(max(bins, key=lambda button: button.y))
    assert shopper.submitted == [i.CouponReturnRequested("KPSPRING")]


def test_a_button_shows_the_finger_before_it_is_lifted(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    touch = UnitTestTouch(*middle(view.pay.area))
    touch.touch_down()
    assert view.pay.down
    assert shopper.submitted == []
    touch.touch_up()
    frames()
    assert not view.pay.down


def test_a_finger_that_slides_off_presses_nothing(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    shopper.drags(middle(view.pay.area), (200, 400))
    assert shopper.submitted == []


def test_two_touches_for_one_finger_press_once(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    one, two = UnitTestTouch(*middle(view.pay.area)), UnitTestTouch(*middle(view.pay.area))
    one.touch_down()
    two.touch_down()
    one.touch_up()
    two.touch_up()
    assert shopper.submitted == [i.CheckoutRequested()]


def test_the_latest_line_is_in_sight_and_a_drag_brings_back_the_first(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    assert view.lines.row(5) is not None
    assert view.lines.row(1) is None
    x, y = middle(view.lines.area)
    shopper.drags((x, y), (x, y - 500))
    assert view.lines.row(1) is not None
    assert shopper.submitted == []


def test_a_drag_that_begins_on_a_button_scrolls_and_presses_nothing(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    x, y = middle(view.lines.row(5).stepper.more.area)
    shopper.drags((x, y), (x, y + 12))
    shopper.submitted.clear()
    shopper.drags((x, y), (x, y - 300))
    assert shopper.submitted == []
    assert view.lines.row(1) is not None


def test_four_hundred_lines_build_only_the_rows_in_sight(shopper: Shopper) -> None:
    lines = tuple(replace(LINES[0], line=number, latest=number == 400) for number in range(1, 401))
    view = shopper.sees(Screen(chrome("en"), replace(BASKET, lines=lines)))
    alive = [number for number in range(1, 401) if view.lines.row(number) is not None]
    assert alive[-1] == 400
    assert len(alive) < 12


def test_twelve_typed_is_twelve_asked_for(shopper: Shopper) -> None:
    view = shopper.sees(screen("quantity", "bn"))
    for key in ("1", "2", "2", "back"):
        shopper.touches(view.keypad.keys[key])
    shopper.touches(view.set)
    assert shopper.submitted == [i.QuantityEntered(3, 12)]


def test_more_than_the_most_cannot_be_asked_for(shopper: Shopper) -> None:
    view = shopper.sees(Screen(chrome("en"), QuantityBody(LINES[2], 20)))
    for key in ("2", "1"):
        shopper.touches(view.keypad.keys[key])
    assert not view.set.enabled


def test_bengali_keys_bear_bengali_digits(shopper: Shopper) -> None:
    view = shopper.sees(screen("quantity", "bn"))
    assert [view.keypad.keys[key].words for key in "190"] == ["১", "৯", "০"]


def test_a_typed_phone_number_is_sent_and_forgotten(shopper: Shopper) -> None:
    view = shopper.sees(screen("loyalty", "bn"))
    for key in "01712345678":
        shopper.touches(view.keypad.keys[key])
    shopper.touches(view.send)
    shopper.sees(screen("basket", "bn"))
    assert shopper.submitted == [i.PhoneTyped("01712345678")]
    assert view.keypad.entry == ""
    assert view.field.entry == ""


def test_a_pin_is_never_shown_and_sent_once(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_sign_in", "en"))
    for key in "4711":
        shopper.touches(view.keypad.keys[key])
    assert view.field._words.text == "••••"
    shopper.touches(view.send)
    assert shopper.submitted == [i.PinTyped("4711")]
    assert view.keypad.entry == ""


def test_a_tile_is_chosen(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "en"))
    shopper.touches(tiles(view)["mango"])
    assert shopper.submitted == [i.ItemChosen("mango")]


@pytest.mark.parametrize(
    ("language", "keys", "found"),
    [
        ("bn", ["ক", "ল", "া"], {"banana"}),
        ("bn", ["latn", "s", "a", "g", "o", "r"], {"banana"}),
        ("en", ["b", "a", "n", "a", "n"], {"banana"}),
        ("en", ["beng", "ড", "া", "ব"], {"coconut"}),
        ("pt_BR", ["digits", "4", "0", "5"], {"mango"}),
    ],
)
def test_items_are_found_while_typing_in_any_script(
    shopper: Shopper, language: str, keys: list[str], found: set[str]
) -> None:
    view = shopper.sees(screen("look_up", language))
    shopper.touches(view.field)
    for key in keys:
        shopper.touches(view.keyboard.keys[key])
    assert set(tiles(view)) == found


def test_the_first_bengali_row_knows_signs_from_vowels(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "bn"))
    shopper.touches(view.field)
    keyboard = view.keyboard
    for key in ("া", "দ", "vowels", "ী", "ক", "া"):  # আ, দ, then a whole ঈ after the consonant, then কা
        shopper.touches(keyboard.keys[key])
    assert keyboard.entry == "আদঈকা"


def test_a_department_shows_its_items(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "en"))
    shopper.touches(view.shelves["bakery"])
    assert set(tiles(view)) == {"bread", "tea"}


def test_what_the_camera_suggests_comes_first_and_is_marked(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up_suggested", "en"))
    drawn = [part for part in within(view) if isinstance(part, ItemTile) and part.tile is not None]
    first = sorted(drawn, key=lambda part: (-part.area.y, part.area.x))[:3]
    assert [(part.tile and part.tile.item_id, part.suggested) for part in first] == [
        ("mango", True),
        ("coconut", True),
        ("banana", False),
    ]
    shopper.touches(first[1])
    assert shopper.submitted == [i.ItemChosen("coconut")]


def test_a_row_that_is_drawn_anew_without_suggestions_has_no_room_for_them(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up_suggested", "en"))
    marked = tiles(view)["mango"]
    shopper.touches(view.shelves["bakery"])
    plain = tiles(view)["bread"]
    assert plain.area == marked.area  # the same place, and here the same widget
    assert plain._badge.parent is None
    assert plain._picture.area.top(1)[0].y > plain._badge.area.y


def test_the_list_waits_for_the_camera_and_is_then_drawn_once(shopper: Shopper) -> None:
    assert tiles(shopper.sees(screen("look_up_asking", "en"))) == {}
    view = shopper.sees(screen("look_up_suggested", "en"))
    assert {item for item, tile in tiles(view).items() if tile.suggested} == {"mango", "coconut"}
    before = {item: tile.area for item, tile in tiles(view).items()}
    view = shopper.sees(screen("look_up", "en"))
    assert {item: tile.area for item, tile in tiles(view).items()} == before


def test_who_does_not_wait_for_the_camera_gets_a_list_that_stays(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up_asking", "en"))
    shopper.touches(view.shelves["fruit"])
    before = {item: tile.area for item, tile in tiles(view).items()}
    assert before
    view = shopper.sees(screen("look_up_suggested", "en"))
    assert {item: tile.area for item, tile in tiles(view).items()} == before
    assert not any(tile.suggested for tile in tiles(view).values())


def test_a_search_has_no_suggestions(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up_suggested", "en"))
    shopper.touches(view.field)
    for key in "mango":
        shopper.touches(view.keyboard.keys[key])
    assert {item: tile.suggested for item, tile in tiles(view).items()} == {"mango": False}


def test_nothing_found_is_said(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "en"))
    shopper.touches(view.field)
    for key in "zzz":
        shopper.touches(view.keyboard.keys[key])
    assert "zzz" in view._nothing.text
    assert view._nothing.parent is view


def test_the_next_shopper_finds_an_empty_search(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "en"))
    shopper.touches(view.field)
    shopper.touches(view.keyboard.keys["t"])
    shopper.sees(screen("basket", "en"))
    view = shopper.sees(screen("look_up", "en"))
    assert view.keyboard.entry == ""
    assert view.field.entry == ""


def test_each_way_to_pay_is_chosen_by_its_tile_unless_it_is_out_of_use(shopper: Shopper) -> None:
    view = shopper.sees(screen("tender_choice", "en"))
    for tender in ("card", "bkash", "cash", "voucher"):
        shopper.touches(view.tiles[tender])
    view = shopper.sees(screen("tender_choice_lost", "en"))
    shopper.touches(view.tiles["card"])
    shopper.touches(view.tiles["cash"])
    asked = [touch.tender_id for touch in shopper.submitted if isinstance(touch, i.TenderChosen)]
    assert asked == ["card", "bkash", "cash", "voucher", "cash"]


def test_a_receipt_or_none(shopper: Shopper) -> None:
    view = shopper.sees(screen("receipt_choice", "en"))
    shopper.touches(view.choices["none"])
    shopper.touches(view.choices["paper"])
    assert shopper.submitted == [i.ReceiptChosen("none"), i.ReceiptChosen("paper")]


def test_still_there_is_answered_and_nothing_behind_it_can_be_touched(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket_leaving", "en"))
    shopper.touches(view.pay)
    assert shopper.submitted == []
    shopper.touches(buttons(shopper.stage.still_there)["I am still here"])
    assert (shopper.submitted, shopper.lingered) == ([], 2)


def test_a_finger_that_asks_for_nothing_is_told_so_that_nobody_seems_to_have_left(shopper: Shopper) -> None:
    view = shopper.sees(screen("look_up", "en"))
    shopper.touches(view.field)
    for key in "tea":
        shopper.touches(view.keyboard.keys[key])
    assert (shopper.submitted, shopper.lingered) == ([], 4)
    shopper.touches(view.back)
    assert (shopper.submitted, shopper.lingered) == ([i.ViewRequested("basket")], 4)


def test_the_header_changes_language_text_contrast_and_calls_help(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "bn", large_text=True))
    header = shopper.stage.header
    assert header is not None
    shopper.touches(header.text_size)
    shopper.touches(header.contrast)
    shopper.touches(header.help)
    shopper.touches(header.brand)
    shopper.touches(header.language)
    shopper.touches(buttons(shopper.stage.sheet)["English"])
    assert shopper.submitted == [
        i.AccessibilityChosen(large_text=False, high_contrast=False),
        i.AccessibilityChosen(large_text=True, high_contrast=True),
        i.HelpPressed(),
        i.ViewRequested("staff_sign_in"),
        i.LanguageChosen("en"),
    ]


def test_staff_approve_refuse_and_void(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff", "en"))
    waiting = view.list.row("i1")
    shopper.touches(waiting.answers[0])
    shopper.touches(waiting.answers[1])
    shopper.touches(view.list.row(1).void)
    assert shopper.submitted == [
        i.OperatorActed("approve", "i1"),
        i.OperatorActed("refuse", "i1"),
        i.OperatorActed("void_line", line=1),
    ]


def test_a_shopper_says_which_one_it_is_by_its_picture(shopper: Shopper) -> None:
    view = shopper.sees(screen("weigh_which", "en"))
    offered = tiles(view.question)
    shopper.touches(offered["plantain"])
    shopper.touches(offered["banana"])
    assert shopper.submitted == [
        i.ItemChosen("plantain"),
        i.WeighConfirmed("banana", Weight(1250, -3, "kg"), bdt(15000)),
    ]
    view = shopper.sees(screen("weigh_stable", "en"))
    assert view.question is None


def test_staff_look_at_the_pictures_that_are_kept_of_a_call(shopper: Shopper) -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (48, 32), (0, 160, 0)).save(jpeg, "JPEG")
    plain = screen("staff", "en")
    assert isinstance(plain.body, StaffBody)
    asked = replace(plain.body.interventions[0], frames=2)
    view = shopper.sees(replace(plain, body=replace(plain.body, interventions=(asked,))))
    shopper.touches(view.list.row("i1").answers[-1])
    (kept,) = (part for part in within(view.question) if isinstance(part, PlateFrames))
    assert kept.textures == []
    assert buttons(view.question).keys() == {"Back"}
    back = PushButton(view.kit, "", lambda: None)
    kept = PlateFrames(view.kit, (b"no picture", jpeg.getvalue()), back)
    assert [texture.size for texture in kept.textures] == [(48, 32)]


def test_staff_say_what_they_went_by_before_an_age_is_approved(shopper: Shopper) -> None:
    plain = screen("staff", "en")
    assert isinstance(plain.body, StaffBody)
    asked = replace(plain.body.interventions[0], proofs=("looked", "document"), source="Act 1")
    view = shopper.sees(replace(plain, body=replace(plain.body, interventions=(asked,))))
    shopper.touches(view.list.row("i1").answers[0])
    assert shopper.submitted == []
    shopper.touches(buttons(view.question)["I saw a document"])
    assert shopper.submitted == [i.OperatorActed("approve", "i1", reason="document")]


def test_cancelling_a_basket_is_asked_twice(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff", "en"))
    shopper.touches(view.acts["cancel_transaction"])
    assert [type(part) for part in within(view)].count(Sheet) == 1
    shopper.touches(buttons(view.question)["Back"])
    assert [type(part) for part in within(view)].count(Sheet) == 0
    assert shopper.submitted == []
    shopper.touches(view.acts["cancel_transaction"])
    shopper.touches(buttons(view.question)["Cancel basket"])
    assert shopper.submitted == [i.OperatorActed("cancel_transaction")]


@pytest.mark.parametrize(("typed", "received"), [("", 213600), ("220000", 220000)])
def test_cash_is_typed_or_taken_exactly(shopper: Shopper, typed: str, received: int) -> None:
    view = shopper.sees(screen("staff_cash", "en"))
    shopper.touches(view.list.row("i3").answers[0])
    assert isinstance(view.question, CashPad)
    for key in typed:
        shopper.touches(view.question.keypad.keys[key])
    shopper.touches(view.question.take)
    assert shopper.submitted == [i.OperatorActed("cash_received", "i3", amount=bdt(received))]


def test_equal_screens_draw_equal_pictures(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "en"))
    before = shopper.shoots("equal-before").tobytes()
    shopper.sees(screen("thanks_failed", "en"))
    shopper.sees(screen("basket", "en"))
    assert shopper.shoots("equal-after").tobytes() == before


def test_another_language_in_mid_basket_says_everything_anew(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "bn"))
    view = shopper.sees(screen("basket", "pt_BR"))
    assert view.pay.words == "Pagar"


def test_scans_are_drawn_in_their_order_and_the_latest_wins(shopper: Shopper) -> None:
    for count in range(1, 6):
        lines = tuple(replace(line, latest=line.line == count) for line in LINES[:count])
        view = shopper.sees(Screen(chrome("en"), replace(BASKET, lines=lines)))
        rows = [number for number in range(1, 6) if view.lines.row(number) is not None]
        tops = [view.lines.row(number).top for number in rows]
        assert view.lines.row(count).line.latest
        assert tops == sorted(tops, reverse=True)


def test_a_notice_comes_and_goes(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "en", notice=Notice(text("code.unknown"), "warning", "refusal")))
    assert shopper.stage.notice is not None
    assert shopper.stage.notice.said == "We do not know this item. Try another, or call staff."
    shopper.sees(screen("basket", "en"))
    assert shopper.stage.notice.parent is None


def test_help_called_is_said_until_it_is_withdrawn(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "en", help_called=True))
    assert shopper.stage.notice is not None
    assert shopper.stage.notice.parent is not None
    shopper.sees(screen("basket", "en"))
    assert shopper.stage.notice.parent is None


# --- offers -------------------------------------------------------------------------------------------------------


def test_plus_on_a_hint_takes_it(shopper: Shopper) -> None:
    for name in ("basket_hint_free", "basket_hint_less"):
        view = shopper.sees(screen(name, "en"))
        shopper.touches(view.offer.plus)
    assert shopper.submitted == [i.QuantityEntered(5, 13), i.ItemChosen("tea")]


def test_what_must_be_scanned_cannot_be_touched(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket_hint_more", "en"))
    assert view.offer.plus.parent is None
    shopper.touches(view.offer)
    assert shopper.submitted == []


def test_a_hint_goes_with_the_basket_it_was_about(shopper: Shopper) -> None:
    assert shopper.sees(screen("basket_hint_free", "en")).offer.parent is not None
    assert shopper.sees(screen("basket", "en")).offer.parent is None


def test_a_touch_on_what_is_saved_lists_it_by_offer_and_another_puts_the_list_away(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    shopper.touches(view._totals.savings)
    assert view.explained.offers.row(0) is not None
    shopper.touches(view.pay)
    assert view.explained is not None
    shopper.touches(view.explained.back)
    assert (view.explained, shopper.submitted) == (None, [])


def test_the_list_of_savings_follows_the_basket(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    shopper.touches(view._totals.savings)
    shopper.sees(Screen(chrome("en"), replace(BASKET, totals=replace(TOTALS, savings=((OFFER, bdt(5)),) * 2))))
    assert view.explained.offers.row(1) is not None
    shopper.sees(Screen(chrome("en"), replace(BASKET, totals=replace(TOTALS, savings=(), discount=bdt(0)))))
    assert (view.explained, view._totals.savings.parent) == (None, None)


def test_the_list_of_savings_is_gone_when_the_shopper_comes_back(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket", "en"))
    shopper.touches(view._totals.savings)
    shopper.sees(screen("quantity", "en"))
    assert shopper.sees(screen("basket", "en")).explained is None


def test_points_are_chosen_in_steps_from_the_most_down_to_the_least_and_taken_back(shopper: Shopper) -> None:
    view = shopper.sees(screen("tender_choice_points", "en"))
    shopper.touches(view.points.more)
    shopper.touches(view.points.use)
    for _ in range(30):
        shopper.touches(view.points.less)
    shopper.touches(view.points.use)
    view = shopper.sees(screen("tender_choice_points_used", "en"))
    shopper.touches(view.points.undo)
    assert shopper.submitted == [
        i.TenderChosen("points", 12_000), i.TenderChosen("points", 500), i.TenderChosen("points", 0),
    ]  # fmt: skip


def test_whoever_does_not_want_to_wait_for_points_goes_on_without(shopper: Shopper) -> None:
    view = shopper.sees(screen("points", "en"))
    shopper.touches(view.without)
    assert shopper.submitted == [i.PaymentCancelled()]


def test_a_code_is_typed_mended_and_sent_and_is_gone_when_the_next_shopper_comes(shopper: Shopper) -> None:
    view = shopper.sees(screen("coupon_code", "bn"))
    shopper.touches(view.send)
    for key in ("W", "3", "-", "X"):
        shopper.touches(view.keys.keys[key])
    shopper.touches(view.keys.back)
    shopper.touches(view.send)
    assert shopper.submitted == [i.CouponPresented("W3-")]
    shopper.sees(screen("basket", "bn"))
    assert shopper.sees(screen("coupon_code", "bn")).field.entry == ""


@pytest.mark.parametrize("name", ["coupon_code_busy", "coupon_code_staff"])
def test_no_code_is_sent_while_one_is_checked_or_staff_must(shopper: Shopper, name: str) -> None:
    view = shopper.sees(screen(name, "en"))
    shopper.touches(view.keys.keys["A"])
    shopper.touches(view.send)
    assert shopper.submitted == []


def test_a_buyer_s_number_is_typed_on_the_keys_it_needs_and_left_nowhere(shopper: Shopper) -> None:
    view = shopper.sees(screen("buyer_figures", "bn"))
    for key in "000123456":
        shopper.touches(view.keypad.keys[key])
    shopper.touches(view.send)
    view = shopper.sees(screen("buyer_letters", "en"))
    for key in "12ABC34501":
        shopper.touches(view.letters.keys[key])
    shopper.touches(view.send)
    assert shopper.submitted == [i.BuyerTyped("000123456"), i.BuyerTyped("12ABC34501")]
    shopper.sees(screen("basket", "en"))
    assert shopper.sees(screen("buyer_letters", "en")).field.entry == ""
