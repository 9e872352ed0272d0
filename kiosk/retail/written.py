"""North American coupons that bear their offer in the symbol (AI 8110), as an offer for one basket.

Source: GS1 US, *North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols*. Taken is what can be
judged by what is in the basket: one purchase requirement in units, in the value of its items or of the whole basket,
and a saving in cents or percent. The meaning of requirement codes 3, 4 and 9, and of save value codes 1, 2 and 6, is
not taken from memory: such a coupon is for staff. Unconfirmed: that a family code other than 000 is matched by the
retailer's own item file alone (``Item.coupon_families``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from kiosk.retail.codes.coupons import CouponError, offer_written
from kiosk.retail.item import Item
from kiosk.retail.offer import AmountOff, Offer, PercentOff, Scope

__all__ = ["CURRENCIES", "MANUFACTURER", "Unfit", "unfit", "written_id", "written_offer"]

CURRENCIES: Final = frozenset({"USD", "CAD"})
"""Its cents are of one of these."""
Unfit = Literal["day", "elsewhere", "written"]
MANUFACTURER: Final = {"en": "Manufacturer's coupon", "bn": "প্রস্তুতকারকের কুপন", "pt_BR": "Cupom do fabricante"}
"""What such a coupon is called on screen and receipt."""
_CENTS, _PERCENT = "0", "5"
_UNITS, _ITEMS_VALUE, _BASKET_VALUE = "0", "1", "2"
_ANY_FAMILY = "000"
_HUNDRED = 100
_UPC = "00"


def _fields(data: str) -> Mapping[str, str]:
    try:
        return offer_written(data)
    except CouponError:
        return {}


def written_id(data: str) -> str:
    """What its offer is called: the same for all prints of one offer, whatever their serial number."""
    told = _fields(data)
    return f"8110-{told.get('company_prefix', '')}-{told.get('offer_code', '')}"


def unfit(data: str, day: str) -> Unfit | None:
    """Why the coupon cannot be honoured on the business day (ISO date); ``None`` if it can."""
    told = _fields(data)
    begins, ends = _day(told.get("start", "")), _day(told.get("expiration", ""))
    if not told:
        return "written"
    if (begins and day < begins) or (ends and ends < day):
        return "day"
    if "retailer" in told:
        return "elsewhere"
    plain = (
        not any(name.startswith(("second_", "third_")) for name in told)
        and told.get("save_value_code", _CENTS) in (_CENTS, _PERCENT)
        and told.get("applies_to", "0") == "0"
        and told["requirement_code"] in (_UNITS, _ITEMS_VALUE, _BASKET_VALUE)
        and int(told["requirement"]) > 0
        and 0 < int(told["save_value"]) <= (_HUNDRED if _percent(told) else int(told["save_value"]))
    )
    return None if plain else "written"


def _percent(told: Mapping[str, str]) -> bool:
    return told.get("save_value_code", _CENTS) == _PERCENT


def _day(digits: str) -> str:
    """YYMMDD as an ISO date of this century."""
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if digits else ""


def written_offer(data: str, offer_id: str, items: Iterable[Item]) -> Offer | None:
    """The offer on those of ``items`` (what is in the basket) that the coupon means; ``None`` where it means none.

    Raises ``ValueError`` for a coupon that is ``unfit`` on any day.
    """
    told = offer_written(data)
    meant = tuple(sorted(item.item_id for item in items if _means(told, item)))
    if not meant:
        return None
    scope, least, value = Scope(meant), int(told["requirement"]), int(told["save_value"])
    code = told["requirement_code"]
    return Offer(
        offer_id,
        scope,
        PercentOff(value * 100) if _percent(told) else AmountOff(value),
        MANUFACTURER,
        coupon=offer_id,
        min_units=least if code == _UNITS else 0,
        min_spend=0 if code == _UNITS else least,
        spend_on=Scope() if code == _BASKET_VALUE else None,
        stackable=True,
    )


def _means(told: Mapping[str, str], item: Item) -> bool:
    """Of the company, by the item's number, and of the family of products, by the retailer's own item file."""
    if item.gtin is None:
        return False
    number = item.gtin[2:13] if item.gtin.startswith(_UPC) else item.gtin[1:13]
    family = told["family"]
    return number.startswith(told["company_prefix"]) and (family == _ANY_FAMILY or family in item.coupon_families)
