"""Gift cards and vouchers at the door, on the wire to head office, and on paper: their numbers are kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from hal.printer.contract import Cut, Part, QrCode, TextLine
from hal.scanner.contract import CodeRead
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.events import SettledTender, StoreCreditIssued
from kiosk.i18n.translate import Translator
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import StoredValueRules, credit_number
from kiosk.retail.tender_terms import VoucherCode
from kiosk.settings import Phone
from kiosk.workstation.identity import Hasher
from kiosk.workstation.intake import Intake
from kiosk.workstation.value_paper import credit_slips, tender_notes
from kiosk.workstation.value_payments import ValuePayments
from messages.local import AskValue, ValueTold
from tests.support.shop import bangladesh

KEY = "00" * 32
HASHER = Hasher(KEY)
NUMBER = "98210000000000000017"
BOTTLES = TenderType("bottles", "paper_voucher", {}, codes=(VoucherCode("299NNNNNNNNNNVVVVVC"),))
VOUCHER = "2990000000001025004"


def policy() -> Policy:
    rules = StoredValueRules(prefixes=("9821",), credit_prefix="9829")
    return replace(bangladesh(), stored_value=rules, tenders=(*bangladesh().tenders, BOTTLES))


def taken_in(tell: Callable[[Intake], None], policy: Callable[[], Policy] = policy) -> list[i.Input]:
    put: list[i.Input] = []
    phone = Phone(calling_code="880", trunk_prefix="0", national_lengths=(10,))
    intake = Intake(put=put.append, mono_ms=lambda: 0, hasher=HASHER, phone=phone, policy=policy, operators=tuple)
    tell(intake)
    return put


# --- at the door -----------------------------------------------------------------------------------------------------


def test_a_gift_card_s_number_is_hashed_at_the_door_scanned_or_typed() -> None:
    presented = i.ValueCardPresented(HASHER.of("value", NUMBER), "**** 0017")
    assert taken_in(lambda door: door.event(CodeRead("scanner", NUMBER, "]C0"))) == [presented]
    typed = replace(presented, keyed=True)
    for digits in (NUMBER, "9821 0000 0000 0000 0017", "৯৮২১০০০০০০০০০০০০০০১৭"):
        assert taken_in(lambda door, digits=digits: door.touch(i.ValueNumberTyped(digits))) == [typed]  # type: ignore[misc]
    assert NUMBER not in repr(i.ValueNumberTyped(NUMBER))


@pytest.mark.parametrize("typed", ["", "1234", "9821000000000017x", "4000000000000000000"])
def test_what_is_no_number_of_ours_is_let_go(typed: str) -> None:
    assert taken_in(lambda door: door.touch(i.ValueNumberTyped(typed))) == [i.ValueNumberRefused()]


def test_a_shop_without_gift_cards_takes_the_number_as_any_code() -> None:
    assert taken_in(lambda door: door.event(CodeRead("scanner", NUMBER, "]C0")), bangladesh) == [
        i.CodeScanned(NUMBER, "]C0", "scanner")
    ]


def test_a_voucher_is_known_by_how_its_code_is_built() -> None:
    read = taken_in(lambda door: door.event(CodeRead("scanner", VOUCHER, "]C0")))
    assert read == [i.VoucherPresented("bottles", HASHER.of("value", VOUCHER), 2_500)]
    wrong = VOUCHER[:-1] + "5"
    assert taken_in(lambda door: door.event(CodeRead("scanner", wrong, "]C0"))) == [
        i.CodeScanned(wrong, "]C0", "scanner")
    ]


# --- to head office --------------------------------------------------------------------------------------------------


class HeadOffice:
    """Answers with what it was given, and remembers what it was asked."""

    def __init__(self, answer: ValueTold) -> None:
        self.answer, self.asked = answer, list[AskValue]()

    async def value(self, ask: AskValue) -> ValueTold:
        self.asked.append(ask)
        return self.answer


def told(**more: object) -> ValueTold:
    return ValueTold("c", "t-1", **more)  # type: ignore[arg-type]


CHARGE = f.Charge("t-1", "stored_value", "gift_card", Money(500, "BDT"), transaction="visit", keyed_hash="hash")


def test_a_hold_is_asked_for_under_the_tender_s_own_id() -> None:
    office = HeadOffice(
        told(state="held", amount_minor=300, currency="BDT", account="gc-1", masked="**** 0017", kind="gift_card")
    )
    answer = asyncio.run(ValuePayments(office.value, lambda: 900).charge(CHARGE))
    (asked,) = office.asked
    assert (asked.request, asked.deed, asked.instrument, asked.amount_minor) == ("t-1", "hold", "account", 500)
    assert (asked.keyed_hash, asked.transaction, asked.deadline_ms) == ("hash", "visit", 900)
    assert answer == i.TerminalAnswered(
        "t-1",
        "approved",
        Money(300, "BDT"),
        brand="gift_card",
        masked_pan="**** 0017",
        reference="gc-1",
    )


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (told(offline=True), i.TerminalSilent("t-1")),
        (told(state="refused", reason="blocked"), i.TerminalAnswered("t-1", "declined", reason="blocked")),
        (told(state="released", reason="forgotten"), i.TerminalAnswered("t-1", "cancelled", reason="forgotten")),
        (told(), i.TerminalAnswered("t-1", "not_found")),
    ],
)
def test_what_head_office_says_becomes_the_tender_s_outcome(said: ValueTold, word: i.Input) -> None:
    office = HeadOffice(said)
    assert asyncio.run(ValuePayments(office.value, lambda: 900).status(f.AskTerminal("t-1", "stored_value"))) == word
    assert office.asked[0].deed == "status"


def test_giving_back_is_letting_go_and_silence_is_no_answer() -> None:
    reverse = f.Reverse("t-1", "stored_value", Money(300, "BDT"), "gc-1")

    def answered(said: ValueTold) -> i.ReversalAnswered | None:
        return asyncio.run(ValuePayments(HeadOffice(said).value, lambda: 900).reverse(reverse))

    assert answered(told(state="released")) == i.ReversalAnswered("t-1", done=True, reason="released")
    assert answered(told(state="settled")) == i.ReversalAnswered("t-1", done=False, reason="settled")
    assert answered(told(offline=True)) is None


# --- on paper --------------------------------------------------------------------------------------------------------


def lines(parts: list[Part]) -> list[str]:
    return [
        f"{part.left.strip()} {part.right}".strip().replace("\N{NO-BREAK SPACE}", " ")
        for part in parts
        if isinstance(part, TextLine)
    ]


def test_a_store_credit_s_slip_bears_the_number_that_head_office_works_out_too() -> None:
    issued = StoreCreditIssued("t-1", "visit", Money(2_500, "BDT"), "9829", "voucher_rest", 0, "2027-11-22")
    said = Translator("en", paper=True)
    slip = list(credit_slips((issued,), HASHER.credit_number, said, "Sobuj Bazar", copy=True))
    number = credit_number(bytes.fromhex(KEY), "9829", "t-1")
    assert QrCode(number) in slip
    assert isinstance(slip[-1], Cut)
    assert any(number in line for line in lines(slip))
    assert "COPY" in lines(slip)


def test_a_receipt_says_what_is_left_what_a_voucher_said_and_each_part() -> None:
    said = Translator("en", paper=True)
    amount = Money(10_000, "BDT")
    card = SettledTender("t", "card", "card", amount, instalments=3, instalments_by="merchant")
    gift = SettledTender("t", "gift_card", "stored_value", amount, balance=Money(500, "BDT"))
    slip = SettledTender("t", "bottles", "paper_voucher", amount, worth=Money(12_000, "BDT"))
    assert lines(list(tender_notes(card, said))) == [
        "3 \N{MULTIPLICATION SIGN} Tk 33.33 without interest",
        "First part Tk 33.34",
    ]
    assert lines(list(tender_notes(gift, said))) == ["Left on the card Tk 5.00"]
    assert lines(list(tender_notes(slip, said))) == ["Worth Tk 120.00"]
    assert list(tender_notes(SettledTender("t", "card", "card", amount), said)) == []
