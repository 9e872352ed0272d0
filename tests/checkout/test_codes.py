"""What a code tells beside the item: labels, dates, lots, serial numbers, and two symbols on one pack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody
from kiosk.retail.codes import LabelPattern
from kiosk.retail.codes.numbers import check_digit
from kiosk.retail.item import Item, Recall
from kiosk.retail.money import Money
from kiosk.retail.offer import Offer, PercentOffEach, Scope
from kiosk.retail.policy import CodeRules
from kiosk.retail.transaction import LineItem
from kiosk.retail.weight import Weight
from tests.support.lane import HandLane, open_lane, replayed
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, TEA = "08901234567890", "04006381333931"
CHEESE, HAM = "95012345678903", "08901234000069"
WEIGHT_LABEL, PRICE_LABEL = LabelPattern("20IIIIIWWWWWC", 3), LabelPattern("21IIIIIPPPPPC", 2)


def numbered(payload: str) -> str:
    return f"{payload}{check_digit(payload)}"


def shop(rules: CodeRules | None = None, **items: Item) -> MemoryBook:
    book = small_shop(replace(bangladesh(), codes=rules or CodeRules(labels=(WEIGHT_LABEL, PRICE_LABEL))))
    taka = Money(80_000, "BDT")
    cheese = Item("cheese", {"en": "Cheese"}, "dairy", "standard", taka, unit="kg", gtin=CHEESE, tare_grams=9)
    book.items |= {"cheese": cheese, **items}
    return book


def recalled(book: MemoryBook, item_id: str, recall: Recall) -> MemoryBook:
    book.items[item_id] = replace(book.items[item_id], recall=recall)
    return book


def scan(lane: HandLane, data: str, symbology: str = "]d2", source: str = "scanner") -> HandLane:
    return lane.tell(i.CodeScanned(data, symbology, source))


def lines(lane: HandLane) -> list[LineItem]:
    basket = lane.state.transaction
    return [] if basket is None else list(basket.live_lines)


def notice(lane: HandLane) -> str:
    shown = lane.screen.notice
    return "" if shown is None else shown.text.message


def waiting(lane: HandLane) -> list[tuple[str, str]]:
    return [(raised.kind, raised.blocks) for raised in lane.state.interventions]


# --- weight and price in the code --------------------------------------------------------------------------------


def test_a_prepacked_weight_is_net_and_priced_at_once_whatever_lies_on_the_scale() -> None:
    lane = scan(open_lane(shop()), f"01{CHEESE}3103000250", "]e0")

    (line,) = lines(lane)
    assert (line.weight, line.extended, line.tare_grams) == (Weight(250, -3, "kg"), Money(20_000, "BDT"), 0)
    assert line.entry == "scanned"


def test_a_prepacked_item_does_not_ask_for_an_empty_scale_before_the_next_weighing() -> None:
    lane = open_lane(shop()).weigh(0, problem="zero")
    scan(lane, f"01{CHEESE}3103000250", "]e0")

    assert lane.state.live.emptying.seen


def test_a_label_of_the_shop_with_a_weight_sells_the_item_of_its_price_look_up_number() -> None:
    lane = scan(open_lane(shop()), numbered("200401101250"), "]E0")

    (line,) = lines(lane)
    assert (line.item_id, line.weight, line.extended) == ("banana", Weight(1250, -3, "kg"), Money(15_000, "BDT"))


def test_a_label_of_the_shop_with_a_price_is_sold_for_that_price() -> None:
    lane = scan(open_lane(shop()), numbered("210401115000"), "]E0")

    (line,) = lines(lane)
    assert (line.item_id, line.unit, line.extended, line.weight) == ("banana", "each", Money(15_000, "BDT"), None)
    assert line.price_from_code
    lane.approve(lane.pay_by_card())
    assert lane.happened(e.StockMoved)[0].moves == (e.StockMove("banana", 1250, "g"),)


def test_a_price_and_a_weight_that_do_not_multiply_out_sell_the_pack_at_its_price() -> None:
    lane = scan(open_lane(shop()), f"01{CHEESE}3103000250392215000", "]e0")

    (line,) = lines(lane)
    assert (line.extended, line.weight, line.unit) == (Money(15_000, "BDT"), None, "each")


@pytest.mark.parametrize(
    "told",
    [
        "3103030001",
        "3103000000",
        "31030002503922999999",
        "31030002503932978995",
        "3202000100",
        "310300025039239951",
        "3012\x1d3103000250392201",
    ],
)
def test_a_weight_or_price_that_cannot_be_right_is_refused(told: str) -> None:
    lane = scan(open_lane(shop()), f"01{CHEESE}{told}", "]e0")

    assert (lines(lane), notice(lane)) == ([], "code.label")


@pytest.mark.parametrize("told", ["31030012503202000276", "32020002763103001250"])
def test_a_pack_that_tells_kilograms_and_pounds_is_sold_by_the_unit_of_its_price(told: str) -> None:
    ham = Item("ham", {"en": "Ham"}, "deli", "standard", Money(10_000, "BDT"), unit="lb", gtin=HAM)
    lane = scan(open_lane(shop(ham=ham)), f"01{CHEESE}{told}", "]e0").later(5_000)
    scan(lane, f"01{HAM}{told}", "]e0")

    assert [(line.weight, line.extended) for line in lines(lane)] == [
        (Weight(1250, -3, "kg"), Money(100_000, "BDT")),
        (Weight(276, -2, "lb"), Money(27_600, "BDT")),
    ]


def test_only_a_weight_in_the_unit_of_the_price_is_sold_by_and_never_converted() -> None:
    ham = Item("ham", {"en": "Ham"}, "deli", "standard", Money(10_000, "BDT"), unit="lb", gtin=HAM)
    lane = open_lane(shop(ham=ham))

    for told in (f"01{CHEESE}3202000276", f"01{HAM}3103001250", f"01{HAM}3103001250392227600"):
        assert (notice(scan(lane, told, "]e0").later(5_000)), lines(lane)) == ("code.label", [])


def test_a_pack_of_an_item_sold_by_piece_costs_what_its_code_says_and_no_weight_in_it_multiplies() -> None:
    lane = open_lane(shop())
    for told in ("31030012503922007000", "3922007000", "31030012503922099900", "3103001250"):
        scan(lane, f"01{MILK}{told}", "]e0").later(5_000)

    price = lane.book.items["milk"].price
    assert [(line.unit, line.quantity, line.weight, line.extended, line.price_from_code) for line in lines(lane)] == [
        ("each", 1, None, Money(7_000, "BDT"), True),
        ("each", 1, None, price, False),
    ]


# --- one item under several numbers ------------------------------------------------------------------------------

SHORT, SYRUP = "04252641", "00042520000061"
"""Eight digits whose check digit is right as a UPC-E and as a GTIN-8, and the item that they abbreviate."""


def bottle(item_id: str, gtin: str) -> Item:
    return Item(item_id, {"en": item_id}, "misc", "standard", Money(5_000, "BDT"), gtin=gtin)


def test_one_item_under_its_upc_a_ean_13_and_upc_e_is_one_line_that_counts() -> None:
    lane = open_lane(shop(syrup=bottle("syrup", SYRUP)))
    counted = []
    for data, symbology in ((SYRUP[2:], "]E0"), (SYRUP[1:], "]E0"), (SHORT, "]E0"), (SHORT, ""), (SHORT[1:7], "")):
        scan(lane, data, symbology).later(5_000)
        counted.append([(line.item_id, line.quantity) for line in lines(lane)])

    assert counted == [[("syrup", count)] for count in (1, 2, 3, 4, 5)]


def test_eight_digits_that_name_two_items_of_the_shop_sell_neither_until_the_scanner_tells_which() -> None:
    lane = open_lane(shop(syrup=bottle("syrup", SYRUP), bread=bottle("bread", SHORT.zfill(14))))

    assert (notice(scan(lane, SHORT, "")), lines(lane)) == ("code.ambiguous", [])
    scan(scan(lane, SHORT, "]E0").later(5_000), SHORT, "]E4")
    assert [line.item_id for line in lines(lane)] == ["syrup", "bread"]


def test_eight_digits_that_are_a_label_of_the_shop_and_an_item_sell_neither() -> None:
    labels = (LabelPattern("04IIINNC", 0),)
    lane = open_lane(
        shop(CodeRules(labels=labels), syrup=bottle("syrup", SYRUP), bread=bottle("bread", "00000004252009"))
    )

    assert (notice(scan(lane, SHORT, "")), lines(lane)) == ("code.ambiguous", [])


def test_a_label_without_a_pattern_or_with_a_wrong_inner_digit_is_refused() -> None:
    lane = open_lane(shop(CodeRules(labels=(LabelPattern("20IIIIIVPPPPC", 2),))))

    assert notice(scan(lane, numbered("200401101234"), "]E0")) == "code.label"
    assert notice(scan(lane, numbered("290401101250"), "]E0")) == "code.in_house"


def test_the_patterns_of_the_country_hold_where_the_shop_names_none() -> None:
    book = shop(CodeRules())
    book.policy = replace(book.policy, country="GB")
    book.items["ham"] = Item("ham", {"en": "Ham"}, "deli", "standard", Money(50_000, "BDT"), unit="kg", plu="11122")
    lane = scan(open_lane(book), "2011122912346", "]E0")

    assert [line.extended for line in lines(lane)] == [Money(1_234, "BDT")]


def test_a_number_that_the_book_knows_whole_is_no_label() -> None:
    number = numbered("200401101250")
    book = shop(bread=Item("bread", {"en": "Bread"}, "bakery", "standard", Money(4_000, "BDT"), gtin=f"0{number}"))
    lane = scan(open_lane(book), number, "]E0")

    assert [(line.item_id, line.extended) for line in lines(lane)] == [("bread", Money(4_000, "BDT"))]


def test_a_pack_that_counts_its_pieces_is_so_many() -> None:
    lane = scan(open_lane(shop()), f"01{TEA}3003", "]C1")

    assert [(line.quantity, line.extended) for line in lines(lane)] == [(3, Money(180_000, "BDT"))]


def test_each_pack_with_a_label_of_its_own_is_scanned() -> None:
    lane = scan(open_lane(shop()), f"01{TEA}21S1").tell(i.QuantityEntered(1, 2))

    assert (lines(lane)[0].quantity, notice(lane)) == (1, "quantity.scan_each")


def test_a_coupon_is_no_item() -> None:
    assert notice(scan(open_lane(shop()), "8110012345612345611110123", "]e0")) == "code.coupon"


# --- dates, lots, serial numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["17261121", "16261121", "17260900"])
def test_an_item_past_its_date_is_stopped_and_staff_take_it(told: str) -> None:
    lane = scan(open_lane(shop()), f"01{MILK}{told}")

    assert (lines(lane), notice(lane), waiting(lane)) == ([], "code.expired", [("expired", "nothing")])
    assert lane.effect(f.Beep).sound == "refusal"


@pytest.mark.parametrize("told", ["17261122", "16261122", "15261101", "17261100"])
def test_an_item_on_its_last_day_or_past_its_best_is_sold_and_says_so(told: str) -> None:
    lane = scan(open_lane(shop()), f"01{MILK}{told}")

    (line,) = lines(lane)
    assert line.expires or line.best_before == "2026-11-01"


def test_a_best_before_date_stops_where_the_shop_says_so() -> None:
    lane = scan(open_lane(shop(CodeRules(best_before_stops=True))), f"01{MILK}15261101")

    assert (lines(lane), notice(lane)) == ([], "code.expired")


def test_a_clock_set_back_makes_nothing_fresh_again() -> None:
    lane = open_lane(shop()).scan(TEA)
    lane.day = "2026-01-01"

    assert notice(scan(lane, f"01{MILK}17261121")) == "code.expired"


def test_the_plain_barcode_of_a_stopped_item_waits_for_staff() -> None:
    lane = scan(open_lane(shop()), f"01{MILK}17261121").later(5_000)
    lane.scan(MILK[1:])

    assert waiting(lane) == [("expired", "nothing"), ("expired", "payment")]
    body = lane.screen.body
    assert isinstance(body, BasketBody)
    assert not body.can_pay


@pytest.mark.parametrize(
    ("recall", "told"),
    [
        (Recall(lots=("A7",)), "10A7"),
        (Recall(serials=("S1",)), "21S1"),
        (Recall(lots=("A7",), serials=("S1",)), "21S1"),
        (Recall(everything=True), "10B1"),
        (Recall(everything=True), ""),
    ],
)
def test_what_is_recalled_is_stopped(recall: Recall, told: str) -> None:
    lane = scan(open_lane(recalled(shop(), "milk", recall)), f"01{MILK}{told}")

    assert (lines(lane), notice(lane), waiting(lane)) == ([], "code.recalled", [("recalled", "nothing")])


def test_another_lot_of_a_recalled_item_is_sold_and_an_untold_one_is_looked_at() -> None:
    lane = scan(open_lane(recalled(shop(), "milk", Recall(lots=("A7",)))), f"01{MILK}10B1")
    assert waiting(lane) == []
    lane.later(5_000).scan(MILK[1:])
    assert waiting(lane) == [("recalled", "payment")]

    lane.tell(i.OperatorSignedIn("op-1", "Rina", "attendant", "pin"))
    lane.tell(i.OperatorActed("refuse", lane.state.interventions[0].intervention))
    assert [line.lot for line in lines(lane)] == ["B1"]


def test_a_recalled_item_is_not_sold_from_the_look_up_either() -> None:
    lane = open_lane(recalled(shop(), "banana", Recall(everything=True))).tell(i.ItemChosen("banana"))

    assert notice(lane) == "code.recalled"


def test_a_serial_number_is_sold_once_in_a_basket_and_once_at_the_lane() -> None:
    lane = scan(open_lane(shop()), f"01{TEA}21S1").later(5_000)
    assert notice(scan(lane, f"01{TEA}21S1")) == "code.in_basket"
    scan(lane, f"01{TEA}21S2")
    assert [line.serial for line in lines(lane)] == ["S1", "S2"]
    lane.approve(lane.pay_by_card()).tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"))
    lane.tell(i.TimerElapsed("thanks"))

    lane.power_cut()
    assert notice(scan(lane, f"01{TEA}21S1")) == "code.serial"
    assert waiting(lane) == [("serial", "nothing")]
    assert replayed(lane.journal).sold_serials == (("tea", "S1"), ("tea", "S2"))


def test_a_pack_that_another_shop_has_sold_waits_for_staff_before_payment() -> None:
    lane = open_lane(shop())
    scan(lane, f"01{TEA}21S1")
    asked = lane.effect(f.AskSerial)
    assert (asked.item_id, asked.serial) == ("tea", "S1")
    lane.tell(i.SerialAnswered("tea", "S1", sold=True))
    lane.tell(i.SerialAnswered("tea", "S1", sold=True))
    assert waiting(lane) == [("serial", "payment")]
    assert notice(lane) == "code.serial_elsewhere"


@pytest.mark.parametrize("where", ["lane", "page"])
def test_what_money_is_being_asked_for_stays_in_the_basket_until_the_answer(where: str) -> None:
    book = shop()
    book.policy = replace(book.policy, remote_kinds=("serial",))
    lane = scan(open_lane(book), f"01{TEA}21S1").scan("8901234567890")
    tender = lane.pay_by_card()
    lane.tell(i.SerialAnswered("tea", "S1", sold=True))
    (raised,) = lane.state.interventions
    if where == "page":
        until, ident = lane.now_ms + 30_000, raised.intervention
        lane.tell(
            i.StaffCommanded("c1", "clear_intervention", until, "op2", "supervisor", ident, "refused", "sold before")
        )
        assert [(told.outcome, told.reason) for told in lane.happened(e.CommandAnswered)] == [("refused", "money_open")]
    else:
        lane.tell(i.OperatorSignedIn("op2", "Karim", "supervisor", "pin"))
        lane.tell(i.OperatorActed("refuse", target=raised.intervention, reason="sold before"))
        assert notice(lane) == "staff.payment_open"
    assert len(lines(lane)) == 2
    lane.approve(tender)
    (sale,) = lane.happened(e.TransactionCompleted)
    assert sum(t.amount.minor for t in sale.tenders) == sale.total.minor


@pytest.mark.parametrize(
    "answer",
    [
        i.SerialAnswered("tea", "S1"),
        i.SerialAnswered("tea", "S1", sold=False, offline=True),
        i.SerialAnswered("tea", "S9", sold=True),
    ],
)
def test_a_pack_nobody_knows_of_is_sold(answer: i.SerialAnswered) -> None:
    lane = open_lane(shop())
    scan(lane, f"01{TEA}21S1")
    lane.tell(answer)
    assert waiting(lane) == []


def test_a_serial_number_that_was_voided_may_be_sold() -> None:
    lane = scan(open_lane(shop()), f"01{TEA}21S1").tell(i.LineVoidRequested(1)).later(5_000)
    scan(lane, f"01{TEA}21S1")

    assert [line.serial for line in lines(lane)] == ["S1"]


# --- two symbols on one pack -------------------------------------------------------------------------------------


def test_a_line_code_and_a_square_code_side_by_side_ring_once_and_the_one_that_tells_more_counts() -> None:
    lane = open_lane(shop()).scan(MILK[1:]).later(400)
    scan(lane, f"01{MILK}17270131").later(400).scan(MILK[1:])
    scan(lane, f"01{MILK}17270131")

    assert [(line.quantity, line.expires) for line in lines(lane)] == [(1, "2027-01-31")]


def test_the_line_code_read_after_the_square_code_adds_nothing() -> None:
    lane = scan(open_lane(shop()), f"01{MILK}17270131").later(400).scan(MILK[1:])

    assert [(line.quantity, line.expires) for line in lines(lane)] == [(1, "2027-01-31")]


def test_a_stopped_pack_is_not_sold_by_its_other_symbol() -> None:
    lane = open_lane(shop()).scan(MILK[1:]).later(400)
    scan(lane, f"01{MILK}17261121").later(400).scan(MILK[1:])

    assert (lines(lane), waiting(lane)) == ([], [("expired", "nothing")])


def test_the_second_of_two_packs_gives_one_back_for_the_square_code() -> None:
    lane = open_lane(shop()).scan(MILK[1:]).later(3_000).scan(MILK[1:]).later(300)
    scan(lane, f"01{MILK}17270131")

    assert [(line.quantity, line.expires) for line in lines(lane)] == [(1, ""), (1, "2027-01-31")]


@pytest.mark.parametrize(
    ("first", "second", "pause", "count"),
    [
        (f"01{MILK}10A", f"01{MILK}10B", 200, 2),
        (f"01{MILK}21S1", f"01{MILK}21S2", 200, 2),
        (f"01{MILK}10A", f"01{MILK}", 2_000, 2),
        (f"01{MILK}10A", f"01{TEA}", 200, 2),
        (f"01{MILK}10A", f"01{MILK}", 200, 1),
    ],
)
def test_other_lots_serials_items_and_times_are_other_packs(first: str, second: str, pause: int, count: int) -> None:
    lane = scan(open_lane(shop()), first).later(pause)
    scan(lane, second)

    assert sum(line.quantity for line in lines(lane)) == count


def test_a_pack_that_lies_in_view_rings_once_and_the_next_pack_of_it_again() -> None:
    lane = open_lane(shop())
    for _ in range(10):
        lane.scan(MILK[1:]).later(250)
        scan(lane, f"01{MILK}10A").later(250)
    assert [line.quantity for line in lines(lane)] == [1]

    lane.later(500).scan(MILK[1:]).later(250)
    scan(lane, f"01{MILK}10A")
    assert sum(line.quantity for line in lines(lane)) == 2


def test_the_camera_and_the_scanner_seeing_one_pack_ring_once_and_the_same_device_twice() -> None:
    lane = open_lane(shop()).scan(MILK[1:]).later(300)
    scan(lane, MILK[1:], "]E0", "camera")
    assert [line.quantity for line in lines(lane)] == [1]
    lane.later(3_000).scan(MILK[1:]).later(600).scan(MILK[1:])
    assert [line.quantity for line in lines(lane)] == [3]


def test_the_last_day_stops_where_the_shop_says_so() -> None:
    last_day = scan(open_lane(shop(CodeRules(last_day_stops=True))), f"01{MILK}17261122")
    day_before = scan(open_lane(shop(CodeRules(last_day_stops=True))), f"01{MILK}17261123")

    assert (lines(last_day), notice(last_day)) == ([], "code.expired")
    assert [line.expires for line in lines(day_before)] == ["2026-11-23"]


def test_packs_of_two_dates_are_two_lines_and_the_near_one_is_marked_down() -> None:
    book = shop()
    scope = Scope(("milk",), expires_within_days=2)
    book.offers = (Offer("short", scope, PercentOffEach(3000), {"en": "Short date"}, layer="catalogue"),)

    lane = scan(scan(open_lane(book), f"01{MILK}17261123"), f"01{MILK}17261223")

    assert [(line.expires, line.net) for line in lines(lane)] == [
        ("2026-11-23", Money(6650, "BDT")),
        ("2026-12-23", Money(9500, "BDT")),
    ]
