"""The exit-gate code: what a gate reads off a receipt or the goodbye to let a shopper out, once.

``E1.`` and, with dots between, workstation, series and number of the sale, the minute it was completed (since 1970, in
hexadecimal), and a seal: the first ``SEAL`` signs of the HMAC-SHA256 over all of it and the shop, in base 32. The key
is derived from the shop's, so that a gate holds what opens it and nothing that a card's or a person's number is hashed
under. The code follows from the sale: after a power cut it is the same one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from kiosk.retail.transaction import TransactionId

__all__ = ["EXIT_KEY", "SEAL", "ExitPass", "exit_code", "exit_key", "read_exit_code"]

EXIT_KEY: Final = b"exit-gate"
SEAL: Final = 16
"""Signs of five bits each: eighty bits, which nobody guesses at a gate."""
_MINUTE_MS: Final = 60_000
_FORM: Final = re.compile(r"E1\.([A-Za-z0-9_-]{1,40})\.(\d{1,6})\.(\d{1,12})\.([0-9A-F]{1,10})\.([A-Z2-7]{16})")


@dataclass(frozen=True, slots=True)
class ExitPass:
    """What a genuine code says: which sale, and when it was completed (UTC milliseconds, the minute's beginning)."""

    workstation: str
    series: int
    number: int
    utc_ms: int

    @property
    def reference(self) -> str:
        """The sale's, as people read it."""
        return f"{self.workstation}-{self.series}-{self.number:06d}"


def exit_key(shop_key: bytes) -> bytes:
    """The gates' key, from the shop's."""
    return hmac.new(shop_key, EXIT_KEY, hashlib.sha256).digest()


def exit_code(key: bytes, named: TransactionId, utc_ms: int) -> str:
    """The code of a completed sale.

    >>> named = TransactionId("dhk-01", "3", "2026-11-22", 1, 42, "0190")
    >>> code = exit_code(bytes(32), named, 1_795_000_000_000)
    >>> code.rsplit(".", 1)[0], read_exit_code(bytes(32), "dhk-01", code).reference
    ('E1.3.1.42.1C87DFA', '3-1-000042')
    >>> read_exit_code(bytes(32), "another", code) is None
    True
    """
    body = f"E1.{named.workstation}.{named.series}.{named.number}.{utc_ms // _MINUTE_MS:X}"
    return f"{body}.{_seal(key, named.store, body)}"


def read_exit_code(key: bytes, store: str, code: str) -> ExitPass | None:
    """What a code says if this shop's kiosks made it; ``None`` for any other."""
    form = _FORM.fullmatch(code)
    if form is None:
        return None
    workstation, series, number, minute, seal = form.groups()
    if not hmac.compare_digest(seal, _seal(key, store, code.rsplit(".", 1)[0])):
        return None
    return ExitPass(workstation, int(series), int(number), int(minute, 16) * _MINUTE_MS)


def _seal(key: bytes, store: str, body: str) -> str:
    digest = hmac.new(key, f"{store}:{body}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:SEAL].decode()
