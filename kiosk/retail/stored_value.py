"""Stored value: gift cards and store credit, whose accounts head office keeps.

The number on such a card or slip is worth money to whoever reads it, so nothing of ours keeps it: the lane hashes it at
the door under the shop's key, as it does a loyalty card's, and a journal holds the account's opaque id and the last
four digits. The number of a store credit follows from the record that issued it, under the same key, so that the lane
that prints the slip and head office, which opens the account, need not tell it to one another.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta
from typing import Final

from kiosk.retail.codes.numbers import check_digit
from kiosk.retail.values import dataclass

__all__ = [
    "DIGITS",
    "LONGEST",
    "SHORTEST",
    "GuessLimits",
    "StoredValueRules",
    "credit_number",
    "is_number",
    "last_day",
    "masked",
]

SHORTEST: Final = 16
LONGEST: Final = 24
"""Digits of a number: longer than any product's, so that no code on a pack is taken for one."""
DIGITS: Final = 20
"""Digits of a number that is made here."""
_LEFT: Final = 4
_DAY: Final = 1_440
_SLIP: Final = 1
_LANE: Final = 1_000
_FLEET: Final = 100_000


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """How many numbers that nobody knows a lane may ask about before it is told nothing about any.

    All counted within the last ``minutes``: ``lane`` from one lane; once ``fleet`` came from all of them, ``lane_few``
    stop a lane that takes part. Within bounds, since a limit of nothing shuts gift cards and one of thousands is none.
    """

    minutes: int = 15
    lane: int = 12
    lane_few: int = 4
    fleet: int = 120

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for limits that stop everybody, or nobody."""
        lanes = _SLIP < self.lane_few <= self.lane <= _LANE and self.lane <= self.fleet <= _FLEET
        if not (1 <= self.minutes <= _DAY and lanes):
            message = (
                f"guesses: minutes is 1 to {_DAY}, lane_few at least 2 and no more than lane, lane at most {_LANE}, and"
                f" fleet from lane to {_FLEET}"
            )
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class StoredValueRules:
    """Which gift cards and store credits this shop takes, and what it sells and gives of them.

    ``prefixes``: how their numbers begin. ``item_id``: the item that a gift card is sold as (empty: none are sold);
    ``amounts``: minor units a shopper may choose from where the card names none; ``card_days``: how long a card sold
    today serves, ``credit_days``: a store credit (0: for ever). ``credit_prefix``: how a store credit's number begins
    (empty: none is given). ``hold_hours``: how long head office keeps an amount aside for a sale it hears nothing of.
    ``guesses``: when numbers are being guessed.
    """

    prefixes: tuple[str, ...] = ()
    item_id: str = ""
    amounts: tuple[int, ...] = ()
    card_days: int = 0
    credit_days: int = 0
    credit_prefix: str = ""
    hold_hours: int = 72
    guesses: GuessLimits = GuessLimits()

    @property
    def known_by(self) -> tuple[str, ...]:
        """The beginnings of every number that is ours."""
        return (*self.prefixes, *((self.credit_prefix,) if self.credit_prefix else ()))


def is_number(data: str, rules: StoredValueRules | None) -> bool:
    """Whether a code, as read, is the number of a gift card or a store credit of this shop.

    >>> is_number("98210000000000000017", StoredValueRules(prefixes=("9821",)))
    True
    >>> is_number("4006381333931", StoredValueRules(prefixes=("4",)))
    False
    """
    if rules is None or not (data.isascii() and data.isdigit() and SHORTEST <= len(data) <= LONGEST):
        return False
    return any(prefix and data.startswith(prefix) for prefix in rules.known_by)


def credit_number(key: bytes, prefix: str, request: str) -> str:
    """The number of the store credit that the record ``request`` issued: ``DIGITS`` digits, the last one GS1's check.

    ``key`` is the shop's; whoever has not got it cannot tell one number from another (``HMAC-SHA256``).

    >>> credit_number(bytes(32), "9829", "0190a0b0-0000-7000-8000-000000000001")
    '98298857410285816825'
    """
    digest = hmac.new(key, f"credit:{request}".encode(), hashlib.sha256).digest()
    room = DIGITS - 1 - len(prefix)
    body = prefix + str(int.from_bytes(digest, "big") % 10**room).zfill(room)
    return f"{body}{check_digit(body)}"


def masked(number: str) -> str:
    """What may be kept and shown of a number.

    >>> masked("98210000000000000017")
    '**** 0017'
    """
    return f"**** {number[-_LEFT:]}"


def last_day(business_day: str, days: int) -> str:
    """The last ISO day of what serves for so many days after a business day; empty: for ever (``days`` 0).

    >>> last_day("2026-11-22", 365), last_day("2026-11-22", 0)
    ('2027-11-22', '')
    """
    return (date.fromisoformat(business_day) + timedelta(days=days)).isoformat() if days and business_day else ""
