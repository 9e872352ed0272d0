"""What a finger does while cash goes into the machine."""

from __future__ import annotations

from kiosk.checkout import inputs as i
from tests.support.screens import screen
from tests.ui.conftest import Shopper


def test_the_rest_is_paid_in_another_way_once_some_cash_is_in_the_machine(shopper: Shopper) -> None:
    view = shopper.sees(screen("cash_machine_coins", "bn"))
    assert view.rest.parent is None, "nothing is in it yet"
    view = shopper.sees(screen("cash_machine_part", "bn"))
    shopper.touches(view.rest)
    shopper.touches(view.cancel)
    assert shopper.submitted == [i.RestOtherwise(), i.PaymentCancelled()]
