"""The sample shop goes in quickly, once, and decodes at the kiosk; what was changed since stays changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from headoffice import seed as seeding
from headoffice.database import Database
from headoffice.feed import Feed, member_of
from headoffice.feed_tables import BookItem, FeedCurrent
from headoffice.insight import home_of, kiosks, ledger_totals, sales_by_day, sales_by_hour, top_items
from headoffice.keyed import keyed_hash, pin_hash
from headoffice.ledger.tables import SaleLine, SaleTax, SaleTender, StockLevel, Transaction
from headoffice.seed import SeedRefusedError, seed
from kiosk.store.rows import decode_row
from samples.catalogue import SampleShop, load_baskets, load_shop
from tests.support.ledgers import new_database

NOW = 1_790_000_000_000
KEY = bytes(range(32))
DAYS = 9
SHOP = load_shop("bd")


def fill(database: Database, shop: SampleShop = SHOP, now_ms: int = NOW, key: bytes | None = KEY) -> int:
    return seed(database, shop, load_baskets(), now_ms=now_ms, days=DAYS, key=key)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = new_database(tmp_path_factory.mktemp("seed"))
    fill(database)
    yield database
    database.close()


def test_every_row_of_the_feed_decodes_at_the_kiosk(filled: Database) -> None:
    with filled.read() as session:
        rows = session.execute(select(FeedCurrent.kind, FeedCurrent.key, FeedCurrent.payload)).all()
    for kind, _key, payload in rows:
        assert payload is not None
        decode_row(kind, payload)
    kinds = Counter(kind for kind, _key, _payload in rows)
    assert kinds["item"] >= 2000
    assert kinds["stock"] == 3 * (kinds["item"] - 1), "gift cards are kept by number, not by count"
    assert (kinds["member"], kinds["policy"]) == (400, 1)


def test_a_member_is_found_by_card_and_by_phone_and_an_operator_s_pin_is_only_a_hash(filled: Database) -> None:
    member = SHOP.members[0]
    with filled.read() as session:
        for kind, value in (("card", member.card_number), ("phone", member.phone)):
            found = member_of(session, keyed_hash(KEY, kind, value))  # type: ignore[arg-type]  # both are kinds
            assert found is not None
            assert found.member_id == member.member_id
        stored = session.scalars(select(FeedCurrent.payload).where(FeedCurrent.kind == "operator")).all()
    operator = decode_row("operator", stored[0] or b"")
    pin = next(each.pin for each in SHOP.operators if each.operator_id == operator.operator_id)
    assert (operator.pin_salt, operator.pin_hash) == pin_hash(KEY, operator.operator_id, pin)


def test_the_shop_s_country_is_an_iso_code_in_capitals_as_receipts_ask_for_it(filled: Database) -> None:
    with filled.read() as session:
        payload = session.scalar(select(FeedCurrent.payload).where(FeedCurrent.kind == "policy"))
        assert home_of(session).country == "BD"
    assert decode_row("policy", payload or b"").country == "BD"


def test_every_day_and_every_opening_hour_has_sample_sales_that_add_up(filled: Database) -> None:
    with filled.read() as session:
        home = home_of(session)
        today = home.today(NOW)
        assert all(bar.sample > 0 and bar.real == 0 for bar in sales_by_day(session, home, today, DAYS)[:-1])
        assert any(bar.sample for bar in sales_by_hour(session, home, today.replace(day=today.day - 1)))
        assert top_items(session, home, today.replace(day=1), today)
        totals = select(
            func.sum(Transaction.total), func.sum(Transaction.subtotal), func.sum(Transaction.tax)
        ).select_from(Transaction)
        total, subtotal, tax = session.execute(totals).one()
        assert total == subtotal == session.scalar(select(func.sum(SaleLine.net)))
        assert total == session.scalar(select(func.sum(SaleTender.amount)))
        assert tax == session.scalar(select(func.sum(SaleTax.tax)))
        assert (session.scalar(select(func.max(Transaction.utc_ms))) or NOW) < NOW


def test_samples_are_marked_and_never_count_in_a_reconciliation(filled: Database) -> None:
    with filled.read() as session:
        assert session.scalar(select(func.count()).where(Transaction.sample.is_(False))) == 0
        assert ledger_totals(session)["kiosks"] == []
        assert kiosks(session) == []


def test_seeding_again_adds_only_the_new_day_and_leaves_a_changed_price_alone(database: Database) -> None:
    head = fill(database)
    item = SHOP.items[0]
    changed = Feed(database, clock=lambda: NOW).change_price(item.item_id, item.price_minor - 100, by="mita")
    with database.write() as session:
        session.get_one(StockLevel, (item.item_id, "store-1")).on_hand = -5
        before = set(session.scalars(select(Transaction.uuid)))
    assert fill(database, now_ms=NOW + 86_400_000) == changed == head + 1
    with database.read() as session:
        assert session.get_one(BookItem, item.item_id).price == item.price_minor - 100
        assert session.get_one(StockLevel, (item.item_id, "store-1")).on_hand == -5
        after = set(session.scalars(select(Transaction.uuid)))
    assert before < after
    assert fill(database, now_ms=NOW + 86_400_000) == changed


def test_another_country_or_another_key_is_refused_and_changes_nothing(filled: Database) -> None:
    with pytest.raises(SeedRefusedError, match="'bd'"):
        fill(filled, load_shop("br"))
    with pytest.raises(SeedRefusedError, match="key"):
        fill(filled, key=bytes(32))


def test_the_command_seeds_and_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    assert seeding.main(["--country", "br", "--database", url, "--days", "2"]) == 0
    assert "seeded: country=br feed=" in capsys.readouterr().out
    assert seeding.main(["--country", "bd", "--database", url]) == 2
    assert "another --database" in capsys.readouterr().err
    assert seeding.main(["--database", url, "--shop-key-file", str(tmp_path / "none")]) == 2
