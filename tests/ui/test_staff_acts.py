"""Staff change a price, a quantity, a weight: the pads show the limit, reasons come from the list."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import inputs as i
from kiosk.checkout.screen import InterventionView, StaffBody
from kiosk.checkout.text import text
from kiosk.retail.rights import Rights
from tests.support.screens import BODIES, bdt, screen
from tests.ui.conftest import Shopper, buttons
from tests.ui.test_drawing import unfit
from ui.icons import ICONS
from ui.screens.staff import _ICONS
from ui.screens.staff_pads import NumberPad


def test_every_act_has_a_picture_that_is_there() -> None:
    assert [act for act, icon in _ICONS.items() if icon not in ICONS] == []


def types(shopper: Shopper, pad: object, digits: str) -> None:
    assert isinstance(pad, NumberPad)
    for digit in digits:
        shopper.touches(pad.keypad.keys[digit])


def test_a_price_is_typed_within_the_limit_and_sent_with_its_reason(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    body = BODIES["staff_acts"]
    assert isinstance(body, StaffBody)
    (number, lowest), line = body.lowest[0], body.lines[0]
    shopper.touches(view.list.row(number).change)
    shopper.touches(buttons(view.question)["Change price"])
    pad = view.question
    types(shopper, pad, str(lowest.minor - 1))
    shopper.touches(pad.take)
    assert view.question is pad, "below the limit nothing can be confirmed"
    shopper.touches(pad.keypad.keys["clear"])
    types(shopper, pad, str(lowest.minor))
    shopper.touches(pad.take)
    shopper.touches(buttons(view.question)["Damaged"])
    assert shopper.submitted == [
        i.OperatorActed("price_override", line=line.line, amount=bdt(lowest.minor), reason="damaged")
    ]
    assert view.question is None


def test_a_quantity_is_typed_up_to_the_staff_s_maximum(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    body = BODIES["staff_acts"]
    assert isinstance(body, StaffBody)
    counted = next(line for line in body.lines if line.weight is None)
    shopper.touches(view.list.row(counted.line).change)
    shopper.touches(buttons(view.question)["Change quantity"])
    types(shopper, view.question, "150")
    shopper.touches(view.question.take)
    assert shopper.submitted == [i.OperatorActed("quantity", line=counted.line, quantity=150)]


def test_acts_without_room_of_their_own_are_behind_more(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    assert "no_sale" not in view.acts
    shopper.touches(view.more)
    shopper.touches(buttons(view.question)["Open drawer"])
    shopper.touches(buttons(view.question)["Change needed"])
    assert shopper.submitted == [i.OperatorActed("no_sale", reason="change")]


def test_acts_on_the_lane_itself_are_together_and_a_restart_is_asked_about_twice(shopper: Shopper) -> None:
    body = BODIES["staff_acts"]
    assert isinstance(body, StaffBody)
    acts = (*body.acts, "paper_change", "device_test", "training", "restart", "reboot")
    view = shopper.sees(replace(screen("staff_acts", "en"), body=replace(body, acts=acts)))
    shopper.touches(view.more)
    shopper.touches(buttons(view.question)["The lane itself"])
    assert unfit(view.question, (1280, 800)) == []
    shopper.touches(buttons(view.question)["Restart program"])
    assert shopper.submitted == []
    shopper.touches(buttons(view.question)["Restart program"])
    assert shopper.submitted == [i.OperatorActed("restart")]


def test_a_certificate_keeps_the_noughts_at_its_front(shopper: Shopper) -> None:
    body = BODIES["staff_acts"]
    assert isinstance(body, StaffBody)
    act: i.OperatorAct = "tax_exempt"
    reasons = ((act, Rights().reasons_for(act)),)
    exempting = replace(body, acts=(act,), certificate=8, reasons=reasons)
    view = shopper.sees(replace(screen("staff_acts", "en"), body=exempting))
    shopper.touches(view.acts["tax_exempt"])
    types(shopper, view.question, "00412")
    shopper.touches(view.question.take)
    shopper.touches(buttons(view.question)["Diplomatic mission"])
    assert shopper.submitted == [i.OperatorActed("tax_exempt", "00412", reason="diplomatic")]


def test_a_weight_is_typed_in_grams_for_a_reason(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    shopper.touches(view.acts["weight_keyed"])
    types(shopper, view.question, "1255")
    shopper.touches(view.question.take)
    shopper.touches(buttons(view.question)["Scale out of order"])
    assert shopper.submitted == [i.OperatorActed("weight_keyed", quantity=1255, reason="scale_out")]


def test_a_question_can_be_left_without_an_act(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    shopper.touches(view.more)
    shopper.touches(buttons(view.question)["Back"])
    assert view.question is None
    assert shopper.submitted == []


def test_staff_key_in_a_coupon_s_code(shopper: Shopper) -> None:
    view = shopper.sees(screen("staff_acts", "en"))
    shopper.touches(view.more)
    shopper.touches(buttons(view.question)["Key in a coupon"])
    pad = view.question
    shopper.touches(pad.take)
    for key in "OK7":
        shopper.touches(pad.keys.keys[key])
    shopper.touches(pad.take)
    assert shopper.submitted == [i.OperatorActed("coupon", target="OK7")]


def test_what_keeps_a_sale_is_answered_by_what_the_answer_does(shopper: Shopper) -> None:
    plain = screen("staff_acts", "en")
    body = BODIES["staff_acts"]
    assert isinstance(body, StaffBody)
    waits = tuple(
        InterventionView(kind, kind, text(f"intervention.{kind}"), "nothing", 0)
        for kind in ("fiscal", "printer", "age", "fiscal_cancel")
    )
    view = shopper.sees(replace(plain, body=replace(body, acts=("approve", "refuse"), interventions=waits)))
    said = {waiting.kind: [answer.words for answer in view.list.row(waiting.kind).answers] for waiting in waits}
    assert said == {
        "fiscal": ["Ask again", "Let go without it"],
        "printer": ["Print again", "Let go without paper"],
        "age": ["Approve", "Refuse"],
        "fiscal_cancel": ["Noted"],
    }
    shopper.touches(buttons(view.list)["Ask again"])
    assert shopper.submitted == [i.OperatorActed("approve", "fiscal")]
