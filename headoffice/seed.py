"""``python -m headoffice.seed --country bd``: a head office with the sample shop in it.

Items, prices, offers, tax, policy, members, operators and stock go into the feed, ninety days of sample sales into the
ledger. Safe to repeat: what is there stays as it is (a price changed since, stock sold since), what is missing is
added, and the sample sales are carried on to today. Needs the ``samples`` folder of a source checkout.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.account_tables import Setting
from headoffice.admin import DEFAULT_DATABASE
from headoffice.base import Base, add_rows
from headoffice.database import Database, DatabaseRefusedError, open_database
from headoffice.feed import Change, append, change_of
from headoffice.feed_tables import FeedCurrent
from headoffice.insight import Home
from headoffice.keyed import keep_shop_key, keyed_hash, pin_hash, shop_key
from headoffice.ledger.tables import BusinessUnit, Intervention, SaleLine, SaleTax, SaleTender, StockLevel, Transaction
from headoffice.points.books import PointsBooks, expires_on
from headoffice.sample_sales import Baskets, Row, SampleDay, sales_of_day
from headoffice.stock import stock_changes
from headoffice.stored_value import cards
from kiosk.retail.book import Member
from kiosk.retail.item import Item, ItemFlags, Restriction
from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.offer import Earn, NForM, Offer, Scope
from kiosk.retail.points import Programme
from kiosk.retail.policy import TenderType
from kiosk.retail.stored_value import StoredValueRules
from kiosk.retail.tax import TaxClass

if TYPE_CHECKING:
    from samples.catalogue import SampleItem, SampleShop

__all__ = ["SeedRefusedError", "item_row", "main", "seed"]

DAYS = 90
_OPENING = 150
_COUNTRY = "seeded_country"
_GIFT_CARD = "gift-card"
_BY = "seed"
_MEMBER_PREFIX, _BADGE_PREFIX = "2990", "2980"
"""How the sample shop's loyalty cards and staff badges begin (docs/understand/sample-shop.md)."""


class SeedRefusedError(Exception):
    """This database cannot take this sample; the message says why."""


def seed(
    database: Database,
    shop: SampleShop,
    baskets: Baskets,
    *,
    now_ms: int,
    days: int = DAYS,
    key: bytes | None = None,
) -> int:
    """Put the sample shop in, its sales made of ``baskets``; gives the feed's newest version.

    Raises ``SeedRefusedError``.
    """
    with database.write() as session:
        _claim(session, shop, key)
        _locations(session, shop)
        _stock(session, shop)
        session.flush()
        known = {tuple(row) for row in session.execute(select(FeedCurrent.kind, FeedCurrent.key))}
        _opening(session, shop, now_ms)
        _gift_cards(session, shop, now_ms)
        missing = [each for each in _changes(session, shop, now_ms) if (each.kind, each.key) not in known]
        version = append(session, missing, by=_BY, utc_ms=now_ms)
    _sales(database, shop, baskets, now_ms, days)
    return version


def _claim(session: Session, shop: SampleShop, key: bytes | None) -> None:
    row = session.get(Setting, _COUNTRY)
    if row is not None and row.value != shop.country:
        message = f"this database holds the sample shop of {row.value!r}; give another --database for {shop.country!r}"
        raise SeedRefusedError(message)
    if row is None:
        session.add(Setting(name=_COUNTRY, value=shop.country))
    if key is not None:
        try:
            keep_shop_key(session, key)
        except ValueError as error:
            raise SeedRefusedError(str(error)) from error
    shop_key(session)
    session.flush()


def _locations(session: Session, shop: SampleShop) -> None:
    for unit in shop.business_units:
        if session.get(BusinessUnit, unit.business_unit_id) is None:
            session.add(
                BusinessUnit(
                    store=unit.business_unit_id,
                    location=unit.location,
                    names=dict(unit.names),
                    country=shop.country.upper(),
                    currency=shop.currency,
                    time_zone=shop.time_zone,
                    sells=unit.kind == "store",
                )
            )


def _stock(session: Session, shop: SampleShop) -> None:
    units = {item.item_id: "g" if item.unit == "kg" else "each" for item in shop.items}
    known = {tuple(row) for row in session.execute(select(StockLevel.item_id, StockLevel.location))}
    rows = [
        {
            "item_id": row.item_id,
            "location": row.location,
            "unit": units[row.item_id],
            "on_hand": row.on_hand,
            "stirred": False,
        }
        for row in shop.stock
        if (row.item_id, row.location) not in known
    ]
    add_rows(session, StockLevel, rows)


# --- the feed ---------------------------------------------------------------------------------------------------------


def _changes(session: Session, shop: SampleShop, now_ms: int) -> Iterator[Change]:
    key = shop_key(session)
    yield change_of("policy", "policy", _policy(shop))
    for tax in shop.tax_classes:
        yield change_of("tax_class", tax.tax_class, TaxClass(tax.tax_class, tax.rates, of_gross=tax.of_gross))
    for each in shop.departments:
        department = {"department": each.department, "names": dict(each.names), "picture": each.picture}
        yield change_of("department", each.department, department)
    for item in shop.items:
        yield change_of("item", item.item_id, item_row(item, shop.currency))
    yield change_of("item", _GIFT_CARD, _gift_card(shop))
    for offer in shop.offers:
        value = Offer(offer.offer_id, Scope(offer.item_ids), NForM(offer.buy, offer.pay), dict(offer.names))
        yield change_of("offer", offer.offer_id, value)
    for more in shop.points_offers:
        scope, effect = Scope(departments=more.departments), Earn(times=more.times)
        yield change_of("offer", more.offer_id, Offer(more.offer_id, scope, effect, dict(more.names), tiers=more.tiers))
    for promotion in shop.promotions:
        yield change_of("offer", promotion.offer_id, dict(promotion.value))
    for member in shop.members:
        points = PointsBooks(session).member(member.member_id).balance
        row = Member(member.member_id, member.tier, points=points, points_utc_ms=now_ms)
        yield change_of("member", keyed_hash(key, "card", member.card_number), row)
        yield change_of("member", keyed_hash(key, "phone", member.phone), row)
    yield from _operators(shop, key)
    yield from stock_changes(session, session.scalars(select(StockLevel)).all())


def _gift_card(shop: SampleShop) -> Item:
    """What a gift card is sold as: each at what is put on it, outside VAT until it is spent."""
    names = {tender.kind: dict(tender.names) for tender in shop.tenders}["stored_value"]
    return Item(
        item_id=_GIFT_CARD,
        names=names,
        department="service",
        tax_class="exempt",
        price=Money(0, shop.currency),
        flags=ItemFlags(discountable=False, earns_points=False),
        kind="gift_card",
    )


def _gift_cards(session: Session, shop: SampleShop, now_ms: int) -> None:
    """Cards on the rack and cards with something on them; each once."""
    rules = msgspec.convert(shop.stored_value, StoredValueRules)
    day = Home(shop.country.upper(), shop.currency, shop.time_zone).today(now_ms).isoformat()
    scale = 10 ** MINOR_DIGITS[shop.currency]
    rows = (
        f"{card.number},{Decimal(card.amount) / scale},{shop.currency},,{'active' if card.active else 'inactive'}"
        for card in shop.gift_cards
    )
    looked = cards.look_through(session, rules, shop.currency, "\n".join(rows))
    cards.take(session, looked, batch=_BY, day=day, by=_BY, utc_ms=now_ms)


def _opening(session: Session, shop: SampleShop, now_ms: int) -> None:
    """What members bring from before: points, and a spend by which they have their tiers."""
    day = Home(shop.country.upper(), shop.currency, shop.time_zone).today(now_ms).isoformat()
    programme = msgspec.convert(shop.points, Programme)
    spends = {tier: at for at, tier in programme.tiers.steps} if programme.tiers is not None else {}
    told_before = select(FeedCurrent.key).where(FeedCurrent.kind == "member").limit(1)
    stirred = session.scalar(told_before) is not None  # rows of an older seeding tell no points yet
    books = PointsBooks(session)
    for number, member in enumerate(shop.members):
        fresh = books.book(
            f"opening:{member.member_id}",
            "adjust",
            member.member_id,
            _OPENING + number * 37 % 900,
            business_day=day,
            utc_ms=now_ms,
            spend=spends.get(member.tier, 0),
            expires_day=expires_on(programme, day),
            by=_BY,
            reason="opening balance",
        )
        if fresh:
            row = books.member(member.member_id)
            row.tier, row.tier_day, row.stirred = member.tier, day, stirred
    session.flush()


def _operators(shop: SampleShop, key: bytes) -> Iterator[Change]:
    for operator in shop.operators:
        salt, hashed = pin_hash(key, operator.operator_id, operator.pin)
        value = {
            "operator_id": operator.operator_id,
            "name": operator.names[shop.languages[0]],
            "role": operator.role,
            "badge_hash": keyed_hash(key, "badge", operator.badge),
            "pin_salt": salt,
            "pin_hash": hashed,
        }
        yield change_of("operator", operator.operator_id, value)


def _policy(shop: SampleShop) -> dict[str, object]:
    """The retailer's own word on how it trades; what is not said here is the country pack's."""
    unit = shop.business_units[0]
    return {
        "country": shop.country.upper(),
        "currency": shop.currency,
        "store_name": unit.names,
        "store_address": unit.address,
        "tax_number": unit.tax_number,
        "tax_number_label": shop.tax_number_label,
        "languages": shop.languages,
        "tenders": [
            msgspec.convert(
                {"tender_id": each.tender_id, "kind": each.kind, "names": dict(each.names), **each.terms}, TenderType
            )
            for each in shop.tenders
        ],
        "stored_value": shop.stored_value,
        "prices_include_tax": shop.prices_include_tax,
        "tax_rounding": shop.tax_rounding,
        "cash_rounding": {"step_minor": shop.cash_rounding_step_minor},
        "receipt_rule": shop.receipt_rule,
        "legal_series": shop.legal_series,
        "member_prefix": _MEMBER_PREFIX,
        "badge_prefix": _BADGE_PREFIX,
        "coupons": {"prefixes": [each.value["coupon"] for each in shop.promotions if each.value.get("coupon")]},
        "points": shop.points,
        "restrictions": {"own": shop.restrictions},
    }


def item_row(item: SampleItem, currency: str) -> Item:
    """A sample item as the price book has it."""
    return Item(
        item_id=item.item_id,
        names=dict(item.names),
        department=item.department,
        tax_class=item.tax_class,
        price=Money(item.price_minor, currency),
        unit=item.unit,
        gtin=item.gtin,
        plu=item.plu,
        mrp=None if item.mrp_minor is None else Money(item.mrp_minor, currency),
        tare_grams=item.tare_grams,
        expected_grams=item.expected_grams,
        spread_grams=item.spread_grams,
        picture=item.picture,
        aliases=item.aliases,
        restriction=Restriction(item.minimum_age, item.needs_staff, item.rules),
        flags=ItemFlags(
            discountable=item.discountable,
            earns_points=item.earns_points,
            food_voucher=item.food_voucher,
            returnable=item.returnable,
        ),
        kind=item.kind,
        attributes=dict(item.attributes),
    )


# --- the sample sales -------------------------------------------------------------------------------------------------


def _sales(database: Database, shop: SampleShop, baskets: Baskets, now_ms: int, days: int) -> None:
    today = Home(shop.country.upper(), shop.currency, shop.time_zone).today(now_ms)
    with database.write() as session:
        whole = set(session.scalars(select(Transaction.business_day).where(Transaction.sample).distinct()))
        for back in range(days - 1, -1, -1):
            day = today - timedelta(days=back)
            if back > 1 and day.isoformat() in whole:
                continue
            _keep(session, sales_of_day(shop, baskets, day, now_ms), day.isoformat())


def _keep(session: Session, told: SampleDay, day: str) -> None:
    """Add the day's sales that are not there yet: yesterday and today may have been cut short when last seeded."""
    known = set(session.scalars(select(Transaction.uuid).where(Transaction.business_day == day, Transaction.sample)))
    tables: tuple[tuple[type[Base], list[Row], str], ...] = (
        (Transaction, told.sales, "uuid"),
        (SaleLine, told.lines, "uuid"),
        (SaleTender, told.tenders, "uuid"),
        (SaleTax, told.taxes, "uuid"),
        (Intervention, told.interventions, "intervention"),
    )
    for table, rows, name in tables:
        fresh = [row for row in rows if row[name] not in known]
        add_rows(session, table, fresh)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when done, 2 when something is wrong that the message names."""
    parser = argparse.ArgumentParser(
        prog="python -m headoffice.seed", description="Fill head office with the sample shop."
    )
    parser.add_argument("--country", choices=("bd", "br"), default="bd")
    parser.add_argument("--database", default=DEFAULT_DATABASE, metavar="URL")
    parser.add_argument("--days", type=int, default=DAYS, help="days of sample sales (default %(default)s)")
    parser.add_argument("--shop-key-file", type=Path, help="file with the shop's key, 64 hex digits; made up otherwise")
    told = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        from samples.catalogue import load_baskets, load_shop  # noqa: PLC0415 - only a source checkout has them
    except ModuleNotFoundError:
        sys.stderr.write("headoffice: the sample shop is not installed; run this from a source checkout\n")
        return 2
    try:
        key = bytes.fromhex(told.shop_key_file.read_text("ascii").strip()) if told.shop_key_file else None
        database = open_database(told.database)
    except (DatabaseRefusedError, OSError, ValueError) as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    try:
        shop, now = load_shop(told.country), time.time_ns() // 1_000_000
        version = seed(database, shop, load_baskets(), now_ms=now, days=told.days, key=key)
    except SeedRefusedError as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    finally:
        database.close()
    sys.stdout.write(f"seeded: country={told.country} feed={version} seconds={time.monotonic() - begun:.1f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
