"""The kinds of data that a retailer brings, each with its columns and how its rows are judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from headoffice.imports import items, offers, operators, prices, stock, taxes
from headoffice.imports.report import Progress, Report
from headoffice.imports.standing import Standing

__all__ = ["KINDS", "Kind"]

Judge = Callable[[Standing, Report, Progress], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """``columns`` in the order of the template, ``required`` those that a file must have, ``samples`` its rows.

    ``families``: beginnings of columns that may be there beside them. ``secret``: what is never shown again.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    judge: Judge
    samples: tuple[tuple[str, ...], ...]
    families: tuple[str, ...] = ()
    secret: frozenset[str] = frozenset()

    def knows(self, column: str) -> bool:
        """Whether a file of this kind may have the column."""
        return column in self.columns or column.startswith(self.families or ("\0",))


def _stock(name: str, judge: Judge, *more: str) -> Kind:
    columns = (*("document",)[: len(more)], "location", "item_id", "gtin", "quantity", *more)
    sample = {"document": f"{name}-0001", "location": "store-1", "item_id": "tea-500", "quantity": "24"}
    rows = (tuple((sample | {"reason": "example"}).get(column, "") for column in columns),)
    return Kind(name, columns, tuple({"document", "location", "quantity"} & set(columns)), judge, rows)


_ALL: Final = (
    Kind(
        "items",
        items.COLUMNS,
        ("item_id",),
        items.judge,
        tuple(tuple(row.get(column, "") for column in items.COLUMNS) for row in items.SAMPLES),
        ("name_", "attribute_"),
    ),
    Kind("prices", prices.COLUMNS, ("price",), prices.judge, (("tea-500", "", "129.50", "2027-01-31"),)),
    Kind("offers", ("offer",), ("offer",), offers.judge, ((offers.SAMPLE,),)),
    Kind(
        "tax-classes",
        taxes.COLUMNS,
        ("tax_class", "rate"),
        taxes.judge,
        (("standard", "2024-01-01", "15", "", ""), ("standard", "2027-07-01", "17.5", "", "")),
    ),
    Kind(
        "operators",
        operators.COLUMNS,
        ("operator_id",),
        operators.judge,
        (("anika", "Anika", "supervisor", "", ""),),
        secret=frozenset({"pin", "badge"}),
    ),
    _stock("opening-stock", stock.opening),
    _stock("goods-received", stock.received, "reason"),
    _stock("stock-count", stock.counted, "reason"),
    _stock("waste", stock.wasted, "reason"),
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}
"""By the word that the command and the page know them by."""
