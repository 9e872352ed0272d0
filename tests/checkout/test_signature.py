"""A card paid for with a signature: staff judge it, and a refused one is given back and does not count."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.decide import light
from kiosk.checkout.screen import CardBody, StaffBody, TenderChoiceBody
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane

MILK, TEA = "8901234567890", "4006381333931"
STAFF = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
SLIP = ("CARDHOLDER COPY", "AUTH A1B2C3")


def signed(lane: HandLane, tender: str, minor: int | None = None) -> HandLane:
    """The terminal says yes, and wants the signature judged."""
    asked = next(k.amount for k in lane.happened(e.TenderRequested) if k.tender == tender)
    amount = asked if minor is None else Money(minor, asked.currency)
    answer = i.TerminalAnswered(
        tender,
        "approved" if minor is None else "partial",
        amount,
        "A1B2C3",
        "VISA",
        "************1111",
        "ref-1",
        acquirer="Bank",
        terminal_id="T7",
        card_entry="chip",
        signature=True,
        slip=SLIP,
    )
    return lane.tell(answer)


def judged(lane: HandLane, act: i.OperatorAct) -> HandLane:
    (raised,) = lane.state.interventions
    return lane.tell(STAFF, i.OperatorActed(act, target=raised.intervention))


def test_a_signature_holds_the_sale_until_staff_have_judged_it() -> None:
    lane = open_lane().scan(MILK)
    signed(lane, lane.pay_by_card())
    assert [raised.kind for raised in lane.state.interventions] == ["signature"]
    assert light(lane.state).colour == "red"
    body = lane.screen.body
    assert isinstance(body, CardBody)
    assert (body.stage, body.amount) == ("signature", Money(9500, "BDT"))
    lane.tell(i.CheckoutRequested(), i.TenderChosen("card"))
    assert lane.no_effect(f.Charge)
    assert lane.happened(e.TransactionCompleted) == []


def test_an_accepted_signature_completes_the_sale_with_all_that_a_receipt_owes() -> None:
    lane = open_lane().scan(MILK)
    signed(lane, lane.pay_by_card())
    judged(lane, "approve")
    (sale,) = lane.happened(e.TransactionCompleted)
    (paid,) = sale.tenders
    assert (paid.acquirer, paid.terminal_id, paid.card_entry, paid.signature, paid.slip) == (
        "Bank",
        "T7",
        "chip",
        True,
        SLIP,
    )
    assert lane.state.interventions == ()


def test_a_refused_signature_is_given_back_once_and_the_shopper_may_pay_otherwise() -> None:
    lane = open_lane().scan(MILK)
    first = lane.pay_by_card()
    signed(lane, first)
    judged(lane, "refuse")
    assert lane.effect(f.Reverse) == f.Reverse(first, "card", Money(9500, "BDT"), "ref-1", "card")
    assert lane.state.transaction is not None
    assert lane.state.transaction.paid == 0
    lane.tell(i.ReversalAnswered(first, done=True), i.ViewRequested("basket"), i.CheckoutRequested())
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody)
    assert body.totals.due == Money(9500, "BDT")
    lane.approve(first)
    assert lane.no_effect(f.Reverse)
    lane.approve(lane.pay_by_card())
    (sale,) = lane.happened(e.TransactionCompleted)
    assert len(sale.tenders) == 1
    assert lane.state.reversals == ()


def test_a_power_cut_while_staff_compare_leaves_the_question_open() -> None:
    lane = open_lane().scan(MILK)
    signed(lane, lane.pay_by_card())
    lane.power_cut()
    body = lane.screen.body
    assert isinstance(body, CardBody)
    assert body.stage == "signature"
    judged(lane, "approve")
    assert len(lane.happened(e.TransactionCompleted)) == 1


def test_a_power_cut_after_the_refusal_asks_for_the_money_back_again() -> None:
    lane = open_lane().scan(MILK)
    signed(lane, lane.pay_by_card())
    judged(lane, "refuse")
    lane.power_cut()
    assert lane.effect(f.Reverse).reference == "ref-1"


def test_a_signed_part_leaves_the_rest_to_pay_once_accepted() -> None:
    lane = open_lane().scan(MILK)
    signed(lane, lane.pay_by_card(), 4000)
    judged(lane, "approve").tell(i.OperatorSignedOut(), i.ViewRequested("tender_choice"))
    body = lane.screen.body
    assert isinstance(body, TenderChoiceBody)
    assert body.totals.due == Money(5500, "BDT")


def test_cancelling_the_sale_instead_gives_the_signed_payment_back() -> None:
    lane = open_lane().scan(MILK)
    tender = lane.pay_by_card()
    signed(lane, tender)
    lane.tell(STAFF)
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert "approve" in body.acts
    lane.tell(i.OperatorActed("cancel_transaction"))
    assert lane.effect(f.Reverse).tender == tender
    assert lane.state.interventions == ()
