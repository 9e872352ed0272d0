"""A card terminal on nexo's wire: JSON over HTTPS in Adyen's envelope, with a certificate of its own test authority.

See ``terminal`` for cards and charges. It keeps its ServiceIDs with its charges, so that TransactionStatus finds a
payment or a reversal after any restart. A power cut in mid-payment aborts it, as terminals do. ``fault`` spoils its
answers: not sent at all, cut, doubled, for another request, with a wrong HMAC or header, or no nexo whatever.

As a program it prints one line of JSON: ``listen``, ``knob_socket``, ``ca_file``, ``poi_id`` and ``settings``, which is
all that the kiosk's driver wants to know.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import functools
import hashlib
import hmac
import json
import os
import ssl
import sys
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench.far_ends.card_reader.terminal import VirtualTerminal, slip
from bench.far_ends.credentials import PASSPHRASE, Credentials, make_credentials
from bench.far_ends.https import Https, Request
from bench.far_ends.process import say_and_wait

__all__ = ["Fault", "Terminal", "main", "sealed", "unsealed"]

KEY_IDENTIFIER, KEY_VERSION = "bench", 1
Fault = Literal[
    "none", "hang_up", "cut", "twice", "other_service", "wrong_hmac", "wrong_header", "garbage", "empty", "slow"
]
_ENTRY_MODES = {"chip": "ICC", "contactless": "Tapped", "swiped": "MagStripe", "keyed": "Keyed"}
_CENTS = Decimal("0.01")


# -- the envelope, from the page that describes it ---------------------------------------------------------------


@functools.cache
def _keys(passphrase: str) -> tuple[bytes, bytes, bytes]:
    material = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, 80)
    return material[:32], material[32:64], material[64:]


def sealed(message: Mapping[str, Any], passphrase: str) -> dict[str, Any]:
    """A message in its envelope, as JSON values."""
    mac_key, cipher_key, vector = _keys(passphrase)
    plain, nonce = _json(message), os.urandom(16)
    fill = 16 - len(plain) % 16
    changed = (int.from_bytes(vector, "big") ^ int.from_bytes(nonce, "big")).to_bytes(16, "big")
    cipher = Cipher(algorithms.AES(cipher_key), modes.CBC(changed)).encryptor()
    blob = cipher.update(plain + bytes([fill]) * fill) + cipher.finalize()
    ((kind, body),) = message.items()
    trailer = {
        "Nonce": base64.b64encode(nonce).decode(),
        "Hmac": base64.b64encode(hmac.new(mac_key, plain, hashlib.sha256).digest()).decode(),
        "KeyIdentifier": KEY_IDENTIFIER,
        "KeyVersion": KEY_VERSION,
        "AdyenCryptoVersion": 1,
    }
    header = dict(body["MessageHeader"])
    return {kind: {"MessageHeader": header, "NexoBlob": base64.b64encode(blob).decode(), "SecurityTrailer": trailer}}


def unsealed(data: bytes, passphrase: str) -> dict[str, Any]:
    """The message of an envelope. Raises ``ValueError`` for one that is not right, ``KeyError`` for none at all."""
    ((kind, envelope),) = json.loads(data).items()
    mac_key, cipher_key, vector = _keys(passphrase)
    trailer = envelope["SecurityTrailer"]
    nonce = base64.b64decode(trailer["Nonce"])
    changed = (int.from_bytes(vector, "big") ^ int.from_bytes(nonce, "big")).to_bytes(16, "big")
    cipher = Cipher(algorithms.AES(cipher_key), modes.CBC(changed)).decryptor()
    padded = cipher.update(base64.b64decode(envelope["NexoBlob"])) + cipher.finalize()
    plain = padded[: -padded[-1]]
    known = (trailer["KeyIdentifier"], trailer["KeyVersion"]) == (KEY_IDENTIFIER, KEY_VERSION)
    mac = hmac.new(mac_key, plain, hashlib.sha256).digest()
    message: dict[str, Any] = json.loads(plain, parse_float=Decimal)
    right = hmac.compare_digest(mac, base64.b64decode(trailer["Hmac"]))
    if not (known and right and message[kind]["MessageHeader"] == envelope["MessageHeader"]):
        text = "not sealed with our key"
        raise ValueError(text)
    return message


def _json(value: object) -> bytes:
    """JSON with exact amounts, which the standard library does not write."""
    if isinstance(value, Mapping):
        return b"{" + b",".join(_json(str(key)) + b":" + _json(each) for key, each in value.items()) + b"}"
    if isinstance(value, list | tuple):
        return b"[" + b",".join(map(_json, value)) + b"]"
    return (str(value) if isinstance(value, Decimal) else json.dumps(value)).encode()


# -- the terminal ------------------------------------------------------------------------------------------------


class Terminal(VirtualTerminal):
    """``start``, then knobs and tills do the rest, then ``close``. ``notify``: where display notifications go."""

    model = "nexo"

    def __init__(self, charges: Path, credentials: Credentials, *, name: str = "card_reader", notify: str = "") -> None:
        super().__init__(
            charges, name=name, knobs=(self.unplug, self.plug, self.power_cut, self.insert, self.log_out, self.fault)
        )
        self.credentials = credentials
        self.notify = notify
        self._https = Https(credentials, self._serve)
        self.fault_now: Fault = "none"
        self._logged_out = False
        self.shown: tuple[str, ...] = ()
        """What a till has put on its idle display."""
        self.heard: list[str] = []
        """The message categories it was asked, oldest first."""
        self.telling: set[asyncio.Task[None]] = set()
        """Display notifications under way."""

    @property
    def address(self) -> str:
        """``host:port`` that it listens on."""
        return self._https.address

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (0: any free port); gives the address."""
        return await self._https.start(listen)

    def settings(self) -> dict[str, object]:
        """The driver's settings for this terminal."""
        host, _, port = self.address.rpartition(":")
        return {
            "host": host,
            "port": int(port),
            "poi_id": self.credentials.poi_id,
            "sale_id": "KIOSK-1",
            "certificate_name": self.credentials.name,
            "ca_file": str(self.credentials.ca),
            "key_identifier": KEY_IDENTIFIER,
            "key_version": KEY_VERSION,
            "passphrase_file": str(self.credentials.passphrase),
            "notifications": self.notify,
        }

    async def close(self) -> None:
        """Hang up everywhere; the memory is on disk already."""
        await self._hang_up()
        await self.panel.close()

    async def unplug(self) -> None:
        """Pull the terminal's network cable; what it remembers and shows stays."""
        await self._hang_up()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back, at the same address."""
        if not self._https.plugged:
            await self._https.plug()
            self.panel.tell("plugged", plugged=True)

    async def power_cut(self) -> None:
        """Cut its power and bring it back: a payment on the display is aborted, everything charged is remembered."""
        await self.unplug()
        if self.pending is not None:
            self.stop(self.pending.request)
        await self.plug()

    async def insert(self, *, pin: bool = True) -> None:
        """Put a card into the slot; with ``pin`` it asks for one. Tapping then settles the payment."""
        request = self.pending.request if self.pending is not None else ""
        self.prompted("card_inserted", request)
        if pin:
            self.prompted("enter_pin", request)

    async def log_out(self) -> None:
        """Forget the till's login: no payment until it logs in again."""
        self._logged_out = True

    async def fault(self, *, kind: Fault) -> None:
        """Spoil every answer: what was asked is done all the same."""
        self.fault_now = kind

    def wired(self) -> Mapping[str, object]:
        """See ``VirtualTerminal.wired``."""
        return {"plugged": self._https.plugged, "fault": self.fault_now, "shown": list(self.shown)}

    def prompted(self, prompt: str, request: str) -> None:
        """See ``VirtualTerminal.prompted``: a display notification, if the till listens."""
        event = {"present_card": "TENDER_CREATED", "card_inserted": "CARD_INSERTED", "enter_pin": "WAIT_FOR_PIN"}
        if not (self._https.plugged and self.notify):
            return
        service = str(self.pending.more["service"]) if self.pending is not None else "OTHERTILL1"
        task = asyncio.get_running_loop().create_task(self._notify(event.get(prompt, "TENDER_FINAL"), request, service))
        self.telling.add(task)
        task.add_done_callback(self.telling.discard)

    def marked(self, request: str) -> Mapping[str, object]:
        """See ``VirtualTerminal.marked``: no ServiceID of a till's, since none is so long."""
        return {"service": request.upper()}

    def settle(self, *args: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401  the base's own arguments
        """See ``VirtualTerminal.settle``; the card may be taken out."""
        payment = super().settle(*args, **named)
        self.prompted("remove_card", str(payment["request"]))
        return payment

    # -- the wire ------------------------------------------------------------------------------------------------

    async def _hang_up(self) -> None:
        await self._https.unplug()
        for task in self.telling:
            task.cancel()
        await asyncio.gather(*self.telling, return_exceptions=True)

    async def _serve(self, asked: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        answer = b"" if self.silenced == "before" else await self._answered(asked.body)
        if self.silenced != "off":
            await reader.read()  # until the till gives up
        else:
            await self._write(writer, answer)

    async def _write(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        head = f"HTTP/1.1 {200 if body else 204} OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        data = head + body
        match self.fault_now:
            case "hang_up":
                return
            case "cut":
                data = data[: len(data) - len(body) // 2]
            case "garbage":
                data = head + os.urandom(len(body))
            case "empty":
                data = b"HTTP/1.1 204 No Content\r\n\r\n"
            case "twice":
                data += data
            case _:
                pass
        step = 1 if self.fault_now == "slow" else len(data)
        for at in range(0, len(data), step):
            writer.write(data[at : at + step])
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()

    async def _answered(self, data: bytes) -> bytes:
        try:
            message = unsealed(data, PASSPHRASE)["SaleToPOIRequest"]
        except (ValueError, KeyError, TypeError, IndexError):
            return b""
        header = message["MessageHeader"]
        category = header["MessageCategory"]
        self.heard.append(category)
        told = await self._do(category, header, message.get(f"{category}Request", {}))
        if told is None:
            return b""
        answered = {**header, "MessageType": "Response"}
        if self.fault_now == "other_service":
            answered["ServiceID"] = "ANOTHER123"
        envelope = sealed({"SaleToPOIResponse": {"MessageHeader": answered, f"{category}Response": told}}, PASSPHRASE)
        outside = envelope["SaleToPOIResponse"]
        if self.fault_now == "wrong_hmac":
            outside["SecurityTrailer"]["Hmac"] = base64.b64encode(bytes(32)).decode()
        if self.fault_now == "wrong_header":
            outside["MessageHeader"]["SaleID"] = "ANOTHER TILL"
        return _json(envelope)

    # -- what is asked of it -------------------------------------------------------------------------------------

    async def _do(  # noqa: PLR0911 - one flat table
        self, category: str, header: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if self._logged_out and category == "Payment":
            return {"Response": _failure("LoggedOut")}
        self._logged_out &= category != "Login"
        match category:
            case "Payment":
                return await self._pay(header["ServiceID"], asked)
            case "TransactionStatus":
                return self._status(asked["MessageReference"])
            case "Abort":
                deed = self._request_of(asked["MessageReference"]["ServiceID"])
                self.stop(deed)
                return None
            case "Reversal":
                return self._reverse(header["ServiceID"], asked)
            case "Display":
                texts = asked["DisplayOutput"][0]["OutputContent"].get("OutputText", [])
                self.shown = tuple(each["Text"] for each in texts)
                return {
                    "OutputResult": [{"Device": "CustomerDisplay", "InfoQualify": "Display", "Response": _SUCCESS}]
                } | {"Response": _SUCCESS}
            case "Reconciliation":
                return self._totals()
            case "Login" | "Diagnosis":
                return {"Response": _SUCCESS}
            case _:
                return {"Response": _failure("MessageFormat")}

    def _totals(self) -> dict[str, Any]:
        """What was paid and given back since it was asked last, and a new period."""
        day = self.end_day()
        rows = (("Debit", day.taken), ("ReverseDebit", day.returned))
        total = {
            "PaymentInstrumentType": "Card",
            "CardBrand": "Bench",
            "PaymentCurrency": next((deed["currency"] for _, deeds in rows for deed in deeds), "EUR"),
            "PaymentTotals": [
                {
                    "TransactionType": kind,
                    "TransactionCount": len(deeds),
                    "TransactionAmount": Decimal(sum(deed["amount_minor"] for deed in deeds)) / 100,
                }
                for kind, deeds in rows
                if deeds
            ],
        }
        return {
            "Response": _SUCCESS,
            "ReconciliationType": "SaleReconciliation",
            "POIReconciliationID": str(day.number),
            "TransactionTotals": [total] if total["PaymentTotals"] else [],
        }

    async def _pay(self, service: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        request = asked["SaleData"]["SaleTransactionID"]["TransactionID"]
        amounts = asked["PaymentTransaction"]["AmountsReq"]
        minor = int(Decimal(amounts["RequestedAmount"]) * 100)
        if self.pending is not None and self.pending.request != request:
            return {"Response": _failure("Busy")}
        more: dict[str, object] = {"service": service}
        if asked.get("PaymentData") == {"PaymentType": "Refund"}:
            more["refund_of"] = ""  # whoever presents the card
        elif "PaymentData" in asked and not self._takes_parts(asked["PaymentData"]):
            return {"Response": _failure("MessageFormat")}
        await self.charge(request, minor, amounts["Currency"], "card", **more)
        return self._response(request)

    @staticmethod
    def _takes_parts(told: Mapping[str, Any]) -> bool:
        """Equal parts, two or more, as the protocol has them."""
        plan = told.get("Instalment", {})
        whose = told.get("PaymentType") in ("Instalment", "IssuerInstalment")
        return whose and plan.get("InstalmentType") == ["EqualInstalments"] and plan.get("TotalNbOfPayments", 0) > 1

    def _status(self, about: Mapping[str, Any]) -> dict[str, Any]:
        service, category = about["ServiceID"], about["MessageCategory"]
        request = self._request_of(service)
        if self.pending is not None and self.pending.request == request:
            return {"Response": _failure("InProgress")}
        body: dict[str, Any] = {}
        if category == "Payment" and request in self.charges.outcomes:
            body = {"PaymentResponse": self._response(request)}
        elif category == "Reversal" and any(deed["service"] == service for deed in self.charges.reversed.values()):
            body = {"ReversalResponse": {"Response": _SUCCESS}}
        if not body:
            return {"Response": _failure("NotFound")}
        header = {"MessageCategory": category, "MessageType": "Response", "ServiceID": service}
        return {
            "Response": _SUCCESS,
            "MessageReference": dict(about),
            "RepeatedMessageResponse": {"MessageHeader": header, "RepeatedResponseMessageBody": body},
        }

    def _request_of(self, service: str) -> str:
        if self.pending is not None and self.pending.more["service"] == service:
            return self.pending.request
        return next((str(deed["request"]) for deed in self.charges.outcomes.values() if deed["service"] == service), "")

    def _response(self, request: str) -> dict[str, Any]:
        """The PaymentResponse as it was; a reversal changes nothing in it."""
        deed = self.charges.outcomes[request]
        known = {"TransactionID": deed["reference"], "TimeStamp": deed["time"]}
        base: dict[str, Any] = {"POIData": {"POITransactionID": known, "POIReconciliationID": "1000"}}
        if deed["what"] not in ("approved", "refunded"):
            return base | {"Response": _failure("Aborted" if deed["what"] == "cancelled" else "Refusal")}
        amount = (Decimal(deed["amount_minor"]) / 100).quantize(_CENTS)
        card = {
            "EntryMode": [_ENTRY_MODES[deed["entry"]]],
            "MaskedPan": deed["masked_pan"],
            "PaymentBrand": deed["brand"],
        }
        acquirer = {
            "AcquirerID": deed["acquirer"],
            "AcquirerPOIID": deed["terminal_id"],
            "ApprovalCode": deed["approval_code"],
        }
        result = {
            "AmountsResp": {"AuthorizedAmount": amount, "Currency": deed["currency"]},
            "AuthenticationMethod": ["SignatureCapture"] if deed["signature"] else [],
            "OnlineFlag": True,
            "PaymentAcquirerData": acquirer,
            "PaymentInstrumentData": {"CardData": card, "PaymentInstrumentType": "Card"},
        }
        lines = [{"Text": urllib.parse.urlencode({"key": "line", "name": line})} for line in slip(deed)]
        receipts = [
            {
                "DocumentQualifier": kind,
                "RequiredSignatureFlag": deed["signature"] and kind == "CashierReceipt",
                "OutputContent": {"OutputFormat": "Text", "OutputText": lines},
            }
            for kind in ("CashierReceipt", "CustomerReceipt")
        ]
        partial = deed["amount_minor"] < deed["requested_minor"]
        response = {"Result": "Partial"} if partial else _SUCCESS
        return base | {"Response": response, "PaymentResult": result, "PaymentReceipt": receipts}

    def _reverse(self, service: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        wanted = asked["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        found = (deed["request"] for deed in self.charges.outcomes.values() if deed["reference"] == wanted)
        request = next(found, "")
        if request in self.charges.reversed or not self.give_back(request, service=service):
            return {"Response": _failure("NotAllowed")}
        return {"Response": _SUCCESS}

    async def _notify(self, event: str, request: str, service: str) -> None:
        host, _, port = self.notify.rpartition(":")
        said = urllib.parse.urlencode(
            {"TransactionID": request, "TimeStamp": datetime.now(UTC).isoformat(), "event": event}
        )
        output = {
            "Device": "CashierDisplay",
            "InfoQualify": "Status",
            "OutputContent": {"PredefinedContent": {"ReferenceID": said}},
        }
        header = {
            "ProtocolVersion": "3.0",
            "MessageClass": "Device",
            "MessageCategory": "Display",
            "MessageType": "Notification",
            "ServiceID": service,
            "DeviceID": "1",
            "SaleID": "KIOSK-1",
            "POIID": self.credentials.poi_id,
        }
        body = _json(
            sealed(
                {"SaleToPOIRequest": {"MessageHeader": header, "DisplayRequest": {"DisplayOutput": [output]}}},
                PASSPHRASE,
            )
        )
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(f"POST / HTTP/1.1\r\nHost: till\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await reader.read()
            finally:
                writer.transport.abort()
                await writer.wait_closed()


_SUCCESS = {"Result": "Success"}


def _failure(condition: str) -> dict[str, str]:
    return {"Result": "Failure", "ErrorCondition": condition}


async def _run(arguments: argparse.Namespace) -> None:
    credentials = make_credentials(arguments.credentials or arguments.charges.parent / "credentials")
    terminal = Terminal(arguments.charges, credentials, name=arguments.name, notify=arguments.notify)
    address = await terminal.start(arguments.listen)
    if arguments.knob_socket:
        await terminal.panel.start(arguments.knob_socket)
    about = {"listen": address, "knob_socket": arguments.knob_socket, "poi_id": credentials.poi_id}
    try:
        await say_and_wait({**about, "ca_file": str(credentials.ca), "settings": terminal.settings()})
    finally:
        await terminal.close()


def main(given: list[str] | None = None) -> int:
    """Run the terminal until it is told to stop; prints where it is and how the kiosk reaches it."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.card_reader.nexo", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port (0: any free one)")
    parser.add_argument("--charges", type=Path, required=True, help="the terminal's memory, JSON lines")
    parser.add_argument("--credentials", type=Path, help="a folder for its certificates (default: beside the charges)")
    parser.add_argument("--notify", default="", help="host:port of the kiosk's own listener, for prompts")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="card_reader", help="its name on the bench")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
