"""Finding an item without a barcode: a read-only query beside the checkout, not a decision of it."""

from __future__ import annotations

from typing import Literal, Protocol

from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit

__all__ = ["LookUp", "Shelf", "Tile"]


@dataclass(frozen=True, slots=True)
class Tile:
    """An item as the look-up shows it."""

    item_id: str
    names: Names
    picture: str | None
    unit: Unit | Literal["each"]
    price: Money | None
    plu: str | None = None
    stock: int | None = None
    """Left in this shop (pieces, or grams for weighed items), counting sales head office has not counted yet."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A department of the look-up."""

    department: str
    names: Names
    picture: str | None


class LookUp(Protocol):
    """Safe to call from the screen's thread; answers within a frame."""

    def search(self, query: str, *, language: str, limit: int = 24) -> tuple[Tile, ...]:
        """Best matches by name, alias, PLU or GTIN, in any script; nothing for what the shop does not have."""

    def shelves(self) -> tuple[Shelf, ...]:
        """Departments that have pictures to browse."""

    def shelf(self, department: str, *, limit: int = 60, first: tuple[str, ...] = ()) -> tuple[Tile, ...]:
        """Items of a department; those of ``first`` (item ids) that are in it come first, in that order."""
