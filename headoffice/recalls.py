"""Recalls: what must not be sold any more, and who bought some of it before.

A recall names lots, serial numbers, or everything of an item. It goes out with the item's row of the feed
(``Feed.recall``); what was sold of it already is found by what the packs' codes told at the till. A pack whose code
told no lot may be one of them: such sales are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from headoffice.feed_tables import BookItem
from headoffice.ledger.tables import SaleLine, Transaction
from kiosk.retail.item import Recall

__all__ = ["MAXIMUM_NAMED", "RecallView", "SoldLine", "codes_of", "item_to_recall", "recalls"]

MAXIMUM_NAMED = 500
"""Lots or serial numbers that one recall may name: all kiosks carry them."""
_LONGEST = 20
"""Characters of a lot or serial number (GS1 General Specifications, AI 10 and 21)."""
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of a completed sale that a recall means, with the sale's header."""

    line: SaleLine
    sale: Transaction


@dataclass(frozen=True, slots=True)
class RecallView:
    """A recall in force. ``sold``: the newest sales of it; ``units`` all; ``untold``: units whose code told no lot."""

    item: BookItem
    recall: Recall
    units: int
    untold: int
    sold: Sequence[SoldLine]


def codes_of(typed: str) -> tuple[str, ...]:
    r"""Lots or serial numbers as people type or paste them: one a line, or with commas or blanks between.

    Raises ``ValueError`` for one that no GS1 code can hold, and for more than ``MAXIMUM_NAMED``.

    >>> codes_of("L1, L2\nL1")
    ('L1', 'L2')
    """
    codes = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", typed) if part))
    if len(codes) > MAXIMUM_NAMED:
        message = "too_many"
        raise ValueError(message)
    if any(len(code) > _LONGEST or not code.isascii() or not code.isprintable() for code in codes):
        message = "no_code"
        raise ValueError(message)
    return codes


def item_to_recall(session: Session, item_id: str) -> tuple[BookItem, Recall | None] | None:
    """An item with its recall, if there is one; ``None`` for an unknown item."""
    item = session.get(BookItem, item_id)
    if item is None:
        return None
    return item, None if item.recall is None else msgspec.convert(item.recall, Recall)


def recalls(session: Session) -> list[RecallView]:
    """Every recall in force, with what was sold of it."""
    items = session.scalars(select(BookItem).where(BookItem.recall.is_not(None)).order_by(BookItem.item_id)).all()
    return [_view(session, item) for item in items]


def _view(session: Session, item: BookItem) -> RecallView:
    recall = msgspec.convert(item.recall, Recall)
    of_item = and_(SaleLine.item_id == item.item_id, Transaction.sample.is_(False))
    meant, untold = and_(of_item, _meant(recall)), and_(of_item, _untold(recall))
    found = session.execute(
        select(SaleLine, Transaction)
        .join(Transaction, Transaction.uuid == SaleLine.uuid)
        .where(meant)
        .order_by(Transaction.utc_ms.desc(), SaleLine.line)
        .limit(_SHOWN)
    )
    sold = [SoldLine(line, sale) for line, sale in found]
    return RecallView(item, recall, _units(session, meant), _units(session, untold), sold)


def _meant(recall: Recall) -> ColumnElement[bool]:
    if recall.everything:
        return true()
    return or_(SaleLine.lot.in_(recall.lots), SaleLine.serial.in_(recall.serials))


def _untold(recall: Recall) -> ColumnElement[bool]:
    """Sold by a code that does not tell which lot or number it was, so that it may be one of them."""
    named = ((SaleLine.lot, recall.lots), (SaleLine.serial, recall.serials))
    silent = [column == "" for column, codes in named if codes]
    return and_(or_(*silent), ~_meant(recall)) if silent and not recall.everything else ~true()


def _units(session: Session, wanted: ColumnElement[bool]) -> int:
    joined = select(func.coalesce(func.sum(SaleLine.quantity), 0)).select_from(SaleLine)
    return int(session.scalar(joined.join(Transaction, Transaction.uuid == SaleLine.uuid).where(wanted)) or 0)
