"""Leaving and coming back: whoever walks away from any screen is asked first, and the next finds nothing of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from tests.journeys.shop import Shop, opened
from tests.journeys.ways import SCREENS, comes_to, plan_for

ASKED: Final = {
    s.BasketBody: "suspended",
    s.LookUpBody: "start over",
    s.WeighBody: "start over",
    s.QuantityBody: "suspended",
    s.LoyaltyBody: "start over",
    s.CouponBody: "suspended",
    s.BuyerBody: "suspended",
    s.TenderChoiceBody: "suspended",
    s.StaffSignInBody: "start over",
    s.StaffBody: "locked",
    s.DevicesBody: "locked",
    s.SlipBody: "leaves",
    s.ParkedBody: "locked",
    s.AttractBody: "stays",
    s.OutOfServiceBody: "stays",
    s.ThanksBody: "leaves",
    s.ReceiptChoiceBody: "leaves",
    s.CardBody: "pays",
    s.InstalmentsBody: "suspended",
    s.ValueBody: "suspended",
    s.VoucherRestBody: "suspended",
    s.GiftAmountBody: "start over",
    s.QrBody: "pays",
    s.PointsBody: "pays",
    s.CashBody: "pays",
    s.CashMachineBody: "pays",
    s.RefundFindBody: "locked",
    s.RefundLinesBody: "locked",
    s.RefundMoneyBody: "locked",
}
"""What becomes of a screen that somebody leaves as it is. A new screen must be written down here too."""


def asked_first(shop: Shop) -> None:
    shop.waits(61)
    shop.shopper.sees("Are you still there?", "I am still here")
    shop.waits(21)


def suspended(shop: Shop) -> None:
    asked_first(shop)
    shop.shopper.sees_screen(s.AttractBody)
    assert [parked.reason for parked in shop.happened(e.TransactionSuspended)] == ["walked_away"]


def start_over(shop: Shop) -> None:
    asked_first(shop)
    shop.shopper.sees_screen(s.AttractBody)
    assert not shop.happened(e.TransactionSuspended)


def locked(shop: Shop) -> None:
    shop.waits(61)
    shop.shopper.sees_no("Sign out")
    assert [off.reason for off in shop.happened(e.OperatorOff)] == ["auto_lock"]


def stays(shop: Shop) -> None:
    before = shop.shopper.reads()
    shop.waits(300)
    assert shop.shopper.reads() == before


def leaves(shop: Shop) -> None:
    shop.waits(21)
    shop.shopper.sees_screen(s.ThanksBody if shop.happened(e.ReceiptDeclined) else s.AttractBody)
    shop.waits(7)
    shop.shopper.sees_screen(s.AttractBody)


def pays(shop: Shop) -> None:
    """Money may be on its way: nobody parks that basket while it is, and it is never lost."""
    shop.waits(62)
    assert not shop.happened(e.TransactionSuspended)
    assert not shop.happened(e.TransactionVoided)


ENDS: Final[dict[str, Callable[[Shop], None]]] = {
    "suspended": suspended,
    "start over": start_over,
    "locked": locked,
    "stays": stays,
    "leaves": leaves,
    "pays": pays,
}


@pytest.mark.tail
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_walk_away_on_each_screen_warning_then_suspended(window: object, screen: type[s.Body]) -> None:
    assert window is not None
    with opened(plan_for(screen)) as shop:
        comes_to(shop, screen)
        ENDS[ASKED[screen]](shop)
