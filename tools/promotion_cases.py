"""Judges promotion cases with the kiosk's own offer engine. The format: ``docs/formats/promotion-case.md``.

A promotion's words become an offer, the policy's word says how the engine settles them, and only then is compared. A
key or word that is not read makes the case not applicable, never passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kiosk.retail import offer as o
from kiosk.retail.layers import Rounding, Settled, in_turn, settle_layers
from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.shares import share_out
from kiosk.retail.units import Unit
from tools.case_numbers import CURRENCY, fraction, money, shown
from tools.case_verdict import Case, NotApplicableError, Reason, Verdict, compare
from tools.promotion_offers import Catalogue, offer_of
from tools.promotion_points import Points, is_points, points_of
from tools.promotion_words import in_our_words, occasion_words

__all__ = ["judge"]

_CASE = {"id", "kind", "source", "currency", "catalogue", "promotions", "basket", "policy", "expected", "tags"}
_MORE = {"context", "note", "shipping"}
_CONTEXT = {
    "coupons", "customer_order_number", "order_number", "customer_group", "group", "tier", "member", "points_balance",
    "tax", "apply_order", "day", "date", "store", "channel",
}  # fmt: skip
_DELIVERY = "delivery"
_IN_TURN = {"stated", "sequential", "sequential_by_priority", "lanes", "vendure_builtin", "oscar_builtin"}


def judge(case: Case, _earlier: Case | None = None) -> Verdict:
    """The verdict on one case."""
    try:
        _known(set(case), _CASE | _MORE)
        _known(set(case.get("context", {})), _CONTEXT)
        promotions = [one if is_points(one) else in_our_words(one) for one in case["promotions"]]
        case = {**case, "promotions": promotions}
        _two_digits(str(case.get("currency", CURRENCY)))
        if any(one["type"] == "allocate_amount" for one in promotions):
            return compare(case["id"], case["expected"], {"allocation": _allocated(case)})
        basket = _basket(case)
        expected = _without_contrast(case["expected"])
        return compare(case["id"], _as_precise(case, expected), _told(case, basket, expected))
    except NotApplicableError as why:
        return Verdict(case["id"], "not_applicable", why.reason, why.detail)


def _known(words: set[str], known: set[str]) -> None:
    if unread := words - known:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))


def _two_digits(currency: str) -> None:
    if MINOR_DIGITS.get(currency, 2) != MINOR_DIGITS[CURRENCY]:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"amounts of {currency}")


def _allocated(case: Case) -> list[int]:
    """One amount in whole parts, shared by price."""
    (promotion,) = case["promotions"]
    weights = [int(fraction(case["catalogue"][row["sku"]]["price"])) * int(row["qty"]) for row in case["basket"]]
    return [share.minor for share in share_out(Money(int(fraction(promotion["amount"])), CURRENCY), weights)]


# --- the basket --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Basket:
    units: list[Unit]
    offers: list[o.Offer]
    settled: Settled
    gifts: int
    points: Points


def _basket(case: Case) -> _Basket:
    catalogue = Catalogue(case["catalogue"], gross="total incl. tax" in str(case.get("context", {}).get("tax", "")))
    units = []
    for line, row in enumerate(case["basket"], start=1):
        _known(set(row), {"sku", "qty"})
        quantity = fraction(row["qty"])
        if quantity.denominator != 1:
            raise NotApplicableError(Reason.UNKNOWN_INPUT, f"{row['qty']} pieces")
        units += [Unit(line, row["sku"], catalogue.price(row["sku"]), catalogue.floor(row["sku"]))] * int(quantity)
    if "shipping" in case:
        units.append(Unit(len(case["basket"]) + 1, _DELIVERY, money(case["shipping"]).minor))
    promotions = [
        each
        for one in _ordered(case)
        if not _added_gift(one) and not is_points(one)
        for each in _line_by_line(case, one, catalogue)
    ]
    offers = [offer_of(one, place, catalogue, case["policy"]) for place, one in enumerate(promotions)]
    if "shipping" in case:
        offers = [_beside_delivery(one, units[-1].price) for one in offers]
    occasion = _occasion(case)
    offers = [one for one in offers if one.holds_for(occasion)]
    settled = _settle(case, units, offers)
    saved = [sum(take.amount for take in settled.takes if take.unit == n) for n in range(len(units))]
    points = points_of(case["promotions"], case.get("context", {}), units, saved, catalogue)
    return _Basket(units, offers, settled, _gifts(case), points)


def _line_by_line(case: Case, promotion: Mapping[str, Any], catalogue: Catalogue) -> list[Mapping[str, Any]]:
    """An amount off each line is as many amounts off one item."""
    if promotion["type"] != "amount_off_line":
        return [promotion]
    scope = catalogue.scope({key: promotion[key] for key in ("scope", "scope_tags") if key in promotion})
    own = {key: value for key, value in promotion.items() if key != "scope_tags"}
    skus = [row["sku"] for row in case["basket"] if scope.names(row["sku"])]
    return [{**own, "type": "amount_off_scope", "scope": [sku]} for sku in skus]


def _beside_delivery(offer: o.Offer, fee: int) -> o.Offer:
    """The offer where a fee is in the basket that counts for no condition."""
    spend_on = (
        offer.spend_on if offer.spend_on is not None else o.Scope() if _DELIVERY in offer.scope.item_ids else None
    )
    return replace(
        offer,
        scope=_without_delivery(offer.scope),
        spend_on=None if spend_on is None else _without_delivery(spend_on),
        min_left=offer.min_left + fee if offer.min_left else 0,
    )


def _without_delivery(scope: o.Scope) -> o.Scope:
    """A fee is no ware: only an offer that names it touches it."""
    return scope if _DELIVERY in scope.item_ids else replace(scope, but=(*scope.but, _DELIVERY))


def _occasion(case: Case) -> o.Occasion:
    context = case.get("context", {})
    told = occasion_words(context)
    return o.Occasion(
        day=told["day"],
        store=told["store"],
        channel=told["channel"] or "kiosk",
        tier=told["tier"],
        visit=int(told["visit"] or 0),
        coupons=tuple(context.get("coupons", ())),
    )


def _ordered(case: Case) -> list[Mapping[str, Any]]:
    """The promotions as their policy lets them follow one another."""
    promotions = list(case["promotions"])
    named = case.get("context", {}).get("apply_order")
    if named:
        return sorted(promotions, key=lambda one: named.index(one["id"]))
    if case["policy"] == "stated":
        return promotions
    return sorted(
        promotions,
        key=lambda one: (-int(one.get("priority", 0)), int(one.get("lane", 0)), int(one.get("order", 0))),
    )


def _settle(case: Case, units: Sequence[Unit], offers: Sequence[o.Offer]) -> Settled:
    policy = case["policy"]
    present = frozenset(unit.item_id for unit in units)
    if policy == "optimal":
        return settle_layers(units, offers, "optimal", present)
    if policy in {"best_single", "one_global_discount_best"}:
        return settle_layers(units, offers, "best_single", present)
    if policy not in _IN_TURN | {"round_per_unit", "percent_of_original"}:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"the policy {policy}")
    if policy == "vendure_builtin" and {"buy_x_get_y", "percent_off_each"} <= {p["type"] for p in case["promotions"]}:
        raise NotApplicableError(Reason.ANOTHER_ENGINE, "a percent of the list price on units that are free already")
    rounding: Rounding = "unit" if policy == "round_per_unit" else "line"
    marked = [one for one in offers if one.at == "catalogue"]
    rest = [one for one in offers if one.at != "catalogue"]
    if alone := [one for one in rest if one.exclusive and in_turn(units, [one], present).takes]:
        rest = alone[:1]
    original = policy == "percent_of_original"
    return in_turn(units, [*marked, *rest], present, rounding=rounding, of_original=original)


# --- free units on top -------------------------------------------------------------------------------------------


def _added_gift(promotion: Mapping[str, Any]) -> bool:
    """Whether free units come on top of those in the basket, all of which are bought."""
    return promotion["type"] == "buy_x_get_y" and bool(promotion.get("auto_add"))


def _gifts(case: Case) -> int:
    gifts = 0
    for one in filter(_added_gift, case["promotions"]):
        _known(set(one), {"type", "buy", "get", "auto_add", "id", "max_applications"})
        bought = sum(int(row["qty"]) for row in case["basket"] if row["sku"] in one["buy"]["scope"])
        times = bought // int(one["buy"]["min_qty"])
        gifts += min(times, int(one.get("max_applications", times))) * int(one["get"]["qty"])
    return gifts


# --- what is told ------------------------------------------------------------------------------------------------


def _without_contrast(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Without what other ways of settling would have given: it is told beside, not expected."""
    return {key: value for key, value in expected.items() if key != "for_contrast"}


def _as_precise(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    """A peer that checks to one decimal expects an amount that rounds to it."""
    if "decimal" in str(case.get("note", "")) and "total" in expected:
        digits = len(str(expected["total"]).partition(".")[2])
        return {**expected, "total": f"{fraction(expected['total'])}~{digits}" if digits else expected["total"]}
    return expected


def _told(case: Case, basket: _Basket, expected: Mapping[str, Any]) -> dict[str, object]:
    saving = basket.settled.saving + basket.points.worth
    total = sum(unit.price for unit in basket.units) - saving
    found: dict[str, object] = {
        "total": shown(Money(total, CURRENCY)),
        "discount": shown(Money(saving, CURRENCY)),
        "free_units_added": basket.gifts,
        "points_earned": basket.points.earned,
        "points_spent": basket.points.spent,
    }
    if "decimal" in str(case.get("note", "")) and "." in str(expected.get("total", "")):
        digits = len(str(expected["total"]).partition(".")[2])
        rounded = round(Fraction(total, 100) * 10**digits) / Fraction(10**digits)
        found["total"] = f"{rounded}~{digits}"
    if rate := re.search(r"(\d+(?:\.\d+)?)% added on top", str(case.get("context", {}).get("tax", ""))):
        found["total_with_tax"] = shown(Money(total, CURRENCY).scaled(1 + fraction(rate[1]) / 100))
    if "lines" in expected:
        found["lines"] = {name: _line(basket, name, wanted) for name, wanted in expected["lines"].items()}
    if "unit_discounts" in expected:
        found["unit_discounts"] = {sku: _by_unit(basket, sku) for sku in expected["unit_discounts"]}
    return found


def _line(basket: _Basket, name: str, wanted: Mapping[str, Any]) -> dict[str, str]:
    """What is told of a line, or of a promotion where the name is one (``order``: all offers of the order)."""
    units = [n for n, unit in enumerate(basket.units) if unit.item_id == name]
    if units:
        saved = sum(take.amount for take in basket.settled.takes if take.unit in units)
    else:
        ids = {one.offer_id for one in basket.offers if one.offer_id == name or (name == "order" and one.at == "order")}
        saved = sum(take.amount for take in basket.settled.takes if take.offer_id in ids)
    after = sum(basket.units[n].price for n in units) - saved
    told: dict[str, Callable[[], str]] = {
        "discount": lambda: shown(Money(saved, CURRENCY)),
        "after": lambda: shown(Money(after, CURRENCY)),
        "unit_after": lambda: shown(Money(after // len(units), CURRENCY)),
    }
    _known(set(wanted), set(told))
    return {key: told[key]() for key in wanted}


def _by_unit(basket: _Basket, sku: str) -> list[str]:
    saved = [
        sum(take.amount for take in basket.settled.takes if take.unit == n)
        for n, unit in enumerate(basket.units)
        if unit.item_id == sku
    ]
    return [shown(Money(amount, CURRENCY)) for amount in saved]
