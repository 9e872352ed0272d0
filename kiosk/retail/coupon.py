"""Coupons in a basket: what was presented, and how it reaches the offer engine.

A coupon opens an offer of the price book, or (GS1 US, AI 8110) bears its offer written out. Either way what it gives is
an offer's business: a coupon has no rule of its own but who may use it, and how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiosk.retail.item import Item, Names
from kiosk.retail.offer import Offer, Serials
from kiosk.retail.promotion import OfferBook
from kiosk.retail.values import dataclass, replace

__all__ = ["BasketCoupon", "CouponBook", "capped", "coupon_key"]


@dataclass(frozen=True, slots=True)
class BasketCoupon:
    """A coupon that counts in this basket.

    ``code`` is what was read, ``coupon`` the code of the offer that it opens, or its beginning. ``single``: head office
    keeps account of it, so that it serves once; ``offline``: that could not be checked, and it gives ``most_minor`` at
    most (0: no bound). ``written``: the data of an 8110 coupon, whose offer is in itself.
    """

    code: str
    offer_id: str
    names: Names
    coupon: str = ""
    single: bool = False
    offline: bool = False
    most_minor: int = 0
    written: str = ""

    @property
    def opens(self) -> str:
        """What an offer asks for as its ``coupon``; of one that bears its offer written out, that offer's id."""
        return self.offer_id if self.written else self.coupon


def coupon_key(code: str, coupons: Mapping[str, Serials]) -> str:
    """Which of ``coupons`` (code or beginning -> what its serial numbers are) ``code`` is one of; empty: of none.

    >>> coupon_key("SPRING", {"SPRING": ""}), coupon_key("BDAY00017", {"BDAY": "any", "B": "any"})
    ('SPRING', 'BDAY')
    """
    if coupons.get(code) == "":
        return code
    beginnings = (code[:length] for length in range(len(code) - 1, 0, -1))
    return next((begins for begins in beginnings if coupons.get(begins)), "")


@dataclass(frozen=True, slots=True)
class CouponBook:
    """The offers of a price book as the coupons of a basket change them: capped offline, and those written out."""

    book: OfferBook
    most: Mapping[str, int]
    written: tuple[Offer, ...] = ()

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""
        return self.book.item(item_id)

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item."""
        found = self.book.offers_for(item_id)
        if self.most:
            found = tuple(self._capped(offer) for offer in found)
        return (*found, *(offer for offer in self.written if offer.scope.names(item_id))) if self.written else found

    def _capped(self, offer: Offer) -> Offer:
        most = self.most.get(offer.offer_id, 0)
        if not most:
            return offer
        return replace(offer, max_saving=min(most, offer.max_saving or most))


def capped(coupons: Iterable[BasketCoupon]) -> dict[str, int]:
    """Offer id -> what it may give at most, of the coupons that have a bound."""
    return {one.offer_id: one.most_minor for one in coupons if one.most_minor}
