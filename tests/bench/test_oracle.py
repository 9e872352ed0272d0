"""The oracle, by cases worked out by hand; and then against the product's own engine, basket by basket."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from bench.baskets import SHIPPED, read_baskets
from bench.oracle import Expected, Oracle, Picked
from kiosk.retail.money import Money
from kiosk.retail.offer import NForM, Occasion, Offer, Scope
from kiosk.retail.pricing import counted, totals
from kiosk.retail.promotion import settle
from kiosk.retail.tax import TaxRate
from kiosk.retail.transaction import LineItem
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight
from kiosk.store.offers import decode_offer
from samples.catalogue import Country, SamplePromotion, SampleShop
from tests.bench.shop import item, offer, sample_shop, shop
from tests.retail.builders import Shelf

TEA, OIL, SOAP = item("tea", 60_000), item("oil", 19_999), item("soap", 4_550)
BANANA = item("banana", 12_000, unit="kg", tare_grams=10)


def _expected(*baskets: Picked, offers: tuple[str, int, int] | None = None) -> Expected:
    given = [offer("deal", *offers)] if offers else []
    return Oracle(shop(TEA, OIL, SOAP, BANANA, *given), offers=True).expected(baskets)


def _pieces(item_id: str, count: int) -> list[Picked]:
    return [Picked(item_id)] * count


def test_pieces_are_added_up_and_lines_counted_by_item() -> None:
    basket = [*_pieces("tea", 2), *_pieces("oil", 1), *_pieces("tea", 1)]

    assert _expected(*basket) == Expected(Decimal("1999.99"), Decimal(0), 2)


def test_an_empty_basket_comes_to_nothing() -> None:
    assert _expected() == Expected(Decimal(0), Decimal(0), 0)


def test_a_weight_is_priced_without_its_tare_and_each_weighing_is_a_line() -> None:
    assert _expected(Picked("banana", 1260), Picked("banana", 510)) == Expected(Decimal("210.00"), Decimal(0), 2)


def test_half_a_unit_is_rounded_up_for_each_weighing_on_its_own() -> None:
    by_the_kilo = item("rice", 100, unit="kg")
    oracle = Oracle(shop(by_the_kilo), offers=True)

    assert oracle.expected([Picked("rice", 124)]).total == Decimal("0.12")
    assert oracle.expected([Picked("rice", 125)]).total == Decimal("0.13")
    assert oracle.expected([Picked("rice", 125), Picked("rice", 125)]).total == Decimal("0.26")


@pytest.mark.parametrize(("count", "saved"), [(2, "0"), (3, "600"), (5, "600"), (6, "1200"), (7, "1200")])
def test_of_every_three_one_is_free(count: int, saved: str) -> None:
    found = _expected(*_pieces("tea", count), offers=("tea", 3, 2))

    assert found.saved == Decimal(saved)
    assert found.total == 600 * count - Decimal(saved)
    assert found.lines == 1


def test_the_cheapest_of_each_group_is_free_the_dearest_being_grouped_first() -> None:
    basket = [*_pieces("soap", 2), *_pieces("tea", 2), *_pieces("oil", 2)]

    assert _expected(*basket, offers=("tea oil soap", 3, 2)).saved == Decimal("199.99") + Decimal("45.50")


def test_a_weighed_item_serves_no_offer() -> None:
    assert _expected(Picked("banana", 510), Picked("banana", 510), offers=("banana", 2, 1)).saved == 0


def test_an_item_kept_from_offers_serves_none() -> None:
    formula = item("formula", 90_000, discountable=False)
    oracle = Oracle(shop(formula, TEA, offer("pair", "formula tea", 2, 1)), offers=True)

    assert oracle.expected([*_pieces("formula", 2), *_pieces("tea", 1)]).saved == 0


def test_offers_may_be_left_out() -> None:
    oracle = Oracle(shop(TEA, offer("pair", "tea", 2, 1)), offers=False)

    assert oracle.expected(_pieces("tea", 2)).total == 1200


def test_offers_that_compete_for_an_item_are_refused() -> None:
    competing = shop(TEA, OIL, offer("a", "tea oil", 3, 2), offer("b", "tea", 2, 1))

    with pytest.raises(ValueError, match="two offers compete"):
        Oracle(competing, offers=True)


JAMS = {"kind": "n_for_price", "n": 2, "minor": 100_000}
TRAY = {"kind": "set_for_price", "parts": [{"scope": {"item_ids": ["tea"]}}, {"scope": {"item_ids": ["oil", "soap"]}}]}


def _promotion(effect: dict[str, object], items: str = "", **more: object) -> SamplePromotion:
    scope = {"item_ids": items.split()}
    return SamplePromotion("p", {"offer_id": "p", "names": {}, "scope": scope, "effect": effect, **more})


def test_so_many_for_a_price_are_the_dearest_together_while_that_saves() -> None:
    goods = shop(TEA, OIL, SOAP, _promotion(JAMS, "tea oil"))
    oracle = Oracle(goods, offers=True)

    assert oracle.expected(_pieces("tea", 4)).saved == 400
    mixed = (*_pieces("tea", 3), *_pieces("oil", 1))
    assert oracle.expected(mixed).total * 100 == _by_the_product(goods, mixed)


def test_a_set_is_one_of_each_part_for_a_price() -> None:
    oracle = Oracle(shop(TEA, OIL, SOAP, _promotion({**TRAY, "minor": 60_000})), offers=True)

    assert oracle.expected(_pieces("tea", 2)).saved == 0
    assert oracle.expected([*_pieces("tea", 1), *_pieces("oil", 1)]).saved > 0


def test_what_only_members_or_dated_packs_get_is_nobody_s_here() -> None:
    members = _promotion({"kind": "amount_off", "minor": 100}, tiers=["gold"])
    dated = _promotion({"kind": "percent_off_each", "basis_points": 100})
    dated.value["scope"]["expires_within_days"] = 2

    assert Oracle(shop(TEA, members, dated), offers=True).expected(_pieces("tea", 1)).saved == 0
    with pytest.raises(ValueError, match="not worked out"):
        Oracle(shop(TEA, _promotion({"kind": "amount_off"}, "tea")), offers=True).expected(_pieces("tea", 1))


def _by_the_product(goods: SampleShop, basket: tuple[Picked, ...]) -> int:
    """The basket's total in minor units, by the engine of the product: lines, offers, totals."""
    items = {row.item_id: row for row in goods.items}
    offers = [Offer(o.offer_id, Scope(o.item_ids), NForM(o.buy, o.pay), o.names) for o in goods.offers]
    offers += [decode_offer(json.dumps(promotion.value).encode()) for promotion in goods.promotions]
    amounts: dict[tuple[str, int | None, int], int] = {}
    for place, picked in enumerate(basket):
        key = (picked.item_id, picked.grams, 0 if picked.grams is None else place)
        amounts[key] = amounts.get(key, 0) + 1
    lines = []
    for number, ((item_id, grams, _), quantity) in enumerate(amounts.items(), 1):
        sold = items[item_id]
        price = Money(sold.price_minor, goods.currency)
        net = Weight(grams, -3, "kg").less_tare(Weight(sold.tare_grams, -3, "kg")) if grams is not None else None
        lines.append(
            LineItem(
                line=number,
                item_id=item_id,
                names=sold.names,
                unit=sold.unit,
                quantity=quantity,
                unit_price=price,
                extended=counted(price, quantity) if net is None else extended(price, "kg", net),
                tax_rate=TaxRate("standard", 1500),
                entry="scanned" if net is None else "weighed",
                weight=net,
                discountable=sold.discountable,
            )
        )
    given = settle(lines, Shelf(offers), Occasion("2026-11-22")).lines
    with_offers = [replace(line, modifiers=given.get(line.line, ())) for line in lines]
    return totals(with_offers, currency=goods.currency, included=True, rounding="line").total.minor


@pytest.mark.parametrize("country", get_args(Country))
def test_the_oracle_and_the_product_agree_on_500_shipped_baskets(country: Country) -> None:
    goods = sample_shop(country)
    oracle = Oracle(goods, offers=True)
    baskets = list(read_baskets(SHIPPED, oracle, most=500))

    for basket in baskets:
        assert oracle.expected(basket).total == Decimal(_by_the_product(goods, basket)) / 100, basket

    assert len(baskets) == 500


@pytest.mark.parametrize("country", get_args(Country))
def test_the_oracle_and_the_product_agree_where_offers_are_full(country: Country) -> None:
    """The shipped baskets hardly ever fill an offer; these do, most of them."""
    goods = sample_shop(country)
    oracle = Oracle(goods, offers=True)
    chance = random.Random(1)
    named = [one.item_ids for one in goods.offers] + [one.item_ids for one in goods.promotions if one.item_ids]
    saving = 0

    for _ in range(500):
        wanted = chance.choice(named)
        basket = tuple(Picked(chance.choice(wanted)) for _ in range(chance.randint(1, 12)))
        expected = oracle.expected(basket)
        saving += expected.saved > 0
        assert expected.total == Decimal(_by_the_product(goods, basket)) / 100, basket

    assert saving > 250
