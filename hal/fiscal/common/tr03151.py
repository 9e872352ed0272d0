"""What a German technical security system signs, and what of it stands on a receipt: log message, signature, QR code.

Sources: BSI TR-03151-1 (``TransactionLogMessage``), BSI TR-03111 (plain ECDSA signatures), DSFinV-K 2.x, appendix I.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

__all__ = ["ALGORITHMS", "Signed", "base64_of", "log_message", "qr_code", "utc_text", "verify"]

ALGORITHMS: Final[Mapping[str, tuple[str, hashes.HashAlgorithm]]] = {
    "ecdsa-plain-SHA224": ("0.4.0.127.0.7.1.1.4.1.2", hashes.SHA224()),
    "ecdsa-plain-SHA256": ("0.4.0.127.0.7.1.1.4.1.3", hashes.SHA256()),
    "ecdsa-plain-SHA384": ("0.4.0.127.0.7.1.1.4.1.4", hashes.SHA384()),
    "ecdsa-plain-SHA512": ("0.4.0.127.0.7.1.1.4.1.5", hashes.SHA512()),
}
"""TR-03111: name, object identifier and hash."""
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.BrainpoolP256R1, ec.BrainpoolP384R1, ec.BrainpoolP512R1)
_TRANSACTION_LOG: Final = "0.4.0.127.0.7.3.7.1.1"
_TYPE: Final = "Kassenbeleg-V1"


@dataclass(frozen=True, slots=True)
class Signed:
    """A finished transaction as the TSE tells it. Times are UTC seconds."""

    number: int
    counter: int
    start: int
    end: int
    algorithm: str
    signature: bytes
    public_key: bytes
    client_serial: str
    process_type: str = _TYPE

    @property
    def serial(self) -> str:
        """The TSE's serial number: SHA-256 of its public key, in hex."""
        return hashlib.sha256(self.public_key).hexdigest()


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:  # noqa: PLR2004  DER: longer ones say how many bytes their length has
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = bytearray((first * 40 + second,))
    for part in rest:
        digits = [part & 0x7F]
        while part := part >> 7:
            digits.append(0x80 | part & 0x7F)
        out += bytes(reversed(digits))
    return bytes(out)


def log_message(signed: Signed, data: str) -> bytes:
    """The bytes that are signed when a transaction is finished (TR-03151-1, ``TransactionLogMessage``)."""
    algorithm, _ = ALGORITHMS[signed.algorithm]
    return b"".join(
        (
            _tlv(0x02, _integer(2)),
            _tlv(0x06, _oid(_TRANSACTION_LOG)),
            _tlv(0x80, b"FinishTransaction"),
            _tlv(0x81, signed.client_serial.encode()),
            _tlv(0x82, data.encode()),
            _tlv(0x83, signed.process_type.encode()),
            _tlv(0x85, _integer(signed.number)),
            _tlv(0x04, hashlib.sha256(signed.public_key).digest()),
            _tlv(0x30, _tlv(0x06, _oid(algorithm))),
            _tlv(0x02, _integer(signed.counter)),
            _tlv(0x02, _integer(signed.end)),
        )
    )


def verify(signed: Signed, data: str) -> bool:
    """Whether the TSE's signature holds over what it is said to have signed."""
    half = len(signed.signature) // 2
    if not half:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signed.signature[:half], signed.signature[half:]))
    plain, (_, algorithm) = encode_dss_signature(r, s), ALGORITHMS[signed.algorithm]
    for curve in _CURVES:
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(curve(), signed.public_key)
            key.verify(plain, log_message(signed, data), ec.ECDSA(algorithm))
        except (ValueError, InvalidSignature):
            continue
        return True
    return False


def qr_code(signed: Signed, data: str) -> str:
    """The receipt's QR code (DSFinV-K, appendix I)."""
    fields = ("V0", signed.client_serial, signed.process_type, data, str(signed.number), str(signed.counter))
    code = (utc_text(signed.start), utc_text(signed.end), signed.algorithm, "unixTime")
    return ";".join((*fields, *code, base64_of(signed.signature), base64_of(signed.public_key)))


def utc_text(seconds: int) -> str:
    """A time of the TSE as its QR code has it.

    >>> utc_text(1629729387)
    '2021-08-23T14:36:27.000Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def base64_of(data: bytes) -> str:
    """Bytes as receipts have them."""
    return base64.b64encode(data).decode()
