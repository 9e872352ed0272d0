"""nexo's codec: the published key vector, an envelope two implementations agree on, and nothing garbled believed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.card_reader import nexo as far
from bench.far_ends.credentials import PASSPHRASE
from hal.card_reader.common.nexo_amounts import amount_of, read_day_totals, read_totals
from hal.card_reader.common.nexo_envelope import derive_keys, open_sealed, seal
from hal.card_reader.contract import DayTotal, Payment
from hal.card_reader.nexo import read_event, read_payment, read_status, service_id
from hal.device import ProtocolError

KEYS = derive_keys(PASSPHRASE, far.KEY_IDENTIFIER, far.KEY_VERSION)
HEADER = {"MessageClass": "Service", "MessageCategory": "Payment", "ServiceID": "A1", "SaleID": "S", "POIID": "P"}
APPROVED: dict[str, Any] = {
    "POIData": {"POITransactionID": {"TransactionID": "BV0q001643892070000.8815", "TimeStamp": "2026-11-22T12:00:00Z"}},
    "PaymentReceipt": [
        {
            "DocumentQualifier": "CustomerReceipt",
            "OutputContent": {
                "OutputFormat": "Text",
                "OutputText": [{"Text": "name=TOTAL&value=%E2%82%AC%2010.99&key=totalAmount"}, {"Text": "THANK YOU"}],
            },
        },
        {
            "DocumentQualifier": "CashierReceipt",
            "RequiredSignatureFlag": True,
            "OutputContent": {"OutputText": [{"Text": "MERCHANT COPY"}]},
        },
    ],
    "PaymentResult": {
        "AmountsResp": {"AuthorizedAmount": Decimal("10.99"), "Currency": "EUR"},
        "PaymentAcquirerData": {"AcquirerID": "Bank", "AcquirerPOIID": "T7", "ApprovalCode": "123456"},
        "PaymentInstrumentData": {
            "CardData": {"EntryMode": ["ICC"], "MaskedPan": "411111 **** 1111", "PaymentBrand": "visa"}
        },
    },
    "Response": {"Result": "Success"},
}


def _answer(category: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"MessageHeader": HEADER, f"{category}Response": body}


def _failed(category: str, condition: str) -> dict[str, Any]:
    return _answer(category, {"Response": {"Result": "Failure", "ErrorCondition": condition}})


def test_the_keys_are_those_of_the_published_vector() -> None:
    keys = derive_keys("testPassphrase123")
    assert keys.hmac.hex().startswith("44aeebe4e0724434")
    assert keys.cipher.hex().startswith("76d02bd12c37be19")
    assert keys.iv.hex() == "1d37684ff2ff03be45fcc84d224fa0f5"
    assert (len(keys.hmac), len(keys.cipher)) == (32, 32)
    assert "44ae" not in repr(keys)


def test_what_one_side_seals_the_other_opens() -> None:
    asked = {"SaleToPOIRequest": {"MessageHeader": HEADER, "PaymentRequest": {"Amount": Decimal("10.90")}}}
    opened = far.unsealed(seal(asked, KEYS), PASSPHRASE)
    assert opened["SaleToPOIRequest"]["PaymentRequest"]["Amount"] == Decimal("10.90")
    told = far.sealed({"SaleToPOIResponse": _answer("Payment", {"Sum": Decimal("0.10")})}, PASSPHRASE)
    assert open_sealed(json.dumps(told).encode(), "SaleToPOIResponse", KEYS)["PaymentResponse"] == {
        "Sum": Decimal("0.10")
    }


def test_no_two_envelopes_are_alike_and_none_shows_its_message() -> None:
    asked = {"SaleToPOIRequest": {"MessageHeader": HEADER, "PaymentRequest": {"Secret": "s3cret"}}}
    first, second = seal(asked, KEYS), seal(asked, KEYS)
    assert json.loads(first)["SaleToPOIRequest"]["NexoBlob"] != json.loads(second)["SaleToPOIRequest"]["NexoBlob"]
    assert b"s3cret" not in first
    assert base64.b64encode(b"s3cret") not in first


_SPOILS: dict[str, Callable[[dict[str, Any]], object]] = {
    "header": lambda outside: outside["MessageHeader"].update(SaleID="ANOTHER"),
    "no header": lambda outside: outside.pop("MessageHeader"),
    "hmac": lambda outside: outside["SecurityTrailer"].update(Hmac=base64.b64encode(bytes(32)).decode()),
    "short hmac": lambda outside: outside["SecurityTrailer"].update(Hmac=""),
    "nonce": lambda outside: outside["SecurityTrailer"].update(Nonce=base64.b64encode(bytes(16)).decode()),
    "short nonce": lambda outside: outside["SecurityTrailer"].update(Nonce="AAAA"),
    "not base64": lambda outside: outside.update(NexoBlob="***"),
    "half a block": lambda outside: outside.update(NexoBlob=outside["NexoBlob"][:20]),
    "no trailer": lambda outside: outside.pop("SecurityTrailer"),
    "key version": lambda outside: outside["SecurityTrailer"].update(KeyVersion=2),
    "in clear": lambda outside: outside.pop("NexoBlob"),
}


@pytest.mark.parametrize("spoil", _SPOILS)
def test_a_spoiled_envelope_is_refused_in_words_of_our_own(spoil: str) -> None:
    told = far.sealed({"SaleToPOIResponse": _answer("Payment", APPROVED)}, PASSPHRASE)
    _SPOILS[spoil](told["SaleToPOIResponse"])
    with pytest.raises(ProtocolError, match="not to be believed") as refused:
        open_sealed(json.dumps(told).encode(), "SaleToPOIResponse", KEYS)
    assert "ANOTHER" not in str(refused.value)


def test_a_message_in_clear_of_another_kind_or_under_another_passphrase_opens_nothing() -> None:
    told = far.sealed({"SaleToPOIResponse": _answer("Payment", APPROVED)}, PASSPHRASE)
    in_clear = {"SaleToPOIResponse": _answer("Payment", {"Response": {"Result": "Success"}})}
    other = derive_keys("another", far.KEY_IDENTIFIER, far.KEY_VERSION)
    for data, kind, keys in (
        (in_clear, "SaleToPOIResponse", KEYS),
        (told, "SaleToPOIRequest", KEYS),
        (told, "SaleToPOIResponse", other),
    ):
        with pytest.raises(ProtocolError):
            open_sealed(json.dumps(data).encode(), kind, keys)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_flipped_bit_is_refused_or_changes_nothing(at: int, bit: int) -> None:
    data = bytearray(seal({"SaleToPOIResponse": _answer("Payment", APPROVED)}, KEYS, bytes(range(16))))
    data[at % len(data)] ^= 1 << bit
    with suppress(ProtocolError):
        assert read_payment("r", open_sealed(bytes(data), "SaleToPOIResponse", KEYS)).approved_minor == 1099


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        open_sealed(data, "SaleToPOIResponse", KEYS)


def test_deep_and_huge_json_is_a_protocol_error() -> None:
    for data in (b"[" * 100_000, b'{"SaleToPOIResponse":1e999999999999}', b'{"SaleToPOIResponse":"\xff"}'):
        with pytest.raises(ProtocolError):
            open_sealed(data, "SaleToPOIResponse", KEYS)


def test_an_approval_is_read_whole() -> None:
    assert read_payment("r-1", _answer("Payment", APPROVED)) == Payment(
        "r-1",
        "approved",
        1099,
        "EUR",
        approval_code="123456",
        brand="visa",
        masked_pan="****** **** 1111",
        reference="BV0q001643892070000.8815 2026-11-22T12:00:00Z",
        acquirer="Bank",
        terminal_id="T7",
        entry="chip",
        signature=True,
        slip=("TOTAL € 10.99", "THANK YOU"),
    )


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [("Aborted", "cancelled"), ("Cancel", "cancelled"), ("Refusal", "declined"), ("WrongPIN", "declined"),
     ("Busy", "declined"), ("LoggedOut", "declined"), ("InProgress", "in_progress"), ("a stranger's word", "declined")],
)  # fmt: skip
def test_a_failure_is_told_by_its_condition(condition: str, outcome: str) -> None:
    payment = read_payment("r", _failed("Payment", condition))
    assert (payment.outcome, payment.approved_minor) == (outcome, 0)
    assert "stranger" not in payment.reason


@pytest.mark.parametrize(
    "amount",
    [
        None,
        "10.99",
        True,
        Decimal("10.995"),
        Decimal(-1),
        Decimal("1e500"),
        Decimal("Infinity"),
        Decimal("NaN"),
        [],
        {},
    ],
)
def test_an_approval_without_a_proper_amount_is_no_approval(amount: object) -> None:
    result = {**APPROVED["PaymentResult"], "AmountsResp": {"AuthorizedAmount": amount, "Currency": "EUR"}}
    with pytest.raises(ProtocolError):
        read_payment("r", _answer("Payment", {**APPROVED, "PaymentResult": result}))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1099, "EUR", "10.99"), (5, "BDT", "0.05"), (500, "JPY", "500"), (1001, "KWD", "1.001")],
)
def test_amounts_have_their_currencys_digits(minor: int, currency: str, text: str) -> None:
    assert str(amount_of(minor, currency)) == text


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("NotFound", "not_found"),
        ("InProgress", "in_progress"),
        ("Busy", "in_progress"),
        ("UnavailableDevice", "unknown"),
        ("NotAllowed", "unknown"),
        ("garbage", "unknown"),
    ],
)
def test_a_status_without_an_answer_is_never_a_no(condition: str, outcome: str) -> None:
    assert read_status("r", "A1", _failed("TransactionStatus", condition)).outcome == outcome


def test_a_status_is_decided_from_the_answer_it_repeats_and_only_if_that_is_ours() -> None:
    def status(service: str, body: dict[str, Any]) -> dict[str, Any]:
        repeated = {"MessageHeader": {"ServiceID": service}, "RepeatedResponseMessageBody": body}
        return _answer("TransactionStatus", {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated})

    assert read_status("r", "A1", status("A1", {"PaymentResponse": APPROVED})).approved_minor == 1099
    refused = {"Response": {"Result": "Failure", "ErrorCondition": "Refusal"}}
    assert read_status("r", "A1", status("A1", {"PaymentResponse": refused})).outcome == "declined"
    unsaid = _answer("TransactionStatus", {"Response": {"Result": "Success"}})
    for other in (status("B2", {"PaymentResponse": APPROVED}), status("A1", {}), unsaid):
        with pytest.raises(ProtocolError):
            read_status("r", "A1", other)


def test_service_ids_are_ten_letters_and_digits_that_follow_from_the_request_alone() -> None:
    ids = {service_id(f"request-{number}") for number in range(2000)}
    assert len(ids) == 2000
    assert all(len(each) == 10 and each.isalnum() for each in ids)
    assert service_id("request-1") in ids
    assert service_id("request-1", "reverse0") not in ids


def test_a_display_notification_names_its_payment_and_event() -> None:
    content = {"PredefinedContent": {"ReferenceID": "TransactionID=T1&TimeStamp=2026&event=WAIT_FOR_PIN"}}
    message = {"MessageHeader": {"ServiceID": "A1"}, "DisplayRequest": {"DisplayOutput": [{"OutputContent": content}]}}
    assert read_event(message) == ("A1", "WAIT_FOR_PIN")
    assert read_event({"MessageHeader": {}, "EventNotification": {}}) == ("", "")


_NAMES = (
    "Response Result Success Partial Failure PaymentResponse PaymentResult AmountsResp Currency AuthorizedAmount EUR"
    " TransactionStatusResponse RepeatedMessageResponse MessageHeader ServiceID A1"
)
_WORDS = st.sampled_from(_NAMES.split())
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.decimals(), _WORDS, st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=5)),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(_JSON, _JSON, _JSON)
def test_no_garbage_is_read_as_an_approval(response: object, result: object, receipt: object) -> None:
    paid: dict[str, Any] = {
        "Response": response,
        "PaymentResult": result,
        "PaymentReceipt": receipt,
        "POIData": receipt,
    }
    for told in (paid, {**APPROVED, "PaymentResult": result}, {**APPROVED, "Response": response}):
        try:
            payment = read_payment("r", _answer("Payment", told))
        except ProtocolError:
            continue
        if payment.outcome in {"approved", "partial"}:
            assert told["Response"]["Result"] in {"Success", "Partial"}
            amount = told["PaymentResult"]["AmountsResp"]["AuthorizedAmount"]
            assert payment.approved_minor >= 0
            assert amount == Decimal(payment.approved_minor) / 100 or payment.currency != "EUR"


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(_WORDS, _JSON, max_size=4))
def test_no_shape_of_message_is_a_surprise(message: dict[str, Any]) -> None:
    with suppress(ProtocolError):
        read_payment("r", message)
    with suppress(ProtocolError):
        read_status("r", "A1", message)
    read_event(message)


def _closed(*totals: object) -> dict[str, Any]:
    return {"ReconciliationResponse": {"POIReconciliationID": "7", "TransactionTotals": list(totals)}}


def _of(brand: str, currency: str, *rows: tuple[str, object, object]) -> dict[str, Any]:
    told = [dict(zip(("TransactionType", "TransactionCount", "TransactionAmount"), row, strict=True)) for row in rows]
    return {"CardBrand": brand, "PaymentCurrency": currency, "PaymentTotals": told}


def test_a_day_s_totals_are_payments_less_refunds_and_reversals_by_brand() -> None:
    visa = _of("Visa", "EUR", ("Debit", 3, Decimal("30.00")), ("ReverseDebit", 1, 10), ("Credit", 1, Decimal("5.5")))
    cash = _of("girocard", "EUR", ("Debit", 1, Decimal("1.10")), ("ReverseCredit", 1, Decimal("0.10")))
    assert read_day_totals(_closed(visa, cash)) == (DayTotal("Visa", 1, 1450), DayTotal("girocard", 2, 120))
    assert read_day_totals(_closed()) == ()


@pytest.mark.parametrize(
    "row",
    [
        ("Debit", 1, Decimal("0.001")),
        ("Debit", 1, "1.00"),
        ("Debit", 1, -1),
        ("Debit", None, 1),
        ("Guess", 1, 1),
        ("Debit", 1, None),
    ],
)
def test_a_day_with_one_total_that_cannot_be_read_has_told_none(row: tuple[str, object, object]) -> None:
    assert read_day_totals(_closed(_of("Visa", "EUR", ("Debit", 1, 1), row))) is None


def test_amounts_of_two_currencies_are_not_summed() -> None:
    visa = (_of("Visa", currency, ("Debit", 1, 1)) for currency in ("EUR", "CHF"))
    assert read_day_totals(_closed(*visa)) is None


TOTALS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.decimals(-9, 9, places=2) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "CardBrand",
                    "PaymentCurrency",
                    "PaymentTotals",
                    "TransactionType",
                    "TransactionCount",
                    "TransactionAmount",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(TOTALS, max_size=4))
def test_any_reconciliation_is_lines_and_totals_or_none(totals: list[object]) -> None:
    answer = _closed(*totals)
    assert all(isinstance(line, str) for line in read_totals(answer))
    told = read_day_totals(answer)
    assert told is None or all(type(each.amount_minor) is int for each in told)
