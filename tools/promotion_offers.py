"""The vocabulary of promotion cases, each word as one of our offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.retail import offer as o
from tools.case_numbers import fraction, money
from tools.case_verdict import NotApplicableError, Reason

__all__ = ["CONDITIONS", "PARTS", "Catalogue", "offer_of"]

_Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The case's items. ``gross``: tax is added to the prices first, amounts and totals carry it."""

    items: Mapping[str, Mapping[str, Any]]
    gross: bool = False

    def _item(self, sku: str) -> Mapping[str, Any]:
        item = self.items[sku]
        if unread := item.keys() - {"price", "floor", "catalogue_price", "tags", "tax_added"}:
            raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))
        return item

    def price(self, sku: str) -> int:
        """In minor units."""
        item = self._item(sku)
        factor = 1 + fraction(item.get("tax_added", 0)) / 100 if self.gross else fraction(1)
        exact = fraction(item["price"]) * factor * 100
        if exact.denominator != 1:
            raise NotApplicableError(Reason.FINER_PRICE, str(item["price"]))
        return exact.numerator

    def floor(self, sku: str) -> int:
        """In minor units; 0 for none."""
        return money(self._item(sku).get("floor", 0)).minor

    def tagged(self, tags: list[str]) -> tuple[str, ...]:
        """The items that bear one of the tags; an item that is none where nothing does."""
        found = tuple(sku for sku, item in self.items.items() if set(tags) & set(item.get("tags", ())))
        return found or ("(nothing)",)

    def scope(self, words: object) -> o.Scope:
        """``all``, an item or a tag, a list of them, or an object with ``scope`` or ``scope_tags``."""
        if words in (None, "all"):
            return o.Scope()
        if isinstance(words, str):
            return o.Scope((words,) if words in self.items else self.tagged([words]))
        if isinstance(words, list):
            named = [sku for word in words for sku in self.scope(word).item_ids]
            return o.Scope(tuple(dict.fromkeys(named)) or ("(nothing)",))
        if isinstance(words, dict):
            tags = _first(words, _TAGS, None)
            if tags is not None:
                return o.Scope(self.tagged([tags] if isinstance(tags, str) else tags))
            return self.scope(_first(words, _NAMED, None))
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"the scope {words!r}")


_TAGS = ("scope_tags", "tags", "tag")
_NAMED = ("scope", "skus", "sku", "items", "item")
_COUNT = ("qty", "n", "min_qty", "units", "count")
CONDITIONS = {
    "id", "type", "scope", "scope_tags", "priority", "exclusive", "order", "lane", "coupon", "requires", "min_qty",
    "min_spend", "min_spend_scope", "min_discounted_total", "max_applications", "max_discount", "max_units",
    "price_min", "price_max", "excludes_discounted", "stackable", "valid_from", "valid_until", "stores", "channels",
    "name", "note",
}  # fmt: skip


def offer_of(words: _Words, place: int, catalogue: Catalogue, policy: str) -> o.Offer:
    """The offer that a promotion describes. Not applicable where a word of it is not read."""
    kind = str(words["type"])
    reader = _READERS.get(kind)
    if reader is None:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, kind)
    own, read = reader
    if unread := words.keys() - CONDITIONS - own:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))
    effect = read(words, catalogue, policy)
    requires = dict(words.get("requires", {}))
    contains = requires.pop("contains", ())
    contains = (contains,) if isinstance(contains, str) else contains
    visit, group = requires.pop("customer_nth_order", 0), requires.pop("customer_group", "")
    if requires:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(requires)))
    return o.Offer(
        offer_id=str(words.get("id", f"promotion-{place + 1:03}")),
        scope=_scope(words, catalogue),
        effect=effect,
        names={},
        coupon=str(words.get("coupon", "")),
        contains=tuple(contains),
        visit=int(visit),
        tiers=(group,) if isinstance(group, str) and group else tuple(group),
        valid_from=str(words.get("valid_from", "")),
        valid_until=str(words.get("valid_until", "")),
        stores=tuple(words.get("stores", ())),
        channels=tuple(words.get("channels", ())),
        min_spend=_minor(words, "min_spend"),
        min_units=0 if kind == "cheapest_free" else int(words.get("min_qty", 0)),
        spend_on=catalogue.scope(words["min_spend_scope"]) if "min_spend_scope" in words else None,
        min_left=_minor(words, "min_discounted_total"),
        max_applications=int(words.get("max_applications", 0)),
        max_saving=_minor(words, "max_discount"),
        priority=-place if policy != "optimal" else int(words.get("priority", 0)),
        exclusive=bool(words.get("exclusive", False)),
        stackable=bool(words.get("stackable", False)),
        layer="catalogue" if kind.startswith("catalogue") else None,
    )


def _scope(words: _Words, catalogue: Catalogue) -> o.Scope:
    if words["type"] == "buy_x_get_y":
        named = catalogue.scope(words["buy"])
    elif words["type"] == "free_shipping":
        named = o.Scope(("delivery",))
    else:
        named = catalogue.scope({key: words[key] for key in ("scope", "scope_tags") if key in words})
    return o.Scope(
        named.item_ids,
        price_min=_minor(words, "price_min"),
        price_max=_minor(words, "price_max"),
        undiscounted=bool(words.get("excludes_discounted", False)),
    )


def _minor(words: _Words, key: str) -> int:
    return money(words[key]).minor if key in words else 0


def _basis(value: object) -> int:
    points = fraction(value) * 100
    if points.denominator != 1:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"{value}%")
    return points.numerator


def _percent_each(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    units = int(words.get("max_units", 0))
    return o.PercentOffEach(_basis(words["percent"]), units, "cheapest" if units else "any")


def _amount_each(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    units = int(words.get("max_units", 0))
    return o.AmountOffEach(_minor(words, "amount"), units, "cheapest" if units else "any")


def _cheapest_percent(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    return o.PercentOffEach(_basis(words["percent"]), int(words.get("units", 1)), "cheapest")


def _free_units(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    return o.PercentOffEach(10_000, int(words["units"]), "cheapest")


def _cheapest_free(words: _Words, _catalogue: Catalogue, policy: str) -> o.Effect:
    """Peers free the cheapest of the whole basket; the best combination forms the groups to suit the shopper."""
    group, free = int(words.get("group_size", words.get("min_qty", 0))), int(words.get("free", 1))
    if policy == "optimal" and group > free:
        return o.NForM(group, group - free)
    return o.CheapestFree(group, free)


def _buy_get(words: _Words, catalogue: Catalogue, policy: str) -> o.Effect:
    buy, get = words["buy"], words["get"]
    bought, got = int(_first(buy, _COUNT, 1)), int(_first(get, _COUNT, 1))
    percent = _basis(get.get("percent", 100))
    if policy == "vendure_builtin":
        if catalogue.scope(buy) != catalogue.scope(get) or percent != 10_000:  # noqa: PLR2004 - free
            raise NotApplicableError(Reason.ANOTHER_ENGINE, "a reward once an order, on other items")
        return o.CheapestFree(0, got)
    dearest = "dearest" in (get.get("takes"), get.get("which"), words.get("takes"))
    own = get if any(key in get for key in (*_TAGS, *_NAMED)) else buy
    return o.BuyGet(bought, catalogue.scope(own), got, percent, "dearest" if dearest else "cheapest")


def _first(words: _Words, keys: tuple[str, ...], otherwise: object) -> Any:  # noqa: ANN401 - a case is JSON
    return next((words[key] for key in keys if key in words), otherwise)


def _set(words: _Words, catalogue: Catalogue, _policy: str) -> o.Effect:
    """A bundle (any number of a scope, or one of each item) or a meal (one of each part) for a price."""
    if "qty" in words or "n" in words:
        return o.NForPrice(int(_first(words, _COUNT, 1)), _minor(words, "price"))
    parts = _first(words, PARTS, None) or words.get("scope_tags") or words.get("scope")
    if isinstance(parts, dict):
        parts = [{"tag": tag, "qty": qty} if isinstance(qty, int) else qty for tag, qty in parts.items()]
    if not isinstance(parts, list):
        raise NotApplicableError(Reason.UNKNOWN_INPUT, "a set without parts")
    made = [o.Part(catalogue.scope(part), _count(part)) for part in parts]
    return o.SetForPrice(tuple(made), _minor(words, "price"))


def _count(part: object) -> int:
    return int(_first(part, _COUNT, 1)) if isinstance(part, dict) else 1


PARTS = ("set", "sets", "parts", "slots", "groups", "components", "items", "one_of_each", "of", "tags", "set_tags")


def _distinct(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    steps = sorted((int(size), _basis(percent)) for size, percent in words["percent_by_set_size"].items())
    return o.DistinctSet(tuple(steps))


def _tiers(words: _Words, value: str, read: Callable[[object], int]) -> tuple[tuple[int, int], ...]:
    steps = [(0, read(words[f"base_{value}"]))] if f"base_{value}" in words else []
    told = words["tiers"]
    if isinstance(told, dict):
        at_key = "min_qty" if _by_count(words) else "min_spend"
        told = [{at_key: at, value: off} for at, off in told.items()]
    for tier in told:
        at = money(tier["min_spend"]).minor if "min_spend" in tier else int(_first(tier, _COUNT, 0))
        steps.append((at, read(tier[value])))
    return tuple(sorted(steps))


def _by_count(words: _Words) -> bool:
    return words["type"].endswith("_by_qty") or any(key in tier for tier in words["tiers"] for key in _COUNT)


def _tiered_percent(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    return o.TieredPercent("quantity" if _by_count(words) else "spend", _tiers(words, "percent", _basis))


def _tiered_amount(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    return o.TieredAmount(
        "quantity" if _by_count(words) else "spend", _tiers(words, "amount", lambda it: money(it).minor)
    )


def _gift(words: _Words, _catalogue: Catalogue, _policy: str) -> o.Effect:
    return o.Gift(words["gift"], int(words.get("per_qualifying_unit", 1)))


_Reader = Callable[[_Words, Catalogue, str], o.Effect]
_READERS: dict[str, tuple[set[str], _Reader]] = {
    "percent_off_each": ({"percent"}, _percent_each),
    "amount_off_each": ({"amount"}, _amount_each),
    "catalogue_percent": ({"percent"}, _percent_each),
    "catalogue_amount": ({"amount"}, _amount_each),
    "percent_off_cheapest": ({"percent", "units"}, _cheapest_percent),
    "free_units": ({"units"}, _free_units),
    "free_shipping": (set(), lambda _w, _c, _p: o.PercentOffEach(10_000)),
    "percent_off_order": ({"percent"}, lambda w, _c, _p: o.PercentOff(_basis(w["percent"]))),
    "amount_off_order": ({"amount"}, lambda w, _c, _p: o.AmountOff(_minor(w, "amount"))),
    "amount_off_scope": ({"amount"}, lambda w, _c, _p: o.AmountOff(_minor(w, "amount"))),
    "n_for_m": ({"n", "m"}, lambda w, _c, _p: o.NForM(int(w["n"]), int(w["m"]))),
    "n_for_price": ({"n", "price"}, lambda w, _c, _p: o.NForPrice(int(w["n"]), _minor(w, "price"))),
    "n_amount_off": ({"n", "amount"}, lambda w, _c, _p: o.NAmountOff(int(w["n"]), _minor(w, "amount"))),
    "cheapest_free": ({"group_size", "free"}, _cheapest_free),
    "buy_x_get_y": ({"buy", "get", "takes"}, _buy_get),
    "bundle_price": ({"qty", "n", "price", *PARTS}, _set),
    "meal_deal": ({"price", *PARTS}, _set),
    "distinct_set_percent": ({"percent_by_set_size"}, _distinct),
    "tiered_percent": ({"base_percent", "tiers"}, _tiered_percent),
    "tiered_percent_by_qty": ({"base_percent", "tiers"}, _tiered_percent),
    "tiered_amount": ({"base_amount", "tiers"}, _tiered_amount),
    "free_gift": ({"gift", "per_qualifying_unit", "auto_add"}, _gift),
}
