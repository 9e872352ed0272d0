"""What is kept out of promotion by its kind: infant formula, tobacco, medicine, deposits, bags, gift cards, fees.

An item names its kind by the trade's word. A kind is kept out of a **use** (offers, coupons, thresholds, earning,
burning) by the law of the country, which its pack tells and nobody else, by the retailer's own rule, or, where neither
says anything, by the habit of the trade. This is the one place that says so; whoever gives something asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final, Literal, get_args

from kiosk.retail import offer as o
from kiosk.retail.item import Item, ItemKind
from kiosk.retail.values import dataclass, replace

__all__ = ["BY_HABIT", "HABIT", "USES", "Exclusions", "Use", "narrowed"]

Use = Literal["offers", "coupons", "thresholds", "earning", "burning"]
"""``offers`` and ``coupons``: something is taken off its price, or it serves in a group, or is a gift. ``thresholds``:
it counts towards a least spend, a least number, a tier, or as an item that must be there. ``earning``: it gives points;
``burning``: it may be paid with points."""
USES: Final[tuple[Use, ...]] = get_args(Use)
HABIT: Final[Mapping[ItemKind, tuple[Use, ...]]] = {
    "infant_formula": USES,
    "tobacco": USES,
    "medicine": USES,
    "deposit": USES,
    "bag": USES,
    "gift_card": USES,
    "fee": USES,
    "alcohol": (),
}
"""What the trade keeps out where nobody says otherwise. Alcohol has a floor instead (``Item.floor``)."""
_OF_PRICE: Final = frozenset[Use]({"offers", "coupons", "thresholds"})


@dataclass(frozen=True, slots=True)
class Exclusions:
    """By kind, what it is kept out of. ``law``: the country pack's; ``own``: the retailer's, in place of the habit.

    What the law keeps out stays out, whatever the retailer says; the retailer may keep out more.

    >>> rules = Exclusions(law={"tobacco": ("offers",)}, own={"tobacco": (), "alcohol": ("coupons",)})
    >>> rules.uses("tobacco"), rules.uses("alcohol"), rules.uses("")
    (frozenset({'offers'}), frozenset({'coupons'}), frozenset())
    """

    law: Mapping[ItemKind, tuple[Use, ...]] = field(default_factory=dict)
    own: Mapping[ItemKind, tuple[Use, ...]] = field(default_factory=dict)

    def uses(self, kind: ItemKind) -> frozenset[Use]:
        """What a kind is kept out of; an item of no kind is kept out of nothing."""
        if not kind:
            return frozenset()
        return frozenset(self.law.get(kind, ())) | frozenset(self.own.get(kind, HABIT[kind]))

    def keep_out(self, item: Item | None, use: Use) -> bool:
        """Whether an item is kept out: by its kind, or by its own flags. What the book does not know is kept in."""
        if item is None:
            return False
        flagged = item.flags.discountable if use in _OF_PRICE else item.flags.earns_points
        return not flagged or (bool(item.kind or item.flags.bag) and self.by_kind(item, use))

    def by_kind(self, item: Item, use: Use) -> bool:
        """Whether its kind keeps it out."""
        return use in self.uses(item.named_kind)

    def opens(self, item: Item | None) -> bool:
        """Whether the item may serve any offer or coupon at all, if only to reach a threshold."""
        if item is None or not item.flags.discountable:
            return item is None
        return not (item.kind or item.flags.bag) or not self.uses(item.named_kind) >= _OF_PRICE


BY_HABIT: Final = Exclusions()
"""Where neither country nor retailer says anything."""


def narrowed(offer: o.Offer, rules: Exclusions, items: Iterable[Item]) -> o.Offer | None:
    """The offer without what it may not touch of ``items`` (the basket's); ``None`` where its gift is such a thing.

    What may not be touched still counts towards the least spend and number, if that is allowed: this is judged unit by
    unit (``Unit.towards``). What an offer wants to be left of the basket is left of what it may touch.
    """
    use: Use = "coupons" if offer.coupon else "offers"
    out = sorted((item for item in items if rules.keep_out(item, use)), key=lambda item: item.item_id)
    if not out:
        return offer
    match offer.effect:
        case o.Gift(item_id=gift) if any(gift == item.item_id for item in out):
            return None
        case o.BuyGet() as effect:
            offer = replace(offer, effect=replace(effect, get=_without(effect.get, out)))
        case o.SetForPrice(parts=parts) as effect:
            kept = tuple(replace(part, scope=_without(part.scope, out)) for part in parts)
            offer = replace(offer, effect=replace(effect, parts=kept))
        case _:
            pass
    scope = _without(offer.scope, out)
    if scope == offer.scope:
        return offer
    return replace(offer, scope=scope, spend_on=offer.spend_on or offer.scope)


def _without(scope: o.Scope, out: Sequence[Item]) -> o.Scope:
    """A scope that names none of them stays as it is, and as quick to look up."""
    meant = tuple(item.item_id for item in out if scope.names(item.item_id, item.department))
    return replace(scope, but=(*scope.but, *meant)) if meant else scope
