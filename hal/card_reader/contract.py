"""What a card terminal does: it takes an amount, and can always be asked what became of a request.

No card number passes this contract. ``Payment`` takes the digits out itself, so that a driver that forgets to, ours or
a stranger's, gives none away: of a card number only the last four digits are left (PCI DSS 3.4.1 would allow the first
six as well; nobody here needs them). Drivers put nothing that a terminal sent into exceptions or logs.

Capabilities: ``status`` (a payment is found by our request, not only by amount), ``partial``, ``abort``, ``reverse``,
``prompts``, ``signature``, ``display``, ``end_of_day``, ``day_totals``, ``instalments``, ``refund``. The last five are
beyond ``CardReader``: ``Display.display``, ``EndOfDay.end_of_day``, ``DayTotals.day_totals``, ``InParts.pay_in_parts``
and ``Refunds.refund``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from hal.device import Device

__all__ = [
    "ALL_BRANDS",
    "CardReader",
    "DayTotal",
    "DayTotals",
    "Display",
    "EndOfDay",
    "Entry",
    "InParts",
    "Payment",
    "PaymentOutcome",
    "Prompt",
    "Refunds",
    "hide_card_numbers",
]

PaymentOutcome = Literal["approved", "partial", "declined", "cancelled", "not_found", "in_progress", "unknown"]
Entry = Literal["", "chip", "contactless", "swiped", "keyed"]

ALL_BRANDS: Final = "*"
"""In place of a brand: a total of all cards together, from a terminal whose own groups are no names of brands."""

_SHORTEST = 13
"""Digits of a card number, up to 19 (ISO/IEC 7812-1; 12 and fewer are no payment card)."""
_LEFT = 4
_LONGEST_TEXT = 120
_LONGEST_LINE = 64
_MOST_LINES = 200

_PLAIN = re.compile(r"\d{13,}")
_BETWEEN = r"[ .,/_\-\u00a0\u2010-\u2015]{1,3}"
_GROUPED = re.compile(rf"(?<!\d)(?:\d{{4}}(?:{_BETWEEN}\d{{3,7}}){{2,4}}|\d{{6}}{_BETWEEN}\d{{7,13}})(?!\d)")
"""As on cards (4-4-4-4, 4-6-5, 4-4-4-4-3), and an issuer's six digits apart from the rest."""
_ALONE = re.compile(r"(?<![^\W_])\d{13,19}(?![^\W_])")


def hide_card_numbers(text: str) -> str:
    """``text`` with stars for all but the last four digits of whatever is as long as a card number, also in groups.

    Leading zeros do not count, so that what a slip must show (an EMV application, ``A0000000041010``) stays.

    >>> hide_card_numbers("VISA 4111 1111 1111 1111, AID A0000000031010")
    'VISA **** **** **** 1111, AID A0000000031010'
    >>> hide_card_numbers("5500000000000004=2512201")
    '************0004=2512201'
    """
    return _GROUPED.sub(_hidden, _PLAIN.sub(_hidden, text))


def _hidden(found: re.Match[str]) -> str:
    digits = sum(each.isdecimal() for each in found[0].lstrip("0"))
    return _stars(found[0]) if digits >= _SHORTEST else found[0]


def _stars(text: str) -> str:
    """All digits but the last four become stars."""
    rest = sum(each.isdecimal() for each in text)
    out = []
    for each in text:
        out.append("*" if each.isdecimal() and rest > _LEFT else each)
        rest -= each.isdecimal()
    return "".join(out)


def _hidden_if_card(found: re.Match[str]) -> str:
    """A terminal's own reference may be a long number; one that proves to be a card number (Luhn) stays here."""
    digits = [int(each) for each in reversed(found[0])]
    doubled = (each * 2 - 9 * (each > 4) for each in digits[1::2])  # noqa: PLR2004  Luhn's own number
    return found[0] if (sum(digits[::2]) + sum(doubled)) % 10 else _stars(found[0])


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable())


@dataclass(frozen=True, slots=True)
class Payment:
    """The terminal's word on one request. ``approved_minor`` is what was really approved (partial approval!).

    ``not_found``: the terminal never got the request, so asking again under a new id is safe. ``unknown``: the terminal
    answers but nobody can say what became of it; asked again later, or left to staff. ``reference`` is what the driver
    needs to reverse it. ``slip``: the cardholder's copy, line by line, as the terminal wants it printed.
    ``signature``: the cardholder signed (or must), and a person has to judge it.
    """

    request: str
    outcome: PaymentOutcome
    approved_minor: int = 0
    currency: str = ""
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""
    acquirer: str = ""
    terminal_id: str = ""
    entry: Entry = ""
    signature: bool = False
    slip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take out card numbers and what cannot be printed; cut only after that, or half a number would stay."""
        for name in ("currency", "approval_code", "brand", "reason", "acquirer", "terminal_id"):
            object.__setattr__(self, name, hide_card_numbers(_printable(getattr(self, name)))[:_LONGEST_TEXT])
        reference = _GROUPED.sub(_hidden, _ALONE.sub(_hidden_if_card, _printable(self.reference)))
        object.__setattr__(self, "reference", reference[:_LONGEST_TEXT])
        object.__setattr__(self, "masked_pan", _stars(_printable(self.masked_pan))[-_LONGEST_TEXT:])
        lines = (hide_card_numbers(_printable(line))[:_LONGEST_LINE] for line in self.slip[:_MOST_LINES])
        object.__setattr__(self, "slip", tuple(lines))


@dataclass(frozen=True, slots=True)
class Prompt:
    """Data event: what the terminal asks of the shopper now."""

    device: str
    request: str
    prompt: Literal["present_card", "enter_pin", "remove_card", "wait"]


class CardReader(Device, Protocol):
    """Data events: ``Prompt``. Every method raises ``NoHardwareError``, ``TimeoutExpiredError`` or ``ProtocolError``
    when the terminal is away, silent or not to be understood: the outcome is then unknown, and only ``status`` may be
    asked.
    """

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        """Ask for money once, under the caller's unique ``request`` id. ``kind`` is ``card`` or ``voucher``."""

    async def status(self, request: str) -> Payment:
        """What became of ``request``; never moves money."""

    async def abort(self, request: str) -> None:
        """Ask the terminal to stop; the pending ``pay`` tells the outcome."""

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:
        """Give an approved payment back, whole; true once the terminal says it is done (again and again)."""


class InParts(Protocol):
    """Capability ``instalments``."""

    async def pay_in_parts(
        self, request: str, amount_minor: int, currency: str, *, count: int, by: Literal["merchant", "issuer"]
    ) -> Payment:
        """As ``CardReader.pay``, of the whole amount, which the cardholder pays in ``count`` parts (two or more).

        ``by``: whose offer they are, the merchant's (without interest) or the card issuer's. All else is as with
        ``pay``, also ``status`` and ``reverse``.
        """


class Refunds(CardReader, Protocol):
    """Capability ``refund``: part of an earlier payment back, perhaps of another day or another terminal's."""

    async def refund(
        self, request: str, amount_minor: int, currency: str, *, kind: str, original: str, reference: str
    ) -> Payment:
        """Give so much back to a cardholder, once, under the caller's unique ``request`` id; ``status`` knows it too.

        ``original`` and ``reference`` are the payment's own, as ``pay`` was given and has told them. The amount of the
        answer is what was given back, a positive one. Errors as in ``CardReader``: the outcome is then unknown.
        """


class Display(Protocol):
    """Capability ``display``."""

    async def display(self, lines: tuple[str, ...]) -> None:
        """Show text on the terminal while it is idle; no lines: its own idle picture. Errors as in ``CardReader``."""


@dataclass(frozen=True, slots=True)
class DayTotal:
    """The terminal's total of one brand since it last ended its day: payments less what was given back.

    ``brand``: as its payments have it, or ``ALL_BRANDS``; then it is the only total, and ``count`` is counted as the
    terminal likes (it may count what was given back as well).
    """

    brand: str
    count: int
    amount_minor: int


class DayTotals(Protocol):
    """Capability ``day_totals``: the last ``end_of_day`` as amounts, too."""

    @property
    def day_totals(self) -> tuple[DayTotal, ...] | None:
        """Of the end of day that was answered last; ``None``: it told nothing that can be read as amounts."""


class EndOfDay(Protocol):
    """Capability ``end_of_day``."""

    async def end_of_day(self) -> tuple[str, ...]:
        """Send the day's payments to the acquirer; gives the lines of the report. Errors as in ``CardReader``."""
