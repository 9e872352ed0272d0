"""Germany's technical security system (TSE) as a service: fiskaly SIGN DE, version 2, JSON over HTTPS.

Fits fiskaly's cloud TSE and the middleware in front of it. Sources: fiskaly, "SIGN DE" (version 2),
https://developer.fiskaly.com/api/kassensichv/v2 , and its page on what a receipt must bear; BSI TR-03151-1 (log
messages), TR-03111 (plain signatures); DSFinV-K 2.x, appendix I (``Kassenbeleg-V1``, QR code); KassenSichV § 2, § 6.

Sample settings: ``model = "tse"``, ``host = "kassensichv-middleware.fiskaly.com"``, ``certificate_name`` the same,
``ca_file = "/etc/ssl/certs/ca-certificates.crt"``, ``credentials_file = "/etc/kiosk/tse.key"`` (two lines: API key, API
secret), ``tss_id = "…"``, ``client_id = "…"``: both made with the service's own tools, as the TSS is initialised.

A transaction is announced at the first line and finished with the sale. Its id at the service is made of ours, so that
nothing need be remembered here: whatever was cut off, the service is asked what stands under that id, and only what is
missing is done. Every signature is checked: the log message is put together as TR-03151 has it from what we sold and
what the TSE says, and must verify under the TSE's own key; the number on the receipt is that message's. A published
receipt's signature is among the tests.

Unconfirmed: the codes of the service's errors beside their HTTP status; what it wants in the schema of a cancelled
transaction (nothing is sent); that a middleware forwards ``public_key`` of the TSS. Not done: DSFinV-K's cash point
closing (another service of the maker's), ``Bestellung-V1``. Nobody has certified this driver.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.fiscal.common.tr03151 import ALGORITHMS, Signed, base64_of, log_message, qr_code, utc_text, verify
from hal.fiscal.contract import FiscalAnswer, FiscalSale, FiscalStart, FiscalState, FiscalTender, Printed
from hal.ports.https import HttpsPeer, HttpsPort
from hal.streaming import StreamDevice

__all__ = [
    "Driver",
    "Settings",
    "Signed",
    "log_message",
    "process_data",
    "qr_code",
    "read_signed",
    "receipt",
    "verify",
]

Json = dict[str, Any]

RATES: Final = {1900: "NORMAL", 700: "REDUCED_1", 1070: "SPECIAL_RATE_1", 550: "SPECIAL_RATE_2", 0: "NULL"}
"""VAT in basis points by the service's name for it, in the order in which DSFinV-K adds them up."""
_OK, _UNAUTHORISED, _NOT_FOUND, _SERVER = 200, 401, 404, 500
_LOCKED_OUT = frozenset({400, 401, 403})
_NOES = frozenset({400, 404, 422, 432})
"""What is a no to what was asked; any other status says nothing of it (busy, another till at the same transaction)."""
_LATEST = 2**53
_CLOCK_S = 120
_LARGEST_EXPORT = 512 * 1024 * 1024
_EXPORT_POLLS = 600


@dataclass(frozen=True, slots=True)
class Settings:
    """``certificate_name``: what the service's certificate must be made out to; ``ca_file``: the roots it must lead to.

    ``tss_id`` and ``client_id``: UUIDs of the TSE and of this till in it. ``plain_text``: all of the signature's data
    beside the QR code, which the law lets stand for them (KassenSichV § 6).
    """

    host: str
    certificate_name: str
    ca_file: str
    credentials_file: str
    tss_id: str
    client_id: str
    port: int = 443
    path: str = "/api/v2"
    plain_text: bool = False
    answer_timeout_ms: int = 6_000
    poll_ms: int = 30_000
    retry_ms: int = 1_000

    def __post_init__(self) -> None:
        """Refuse what leads to no TSE."""
        for name in ("host", "certificate_name", "ca_file", "credentials_file"):
            if not getattr(self, name):
                text = f"{name} is empty"
                raise ValueError(text)
        for each in (self.tss_id, self.client_id):
            uuid.UUID(each)


# -- codec: what is signed ---------------------------------------------------------------------------------------------


def _euro(minor: int) -> str:
    """Minor units as the service writes an amount.

    >>> _euro(1672), _euro(-5)
    ('16.72', '-0.05')
    """
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def receipt(sale: FiscalSale, kind: str = "RECEIPT", sign: int = 1) -> Json:
    """The sale in the service's words. Raises ``DeviceError`` for a currency or a rate that a TSE does not know."""
    if sale.currency != "EUR":
        text = f"a TSE signs euros, not {sale.currency}"
        raise DeviceError(text)
    rates: dict[int, int] = {}
    for row in sale.taxes:
        if row.basis_points not in RATES:
            text = f"a TSE knows no VAT of {row.basis_points / 100:g}%"
            raise DeviceError(text)
        rates[row.basis_points] = rates.get(row.basis_points, 0) + row.gross_minor
    paid = {name: sum(t.amount_minor for t in sale.tenders if _cash(t) is cash) for name, cash in _PAID.items()}
    return {
        "receipt_type": kind,
        "amounts_per_vat_rate": [
            {"vat_rate": name, "amount": _euro(sign * rates[points])}
            for points, name in RATES.items()
            if points in rates
        ],
        "amounts_per_payment_type": [
            {"payment_type": name, "amount": _euro(sign * amount)} for name, amount in paid.items() if amount
        ],
    }


_PAID: Final = {"CASH": True, "NON_CASH": False}


def _cash(tender: FiscalTender) -> bool:
    return tender.kind == "cash"


def process_data(told: Mapping[str, Any]) -> str:
    """What the TSE signs of a receipt (DSFinV-K, appendix I): its type, its gross sums by rate, its payments."""
    names = {"RECEIPT": "Beleg", "CANCELLATION": "AVBelegstorno", "ABORT": "AVBelegabbruch", "TRAINING": "AVTraining"}
    sums = {each["vat_rate"]: each["amount"] for each in told["amounts_per_vat_rate"]}
    rates = "_".join(sums.get(name, "0.00") for name in RATES.values())
    words = {"CASH": "Bar", "NON_CASH": "Unbar"}
    payments = "_".join(f"{e['amount']}:{words[e['payment_type']]}" for e in told["amounts_per_payment_type"])
    return f"{names[told['receipt_type']]}^{rates}^{payments}"


def read_signed(told: object) -> Signed:
    """A finished transaction. Raises ``ProtocolError`` for anything that is none."""
    match told:
        case {
            "state": "FINISHED",
            "number": int(number),
            "time_start": int(start),
            "time_end": int(end),
            "client_serial_number": str(client),
            "signature": {
                "value": str(value),
                "counter": str() | int() as counter,
                "algorithm": str(algorithm),
                **more,
            },
        } if algorithm in ALGORITHMS and ";" not in client:
            try:
                key = base64.b64decode(str(more.get("public_key", "")), validate=True)
                signed = Signed(
                    number, int(counter), start, end, algorithm, base64.b64decode(value, validate=True), key, client
                )
            except (ValueError, binascii.Error) as error:
                text = f"a signature that cannot be read: {error}"
                raise ProtocolError(text) from None
            if min(number, signed.counter, start, end) <= 0 or max(number, signed.counter, start, end) > _LATEST:
                text = "numbers that no TSE gives"
                raise ProtocolError(text)
            return signed
    text = "no finished transaction"
    raise ProtocolError(text)


def _transaction(ours: str, what: str = "") -> str:
    """The id at the service (it wants UUIDs of version 4) that stands for our transaction and for nothing else.

    >>> _transaction("0190d3a1-5f00-7abc-8def-0123456789ab")
    '65c7a5c3-61d6-446f-9ecf-3550e4059ada'
    """
    digest = hashlib.sha256(f"{what}{ours}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


# -- driver ------------------------------------------------------------------------------------------------------------


class _RefusedError(DeviceError):
    """The service's no: its HTTP status, its code, its words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


class Driver(StreamDevice):
    """One till at one TSE. It is asked now and then how it is; each transaction is an exchange of its own."""

    capabilities = frozenset({"begin", "cancel", "export"})

    def __init__(self, name: str, settings: Settings) -> None:
        where = (settings.host, settings.port, settings.path, settings.certificate_name, settings.ca_file)
        self._https = HttpsPort(HttpsPeer(*where))
        super().__init__(name, self._https, retry_ms=settings.retry_ms)
        self._settings = settings
        self._token = ""
        self._key = b""
        """The TSE's public key as it told us itself; empty until then."""
        self._stands = FiscalState(name, outage=False)
        self._told: FiscalState | None = None

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        self._token, self._told = "", None
        while True:
            self._take(await self._ask("GET", f"/tss/{self._settings.tss_id}"))
            self.answered()
            self._tell_state()
            try:
                await self.read_within(self._settings.poll_ms)
            except TimeoutExpiredError:
                continue

    async def enable(self) -> None:
        """See ``Device.enable``."""
        await super().enable()
        if self.alive:
            self._tell_state()

    async def disable(self) -> None:
        """See ``Device.disable``."""
        await super().disable()
        self._told = None

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        told = await self._ask("GET", f"/tss/{self._settings.tss_id}")
        return f"TSS {self._settings.tss_id} is {told.get('state')}"

    def _take(self, told: Json) -> None:
        if told.get("state") != "INITIALIZED":
            text = f"the TSS is {str(told.get('state'))[:20]}, not INITIALIZED; look at the maker's console"
            raise ProtocolError(text)
        try:
            self._key = base64.b64decode(str(told.get("public_key", "")), validate=True)
            chain = x509.load_pem_x509_certificates(str(told.get("certificate", "")).encode())
        except ValueError:
            chain = []
        expires = min(each.not_valid_after_utc for each in chain).date().isoformat() if chain else ""
        self._stands = FiscalState(self.name, outage=False, certificate_expires=expires)

    def _tell_state(self) -> None:
        if self.enabled and self._stands != self._told:
            self._told = self._stands
            self.tell(self._stands)

    async def begin(self, start: FiscalStart) -> None:
        """See ``FiscalPort.begin``."""
        self._need_tse()
        await self._started(_transaction(start.transaction))

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        """See ``FiscalPort.sign``. Raises ``ProtocolError`` when the TSE signed anything but this sale."""
        self._need_tse()
        told = receipt(sale)
        try:
            signed = await self._finished(_transaction(sale.transaction), told)
        except _RefusedError as error:
            return _refusal(sale.transaction, error)
        except DeviceError:
            self._https.nudge()
            raise
        return self._answer(sale.transaction, signed, process_data(told))

    async def void(self, transaction: str, reason: str) -> None:  # noqa: ARG002  a TSE is told none
        """See ``FiscalPort.void``. Raises ``DeviceError`` for a finished transaction."""
        self._need_tse()
        known = await self._known(_transaction(transaction))
        if known is None or known.get("state") == "CANCELLED":
            return
        if known.get("state") != "ACTIVE":
            text = f"{self.name}: transaction {transaction} is signed; it can be cancelled, not voided"
            raise DeviceError(text)
        await self._upsert(_transaction(transaction), known, {"state": "CANCELLED"})

    async def cancel(
        self,
        transaction: str,
        reason: str,  # noqa: ARG002  a TSE is told none
        printed: tuple[Printed, ...] = (),  # noqa: ARG002  it knows its own
    ) -> FiscalAnswer:
        """See ``FiscalPort.cancel``: a transaction of its own, with the sums turned round (AVBelegstorno)."""
        self._need_tse()
        known = await self._known(_transaction(transaction))
        match known:
            case {"state": "FINISHED", "schema": {"standard_v1": {"receipt": dict(sold)}}}:
                told = _turned(sold)
            case _:
                return FiscalAnswer(transaction, "refused", code="unknown", reason="never signed", permanent=True)
        try:
            signed = await self._finished(_transaction(transaction, "cancel:"), told)
        except _RefusedError as error:
            return _refusal(transaction, error)
        return self._answer(transaction, signed, process_data(told))

    async def skip(self, series: str, first: int, last: int, reason: str) -> FiscalAnswer:  # noqa: ARG002
        """See ``FiscalPort.skip``: a TSE counts by itself."""
        return FiscalAnswer("", "refused", code="none", reason="a TSE skips no numbers", permanent=True)

    async def confirm(self, transaction: str) -> None:
        """See ``FiscalPort.confirm``: nothing is ever told late."""

    async def close_day(self, business_day: str) -> str:  # noqa: ARG002  a TSE knows no days
        """See ``FiscalPort.close_day``."""
        return ""

    async def export(self, since_day: str) -> bytes:
        """See ``FiscalPort.export``: the TSE's own TAR of log messages (TR-03151), from that day's midnight in UTC."""
        self._need_tse()
        since = int(datetime.fromisoformat(since_day).replace(tzinfo=UTC).timestamp())
        export = f"/tss/{self._settings.tss_id}/export/{uuid.uuid4()}"
        await self._ask("PUT", f"{export}?start_date={since}", {})
        for _ in range(_EXPORT_POLLS):
            told = await self._ask("GET", export)
            if told.get("state") == "COMPLETED":
                return (await self._exchange("GET", f"{export}/file", b"", _LARGEST_EXPORT))[1]
            if told.get("state") not in ("PENDING", "WORKING"):
                break
            await asyncio.sleep(self._settings.retry_ms / 1000)
        text = f"{self.name}: the export did not come about"
        raise DeviceError(text)

    # -- what stands at the service ------------------------------------------------------------------------------------

    async def _known(self, transaction: str) -> Json | None:
        try:
            return await self._ask("GET", f"/tss/{self._settings.tss_id}/tx/{transaction}")
        except _RefusedError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    async def _started(self, transaction: str) -> Json:
        known = await self._known(transaction)
        return known if known is not None else await self._upsert(transaction, None, {"state": "ACTIVE"})

    async def _finished(self, transaction: str, told: Json) -> Signed:
        known = await self._started(transaction)
        if known.get("state") == "CANCELLED":
            text = f"{self.name}: transaction {transaction} was voided"
            raise DeviceError(text)
        if known.get("state") == "ACTIVE":
            wanted = {"state": "FINISHED", "schema": {"standard_v1": {"receipt": told}}}
            known = await self._upsert(transaction, known, wanted)
        return read_signed(known)

    async def _upsert(self, transaction: str, known: Json | None, wanted: Json) -> Json:
        revision = 1
        if known is not None:
            latest = known.get("latest_revision", known.get("revision"))
            if not isinstance(latest, int):
                text = "a transaction without its revision"
                raise ProtocolError(text)
            revision = latest + 1
        path = f"/tss/{self._settings.tss_id}/tx/{transaction}?tx_revision={revision}"
        return await self._ask("PUT", path, {**wanted, "client_id": self._settings.client_id})

    def _answer(self, transaction: str, signed: Signed, data: str) -> FiscalAnswer:
        if not self._key or signed.public_key != self._key:
            text = f"{self.name}: signed with a key that is not this TSE's"
            raise ProtocolError(text)
        if not verify(signed, data):
            text = f"{self.name}: the signature does not hold over what was sold"
            raise ProtocolError(text)
        if abs(signed.end - time.time()) > _CLOCK_S:
            self.warn(f"its clock and ours are {abs(signed.end - time.time()):.0f} s apart, or this is an older sale")
        printed = _printed(signed, data, plain_text=self._settings.plain_text)
        return FiscalAnswer(transaction, "signed", "TSE", signed.number, signed.end * 1000, printed)

    # -- the wire ------------------------------------------------------------------------------------------------------

    def _need_tse(self) -> None:
        self.need_enabled()
        if not self.alive:
            text = f"{self.name} does not answer"
            raise NoHardwareError(text)

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """One question; a token that is no longer good is got anew, once. Raises ``_RefusedError`` for a no."""
        data = json.dumps(body).encode() if body is not None else b""
        if not self._token:
            await self._log_in()
        status, answer = await self._exchange(method, path, data)
        if status == _UNAUTHORISED:
            await self._log_in()
            status, answer = await self._exchange(method, path, data)
        return _read(status, answer)

    async def _log_in(self) -> None:
        try:
            key, secret = _lines(self._settings.credentials_file)
        except (OSError, ValueError) as error:
            text = f"{self._settings.credentials_file} does not hold the API key and the API secret, a line each"
            raise NoHardwareError(text) from error
        self._token = ""
        asked = json.dumps({"api_key": key, "api_secret": secret}).encode()
        status, answer = await self._exchange("POST", "/auth", asked)
        if status in _LOCKED_OUT:
            text = f"{self._https.where} does not take the API key"
            raise NoHardwareError(text)
        told = _read(status, answer)
        self._token = str(told.get("access_token", ""))

    async def _exchange(self, method: str, path: str, data: bytes, largest: int = 1024 * 1024) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json, application/x-tar"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        timeout = self._settings.answer_timeout_ms
        return await self._https.ask(
            method, self._settings.path + path, data, timeout, headers=headers, largest=largest
        )


def _read(status: int, answer: bytes) -> Json:
    """A JSON object, or the service's no. Raises ``_RefusedError``, and ``ProtocolError`` for what is neither."""
    try:
        told = json.loads(answer)
    except ValueError:
        told = None
    if status >= _SERVER or not isinstance(told, dict):
        text = f"the service answered HTTP {status} and nothing that can be read"
        raise ProtocolError(text)
    if status // 100 * 100 != _OK and status not in _NOES:
        text = f"the service answered HTTP {status}"
        raise ProtocolError(text)
    if status // 100 * 100 != _OK:
        raise _RefusedError(status, str(told.get("code", status)), str(told.get("message", "")))
    return told


def _lines(file: str) -> list[str]:
    """A small local file: a thread would cost more than it saves."""
    return Path(file).read_text(encoding="utf-8").split()


def _refusal(transaction: str, error: _RefusedError) -> FiscalAnswer:
    return FiscalAnswer(transaction, "refused", code=error.code, reason=error.words, permanent=False)


def _turned(sold: Mapping[str, Any]) -> Json:
    def turned(rows: object) -> list[Json]:
        found = rows if isinstance(rows, list) else []
        return [
            {**row, "amount": str(row["amount"])[1:] if str(row["amount"])[:1] == "-" else f"-{row['amount']}"}
            for row in found
        ]

    names = ("amounts_per_vat_rate", "amounts_per_payment_type")
    return {"receipt_type": "CANCELLATION", **{name: turned(sold.get(name)) for name in names}}


def _printed(signed: Signed, data: str, *, plain_text: bool) -> tuple[Printed, ...]:
    short = (
        Printed("transaction_number", str(signed.number)),
        Printed("start", utc_text(signed.start)),
        Printed("end", utc_text(signed.end)),
    )
    code = Printed("signature", qr_code(signed, data), "qr")
    if not plain_text:
        return (*short, code)
    more = (
        Printed("signature_counter", str(signed.counter)),
        Printed("client_serial", signed.client_serial),
        Printed("tse_serial", signed.serial),
        Printed("signature", base64_of(signed.signature)),
    )
    return (*short, *more, code)
