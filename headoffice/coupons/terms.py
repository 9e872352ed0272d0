"""What head office needs to know of an offer, read from the feed's own rows; what it gives is the price engine's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.feed_tables import FeedCurrent, FeedHead
from kiosk.retail.coupon import coupon_key
from kiosk.retail.offer import Serials

__all__ = ["Terms", "TermsBook", "terms_of"]


class Terms(msgspec.Struct, frozen=True):
    """An offer's conditions. ``effect``: as the feed has it; its ``kind`` tells its shape."""

    offer_id: str
    names: dict[str, str]
    effect: dict[str, Any] = {}
    valid_from: str = ""
    valid_until: str = ""
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    coupon: str = ""
    serials: Serials = ""
    hours: tuple[dict[str, Any], ...] = ()
    people: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    member_day: int = 0
    member_life: int = 0

    @property
    def limited(self) -> bool:
        """A member may have it only so often."""
        return bool(self.member_day or self.member_life)


_decoder = msgspec.json.Decoder(Terms)


def terms_of(session: Session) -> list[Terms]:
    """All offers of the feed as they stand, by id; one that this release cannot read is left out."""
    rows = session.scalars(
        select(FeedCurrent.payload)
        .where(FeedCurrent.kind == "offer", FeedCurrent.payload.is_not(None))
        .order_by(FeedCurrent.key)
    )
    found = []
    for payload in rows:
        try:
            found.append(_decoder.decode(payload or b""))
        except msgspec.DecodeError:
            continue
    return found


@dataclass(slots=True)
class TermsBook:
    """The offers by id and by coupon, read again when the feed has moved."""

    _version: int = -1
    _offers: Mapping[str, Terms] = field(default_factory=dict)
    _coupons: Mapping[str, Terms] = field(default_factory=dict)

    def refresh(self, session: Session) -> TermsBook:
        """As the feed stands now."""
        version = session.scalar(select(FeedHead.version)) or 0
        if version != self._version:
            offers = terms_of(session)
            self._offers = {one.offer_id: one for one in offers}
            self._coupons = {one.coupon: one for one in reversed(offers) if one.coupon}
            self._version = version
        return self

    def offer(self, offer_id: str) -> Terms | None:
        """By id."""
        return self._offers.get(offer_id)

    def of_coupon(self, code: str) -> Terms | None:
        """The offer whose coupon this is: by whole code, else by the longest beginning of a series."""
        return self._coupons.get(coupon_key(code, {coupon: one.serials for coupon, one in self._coupons.items()}))

    def limited(self) -> tuple[str, ...]:
        """Ids of the offers that a member may have only so often."""
        return tuple(one.offer_id for one in self._offers.values() if one.limited)
