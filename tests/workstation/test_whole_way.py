"""The whole way through a kiosk: scan, weigh, pay, receipt, journal; and the power going in the middle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.buyer import BuyerNumber, BuyerRule
from kiosk.retail.money import Money
from kiosk.retail.offer import AmountOff, Offer, Scope
from kiosk.retail.policy import CouponRules
from kiosk.store.journal import JournalReader
from kiosk.store.rows import Operator
from kiosk.workstation.identity import Hasher
from tests.support.kiosk import SHOP_KEY, Lane, build_book, lane
from tests.support.shop import small_shop
from tests.support.waiting import wait_until

MILK, TEA = "8901234567890", "4006381333931"


def _lit(at: Lane) -> tuple[str, bool]:
    state = at.state_of("lights")
    return state["colour"], state["blinking"]


def test_a_scan_a_card_a_receipt_and_all_of_it_in_the_journal() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        wait_until(lambda: _lit(at) == ("green", False), what="a green light")
        at.scan(MILK)
        at.scan(TEA)
        wait_until(lambda: isinstance(kiosk.body, s.BasketBody) and len(kiosk.body.lines) == 2)
        total = kiosk.body.totals.total
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        kiosk.sees(s.CardBody)
        wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        at.turn("terminal", "tap", outcome="approve")
        kiosk.sees(s.ThanksBody)
        wait_until(lambda: at.happened(e.ReceiptPrinted))
        (sale,) = at.happened(e.TransactionCompleted)
        assert sale.total == total
        assert [charge["amount_minor"] for charge in at.charges()] == [total.minor]
        assert len(at.receipts()) == 1
        assert at.happened(e.EpochOpened)[0].kiosk == "kiosk-7"
        with JournalReader.open(at.data / "journal.db") as reader:
            assert reader.verify() == len(at.journal())
        assert "scan" in kiosk.sounds


def test_a_typed_coupon_and_a_buyer_s_number_are_on_the_invoice_also_after_a_cut_while_paying() -> None:
    shop = small_shop()
    spring = Offer("spring", Scope(), AmountOff(500), {"en": "Spring", "bn": "বসন্ত"}, coupon="SPRING-5")
    shop.policy = replace(shop.policy, coupons=CouponRules(prefixes=("SPRING",)), buyer=BuyerRule(("bin",)))
    shop.offers = (*shop.offers, spring)
    with lane(shop) as at:
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
            at.scan(MILK)
            kiosk.sees(s.BasketBody)
            kiosk.touch(i.ViewRequested("coupon"))
            kiosk.sees(s.CouponBody)
            kiosk.touch(i.CouponPresented("SPRING-5"))
            kiosk.sees(s.BasketBody)
            assert [(one.code, one.gives) for one in kiosk.body.coupons] == [("SPRING-5", Money(500, "BDT"))]
            kiosk.touch(i.CheckoutRequested(), i.ViewRequested("buyer"))
            kiosk.sees(s.BuyerBody)
            kiosk.touch(i.BuyerTyped("000123456-0101"))
            kiosk.sees(s.TenderChoiceBody)
            assert kiosk.body.buyer == s.BuyerView("BIN", "BIN 000123456-0101")
            kiosk.touch(i.TenderChosen("card"))
            wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
        with at.kiosk() as kiosk:
            at.turn("terminal", "tap", outcome="approve")
            wait_until(lambda: at.happened(e.ReceiptPrinted), what="an invoice")
        (sale,) = at.happened(e.TransactionCompleted)
        assert sale.buyer == BuyerNumber("bin", "0001234560101")
        assert [one.code for one in sale.coupons] == ["SPRING-5"]
        assert "000123456-0101" in json.dumps(at.receipts()[0])


def test_bananas_found_by_search_are_weighed_and_priced() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(i.ShopperArrived("bn"))
        kiosk.sees(s.BasketBody)
        tiles = kiosk.kiosk.look_up.search("কলা", language="bn")
        kiosk.touch(i.ItemChosen(tiles[0].item_id))
        kiosk.sees(s.WeighBody)
        at.turn("produce_scale", "put", grams=1250)
        wait_until(lambda: isinstance(kiosk.body, s.WeighBody) and kiosk.body.can_add, what="a price")
        kiosk.agree()
        kiosk.sees(s.BasketBody)
        (line,) = at.happened(e.LineAdded)
        assert (line.item.weight.value, line.item.weight.exponent, line.item.weight.unit) == (1250, -3, "kg")


def test_what_lies_under_the_camera_comes_first_in_the_pick_list() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("camera", "lay", produce="4999,4022,4011")
        kiosk.touch(i.ShopperArrived("bn"), i.ViewRequested("look_up"))
        wait_until(lambda: isinstance(kiosk.body, s.LookUpBody) and not kiosk.body.asking, what="the camera's answer")
        assert kiosk.body.suggestions == ("grapes", "banana")
        shelf = kiosk.kiosk.look_up.shelf(kiosk.body.department, first=kiosk.body.suggestions)
        assert [tile.item_id for tile in shelf[:2]] == ["grapes", "banana"]
        at.turn("camera", "unplug")
        kiosk.touch(i.ViewRequested("basket"))
        kiosk.sees(s.BasketBody)
        kiosk.touch(i.ViewRequested("look_up"))
        wait_until(lambda: isinstance(kiosk.body, s.LookUpBody) and not kiosk.body.asking, what="a list all the same")
        assert kiosk.body.suggestions == ()
        kiosk.touch(i.ItemChosen("banana"))
        kiosk.sees(s.WeighBody)


def test_a_scale_that_goes_away_leaves_no_weight_to_accept() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(i.ShopperArrived("bn"), i.ItemChosen("banana"))
        kiosk.sees(s.WeighBody)
        at.turn("produce_scale", "put", grams=500)
        wait_until(lambda: isinstance(kiosk.body, s.WeighBody) and kiosk.body.can_add, what="a price")
        at.turn("produce_scale", "unplug")
        wait_until(lambda: kiosk.body.state == "stale")
        assert not kiosk.body.can_add
        at.turn("produce_scale", "plug")
        wait_until(lambda: kiosk.body.can_add, what="the scale is back")


def test_a_silent_terminal_is_asked_and_the_shopper_charged_once() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        at.turn("terminal", "auto", outcome="approve")
        at.turn("terminal", "silence", kind="after_charge")
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        kiosk.sees(s.CardBody)
        wait_until(lambda: [charge["what"] for charge in at.charges()] == ["approved"])
        at.turn("terminal", "unplug")
        wait_until(lambda: [told.outcome for told in at.happened(e.TenderSettled)] == ["unknown"])
        at.turn("terminal", "silence", kind="off")
        at.turn("terminal", "plug")
        kiosk.sees(s.ThanksBody)
        assert [told.outcome for told in at.happened(e.TenderSettled)] == ["unknown", "approved"]
        assert len(at.charges()) == 1


def test_paper_out_leaves_the_sale_standing_and_the_receipt_follows_the_new_roll() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.turn("terminal", "auto", outcome="approve")
        at.turn("printer", "paper_out", on=True)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        wait_until(lambda: at.happened(e.ReceiptFailed))
        assert len(at.happened(e.TransactionCompleted)) == 1
        assert at.receipts() == []
        at.turn("printer", "paper_out", on=False)
        wait_until(lambda: at.happened(e.ReceiptPrinted))
        assert len(at.receipts()) == 1


def test_power_lost_in_mid_basket_brings_the_basket_back() -> None:
    with lane() as at:
        with at.headless() as kiosk:
            kiosk.sees("AttractBody")
            at.scan(MILK)
            at.scan(TEA)
            before = next(body for body in iter(lambda: kiosk.sees("BasketBody"), None) if len(body["lines"]) == 2)
            kiosk.kill()
        with at.headless() as kiosk:
            after = kiosk.sees("BasketBody")
            assert (after["lines"], after["totals"]) == (before["lines"], before["totals"])
        assert len(at.happened(e.TransactionOpened)) == 1


@pytest.mark.parametrize("tapped", ["before the cut", "while it is dark", "after the restart"])
def test_power_lost_while_the_card_is_in_charges_once(tapped: str) -> None:
    with lane() as at:
        with at.headless() as kiosk:
            kiosk.sees("AttractBody")
            at.scan(MILK)
            kiosk.sees("BasketBody")
            kiosk.touch("CheckoutRequested")
            kiosk.touch("TenderChosen", tender_id="card")
            kiosk.sees("CardBody")
            wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
            if tapped == "before the cut":
                kiosk.process.send_signal(19)  # SIGSTOP: the answer is on the wire, and nobody reads it
                at.turn("terminal", "tap", outcome="approve")
            kiosk.kill()
        if tapped == "while it is dark":
            at.turn("terminal", "tap", outcome="approve")
        with at.headless() as kiosk:
            if tapped == "after the restart":
                kiosk.sees("CardBody")
                at.turn("terminal", "tap", outcome="approve")
            kiosk.sees("ThanksBody")
            wait_until(lambda: at.happened(e.ReceiptPrinted))
        (sale,) = at.happened(e.TransactionCompleted)
        assert [(charge["what"], charge["amount_minor"]) for charge in at.charges()] == [("approved", sale.total.minor)]
        assert len(at.happened(e.TenderRequested)) == 1


def _operator(pin: str, badge: str) -> Operator:
    hashed = hashlib.scrypt(pin.encode(), salt=b"salt", n=2**14, r=8, p=1)
    return Operator("7", "Rahim", "supervisor", Hasher(SHOP_KEY).of("badge", badge), b"salt".hex(), hashed.hex())


def test_staff_sign_in_by_pin_and_a_wrong_one_is_counted_down() -> None:
    with lane(operators=(_operator("47110815", "B-1"),)) as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(i.ViewRequested("staff_sign_in"), i.PinTyped("0000"))
        wait_until(lambda: isinstance(kiosk.body, s.StaffSignInBody) and kiosk.body.attempts_left == 4)
        kiosk.touch(i.PinTyped("47110815"))
        kiosk.sees(s.StaffBody)
        (signed_in,) = at.happened(e.OperatorOn)
        assert (signed_in.name, signed_in.method) == ("Rahim", "pin")
        assert b"47110815" not in (at.data / "journal.db-wal").read_bytes()


def test_a_newer_book_waits_until_the_basket_is_done() -> None:
    shop = small_shop()
    with lane(shop) as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        build_book(at.data, shop, version=2)
        engine = kiosk.kiosk._engine
        assert kiosk.kiosk._loop is not None
        kiosk.kiosk._loop.call_soon_threadsafe(engine.book_arrived, 2)
        at.turn("terminal", "auto", outcome="approve")
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        kiosk.sees(s.ThanksBody)
        assert [sale.book_version for sale in at.happened(e.TransactionCompleted)] == [1]
        wait_until(lambda: at.happened(e.ReceiptPrinted))  # until then a scan is refused: the receipt first
        at.scan(TEA)
        wait_until(lambda: len(at.happened(e.TransactionOpened)) == 2)
        assert at.happened(e.TransactionOpened)[1].book_version == 2
