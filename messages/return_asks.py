"""What a kiosk asks head office about a return: the sale of a receipt, and to keep units of it. As in ``asks``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Count, Message, Text
from messages.transaction_events import TransactionCompleted
from messages.values import FiscalDocument, OriginalTender

__all__ = ["HeldLine", "ReturnAnswer", "ReturnAsk", "ReturnState", "SaleAnswer", "SaleAsk"]

ReturnState = Literal["held", "taken", "changed", "unknown"]


class SaleAsk(Message, frozen=True, kw_only=True):
    """Asks for the sale of a receipt. ``sought``: what its code says (``sale:`` and the uuid), or its number as typed.

    ``store``: where it is asked; a typed number is first looked for among this shop's own.
    """

    NAME: ClassVar[str] = "ask.sale"

    correlation: Text
    sought: Text
    store: Text


class SaleAnswer(Message, frozen=True, kw_only=True):
    """The sale as its kiosk journalled it (card slips left out), or ``None``: nobody knows it.

    ``returned``: (line, units) that have come back; ``tenders``: the sale's own, with what is left of each to give
    back. ``taken``: units of it are kept for another return now. ``document``: what a fiscal device issued for it.
    """

    NAME: ClassVar[str] = "answer.sale"

    correlation: Text
    sale: TransactionCompleted | None = None
    legal_number: Text = ""
    returned: tuple[tuple[int, int], ...] = ()
    tenders: tuple[OriginalTender, ...] = ()
    taken: bool = False
    document: FiscalDocument | None = None


class HeldLine(msgspec.Struct, frozen=True):
    """``units`` of a line of the sale, from its unit ``first`` on (units are counted from 0)."""

    line: Count
    first: Count
    units: Count


class ReturnAsk(Message, frozen=True, kw_only=True):
    """Asks for units of the sale ``original`` to be kept for the basket ``transaction`` (both uuids), under ``hold``.

    ``left``: (tender, minor units) of the sale's own, as the asker was told of them; empty: not compared.
    Asked again under ``hold`` it is the same keeping, and lasts anew. What becomes of it comes with the journal: used
    up by the completed return, let go by ReturnsDropped and TransactionVoided, and by time.
    """

    NAME: ClassVar[str] = "ask.return"

    correlation: Text
    hold: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9-]{7,63}\Z")]
    transaction: Text
    original: Text
    lines: Annotated[tuple[HeldLine, ...], msgspec.Meta(max_length=1_000)]
    left: Annotated[tuple[tuple[Text, Count], ...], msgspec.Meta(max_length=1_000)] = ()


class ReturnAnswer(Message, frozen=True, kw_only=True):
    """``held`` for the asker's basket, or why not.

    ``taken``: another return from this sale is under way; ``changed``: these units have come back meanwhile, or are
    none of the sale's, or its tenders have been given money back meanwhile; ``unknown``: no such sale, or the keeping
    has been let go before.
    """

    NAME: ClassVar[str] = "answer.return"

    correlation: Text
    state: ReturnState
