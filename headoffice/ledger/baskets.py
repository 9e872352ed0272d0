"""Baskets in progress, folded from the journal line by line. A view for people: nothing is ever booked from it."""

from __future__ import annotations

from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import OpenBasket
from kiosk.retail.weight import Weight
from messages import events
from messages.values import LineItem, PriceModifier

__all__ = ["BasketLine", "Baskets"]


class BasketLine(TypedDict):
    """One line of a basket as the page shows it; amounts in minor units. ``grams`` for weighed items."""

    line: int
    item_id: str
    names: dict[str, str]
    quantity: int
    grams: int | None
    extended: int
    discount: int
    voided: bool


_FINEST = 9


def _grams(item: LineItem) -> int | None:
    weight = item.weight
    if weight is None or weight.unit not in {"kg", "g"} or abs(weight.exponent) > _FINEST:
        return None
    return Weight(weight.value, weight.exponent, weight.unit).grams()


def _shares(modifiers: tuple[PriceModifier, ...]) -> int:
    return sum(modifier.amount.minor for modifier in modifiers)


class Baskets:
    """The baskets of one kiosk within one database transaction; changed ones are written by ``save``."""

    def __init__(self, session: Session, kiosk: str) -> None:
        self._session = session
        self._kiosk = kiosk
        self._rows: dict[str, OpenBasket] | None = None
        self._lines: dict[str, list[BasketLine]] = {}
        self.changed = False

    def _all(self) -> dict[str, OpenBasket]:
        if self._rows is None:
            found = self._session.scalars(select(OpenBasket).where(OpenBasket.kiosk == self._kiosk))
            self._rows = {row.uuid: row for row in found}
        return self._rows

    def _current(self) -> OpenBasket | None:
        return next((row for row in self._all().values() if row.phase != "suspended"), None)

    @property
    def at_hand(self) -> str:
        """The uuid of the basket that the kiosk's next record is about; empty where none is known."""
        row = self._current()
        return row.uuid if row is not None else ""

    def _lines_of(self, basket: OpenBasket) -> list[BasketLine]:
        if basket.uuid not in self._lines:
            self._lines[basket.uuid] = [line.copy() for line in basket.lines]
        return self._lines[basket.uuid]

    def opened(self, event: events.TransactionOpened) -> None:
        """A visit begins; one that was still on show at this kiosk can no longer be."""
        if (stale := self._current()) is not None:
            self.removed(stale.uuid)
        self.changed = True
        uuid = event.transaction.uuid
        row = OpenBasket(
            uuid=uuid, kiosk=self._kiosk, phase="scanning", opened_ms=event.utc_ms, currency=event.currency, lines=[]
        )
        self._session.add(row)
        self._all()[uuid] = row

    def removed(self, uuid: str) -> None:
        """Completed or voided."""
        row = self._all().pop(uuid, None)
        if row is not None:
            self._lines.pop(uuid, None)
            if row in self._session.new:
                self._session.expunge(row)
            else:
                self._session.delete(row)
            self.changed = True

    def phased(self, phase: str, uuid: str | None = None) -> None:
        """Scanning, tendering or suspended."""
        row = self._current() if uuid is None else self._all().get(uuid)
        if row is not None:
            row.phase = phase
            self.changed = True

    def member(self, member_id: str) -> None:
        """A loyalty member was recognised."""
        if (row := self._current()) is not None:
            row.member_id = member_id
            self.changed = True

    def added(self, item: LineItem) -> None:
        """A line was rung up."""
        if (row := self._current()) is not None:
            self._lines_of(row).append(
                BasketLine(
                    line=item.line,
                    item_id=item.item_id,
                    names=dict(item.names),
                    quantity=item.quantity,
                    grams=_grams(item),
                    extended=item.extended.minor,
                    discount=_shares(item.modifiers),
                    voided=item.voided,
                )
            )

    def quantity(self, event: events.QuantityChanged) -> None:
        """A line's new quantity."""
        for line in self._at(event.line):
            line["quantity"], line["extended"] = event.quantity, event.extended.minor

    def voided(self, number: int) -> None:
        """A line was voided."""
        for line in self._at(number):
            line["voided"] = True

    def settled(self, event: events.PriceModifiersSettled) -> None:
        """The offers as they hold now replace all earlier ones."""
        shares = {entry.line: _shares(entry.modifiers) for entry in event.lines}
        if (row := self._current()) is not None:
            for line in self._lines_of(row):
                line["discount"] = shares.get(line["line"], 0)

    def _at(self, number: int) -> list[BasketLine]:
        row = self._current()
        return [] if row is None else [line for line in self._lines_of(row) if line["line"] == number]

    def save(self) -> None:
        """Write the baskets whose lines were touched."""
        for uuid, lines in self._lines.items():
            row = self._all()[uuid]
            standing: list[BasketLine] = [line for line in lines if not line["voided"]]
            stored: list[dict[str, Any]] = [dict(line) for line in lines]
            row.lines = stored
            row.total = sum(line["extended"] - line["discount"] for line in standing)
            row.units = sum(line["quantity"] for line in standing)
            self.changed = True
