"""Baskets in progress, folded from the journal line by line. A view for people: nothing is ever booked from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypedDict

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from headoffice.ledger.tables import OpenBasket
from kiosk.retail.weight import Weight
from messages import events
from messages.values import LineItem, PriceModifier

__all__ = ["BasketLine", "Baskets", "open_baskets"]

_FINEST = 9
_Change = events.LineAdded | events.QuantityChanged | events.LineVoided | events.PriceModifiersSettled


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


@dataclass(slots=True)
class _Basket:
    """One visit. ``row`` is what stands in the database; ``changes`` are folded into its lines when it is saved."""

    uuid: str
    opened_ms: int
    currency: str
    phase: str = "scanning"
    member_id: str = ""
    row: OpenBasket | None = None
    changes: list[_Change] = field(default_factory=list)
    touched: bool = False


def open_baskets(session: Session, kiosks: Iterable[str]) -> dict[str, list[OpenBasket]]:
    """What stands in the database, by kiosk; every kiosk that was asked for has an entry."""
    told: dict[str, list[OpenBasket]] = {kiosk: [] for kiosk in kiosks}
    for row in session.scalars(select(OpenBasket).where(OpenBasket.kiosk.in_(told))):
        told[row.kiosk].append(row)
    return told


class Baskets:
    """The baskets of one kiosk within one database transaction; changed ones are written by ``save``.

    Most visits begin and end within what is posted at once: of those nothing is ever written.
    """

    def __init__(self, session: Session, kiosk: str, rows: Iterable[OpenBasket]) -> None:
        self._session = session
        self._kiosk = kiosk
        self._open = {row.uuid: _of(row) for row in rows}
        self._gone: list[str] = []
        self.changed = False

    def _current(self) -> _Basket | None:
        return next((basket for basket in self._open.values() if basket.phase != "suspended"), None)

    @property
    def at_hand(self) -> str:
        """The uuid of the basket that the kiosk's next record is about; empty where none is known."""
        basket = self._current()
        return basket.uuid if basket is not None else ""

    def opened(self, event: events.TransactionOpened) -> None:
        """A visit begins; one that was still on show at this kiosk can no longer be."""
        if (stale := self._current()) is not None:
            self.removed(stale.uuid)
        uuid = event.transaction.uuid
        self._open[uuid] = _Basket(uuid, event.utc_ms, event.currency, touched=True)
        self.changed = True

    def removed(self, uuid: str) -> None:
        """Completed or voided."""
        basket = self._open.pop(uuid, None)
        if basket is not None:
            self.changed = True
            if basket.row is not None:
                self._gone.append(uuid)

    def phased(self, phase: str, uuid: str | None = None) -> None:
        """Scanning, tendering or suspended."""
        basket = self._current() if uuid is None else self._open.get(uuid)
        if basket is not None:
            basket.phase, basket.touched, self.changed = phase, True, True

    def member(self, member_id: str) -> None:
        """A loyalty member was recognised."""
        if (basket := self._current()) is not None:
            basket.member_id, basket.touched, self.changed = member_id, True, True

    def rung(self, change: _Change) -> None:
        """A line was rung up, changed or voided, or the offers were settled anew."""
        if (basket := self._current()) is not None:
            basket.changes.append(change)
            basket.touched = self.changed = True

    def save(self) -> None:
        """Write what has changed."""
        if self._gone:
            for uuid in self._gone:
                row = self._session.get(OpenBasket, uuid)
                if row is not None:
                    self._session.expunge(row)
            self._session.execute(
                delete(OpenBasket).where(OpenBasket.uuid.in_(self._gone)).execution_options(synchronize_session=False)
            )
            self._gone.clear()
        for basket in self._open.values():
            if basket.touched:
                self._write(basket)

    def _write(self, basket: _Basket) -> None:
        row = basket.row
        if row is None:
            row = basket.row = OpenBasket(
                uuid=basket.uuid,
                kiosk=self._kiosk,
                opened_ms=basket.opened_ms,
                currency=basket.currency,
                lines=[],
                total=0,
                units=0,
            )
            self._session.add(row)
        row.phase, row.member_id = basket.phase, basket.member_id
        if basket.changes:
            lines: list[BasketLine] = [line.copy() for line in row.lines]
            for change in basket.changes:
                _fold(lines, change)
            standing = [line for line in lines if not line["voided"]]
            stored: list[dict[str, Any]] = [dict(line) for line in lines]
            row.lines = stored
            row.total = sum(line["extended"] - line["discount"] for line in standing)
            row.units = sum(line["quantity"] for line in standing)
        basket.changes, basket.touched = [], False


def _of(row: OpenBasket) -> _Basket:
    return _Basket(row.uuid, row.opened_ms, row.currency, row.phase, row.member_id, row)


def _fold(lines: list[BasketLine], change: _Change) -> None:
    match change:
        case events.LineAdded(item):
            lines.append(_line(item))
        case events.QuantityChanged():
            for line in lines:
                if line["line"] == change.line:
                    line["quantity"], line["extended"] = change.quantity, change.extended.minor
        case events.LineVoided():
            for line in lines:
                if line["line"] == change.line:
                    line["voided"] = True
        case events.PriceModifiersSettled():
            shares = {entry.line: _shares(entry.modifiers) for entry in change.lines}
            for line in lines:
                line["discount"] = shares.get(line["line"], 0)


def _line(item: LineItem) -> BasketLine:
    return BasketLine(
        line=item.line,
        item_id=item.item_id,
        names=dict(item.names),
        quantity=item.quantity,
        grams=_grams(item),
        extended=item.extended.minor,
        discount=_shares(item.modifiers),
        voided=item.voided,
    )


def _grams(item: LineItem) -> int | None:
    weight = item.weight
    if weight is None or weight.unit not in {"kg", "g"} or abs(weight.exponent) > _FINEST:
        return None
    return Weight(weight.value, weight.exponent, weight.unit).grams()


def _shares(modifiers: tuple[PriceModifier, ...]) -> int:
    return sum(modifier.amount.minor for modifier in modifiers)
