"""Payments by code: what head office says as inputs, and what is asked of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.money import Money
from kiosk.workstation.payments import CodePayments, PointsPayments, word_of
from messages.asks import PaymentState
from messages.local import AskPayment, AskPoints, PaymentTold, PointsHeld

TAKA = Money(9500, "BDT")


@dataclass
class FakeHeadOffice:
    """Says one thing of every payment."""

    state: PaymentState = "waiting"
    offline: bool = False
    asked: list[AskPayment] = field(default_factory=list)

    async def payment(self, ask: AskPayment) -> PaymentTold:
        self.asked.append(ask)
        if self.offline:
            return PaymentTold(ask.correlation, ask.request, offline=True)
        return PaymentTold(ask.correlation, ask.request, self.state, "a code", 60_000, 9500, "BDT", "E2E", "Pix")


def service(office: FakeHeadOffice) -> CodePayments:
    return CodePayments(office.payment, lambda: 8_000)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (PaymentTold("c", "t", "waiting", "a code", 60_000), i.QrReady("t", "a code", 60_000)),
        (
            PaymentTold("", "t", "paid", amount_minor=9500, currency="BDT", reference="E2E", scheme="Pix"),
            i.TerminalAnswered("t", "approved", TAKA, brand="Pix", reference="E2E"),
        ),
        (PaymentTold("c", "t", "declined", reason="expired"), i.TerminalAnswered("t", "declined", reason="expired")),
        (
            PaymentTold("c", "t", "declined", reason="cancelled"),
            i.TerminalAnswered("t", "cancelled", reason="cancelled"),
        ),
        (PaymentTold("c", "t", "not_found"), i.TerminalAnswered("t", "not_found")),
        (
            PaymentTold("", "t", "refunded", amount_minor=9500, currency="BDT", reference="E2E", reason="late"),
            i.TerminalAnswered("t", "given_back", TAKA, reference="E2E", reason="refunded"),
        ),
        (PaymentTold("c", "t", "unknown"), i.TerminalSilent("t")),
        (PaymentTold("c", "t", "paid", amount_minor=9500, currency="BDT", offline=True), i.TerminalSilent("t")),
    ],
)
def test_what_head_office_says_becomes_an_input(told: PaymentTold, word: i.Input) -> None:
    assert word_of(told) == word


def test_each_question_bears_the_request_and_a_name_of_its_own() -> None:
    office = FakeHeadOffice()

    async def ask() -> None:
        by_code = service(office)
        await by_code.charge(f.Charge("t", "qr", "bkash", TAKA))
        await by_code.status(f.AskTerminal("t", "qr", "bkash", TAKA))
        await by_code.status(f.AskTerminal("t", "qr"))

    asyncio.run(ask())
    assert [(a.request, a.deed, a.amount_minor, a.currency, a.tender_id) for a in office.asked] == [
        ("t", "charge", 9500, "BDT", "bkash"),
        ("t", "status", 9500, "BDT", "bkash"),
        ("t", "status", 0, "", ""),
    ]
    assert len({ask.correlation for ask in office.asked}) == 3


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("refunded", i.ReversalAnswered("t", done=True, reason="refunded")),
        ("declined", i.ReversalAnswered("t", done=True, reason="declined")),
        ("not_found", i.ReversalAnswered("t", done=True, reason="not_found")),
        ("refund_failed", i.ReversalAnswered("t", done=False, reason="refund_failed")),
        ("refunding", None),
        ("unknown", None),
    ],
)
def test_what_goes_back_is_done_when_head_office_says_so(state: PaymentState, answer: i.Input | None) -> None:
    office = FakeHeadOffice(state)
    assert asyncio.run(service(office).reverse(f.Reverse("t", "qr", TAKA, "E2E"))) == answer
    assert (office.asked[0].deed, office.asked[0].amount_minor) == ("refund", 9500)


def test_without_head_office_nothing_is_known_and_nothing_said_of_what_goes_back() -> None:
    office = FakeHeadOffice(offline=True)
    by_code = service(office)
    assert asyncio.run(by_code.charge(f.Charge("t", "qr", "bkash", TAKA))) == i.TerminalSilent("t")
    assert asyncio.run(by_code.reverse(f.Reverse("t", "qr", TAKA, "E2E", "bkash"))) is None
    assert asyncio.run(by_code.abort(f.AbortTerminal("t", "qr"))) is None


def test_a_cancel_that_has_not_been_confirmed_says_nothing_yet() -> None:
    abort = f.AbortTerminal("t", "qr")
    assert asyncio.run(service(FakeHeadOffice("waiting")).abort(abort)) is None
    assert asyncio.run(service(FakeHeadOffice("paid")).abort(abort)) == i.TerminalAnswered(
        "t", "approved", TAKA, brand="Pix", reference="E2E"
    )


# --- points -----------------------------------------------------------------------------------------------------------

HOLD = f.Charge("t", "points", "points", Money(5_000, "BDT"), points=50, transaction="visit-1", member_id="m-1")
Answered = tuple[list[AskPoints], list[i.Input | None]]


def of_points(held: PointsHeld) -> Answered:
    """Everything that can be asked about points, each answered with ``held``: the questions, and the inputs."""
    asked: list[AskPoints] = []

    async def ledger(ask: AskPoints) -> PointsHeld:
        asked.append(ask)
        return held

    async def ask() -> list[i.Input | None]:
        points = PointsPayments(ledger, lambda: 900)
        return [
            await points.charge(HOLD),
            await points.status(f.AskTerminal("t", "points")),
            await points.abort(f.AbortTerminal("t", "points")),
            await points.reverse(f.Reverse("t", "points", HOLD.amount, "")),
        ]

    inputs = asyncio.run(ask())
    return asked, inputs


def test_points_are_held_asked_about_and_let_go_under_the_tender_s_own_name() -> None:
    asked, _ = of_points(PointsHeld("c", "t", "held", 50, 5_000, "BDT"))
    assert [(ask.request, ask.deed, ask.points, ask.amount_minor) for ask in asked] == [
        ("t", "hold", 50, 5_000), ("t", "status", 0, 0), ("t", "release", 0, 0), ("t", "release", 0, 0),
    ]  # fmt: skip
    assert (asked[0].transaction, asked[0].member_id, asked[0].currency) == ("visit-1", "m-1", "BDT")
    assert len({ask.correlation for ask in asked}) == 4


YES = i.TerminalAnswered("t", "approved", HOLD.amount)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (
            PointsHeld("c", "t", "held", 50, 5_000, "BDT"),
            [YES, YES, YES, i.ReversalAnswered("t", done=True, reason="held")],
        ),
        (
            PointsHeld("c", "t", "released"),
            [*[i.TerminalAnswered("t", "cancelled")] * 3, i.ReversalAnswered("t", done=True, reason="released")],
        ),
        (
            PointsHeld("c", "t", "refused", reason="balance", balance=31),
            [
                *[i.TerminalAnswered("t", "declined", reason="balance", points=31)] * 3,
                i.ReversalAnswered("t", done=True, reason="refused"),
            ],
        ),
        (
            PointsHeld("c", "t", "settled", 50, 5_000, "BDT"),
            [YES, YES, YES, i.ReversalAnswered("t", done=False, reason="settled")],
        ),
        (
            PointsHeld("c", "t", "not_found"),
            [*[i.TerminalAnswered("t", "not_found")] * 3, i.ReversalAnswered("t", done=True, reason="not_found")],
        ),
        (PointsHeld("c", "t", offline=True), [i.TerminalSilent("t"), i.TerminalSilent("t"), None, None]),
    ],
    ids=lambda value: value.state if isinstance(value, PointsHeld) else "",
)
def test_what_the_ledger_of_points_says_becomes_an_input(held: PointsHeld, words: list[i.Input | None]) -> None:
    assert of_points(held)[1] == words
