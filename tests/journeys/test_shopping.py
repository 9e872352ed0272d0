"""Shopping: what is scanned, weighed, counted, taken off again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.codes.labels import LabelPattern
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.occasion import Hours
from kiosk.retail.offer import Offer, PercentOffEach, Scope
from kiosk.retail.policy import CodeRules, Policy
from kiosk.retail.restrictions import Restrictions, Rule
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import BLADES, MILK, MYSTERY, RECALLED, TEA, WINE, Scale, Scanner, Shop, Staff, Terminal
from tests.support.shop import MemoryBook


def test_scan_ten_items_pay_by_card_paper_receipt(
    shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal
) -> None:
    shopper.sees("Scan your shopping here")
    for each in range(10):
        scanner.scans((MILK, TEA)[each % 2])
        shop.waits(2)
    shopper.sees("10 items")
    shopper.touches("Pay")
    shopper.touches("Card")
    shopper.sees("Tap, insert or swipe your card")
    terminal.taps()
    shopper.sees("Thank you!", "Your receipt is printed")
    assert len(shop.papers()) == 1
    assert terminal.charged() == shop.sold()


def test_scan_the_same_item_three_times_one_line_of_three(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    for _ in range(3):
        scanner.scans(MILK)
        shop.waits(2)
    shopper.sees_line("Milk 1 l", "3", "৳285.00")
    shopper.sees("3 items")
    assert len(shop.happened(e.LineAdded)) == 1


def test_set_quantity_12(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("1")
    shopper.sees("How many?")
    shopper.types("12")
    shopper.touches("Set quantity")
    shopper.sees_line("Milk 1 l", "12", "1,140.00")


def test_two_codes_on_one_pack_ring_once(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK, f"https://id.gs1.org/01/0{MILK}")
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    shopper.sees("2 items")


def test_unknown_code_clear_message_next_scan_works(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans("4012345678901")
    shopper.sees("We do not know this item. Try another, or call staff.")
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.sees_no("We do not know this item")


@pytest.mark.parametrize(
    "code",
    ["AB12345678", "WIFI:S:shop;T:WPA;P:secret;;", "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100"],
)
def test_code_of_a_banknote_a_ticket_a_wifi_qr_politely_refused(
    shop: Shop, shopper: Shopper, scanner: Scanner, code: str
) -> None:
    scanner.scans(code)
    shopper.sees("This code is not a product. Please scan the barcode on the pack.")
    assert not any("secret" in words for words in shopper.reads())
    assert not shop.happened(e.LineAdded)


def test_scan_while_a_dialogue_is_open(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    shopper.touches("English")
    shopper.sees("Português")
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    shopper.touches("English")
    shopper.sees("2 items")


def test_scan_faster_than_the_screen_draws_none_lost_order_kept(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK, TEA, RECALLED, MILK, TEA, WINE, MILK, TEA)
    shopper.sees("8 items")
    rung = [line.item.item_id for line in shop.happened(e.LineAdded)]
    assert rung == ["milk", "tea", "infant", "wine"]


def test_weigh_bananas_by_picture(shop: Shop, shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Bananas")
    shopper.sees("Put it on the scale")
    scale.bears(1250)
    shopper.sees("1.250 kg", "৳150.00")
    shopper.touches("Add to basket")
    shopper.sees_screen(s.BasketBody)
    shopper.sees_line("Bananas", "৳150.00")
    assert shop.happened(e.LineAdded)[0].item.weight.value == 1250


def test_weigh_bananas_by_search_in_bengali(shopper: Shopper, scale: Scale) -> None:
    shopper.touches("বাংলা")
    shopper.touches("বারকোড নেই?")
    shopper.touches("নাম বা নম্বর")
    shopper.types("কলা")
    shopper.touches("কলা")
    scale.bears(500)
    shopper.sees("০.৫০০")
    shopper.touches("ঝুড়িতে যোগ করুন")
    shopper.sees_line("কলা", "৬০.০০")


def test_weigh_bananas_by_search_in_latin_letters(shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Name or number")
    shopper.types("banan")
    shopper.touches("Bananas")
    scale.bears(500)
    shopper.touches("Add to basket")
    shopper.sees_line("Bananas", "৳60.00")


def test_weigh_bananas_by_plu(shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Name or number")
    shopper.presses_key("digits")
    shopper.types("4011")
    shopper.touches("Bananas")
    scale.bears(500)
    shopper.touches("Add to basket")
    shopper.sees_line("Bananas", "৳60.00")


def test_weigh_bananas_by_camera_suggestion(shop: Shop, shopper: Shopper, scale: Scale) -> None:
    shop.camera.turn("lay", produce="4011,4022")
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.sees("Camera suggestion")
    shopper.touches("Bananas")
    scale.bears(1000)
    shopper.touches("Add to basket")
    shopper.sees_line("Bananas", "৳120.00")


def test_weight_not_stable_wait_then_price(shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Bananas")
    scale.turn("jitter", on=True)
    scale.bears(1250)
    shopper.sees("Weighing… hold still")
    shopper.cannot_touch("Add to basket")
    scale.turn("jitter", on=False)
    shopper.sees("৳150.00")
    shopper.touches("Add to basket")
    shopper.sees_line("Bananas", "৳150.00")


def test_lift_the_fruit_before_the_price_nothing_added(shop: Shop, shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Bananas")
    scale.bears(1250)
    shopper.sees("৳150.00")
    scale.is_empty()
    shopper.cannot_touch("Add to basket")
    shopper.sees_no("৳150.00")
    shopper.touches("Cancel")
    shopper.sees("Your basket is empty")
    assert not shop.happened(e.LineAdded)


def test_tare_for_a_bag(shopper: Shopper, scale: Scale) -> None:
    shopper.touches("English")
    shopper.touches("No barcode?")
    shopper.touches("Grapes")
    scale.bears(1012)
    shopper.sees("packaging 12 g · Net weight 1.000 kg", "৳380.00")
    shopper.touches("Add to basket")
    shopper.sees_line("Grapes", "packaging 12 g", "৳380.00")


def test_item_without_a_price_intervention_shopper_goes_on(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner
) -> None:
    scanner.scans(MYSTERY)
    shopper.sees("Unpriced has no price yet. Staff are coming; please go on.", "Staff will tell the price")
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.judges("An item has no price", "Refuse")
    shopper.sees_no("Unpriced", "Staff will tell the price")
    shopper.touches("Pay")
    shopper.sees_screen(s.TenderChoiceBody)
    assert [each.kind for each in shop.happened(e.InterventionRaised)] == ["no_price"]


def test_void_the_last_line(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(TEA, MILK)
    shopper.sees("2 items")
    shopper.touches_icon("bin", beside="Milk 1 l")
    shopper.sees_no("Milk 1 l")
    shopper.sees("1 item")
    assert [voided.by for voided in shop.happened(e.LineVoided)] == ["shopper"]


def test_void_one_in_the_middle(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(TEA, MILK, RECALLED)
    shopper.sees("3 items")
    shopper.touches_icon("bin", beside="Milk 1 l")
    shopper.sees_no("Milk 1 l")
    shopper.sees("Tea 400 g", "Infant milk", "2 items")
    shopper.sees("৳1,400.00")


def test_change_language_in_mid_basket(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.sees("Milk 1 l", "৳95.00")
    shopper.touches("English")
    shopper.touches("বাংলা")
    shopper.sees("দুধ ১ লিটার", "৯৫.০০")
    shopper.sees_no("Milk 1 l")
    shopper.touches("বাংলা")
    shopper.touches("Português")
    shopper.sees("Leite 1 l", "95,00", "Mercado Verde")


def test_large_text_in_mid_basket(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("Large text")
    shopper.sees("Milk 1 l", "৳95.00")
    shopper.touches("Normal text")
    shopper.sees("Large text")


def _bags(book: MemoryBook) -> None:
    book.items["bottle-deposit"] = Item(
        "bottle-deposit", {"en": "Bottle deposit"}, "deposits", "exempt", Money(500, "BDT"), kind="deposit"
    )
    book.items["cola"] = Item(
        "cola", {"en": "Cola"}, "drinks", "standard", Money(4_000, "BDT"), gtin="04901234567900",
        deposit="bottle-deposit",
    )  # fmt: skip


def test_buy_two_bags(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans("5901234123457")
    shop.waits(2)
    scanner.scans("5901234123457")
    shopper.sees_line("Bag", "2", "৳20.00")


@pytest.mark.plan(book=_bags)
def test_deposit_bottle(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans("4901234567900")
    shopper.sees_line("Cola", "৳40.00", "Bottle deposit", "৳5.00")
    shopper.sees("৳45.00")


def test_offer_completes_with_the_third_item_shown_at_once_explained(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    for _ in range(3):
        scanner.scans(TEA)
        shop.waits(2)
    shopper.sees_line("Tea 400 g", "৳1,800.00", "Tea: 3 for 2", "৳600.00")
    shopper.sees("You save ৳600.00", "৳1,200.00")
    shopper.touches("You save ৳600.00")
    shopper.sees("Your savings")


def test_add_one_more_hint_followed(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(TEA)
    shop.waits(2)
    scanner.scans(TEA)
    shopper.sees("1 more is free")
    shopper.touches_icon("plus", beside="1 more is free")
    shopper.sees_line("Tea 400 g", "3")
    shopper.sees("৳1,200.00")
    shopper.sees_no("1 more is free")


@pytest.mark.plan(start="2026-05-02T10:00")
def test_expired_item_stopped(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(f"(01)0{MILK}(17)260501".replace("(", "").replace(")", ""))
    shopper.sees("Milk 1 l is past its date and cannot be sold.")
    assert not shop.happened(e.LineAdded)


def test_recalled_lot_stopped(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(f"010{RECALLED}10L7")
    shopper.sees("Infant milk has been recalled and cannot be sold.")
    scanner.scans(f"010{RECALLED}10L8")
    shopper.sees_line("Infant milk", "৳800.00")


def test_age_item_approve_once_for_the_basket(shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(WINE)
    shopper.sees_line("Wine", "Staff will check your age")
    scanner.scans(MILK)
    shopper.cannot_touch("Pay")
    staff.judges("Check age: 18 or older", "Approve", "I saw a document")
    shopper.sees("2 items")
    shop.waits(2)
    scanner.scans(WINE)
    shopper.sees("3 items")
    shopper.touches("Pay")
    shopper.sees("How would you like to pay?")
    assert len(shop.happened(e.InterventionRaised)) == 1


def test_age_item_refused_line_gone_shopping_goes_on(shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(WINE, MILK)
    shopper.sees("2 items")
    staff.judges("Check age: 18 or older", "Refuse")
    shopper.sees("1 item")
    shopper.sees_no("Wine")
    scanner.scans(TEA)
    shopper.sees("2 items")


def test_quantity_limit(shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(MILK)
    shopper.touches("1")
    shopper.sees("99 at most")
    shopper.types("99")
    shopper.touches("Set quantity")
    shopper.sees_line("Milk 1 l", "99")
    shopper.touches_icon("plus", beside="Milk 1 l")
    shopper.sees("You can buy 99 at most.")


def test_high_value_item(shopper: Shopper, staff: Staff, scanner: Scanner) -> None:
    scanner.scans(BLADES)
    shopper.sees_line("Razor blades", "Staff will release this item")
    staff.judges("Release a restricted item")
    shopper.touches("Pay")
    shopper.sees_screen(s.TenderChoiceBody)


def _at_night(policy: Policy) -> Policy:
    rule = Rule("hours", items=("wine",), hours=(Hours("22:00", "23:00"),))
    return replace(policy, restrictions=Restrictions(own={"night": rule}))


@pytest.mark.plan(policy=_at_night)
def test_item_not_for_sale_at_this_hour(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(WINE)
    shopper.sees("Wine is sold from 22:00 to 23:00.")
    assert not shop.happened(e.LineAdded)


def _labels(policy: Policy) -> Policy:
    return replace(policy, codes=CodeRules(labels=(LabelPattern("21IIIIIPPPPPC", 2),)))


def _deli(book: MemoryBook) -> None:
    names = {"en": "Cheese", "bn": "পনির", "pt_BR": "Queijo"}
    book.items["cheese"] = Item("cheese", names, "deli", "standard", Money(90_000, "BDT"), unit="kg", plu="44012")


@pytest.mark.plan(policy=_labels, book=_deli)
def test_price_in_code_label_from_the_deli(shop: Shop, shopper: Shopper, scanner: Scanner, terminal: Terminal) -> None:
    scanner.scans("2144012123451")
    shopper.sees_line("Cheese", "৳123.45")
    shopper.touches("Pay")
    shopper.touches("Card")
    terminal.taps()
    shopper.sees("Thank you!")
    assert shop.sold() == terminal.charged() == [12_345]


def _near_the_end(book: MemoryBook) -> None:
    scope = Scope(("milk",), expires_within_days=2)
    book.offers = (*book.offers, Offer("near-the-end", scope, PercentOffEach(3_000), {"en": "Last days: 30% off"}))


@pytest.mark.plan(book=_near_the_end)
def test_markdown_by_expiry_date(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    scanner.scans(f"010{MILK}17260320")
    shopper.sees_line("Milk 1 l", "৳95.00")
    shopper.sees_no("Last days: 30% off")
    shopper.touches_icon("bin", beside="Milk 1 l")
    scanner.scans(f"010{MILK}17260311")
    shopper.sees_line("Milk 1 l", "Last days: 30% off", "৳28.50")
    shopper.sees("৳66.50")
