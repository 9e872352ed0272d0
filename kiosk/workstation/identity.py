"""Codes, numbers and PINs of people: turned into keyed hashes and operators at the door, and never kept or logged.

What is hashed and how is described in ``docs/formats/book.md``; head office hashes the same way.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Literal

from kiosk.checkout.inputs import OperatorRefused, OperatorSignedIn
from kiosk.settings import Phone
from kiosk.store.rows import Operator

__all__ = ["Door", "Hasher", "e164", "pin_matches"]

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_ATTEMPTS = 5
_LOCKED_MS = 60_000
_SHORTEST_PIN = 4


class Hasher:
    """Keyed hashes under the shop's key (hex; empty: no cards, badges or numbers can be known here)."""

    def __init__(self, shop_key: str) -> None:
        self._key = bytes.fromhex(shop_key)

    def of(self, kind: Literal["card", "phone", "badge"], value: str) -> str:
        """Lower-case hex. ``value``: a code as read, or a number in E.164."""
        return hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def e164(typed: str, phone: Phone) -> str | None:
    """A number as typed, in E.164 with its plus sign; ``None`` for what is no number here.

    >>> bd = Phone(calling_code="880", trunk_prefix="0", national_lengths=(10,))
    >>> e164("01712-345678", bd), e164("+880 1712 345678", bd), e164("৮৮০১৭১২৩৪৫৬৭৮", bd), e164("123", bd)
    ('+8801712345678', '+8801712345678', '+8801712345678', None)
    """
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    forms = [digits.removeprefix("00").removeprefix(phone.calling_code)] if _international(typed, digits, phone) else []
    if phone.trunk_prefix and digits.startswith(phone.trunk_prefix):
        forms.append(digits.removeprefix(phone.trunk_prefix))
    forms.append(digits)
    national = next((form for form in forms if len(form) in phone.national_lengths), None)
    return f"+{phone.calling_code}{national}" if national is not None else None


def _international(typed: str, digits: str, phone: Phone) -> bool:
    marked = typed.strip().startswith(("+", "00")) or len(digits) - len(phone.calling_code) in phone.national_lengths
    return marked and digits.removeprefix("00").startswith(phone.calling_code)


def pin_matches(pin: str, operator: Operator) -> bool:
    """Whether this is the operator's PIN: scrypt, some 50 ms of a core, so never on the engine's loop."""
    if not operator.pin_hash:
        return False
    wanted = bytes.fromhex(operator.pin_hash)
    given = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(operator.pin_salt), dklen=len(wanted), **_SCRYPT)
    return hmac.compare_digest(given, wanted)


class Door:
    """Staff sign-in: five wrong attempts shut it for a minute. ``mono_ms`` is the monotonic clock."""

    def __init__(self, mono_ms: Callable[[], int]) -> None:
        self._mono_ms = mono_ms
        self._wrong = 0
        self._shut_until = 0

    def by_pin(self, pin: str, operators: Sequence[Operator]) -> OperatorSignedIn | OperatorRefused:
        """Who has this PIN. Takes as long as there are operators; belongs into a thread of its own."""
        if self._shut():
            return OperatorRefused(0)
        found = next((who for who in operators if pin_matches(pin, who)), None) if len(pin) >= _SHORTEST_PIN else None
        return self._answer(found, "pin")

    def by_badge(self, badge_hash: str, operators: Sequence[Operator]) -> OperatorSignedIn | OperatorRefused:
        """Whose badge has this keyed hash."""
        if self._shut():
            return OperatorRefused(0)
        matching = (who for who in operators if who.badge_hash and hmac.compare_digest(who.badge_hash, badge_hash))
        return self._answer(next(matching, None), "badge")

    def _shut(self) -> bool:
        return self._mono_ms() < self._shut_until

    def _answer(self, who: Operator | None, method: Literal["pin", "badge"]) -> OperatorSignedIn | OperatorRefused:
        if who is not None:
            self._wrong = 0
            return OperatorSignedIn(who.operator_id, who.name, who.role, method)
        self._wrong += 1
        left = _ATTEMPTS - self._wrong
        if left <= 0:
            self._wrong, self._shut_until = 0, self._mono_ms() + _LOCKED_MS
        return OperatorRefused(max(left, 0))
