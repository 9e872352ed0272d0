"""What staff do beside the sale: training that leaves nothing behind, devices that are tried out, returns by rank."""

from __future__ import annotations

from functools import partial

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.kiosk_page import Shopper
from tests.journeys.shop import MILK, Scale, Scanner, Shop, Staff, Terminal

pytestmark = pytest.mark.tail

BAND = "TRAINING \N{EN DASH} nothing is sold"


def test_training_mode_leaves_no_trace(
    shop: Shop, shopper: Shopper, staff: Staff, scanner: Scanner, terminal: Terminal
) -> None:
    staff.signs_in("supervisor")
    staff.acts("The lane itself", "Training")
    staff.sees(BAND)
    staff.signs_out()
    scanner.scans(MILK)
    shopper.touches("Pay")
    shopper.touches("Card")
    shopper.sees("Thank you!", BAND)
    shop.waits(7)
    shopper.sees_screen(s.AttractBody)
    staff.signs_in("supervisor")
    staff.acts("The lane itself", "Training")
    shopper.sees_no(BAND)
    shopper.sees_screen(s.AttractBody)
    assert not shop.happened(e.TransactionOpened)
    assert shop.sold() == terminal.charged() == []
    scanner.scans(MILK)
    shopper.sees("Milk 1 l")
    (opened,) = shop.happened(e.TransactionOpened)
    assert opened.transaction.number == 1


def test_device_test(shop: Shop, staff: Staff, scale: Scale) -> None:
    scale.bears(1_250)
    staff.signs_in("technician")
    staff.touches("Devices")
    staff.sees("Devices of this lane", "on it: 1.250 kg")
    staff.touches("Test", beside="Receipt printer")
    shop.glass.until(lambda: shop.happened(e.DeviceTested), "a test on record")
    (test,) = shop.happened(e.DeviceTested)
    assert (test.device, test.ok, test.by) == ("printer", True, "op-technician")
    assert test.found
    staff.sees(*test.found.splitlines())


def test_refund_by_a_role_that_may_not(shop: Shop, staff: Staff) -> None:
    for role, offered in (("attendant", False), ("technician", False), ("supervisor", True)):
        staff.signs_in(role)
        more = bool(staff.glass.buttons("More"))
        if more:
            staff.touches("More")
        assert bool(staff.glass.buttons("Return or exchange")) is offered, role
        if more:
            staff.touches("Back")
        staff.signs_out()


def test_an_unplugged_device_is_tested_again_and_again_and_each_try_is_on_record(shop: Shop, staff: Staff) -> None:
    staff.signs_in("technician")
    staff.touches("Devices")
    staff.touches("Test", beside="Receipt printer")
    shop.glass.until(partial(_tested_so_often, shop, 1), "a test on record")
    shop.printer.is_unplugged()
    staff.sees("cable or power")
    for tries in (2, 3):
        staff.touches("Test", beside="Receipt printer")
        shop.glass.until(partial(_tested_so_often, shop, tries), "another on record")
    assert [test.ok for test in shop.happened(e.DeviceTested)] == [True, False, False]
    shop.printer.is_plugged()
    staff.sees_no("cable or power")
    staff.touches("Test", beside="Receipt printer")
    shop.glass.until(partial(_tested_so_often, shop, 4), "one more on record")
    assert shop.happened(e.DeviceTested)[-1].ok


def _tested_so_often(shop: Shop, times: int) -> bool:
    return len(shop.happened(e.DeviceTested)) == times
