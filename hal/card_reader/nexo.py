"""Card terminals that speak the nexo Retailer Protocol 3 as JSON over HTTPS, protected as Adyen's terminals want it.

Fits Adyen's terminals with local communication (V400m, S1F2L, AMS1, P400Plus and the rest of that family). Sources:
nexo Retailer Protocol 3.1 (nexo standards); Adyen's Terminal API pages "Protect local communications", "Verify
transaction status", "Display notifications", https://docs.adyen.com/point-of-sale/ ; the key derivation's vector is
that of Adyen's own client libraries.

Sample settings: ``model = "nexo"``, ``host = "192.0.2.20"``, ``poi_id = "V400m-324688042"``, ``sale_id = "KIOSK-1"``,
``certificate_name = "V400m-324688042.live.terminal.adyen.com"``, ``ca_file = "adyen-terminalfleet-live.pem"``,
``key_identifier = "kiosk"``, ``key_version = 1``, ``passphrase_file = "nexo.key"``; for prompts
``notifications = "192.0.2.10:8888"``, which must be the terminal's display URL.

Each request is one HTTP exchange on a connection of its own; a payment's stays open until the cardholder is done, and
only TransactionStatus and Abort run beside it. The ServiceID of a payment is derived from the request's id, so nothing
need be remembered here: whoever knows the request can ask what became of it, after any crash, for 48 hours. That a
terminal does not know an older one (as its UUIDv7 tells) is no proof that it never got it. A reversal is asked about
before it is sent, under ServiceIDs derived likewise, so it may be repeated without harm.

Unconfirmed: that every model answers TransactionStatus about a Reversal (where it says it cannot, the reversal is sent
and the terminal's refusal of a second one is relied on); ``MaskedPAN`` beside ``MaskedPan``; the order of the display
events at the end of a payment; that a terminal takes ``PaymentData`` for parts where its acquirer offers them, and
refuses the payment (``Refusal``) where it does not.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

from hal.card_reader.common.nexo_amounts import amount_of, minor_of, parts_of, read_day_totals, read_totals
from hal.card_reader.common.nexo_envelope import (
    Keys,
    Message,
    at,
    derive_keys,
    each_at,
    open_sealed,
    refuse,
    seal,
    text_at,
)
from hal.card_reader.contract import DayTotal, Entry, Payment, PaymentOutcome, Prompt
from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.ports.https import HttpsPeer, HttpsPort
from hal.streaming import StreamDevice

__all__ = [
    "Driver",
    "Keys",
    "Settings",
    "derive_keys",
    "open_sealed",
    "read_event",
    "read_payment",
    "read_result",
    "read_status",
    "seal",
    "service_id",
]

_log = logging.getLogger(__name__)

PromptKind = Literal["present_card", "enter_pin", "remove_card", "wait"]

_TIMED, _REMEMBERED_MS = 7, 47 * 3_600_000
_REVERSALS = 5
"""Attempts at one reversal that are told apart."""
_WORDS = (
    "Aborted Busy Cancel DeviceOut InProgress InsertedCard InvalidCard LoggedOut MessageFormat NotAllowed NotFound"
    " PaymentRestriction Refusal UnavailableDevice UnavailableService UnreachableHost WrongPIN"
)
_CONDITIONS, _CANCELLED, _BUSY = frozenset(_WORDS.split()), frozenset({"Aborted", "Cancel"}), ("Busy", "InProgress")
_ENTRIES: Mapping[str, Entry] = {
    **dict.fromkeys(("ICC", "SynchronousICC"), "chip"),
    **dict.fromkeys(("Contactless", "Tapped", "RFID", "Mobile"), "contactless"),
    **dict.fromkeys(("Keyed", "Manual"), "keyed"),
    "MagStripe": "swiped",
}
_PROMPTS: Mapping[str, PromptKind] = {
    "TENDER_CREATED": "present_card",
    "CARD_INSERTED": "wait",
    "CARD_PRESENTED": "wait",
    "CARD_SWIPED": "wait",
    "WAIT_FOR_PIN": "enter_pin",
    "PIN_ENTERED": "wait",
    "TENDER_FINAL": "remove_card",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """``poi_id``, ``sale_id``: the terminal's and this till's names. ``certificate_name``: what the terminal's
    certificate must be made out to. ``ca_file``: the root it must lead to (PEM). ``passphrase_file``: a file with the
    shared key's passphrase alone. ``notifications``: ``host:port`` to hear display notifications on; empty: none.
    ``acquirer_data``: SaleToAcquirerData, here that partial approvals and slips on our paper are welcome.
    ``login``: whether the terminal wants a Login first (nexo's rule; Adyen's do without).
    """

    host: str
    poi_id: str
    sale_id: str
    certificate_name: str
    ca_file: str
    key_identifier: str
    passphrase_file: str
    key_version: int = 1
    port: int = 8443
    path: str = "/nexo"
    notifications: str = ""
    acquirer_data: str = "tenderOption=AllowPartialAuthorisation,ReceiptHandler"
    login: bool = False
    pay_timeout_ms: int = 150_000
    answer_timeout_ms: int = 10_000
    poll_ms: int = 30_000
    retry_ms: int = 1_000

    def __post_init__(self) -> None:
        """Refuse what leads to no terminal, or to one that nobody has vouched for."""
        for name in ("host", "poi_id", "sale_id", "certificate_name", "ca_file", "key_identifier", "passphrase_file"):
            if not getattr(self, name):
                text = f"{name} is empty"
                raise ValueError(text)
        host, _, port = self.notifications.rpartition(":")
        if self.notifications and not (host and port.isdecimal()):
            text = f"notifications is host:port, not {self.notifications!r:.60}"
            raise ValueError(text)


# -- codec: messages. No word a terminal sends goes further but through Payment, which hides card numbers --------------


def service_id(request: str, what: str = "") -> str:
    """Ten letters and digits that stand for a request, and for nothing else within 48 hours (50 bits of SHA-256).

    >>> service_id("01890a5d-ac96-774b-bcce-b302099a8057")
    'PTR5JUXKTN'
    """
    return base64.b32encode(hashlib.sha256(f"{what}:{request}".encode()).digest()).decode()[:10]


def read_result(answer: Message, category: str) -> tuple[str, str]:
    """(``Success``, ``Partial`` or ``Failure``, the ErrorCondition) of a response. Raises ``ProtocolError``."""
    result = at(answer, str, f"{category}Response", "Response", "Result")
    if result not in {"Success", "Partial", "Failure"}:
        refuse(f"no {category}Response with a result")
    condition = at(answer, str, f"{category}Response", "Response", "ErrorCondition")
    # A stranger's own words might hold anything: only nexo's are handed on.
    return result, condition if condition in _CONDITIONS else "failure"


def read_payment(request: str, answer: Message) -> Payment:
    """A PaymentResponse. Raises ``ProtocolError`` for anything else, and for an approval without its amount."""
    result, condition = read_result(answer, "Payment")
    if result == "Failure":
        if condition == "InProgress":
            return Payment(request, "in_progress", reason=condition)
        return Payment(request, "cancelled" if condition in _CANCELLED else "declined", reason=condition)
    paid = at(answer, dict, "PaymentResponse") or {}
    amounts = at(paid, dict, "PaymentResult", "AmountsResp") or {}
    acquirer = at(paid, dict, "PaymentResult", "PaymentAcquirerData")
    card = at(paid, dict, "PaymentResult", "PaymentInstrumentData", "CardData")
    known = at(paid, dict, "POIData", "POITransactionID") or {}
    currency = text_at(amounts, "Currency")
    receipts = [each for each in each_at(paid, "PaymentReceipt") if isinstance(each, dict)]
    methods = each_at(paid, "PaymentResult", "AuthenticationMethod")
    entries = (_ENTRIES[each] for each in each_at(card, "EntryMode") if isinstance(each, str) and each in _ENTRIES)
    return Payment(
        request,
        "partial" if result == "Partial" else "approved",
        minor_of(amounts.get("AuthorizedAmount"), currency),
        currency,
        approval_code=text_at(acquirer, "ApprovalCode"),
        brand=text_at(card, "PaymentBrand"),
        masked_pan=at(card, str, "MaskedPan") or text_at(card, "MaskedPAN"),
        reference=" ".join(text_at(known, name) for name in ("TransactionID", "TimeStamp")).strip(),
        acquirer=text_at(acquirer, "AcquirerID"),
        terminal_id=text_at(acquirer, "AcquirerPOIID"),
        entry=next(entries, ""),
        signature="SignatureCapture" in methods or any(each.get("RequiredSignatureFlag") is True for each in receipts),
        slip=tuple(_lines(receipts)),
    )


def _lines(receipts: list[Message]) -> Iterator[str]:
    """The cardholder's copy. A line is plain text, or Adyen's ``name=...&value=...&key=...``."""
    for receipt in receipts:
        if receipt.get("DocumentQualifier") == "CustomerReceipt":
            for each in each_at(receipt, "OutputContent", "OutputText"):
                text = text_at(each, "Text")
                told = parse_qs(text) if "key=" in text else {}
                yield " ".join(told.get("name", []) + told.get("value", [])) if told else text


def read_status(request: str, service: str, answer: Message) -> Payment:
    """The answer to TransactionStatus about the payment ``service``. Raises ``ProtocolError``."""
    result, condition = read_result(answer, "TransactionStatus")
    if result != "Success":
        outcome: PaymentOutcome = "not_found" if condition == "NotFound" else "unknown"
        return Payment(request, "in_progress" if condition in _BUSY else outcome, reason=condition)
    return read_payment(request, _repeated(answer, service))


def _repeated(answer: Message, service: str) -> Message:
    """The response that TransactionStatus repeats. Raises ``ProtocolError`` when it is another message's."""
    repeated = at(answer, dict, "TransactionStatusResponse", "RepeatedMessageResponse")
    body = at(repeated, dict, "RepeatedResponseMessageBody")
    if body is None or at(repeated, str, "MessageHeader", "ServiceID") != service:
        refuse("the status of another message")
    return body


def read_event(message: Message) -> tuple[str, str]:
    """(ServiceID of the payment, event) of a display notification; the event is empty where there is none."""
    for output in each_at(message, "DisplayRequest", "DisplayOutput"):
        content = text_at(output, "OutputContent", "PredefinedContent", "ReferenceID")
        event = parse_qs(content).get("event", [""])[0]
        if event:
            return text_at(message, "MessageHeader", "ServiceID"), event
    return "", ""


# -- driver ------------------------------------------------------------------------------------------------------


class Driver(StreamDevice):
    """One terminal. While nobody pays it is asked now and then whether it is there; a payment is its own proof."""

    def __init__(self, name: str, settings: Settings) -> None:
        able = {"status", "partial", "abort", "reverse", "prompts", "signature", "refund", "display", "instalments"}
        self.capabilities = frozenset(able | ({"end_of_day", "day_totals"} if settings.login else set()))
        self.day_totals: tuple[DayTotal, ...] | None = None
        where = (settings.host, settings.port, settings.path)
        self._https = HttpsPort(HttpsPeer(*where, settings.certificate_name, settings.ca_file, settings.notifications))
        super().__init__(name, self._https, retry_ms=settings.retry_ms)
        self._settings = settings
        self._keys = Keys(b"", b"", b"")
        self._paying: dict[str, str] = {}  # ServiceID of an open payment: its request
        self._inserted = ""  # the payment whose card is in the slot
        self._login_due = settings.login

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        settings = self._settings
        self._keys = _read_keys(settings)  # one line of a local file: a thread would cost more than it saves
        self._login_due = settings.login
        while True:
            if self._login_due:
                await self._log_in()
            if not self._paying:
                await self._look()
            self.answered()
            try:
                told = await self.read_within(settings.poll_ms)
            except TimeoutExpiredError:
                continue
            if told.strip():
                self._noticed(told)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: a Diagnosis of the terminal alone, which its host does not hear of."""
        await self._ask("Diagnosis", {"HostDiagnosisFlag": False})
        return f"nexo terminal {self._settings.poi_id} answers"

    async def _look(self) -> None:
        """Ask whether the terminal is there. What it says to this while a payment has begun ends no payment."""
        try:
            await self.probe()
        except DeviceError:
            if not self._paying:
                raise

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:  # noqa: ARG002  the terminal sees what is held to it
        """See ``CardReader.pay``."""
        return await self._pay(request, amount_minor, currency, {})

    async def pay_in_parts(
        self, request: str, amount_minor: int, currency: str, *, count: int, by: Literal["merchant", "issuer"]
    ) -> Payment:
        """See ``InParts.pay_in_parts``."""
        if count <= 1:
            text = f"{self.name}: parts are two or more, not {count}"
            raise DeviceError(text)
        return await self._pay(request, amount_minor, currency, {"PaymentData": parts_of(count, by)})

    async def refund(
        self,
        request: str,
        amount_minor: int,
        currency: str,
        *,
        kind: str,  # noqa: ARG002  the terminal sees what is held to it
        original: str,  # noqa: ARG002  the card is presented: any terminal of any day may give back
        reference: str,  # noqa: ARG002  as above
    ) -> Payment:
        """See ``Refunds.refund``: a Payment of type Refund, which the cardholder presents a card for."""
        return await self._pay(request, amount_minor, currency, {"PaymentData": {"PaymentType": "Refund"}})

    async def _pay(self, request: str, amount_minor: int, currency: str, data: Message) -> Payment:
        self._need_terminal()
        if amount_minor <= 0:
            text = f"{self.name}: an amount is above 0, not {amount_minor}"
            raise DeviceError(text)
        sale: Message = {"SaleTransactionID": {"TransactionID": request, "TimeStamp": _now()}}
        if self._settings.acquirer_data:
            sale["SaleToAcquirerData"] = self._settings.acquirer_data
        amounts = {"Currency": currency, "RequestedAmount": amount_of(amount_minor, currency)}
        asked = {"SaleData": sale, "PaymentTransaction": {"AmountsReq": amounts}, **data}
        service = service_id(request)
        self._paying[service] = request
        try:
            payment = read_payment(request, await self._ask("Payment", asked, service, self._settings.pay_timeout_ms))
        except DeviceError:
            self._https.nudge()
            raise
        finally:
            self._paying.pop(service, None)
        if payment.reason == "LoggedOut":
            self._login_due = self._settings.login
            self._https.nudge()
        return payment

    async def status(self, request: str) -> Payment:
        """See ``CardReader.status``. What was paid and given back is ``cancelled``."""
        self._need_terminal()
        service = service_id(request)
        payment = read_status(request, service, await self._ask_status("Payment", service))
        if payment.outcome == "not_found" and service in self._paying:
            return Payment(request, "in_progress")  # it is on its way: the terminal has not read it yet
        if payment.outcome == "not_found" and _forgotten(request):
            return Payment(request, "unknown", reason="older than the terminal remembers")
        if payment.outcome in {"approved", "partial"}:
            fate, _ = await self._reversals(request)
            if fate == "done":
                return Payment(request, "cancelled", reason="reversed", reference=payment.reference)
            if fate == "open":
                return Payment(request, "unknown", reason="being given back", reference=payment.reference)
        return payment

    async def abort(self, request: str) -> None:
        """See ``CardReader.abort``."""
        self._need_terminal()
        reference = {"MessageCategory": "Payment", "ServiceID": service_id(request), **self._names()}
        message = self._message("Abort", {"AbortReason": "MerchantAbort", "MessageReference": reference}, "")
        await self._https.post(seal(message, self._keys), self._settings.answer_timeout_ms)

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:  # noqa: ARG002  nexo gives back the whole of what it knows
        """See ``CardReader.reverse``."""
        self._need_terminal()
        fate, service = await self._reversals(request)
        if fate == "open":
            text = f"{self.name}: the terminal is still giving it back; ask again"
            raise TimeoutExpiredError(text)
        if fate == "done" or not service:
            return fate == "done"
        transaction, _, stamp = reference.rpartition(" ")
        original = {"POITransactionID": {"TransactionID": transaction, "TimeStamp": stamp}}
        asked = {"OriginalPOITransaction": original, "ReversalReason": "MerchantCancel"}
        answer = await self._ask("Reversal", asked, service, self._settings.pay_timeout_ms)
        return read_result(answer, "Reversal")[0] == "Success"

    async def display(self, lines: tuple[str, ...]) -> None:
        """See ``Display.display``."""
        self._need_terminal()
        text = {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines]}
        idle = {"OutputFormat": "MessageRef", "PredefinedContent": {"ReferenceID": "Idle"}}
        output = {"Device": "CustomerDisplay", "InfoQualify": "Display", "OutputContent": text if lines else idle}
        await self._ask("Display", {"DisplayOutput": [output]}, message_class="Device")

    async def end_of_day(self) -> tuple[str, ...]:
        """See ``EndOfDay.end_of_day``: a SaleReconciliation, which a terminal knows of whoever has logged in."""
        self._need_terminal()
        asked = {"ReconciliationType": "SaleReconciliation"}
        answer = await self._ask("Reconciliation", asked, timeout_ms=self._settings.pay_timeout_ms)
        result, condition = read_result(answer, "Reconciliation")
        if result == "Failure":
            text = f"{self.name}: the terminal did not close its day: {condition}"
            raise DeviceError(text)
        self.day_totals = read_day_totals(answer)
        return read_totals(answer)

    async def _log_in(self) -> None:
        names = ("ProviderIdentification", "ApplicationName", "SoftwareVersion", "CertificationCode")
        software = dict(zip(names, ("kiosk", "self-checkout-kiosk", "1", "none"), strict=True))
        till = {"TerminalEnvironment": "SemiAttended", "SaleCapabilities": ["PrinterReceipt"]}
        asked = {"DateTime": _now(), "SaleSoftware": software, "OperatorLanguage": "en", "SaleTerminalData": till}
        result, condition = read_result(await self._ask("Login", asked), "Login")
        if result == "Failure":
            text = f"the terminal refuses the login: {condition}"
            raise DeviceError(text)
        self._login_due = False

    async def _reversals(self, request: str) -> tuple[Literal["done", "open", "free"], str]:
        """What became of the reversals of a payment, and the ServiceID for the next one (empty: there were enough)."""
        for attempt in range(_REVERSALS):
            service = service_id(request, f"reverse{attempt}")
            answer = await self._ask_status("Reversal", service)
            result, condition = read_result(answer, "TransactionStatus")
            if result != "Success":
                return ("open" if condition in _BUSY else "free"), service
            if read_result(_repeated(answer, service), "Reversal")[0] == "Success":
                return "done", service
        return "free", ""

    async def _ask_status(self, category: str, service: str) -> Message:
        about = {"MessageCategory": category, "ServiceID": service, **self._names()}
        return await self._ask("TransactionStatus", {"ReceiptReprintFlag": False, "MessageReference": about})

    async def _ask(
        self, category: str, asked: Message, service: str = "", timeout_ms: int = 0, *, message_class: str = "Service"
    ) -> Message:
        """One exchange; gives the response, which is for this very request. Errors as in ``CardReader``."""
        message = self._message(category, asked, service, message_class)
        timeout_ms = timeout_ms or self._settings.answer_timeout_ms
        data = await self._https.post(seal(message, self._keys), timeout_ms)
        if not data:
            refuse(f"an empty answer to {category}")
        answer = open_sealed(data, "SaleToPOIResponse", self._keys)
        header = {**message["SaleToPOIRequest"]["MessageHeader"], "MessageType": "Response"}
        if any(answer["MessageHeader"].get(name) != header[name] for name in header if name != "ProtocolVersion"):
            refuse(f"an answer to something else than this {category}")
        return answer

    def _message(self, category: str, asked: Message, service: str, message_class: str = "Service") -> Message:
        header = {
            "ProtocolVersion": "3.0",
            "MessageClass": message_class,
            "MessageCategory": category,
            "MessageType": "Request",
            "ServiceID": service or base64.b32encode(secrets.token_bytes(7)).decode()[:10],
            **self._names(),
        }
        return {"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": asked}}

    def _names(self) -> dict[str, str]:
        return {"SaleID": self._settings.sale_id, "POIID": self._settings.poi_id}

    def _need_terminal(self) -> None:
        self.need_enabled()
        if not self.alive:
            text = f"{self.name}: no link to the terminal at {self.port.where}; check its cable and power"
            raise NoHardwareError(text)

    def _noticed(self, data: bytes) -> None:
        """A display notification. What is not sealed with our key is nobody's."""
        try:
            message = open_sealed(data, "SaleToPOIRequest", self._keys)
        except ProtocolError as error:
            _log.debug("%s: a notification was dropped: %s", self.name, error)
            return
        service, event = read_event(message)
        if event == "CARD_INSERTED":
            self._inserted = service
        prompt = _PROMPTS.get(event)
        if prompt is not None and (prompt != "remove_card" or service == self._inserted):
            self.tell(Prompt(self.name, self._paying.get(service, ""), prompt))


def _read_keys(settings: Settings) -> Keys:
    try:
        passphrase = Path(settings.passphrase_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        text = f"{settings.passphrase_file} cannot be read; write the shared key's passphrase into it"
        raise NoHardwareError(text) from None
    return derive_keys(passphrase, settings.key_identifier, settings.key_version)


def _forgotten(request: str) -> bool:
    """Whether a request, if its id tells its time (UUIDv7), was made before what a terminal remembers."""
    try:
        made = uuid.UUID(request)
    except ValueError:
        return False
    return made.version == _TIMED and time.time() * 1000 - (made.int >> 80) > _REMEMBERED_MS


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
