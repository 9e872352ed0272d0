"""Codes, numbers and PINs of people: turned into keyed hashes and operators at the door, and never kept or logged.

What is hashed and how is described in ``docs/formats/book.md``; head office hashes the same way.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.checkout.inputs import OperatorRefused, OperatorSignedIn
from kiosk.retail.stored_value import credit_number
from kiosk.settings import Phone
from kiosk.store.rows import Operator

__all__ = ["Door", "Hasher", "e164", "pin_matches", "wait_after"]

_log = logging.getLogger(__name__)

Method = Literal["pin", "badge"]

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_ATTEMPTS = 5
_LOCKED_MS = 60_000
_LONGEST_MS = 900_000
_SHORTEST_PIN = 4


class Hasher:
    """Keyed hashes under the shop's key (hex; empty: no cards, badges or numbers can be known here)."""

    def __init__(self, shop_key: str) -> None:
        self._key = bytes.fromhex(shop_key)

    def of(self, kind: Literal["card", "phone", "badge", "value"], value: str) -> str:
        """Lower-case hex. ``value``: a code as read, or a number in E.164."""
        return hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def credit_number(self, prefix: str, credit: str) -> str:
        """The number of a store credit that was issued here; see ``kiosk.retail.stored_value``."""
        return credit_number(self._key, prefix, credit)


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
    """Whether this is the operator's PIN: argon2id (or scrypt, in a row of a release before), so never on the engine's
    loop. A hash that cannot be read is nobody's.
    """
    if operator.pin_hash.startswith("$argon2id$"):
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - a start needs none of it
        from argon2.low_level import Type, verify_secret  # noqa: PLC0415 - the same

        try:
            return verify_secret(operator.pin_hash.encode(), pin.encode(), Type.ID)
        except (VerificationError, InvalidHashError):
            return False
    if not operator.pin_hash:
        return False
    wanted = bytes.fromhex(operator.pin_hash)
    given = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(operator.pin_salt), dklen=len(wanted), **_SCRYPT)
    return hmac.compare_digest(given, wanted)


class Door:
    """Staff sign-in, where guessing costs time.

    Five wrong PINs shut the pad, five wrong badges the badge reader: for a minute, then after each further one for
    twice as long, a quarter of an hour at most. One stays open while the other is shut, and whoever is let in by either
    opens both, as does somebody of the staff from a page.

    ``mono_ms`` is the monotonic clock. ``kept`` is a file that remembers what was wrong: after a restart a wait begins
    anew, so that nobody gains by pulling the plug. Without one (or where it cannot be read) nothing is remembered.
    """

    def __init__(self, mono_ms: Callable[[], int], kept: Path | None = None) -> None:
        self._mono_ms, self._kept = mono_ms, kept
        self._wrong: dict[Method, int] = {"pin": 0, "badge": 0}
        self._shut_until: dict[Method, int] = {"pin": 0, "badge": 0}
        for method, wrong in self._remembered().items():
            self._wrong[method] = wrong
            self._shut_until[method] = mono_ms() + wait_after(wrong)

    def by_pin(self, pin: str, operators: Sequence[Operator]) -> OperatorSignedIn | OperatorRefused:
        """Who has this PIN. Takes as long as there are operators; belongs into a thread of its own."""
        if self._shut("pin"):
            return OperatorRefused(0)
        found = next((who for who in operators if pin_matches(pin, who)), None) if len(pin) >= _SHORTEST_PIN else None
        return self._answer(found, "pin")

    def by_badge(self, badge_hash: str, operators: Sequence[Operator]) -> OperatorSignedIn | OperatorRefused:
        """Whose badge has this keyed hash."""
        if self._shut("badge"):
            return OperatorRefused(0)
        matching = (who for who in operators if who.badge_hash and hmac.compare_digest(who.badge_hash, badge_hash))
        return self._answer(next(matching, None), "badge")

    def open(self) -> None:
        """Forget what was wrong: somebody who may has said so."""
        if any(self._wrong.values()):
            self._wrong, self._shut_until = {"pin": 0, "badge": 0}, {"pin": 0, "badge": 0}
            self._remember()

    def _shut(self, method: Method) -> bool:
        return self._mono_ms() < self._shut_until[method]

    def _answer(self, who: Operator | None, method: Method) -> OperatorSignedIn | OperatorRefused:
        if who is not None:
            self.open()
            return OperatorSignedIn(who.operator_id, who.name, who.role, method)
        self._wrong[method] += 1
        wait = wait_after(self._wrong[method])
        self._shut_until[method] = self._mono_ms() + wait
        self._remember()
        return OperatorRefused(max(_ATTEMPTS - self._wrong[method], 0), method, wait)

    def _remembered(self) -> dict[Method, int]:
        try:
            return msgspec.json.decode(self._kept.read_bytes(), type=dict[Method, int]) if self._kept else {}
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("wrong sign-ins are not remembered: %s", error)
            return {}

    def _remember(self) -> None:
        if self._kept is None:
            return
        try:
            beside = self._kept.with_suffix(".new")
            with beside.open("wb") as file:
                file.write(msgspec.json.encode(self._wrong))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._kept)
        except OSError as error:
            _log.warning("wrong sign-ins are not remembered: %s", error)


def wait_after(wrong: int) -> int:
    """Milliseconds that sign-in is shut after so many wrong tries in a row.

    >>> [wait_after(wrong) // 1000 for wrong in (0, 4, 5, 6, 7, 8, 9, 1000)]
    [0, 0, 60, 120, 240, 480, 900, 900]
    """
    over = wrong - _ATTEMPTS
    return 0 if over < 0 else min(_LONGEST_MS, _LOCKED_MS << min(over, 10))
