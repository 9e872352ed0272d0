"""Paying at the counter, and slips of baskets put aside: taken, shown, scanned here and elsewhere, refused."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.parking import ParkingRules
from kiosk.retail.policy import Policy
from kiosk.retail.slip_code import slip_code, slip_key
from messages import local
from messages.basket_asks import BasketRow
from messages.values import LineItem, Money
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, TEA, WINE, Scanner, Shop, Staff
from tests.journeys.ways import at_the_counter
from tests.support.kiosk import SHOP_KEY

KEY = slip_key(bytes.fromhex(SHOP_KEY))
NAMES = {"en": "English", "bn": "বাংলা", "pt_BR": "Português"}


def _no_ways(policy: Policy) -> Policy:
    """Cards and codes alone; the counter where none of them works."""
    tenders = tuple(each for each in policy.tenders if each.kind != "cash")
    return replace(policy, tenders=tenders, parking=ParkingRules(counter="when_shut"))


def parked_of(shop: Shop) -> e.TransactionSuspended:
    """The basket that was put aside last."""
    shop.glass.until(lambda: shop.happened(e.TransactionSuspended), "a basket put aside")
    found = shop.happened(e.TransactionSuspended)[-1]
    assert isinstance(found, e.TransactionSuspended)
    return found


def slip_of(shop: Shop, parked: e.TransactionSuspended) -> str:
    """What the slip of it says."""
    (opened,) = (one for one in shop.happened(e.TransactionOpened) if one.transaction.uuid == parked.transaction)
    return slip_code(KEY, opened.transaction.store, parked.transaction, parked.expires_ms)


def far(parked: e.TransactionSuspended, state: str = "given", uuid: str = "") -> local.BasketFound:
    """Head office's word on a basket of another lane, with these lines."""
    lines = msgspec.convert(msgspec.to_builtins(parked.lines), tuple[LineItem, ...])
    given = lines if state == "given" else ()
    return local.BasketFound("", state, uuid or parked.transaction, "lane-2", given)  # type: ignore[arg-type]  # a word of the protocol


@pytest.mark.plan(policy=at_the_counter)
@pytest.mark.parametrize("language", ["en", "bn", "pt_BR"])
def test_pay_at_the_counter(shop: Shop, shopper: Shopper, scanner: Scanner, staff: Staff, language: str) -> None:
    shopper.touches(NAMES[language])
    scanner.scans(MILK, TEA)
    shopper.touches_said("basket.pay")
    shopper.touches_said("counter.choose")
    shopper.sees_screen(s.SlipBody)
    shopper.sees_said("slip.title_counter", "slip.what_counter")
    shopper.sees_said("slip.take")
    parked = parked_of(shop)
    assert not shop.happened(e.TransactionCompleted)
    (paper,) = shop.papers()
    assert slip_of(shop, parked) in paper
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    scanner.scans(slip_of(shop, parked))
    shopper.sees_screen(s.BasketBody)
    assert [line.item_id for line in parked.lines] == ["milk", "tea"]
    shopper.touches_said("basket.pay")
    shopper.touches(shop.glass.speaker.name({"en": "Cash", "bn": "নগদ", "pt_BR": "Dinheiro"}))
    staff.signs_in()
    staff.touches_said("act.cash_received")
    staff.types("100000")
    staff.touches_said("act.cash_received")
    shop.glass.until(shop.sold, "a sale")
    assert shop.sold() == [69_500]


@pytest.mark.plan(policy=_no_ways, office=True)
def test_the_counter_is_told_of_before_the_first_scan_where_nothing_else_works(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    assert shop.office is not None
    shop.terminal.is_unplugged()
    shop.office.goes(online=False)
    shopper.sees("Scan here, pay at the counter")
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.sees("Card")
    shopper.cannot_touch("Card")
    shopper.touches("Pay at the counter")
    shopper.sees("Please take your slip")


@pytest.mark.plan(policy=at_the_counter)
def test_where_the_printer_is_gone_the_code_is_on_the_screen(shop: Shop, shopper: Shopper, scanner: Scanner) -> None:
    shop.printer.is_unplugged()
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Pay at the counter")
    shopper.sees("Take a photo of this code", "The slip cannot be printed. The photo is your slip.")
    shop.waits(7)
    shopper.sees("Take a photo of this code")
    shopper.touches("Done")
    shopper.sees_screen(s.AttractBody)
    scanner.scans(slip_of(shop, parked_of(shop)))
    shopper.sees("Milk 1 l", "1 item")


@pytest.mark.plan(policy=at_the_counter)
def test_after_a_power_cut_the_slip_is_printed_again_and_takes_the_basket_up(
    shop: Shop, shopper: Shopper, scanner: Scanner
) -> None:
    shop.printer.is_unplugged()
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Pay at the counter")
    shopper.sees("Take a photo of this code")
    shop.power_is_cut()
    shop.starts()
    shopper.sees("Please take your slip")
    (paper,) = shop.papers()
    assert slip_of(shop, parked_of(shop)) in paper


@pytest.mark.plan(office=True)
@pytest.mark.parametrize("language", ["en", "bn", "pt_BR"])
def test_a_slip_resumed_at_another_kiosk(shop: Shop, shopper: Shopper, scanner: Scanner, language: str) -> None:
    assert shop.office is not None
    shopper.touches(NAMES[language])
    scanner.scans(MILK, WINE)
    shopper.sees_said("line.age")
    shop.staff.signs_in()
    shop.staff.acts(shop.staff.says("act.suspend"))
    parked = parked_of(shop)
    shopper.sees_said("slip.printed_for_staff")
    shop.staff.touches_said("staff.sign_out")
    shopper.sees_screen(s.AttractBody)
    store = shop.happened(e.TransactionOpened)[0].transaction.store
    elsewhere = "01909a5e-0000-7000-8000-0000000000ff"
    shop.office.baskets.append(far(parked, uuid=elsewhere))
    scanner.scans(slip_code(KEY, store, elsewhere, 0))
    shopper.sees_screen(s.BasketBody)
    shopper.sees_said("line.age")
    assert [(taken.origin, taken.by) for taken in shop.happened(e.BasketTakenOver)] == [(elsewhere, "shopper")]


@pytest.mark.plan(office=True)
def test_a_wrong_slip_is_refused_with_its_word(shop: Shop, shopper: Shopper, scanner: Scanner, staff: Staff) -> None:
    assert shop.office is not None
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    staff.acts("Park basket")
    parked = parked_of(shop)
    staff.signs_out()
    uuid, code = parked.transaction, slip_of(shop, parked)
    store = shop.happened(e.TransactionOpened)[0].transaction.store
    scanner.scans(slip_code(bytes(32), store, uuid, 0))
    shopper.sees("This slip was not made by a kiosk of this shop. Please show it to staff.")
    scanner.scans(slip_code(KEY, "another-shop", uuid, 0))
    shopper.sees("This slip is from another of our shops. The basket is there.")
    scanner.scans(slip_code(KEY, store, uuid, 60_000))
    shopper.sees("This slip has expired. Please scan your items again.")
    shop.office.baskets += [far(parked, "gone"), far(parked, "unknown")]
    scanner.scans(code)
    shopper.sees("This basket is now at another kiosk.")
    scanner.scans(code)
    shopper.sees("The basket of this slip is no longer kept: it was taken up or cancelled.")
    assert not shop.happened(e.TransactionResumed)
    scanner.scans(TEA)
    shopper.sees("Tea 400 g")
    scanner.scans(code)
    shopper.sees("A basket is open here. Please finish it first.")


@pytest.mark.plan(office=True)
def test_staff_take_a_basket_from_a_lane_that_never_came_back(
    shop: Shop, shopper: Shopper, scanner: Scanner, staff: Staff
) -> None:
    assert shop.office is not None
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    staff.signs_in()
    staff.acts("Park basket")
    parked = parked_of(shop)
    money = Money(9_500, "BDT")
    shop.office.parked = (
        BasketRow("theirs", "2", "2-1-000007", parked.utc_ms, 1, money, "counter", 0, "given", "4", parked.utc_ms),
    )
    staff.sees("1 basket put aside")
    staff.acts("Resume basket")
    staff.sees("Lane 2", "Given to lane 4, no word from it since")
    staff.touches("Go on", beside="Lane 2")
    staff.sees("Take it from the other lane?")
    shop.office.baskets.append(far(parked, uuid="theirs"))
    staff.touches("I have looked: it will not be paid there")
    shop.glass.until(lambda: shop.happened(e.BasketTakenOver), "the basket")
    assert any(isinstance(heard, local.AskBasket) and heard.again for heard in shop.office.heard)
    assert [(one.target, one.reason) for one in shop.happened(e.StaffActed)][-1] == ("theirs", "again")
