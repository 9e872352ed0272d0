"""A German technical security system behind fiskaly's SIGN DE (version 2): real signatures, counters, log messages.

What it has signed is in a file, a line each, on disk before it is answered: a TSE outlives the till. Its log messages
are those of TR-03151-1, put together here from that description and not with the driver's codec; ``export`` gives them
as a TAR, with the certificate. Only a transaction's start and end are kept (no updates), and nothing is certified.

As a program it prints one line of JSON: ``listen``, ``knob_socket`` and ``settings``: what the driver wants.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import io
import json
import os
import re
import sys
import tarfile
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from bench.far_ends.credentials import make_credentials
from bench.far_ends.fiscal.web import Fault, Web
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["Tse", "main", "transaction_log"]

API_KEY, API_SECRET = "bench_key", "bench_secret"  # they protect nothing
_CLIENT, _TSS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
_NORMAL_RATES = ("NORMAL", "REDUCED_1", "SPECIAL_RATE_1", "SPECIAL_RATE_2", "NULL")
_TYPES = {"RECEIPT": "Beleg", "CANCELLATION": "AVBelegstorno", "ABORT": "AVBelegabbruch", "TRAINING": "AVTraining"}
_PAYMENTS = {"CASH": "Bar", "NON_CASH": "Unbar"}
_SHORT = 0x80
"""DER: a longer value says how many bytes its length has."""
_TX = re.compile(r"/api/v2/tss/([0-9a-f-]{36})(?:/(tx|export)/([0-9a-f-]{36})(/file)?)?(?:\?(.*))?")


def _der(tag: int, value: bytes) -> bytes:
    if len(value) < _SHORT:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(size)]) + size + value


def _number(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


_CERTIFIED = bytes.fromhex("0609 0400 7f00 0703 0701 01")
"""0.4.0.127.0.7.3.7.1.1: a transaction's log message."""
_ECDSA_PLAIN_SHA256 = bytes.fromhex("300c 060a 0400 7f00 0701 0104 0103")
"""0.4.0.127.0.7.1.1.4.1.3."""


def transaction_log(log: Mapping[str, Any], serial: bytes) -> bytes:
    """What is signed of a transaction's log message, from its fields."""
    number = int(log["number"])
    return b"".join(
        [
            _number(2) + _CERTIFIED,
            _der(0x80, f"{log['operation']}Transaction".encode()),
            _der(0x81, str(log["client"]).encode()),
            _der(0x82, str(log["data"]).encode()),
            _der(0x83, str(log["type"]).encode()),
            _der(0x85, number.to_bytes(number.bit_length() // 8 + 1, "big")),
            _der(4, serial) + _ECDSA_PLAIN_SHA256,
            _number(int(log["counter"])) + _number(int(log["time"])),
        ]
    )


def _data(receipt: Mapping[str, Any]) -> str:
    amounts = {row["vat_rate"]: row["amount"] for row in receipt["amounts_per_vat_rate"]}
    sums = "_".join(amounts.get(rate, "0.00") for rate in _NORMAL_RATES)
    paid = "_".join(f"{row['amount']}:{_PAYMENTS[row['payment_type']]}" for row in receipt["amounts_per_payment_type"])
    return f"{_TYPES[receipt['receipt_type']]}^{sums}^{paid}"


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class _NoError(Exception):
    """What is answered instead: HTTP status and the service's code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Tse:
    """``start``, then knobs and tills do the rest, then ``close``."""

    def __init__(self, folder: Path, *, name: str = "fiscal") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._file = folder, folder / "logs.jsonl"
        self.web = Web(make_credentials(folder / "credentials", "tse", "bench.test"), self.answer)
        self._key = self._own_key()
        point = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self._public = self._key.public_key().public_bytes(*point)
        self._serial = hashlib.sha256(self._public).digest()
        self._state = "INITIALIZED"
        self._ahead_s = 0
        self._wrong_sum = self._wrong_key = False
        self._token = uuid.uuid4().hex
        self.expires = "2031-01-01"
        self.transactions: dict[str, dict[str, Any]] = {}
        self.logs: list[dict[str, Any]] = []
        for line in self._file.read_text().splitlines() if self._file.exists() else []:
            self._apply(json.loads(line))
        self._exports: dict[str, int] = {}
        knobs = (
            self.unplug,
            self.plug,
            self.fault,
            self.disable,
            self.clock,
            self.certificate,
            self.cheat,
            self.log_out,
        )
        self.panel = KnobPanel(name=name, category="fiscal", model="tse", knobs=knobs, state=self._shown)

    # -- on the bench --------------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, object]:
        """The driver's settings for this TSE."""
        host, _, port = self.web.address.rpartition(":")
        secret = self._folder / "tse.key"
        secret.write_text(f"{API_KEY}\n{API_SECRET}\n", encoding="utf-8")
        reached = {"host": host, "port": int(port), "credentials_file": str(secret)}
        trusted = {"certificate_name": self.web.credentials.name, "ca_file": str(self.web.credentials.ca)}
        return {**reached, **trusted, "tss_id": _TSS, "client_id": _CLIENT}

    async def close(self) -> None:
        """Hang up everywhere; the memory is on disk already."""
        await self.web.unplug()
        await self.panel.close()

    async def unplug(self) -> None:
        """The network is gone."""
        await self.web.unplug()

    async def plug(self) -> None:
        """It is back."""
        await self.web.plug()

    async def fault(self, *, kind: Fault) -> None:
        """Spoil answers, or do nothing that is asked."""
        self.web.fault = kind

    async def disable(self, *, on: bool) -> None:
        """The TSE is taken out of service by its maker, or is in it again."""
        self._state = "DISABLED" if on else "INITIALIZED"

    async def clock(self, *, ahead_s: int) -> None:
        """Its clock goes wrong by so many seconds."""
        self._ahead_s = ahead_s

    async def certificate(self, *, day: str) -> str:
        """A certificate that runs out on that day (ISO date) stands in the place of the old one."""
        self.expires = day
        return day

    async def cheat(self, *, sums: bool, key: bool) -> None:
        """Sign another sum than was asked for; sign with another key than it tells."""
        self._wrong_sum, self._wrong_key = sums, key

    async def log_out(self) -> None:
        """No token that was given is good any more."""
        self._token = uuid.uuid4().hex

    def _shown(self) -> Mapping[str, object]:
        done = sum(log["operation"] == "Finish" for log in self.logs)
        return {"plugged": self.web.plugged, "fault": self.web.fault, "finished": done, "state": self._state}

    # -- the service ---------------------------------------------------------------------------------------------------

    async def answer(self, method: str, target: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        """One request."""
        try:
            told = json.loads(body) if body else {}
            if (method, target) == ("POST", "/api/v2/auth"):
                return 200, json.dumps(self._logged_in(told)).encode()
            if authorization != f"Bearer {self._token}":
                return _no(401, "E_UNAUTHORIZED")
            found = _TX.fullmatch(target)
            if found is None or found[1] != _TSS:
                return _no(404, "E_TSS_NOT_FOUND")
            answer = self._served(method, found, told)
        except _NoError as error:
            return _no(error.status, error.code)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _no(400, "E_FAILED_SCHEMA_VALIDATION")
        return 200, answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def _logged_in(self, told: Mapping[str, Any]) -> dict[str, object]:
        if (told.get("api_key"), told.get("api_secret")) != (API_KEY, API_SECRET):
            raise _NoError(401, "E_UNAUTHORIZED")
        return {"access_token": self._token, "access_token_expires_in": 86_400}

    def _served(self, method: str, asked: re.Match[str], told: Mapping[str, Any]) -> dict[str, Any] | bytes:
        match method, asked[2], asked[4]:
            case "GET", None, _:
                return self._itself()
            case "GET", "tx", None:
                return self._transaction(asked[3])
            case "PUT", "tx", None:
                return self._upserted(asked[3], int(asked[5].removeprefix("tx_revision=")), told)
            case "PUT", "export", None:
                self._exports[asked[3]] = int(asked[5].removeprefix("start_date="))
                return {"state": "PENDING"}
            case "GET", "export", None:
                return {"state": "COMPLETED" if asked[3] in self._exports else "ERROR"}
            case "GET", "export", "/file":
                return self._tar(self._exports[asked[3]])
        raise _NoError(404, "E_NOT_FOUND")

    def _itself(self) -> dict[str, Any]:
        return {
            "_type": "TSS",
            "_id": _TSS,
            "state": self._state,
            "serial_number": self._serial.hex(),
            "public_key": base64.b64encode(self._public).decode(),
            "certificate": self._certificate().decode(),
            "signature_counter": str(len(self.logs)),
            "signature_algorithm": "ecdsa-plain-SHA256",
        }

    def _transaction(self, wanted: str) -> dict[str, Any]:
        if wanted not in self.transactions:
            raise _NoError(404, "E_TX_NOT_FOUND")
        return self.transactions[wanted]

    def _upserted(self, wanted: str, revision: int, told: Mapping[str, Any]) -> dict[str, Any]:
        known = self.transactions.get(wanted, {})
        if self._state != "INITIALIZED" or told["client_id"] != _CLIENT:
            raise _NoError(400, "E_TSS_NOT_INITIALIZED")
        if revision != known.get("latest_revision", 0) + 1 or known.get("state", "ACTIVE") != "ACTIVE":
            raise _NoError(409, "E_TX_UPSERT_CONFLICT")
        state, receipt = told["state"], told.get("schema", {}).get("standard_v1", {}).get("receipt")
        operation = {"ACTIVE": "Start" if revision == 1 else "Update"}.get(state, "Finish")
        data = _data(receipt) if receipt is not None else ""
        if self._wrong_sum and data:
            data = data.replace("Beleg^", "Beleg^1", 1)
        log = {
            "transaction": wanted,
            "revision": revision,
            "state": state,
            "operation": operation,
            "client": f"ERS {_CLIENT}",
            "data": data,
            "type": "Kassenbeleg-V1" if data else "",
            "number": known.get("number", len(self.transactions) + 1),
            "counter": len(self.logs) + 1,
            "time": int(time.time()) + self._ahead_s,
            "receipt": receipt,
        }
        log["signature"] = base64.b64encode(self._signature(log)).decode()
        with self._file.open("ab") as out:
            out.write(json.dumps(log).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self._apply(log)
        return self.transactions[wanted]

    def _signature(self, log: Mapping[str, Any]) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1()) if self._wrong_key else self._key
        r, s = decode_dss_signature(key.sign(transaction_log(log, self._serial), ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _apply(self, log: dict[str, Any]) -> None:
        self.logs.append(log)
        known = self.transactions.setdefault(log["transaction"], {"time_start": log["time"], "number": log["number"]})
        public = base64.b64encode(self._public).decode()
        known |= {
            "_type": "TRANSACTION",
            "_id": log["transaction"],
            "state": log["state"],
            "revision": log["revision"],
            "latest_revision": log["revision"],
            "client_id": _CLIENT,
            "client_serial_number": log["client"],
            "tss_serial_number": self._serial.hex(),
            "schema": {"standard_v1": {"receipt": log["receipt"]}} if log["receipt"] else {},
            "log": {"operation": log["operation"], "timestamp": log["time"], "timestamp_format": "unixTime"},
            "signature": {
                "value": log["signature"],
                "counter": str(log["counter"]),
                "algorithm": "ecdsa-plain-SHA256",
                "public_key": public,
            },
        }
        if log["operation"] == "Finish":
            times = (_iso(known["time_start"]), _iso(log["time"]), "ecdsa-plain-SHA256", "unixTime")
            said = ("V0", log["client"], log["type"], log["data"], str(log["number"]), str(log["counter"]))
            known |= {"time_end": log["time"], "qr_code_data": ";".join((*said, *times, log["signature"], public))}

    # -- its key and its archive ---------------------------------------------------------------------------------------

    def _own_key(self) -> ec.EllipticCurvePrivateKey:
        file = self._folder / "tse.pem"
        pem = serialization.Encoding.PEM
        if not file.exists():
            fresh = ec.generate_private_key(ec.SECP256R1())
            plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            file.write_bytes(fresh.private_bytes(pem, *plain))
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  our own file
        return key

    def _certificate(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self._serial.hex()[:32]} bench TSE")])
        until = datetime.fromisoformat(self.expires).replace(tzinfo=UTC)
        made = x509.CertificateBuilder(
            name, name, self._key.public_key(), x509.random_serial_number(), until - timedelta(days=3000), until
        )
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _tar(self, since: int) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            _add(tar, f"{self._serial.hex().upper()}_X509.pem", self._certificate())
            for log in self.logs:
                if log["time"] >= since:
                    _add(tar, _file_name(log), self._file_content(log))
        return out.getvalue()

    def _file_content(self, log: Mapping[str, Any]) -> bytes:
        return _der(0x30, transaction_log(log, self._serial) + _der(4, base64.b64decode(log["signature"])))


def _file_name(log: Mapping[str, Any]) -> str:
    """TR-03151-1: time, signature counter, kind of log, transaction number, operation, client."""
    client = re.sub(r"[^A-Za-z0-9-]", "", str(log["client"]))
    named = f"Unixt_{log['time']}_Sig-{log['counter']}_Log-Tra_No-{log['number']}_{log['operation']}"
    return f"{named}_Client-{client}.log"


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _no(status: int, code: str) -> tuple[int, bytes]:
    return status, json.dumps({"status_code": status, "code": code, "message": f"the bench's {code}"}).encode()


async def _run(arguments: argparse.Namespace) -> None:
    tse = Tse(arguments.folder, name=arguments.name)
    address = await tse.web.start(arguments.listen)
    if arguments.knob_socket:
        await tse.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"listen": address, "knob_socket": arguments.knob_socket, "settings": tse.settings()})
    finally:
        await tse.close()


def main(given: list[str] | None = None) -> int:
    """Run the TSE until it is told to stop; prints where it is and how the kiosk reaches it."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.fiscal.tse", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port (0: any free one)")
    parser.add_argument("--folder", type=Path, required=True, help="its memory, its key and its certificates")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="fiscal", help="its name on the bench")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
