"""What the shop sells: an item of the price book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.values import dataclass
from kiosk.retail.weight import Unit

__all__ = ["Item", "ItemFlags", "ItemKind", "Names", "Recall", "Restriction", "StockLevel"]

Names = Mapping[str, str]
"""A description per language tag (``bn``, ``en``, ``pt_BR``)."""
ItemKind = Literal["", "infant_formula", "tobacco", "medicine", "alcohol", "deposit", "bag", "gift_card", "fee"]
"""What an item is where a law or the trade treats it apart (``excluded``); empty: nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What must hold before an item is sold: a least age in years, or a sale that only staff may let through.

    ``rules``: rows of the shop's ``Restrictions`` that bind it by name (``security_tag``, ``prescription``), beside
    those that bind its kind, its department or its price.
    """

    minimum_age: int = 0
    needs_staff: bool = False
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFlags:
    """Which rules reach the item, beside those of its kind.

    ``unbagged``: too bulky for the bagging area, or worn at once; it may be bagged, and nobody is asked to.
    ``bag``: a carrier bag, which some countries give a least price; it is of the kind ``bag`` without saying so.
    """

    discountable: bool = True
    earns_points: bool = True
    food_voucher: bool = False
    returnable: bool = True
    bag: bool = False
    unbagged: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """What of an item must not be sold any more: some lots, some serial numbers, or all of it."""

    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the price book.

    ``item_id`` is the retailer's own key. ``gtin`` is 14 digits, zero padded; ``plu`` is the produce look-up number
    (IFPS, 4 or 5 digits). An item sold by ``kg`` has its price per kilogram and is weighed; ``each`` is counted.
    ``mrp`` is the maximum retail price printed on the pack: it is never sold above it.
    ``floor`` is the price per piece below which no offer may push it (a law's for alcohol, or the retailer's own).
    ``tare`` and the expected pack weight and spread are whole grams.
    ``price`` is ``None`` for an item listed without a price: selling it needs staff. ``deposit`` is the item id of the
    deposit on each piece, an item of its own with its own price and tax class. ``coupon_families`` are the three-digit
    families that its manufacturer has put it into for coupons (GS1 US).
    ``kind`` says what it is where that keeps it out of offers, coupons, thresholds or points.
    ``attributes``: codes that a country's fiscal document wants of an item, by name (``ncm``, ``cest``, ``cfop``).
    """

    item_id: str
    names: Names
    department: str
    tax_class: str
    price: Money | None
    unit: Unit | Literal["each"] = "each"
    gtin: str | None = None
    plu: str | None = None
    mrp: Money | None = None
    floor: Money | None = None
    tare_grams: int = 0
    expected_grams: int | None = None
    spread_grams: int | None = None
    picture: str | None = None
    aliases: tuple[str, ...] = ()
    restriction: Restriction = field(default_factory=Restriction)
    flags: ItemFlags = field(default_factory=ItemFlags)
    recall: Recall | None = None
    deposit: str = ""
    coupon_families: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    kind: ItemKind = ""

    @property
    def named_kind(self) -> ItemKind:
        """Its kind, told or by its flag."""
        return self.kind or ("bag" if self.flags.bag else "")

    @property
    def weighed(self) -> bool:
        """Sold by weight rather than by count."""
        return self.unit != "each"


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Pieces (or grams, for weighed items) on hand at a location, as head office last counted."""

    location: str
    on_hand: int
