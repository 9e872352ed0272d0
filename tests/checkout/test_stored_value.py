"""Gift cards, store credit and paper vouchers at the lane: presented, kept aside, given up, never used twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hal.printer.contract import TextLine
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.checkout.state import Phase, Transaction
from kiosk.retail.day_report import Counted
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import StoredValueRules
from kiosk.retail.tender_needs import Need
from kiosk.retail.tender_terms import Eligible, Instalments, VoucherCode
from kiosk.retail.transaction import InstalmentsBy, TenderKind
from kiosk.workstation.day_paper import day_report
from tests.support.lane import POWER, WEIGHING, HandLane, open_lane, replayed
from tests.support.shop import bangladesh, brazil, small_shop

MILK, TEA = "08901234567890", "04006381333931"
GIFT = TenderType("gift_card", "stored_value", {"en": "Gift card"})
BOTTLES = TenderType(
    "bottles", "paper_voucher", {"en": "Bottle voucher"}, codes=(VoucherCode("98NNNNNNVVVVC"),), change="credit"
)
LUNCH = TenderType("lunch", "voucher", {"en": "Food card"}, eligible=Eligible(food=True))
RULES = StoredValueRules(
    prefixes=("9821",), item_id="gift", amounts=(50_000, 100_000), credit_prefix="9829", credit_days=365
)
CARD = i.ValueCardPresented("hash-of-a-card", "**** 0017")
SLIP = i.VoucherPresented("bottles", "hash-of-a-slip", 2_500)
LOSING = replace(BOTTLES, change="none")
RICH = replace(SLIP, worth_minor=12_000)


def shop(policy: Policy | None = None, needs: Mapping[TenderKind, tuple[Need, ...]] | None = None) -> HandLane:
    policy = policy or bangladesh()
    tenders = (*policy.tenders, GIFT, BOTTLES, LUNCH)
    policy = replace(policy, stored_value=RULES, tenders=tenders, tender_needs=needs or {})
    book = small_shop(policy)
    book.items["gift"] = Item("gift", {"en": "Gift card"}, "service", "exempt", Money(0, "BDT"), kind="gift_card")
    return open_lane(book)


def paying(lane: HandLane | None = None, tender_id: str = "gift_card") -> HandLane:
    """Milk for 95 taka, and the way to pay touched."""
    lane = lane or shop()
    return lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen(tender_id))


def presented(lane: HandLane, what: i.Input = CARD) -> str:
    """To the point where head office has been asked; gives the tender's id."""
    return lane.tell(what).effect(f.Charge).tender


def held(lane: HandLane, tender: str, minor: int, left: int = 0) -> HandLane:
    """Head office keeps so much aside."""
    amount, balance = Money(minor, "BDT"), Money(left, "BDT")
    answer = i.TerminalAnswered(
        tender, "approved", amount, brand="gift_card", masked_pan="**** 0017", reference="gc-1", balance=balance
    )
    return lane.tell(answer)


def sale(lane: HandLane) -> e.TransactionCompleted:
    return lane.happened(e.TransactionCompleted)[-1]


# --- a gift card -----------------------------------------------------------------------------------------------------


def test_a_gift_card_pays_once_head_office_keeps_the_amount_aside() -> None:
    lane = paying()
    body = lane.screen.body
    assert isinstance(body, s.ValueBody)
    assert (body.stage, body.keyed, body.amount.minor) == ("present", True, 9_500)
    charge = lane.tell(CARD).effect(f.Charge)
    assert (charge.kind, charge.keyed_hash, charge.amount.minor) == ("stored_value", "hash-of-a-card", 9_500)
    assert charge.transaction == lane.state.transaction.opened.transaction.uuid  # type: ignore[union-attr]
    assert isinstance(lane.screen.body, s.ValueBody)
    assert lane.screen.body.stage == "asking"
    held(lane, charge.tender, 9_500, left=40_500)
    (tender,) = sale(lane).tenders
    assert (tender.reference, tender.masked_pan, tender.balance) == ("gc-1", "**** 0017", Money(40_500, "BDT"))
    assert "hash-of-a-card" not in repr(lane.journal), "the number's hash is no business of the journal's"
    assert replayed(lane.journal).finishing == lane.state.finishing


def test_a_gift_card_with_too_little_pays_part_and_the_rest_is_paid_another_way() -> None:
    lane = paying()
    held(lane, presented(lane), 2_000)
    assert isinstance(lane.screen.body, s.TenderChoiceBody)
    assert lane.screen.body.totals.due.minor == 7_500
    lane.tell(i.TenderChosen("card"))
    lane.approve(lane.effect(f.Charge).tender)
    assert [(t.kind, t.amount.minor) for t in sale(lane).tenders] == [("stored_value", 2_000), ("card", 7_500)]


@pytest.mark.parametrize("reason", ["blocked", "expired", "inactive", "balance"])
def test_a_card_that_does_not_serve_says_why_and_leads_back_to_the_choice(reason: str) -> None:
    lane = paying()
    lane.tell(i.TerminalAnswered(presented(lane), "declined", reason=reason))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == f"value.why_{reason}"
    assert isinstance(lane.screen.body, s.TenderChoiceBody)


def test_more_than_was_asked_for_is_nothing_a_machine_may_settle() -> None:
    lane = paying()
    held(lane, presented(lane), 9_501)
    assert not lane.happened(e.TransactionCompleted)


def test_a_card_nobody_answers_for_is_given_up_and_let_go() -> None:
    lane = paying()
    tender = presented(lane)
    lane.tell(i.TerminalSilent(tender))
    assert lane.effect(f.StartTimer).name == "card_status"
    lane.tell(i.TerminalSilent(tender))
    assert [(a.tender, a.kind) for a in lane.effects if isinstance(a, f.AbortTerminal)] == [(tender, "stored_value")]
    assert not lane.state.interventions, "no member of staff is needed for a card that pays nothing"
    held(lane, tender, 9_500)
    assert lane.effect(f.Reverse).tender == tender, "a late yes is given back"


def test_after_a_power_cut_head_office_is_asked_and_not_asked_for_more() -> None:
    lane = paying()
    tender = presented(lane)
    lane.power_cut()
    assert lane.effect(f.AskTerminal).tender == tender
    assert lane.no_effect(f.Charge)
    held(lane.tell(i.NetworkChanged(online=True)), tender, 9_500)
    assert [t.kind for t in sale(lane).tenders] == ["stored_value"]


def test_the_shopper_may_go_on_without_an_answer() -> None:
    lane = paying()
    tender = presented(lane)
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.AbortTerminal).tender == tender
    assert isinstance(lane.screen.body, s.TenderChoiceBody)


def test_a_basket_that_is_not_sold_lets_go_what_was_kept_aside() -> None:
    lane = paying()
    tender = presented(lane)
    held(lane, tender, 2_000)
    lane.tell(i.OperatorSignedIn("7", "Mita", "supervisor", "pin"))
    lane.tell(i.OperatorActed("cancel_transaction", reason="customer"))
    back = [each for each in lane.journal if isinstance(each, e.TenderReversed)]
    assert [(each.tender, each.stage) for each in back] == [(tender, "requested")]
    lane.tell(i.ReversalAnswered(tender, done=True))
    assert not lane.state.reversals


def test_without_head_office_a_gift_card_is_refused_with_a_message() -> None:
    lane = shop().tell(i.NetworkChanged(online=False))
    paying(lane)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.without_head_office"
    assert isinstance(lane.screen.body, s.TenderChoiceBody)
    assert dict(lane.screen.body.unavailable)["gift_card"].message == "pay.without_head_office"


def test_the_attract_screen_says_before_the_first_scan_what_cannot_be_paid_with() -> None:
    lane = shop().tell(i.NetworkChanged(online=False), i.DeviceLost("card_reader", "cable"))
    body = lane.screen.body
    assert isinstance(body, s.AttractBody)
    assert [each.tender_id for each in body.tenders] == ["cash"]
    assert [each.tender_id for each in body.missing] == ["card", "bkash", "gift_card", "bottles", "lunch"]


def test_five_unknown_numbers_call_staff_and_a_sixth_is_not_asked() -> None:
    lane = paying()
    for _ in range(5):
        lane.tell(i.TerminalAnswered(presented(lane), "declined", reason="unknown"))
    assert [raised.kind for raised in lane.state.interventions] == ["help"]
    assert lane.tell(CARD).no_effect(f.Charge)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "value.too_many"


# --- looked at, and sold ---------------------------------------------------------------------------------------------


def test_where_head_office_says_that_too_many_were_tried_the_shopper_is_told_and_staff_are_called() -> None:
    lane = paying()
    lane.tell(i.TerminalAnswered(presented(lane), "declined", reason="throttled"))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "value.why_throttled"
    assert [raised.kind for raised in lane.state.interventions] == ["help"]
    looking = looked(shop(), i.ValueLooked("", "refused", reason="throttled"))
    assert [raised.kind for raised in looking.state.interventions] == ["help"]


def looked(lane: HandLane, told: i.ValueLooked) -> HandLane:
    asked = lane.tell(CARD).effect(f.AskValue)
    return lane.tell(replace(told, correlation=asked.correlation, masked="**** 0017", currency="BDT"))


def rack(account: str = "gc-9", face: int = 50_000) -> i.ValueLooked:
    """A card nobody has bought yet."""
    return i.ValueLooked("", reason="inactive", account=account, face_minor=face)


def test_a_card_scanned_while_shopping_says_what_is_on_it() -> None:
    lane = looked(shop().scan(MILK), i.ValueLooked("", "known", account="gc-1", balance=40_500))
    assert lane.screen.notice is not None
    assert dict(lane.screen.notice.text.values)["balance"] == Money(40_500, "BDT")
    assert not lane.happened(e.TenderRequested)


def test_a_card_from_the_rack_is_sold_for_what_it_names() -> None:
    lane = looked(shop(), rack())
    (line,) = lane.state.transaction.live_lines  # type: ignore[union-attr]
    assert (line.value_account, line.net.minor, line.discountable) == ("gc-9", 50_000, False)
    looked(lane, rack())
    assert len(lane.state.transaction.live_lines) == 1, "one card is sold once"  # type: ignore[union-attr]
    lane.tell(i.QuantityEntered(line.line, 2))
    assert lane.state.transaction.live_lines[0].quantity == 1  # type: ignore[union-attr]
    looked(lane, rack("gc-10"))
    assert [k.value_account for k in lane.state.transaction.live_lines] == ["gc-9", "gc-10"]  # type: ignore[union-attr]
    lane.approve(lane.pay_by_card())
    assert [k.value_account for k in sale(lane).lines] == ["gc-9", "gc-10"]


def test_of_one_card_from_the_rack_nobody_sells_two() -> None:
    lane = looked(shop(), rack())
    lane.tell(i.OperatorSignedIn("op2", "Karim", "supervisor", "pin"))
    lane.tell(i.OperatorActed("quantity", line=1, quantity=2))
    assert [line.quantity for line in lane.state.transaction.live_lines] == [1]  # type: ignore[union-attr]
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "quantity.scan_each"


def test_the_buyer_chooses_what_shall_be_on_a_card_that_names_nothing() -> None:
    lane = looked(shop(), rack(face=0))
    body = lane.screen.body
    assert isinstance(body, s.GiftAmountBody)
    assert [amount.minor for amount in body.amounts] == [50_000, 100_000]
    lane.tell(i.GiftAmountChosen(1), i.GiftAmountChosen(100_000), i.GiftAmountChosen(100_000))
    lines = lane.state.transaction.live_lines  # type: ignore[union-attr]
    assert [(k.value_account, k.net.minor) for k in lines] == [("gc-9", 100_000)]


def test_a_gift_card_is_not_bought_with_a_gift_card() -> None:
    lane = looked(shop().scan(MILK), rack())
    lane.tell(i.CheckoutRequested(), i.TenderChosen("gift_card"))
    charge = lane.tell(CARD).effect(f.Charge)
    assert charge.amount.minor == 9_500, "the milk, and no more"
    held(lane, charge.tender, 9_500)
    lane.tell(i.TenderChosen("gift_card"))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.nothing_eligible"


# --- paper vouchers and food cards -----------------------------------------------------------------------------------


def approve_voucher(lane: HandLane, tender: str, minor: int) -> HandLane:
    return lane.tell(i.TerminalAnswered(tender, "approved", Money(minor, "BDT"), reference="hash-of-a-slip"))


def test_a_voucher_pays_its_worth_and_once() -> None:
    lane = paying(tender_id="bottles")
    tender = presented(lane, SLIP)
    approve_voucher(lane, tender, 2_500)
    assert lane.tell(SLIP).no_effect(f.Charge)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "value.why_used"
    lane.tell(i.TenderChosen("card"))
    lane.approve(lane.effect(f.Charge).tender)
    assert (sale(lane).tenders[0].kind, sale(lane).tenders[0].amount.minor) == ("paper_voucher", 2_500)
    assert "hash-of-a-slip" in lane.state.redeemed, "known here even while head office cannot be asked"


def test_a_voucher_worth_more_than_is_owed_gives_its_rest_as_store_credit() -> None:
    lane = paying(tender_id="bottles")
    big = replace(SLIP, worth_minor=12_000)
    approve_voucher(lane, presented(lane, big), 9_500)
    (issued,) = lane.happened(e.StoreCreditIssued)
    completed = sale(lane)
    assert (issued.amount.minor, issued.reason, issued.prefix) == (2_500, "voucher_rest", "9829")
    assert (issued.transaction, issued.expires_day) == (completed.transaction.uuid, "2027-11-22")
    assert completed.tenders[0].worth == Money(12_000, "BDT")
    printed = lane.effect(f.Print)
    assert printed.owed == (issued,)


def test_a_slip_of_store_credit_is_printed_even_where_no_receipt_is_wanted() -> None:
    lane = paying(shop(brazil()), tender_id="bottles")
    approve_voucher(lane, presented(lane, replace(SLIP, worth_minor=12_000)), 9_500)
    assert lane.effect(f.Print).owed


def gives_no_change(slips: TenderType = LOSING, needs: Mapping[TenderKind, tuple[Need, ...]] | None = None) -> HandLane:
    """Milk for 95 taka is being paid with a voucher of a kind that gives nothing for its rest."""
    lane = shop(needs=needs)
    tenders = tuple(slips if each is BOTTLES else each for each in lane.book.policy.tenders)
    lane.book.policy = replace(lane.book.policy, tenders=tenders)
    return paying(lane, "bottles")


def test_where_the_shop_has_it_so_a_voucher_worth_too_much_is_refused() -> None:
    lane = gives_no_change(replace(BOTTLES, change="refuse")).tell(RICH)
    assert lane.no_effect(f.Charge)
    assert not lane.happened(e.StoreCreditIssued)


def test_what_a_voucher_would_lose_is_told_before_anybody_is_asked_for_it() -> None:
    lane = gives_no_change().tell(RICH)
    assert lane.no_effect(f.Charge)
    assert not lane.happened(e.TenderRequested)
    body = lane.screen.body
    assert isinstance(body, s.VoucherRestBody)
    assert (body.tender.tender_id, body.worth.minor, body.pays.minor, body.lost.minor) == (
        "bottles",
        12_000,
        9_500,
        2_500,
    )
    charge = lane.tell(i.VoucherAgreed(2_500)).effect(f.Charge)
    assert (charge.kind, charge.keyed_hash, charge.amount.minor) == ("paper_voucher", "hash-of-a-slip", 9_500)
    approve_voucher(lane, charge.tender, 9_500)
    assert [(paid.amount.minor, paid.worth) for paid in sale(lane).tenders] == [(9_500, Money(12_000, "BDT"))]
    assert not lane.happened(e.StoreCreditIssued)


def test_who_does_not_agree_pays_another_way_and_keeps_the_voucher() -> None:
    lane = gives_no_change().tell(RICH, i.ViewRequested("tender_choice"))
    assert isinstance(lane.screen.body, s.TenderChoiceBody)
    assert lane.tell(i.VoucherAgreed(2_500)).no_effect(f.Charge), "what is no longer asked cannot be agreed to"
    lane.tell(i.TenderChosen("card"))
    lane.approve(lane.effect(f.Charge).tender)
    assert [paid.kind for paid in sale(lane).tenders] == ["card"]
    assert RICH.keyed_hash not in lane.state.redeemed


def test_who_agreed_to_lose_less_than_is_lost_by_now_is_asked_again() -> None:
    lane = gives_no_change().tell(RICH)
    lane.state = replace(lane.state, transaction=replaced_price(lane, 9_000))
    assert lane.tell(i.VoucherAgreed(2_500)).no_effect(f.Charge)
    body = lane.screen.body
    assert isinstance(body, s.VoucherRestBody)
    assert (body.pays.minor, body.lost.minor) == (9_000, 3_000)
    assert lane.tell(i.VoucherAgreed(3_000)).effect(f.Charge).amount.minor == 9_000


def replaced_price(lane: HandLane, minor: int) -> Transaction:
    """The basket, its one line at another price: as if staff at the attendant's page had lowered it meanwhile."""
    basket = lane.state.transaction
    assert basket is not None
    amount = Money(minor, "BDT")
    lines = tuple(replace(line, unit_price=amount, extended=amount) for line in basket.lines)
    return replace(basket, lines=lines)


def test_a_voucher_that_loses_nothing_is_taken_at_once() -> None:
    assert gives_no_change().tell(replace(RICH, worth_minor=9_500)).effect(f.Charge).amount.minor == 9_500


def test_what_is_lost_is_told_without_head_office_too() -> None:
    lane = gives_no_change(needs={"paper_voucher": ()}).tell(i.NetworkChanged(online=False), RICH)
    assert not lane.happened(e.TransactionCompleted)
    lane.tell(i.VoucherAgreed(2_500))
    assert [paid.amount.minor for paid in sale(lane).tenders] == [9_500]


def test_a_power_cut_takes_the_question_down_and_agrees_to_nothing() -> None:
    lane = gives_no_change().tell(RICH).power_cut()
    assert lane.tell(i.VoucherAgreed(2_500)).no_effect(f.Charge)
    assert lane.state.transaction is not None


def test_a_voucher_whose_rest_would_be_credit_is_refused_where_the_shop_gives_none() -> None:
    lane = shop()
    lane.book.policy = replace(lane.book.policy, stored_value=replace(RULES, credit_prefix=""))
    paying(lane, "bottles").tell(replace(SLIP, worth_minor=12_000))
    assert lane.no_effect(f.Charge)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "voucher.too_much"
    lane.tell(replace(SLIP, worth_minor=9_500)).effect(f.Charge)


def test_a_voucher_scanned_while_shopping_is_kept_for_the_payment() -> None:
    lane = shop().scan(MILK).tell(SLIP)
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "voucher.at_payment"


def test_where_a_shop_lets_it_a_voucher_counts_without_head_office_and_not_twice() -> None:
    lane = shop(needs={"paper_voucher": ()}).tell(i.NetworkChanged(online=False))
    paying(lane, "bottles").tell(replace(SLIP, worth_minor=9_500))
    assert sale(lane).tenders[0].reference == "hash-of-a-slip"
    lane.tell(i.PrinterAnswered(lane.state.finishing.job, "printed"), i.TimerElapsed("thanks"))  # type: ignore[union-attr]
    paying(lane, "bottles").tell(replace(SLIP, worth_minor=9_500))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "value.why_used"


def test_a_food_card_pays_for_food_only() -> None:
    lane = shop()
    item = lane.book.items["milk"]
    lane.book.items["milk"] = replace(item, flags=replace(item.flags, food_voucher=True))
    lane.scan(MILK, TEA).tell(i.CheckoutRequested(), i.TenderChosen("lunch"))
    charge = lane.effect(f.Charge)
    assert (charge.kind, charge.amount.minor) == ("voucher", 9_500)
    lane.approve(charge.tender)
    lane.tell(i.TenderChosen("lunch"))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.nothing_eligible"
    lane.tell(i.TenderChosen("card"))
    lane.approve(lane.effect(f.Charge).tender)
    assert [(t.tender_id, t.amount.minor) for t in sale(lane).tenders] == [("lunch", 9_500), ("card", 60_000)]


# --- in the day's books ----------------------------------------------------------------------------------------------


def test_the_day_s_report_says_what_the_shop_owes_more_and_less_on_cards_and_as_credit() -> None:
    lane = looked(shop(), rack())
    lane.approve(lane.pay_by_card())
    receipt_taken(lane)
    held(lane, presented(paying(lane)), 9_500)
    receipt_taken(lane)
    credit = presented(paying(lane))
    lane.tell(i.TerminalAnswered(credit, "approved", Money(4_000, "BDT"), brand="store_credit", reference="sc-1"))
    lane.tell(i.TenderChosen("bottles"))
    approve_voucher(lane, presented(lane, RICH), 5_500)
    receipt_taken(lane)
    lane.tell(i.OperatorSignedIn("7", "Mita", "supervisor", "pin"), i.OperatorActed("z_report"))
    report = lane.happened(e.ZReportMade)[-1].report
    assert report.book.liabilities == (
        Counted("gift_card_redeemed", 1, 9_500),
        Counted("gift_card_sold", 1, 50_000),
        Counted("store_credit_issued", 1, 6_500),
        Counted("store_credit_redeemed", 1, 4_000),
    )
    assert replayed(lane.journal).books == lane.state.books
    paper = day_report(report, replace(lane.book.policy, languages=("en",)), copy=False, job="j", time_zone="UTC")
    rows = {(part.left, part.right) for part in paper.parts if isinstance(part, TextLine)}
    assert ("Gift cards and store credit", "") in rows
    assert ("1 × cards sold", "Tk\N{NO-BREAK SPACE}500.00") in rows
    assert ("1 × credit redeemed", "Tk\N{NO-BREAK SPACE}40.00") in rows


def receipt_taken(lane: HandLane) -> None:
    """The shopper has their paper and goes."""
    finishing = lane.state.finishing
    assert finishing is not None
    lane.tell(i.PrinterAnswered(finishing.job, "printed"), i.TimerElapsed("thanks"))


# --- split, and a change of mind -------------------------------------------------------------------------------------


def test_four_ways_in_any_order_come_to_the_total() -> None:
    lane = shop()
    lane.scan(TEA).tell(i.CheckoutRequested(), i.TenderChosen("bottles"))
    approve_voucher(lane, presented(lane, SLIP), 2_500)
    lane.tell(i.TenderChosen("gift_card"))
    held(lane, presented(lane), 7_500)
    lane.tell(i.TenderChosen("bkash"))
    qr = lane.effect(f.Charge)
    lane.tell(i.TerminalAnswered(qr.tender, "declined", reason="expired"), i.TenderChosen("card"))
    lane.approve(lane.effect(f.Charge).tender, 10_000)
    lane.tell(i.TenderChosen("cash"), i.OperatorSignedIn("7", "Mita", "supervisor", "pin"))
    lane.tell(i.OperatorActed("cash_received", amount=Money(50_000, "BDT")))
    done = sale(lane)
    assert [(t.kind, t.amount.minor) for t in done.tenders] == [
        ("paper_voucher", 2_500),
        ("stored_value", 7_500),
        ("card", 10_000),
        ("cash", 40_000),
    ]
    assert sum(t.amount.minor for t in done.tenders) == done.total.minor


def test_back_in_the_basket_what_is_paid_stays_paid() -> None:
    lane = paying()
    held(lane, presented(lane), 2_000)
    lane.tell(i.ViewRequested("basket")).scan(TEA)
    assert lane.state.phase is Phase.TENDERING
    lane.tell(i.CheckoutRequested())
    assert isinstance(lane.screen.body, s.TenderChoiceBody)
    assert lane.screen.body.totals.due.minor == 9_500 + 60_000 - 2_000


def test_a_lane_that_starts_shows_nothing_of_an_earlier_card() -> None:
    lane = looked(shop(), rack(face=0))
    lane.state = replayed(lane.journal)
    lane.tell(WEIGHING, POWER)
    assert lane.state.live.value.account == ""


# --- in parts --------------------------------------------------------------------------------------------------------


def in_parts(by: tuple[InstalmentsBy, ...] = ("merchant", "issuer")) -> HandLane:
    """Tea for 600 taka at a shop where a card may pay in three parts of 200 at least."""
    policy = bangladesh()
    card = replace(policy.tenders[0], instalments=Instalments(most=6, least_minor=20_000, by=by))
    lane = open_lane(small_shop(replace(policy, tenders=(card, *policy.tenders[1:]))))
    return lane.scan(TEA).tell(i.CheckoutRequested(), i.TenderChosen("card"))


def test_a_card_that_may_pay_in_parts_is_asked_in_how_many_before_the_terminal_hears_of_it() -> None:
    lane = in_parts()
    assert not lane.happened(e.TenderRequested)
    body = lane.screen.body
    assert isinstance(body, s.InstalmentsBody)
    assert [(part.count, part.by) for part in body.choices] == [
        (1, ""),
        (2, "merchant"),
        (2, "issuer"),
        (3, "merchant"),
        (3, "issuer"),
    ]
    charge = lane.tell(i.TenderChosen("card", instalments=3, instalments_by="issuer")).effect(f.Charge)
    assert (charge.amount.minor, charge.instalments, charge.instalments_by) == (60_000, 3, "issuer")
    lane.approve(charge.tender)
    (tender,) = sale(lane).tenders
    assert (tender.instalments, tender.instalments_by, tender.amount.minor) == (3, "issuer", 60_000)


def test_at_once_is_at_once() -> None:
    charge = in_parts().tell(i.TenderChosen("card", instalments=1)).effect(f.Charge)
    assert (charge.instalments, charge.instalments_by) == (0, "")


def test_more_parts_than_the_shop_gives_or_another_s_offer_is_not_asked_for() -> None:
    lane = in_parts(by=("merchant",))
    assert lane.tell(i.TenderChosen("card", instalments=4)).no_effect(f.Charge)
    assert lane.tell(i.TenderChosen("card", instalments=2, instalments_by="issuer")).no_effect(f.Charge)


def test_what_is_too_little_for_two_parts_is_asked_for_at_once() -> None:
    policy = bangladesh()
    card = replace(policy.tenders[0], instalments=Instalments(most=6, least_minor=20_000))
    lane = open_lane(small_shop(replace(policy, tenders=(card,))))
    assert lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("card")).effect(f.Charge).instalments == 0


def test_a_terminal_that_knows_no_parts_leads_back_with_a_word() -> None:
    lane = in_parts()
    charge = lane.tell(i.TenderChosen("card", instalments=2)).effect(f.Charge)
    lane.tell(i.TerminalAnswered(charge.tender, "declined", reason=i.NO_INSTALMENTS))
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "pay.no_instalments"
