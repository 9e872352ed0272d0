"""The terms of a way to pay: what it may pay for, how a paper voucher is read, in how many parts a card may pay.

All of it is data of the shop's policy (``TenderType``); nothing of a country stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from kiosk.retail.codes.numbers import check_digit
from kiosk.retail.item import Item
from kiosk.retail.transaction import InstalmentsBy, LineItem, TenderKind
from kiosk.retail.values import dataclass

__all__ = [
    "Change",
    "Eligible",
    "Instalments",
    "ReadVoucher",
    "VoucherCode",
    "eligible_minor",
    "parts_of",
    "plan",
    "read_voucher",
]

Change = Literal["none", "credit", "refuse"]
"""What becomes of a voucher's rest where it is worth more than is owed: it is lost, it is given as store credit, or the
voucher is not taken."""

_SERIAL: Final = "N"
_VALUE: Final = "V"
_CHECK: Final = "C"
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Eligible:
    """What a tender may pay for: ``food``: items that a food voucher pays for, ``departments``: those of these."""

    food: bool = False
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instalments:
    """In how many parts a card may pay: at most ``most`` (1: at once only), each of ``least_minor`` at least.

    ``by``: whose offer they are, first the one that is meant where nothing is said.
    """

    most: int = 1
    least_minor: int = 0
    by: tuple[InstalmentsBy, ...] = ("merchant",)


@dataclass(frozen=True, slots=True)
class VoucherCode:
    """How the code on a paper voucher is built, sign by sign.

    Digits stand for themselves, ``N`` for a digit of the voucher's own number, ``V`` for one of its worth in minor
    units, ``C`` for GS1's check digit over what is before it.

    >>> VoucherCode("98NNNNNNVVVVC").read("9812345600255")
    ReadVoucher(worth=25)
    """

    pattern: str

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a pattern that says no worth, or that any number would fit."""
        fixed = sum(sign.isdigit() for sign in self.pattern)
        strange = set(self.pattern) - set(f"0123456789{_SERIAL}{_VALUE}{_CHECK}")
        if strange or not fixed or _VALUE not in self.pattern or len(self.pattern) > _LONGEST:
            message = f"no voucher's code is built as {self.pattern!r}: digits, N, V and C, with a digit and a V"
            raise ValueError(message)

    def read(self, data: str) -> ReadVoucher | None:
        """What a code says; ``None`` where it is none of these, or its check digit does not fit."""
        if len(data) != len(self.pattern) or not (data.isascii() and data.isdigit()):
            return None
        worth = ""
        for place, (wanted, sign) in enumerate(zip(self.pattern, data, strict=True)):
            if wanted.isdigit() and wanted != sign:
                return None
            if wanted == _CHECK and check_digit(data[:place]) != int(sign):
                return None
            worth += sign if wanted == _VALUE else ""
        return ReadVoucher(int(worth)) if int(worth) else None


@dataclass(frozen=True, slots=True)
class ReadVoucher:
    """What a voucher's code says: ``worth`` in minor units."""

    worth: int


def read_voucher(data: str, codes: Iterable[VoucherCode]) -> ReadVoucher | None:
    """What the first pattern that fits makes of a code."""
    return next((read for code in codes if (read := code.read(data)) is not None), None)


def eligible_minor(
    lines: Iterable[tuple[LineItem, Item | None]], kind: TenderKind, terms: Eligible | None
) -> int | None:
    """What may be paid of these lines, in minor units; ``None`` where everything may.

    Stored value buys no stored value: a gift card paid with another is how stolen ones are washed. Deposits and what
    the book does not know are not food.
    """
    lines = list(lines)
    if kind == "stored_value" and any(line.value_account for line, _ in lines):
        return sum((line.net + line.deposit_due).minor for line, _ in lines if not line.value_account)
    if terms is None or not (terms.food or terms.departments):
        return None
    return sum(line.net.minor for line, item in lines if item is not None and _may(terms, item))


def _may(terms: Eligible, item: Item) -> bool:
    return (not terms.food or item.flags.food_voucher) and (
        not terms.departments or item.department in terms.departments
    )


def plan(terms: Instalments | None, minor: int) -> tuple[int, ...]:
    """In how many parts an amount may be paid, at once first.

    >>> plan(Instalments(most=6, least_minor=3000), 10_000)
    (1, 2, 3)
    """
    if terms is None:
        return (1,)
    most = terms.most if terms.least_minor <= 0 else min(terms.most, minor // terms.least_minor)
    return tuple(range(1, max(1, most) + 1))


def parts_of(minor: int, count: int) -> tuple[int, int]:
    """The first part and each of the others: what does not divide is in the first, as card schemes have it.

    >>> parts_of(10_000, 3)
    (3334, 3333)
    """
    each = minor // count
    return minor - each * (count - 1), each
