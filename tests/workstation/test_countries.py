"""Country packs: whole, spoken in every language, and what stands on a receipt because of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hal.printer.contract import TextLine
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import BasketBody
from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail.excluded import USES
from kiosk.retail.item import Item, ItemKind
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.retail.written import MANUFACTURER
from kiosk.settings import load, policy_of
from kiosk.store.book import SqliteBook
from kiosk.store.book_builder import BookBuilder
from kiosk.workstation.receipt import receipt
from tests.support.lane import open_lane
from tests.support.shop import MemoryBook

PACKS = sorted(
    each.name.removesuffix(".toml")
    for each in resources.files("kiosk.countries").iterdir()
    if each.name.endswith(".toml")
)


def pack(country: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("kiosk.countries") / f"{country}.toml").read_text(encoding="utf-8"))


def in_force(country: str, tmp_path: Path, told: Mapping[str, Any] | None = None) -> Policy:
    file = tmp_path / "kiosk.toml"
    own = f'country = "{country}"\n[identity]\nkiosk = "k"\nstore = "s"\nworkstation = "1"\n'
    file.write_text(own, encoding="utf-8")
    return policy_of(load(file), told or {})


PROMOTION = {"offers", "coupons", "thresholds", "earning"}
REQUIRED = [field.name for field in fields(Policy) if field.default is MISSING and field.default_factory is MISSING]


def told_by_feed(country: str, tmp_path: Path, **more: object) -> Mapping[str, Any]:
    """What a price book tells whose policy row says only what every row must, and ``more``."""
    own = {name: value for name, value in pack(country)["policy"].items() if name in REQUIRED}
    row = {"store_name": {"en": "Shop"}, "store_address": {}, "tax_number": "9", "tenders": [], **own, **more}
    with BookBuilder(tmp_path) as builder:
        builder.put("policy", "policy", msgspec.json.encode(row))
        book = SqliteBook.open(builder.finish(1))
    book.close()
    return book.policy_told


def test_there_is_a_pack_for_each_country_of_the_pages() -> None:
    assert PACKS == ["bd", "br", "de", "eu", "fr", "pt", "us"]


@pytest.mark.parametrize("country", PACKS)
def test_a_pack_alone_makes_a_policy_that_hides_no_tax(country: str, tmp_path: Path) -> None:
    policy = in_force(country, tmp_path)

    assert policy.country == country.upper()
    assert policy.prices_include_tax is (country != "us")
    assert policy.receipt is not None
    assert "tax" not in policy.receipt.omit or policy.receipt.legal


@pytest.mark.parametrize(
    ("country", "language", "word"),
    [
        ("bd", "bn", "ভ্যাট"),
        ("de", "en", "VAT"),
        ("pt", "pt_BR", "IVA"),
        ("br", "pt_BR", "ICMS"),
        ("br", "en", "ICMS"),
        ("us", "en", "sales tax"),
    ],
)
def test_the_tax_is_called_what_the_country_calls_it(country: str, language: str, word: str, tmp_path: Path) -> None:
    policy, said = in_force(country, tmp_path), Translator(language)
    assert said.tax(policy.tax_names) == word
    feed = in_force(country, tmp_path, told_by_feed(country, tmp_path, tax_names={language: "GST"}))
    assert said.tax(feed.tax_names) == "GST", "a shop's own word"
    assert said.tax({}) == said.t("tax.name")


@pytest.mark.parametrize("country", PACKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_pack_prints_is_said_in_every_language(country: str, language: str) -> None:
    layout = msgspec.convert(pack(country)["policy"]["receipt"], ReceiptLayout)
    said = Translator(language, paper=True)

    for message_id in (*layout.heading, layout.title, *layout.notices, *layout.legal):
        assert said.t(message_id, tax="9") != message_id


@pytest.mark.parametrize("country", PACKS)
def test_what_the_feed_does_not_say_stays_the_pack_s(country: str, tmp_path: Path) -> None:
    found = in_force(country, tmp_path, told_by_feed(country, tmp_path, receipt=None, maximum_lines=50))

    alone = in_force(country, tmp_path)
    assert found == replace(alone, store_name={"en": "Shop"}, tax_number="9", maximum_lines=50)


def test_a_feed_s_word_wins_over_the_pack_s_though_it_is_what_is_taken_for_granted(tmp_path: Path) -> None:
    told = told_by_feed("br", tmp_path, cash_rounding={"step_minor": 1}, tax_rounding="document")
    found = in_force("br", tmp_path, told)

    assert in_force("br", tmp_path).cash_rounding.step_minor == 5
    assert (found.cash_rounding.step_minor, found.tax_rounding) == (1, "document")


def test_a_layout_that_the_feed_tells_wins_over_the_pack_s(tmp_path: Path) -> None:
    own = msgspec.to_builtins(in_force("eu", tmp_path)) | {"receipt": {"tax_table": False}, "least_bag_price_minor": 0}

    found = in_force("eu", tmp_path, own)

    assert found.receipt is not None
    assert not found.receipt.tax_table
    assert found.least_bag_price_minor == 0


@pytest.mark.parametrize("country", [each for each in PACKS if each != "us"])
def test_infant_formula_is_out_of_offers_by_law_and_no_feed_lets_it_in(country: str, tmp_path: Path) -> None:
    told = told_by_feed(country, tmp_path, exclusions={"law": {"infant_formula": []}, "own": {"infant_formula": []}})
    rules = in_force(country, tmp_path, told).exclusions
    assert rules.uses("infant_formula") == {"offers", "coupons", "thresholds", "earning"}
    assert in_force(country, tmp_path).exclusions.uses("infant_formula") == set(USES)


@pytest.mark.parametrize(
    ("country", "kind", "stays"),
    [
        *(
            (country, "tobacco", {"offers", "coupons", "thresholds", "earning"})
            for country in PACKS
            if country not in ("eu", "us")
        ),
        ("eu", "tobacco", set()),
        *(("us", kind, set()) for kind in ("tobacco", "infant_formula")),
        *((country, "bag", {"offers", "coupons"} if country == "pt" else set()) for country in PACKS),
        *((country, kind, set()) for country in PACKS for kind in ("medicine", "deposit", "gift_card", "fee")),
    ],
)
def test_a_feed_lets_in_what_only_the_habit_keeps_out(
    country: str, kind: ItemKind, stays: set[str], tmp_path: Path
) -> None:
    told = told_by_feed(country, tmp_path, exclusions={"own": {kind: []}})
    rules = in_force(country, tmp_path, told).exclusions
    assert rules.uses(kind) == stays
    assert rules.uses("gift_card" if kind == "fee" else "fee") == set(USES)


def test_a_feed_keeps_out_more_than_the_country_does(tmp_path: Path) -> None:
    told = told_by_feed("bd", tmp_path, exclusions={"own": {"alcohol": ["offers", "burning"]}})
    assert in_force("bd", tmp_path, told).exclusions.uses("alcohol") == {"offers", "burning"}
    assert in_force("bd", tmp_path).exclusions.uses("alcohol") == set()


def test_a_local_file_does_not_change_the_law(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    own = 'country = "pt"\n[identity]\nkiosk = "k"\nstore = "s"\nworkstation = "1"\n'
    file.write_text(own + "[policy.exclusions]\nlaw = {}\nown = { bag = [], tobacco = [] }\n", encoding="utf-8")
    rules = policy_of(load(file), {}).exclusions
    assert rules.uses("bag") == {"offers", "coupons"}
    assert rules.uses("tobacco") == {"offers", "coupons", "thresholds", "earning"}


@pytest.mark.parametrize("country", [country for country in PACKS if country != "eu"])
def test_no_shop_softens_what_the_law_asks_before_a_sale(country: str, tmp_path: Path) -> None:
    own = {"law": {}, "law_remote": ["age"], "own": {"tobacco": {"what": "age", "minimum_age": 0}}}
    rules = in_force(country, tmp_path, told_by_feed(country, tmp_path, restrictions=own)).restrictions
    smoke = Item("smoke", {}, "tobacco", "standard", None, kind="tobacco")
    assert rules.minimum_age(smoke) == (21 if country == "us" else 18)
    assert not rules.remote("age")
    assert all(rule.source for rule in rules.law.values())


def test_the_law_s_hours_of_sale_hold_across_midnight(tmp_path: Path) -> None:
    wine = Item("wine", {}, "drinks", "standard", None, kind="alcohol")
    rules = [rule for _, rule in in_force("pt", tmp_path).restrictions.of(wine) if rule.what == "hours"]
    assert [rules[0].sold_at(f"2026-11-22T{clock}") for clock in ("00:00", "07:59", "08:00", "23:59")] == [
        False,
        False,
        True,
        True,
    ]


def test_an_american_shop_adds_sales_tax_and_takes_a_coupon_of_gs1_us_on_screen_and_paper(
    tmp_path: Path,
) -> None:
    told = told_by_feed("us", tmp_path, tenders=[{"tender_id": "card", "kind": "card", "names": {"en": "Card"}}])
    corn = Item("corn", {"en": "Corn"}, "tins", "standard", Money(250, "USD"), gtin="00614141000043")
    lane = open_lane(MemoryBook(in_force("us", tmp_path, told), {"corn": corn}))
    lane.scan("614141000043", "614141000043")
    body = lane.tell(i.CodeScanned("811006141411234563100120000", "]e0")).screen.body
    assert isinstance(body, BasketBody)
    assert not body.totals.tax_included
    assert body.totals.savings == ((MANUFACTURER, Money(100, "USD")),)
    assert (body.totals.subtotal.minor, body.totals.total.minor) == (500, 400 + 30)
    lane.approve(lane.pay_by_card())
    lane.tell(i.ReceiptChosen("paper"))
    sale = lane.effect(f.Print).completed
    paper = receipt(sale, lane.book.policy, "", copy=False, job="j", time_zone="America/New_York")
    rows = [(part.left, part.right) for part in paper.parts if isinstance(part, TextLine)]
    tax, total = ("Sales tax 7.5% on $4.00", "$0.30"), ("TOTAL", "$4.30")
    assert rows.index(tax) < rows.index(total)
    assert any("Manufacturer's coupon" in left for left, _ in rows)
    assert not any("VAT" in left for left, _ in rows)
