"""Other words for the same: how promotion cases of other hands spell the published vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.case_verdict import NotApplicableError, Reason
from tools.promotion_offers import CONDITIONS, PARTS

__all__ = ["SYNONYMS", "in_our_words", "occasion_words"]

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "coupon": ("coupon_code", "code", "voucher"),
    "max_units": ("max_qty", "max_quantity", "max_items", "max_affected_items"),
    "max_applications": ("max_uses", "max_times", "limit_per_basket"),
    "max_discount": ("cap", "max_saving", "max_amount"),
    "min_qty": ("min_quantity", "min_items", "min_units"),
    "min_spend": ("min_amount", "min_total", "minimum_spend", "threshold"),
    "percent": ("percent_off", "discount_percent"),
    "amount": ("amount_off", "discount_amount"),
    "n": ("take",),
    "m": ("pay",),
    "price": ("for_price", "bundle_price"),
    "scope_tags": ("tag", "scope_tag"),
    "scope": ("skus", "sku", "products"),
    "valid_from": ("from", "starts", "start_date"),
    "valid_until": ("until", "ends", "end_date"),
    "stores": ("store",),
    "channels": ("channel",),
    "exclusive": ("is_exclusive",),
}
"""Our word, and what else is read as it where ours is not there."""
_OCCASION: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "date"),
    "store": ("store",),
    "channel": ("channel",),
    "tier": ("customer_group", "group", "tier"),
    "visit": ("customer_order_number", "order_number"),
}
_SETS = frozenset({"meal_deal", "bundle_price"})
_OF_SETS = frozenset({"tag", "tags", "skus", "products", "items"})
"""Words that name the parts of a set, and the scope of anything else."""


def in_our_words(words: Mapping[str, Any]) -> dict[str, Any]:
    """A promotion with each synonym as the word it stands for; the one list that a set has are its parts.

    Not applicable where it says a thing twice.
    """
    set_of_parts = words["type"] in _SETS and not words.keys() & {"qty", "n"}
    told = dict(words)
    for ours, others in SYNONYMS.items():
        for other in told.keys() & set(others):
            if set_of_parts and other in _OF_SETS:
                continue
            if ours in told:
                raise NotApplicableError(Reason.UNKNOWN_INPUT, f"{ours} and {other}")
            told[ours] = told.pop(other)
    if set_of_parts and not told.keys() & {*PARTS, "scope", "scope_tags"}:
        lists = [key for key in told.keys() - CONDITIONS if isinstance(told[key], list | dict)]
        if len(lists) == 1:
            told["parts"] = told.pop(lists[0])
    for several in ("stores", "channels"):
        if isinstance(told.get(several), str):
            told[several] = [told[several]]
    if isinstance(told.get("scope_tags"), str):
        told["scope_tags"] = [told["scope_tags"]]
    return told


def occasion_words(context: Mapping[str, Any]) -> dict[str, str]:
    """What a case's context tells of day, place and shopper, by our names; ``None`` is nothing told."""
    found = {}
    for ours, others in _OCCASION.items():
        value = next((context[other] for other in others if context.get(other) is not None), "")
        found[ours] = str(value)
    return found
