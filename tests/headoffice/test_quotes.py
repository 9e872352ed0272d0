"""A quote costs what the kiosk takes: the same basket through both, and what the interface says of bad ones."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from starlette.testclient import TestClient

from headoffice.asks import Answers
from headoffice.console import openapi
from headoffice.console.services import Services
from headoffice.coupons.keeper import CouponKeeper
from headoffice.database import Database
from headoffice.feed import change_of
from headoffice.feed_tables import FeedCurrent, MemberKey
from headoffice.quoting.teller import Asked, AskedLine, Teller
from headoffice.seed import seed
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody
from kiosk.retail.occasion import Used
from kiosk.retail.offer import Offer, PercentOffEach, Scope
from kiosk.retail.policy import Policy
from kiosk.settings import load, policy_of
from kiosk.store.book import SqliteBook
from kiosk.store.book_builder import BookBuilder
from messages.asks import CouponAsk, LoyaltyAsk
from samples.catalogue import SampleItem, load_baskets, load_shop
from tests.headoffice.pages import Enter
from tests.support.lane import AGREE, HandLane, open_lane
from tests.support.ledgers import new_database
from tests.support.shop import VERIFIED

BASKETS = 200
NOW = 1_794_000_000_000
SHOP = load_shop("bd")
PACKS = [one for one in SHOP.items if one.gtin and not one.minimum_age and not one.needs_staff and not one.rules]
LOOSE = [one for one in SHOP.items if one.unit == "kg" and not one.rules]
ON_OFFER = {item_id for offer in SHOP.offers for item_id in offer.item_ids}
ON_OFFER |= {item_id for promotion in SHOP.promotions for item_id in promotion.item_ids}
WANTED = [one for one in PACKS if one.item_id in ON_OFFER]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = new_database(tmp_path_factory.mktemp("quotes"))
    seed(database, SHOP, load_baskets(), now_ms=NOW, days=3, key=bytes(range(32)))
    yield database
    database.close()


@dataclass
class AsAtTheKiosk:
    """The kiosk's own book, its policy seen through the kiosk's own settings."""

    book: SqliteBook
    policy: Policy

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the book has
        return getattr(self.book, name)


@pytest.fixture(scope="module")
def kiosk(filled: Database, tmp_path_factory: pytest.TempPathFactory) -> AsAtTheKiosk:
    folder = tmp_path_factory.mktemp("kiosk")
    told: dict[str, Any] = {}
    with filled.read() as session, BookBuilder(folder) as builder:
        for row in session.scalars(select(FeedCurrent).where(FeedCurrent.payload.is_not(None))):
            builder.put(row.kind, row.key, row.payload or b"")
            if row.kind == "policy":
                told = msgspec.json.decode(row.payload or b"")
        path = builder.finish(1)
    local = folder / "kiosk.toml"
    local.write_text('country = "bd"\n[identity]\nkiosk = "k"\nstore = "s"\nworkstation = "1"\n', encoding="utf-8")
    policy = replace(policy_of(load(local), told), weighing=VERIFIED)
    return AsAtTheKiosk(SqliteBook.open(path), policy)


def bought(lane: HandLane, item: SampleItem, grams: int) -> AskedLine:
    """Ring it up, by scan or by weight; what a web shop would ask for instead."""
    if item.gtin:
        lane.scan(item.gtin)
        return AskedLine(gtin=item.gtin)
    lane.tell(i.ItemChosen(item.item_id)).weigh(0).weigh(grams + item.tare_grams).tell(AGREE)
    return AskedLine(item_id=item.item_id, grams=grams)


def recognised(lane: HandLane, database: Database, chance: random.Random) -> str:
    """A member shows their card, and head office tells the lane what it knows; gives the member's id."""
    member_id = chance.choice(SHOP.members).member_id
    with database.read() as session:
        key = session.scalars(select(MemberKey.keyed_hash).where(MemberKey.member_id == member_id)).all()[0]
    lane.tell(i.LoyaltyPresented(key, "card"))
    known = Answers(database, clock=lambda: NOW).loyalty(LoyaltyAsk(correlation="c", keyed_hash=key))
    answer = i.MemberAnswered(lane.effect(f.AskMember).correlation, member_id, known.tier, points=known.points)
    used = tuple(Used(one.offer_id, one.transaction, one.day) for one in known.used)
    lane.tell(replace(answer, visit=known.visit, segments=known.segments, used=used))
    return member_id


def test_a_quote_is_what_the_kiosk_takes_on_random_baskets(filled: Database, kiosk: AsAtTheKiosk) -> None:
    chance, teller, discounted = random.Random(7), Teller(filled, lambda: NOW), 0
    for _ in range(BASKETS):
        lane = open_lane(kiosk)  # type: ignore[arg-type]  # a book of the kiosk's own
        member = recognised(lane, filled, chance) if chance.random() < 0.3 else ""
        coupons = ("WELCOME",) if chance.random() < 0.2 else ()
        if coupons:
            lane.scan(*coupons)
        picked = [chance.choice(chance.choice((WANTED, WANTED, PACKS, LOOSE))) for _ in range(chance.randint(1, 7))]
        picked += chance.choices(picked, k=chance.randint(0, 5))
        lines = tuple(bought(lane, item, chance.randrange(100, 3_000)) for item in picked)
        asked = Asked(lines, lane.state.lane.store, "kiosk", member, coupons, f"{lane.day}T{lane.local_time}")
        told = teller.tell(asked)
        basket, body = lane.state.transaction, lane.tell(i.ViewRequested("basket")).screen.body
        assert basket is not None
        assert isinstance(body, BasketBody)
        assert told["left_out"] == []
        assert (told["total"], told["discount"]) == (body.totals.total.minor, body.totals.discount.minor)
        saved: Counter[str] = Counter()
        for modifier in (one for line in basket.live_lines for one in line.modifiers):
            saved[modifier.offer_id] += modifier.amount.minor
        quoted: Counter[str] = Counter()
        for row in told["lines"]:
            for one in row["offers"]:
                quoted[one["offer_id"]] += one["amount"]
            assert row["net"] == row["extended"] - sum(one["amount"] for one in row["offers"])
        assert quoted == saved
        discounted += bool(saved)
    assert discounted > BASKETS // 3, "the baskets try the offers"


@pytest.fixture
def client(services: Services, enter: Enter) -> TestClient:
    policy = {"country": "BD", "currency": "BDT", "store_name": {"en": "S"}, "store_address": {}, "tax_number": ""}
    policy |= {"tax_number_label": "BIN", "languages": ["en"], "tenders": []}
    half = Offer("half", Scope(("cola",)), PercentOffEach(5_000), {"en": "Half"}, channels=("web",), priority=1)
    late = Offer("late", Scope(), PercentOffEach(100), {"en": "Late"}, coupon="LATE", valid_until="2030-12-31")
    spring = Offer("spring", Scope(("cola",)), PercentOffEach(9_000), {"en": "Spring"}, coupon="SPRING")
    once = Offer("once", Scope(("cola",)), PercentOffEach(9_500), {"en": "Once"}, coupon="ONCE", serials="any")
    classes = {"tax_class": "standard", "rates": [["2020-01-01", 1500]]}
    changes = [change_of("policy", "policy", policy), change_of("tax_class", "standard", classes)]
    services.feed.publish_changes(
        [*changes, *(change_of("offer", o.offer_id, o) for o in (half, spring, once, late))], by="t"
    )
    client = enter(signed_in=False)
    client.headers["authorization"] = f"Bearer {services.accounts.create_key('web')}"
    return client


def test_a_quote_explains_itself_and_is_as_published(client: TestClient) -> None:
    told = client.post("/api/quote", json={"lines": [{"item_id": "cola", "quantity": 3}, {"gtin": "4006381333931"}]})
    schemas = openapi.document()["components"]["schemas"]
    Draft202012Validator(schemas["Quote"]).validate(told.json())
    (line,) = told.json()["lines"]
    assert (line["extended"], line["net"]) == (24_000, 12_000)
    assert line["offers"] == [{"offer_id": "half", "amount": 12_000, "names": {"en": "Half"}}]
    assert told.json()["left_out"] == [{"line": 1, "why": "unknown"}]
    assert told.json()["taxes"] == [
        {"tax_class": "standard", "basis_points": 1500, "net": 10_435, "duty": 0, "tax": 1_565}
    ]


def test_a_channel_has_its_own_offers_and_a_coupon_opens_one(client: TestClient) -> None:
    body: dict[str, Any] = {"lines": [{"item_id": "cola"}], "channel": "kiosk"}
    assert client.post("/api/quote", json=body).json()["total"] == 8_000
    told = client.post("/api/quote", json=body | {"coupons": ["spring", "ONCE1", "none"]}).json()
    assert told["total"] == 400, "the better of the two coupons"
    assert [one["state"] for one in told["coupons"]] == ["taken", "single_use", "unknown"]


def test_a_single_use_code_counts_as_long_as_no_other_basket_has_it_and_a_quote_keeps_none(
    client: TestClient, services: Services
) -> None:
    body: dict[str, Any] = {"lines": [{"item_id": "cola"}], "channel": "kiosk", "coupons": ["once 1", "ONCE2"]}
    for _ in range(2):
        told = client.post("/api/quote", json=body).json()
        assert (told["total"], [one["state"] for one in told["coupons"]]) == (400, ["single_use", "another"])
    keeper = CouponKeeper(services.database, clock=services.clock)
    ask = CouponAsk(correlation="c", code="ONCE1", store="s", transaction="somebody else's")
    assert keeper.reserve("kiosk-7", ask).state == "reserved"
    told = client.post("/api/quote", json=body | {"coupons": ["ONCE1"]}).json()
    assert (told["total"], told["coupons"][0]["state"]) == (8_000, "held")
    told = client.post("/api/quote", json=body | {"at": "2031-01-01T10:00", "coupons": ["LATE"]}).json()
    assert told["coupons"][0]["state"] == "day"


def test_a_shop_whose_lanes_were_told_more_than_the_feed_asks_with_it(client: TestClient) -> None:
    body: dict[str, Any] = {"lines": [{"item_id": "cola"}], "channel": "web", "coupons": ["SPRING"]}
    assert client.post("/api/quote", json=body).json()["discount"] == 7_200
    told = client.post("/api/quote", json=body | {"policy": {"offers": "sequential"}}).json()
    assert told["discount"] == 4_000, "the half goes first"
    assert client.post("/api/quote", json=body | {"policy": {"offer": "sequential"}}).status_code == 400
    assert client.post("/api/quote", json=body | {"policy": {"offers": "dearest"}}).status_code == 400


def test_the_book_is_the_feed_s_newest(client: TestClient, services: Services) -> None:
    body = {"lines": [{"item_id": "cola"}], "channel": "kiosk"}
    before = client.post("/api/quote", json=body).json()
    services.feed.change_price("cola", 7_500, by="mita")
    after = client.post("/api/quote", json=body).json()
    assert (before["total"], after["total"]) == (8_000, 7_500)
    assert after["feed_version"] > before["feed_version"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"lines": [{"item_id": "cola", "quantity": 0}]}', 400),
        (b'{"lines": [{"item_id": "cola", "price": 1}]}', 400),
        (b'{"lines": [], "at": "soon"}', 400),
        (json.dumps({"lines": [{"item_id": "cola"}] * 401}).encode(), 400),
        (b" " * 300_000, 413),
        (b'{"lines": []}', 200),
    ],
)
def test_what_is_no_basket_is_refused_with_a_word(client: TestClient, body: bytes, status: int) -> None:
    assert client.post("/api/quote", content=body).status_code == status


def test_a_quote_needs_a_key_and_a_book(services: Services, enter: Enter) -> None:
    client = enter(signed_in=False)
    assert client.post("/api/quote", json={"lines": []}).status_code == 401
    key = {"authorization": f"Bearer {services.accounts.create_key('web')}"}
    assert client.post("/api/quote", json={"lines": []}, headers=key).status_code == 503
