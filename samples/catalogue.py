"""The sample shop as plain rows, ready for a feed: ``load_shop("bd")``.

Imports nothing of the product, so that head office's seeding, the bench and tests can all use it. Every row is a frozen
dataclass of plain values: money is whole minor units of the shop's currency, weights are whole grams, names are
``{"bn": ..., "en": ..., "pt_BR": ...}``.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

__all__ = [
    "Country",
    "SampleBusinessUnit",
    "SampleDepartment",
    "SampleGiftCard",
    "SampleItem",
    "SampleMember",
    "SampleOffer",
    "SampleOperator",
    "SamplePointsOffer",
    "SamplePromotion",
    "SampleShop",
    "SampleStock",
    "SampleTaxClass",
    "SampleTender",
    "groceries_map",
    "load_baskets",
    "load_shop",
    "picture_path",
]

Country = Literal["bd", "br"]
Names = Mapping[str, str]
Mark = Literal["sourced", "composed", "translated"]
Kind = Literal["", "infant_formula", "tobacco", "medicine", "alcohol", "deposit", "bag"]

_HERE = Path(__file__).parent
_SHOP = _HERE / "shop"


@dataclass(frozen=True, slots=True)
class SampleItem:
    """One item with its price in this country; the fields are those of the price book's item.

    ``unit``: ``each`` or ``kg`` (price per kilogram). ``gtin``: 14 digits, or ``None`` for produce and own items; they
    have a ``plu``. ``mrp_minor``: the price printed on the pack, where the country has one. ``picture``: a file name
    for ``picture_path``. ``name_marks``: per language, where the name is from. ``attributes``: codes that the country's
    fiscal document wants.
    """

    item_id: str
    names: Names
    name_marks: Mapping[str, Mark]
    department: str
    tax_class: str
    price_minor: int
    unit: Literal["each", "kg"]
    gtin: str | None
    plu: str | None
    mrp_minor: int | None
    tare_grams: int
    expected_grams: int | None
    spread_grams: int | None
    picture: str
    aliases: tuple[str, ...]
    minimum_age: int
    needs_staff: bool
    discountable: bool
    earns_points: bool
    food_voucher: bool
    returnable: bool
    kind: Kind = ""
    rules: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleTaxClass:
    """Dated rates, oldest first: (ISO date it holds from, basis points); ``of_gross``: shares of the price itself."""

    tax_class: str
    names: Names
    rates: tuple[tuple[str, int], ...]
    of_gross: bool = False


@dataclass(frozen=True, slots=True)
class SampleStock:
    """Pieces, or grams of a weighed item, on hand at a location."""

    item_id: str
    location: str
    on_hand: int


@dataclass(frozen=True, slots=True)
class SampleMember:
    """A loyalty member (made up). ``phone`` is E.164; ``story`` is set for the named personas only."""

    member_id: str
    card_number: str
    phone: str
    tier: str
    first_name: str
    language: str
    story: str


@dataclass(frozen=True, slots=True)
class SampleOffer:
    """Buy ``buy`` of one of ``item_ids``, pay for ``pay``."""

    offer_id: str
    item_ids: tuple[str, ...]
    names: Names
    buy: int
    pay: int


@dataclass(frozen=True, slots=True)
class SamplePointsOffer:
    """More points: ``times`` the plain rate (basis points), for these tiers and departments (none named: all)."""

    offer_id: str
    names: Names
    tiers: tuple[str, ...]
    departments: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class SamplePromotion:
    """An offer of another kind: ``value`` is its row of the feed, with this country's amounts."""

    offer_id: str
    value: Mapping[str, Any]

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The items that it names, of all parts."""
        scopes = [self.value["scope"], *(part["scope"] for part in self.value["effect"].get("parts", ()))]
        return tuple(item_id for scope in scopes for item_id in scope.get("item_ids", ()))


@dataclass(frozen=True, slots=True)
class SampleOperator:
    """A member of staff. Badge and PIN are for demonstrations only."""

    operator_id: str
    names: Names
    role: Literal["attendant", "supervisor"]
    badge: str
    pin: str


@dataclass(frozen=True, slots=True)
class SampleBusinessUnit:
    """A store or warehouse. ``location`` is the name its stock rows bear."""

    business_unit_id: str
    location: str
    kind: Literal["store", "warehouse"]
    names: Names
    address: Names
    tax_number: str


@dataclass(frozen=True, slots=True)
class SampleTender:
    """A way to pay; ``terms`` are plain values under the names of ``TenderType``'s fields."""

    tender_id: str
    kind: Literal["card", "cash", "qr", "voucher", "stored_value", "paper_voucher"]
    names: Names
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleGiftCard:
    """A gift card: its whole number, what is on it in minor units (0: the buyer chooses), whether it serves already."""

    number: str
    amount: int
    active: bool


@dataclass(frozen=True, slots=True)
class SampleDepartment:
    """A department with its colour (``#rrggbb``) and its tile."""

    department: str
    names: Names
    colour: str
    picture: str


@dataclass(frozen=True, slots=True)
class SampleShop:
    """Everything about the sample retailer in one country. ``business_units[0]`` is the store with the kiosk.

    ``points`` is the loyalty programme as plain values under the names of its fields, ``restrictions`` are the shop's
    own rows of what must hold before a sale, likewise; ``stored_value`` what gift cards and store credit there are.
    """

    country: Country
    currency: str
    time_zone: str
    languages: tuple[str, ...]
    prices_include_tax: bool
    tax_rounding: Literal["line", "document"]
    cash_rounding_step_minor: int
    receipt_rule: Literal["always", "choice"]
    legal_series: str
    tax_number_label: str
    business_units: tuple[SampleBusinessUnit, ...]
    tenders: tuple[SampleTender, ...]
    tax_classes: tuple[SampleTaxClass, ...]
    departments: tuple[SampleDepartment, ...]
    items: tuple[SampleItem, ...]
    stock: tuple[SampleStock, ...]
    offers: tuple[SampleOffer, ...]
    promotions: tuple[SamplePromotion, ...]
    members: tuple[SampleMember, ...]
    operators: tuple[SampleOperator, ...]
    points: Mapping[str, Any]
    restrictions: Mapping[str, Any]
    stored_value: Mapping[str, Any]
    gift_cards: tuple[SampleGiftCard, ...]
    points_offers: tuple[SamplePointsOffer, ...]


def load_shop(country: Country) -> SampleShop:
    """The sample shop of ``country``, items without a price there left out. Raises ``KeyError`` for another country."""
    settings = _toml("stores.toml")["country"][country]
    items = tuple(_items(country))
    sold = {item.item_id for item in items}
    return SampleShop(
        country=country,
        currency=settings["currency"],
        time_zone=settings["time_zone"],
        languages=tuple(settings["languages"]),
        prices_include_tax=settings["prices_include_tax"],
        tax_rounding=settings["tax_rounding"],
        cash_rounding_step_minor=settings["cash_rounding_step_minor"],
        receipt_rule=settings["receipt_rule"],
        legal_series=settings["legal_series"],
        tax_number_label=settings["tax_number_label"],
        business_units=tuple(
            SampleBusinessUnit(
                u["id"],
                u["location"],
                u["kind"],
                u["names"],
                u["address"],
                u["tax_number"],
            )
            for u in settings["business_unit"]
        ),
        tenders=tuple(_tender(t) for t in settings["tender"]),
        tax_classes=tuple(
            SampleTaxClass(
                c["tax_class"],
                c["names"],
                tuple((since, points) for since, points in c["rates"]),
                c.get("of_gross", False),
            )
            for c in _toml(f"tax_{country}.toml")["class"]
        ),
        departments=tuple(_departments()),
        items=items,
        stock=tuple(
            SampleStock(r["item_id"], r["location"], int(r["on_hand"]))
            for r in _csv("stock.csv")
            if r["item_id"] in sold
        ),
        offers=tuple(
            SampleOffer(o["offer_id"], tuple(o["item_ids"]), o["names"], o["buy"], o["pay"])
            for o in _jsonl(_SHOP / "offers.jsonl")
        ),
        promotions=tuple(SamplePromotion(p["offer_id"], _here(p, country)) for p in _jsonl(_SHOP / "promotions.jsonl")),
        members=tuple(_members(country)),
        operators=tuple(
            SampleOperator(o["operator_id"], o["name"], o["role"], o["badge"], o["pin"])
            for o in _jsonl(_SHOP / "operators.jsonl")
        ),
        points=settings["points"],
        stored_value=settings["stored_value"],
        gift_cards=tuple(
            SampleGiftCard(c["number"], c["amount"], c.get("active", False)) for c in settings["gift_card"]
        ),
        restrictions=settings["restrictions"],
        points_offers=tuple(
            SamplePointsOffer(o["id"], o["names"], tuple(o["tiers"]), tuple(o["departments"]), o["times"])
            for o in settings["points_offer"]
        ),
    )


def _tender(told: Mapping[str, Any]) -> SampleTender:
    terms = {name: value for name, value in told.items() if name not in ("id", "kind", "names")}
    return SampleTender(told["id"], told["kind"], told["names"], terms)


def picture_path(picture: str) -> Path:
    """The file of an item's or a department's picture (square JPEG or PNG)."""
    return _HERE / "pictures" / picture


def load_baskets(
    path: Path = _HERE / "baskets.txt",
) -> tuple[tuple[tuple[str, int | None], ...], ...]:
    """Baskets as tuples of (item id, grams): grams for weighed items, else ``None``."""
    baskets = []
    for line in path.read_text("utf-8").splitlines():
        parts = [word.partition("@") for word in line.split()]
        baskets.append(tuple((item_id, int(grams) if grams else None) for item_id, _, grams in parts))
    return tuple(baskets)


def groceries_map() -> Mapping[int, str]:
    """Our item id for each item index (0 to 168) of the published Groceries baskets, so that they can be replayed."""
    with (_HERE / "groceries_map.csv").open(encoding="utf-8", newline="") as handle:
        return {int(row["item"]): row["item_id"] for row in csv.DictReader(handle)}


def _items(country: Country) -> Iterator[SampleItem]:
    """Everything sold in the country, in Brazil with an NCM: the item's own, its noun's, or its department's."""
    if country != "br":
        for _, item in _sold(country):
            yield item
        return
    known = {(row["of"], row["name"]): row["ncm"] for row in _csv("ncm_br.csv")}
    for noun, item in _sold(country):
        names = (("item", item.item_id), ("noun", noun), ("department", item.department))
        yield replace(item, attributes={"ncm": next(known[name] for name in names if name in known)})


def _sold(country: Country) -> Iterator[tuple[str, SampleItem]]:
    """Each item with its noun, where it has one."""
    prices = {row["item_id"]: row for row in _csv(f"prices_{country}.csv")}
    nouns = {row["noun"]: row for row in _jsonl(_SHOP / "nouns.jsonl")}
    for row in _jsonl(_HERE / "openfoodfacts" / "products.jsonl"):
        if row["item_id"] in prices:
            yield row["noun"], _packaged(row, nouns[row["noun"]], prices[row["item_id"]], country)
    for row in _jsonl(_SHOP / "produce.jsonl"):
        yield "", _own(row, "produce", prices[row["item_id"]], "exempt")
    for row in _jsonl(_SHOP / "own.jsonl"):
        if row["item_id"] in prices:
            yield "", _own(row, row["department"], prices[row["item_id"]], row["tax"][country])


def _packaged(
    row: Mapping[str, Any],
    noun: Mapping[str, Any],
    price: Mapping[str, str],
    country: Country,
) -> SampleItem:
    mrp = price.get("mrp_minor")
    return SampleItem(
        item_id=row["item_id"],
        names=row["names"],
        name_marks=row["name_marks"],
        department=noun["department"],
        tax_class=noun["tax"][country],
        price_minor=int(price["price_minor"]),
        unit="each",
        gtin=row["gtin"],
        plu=None,
        mrp_minor=int(mrp) if mrp else None,
        tare_grams=0,
        expected_grams=row["expected_grams"],
        spread_grams=row["spread_grams"],
        picture=f"pack-{noun['pack']}-{noun['department']}.png",
        aliases=(),
        minimum_age=noun["minimum_age"],
        needs_staff=False,
        discountable=noun["discountable"],
        earns_points=noun["discountable"],
        food_voucher=noun["food_voucher"],
        returnable=True,
        kind=noun.get("kind", ""),
    )


def _own(row: Mapping[str, Any], department: str, price: Mapping[str, str], tax_class: str) -> SampleItem:
    return SampleItem(
        item_id=row["item_id"],
        names=row["names"],
        name_marks=row["name_marks"],
        department=department,
        tax_class=tax_class,
        price_minor=int(price["price_minor"]),
        unit=row["unit"],
        gtin=None,
        plu=row["plu"],
        mrp_minor=None,
        tare_grams=row["tare_grams"],
        expected_grams=row.get("expected_grams"),
        spread_grams=row.get("spread_grams"),
        picture=row.get("picture", f"department-{department}.png"),
        aliases=tuple(row["aliases"]),
        minimum_age=row.get("minimum_age", 0),
        needs_staff=row.get("needs_staff", False),
        discountable=row.get("discountable", True),
        earns_points=row.get("earns_points", True),
        food_voucher=row.get("food_voucher", True),
        returnable=row.get("returnable", False),
        kind=row.get("kind", ""),
        rules=tuple(row.get("rules", ())),
    )


def _members(country: Country) -> Iterator[SampleMember]:
    for row in _jsonl(_SHOP / "members.jsonl"):
        language = row["language"]
        yield SampleMember(
            row["member_id"],
            row["card_number"],
            row["phone"][country],
            row["tier"],
            row["first_name"][language],
            language,
            row["story"],
        )


def _here(told: Any, country: Country) -> Any:  # noqa: ANN401 - a JSON value
    """A JSON value in which what is told per country is that of one."""
    if isinstance(told, dict):
        if told.keys() == {"bd", "br"}:
            return told[country]
        return {key: _here(value, country) for key, value in told.items()}
    return [_here(value, country) for value in told] if isinstance(told, list) else told


def _departments() -> Iterator[SampleDepartment]:
    for row in _jsonl(_SHOP / "departments.jsonl"):
        name = row["department"]
        yield SampleDepartment(name, row["names"], row["colour"], f"department-{name}.png")


def _jsonl(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as handle:
        yield from (json.loads(line) for line in handle if line.strip())


def _csv(name: str) -> list[dict[str, str]]:
    with (_SHOP / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _toml(name: str) -> dict[str, Any]:
    with (_SHOP / name).open("rb") as handle:
        return tomllib.load(handle)
