"""Head office's signature under a journal's chain head: who acknowledged what, for anybody who holds its public key.

Ed25519 (RFC 8032) over what is acknowledged. A signature is text: ``ed25519:PUBLIC:SIGNATURE``, both in URL-safe base64
without padding, so that a kiosk that knows no key yet can remember the first it is shown.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["KeyFileError", "Signer", "key_of", "signed_by"]

_SCHEME: Final = "ed25519"
_DOMAIN: Final = b"kiosk-journal-countersignature-v1"
_FILE_MODE: Final = 0o600


class KeyFileError(Exception):
    """A signing key cannot be used; the message says which and why."""


class Signer:
    """Signs with one key. ``public`` is what kiosks and verifiers are told: 43 signs of base64."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = _text(key.public_key().public_bytes_raw())

    @classmethod
    def kept_in(cls, path: Path) -> Signer:
        """The key in ``path`` (PEM, PKCS #8); made there, readable by its owner alone, if there is none.

        Raises ``KeyFileError``.
        """
        try:
            if not path.exists():
                _make(path)
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as fault:
            message = f"the signing key {path} cannot be used: {fault}"
            raise KeyFileError(message) from None
        if not isinstance(key, Ed25519PrivateKey):
            message = f"the signing key {path} is no Ed25519 key"
            raise KeyFileError(message)
        return cls(key)

    def sign(self, kiosk: str, epoch: int, sequence: int, digest: str) -> str:
        """The countersignature of a chain head; ``digest`` is hex, as in ``Acknowledgement``."""
        signature = self._key.sign(_signed(kiosk, epoch, sequence, digest))
        return f"{_SCHEME}:{self.public}:{_text(signature)}"


def key_of(signature: str) -> str:
    """The public key a signature says it is by; empty for what is no signature."""
    parts = signature.split(":")
    return parts[1] if len(parts) == len(("scheme", "key", "signature")) and parts[0] == _SCHEME else ""


def signed_by(public: str, signature: str, kiosk: str, epoch: int, sequence: int, digest: str) -> bool:
    """Whether ``signature`` is by the key ``public`` and under exactly this chain head."""
    if not public or key_of(signature) != public:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(public))
        key.verify(_bytes(signature.rpartition(":")[2]), _signed(kiosk, epoch, sequence, digest))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _signed(kiosk: str, epoch: int, sequence: int, digest: str) -> bytes:
    """What is signed: each part behind its length in four bytes, so that no two heads read alike."""
    parts = (_DOMAIN, kiosk.encode(), b"%d" % epoch, b"%d" % sequence, digest.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb") as file:
        file.write(pem)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
