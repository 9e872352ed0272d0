"""North American coupons: the fields of AI 8110 and AI 8112.

Sources: GS1 US, *North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols* (8110: the whole offer
in the symbol) and *AI (8112) Coupon Data Specification* (a key into a positive offer file). A field behind a length
indicator has as many digits as that says; optional fields come in rising order behind their digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from kiosk.retail.codes.values import Coupon

__all__ = ["CouponError", "Fault", "coupon_of", "offer_written", "positive_offer"]

Fault = Literal["missing", "length", "short", "code", "date", "order", "excess", "digits"]


class CouponError(ValueError):
    """The data is no such coupon. ``field`` is where it fails, ``fault`` how: the length indicator is ``missing`` or
    tells a ``length`` that may not be, the field is cut ``short``, its ``code`` is none, it is no ``date``, it ends
    before it begins (``order``), or there is more than there may be (``excess``).
    """

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


class _Walk:
    """Takes field after field from the front of the data."""

    def __init__(self, data: str) -> None:
        if not data.isdecimal() and data:
            raise CouponError(field="coupon", fault="digits")
        self.rest = data
        self.fields: dict[str, str] = {}

    def fixed(self, name: str, length: int, fault: Fault = "short") -> str:
        if len(self.rest) < length:
            raise CouponError(name, fault)
        self.fields[name], self.rest = self.rest[:length], self.rest[length:]
        return self.fields[name]

    def choice(self, name: str, allowed: str) -> str:
        if self.fixed(name, 1, "missing") not in allowed:
            raise CouponError(name, "code")
        return self.fields[name]

    def measured(self, name: str, allowed: str, more: int = 0) -> None:
        """A length indicator and as many digits (and ``more``); 9, where 8 is not allowed, means none."""
        if not self.rest:
            raise CouponError(name, "missing")
        indicator, self.rest = self.rest[0], self.rest[1:]
        if indicator not in allowed:
            raise CouponError(name, "length")
        absent = indicator == "9" and "8" not in allowed
        self.fixed(name, 0 if absent else int(indicator) + more)

    def option(self, digit: str) -> bool:
        """Whether the optional field of this digit comes next."""
        found = self.rest.startswith(digit)
        self.rest = self.rest[found:]
        return found

    def end(self) -> Mapping[str, str]:
        if self.rest:
            raise CouponError(field="coupon", fault="excess")
        return self.fields


_PREFIX, _VALUE, _SERIAL = "0123456", "12345", "0123456789"
_REQUIREMENTS = "012349"


def offer_written(data: str) -> Mapping[str, str]:
    """The fields of AI 8110 by name. Raises ``CouponError``.

    ``save_value`` and the requirements are as the symbol has them: what they mean depends on their codes.
    """
    walk = _Walk(data)
    walk.measured("company_prefix", _PREFIX, 6)
    walk.fixed("offer_code", 6)
    walk.measured("save_value", _VALUE)
    _purchase(walk, "")
    if walk.option("1"):
        walk.choice("additional_rules", "0123")
        _purchase(walk, "second_", company=True)
    if walk.option("2"):
        _purchase(walk, "third_", company=True)
    if walk.option("3"):
        _date(walk, "expiration")
    if walk.option("4"):
        _date(walk, "start")
        if walk.fields["start"] > walk.fields.get("expiration", "999999"):
            raise CouponError(field="expiration", fault="order")
    if walk.option("5"):
        walk.measured("serial", _SERIAL, 6)
    if walk.option("6"):
        walk.measured("retailer", "1234567", 6)
    if walk.option("9"):
        walk.choice("save_value_code", "01256")
        walk.choice("applies_to", "012")
        walk.choice("store_coupon", "0123456789")
        walk.choice("do_not_multiply", "01")
    return walk.end()


def _purchase(walk: _Walk, which: str, *, company: bool = False) -> None:
    walk.measured(f"{which}requirement", _VALUE)
    walk.choice(f"{which}requirement_code", _REQUIREMENTS)
    walk.fixed(f"{which}family", 3)
    if company:
        walk.measured(f"{which}company_prefix", _PREFIX + "9", 6)


def _date(walk: _Walk, name: str) -> None:
    digits = walk.fixed(name, 6)
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        raise CouponError(name, "date") from None


def positive_offer(data: str) -> Mapping[str, str]:
    """The fields of AI 8112 by name. Raises ``CouponError``."""
    walk = _Walk(data)
    walk.choice("format", "01")
    walk.measured("funder", _PREFIX, 6)
    walk.fixed("offer_code", 6)
    walk.measured("serial", _SERIAL, 6)
    return walk.end()


def coupon_of(ai: Literal["8110", "8112"], data: str) -> Coupon | None:
    """The coupon in the data of one of the two identifiers; ``None`` for what is none."""
    try:
        fields = offer_written(data) if ai == "8110" else positive_offer(data)
    except CouponError:
        return None
    funder = fields["company_prefix" if ai == "8110" else "funder"]
    return Coupon(ai, funder, fields["offer_code"], fields.get("serial", ""), data)
