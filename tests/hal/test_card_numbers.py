"""No card number passes a driver's edge: whatever field it comes in, no payment, event, log line or error holds it."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.card_reader import nexo as far_nexo
from bench.far_ends.card_reader import zvt as far_zvt
from bench.far_ends.credentials import PASSPHRASE, make_credentials
from bench.far_ends.line import Line
from hal.card_reader import nexo, zvt
from hal.card_reader.common.nexo_envelope import derive_keys, open_sealed
from hal.card_reader.common.zvt_codec import packet
from hal.card_reader.common.zvt_dialogue import Asked, Hearing, judge
from hal.card_reader.contract import Payment, hide_card_numbers
from hal.card_reader.simulated import read_answer
from hal.card_reader.simulated import read_payment as read_simulated
from hal.device import DeviceError
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

KEYS = derive_keys(PASSPHRASE, far_nexo.KEY_IDENTIFIER, far_nexo.KEY_VERSION)
WINDOW = 7
"""Digits of a card number in a row that would say more of it than its last four."""


def _with_check_digit(body: str) -> str:
    for check in "0123456789":
        digits = [int(each) for each in reversed(body + check)]
        if (sum(digits[::2]) + sum(each * 2 - 9 * (each > 4) for each in digits[1::2])) % 10 == 0:
            return body + check
    raise AssertionError


def _written(drawn: tuple[list[str], int, bool]) -> tuple[str, str]:
    """A number of 13 to 19 digits, any seven of which in a row are different and so say where they come from."""
    order, length, grouped = drawn
    if order[0] == "0":
        order = [*order[1:], "0"]
    number = _with_check_digit("".join(order * 2)[: length - 1])
    groups = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return number, groups if grouped and length == 16 else number


PANS = st.tuples(st.permutations("0123456789"), st.integers(13, 19), st.booleans()).map(_written)
"""(the number, how it is written)."""


def _clean(number: str, text: str) -> None:
    squeezed = text.replace(" ", "").replace("-", "")
    for at in range(len(number) - WINDOW + 1):
        assert number[at : at + WINDOW] not in squeezed


def _all_that_is_told(read: Callable[[], object]) -> str:
    """The answer, or everything an error would leave in a log."""
    try:
        return repr(read())
    except DeviceError as error:
        return "".join(traceback.format_exception(error)) + repr(error)


def _everywhere(value: object, written: str) -> Any:  # noqa: ANN401  JSON
    """The same message with the number in each of its words, but those that decide."""
    if isinstance(value, Mapping):
        kept = {"Result", "MessageHeader", "DocumentQualifier"}
        return {key: each if key in kept else _everywhere(each, written) for key, each in value.items()}
    if isinstance(value, list):
        return [_everywhere(each, written) for each in value]
    return f"{value} {written}" if isinstance(value, str) else value


def _paid(written: str) -> dict[str, Any]:
    words = ("AcquirerID", "AcquirerPOIID", "ApprovalCode", "MerchantID")
    card = dict.fromkeys(("MaskedPan", "MaskedPAN", "PAN", "PaymentBrand", "Track2", "PaymentToken"), "x")
    result = {
        "AmountsResp": {"AuthorizedAmount": 10, "Currency": "EUR"},
        "PaymentAcquirerData": dict.fromkeys(words, "x"),
        "PaymentInstrumentData": {"CardData": {**card, "EntryMode": ["ICC"]}},
    }
    lines = [{"Text": "CARD"}, {"Text": "name=CARD&value=x&key=pan"}]
    paid = {
        "POIData": {"POITransactionID": {"TransactionID": "T1", "TimeStamp": "2026"}},
        "PaymentResult": result,
        "PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt", "OutputContent": {"OutputText": lines}}],
        "Response": {"Result": "Success", "ErrorCondition": "x", "AdditionalResponse": "x"},
    }
    found: dict[str, Any] = _everywhere(paid, written)
    return found


@settings(max_examples=40, deadline=None)
@given(PANS)
def test_a_number_in_any_field_of_nexo_stays_inside(pan: tuple[str, str]) -> None:
    number, written = pan
    paid = _paid(written)

    def amounting(amount: object, currency: str) -> dict[str, Any]:
        amounts = {"AuthorizedAmount": amount, "Currency": currency}
        return {**paid, "PaymentResult": {**paid["PaymentResult"], "AmountsResp": amounts}}

    def tell(body: dict[str, Any]) -> None:
        header = {"ServiceID": written, "MessageCategory": "Payment"}
        sealed = far_nexo.sealed({"SaleToPOIResponse": {"MessageHeader": header, "PaymentResponse": body}}, PASSPHRASE)
        opened_up = open_sealed(json.dumps(sealed).encode(), "SaleToPOIResponse", KEYS)
        _clean(number, _all_that_is_told(lambda: nexo.read_payment("r", opened_up)))
        _clean(number, _all_that_is_told(lambda: nexo.read_status("r", "S", opened_up)))

    tell(paid)
    tell({**paid, "Response": {"Result": "Failure", "ErrorCondition": written}})
    tell(amounting(int(number), "EUR"))
    tell(amounting(written, written))
    tell({written: written})
    broken = f'{{"SaleToPOIResponse": {written}'.encode()
    _clean(number, _all_that_is_told(lambda: open_sealed(broken, "SaleToPOIResponse", KEYS)))


def _zvt_messages(number: str, written: str) -> list[bytes]:
    """Status information with the number in each field that can hold it, and slips that print it."""
    even = number if len(number) % 2 == 0 else number + "F"
    size = bytes([0xF0 | len(even) // 20, 0xF0 | len(even) // 2 % 10])
    text = written.encode("cp437")
    name = bytes([0xF0 | len(text) // 10, 0xF0 | len(text) % 10]) + text
    track = bytes.fromhex((number + "D2512201").ljust(40, "F"))
    fields = (
        b"\x27\x00\x04" + bytes(4) + b"\x10\x00" + b"\x0b\x00\x04\x70\x87\x04\x70",
        b"\x22" + size + bytes.fromhex(even),
        b"\x23\xf2\xf0" + track,
        b"\x2a" + text[:15].ljust(15),
        b"\x8b" + name,
        b"\x3c\xf0" + name,
    )
    line = far_zvt.tlv("07", b"CARD " + text)
    return [
        packet(b"\x04\x0f", b"".join(fields)),
        packet(b"\x06\xd1", b"\x00" + text),
        packet(b"\x06\xd3", b"\x06" + far_zvt.tlv("", far_zvt.tlv("1f07", b"\x02") + far_zvt.tlv("25", line))),
        packet(b"\x06\x0f"),
    ]


@settings(max_examples=40, deadline=None)
@given(PANS, st.integers(1, 40))
def test_a_number_in_any_field_of_zvt_stays_inside(pan: tuple[str, str], cut: int) -> None:
    number, written = pan

    def read(messages: list[bytes]) -> Payment:
        heard = Hearing()
        for each in messages:
            heard.take(each)
        return judge(Asked("r", 1000, ""), heard, "EUR")

    messages = _zvt_messages(number, written)
    assert read(messages).outcome == "approved"
    _clean(number, _all_that_is_told(lambda: read(messages)))
    _clean(number, _all_that_is_told(lambda: read([packet(each[:2], each[3:-cut]) for each in messages])))


@settings(max_examples=40, deadline=None)
@given(PANS)
def test_a_number_from_the_simulated_terminal_stays_inside(pan: tuple[str, str]) -> None:
    number, written = pan
    words = ("currency", "approval_code", "brand", "masked_pan", "reference", "reason", "acquirer", "terminal_id")
    payment: dict[str, Any] = {
        "request": "r",
        "outcome": "approved",
        "slip": [written],
        **dict.fromkeys(words, written),
    }

    def tell(told: dict[str, Any]) -> None:
        line = json.dumps({"payment": told}).encode()
        _clean(number, _all_that_is_told(lambda: read_simulated("r", read_answer(line))))

    tell(payment)
    tell({**payment, "outcome": written})
    tell({**payment, "slip": written})
    _clean(number, _all_that_is_told(lambda: read_answer(written.encode())))


@pytest.mark.parametrize(
    "text", ["A0000000031010", "TID 12345678", "19.10.2021 13:30:04", "RRN 123456789012", "000000000000000000"]
)
def test_what_a_slip_must_show_is_not_taken_for_a_card_number(text: str) -> None:
    assert hide_card_numbers(text) == text


def test_a_number_that_a_cut_would_leave_half_of_is_hidden_before_the_cut() -> None:
    for pad in range(40, 70):
        (line,) = Payment("r", "approved", slip=("x" * pad + LEAKED,)).slip
        assert not any(LEAKED[at : at + 5] in line for at in range(8))


LEAKED = _with_check_digit("492938155672049")


class _LeakyNexo(far_nexo.Terminal):
    """A terminal that tells the whole number wherever it can."""

    def _response(self, request: str) -> dict[str, Any]:
        return _paid(LEAKED)


class _LeakyZvt(far_zvt.Terminal):
    """Another."""

    async def _approve(self, deed: Mapping[str, Any]) -> None:
        for each in _zvt_messages(LEAKED, LEAKED):
            await self._tell(int.from_bytes(each[:2], "big"), each[3:])


async def _paid_by(driver: nexo.Driver | zvt.Driver, terminal: far_nexo.Terminal | far_zvt.Terminal) -> str:
    seen: Seen = await opened(driver)
    await wait_until_async(lambda: driver.alive, what="ready")
    await terminal.auto(outcome="approve")
    payment = await driver.pay("r-1", 1000, "EUR", kind="card")
    assert payment.outcome == "approved"
    health = await driver.check_health()
    await driver.close()
    return f"{payment!r} {seen.events!r} {health!r} {driver!r}"


def test_a_leaky_terminal_leaves_no_number_in_events_or_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def run() -> str:
        leaky = _LeakyNexo(tmp_path / "nexo.jsonl", make_credentials(tmp_path / "credentials"))
        await leaky.start()
        told = await _paid_by(nexo.Driver("nexo", nexo.Settings(**leaky.settings())), leaky)  # type: ignore[arg-type]  # its own settings
        await leaky.close()
        other = _LeakyZvt(tmp_path / "zvt.jsonl")
        line = Line(other)
        other.panel = line.panel
        told += await _paid_by(zvt.Driver("zvt", zvt.Settings(await line.start_tcp())), other)
        await line.close()
        return told

    _clean(LEAKED, asyncio.run(run()) + caplog.text)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("675964 9826438453", "****** ******8453"),
        ("4111/1111/1111/1111", "****/****/****/1111"),
        ("4111   1111   1111   1111", "****   ****   ****   1111"),
        ("4111\u20131111\u20131111\u20131111", "****\u2013****\u2013****\u20131111"),
        ("2026-11-22 10:00:00", "2026-11-22 10:00:00"),
        ("TID 60123456 VU 455600123456", "TID 60123456 VU 455600123456"),
    ],
)
def test_a_number_is_hidden_in_whatever_groups_a_slip_writes_it(written: str, left: str) -> None:
    assert hide_card_numbers(written) == left
