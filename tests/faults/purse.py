"""What a drill's visitors have in their purses: gift cards, store credits and vouchers that nobody has used."""

from __future__ import annotations

import time
from typing import Final, Literal

from bench.world import World
from headoffice.database import Database, open_database
from headoffice.stored_value import cards
from headoffice.stored_value.books import ValueBooks, rules_of
from kiosk.retail.codes.numbers import check_digit
from messages.values import Money

__all__ = ["SMALL", "Purse"]

SMALL: Final = 1_000
"""Minor units on a small card: less than anything costs."""
_SMALL: Final = "10.00"
_RACK: Final = "500.00"
_DAY: Final = "2026-01-01"


class Purse:
    """``fresh`` puts a card, or a credit, into head office's books and gives its number. ``close`` when done."""

    def __init__(self, world: World) -> None:
        self._shop = world.shop
        self._database: Database = open_database(f"sqlite:///{world.ledger}")
        self._made = 0

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def fresh(self, kind: Literal["large", "small", "credit", "rack"]) -> str:
        """The number of a card with plenty on it, of one with little, of a store credit, or of one still to be sold."""
        if kind == "large":
            return self._shop.gift_cards[0].number
        self._made += 1
        body = f"{'9829' if kind == 'credit' else '9821'}{time.time_ns() // 1_000_000:015d}"
        number = f"{body}{check_digit(body)}"
        with self._database.write() as session:
            if kind == "credit":
                money = Money(minor=SMALL, currency=self._shop.currency)
                ValueBooks(session).issue(f"drill-{number}", money, number=number, business_day=_DAY, utc_ms=1)
            else:
                told = f"{number},{_SMALL},,,active" if kind == "small" else f"{number},{_RACK},,,inactive"
                looked = cards.look_through(session, rules_of(session), self._shop.currency, told)
                cards.take(session, looked, batch="drill", day=_DAY, by="drill", utc_ms=1)
        return number

    @staticmethod
    def voucher(worth: int) -> str:
        """A bottle voucher that nobody has used: its number follows from the clock."""
        body = f"299{time.time_ns() // 1_000_000 % 10**10:010d}{worth:05d}"
        return f"{body}{check_digit(body)}"
