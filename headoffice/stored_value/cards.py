"""Gift cards from a CSV file: looked through first, taken whole or not at all as the person wishes.

One card a row: its number, and where told what it is sold for or has on it (major units, with a dot), the currency, the
last day it serves (ISO) and its state, ``inactive`` (on the rack: a sale makes it serve) or ``active`` (brought along
from another system, with that much on it). A first row that says ``number`` is a heading. Numbers are hashed as they
are read; the file is not kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.base import add_rows
from headoffice.keyed import keyed_hash, shop_key
from headoffice.stored_value.books import ValueBooks
from headoffice.stored_value.tables import ValueAccount
from kiosk.retail.money import MINOR_DIGITS
from kiosk.retail.stored_value import StoredValueRules, is_number, masked

__all__ = ["MAXIMUM_ROWS", "BadCard", "Card", "Looked", "errors_as_csv", "look_through", "take"]

MAXIMUM_ROWS = 20_000
_MANY = 500
_MOST_MINOR = 1_000_000_000
Wrong = Literal["number", "amount", "currency", "date", "state", "twice"]
"""No number of ours, no amount, another money than the shop's, no date, no such state, twice in the file."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card to take: hashed and masked already."""

    keyed_hash: str
    masked: str
    amount: int
    currency: str
    expires_day: str
    active: bool


@dataclass(frozen=True, slots=True)
class BadCard:
    """A row that cannot be taken: its number in the file, the end of what it says first, and why."""

    row: int
    masked: str
    wrong: Wrong


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds: cards to take, how many are here already, and rows that are wrong."""

    fresh: Sequence[Card]
    known: int
    bad: Sequence[BadCard]

    @property
    def amount(self) -> int:
        """What the active ones bring along, in minor units."""
        return sum(card.amount for card in self.fresh if card.active)


def look_through(session: Session, rules: StoredValueRules | None, money: str, text: str) -> Looked:
    """Nothing is written but the shop's key, if there was none. ``money``: the shop's currency.

    Raises ``ValueError`` (``too_many``, ``unreadable``, ``empty``) for what is no such file.
    """
    key, seen = shop_key(session), set[str]()
    fresh: list[Card] = []
    bad: list[BadCard] = []
    rows = list(_rows(text))
    if not rows:
        message = "empty"
        raise ValueError(message)
    for number, cells in rows:
        read = _read(key, rules, money, cells)
        if isinstance(read, Card) and read.keyed_hash not in seen:
            seen.add(read.keyed_hash)
            fresh.append(read)
        else:
            bad.append(BadCard(number, masked(cells[0]), "twice" if isinstance(read, Card) else read))
    known = _known(session, [card.keyed_hash for card in fresh])
    return Looked([card for card in fresh if card.keyed_hash not in known], len(known), bad)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            told = [cell.strip() for cell in cells]
            if not any(told) or (number == 1 and told[0].lower() == "number"):
                continue
            if number > MAXIMUM_ROWS:
                message = "too_many"
                raise ValueError(message)
            yield number, ["".join(told[0].split()), *told[1:], "", "", "", ""][:5]
    except csv.Error:
        message = "unreadable"
        raise ValueError(message) from None


def _read(key: bytes, rules: StoredValueRules | None, money: str, cells: Sequence[str]) -> Card | Wrong:
    number, amount, currency, until, state = cells
    minor = _minor(amount, money)
    if not is_number(number, rules):
        return "number"
    if minor is None:
        return "amount"
    if currency not in ("", money):
        return "currency"
    if until and not _is_day(until):
        return "date"
    if state not in ("", "inactive", "active"):
        return "state"
    hashed = keyed_hash(key, "value", number)
    return Card(hashed, masked(number), minor, money, until, active=state == "active")


def _minor(amount: str, currency: str) -> int | None:
    """Minor units; ``None`` for what is no amount of this currency."""
    try:
        minor = Decimal(amount or "0").scaleb(MINOR_DIGITS[currency])
    except InvalidOperation:
        return None
    whole = minor == minor.to_integral_value() if minor.is_finite() else False
    return int(minor) if whole and 0 <= minor <= _MOST_MINOR else None


def _is_day(told: str) -> bool:
    try:
        return date.fromisoformat(told).isoformat() == told
    except ValueError:
        return False


def _known(session: Session, hashes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for first in range(0, len(hashes), _MANY):
        some = ValueAccount.keyed_hash.in_(hashes[first : first + _MANY])
        found.update(session.scalars(select(ValueAccount.keyed_hash).where(some)))
    return found


def take(session: Session, looked: Looked, *, batch: str, day: str, by: str, utc_ms: int) -> int:
    """Write the fresh ones down; gives how many. What active ones bring along is booked as their opening."""
    rows = [_row(card, batch, utc_ms) for card in looked.fresh]
    add_rows(session, ValueAccount, rows)
    books = ValueBooks(session)
    for row, card in zip(rows, looked.fresh, strict=True):
        if card.active and card.amount:
            account = str(row["account"])
            books.book(account, "opening", account, card.amount, business_day=day, utc_ms=utc_ms, by=by, reason=batch)
    return len(rows)


def _row(card: Card, batch: str, utc_ms: int) -> dict[str, object]:
    return {
        "account": f"gc-{uuid4()}",
        "keyed_hash": card.keyed_hash,
        "masked": card.masked,
        "kind": "gift_card",
        "currency": card.currency,
        "balance": 0,
        "face": card.amount,
        "status": "active" if card.active else "inactive",
        "expires_day": card.expires_day,
        "batch": batch,
        "created_ms": utc_ms,
        "blocked_by": "",
        "blocked_why": "",
    }


def errors_as_csv(looked: Looked) -> str:
    """The rows that are wrong, for whoever made the file, with no number whole."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("row", "number", "wrong"))
    writer.writerows((bad.row, bad.masked, bad.wrong) for bad in looked.bad)
    return out.getvalue()
