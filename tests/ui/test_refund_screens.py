"""Staff take something back: lines are chosen with their reasons, money goes back by what the screen offers."""

from __future__ import annotations

import pytest

from kiosk.checkout import inputs as i
from tests.support.screens import screen
from tests.ui.conftest import Shopper, buttons
from ui.text import Words


def test_a_receipt_s_number_is_typed_and_sent(shopper: Shopper) -> None:
    view = shopper.sees(screen("refund_find", "en"))
    for key in "3-1-42":
        shopper.touches(view.keys.keys[key])
    shopper.touches(view.send)
    shopper.touches(view.back)
    assert shopper.submitted == [i.SaleSought("3-1-42"), i.ViewRequested("staff")]


def test_a_line_is_chosen_with_its_units_its_reason_and_where_it_goes(shopper: Shopper) -> None:
    view = shopper.sees(screen("refund_lines", "en"))
    shopper.touches(view.list.row(4).take)
    shopper.touches(view.question.keypad.keys["5"])
    shopper.touches(view.question.take)
    shopper.touches(buttons(view.question)["Damaged"])
    shopper.touches(view.list.row(2).where)
    shopper.touches(buttons(view.question)["Back to the shelf"])
    shopper.touches(view.list.row(2).leave)
    shopper.touches(view.confirm)
    assert shopper.submitted == [
        i.ReturnLineChosen(4, 5, "damaged", "damaged"),
        i.ReturnLineChosen(2, 1, "faulty", "shelf"),
        i.ReturnLineChosen(2, 0),
        i.ReturnsConfirmed(),
    ]
    assert view.list.row(3).take.parent is None, "what may not come back cannot be chosen"


def test_all_of_it_takes_one_touch_and_a_reason(shopper: Shopper) -> None:
    view = shopper.sees(screen("refund_lines", "en"))
    shopper.touches(view.all)
    shopper.touches(buttons(view.question)["Damaged"])
    assert view.question is None
    assert shopper.submitted == [i.ReturnAllChosen("damaged", "damaged")]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("refund_ready", [i.MoneyBackRequested(), i.ViewRequested("basket"), i.ReturnsDropRequested()]),
        ("refund_cash", [i.CashHandedBack(), i.PaymentCancelled()]),
        (
            "refund_refused",
            [
                i.MoneyBackRequested(),
                i.MoneyBackRequested(cash=True),
                i.MoneyBackRequested(credit=True),
                i.ReturnsDropRequested(),
            ],
        ),
        ("refund_unknown", [i.OperatorActed("tender_was_approved"), i.OperatorActed("tender_was_declined")]),
        ("refund_unknown_code", [i.OperatorActed("tender_was_approved")]),
        ("refund_shopper", []),
    ],
)
def test_each_stage_offers_what_staff_can_do_and_the_shopper_nothing(
    shopper: Shopper, name: str, sent: list[i.Touch]
) -> None:
    view = shopper.sees(screen(name, "en"))
    for button in tuple(view.deeds.values()):
        shopper.touches(button)
    assert shopper.submitted == sent


def test_who_brought_something_back_is_told_of_the_return_and_of_no_payment_or_goods(shopper: Shopper) -> None:
    def words(name: str) -> str:
        view = shopper.sees(screen(name, "en"))
        return " ".join(part.text for part in view.walk(restrict=True) if isinstance(part, Words))

    printed, held = words("thanks_returned"), words("thanks_returned_held")
    assert "Please take your receipt" in printed
    assert "Your return is complete. Staff are coming about its receipt." in held
    for said in (printed, held):
        assert "Return number" in said
        assert "payment" not in said
        assert "items" not in said
