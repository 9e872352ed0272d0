"""The price book as the feed stands now, for the price engine: read once for each version of the feed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.database import Database
from headoffice.feed import item_of, policy_of
from headoffice.feed_tables import BookItem, FeedCurrent, FeedHead
from kiosk.retail.coupon import coupon_key
from kiosk.retail.item import Item
from kiosk.retail.offer import Offer
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.store.offers import decode_offer, reach_of

__all__ = ["FeedBook", "Shelf", "Shelves", "decode_offer", "read_shelf"]

T = TypeVar("T")

_tax_class: Final = msgspec.json.Decoder(TaxClass)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What every quote of one feed version needs: policy, tax classes, and the offers by what they are found by."""

    version: int
    policy: Policy
    tax_classes: Mapping[str, TaxClass]
    offers: Mapping[tuple[str, str], tuple[Offer, ...]]
    coupons: Mapping[str, Offer]


def read_shelf(session: Session) -> Shelf | None:
    """As the feed stands; ``None`` before it told how the shop trades. A row that no kiosk could read is left out."""
    policy = policy_of(session)
    if policy is None:
        return None
    offers = sorted(_read(session, "offer", decode_offer), key=lambda offer: offer.offer_id)
    found: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        for reach in reach_of(offer):
            found[reach].append(offer)
    return Shelf(
        session.scalar(select(FeedHead.version)) or 0,
        policy,
        {each.tax_class: each for each in _read(session, "tax_class", _tax_class.decode)},
        {reach: tuple(several) for reach, several in found.items()},
        {offer.coupon: offer for offer in reversed(offers) if offer.coupon},
    )


def _read(session: Session, kind: str, decode: Callable[[bytes], T]) -> Iterable[T]:
    wanted = select(FeedCurrent.payload).where(FeedCurrent.kind == kind, FeedCurrent.payload.is_not(None))
    for payload in session.scalars(wanted):
        try:
            yield decode(payload or b"")
        except msgspec.DecodeError:
            continue


@dataclass(slots=True)
class FeedBook:
    """Implements ``kiosk.retail.quote.PriceBook`` within one session; items are read as they are asked for."""

    session: Session
    shelf: Shelf
    _items: dict[str, Item | None] = field(default_factory=dict)
    _offers: dict[str, tuple[Offer, ...]] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        """How the shop trades."""
        return self.shelf.policy

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """A dated tax class."""
        return self.shelf.tax_classes.get(tax_class)

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key; a row that cannot be read is no item."""
        if item_id not in self._items:
            try:
                self._items[item_id] = item_of(self.session, item_id)
            except msgspec.DecodeError:
                self._items[item_id] = None
        return self._items[item_id]

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item, whatever their dates, in the order of their ids."""
        if item_id not in self._offers:
            item, by = self.item(item_id), self.shelf.offers
            reach = [("item", item_id), ("everything", "")]
            if item is not None:
                reach.append(("department", item.department))
            found = {offer.offer_id: offer for key in reach for offer in by.get(key, ())}
            self._offers[item_id] = tuple(found[offer_id] for offer_id in sorted(found))
        return self._offers[item_id]

    def offer_of_coupon(self, code: str) -> Offer | None:
        """The offer whose coupon this is: by its whole code, else by the longest beginning of a series."""
        found = coupon_key(code, {coupon: offer.serials for coupon, offer in self.shelf.coupons.items()})
        return self.shelf.coupons.get(found)

    def item_id_of(self, *, gtin: str = "", plu: str = "") -> str:
        """The retailer's own key behind a number; empty where nobody has it."""
        same = BookItem.gtin == gtin.zfill(_GTIN) if gtin else BookItem.plu == plu
        return self.session.scalar(select(BookItem.item_id).where(same).order_by(BookItem.item_id).limit(1)) or ""


_GTIN: Final = 14


@dataclass(slots=True)
class Shelves:
    """The newest shelf, read again when the feed has moved. Safe from several threads: each sees a whole one."""

    database: Database
    _kept: Shelf | None = None

    def newest(self, session: Session) -> Shelf | None:
        """As the feed stands now."""
        kept = self._kept
        if kept is None or kept.version != (session.scalar(select(FeedHead.version)) or 0):
            kept = self._kept = read_shelf(session)
        return kept
