"""The occasion of a purchase: who buys, where and when; what the conditions of offers are judged by."""

from __future__ import annotations

import hashlib
from datetime import datetime

from kiosk.retail.values import dataclass

__all__ = ["Hours", "Occasion", "Used", "entitlement"]


@dataclass(frozen=True, slots=True)
class Hours:
    """A window of the shop's own clock: ``begins`` to before ``ends`` (``HH:MM``) on ISO weekdays, 1 is Monday.

    No weekday: every day. One that ends at or before its beginning goes past midnight and belongs to the day it began.

    >>> Hours("22:00", "02:00", (5,)).cover("2026-11-28T01:30"), Hours("17:00", "19:00").cover("2026-11-28T19:00")
    (True, False)
    """

    begins: str
    ends: str
    weekdays: tuple[int, ...] = ()

    def cover(self, local: str) -> bool:
        """Whether the local time (``YYYY-MM-DDTHH:MM``) lies in the window; never for an empty one."""
        if not local:
            return False
        day, clock = datetime.fromisoformat(local).isoweekday(), local[11:16]
        if self.begins < self.ends:
            return self._on(day) and self.begins <= clock < self.ends
        return (self._on(day) and clock >= self.begins) or (self._on((day - 2) % 7 + 1) and clock < self.ends)

    def _on(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


@dataclass(frozen=True, slots=True)
class Used:
    """A member had an offer in a purchase: which, in which transaction (its uuid), on which business day."""

    offer_id: str
    transaction: str
    day: str


def entitlement(offer_id: str, member_id: str) -> str:
    """How an offer names a person it is for: a digest that only somebody who knows the member id can make.

    >>> entitlement("birthday", "m-001")
    '527f36799e54f249'
    """
    return hashlib.sha256(f"{offer_id}\n{member_id}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who buys, where and when. ``visit`` is the member's how-manieth purchase this is; 0: not known.

    ``day`` is the ISO date of the business day. ``tier`` is the member's tier or group, empty for a stranger.
    ``local`` is when the basket was opened by the shop's clock (``YYYY-MM-DDTHH:MM``); empty where no clock is to be
    trusted. ``member`` is the opaque id of a member who was recognised, with their ``segments``. ``used``: purchases in
    which the member had an offer; ``counted``: false where these may be too few to go by.
    """

    day: str = ""
    store: str = ""
    channel: str = "kiosk"
    tier: str = ""
    visit: int = 0
    coupons: tuple[str, ...] = ()
    local: str = ""
    member: str = ""
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()
    counted: bool = True

    def times(self, offer_id: str, day: str = "") -> int:
        """In how many purchases the member had the offer; of one business day where ``day`` is told."""
        found = {one.transaction for one in self.used if one.offer_id == offer_id and day in ("", one.day)}
        return len(found)
