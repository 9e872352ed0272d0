"""A series of single-use coupons from a CSV file: looked through first, taken whole or not at all as the person wishes.

One coupon a row: its code, and (if another than its offer's) the last day it is valid, ISO. A first row that says
``code`` is a heading. Codes are kept as lanes read them: capitals, no blanks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.base import add_rows
from headoffice.coupons.terms import Terms
from headoffice.feed import policy_of
from headoffice.ledger.coupon_tables import SingleCoupon

__all__ = ["MAXIMUM_ROWS", "BadRow", "Looked", "errors_as_csv", "look_through", "take"]

MAXIMUM_ROWS = 50_000
_CODE = re.compile(r"[0-9A-Z._/-]{4,90}")
_MANY = 500
Wrong = Literal["code", "date", "twice", "other_offer", "prefix"]
"""No code that a lane reads, no date, twice in the file, another offer's already, or not begun as the shop's are."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its number in the file, what it says, and why."""

    row: int
    code: str
    wrong: Wrong


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds: coupons to take as (code, last day), those known already, and rows that are wrong."""

    fresh: Sequence[tuple[str, str]]
    known: int
    bad: Sequence[BadRow]


def look_through(session: Session, offer: Terms, text: str) -> Looked:
    """Nothing is written. Raises ``ValueError`` (``too_many``, ``unreadable``, ``empty``) for what is no such file."""
    rows = list(_rows(text))
    if not rows:
        message = "empty"
        raise ValueError(message)
    codes = [code for _, code, _ in rows]
    taken = _taken(session, codes)
    begins = _beginnings(session, offer)
    fresh: dict[str, str] = {}
    bad, known = [], 0
    for number, code, until in rows:
        wrong = _wrong(code, until, begins)
        if wrong is None and code in fresh:
            wrong = "twice"
        if wrong is None and taken.get(code, offer.offer_id) != offer.offer_id:
            wrong = "other_offer"
        if wrong is not None:
            bad.append(BadRow(number, code, wrong))
        elif code in taken:
            known += 1
        else:
            fresh[code] = until
    return Looked(tuple(fresh.items()), known, bad)


def _rows(text: str) -> Iterator[tuple[int, str, str]]:
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            told = [cell.strip() for cell in cells]
            if not any(told) or (number == 1 and told[0].lower() == "code"):
                continue
            if number > MAXIMUM_ROWS:
                message = "too_many"
                raise ValueError(message)
            yield number, "".join(told[0].upper().split()), told[1] if len(told) > 1 else ""
    except csv.Error:
        message = "unreadable"
        raise ValueError(message) from None


def _taken(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Code -> its offer, of those that are kept already."""
    found: dict[str, str] = {}
    for first in range(0, len(codes), _MANY):
        some = SingleCoupon.code.in_(codes[first : first + _MANY])
        rows = session.execute(select(SingleCoupon.code, SingleCoupon.offer_id).where(some))
        found |= {code: offer_id for code, offer_id in rows}  # noqa: C416 - a Row is not a pair
    return found


def _beginnings(session: Session, offer: Terms) -> tuple[str, ...]:
    """How a code must begin for a lane to know it as a coupon."""
    policy = policy_of(session)
    return policy.coupons.prefixes if policy is not None else (offer.coupon,)


def _wrong(code: str, until: str, begins: Collection[str]) -> Wrong | None:
    if not _CODE.fullmatch(code):
        return "code"
    if until and not _is_day(until):
        return "date"
    return None if code.startswith(tuple(begins)) else "prefix"


def _is_day(told: str) -> bool:
    try:
        return date.fromisoformat(told).isoformat() == told
    except ValueError:
        return False


def take(session: Session, offer: Terms, looked: Looked, *, series: str, utc_ms: int) -> int:
    """Write the fresh ones down; gives how many."""
    rows: list[dict[str, object]] = [
        {
            "code": code,
            "offer_id": offer.offer_id,
            "series": series,
            "valid_until": until,
            "state": "issued",
            "uuid": "",
            "kiosk": "",
            "since_ms": utc_ms,
            "expires_ms": 0,
        }
        for code, until in looked.fresh
    ]
    add_rows(session, SingleCoupon, rows)
    return len(rows)


def errors_as_csv(looked: Looked) -> str:
    """The rows that are wrong, for whoever made the file. No cell begins as a spreadsheet's formula would."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("row", "code", "wrong"))
    writer.writerows((bad.row, bad.code.lstrip("=+-@\t\r"), bad.wrong) for bad in looked.bad)
    return out.getvalue()
