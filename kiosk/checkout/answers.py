"""What head office answers, as an input. ``kiosk.checkout.inputs`` hands them on beside all others."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.retail.day_report import Grand
from kiosk.retail.item import Names
from kiosk.retail.occasion import Used
from kiosk.retail.values import dataclass

__all__ = [
    "BoughtAnswered",
    "CouponAnswered",
    "CouponState",
    "MemberAnswered",
    "NumbersAnswered",
    "SerialAnswered",
    "StockAnswered",
    "StockAt",
]


@dataclass(frozen=True, slots=True)
class MemberAnswered:
    """Head office's answer to a loyalty look-up.

    ``member_id`` is empty if nobody is known, ``offline`` if nobody could be asked in time. ``points``: what the member
    may burn now. ``visit``: the how-manieth purchase this is; ``used``: purchases in which the member had an offer that
    is limited.
    """

    correlation: str
    member_id: str = ""
    tier: str = ""
    offline: bool = False
    points: int | None = None
    visit: int = 0
    segments: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()


CouponState = Literal["reserved", "used", "taken", "unknown", "day", "store"]


@dataclass(frozen=True, slots=True)
class CouponAnswered:
    """Head office's answer about a coupon: it is ``reserved`` for the basket that asked, or why not.

    ``offer_id``: the offer it opens. ``offline``: nobody could be asked in time, and nothing else is said.
    """

    correlation: str
    state: CouponState = "unknown"
    offer_id: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class StockAt:
    """How much of an item lies at a stock location, in pieces or grams; ``here``: in this shop."""

    location: str
    on_hand: int
    names: Names = field(default_factory=dict)
    here: bool = False


@dataclass(frozen=True, slots=True)
class StockAnswered:
    """Where head office knows an item to be; ``offline``: nobody could be asked in time."""

    correlation: str
    places: tuple[StockAt, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class NumbersAnswered:
    """The highest numbers head office knows of this workstation; ``offline`` when it could not be asked in time.

    ``grand``: what all its sales came to that head office has; ``None``: it does not say.
    """

    correlation: str
    series: int = 0
    last_number: int = 0
    last_legal: int = 0
    business_day: str = ""
    offline: bool = False
    last_z: int = 0
    grand: Grand | None = None
    last_credit: int = 0


@dataclass(frozen=True, slots=True)
class SerialAnswered:
    """Head office's answer about a pack: it was ``sold`` before; ``offline`` when nobody could be asked in time."""

    item_id: str
    serial: str
    sold: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class BoughtAnswered:
    """What a member has had today, in all shops, of what a quantity rule binds; ``offline``: nobody could be asked."""

    member_id: str
    rule: str
    pieces: int = 0
    grams: int = 0
    offline: bool = False
