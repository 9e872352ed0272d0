"""What a code can turn out to be: a trade item with what else it tells, a produce number, a shop's own number, a
coupon, or nothing that we sell.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Weight

__all__ = ["NOTHING_MORE", "Amount", "Code", "Coupon", "Details", "Gtin", "InHouse", "Plu", "Refused", "RefusedWord"]

RefusedWord = Literal[
    "code.empty",
    "code.too_long",
    "code.check_digit",
    "code.not_a_product",
    "code.compressed",
    "code.inconsistent",
    "code.label",
]


@dataclass(frozen=True, slots=True)
class Amount:
    """``value * 10**exponent`` of a currency: the ISO 4217 letters, or empty for the shop's own."""

    value: int
    exponent: int
    currency: str = ""

    def money(self, currency: str) -> Money | None:
        """In ``currency``; ``None`` where it is of another, or finer than its minor unit.

        >>> Amount(995, -2).money("EUR"), Amount(1234, 0).money("EUR"), Amount(9951, -3).money("EUR")
        (Money(minor=995, currency='EUR'), Money(minor=123400, currency='EUR'), None)
        """
        if self.currency not in ("", currency):
            return None
        shift = self.exponent + MINOR_DIGITS.get(currency, 2)
        if shift >= 0:
            return Money(self.value * 10**shift, currency)
        whole, rest = divmod(self.value, 10**-shift)
        return None if rest else Money(whole, currency)


@dataclass(frozen=True, slots=True)
class Details:
    """What a code tells beside the item's number (GS1 General Specifications, section 3).

    ``weight``: net (310n, else 320n or 357n). ``imperial``: net in pounds or ounces, where ``weight`` is in kilograms.
    ``price``: of this very pack (392n, 393n). ``count``: pieces in it (30). ``best_before`` (15), ``sell_by`` (16) and
    ``expires`` (17, 7003) are ``YYMMDD`` as printed, ``00`` being the last day of the month:
    ``kiosk.retail.codes.dates`` makes days of them. ``lot`` (10) and ``serial`` (21) are text.
    """

    weight: Weight | None = None
    imperial: Weight | None = None
    price: Amount | None = None
    count: int | None = None
    best_before: str = ""
    sell_by: str = ""
    expires: str = ""
    lot: str = ""
    serial: str = ""


NOTHING_MORE = Details()


@dataclass(frozen=True, slots=True)
class Gtin:
    """A trade item number with a right check digit, zero padded to 14 digits, and what the code tells beside it.

    ``upc_e`` is the other number, of 14 digits too, that the same eight digits abbreviate; empty where there is none.
    """

    gtin14: str
    details: Details = NOTHING_MORE
    upc_e: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Plu:
    """A produce look-up number, 4 or 5 digits (IFPS; 9 in front of four: organically grown)."""

    plu: str


@dataclass(frozen=True, slots=True)
class InHouse:
    """A restricted circulation number (EAN-13 02, 04, 20-29, and their short forms), as 14 digits.

    It means something only in the shop that printed it: sold if the book knows it whole, or if one of the shop's label
    patterns finds an item in it; else refused as ``code.in_house``. ``upc_e`` is as in ``Gtin``.
    """

    gtin14: str
    details: Details = NOTHING_MORE
    upc_e: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A North American coupon: AI 8110 (the offer written out) or 8112 (a positive offer file's key).

    ``funder`` is the company prefix of who pays, ``offer`` its six-digit offer code, ``serial`` empty where it has
    none; ``data`` is all that the identifier holds. It is no item, and worth nothing unless an offer names it.
    """

    ai: Literal["8110", "8112"]
    funder: str
    offer: str
    serial: str = ""
    data: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing that can be sold. ``message_id`` says why, for the shopper."""

    message_id: RefusedWord


Code = Gtin | Plu | InHouse | Coupon | Refused
