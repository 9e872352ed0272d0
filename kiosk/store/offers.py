"""Offers of the feed: the effect's ``kind`` tells its shape; what an offer is found by; and what old releases wrote.

Those before the offer engine knew one effect and wrote it flat: ``item_ids``, ``buy`` and ``pay``. It is read as
``n_for_m``. An offer that can mean nothing (``kiosk/retail/soundness.py``) is none.
"""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec

from kiosk.retail.item import Names
from kiosk.retail.offer import Effect, NForM, Offer, Scope
from kiosk.retail.soundness import flaw_of
from kiosk.retail.values import dataclass

__all__ = ["decode_offer", "reach_of"]


@dataclass(frozen=True, slots=True)
class _BuyPay:
    offer_id: str
    item_ids: tuple[str, ...]
    names: Names
    buy: int
    pay: int
    valid_from: str = ""
    valid_until: str = ""


_EFFECTS: dict[str, type] = {effect.__dataclass_fields__["kind"].default: effect for effect in get_args(Effect)}
_FIELDS: dict[str, Any] = {name: kept for name, kept in get_type_hints(Offer).items() if name != "effect"}
_REQUIRED = {"offer_id", "scope", "names"}


def decode_offer(payload: bytes) -> Offer:
    """The offer of a feed row. Raises ``msgspec.DecodeError`` for what is none."""
    told: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    if "buy" in told:
        old = msgspec.convert(told, _BuyPay)
        effect = NForM(old.buy, old.pay)
        return _sound(Offer(old.offer_id, Scope(old.item_ids), effect, old.names, old.valid_from, old.valid_until))
    described = told.pop("effect", None)
    kind = described.get("kind") if isinstance(described, dict) else None
    if kind not in _EFFECTS:
        message = f"no effect of this release is called {kind}"
        raise msgspec.ValidationError(message)
    values: dict[str, Any] = {name: msgspec.convert(told[name], kept) for name, kept in _FIELDS.items() if name in told}
    missing = _REQUIRED - values.keys()
    if missing:
        message = f"an offer lacks {', '.join(sorted(missing))}"
        raise msgspec.ValidationError(message)
    return _sound(Offer(effect=msgspec.convert(described, _EFFECTS[kind]), **values))


def _sound(offer: Offer) -> Offer:
    flaw = flaw_of(offer)
    if flaw:
        raise msgspec.ValidationError(flaw)
    return offer


def reach_of(offer: Offer) -> set[tuple[str, str]]:
    """What an offer is found by: (``item``, id), (``department``, department), (``everything``, empty)."""
    found: set[tuple[str, str]] = set()
    for scope in offer.scopes:
        found |= {("item", item_id) for item_id in scope.item_ids}
        found |= {("department", department) for department in scope.departments}
        if scope.everything:
            found.add(("everything", ""))
    return found
