"""What holds on every screen there is: three languages, no dead end, a power cut, a cable that is pulled."""

from __future__ import annotations

import re
from typing import Final

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.shop import Shop, opened
from tests.journeys.test_leaving import ASKED
from tests.journeys.ways import SCREENS, WAYS, comes_to, plan_for
from ui.widgets.header import LANGUAGE_NAMES

LATIN_DIGIT: Final = re.compile("[0-9]")
FOREIGN: Final = ("bKash", "7-", "1.1.0")
"""Proper names, a sale's number and a version are the same in every language."""
_IN_LATIN: Final = (s.CouponBody, s.RefundFindBody)
"""A coupon's code and a receipt's number are typed as they are printed."""
MESSAGE_ID: Final = re.compile(r"^[a-z_]+\.[a-z_.]+$")
DEVICES: Final = {
    "scanner": "device.scanner_lost",
    "produce_scale": "device.produce_scale_lost",
    "printer": "device.printer_lost",
    "terminal": "device.card_reader_lost",
    "camera": "",
}
"""What the shopper is told; a camera that is lost is only for staff."""
WHILE_LOST: Final[dict[type[s.Body], type[s.Body]]] = {s.CardBody: s.TenderChoiceBody}
"""A terminal whose cable is pulled before a card was shown says, when it is back, that nothing was paid."""
MAIN: Final = (s.AttractBody, s.BasketBody, s.WeighBody, s.TenderChoiceBody, s.CardBody, s.ThanksBody)
RESUMES: Final = {
    s.AttractBody: s.AttractBody,
    s.LookUpBody: s.AttractBody,
    s.WeighBody: s.AttractBody,
    s.LoyaltyBody: s.AttractBody,
    s.StaffSignInBody: s.AttractBody,
    s.StaffBody: s.AttractBody,
    s.DevicesBody: s.AttractBody,
    s.BasketBody: s.BasketBody,
    s.QuantityBody: s.BasketBody,
    s.CouponBody: s.BasketBody,
    s.BuyerBody: s.BasketBody,
    s.TenderChoiceBody: s.BasketBody,
    s.CardBody: s.CardBody,
    s.InstalmentsBody: s.BasketBody,
    s.ValueBody: s.BasketBody,
    s.VoucherRestBody: s.BasketBody,
    s.GiftAmountBody: s.AttractBody,
    s.QrBody: s.QrBody,
    s.PointsBody: s.PointsBody,
    s.CashBody: s.CashBody,
    s.CashMachineBody: s.CashMachineBody,
    s.ReceiptChoiceBody: s.ReceiptChoiceBody,
    s.ThanksBody: s.ThanksBody,
    s.OutOfServiceBody: s.OutOfServiceBody,
    s.RefundFindBody: s.AttractBody,
    s.RefundLinesBody: s.AttractBody,
    s.RefundMoneyBody: s.RefundMoneyBody,
    s.SlipBody: s.AttractBody,
    s.ParkedBody: s.AttractBody,
}
"""What stands there when the power is back. A new screen must be written down here too."""


def named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


def speaks(shop: Shop, language: str) -> None:
    words = shop.shopper.reads()
    assert [word for word in words if MESSAGE_ID.match(word)] == []
    if language == "bn" and not isinstance(shop.glass.body, _IN_LATIN):
        latin = [word for word in words if LATIN_DIGIT.search(word)]
        assert [word for word in latin if not any(name in word for name in FOREIGN)] == []


@pytest.mark.tail
@pytest.mark.parametrize("screen", SCREENS, ids=named)
def test_each_screen_speaks_three_languages_and_writes_their_digits(window: object, screen: type[s.Body]) -> None:
    assert window is not None
    with opened(plan_for(screen)) as shop:
        comes_to(shop, screen)
        if screen in (s.AttractBody, s.OutOfServiceBody):  # nobody has chosen a language there yet
            speaks(shop, "en")
            return
        shown = "en"
        for language in ("bn", "pt_BR", "en"):
            shop.shopper.touches(LANGUAGE_NAMES[shown])
            shop.shopper.touches(LANGUAGE_NAMES[language])
            shop.glass.until(lambda language=language: shop.glass.language == language, f"not in {language}")  # type: ignore[misc]
            shop.shopper.sees_screen(screen)
            speaks(shop, language)
            shown = language


def test_each_screen_has_a_way_to_it_and_an_end_written_down() -> None:
    assert [screen for screen in SCREENS if screen not in RESUMES or screen not in ASKED or screen not in WAYS] == []


@pytest.mark.tail
@pytest.mark.parametrize("screen", SCREENS, ids=named)
def test_power_cut_on_each_screen(window: object, screen: type[s.Body]) -> None:
    assert window is not None
    with opened(plan_for(screen)) as shop:
        comes_to(shop, screen)
        before = [line.item for line in shop.happened(e.LineAdded)]
        shop.power_is_cut()
        shop.starts()
        shop.shopper.sees_screen(RESUMES[screen])
        assert [line.item for line in shop.happened(e.LineAdded)] == before
        assert not shop.happened(e.TransactionVoided)
        if RESUMES[screen] is s.BasketBody:
            shop.shopper.sees_said("power.restored")
            shop.shopper.sees("Milk 1 l", "৳95.00")


@pytest.mark.tail
@pytest.mark.parametrize("screen", MAIN, ids=named)
def test_scanner_scale_printer_terminal_camera_unplugged_and_back_on_each_screen(
    window: object, screen: type[s.Body]
) -> None:
    assert window is not None
    with opened(plan_for(screen)) as shop:
        comes_to(shop, screen)
        for device, told in DEVICES.items():
            shop.lane.turn(device, "unplug")
            if told and screen is not s.AttractBody:
                shop.shopper.sees_said(told)
            shop.lane.turn(device, "plug")
            if told:
                shop.shopper.sees_no(shop.shopper.says(told))
        assert type(shop.glass.body) in (screen, WHILE_LOST.get(screen))
