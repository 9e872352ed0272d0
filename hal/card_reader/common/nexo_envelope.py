"""The envelope that protects nexo messages between a till and a terminal in the same shop, as Adyen's terminals do.

Source: "Protect local communications", https://docs.adyen.com/point-of-sale/ . PBKDF2 makes three keys of a passphrase.
The message is encrypted with AES-256-CBC under a vector that a fresh nonce changes, and authenticated by an HMAC-SHA256
over its plain text. Its header travels in clear as well, and must be the same inside. AES comes from ``cryptography``.

What came from the other side is in no exception's text, nor in its cause: it might hold a card's number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from hal.device import ProtocolError

__all__ = ["Keys", "Message", "at", "derive_keys", "each_at", "open_sealed", "refuse", "seal", "text_at"]

T = TypeVar("T")
Message = dict[str, Any]
"""A JSON object. Numbers with a point are ``Decimal``, exact."""

_SALT, _ROUNDS = b"AdyenNexoV1Salt", 4000


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What a passphrase becomes, and the name both sides call it by."""

    hmac: bytes
    cipher: bytes
    iv: bytes
    identifier: str = ""
    version: int = 1


def derive_keys(passphrase: str, identifier: str = "", version: int = 1) -> Keys:
    """80 bytes of PBKDF2-HMAC-SHA1: 32 for the HMAC, 32 for AES, 16 for the initialisation vector.

    >>> derive_keys("testPassphrase123").iv.hex()
    '1d37684ff2ff03be45fcc84d224fa0f5'
    """
    derived = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), _SALT, _ROUNDS, 80)
    return Keys(derived[:32], derived[32:64], derived[64:], identifier, version)


def _cipher(keys: Keys, nonce: bytes) -> Cipher[modes.CBC]:
    vector = bytes(one ^ other for one, other in zip(keys.iv, nonce, strict=True))
    return Cipher(algorithms.AES256(keys.cipher), modes.CBC(vector))


def seal(message: Mapping[str, Any], keys: Keys, nonce: bytes | None = None) -> bytes:
    """A message (``{"SaleToPOIRequest": {"MessageHeader": ..., ...}}``) in its envelope. ``nonce``: 16 fresh bytes."""
    ((kind, body),) = message.items()
    plain = _encoder.encode(message)
    nonce = nonce or secrets.token_bytes(16)
    padder, encryptor = PKCS7(128).padder(), _cipher(keys, nonce).encryptor()
    blob = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    trailer = {
        "AdyenCryptoVersion": 1,
        "KeyIdentifier": keys.identifier,
        "KeyVersion": keys.version,
        "Nonce": base64.b64encode(nonce).decode(),
        "Hmac": base64.b64encode(hmac.digest(keys.hmac, plain, "sha256")).decode(),
    }
    header = body["MessageHeader"]
    sealed = {"MessageHeader": header, "NexoBlob": base64.b64encode(blob).decode(), "SecurityTrailer": trailer}
    return _encoder.encode({kind: sealed})


def open_sealed(data: bytes, kind: str, keys: Keys) -> Message:
    """What an envelope of ``kind`` (``SaleToPOIResponse``, ``SaleToPOIRequest``) holds, once its HMAC is right and its
    clear header is the one inside. Raises ``ProtocolError``, in words that hold nothing of what came.
    """
    envelope = at(_decoded(data), dict, kind)
    told = at(envelope, dict, "SecurityTrailer") or {}
    named = [told.get(name) for name in ("AdyenCryptoVersion", "KeyIdentifier", "KeyVersion")]
    if envelope is None or named != [1, keys.identifier, keys.version]:
        refuse("not sealed with the key that the settings name")
    nonce, mac, blob = (_bytes(part, name) for part, name in ((told, "Nonce"), (told, "Hmac"), (envelope, "NexoBlob")))
    plain = _decrypted(blob, nonce, keys)
    if not hmac.compare_digest(hmac.digest(keys.hmac, plain, "sha256"), mac):
        refuse("an envelope whose HMAC is wrong; is the passphrase right?")
    inner = at(_decoded(plain), dict, kind)
    header = at(inner, dict, "MessageHeader")
    if inner is None or header is None or header != envelope.get("MessageHeader"):
        refuse("the header in clear is not the one inside")
    return inner


def _bytes(part: Message, name: str) -> bytes:
    try:
        return base64.b64decode(text_at(part, name), validate=True)
    except ValueError:
        refuse(f"{name} is not Base64")


def _decrypted(blob: bytes, nonce: bytes, keys: Keys) -> bytes:
    try:
        decryptor, unpadder = _cipher(keys, nonce).decryptor(), PKCS7(128).unpadder()
        return unpadder.update(decryptor.update(blob) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        refuse("an envelope that cannot be opened; is the passphrase right?")


def _decoded(data: bytes) -> object:
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
        refuse("not nexo's JSON")


def refuse(what: str) -> NoReturn:
    """Raise ``ProtocolError``; ``what`` is in our own words only."""
    text = f"the terminal's message is not to be believed: {what}"
    raise ProtocolError(text) from None


def at(node: object, kind: type[T], *path: str) -> T | None:
    """What stands at ``path``, if it is of that kind."""
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node if isinstance(node, kind) else None


def text_at(node: object, *path: str) -> str:
    """The text that stands at ``path``, or an empty one."""
    return at(node, str, *path) or ""


def each_at(node: object, *path: str) -> list[object]:
    """The list that stands at ``path``, or an empty one."""
    return at(node, list, *path) or []


_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
