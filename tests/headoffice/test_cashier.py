"""The cashier: once per request, what counts and what goes back, whoever falls silent and whatever comes late."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from headoffice.acquirers.settings import Till
from headoffice.database import Database
from headoffice.payments.cashier import Cashier
from headoffice.payments.rules import new
from headoffice.payments.tables import Payment
from kiosk.retail.merchant_qr import Account, MerchantQr, build
from messages.asks import PaymentAnswer, PaymentAsk, PaymentDeed
from tests.support.acquirer import FakeAcquirer
from tests.support.waiting import wait_until

KIOSK, ASKED = "lane-1", 12_345
REQUEST, OTHER = "019f0000-0000-7000-8000-00000000000a", "019f0000-0000-7000-8000-00000000000b"
PIX = (Account("26", (("00", "br.gov.bcb.pix"), ("01", "key"))),)


def code(_request: str, amount_minor: int, currency: str) -> str:
    amount = f"{amount_minor // 100}.{amount_minor % 100:02}"
    return build(MerchantQr(PIX, currency, "BR", "Mercado Verde", "SAO PAULO", amount=amount))


class House:
    """A cashier that does everything at once, its acquirer, its clock, and all that kiosks were told."""

    def __init__(self, database: Database) -> None:
        self.now_ms = 1_800_000_000_000
        self.acquirer = FakeAcquirer(code)
        self.told: list[tuple[str, PaymentAnswer]] = []
        self.database = database
        till = Till(self.acquirer, seconds=120, schemes=frozenset({"br.gov.bcb.pix"}))
        self.cashier = Cashier(
            database, {"pix": till}, clock=lambda: self.now_ms, tell=lambda kiosk, told: self.told.append((kiosk, told))
        )

    def ask(
        self, deed: PaymentDeed, *, kiosk: str = KIOSK, request: str = REQUEST, minor: int = ASKED
    ) -> PaymentAnswer:
        """Ask, and give the answer to it."""
        before = len(self.told)
        self.cashier.asked(
            kiosk,
            PaymentAsk(
                correlation="c", request=request, deed=deed, amount_minor=ASKED, currency="BRL", tender_id="pix"
            ),
        )
        ((whom, answer),) = self.told[before:]
        assert (whom, answer.correlation, answer.request) == (kiosk, "c", request)
        return answer

    def later(self, milliseconds: int) -> None:
        """Let time pass, and have what is due looked after."""
        self.now_ms += milliseconds
        self.cashier.attend()

    @property
    def news(self) -> list[tuple[str, str]]:
        """What was told unasked: (state, reason)."""
        return [(told.state, told.reason) for _, told in self.told if not told.correlation]


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_a_charge_is_answered_with_a_code_and_written_down_before_the_acquirer_hears_of_it(house: House) -> None:
    house.acquirer.silent = "before"
    seen: list[str] = []
    make = house.acquirer.make

    def look(request: str, amount_minor: int, currency: str) -> str:
        with house.database.read() as session:
            seen.append(session.get_one(Payment, request).state)
        return make(request, amount_minor, currency)

    house.acquirer.silent, house.acquirer.make = "", look
    answer = house.ask("charge")
    assert (answer.state, answer.left_ms, answer.payload) == ("waiting", 120_000, code(REQUEST, ASKED, "BRL"))
    assert seen == ["requested"]


def test_a_request_that_comes_again_is_no_second_charge(house: House) -> None:
    first = house.ask("charge")
    assert house.ask("charge").payload == first.payload
    assert house.acquirer.calls.count("create") == 1


def test_a_payment_is_told_by_the_notice_and_again_when_it_is_asked_about(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    for _ in range(3):
        assert house.cashier.noticed(REQUEST)
    assert house.news == [("paid", "")], "told once, however often the notice comes"
    answer = house.ask("status")
    assert (answer.state, answer.amount_minor, answer.reference, answer.scheme) == ("paid", ASKED, "E2E", "Pix")


def test_without_a_notice_the_kiosk_s_own_question_finds_the_payment(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    assert house.ask("status").state == "paid"


def test_an_acquirer_that_was_asked_just_now_is_left_in_peace(house: House) -> None:
    house.ask("charge")
    for _ in range(5):
        assert house.ask("status").state == "waiting"
    assert house.acquirer.calls.count("look") == 1
    house.now_ms += 2_000
    answer = house.ask("status")
    assert house.acquirer.calls.count("look") == 2
    assert answer.payload


def restored(house: House) -> None:
    """Head office goes on from a backup older than every payment."""
    with house.database.write() as session:
        session.execute(delete(Payment))


def test_a_payment_that_a_restored_head_office_has_no_record_of_is_found_at_its_acquirer(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    restored(house)
    answer = house.ask("status")
    assert (answer.state, answer.amount_minor, answer.reference) == ("paid", ASKED, "E2E")
    assert house.ask("status").state == "paid"


def test_a_restored_head_office_whose_acquirer_is_silent_does_not_say_that_nothing_was_paid(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    restored(house)
    house.acquirer.silent = "before"
    assert [house.ask("status").state, house.ask("charge").state] == ["unknown", "unknown"]
    house.acquirer.silent = ""
    house.now_ms += 2_000
    assert house.ask("status").state == "paid"
    assert house.acquirer.calls.count("create") == 1


def test_a_code_that_a_restored_head_office_finds_still_waiting_is_stopped(house: House) -> None:
    house.ask("charge")
    restored(house)
    answer = house.ask("status")
    assert (answer.state, answer.reason) == ("declined", "cancelled")


def test_a_restored_head_office_gives_back_and_stops_what_it_has_no_record_of(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    restored(house)
    assert house.ask("cancel").state == "paid"
    restored(house)
    assert house.ask("refund").state == "refunded"
    assert house.acquirer.refunds == {REQUEST: ASKED}


def test_a_payment_without_a_record_or_an_acquirer_is_unknown_and_not_nothing(house: House) -> None:
    house.cashier = Cashier(house.database, {}, clock=lambda: house.now_ms, tell=house.cashier._tell)
    assert house.ask("status").state == "unknown"


@pytest.mark.parametrize("status", ["declined", "expired", "cancelled"])
def test_the_acquirer_s_no_is_told_with_its_reason(house: House, status: str) -> None:
    house.ask("charge")
    house.acquirer.ends(REQUEST, status)
    house.cashier.noticed(REQUEST)
    assert house.news == [("declined", status)]
    assert house.ask("status").reason == status


def test_another_amount_than_was_asked_for_counts_for_nothing_and_goes_back(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED - 1)
    assert (house.ask("status").state, house.ask("status").reason) == ("refunded", "amount")
    assert house.acquirer.refunds == {REQUEST: ASKED - 1}


def test_a_cancelled_payment_that_comes_all_the_same_goes_back_and_is_told(house: House) -> None:
    house.ask("charge")
    assert (house.ask("cancel").state, house.acquirer.charges[REQUEST].status) == ("declined", "cancelled")
    house.acquirer.pay(REQUEST, ASKED)
    house.cashier.noticed(REQUEST)
    assert house.acquirer.refunds == {REQUEST: ASKED}
    assert house.news == [("refunded", "late")]


def test_late_money_is_found_though_its_notice_was_lost(house: House) -> None:
    house.ask("charge")
    house.ask("cancel")
    house.later(1_000)
    house.acquirer.pay(REQUEST, ASKED)
    house.later(40_000)
    assert house.acquirer.refunds == {REQUEST: ASKED}
    assert house.news == [("refunded", "late")]


def test_late_money_is_found_though_the_acquirer_was_silent_for_days(house: House) -> None:
    house.ask("charge")
    house.ask("cancel")
    house.acquirer.pay(REQUEST, ASKED)
    house.acquirer.silent = "before"
    for _ in range(100):
        house.later(3_600_000)
    house.acquirer.silent = ""
    house.later(3_600_000)
    assert house.acquirer.refunds == {REQUEST: ASKED}
    assert house.news == [("refunded", "late")]


def test_what_was_declined_is_not_looked_at_for_ever(house: House) -> None:
    house.ask("charge")
    house.ask("cancel")
    for _ in range(100):
        house.later(3_600_000)
    looked = len(house.acquirer.calls)
    for _ in range(100):
        house.later(3_600_000)
    assert len(house.acquirer.calls) == looked


def test_a_clock_that_is_set_back_keeps_no_kiosk_from_learning_of_its_payment(house: House) -> None:
    house.ask("charge")
    house.ask("status")
    house.now_ms -= 3_600_000
    house.acquirer.pay(REQUEST, ASKED)
    assert house.ask("status").state == "paid"


def test_a_bank_s_reference_is_never_longer_than_its_column(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    house.acquirer.charges[REQUEST] = replace(house.acquirer.charges[REQUEST], reference="E" * 256, scheme="P" * 256)
    answer = house.ask("status")
    assert (answer.state, answer.reference, answer.scheme) == ("paid", "E" * 128, "P" * 128)


def test_a_cancel_that_comes_too_late_finds_the_money(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    assert house.ask("cancel").state == "paid"


def test_a_cancel_that_nobody_confirms_is_unknown_and_done_later(house: House) -> None:
    house.ask("charge")
    house.acquirer.silent = "before"
    assert house.ask("cancel").state == "waiting", "it may still be paid"
    house.acquirer.silent = ""
    assert house.ask("status").state == "declined", "what was wanted is on disk"


def test_a_code_whose_time_is_up_is_stopped_though_nobody_asks(house: House) -> None:
    house.ask("charge")
    house.later(125_000)
    assert house.acquirer.charges[REQUEST].status == "cancelled"
    assert house.news == [("declined", "cancelled")]


def test_a_silent_acquirer_declines_a_charge_whose_code_nobody_saw(house: House) -> None:
    house.acquirer.silent = "after"
    assert (house.ask("charge").state, house.ask("status").reason) == ("declined", "unavailable")
    assert "does not answer" in house.cashier.trouble()[0]
    house.acquirer.silent = ""
    house.acquirer.pay(REQUEST, ASKED)
    house.cashier.noticed(REQUEST)
    assert house.acquirer.refunds == {REQUEST: ASKED}
    assert house.cashier.trouble() == []


def test_a_refund_is_done_once_and_a_paid_charge_is_found_for_it(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    assert [house.ask("refund").state for _ in range(3)] == ["refunded"] * 3
    assert house.acquirer.calls.count("refund") == 1


def test_a_refund_that_stays_under_way_is_asked_for_again(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    house.ask("status")
    house.acquirer.silent = "after"
    assert house.ask("refund").state == "refunding"
    house.acquirer.silent, house.acquirer.stage = "", "pending"
    house.later(6_000)
    house.acquirer.stage = "done"
    house.later(20_000)
    assert house.news == [("refunded", "reversed")]
    assert house.acquirer.refunds == {REQUEST: ASKED}


def test_a_refund_that_is_refused_is_told_to_people(house: House) -> None:
    house.ask("charge")
    house.acquirer.pay(REQUEST, ASKED)
    house.ask("status")
    house.acquirer.stage = "refused"
    assert house.ask("refund").state == "refund_failed"
    assert "could not be given back" in house.cashier.trouble()[0]


def test_nothing_is_given_back_where_nothing_came(house: House) -> None:
    house.ask("charge")
    house.ask("cancel")
    assert house.ask("refund").state == "declined"
    assert house.acquirer.refunds == {}


def test_what_was_asked_about_before_it_was_begun_is_never_begun(house: House) -> None:
    assert house.ask("status").state == "not_found"
    assert house.ask("charge").state == "not_found"
    assert "create" not in house.acquirer.calls


def test_a_lane_learns_nothing_of_another_lane_s_payment(house: House) -> None:
    house.ask("charge")
    for deed in ("status", "cancel", "refund", "charge"):
        assert house.ask(deed, kiosk="lane-2").state == "not_found"
    assert house.ask("status").state == "waiting"


def test_a_code_that_asks_for_something_else_is_not_shown(house: House) -> None:
    house.acquirer.make = lambda request, amount, currency: code(request, amount + 1, currency)
    assert (house.ask("charge").state, house.ask("status").reason) == ("declined", "code")
    foreign = (Account("26", (("00", "another.scheme"),)),)
    house.acquirer.make = lambda *_: build(MerchantQr(foreign, "BRL", "BR", "Mercado Verde", "SAO PAULO"))
    assert house.ask("charge", request=OTHER).reason == "code"


def test_a_tender_without_an_acquirer_is_not_offered(database: Database) -> None:
    house = House(database)
    house.cashier = Cashier(
        database, {}, clock=lambda: house.now_ms, tell=lambda kiosk, told: house.told.append((kiosk, told))
    )
    assert (house.ask("charge").state, house.ask("status").reason) == ("declined", "not_offered")


def test_a_head_office_that_was_cut_in_the_middle_goes_on_from_its_database(house: House, database: Database) -> None:
    house.acquirer.create(REQUEST, ASKED, "BRL", seconds=120)
    with database.write() as session:
        session.add(new(REQUEST, KIOSK, tender_id="pix", amount=ASKED, currency="BRL", now_ms=house.now_ms))
    house.later(16_000)
    assert house.acquirer.charges[REQUEST].status == "cancelled"
    assert house.news == [("declined", "cancelled")]


def test_threads_do_the_work_and_leave_nothing_behind(database: Database) -> None:
    house = House(database)
    house.cashier.start()
    try:
        for number in range(20):
            request = f"{REQUEST[:-4]}{number:04}"
            house.cashier.asked(
                KIOSK,
                PaymentAsk(
                    correlation=f"c{number}",
                    request=request,
                    deed="charge",
                    amount_minor=ASKED,
                    currency="BRL",
                    tender_id="pix",
                ),
            )
        wait_until(lambda: len(house.told) == 20)
    finally:
        house.cashier.stop()
    assert {told.state for _, told in house.told} == {"waiting"}


_STEPS = st.lists(
    st.sampled_from(
        ["charge", "status", "cancel", "refund", "pay", "pay_other", "expire", "decline", "notice", "silent_before",
         "silent_after", "speak", "second", "minute", "three_minutes"]
    ),
    max_size=14,
)  # fmt: skip


@given(steps=_STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_the_end_money_has_either_paid_for_something_or_gone_back(database: Database, steps: list[str]) -> None:
    with database.write() as session:
        session.execute(delete(Payment))
    _walk(House(database), steps)


def _walk(house: House, steps: list[str]) -> None:
    for step in ["charge", *steps]:
        _step(house, step)
    house.acquirer.silent = ""
    for _ in range(6):
        house.later(90_000_000)
    last = house.ask("status")
    charge = house.acquirer.charges.get(REQUEST)
    paid = charge.paid_minor if charge is not None else 0
    back = house.acquirer.refunds.get(REQUEST, 0)
    assert paid - back == (ASKED if last.state == "paid" else 0), json.dumps([steps, last.state, paid, back])
    states = [told.state for _, told in house.told]
    for never in ("declined", "refunding", "refunded"):
        if never in states:
            assert "paid" not in states[states.index(never) :], "what was said to be nothing has become a payment"


def _step(house: House, step: str) -> None:
    waiting = {"second": 1_000, "minute": 60_000, "three_minutes": 180_000}
    silence = {"silent_before": "before", "silent_after": "after", "speak": ""}
    if step in waiting:
        house.later(waiting[step])
    elif step in silence:
        house.acquirer.silent = silence[step]
    elif step == "notice":
        house.cashier.noticed(REQUEST)
    elif step in ("charge", "status", "cancel", "refund"):
        house.ask(step)  # type: ignore[arg-type]  # one of the deeds
    elif REQUEST in house.acquirer.charges and step.startswith("pay"):
        house.acquirer.pay(REQUEST, ASKED if step == "pay" else ASKED + 7)
    elif REQUEST in house.acquirer.charges:
        house.acquirer.ends(REQUEST, {"expire": "expired", "decline": "declined"}[step])
