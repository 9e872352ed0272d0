"""The code on a slip of a parked basket: which basket, of which shop, until when; and a seal that nobody else can make.

``P1.``, the shop, and with dots between: the basket's uuid in base 32, the minute in which the slip expires (since
1970, in hexadecimal; 0: never), and the first ``SEAL`` signs of the HMAC-SHA256 over all of it, in base 32. The key is
derived from the retailer's. It holds nothing of a person and nothing of what is in the basket; any kiosk of the shop
can read it without asking anybody, and it follows from what is parked: after a power cut it is the same one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

__all__ = ["SEAL", "SLIP_KEY", "SlipPass", "is_slip", "read_slip_code", "slip_code", "slip_key"]

SLIP_KEY: Final = b"parked-basket"
SEAL: Final = 16
"""Signs of five bits each: eighty bits, on top of an identifier that is itself drawn by lot."""
_MINUTE_MS: Final = 60_000
_FORM: Final = re.compile(r"P1\.([A-Za-z0-9_-]{1,40})\.([A-Z2-7]{26})\.([0-9A-F]{1,10})\.([A-Z2-7]{16})")


@dataclass(frozen=True, slots=True)
class SlipPass:
    """What a genuine code says. ``expires_ms``: UTC milliseconds, the minute's end; 0: it does not expire."""

    store: str
    uuid: str
    expires_ms: int

    def expired(self, now_ms: int) -> bool:
        """Whether the slip is too old."""
        return bool(self.expires_ms) and now_ms >= self.expires_ms


def slip_key(shop_key: bytes) -> bytes:
    """What slips are sealed with, from the shop's key."""
    return hmac.new(shop_key, SLIP_KEY, hashlib.sha256).digest()


def is_slip(code: str) -> bool:
    """Whether it has a slip's form, genuine or not: it is nothing else that a shop scans."""
    return _FORM.fullmatch(code) is not None


def slip_code(key: bytes, store: str, uuid: str, expires_ms: int) -> str:
    """The code of a parked basket.

    >>> code = slip_code(bytes(32), "dhk-01", "01909a5e-0000-7000-8000-0000000000ff", 1_795_000_000_000)
    >>> code.rsplit(".", 1)[0]
    'P1.dhk-01.AGIJUXQAABYABAAAAAAAAAAA74.1C87DFB'
    >>> read_slip_code(bytes(32), code).uuid
    '01909a5e-0000-7000-8000-0000000000ff'
    >>> read_slip_code(bytes(31) + b"x", code) is None
    True
    """
    body = f"P1.{store}.{_short(uuid)}.{-(-expires_ms // _MINUTE_MS):X}"
    return f"{body}.{_seal(key, body)}"


def read_slip_code(key: bytes, code: str) -> SlipPass | None:
    """What a code says if a kiosk of this retailer made it, at whichever shop; ``None`` for any other."""
    form = _FORM.fullmatch(code)
    if form is None or not hmac.compare_digest(form[4], _seal(key, code.rsplit(".", 1)[0])):
        return None
    return SlipPass(form[1], _long(form[2]), int(form[3], 16) * _MINUTE_MS)


def _short(uuid: str) -> str:
    return base64.b32encode(UUID(uuid).bytes).decode().rstrip("=")


def _long(short: str) -> str:
    return str(UUID(bytes=base64.b32decode(f"{short}======")))


def _seal(key: bytes, body: str) -> str:
    return base64.b32encode(hmac.new(key, body.encode(), hashlib.sha256).digest())[:SEAL].decode()
