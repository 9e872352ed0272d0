"""Sample sales: days of made-up but plausible trade, so that no chart of a new head office is empty.

The same day always has the same sales: they follow from shop, day and lane alone. Each is marked ``sample``, bears no
journal position and a series of its own (0), and so never counts in a reconciliation.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.retail.money import Money, round_half_up
from kiosk.retail.tax import Taxable, TaxClass, TaxRate, tax_of

if TYPE_CHECKING:
    from samples.catalogue import SampleItem, SampleShop

__all__ = ["Baskets", "Row", "SampleDay", "sales_of_day"]

_LANES = 2
_BASE = 26
"""Sales of an average lane on an average day."""
_BY_HOUR = (0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 7, 8, 7, 5, 4, 5, 8, 12, 14, 12, 8, 3, 0, 0)
_BY_WEEKDAY = {"bd": (85, 85, 90, 115, 135, 105, 95), "br": (85, 85, 90, 95, 115, 140, 110)}
"""Per cent of an average day, Monday first: Thursday and Friday in Dhaka, Friday and Saturday in Sao Paulo."""
_SHARES = {"card": 45, "qr": 30, "cash": 20, "voucher": 5}
Row = dict[str, Any]
Baskets = Sequence[Sequence[tuple[str, int | None]]]


@dataclass(frozen=True, slots=True)
class SampleDay:
    """Rows of the ledger, table by table."""

    sales: list[Row]
    lines: list[Row]
    tenders: list[Row]
    taxes: list[Row]
    interventions: list[Row]


@dataclass(frozen=True, slots=True)
class _Trade:
    """What the sales of a day are made of."""

    shop: SampleShop
    items: Mapping[str, SampleItem]
    rates: Mapping[str, TaxRate]
    baskets: Baskets
    day: date


def sales_of_day(shop: SampleShop, baskets: Baskets, day: date, until_ms: int) -> SampleDay:
    """The sales of all lanes on ``day``, those before ``until_ms`` (UTC milliseconds)."""
    rates = {
        each.tax_class: TaxClass(each.tax_class, each.rates, of_gross=each.of_gross).on(day.isoformat())
        for each in shop.tax_classes
    }
    trade = _Trade(shop, {item.item_id: item for item in shop.items}, rates, baskets, day)
    told = SampleDay([], [], [], [], [])
    for unit in shop.business_units:
        if unit.kind == "store":
            for lane in range(1, _LANES + 1):
                for sale in _lane(trade, unit.business_unit_id, str(lane), until_ms):
                    _gather(told, sale)
    return told


def _lane(trade: _Trade, store: str, lane: str, until_ms: int) -> Iterator[SampleDay]:
    chance = random.Random(f"{trade.shop.country}/{store}/{lane}/{trade.day}")  # noqa: S311 - wants to be repeatable
    busy = _BY_WEEKDAY[trade.shop.country][trade.day.weekday()] * chance.randint(85, 115)
    growth = 100 + (trade.day.toordinal() % 365) // 12
    count = max(4, _BASE * busy * growth // 1_000_000)
    zone = ZoneInfo(trade.shop.time_zone)
    midnight = datetime(trade.day.year, trade.day.month, trade.day.day, tzinfo=zone)
    seconds = sorted(
        hour * 3600 + chance.randrange(3600) for hour in chance.choices(range(24), weights=_BY_HOUR, k=count)
    )
    for number, second in enumerate(seconds, start=1):
        uuid = str(UUID(int=chance.getrandbits(128), version=4))
        when = int((midnight + timedelta(seconds=second)).astimezone(UTC).timestamp()) * 1000
        sale = _sale(trade, chance, (store, lane, number, uuid, when))
        if sale is not None and when < until_ms:
            yield sale


def _gather(told: SampleDay, sale: SampleDay) -> None:
    told.sales.extend(sale.sales)
    told.lines.extend(sale.lines)
    told.tenders.extend(sale.tenders)
    told.taxes.extend(sale.taxes)
    told.interventions.extend(sale.interventions)


def _sale(trade: _Trade, chance: random.Random, named: tuple[str, str, int, str, int]) -> SampleDay | None:
    store, lane, number, uuid, when = named
    basket = [(trade.items[name], grams) for name, grams in chance.choice(trade.baskets) if name in trade.items]
    if not basket:
        return None
    lines = [_line(trade, chance, uuid, index, *each) for index, each in enumerate(basket[:20], start=1)]
    currency = trade.shop.currency
    priced = [
        Taxable(trade.rates[item.tax_class], Money(line["net"], currency))
        for (item, _), line in zip(basket, lines, strict=False)
    ]
    included, rounding = trade.shop.prices_include_tax, trade.shop.tax_rounding
    tax = tax_of(priced, currency=currency, included=included, rounding=rounding)
    ways = [each for each in trade.shop.tenders if each.kind in _SHARES]
    tender = chance.choices(ways, weights=[_SHARES[each.kind] for each in ways])[0]
    member = chance.choice(trade.shop.members).member_id if chance.randrange(100) < 35 else ""  # noqa: PLR2004 - per cent
    header = {
        "uuid": uuid,
        "store": store,
        "workstation": lane,
        "business_day": trade.day.isoformat(),
        "series": 0,
        "number": trade.day.toordinal() * 1000 + number,
        "kiosk": "",
        "epoch": 0,
        "sequence": 0,
        "utc_ms": when,
        "language": trade.shop.languages[0],
        "currency": currency,
        "book_version": 0,
        "prices_include_tax": included,
        "subtotal": sum(line["extended"] for line in lines),
        "discount": 0,
        "tax": tax.tax.minor,
        "total": tax.total.minor,
        "units": sum(line["quantity"] for line in lines),
        "member_id": member,
        "buyer_kind": "",
        "buyer_number": "",
        "legal_series": "",
        "legal_number": None,
        "clock_trusted": True,
        "sample": True,
    }
    paid = {"uuid": uuid, "tender": "t1", "tender_id": tender.tender_id, "kind": tender.kind, "amount": tax.total.minor}
    taxes = [
        {
            "uuid": uuid,
            "tax_class": row.rate.tax_class,
            "basis_points": row.rate.basis_points,
            "net": row.net.minor,
            "tax": row.tax.minor,
        }
        for row in tax.rows
    ]
    return SampleDay([header], lines, [paid], taxes, _intervention(chance, basket, store, lane, uuid, when))


def _line(trade: _Trade, chance: random.Random, uuid: str, index: int, item: SampleItem, grams: int | None) -> Row:
    quantity = 1
    if item.unit == "kg":
        grams = grams or 500
        extended = round_half_up(Fraction(item.price_minor * grams, 1000))
    else:
        quantity = chance.choices((1, 2, 3), weights=(80, 15, 5))[0]
        extended = item.price_minor * quantity
    rate = trade.rates[item.tax_class]
    weighed = item.unit == "kg"
    return {
        "uuid": uuid,
        "line": index,
        "item_id": item.item_id,
        "names": item.names,
        "unit": item.unit,
        "quantity": quantity,
        "weight_value": grams if weighed else None,
        "weight_exponent": -3 if weighed else None,
        "weight_unit": "kg" if weighed else None,
        "unit_price": item.price_minor,
        "extended": extended,
        "discount": 0,
        "net": extended,
        "tax_class": item.tax_class,
        "basis_points": rate.basis_points,
        "entry": "weighed" if weighed else "scanned",
        "gtin": item.gtin,
        "plu": item.plu,
        "modifiers": [],
    }


def _intervention(
    chance: random.Random, basket: Sequence[tuple[SampleItem, int | None]], store: str, lane: str, uuid: str, when: int
) -> list[Row]:
    age = max(item.minimum_age for item, _ in basket)
    if not age and chance.randrange(100) >= 4:  # noqa: PLR2004 - per cent
        return []
    row = {
        "kiosk": f"{store}/{lane}",
        "intervention": uuid,
        "kind": "age" if age else "help",
        "blocks": "payment" if age else "nothing",
        "utc_ms": when - 30_000,
        "line": None,
        "minimum_age": age,
        "outcome": "approved" if age else "withdrawn",
        "by": "op-demo-1" if age else "shopper",
        "sample": True,
    }
    return [row]
