"""The price book as the checkout reads it: items, offers, tax classes, members and the shop's policy, by version."""

from __future__ import annotations

from typing import Protocol

from kiosk.retail.item import Item, Names
from kiosk.retail.offer import Offer
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.retail.values import dataclass

__all__ = ["Book", "Member"]


@dataclass(frozen=True, slots=True)
class Member:
    """A row of the loyalty directory: an opaque id and a tier, found by keyed hash; no name, no number.

    ``points`` is the balance head office knew at ``points_utc_ms``; ``None``: the directory tells none.
    ``segments``: groups that personal offers are for.
    """

    member_id: str
    tier: str
    greeting: str = ""
    points: int | None = None
    points_utc_ms: int = 0
    segments: tuple[str, ...] = ()


class Book(Protocol):
    """Read-only, pinned to one version of the feed. Look-ups give ``None`` for what the shop does not know."""

    @property
    def version(self) -> int:
        """The feed version this book was built from."""

    @property
    def policy(self) -> Policy:
        """How the shop trades."""

    @property
    def tares(self) -> str:
        """A digest of all tares in the book, in hex: a change of any is a change of what weighings are judged by."""

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""

    def by_gtin(self, gtin: str) -> Item | None:
        """By GTIN, 14 digits."""

    def by_plu(self, plu: str) -> Item | None:
        """By produce look-up number."""

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """A dated tax class."""

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item: by its id, its department, or on everything; whatever their dates."""

    def department_names(self, department: str) -> Names:
        """What a department is called; empty: the book does not say."""

    def on_hand(self, item_id: str) -> int | None:
        """Pieces (or grams) in this shop as head office counted them for this version; ``None``: not known."""

    def offer(self, offer_id: str) -> Offer | None:
        """By the offer's own id, whatever its dates."""

    def offer_of_coupon(self, code: str) -> Offer | None:
        """The offer whose coupon this is: by its whole code, else by the longest beginning of a series."""

    def member(self, keyed_hash: str) -> Member | None:
        """A loyalty member by the keyed hash of a card or phone number (lower-case hex)."""
