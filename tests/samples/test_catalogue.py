"""The sample shop holds what it promises: real codes, names in three scripts, sound prices, known sources."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from kiosk.retail.coupon import coupon_key
from kiosk.retail.transaction import TenderKind
from kiosk.store.offers import decode_offer
from samples.catalogue import Country, Kind, SampleShop, groceries_map, load_baskets, load_shop, picture_path

ROOT = Path(__file__).parents[2] / "samples"
LANGUAGES = {"bn", "en", "pt_BR"}
MARKS = {"sourced", "composed", "translated"}
BENGALI = re.compile(r"[\u0980-\u09ff]")
COUNTRIES: tuple[Country, ...] = ("bd", "br")


def products() -> list[dict[str, object]]:
    lines = (ROOT / "openfoodfacts" / "products.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (ROOT / "shop" / name).read_text("utf-8").splitlines()]


def remainder(digits: str) -> int:
    """GS1: the sum of the digits, every second from the right threefold, is a multiple of ten."""
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(int(d) for d in odd) + 3 * sum(int(d) for d in even)) % 10


@pytest.fixture(scope="module", params=COUNTRIES)
def shop(request: pytest.FixtureRequest) -> SampleShop:
    country: Country = request.param
    return load_shop(country)


def test_there_are_at_least_two_thousand_items_most_of_them_packaged(
    shop: SampleShop,
) -> None:
    assert len(shop.items) >= 2000
    assert sum(item.gtin is not None for item in shop.items) >= 1950
    assert sum(item.department == "produce" for item in shop.items) >= 50


def test_every_gtin_has_fourteen_digits_and_a_right_check_digit() -> None:
    for product in products():
        gtin = str(product["gtin"])
        assert re.fullmatch(r"\d{14}", gtin)
        assert remainder(gtin) == 0, gtin


def test_no_gtin_is_for_restricted_circulation_coupons_or_books() -> None:
    for product in products():
        gtin = str(product["gtin"])
        if gtin.startswith("000000"):
            assert gtin[6] not in "02", gtin
        else:
            assert not gtin[1:].startswith(("02", "04", "05", "2", "98", "99", "977", "978", "979")), gtin


def test_no_gtin_no_plu_and_no_item_id_is_there_twice(shop: SampleShop) -> None:
    for key in ("gtin", "plu", "item_id"):
        values = Counter(getattr(item, key) for item in shop.items if getattr(item, key) is not None)
        assert [v for v, n in values.items() if n > 1] == []


def test_every_item_is_found_by_exactly_one_of_gtin_and_plu(shop: SampleShop) -> None:
    assert all((item.gtin is None) != (item.plu is None) for item in shop.items)


def test_every_item_has_a_name_in_three_languages_and_the_bengali_one_in_bengali(
    shop: SampleShop,
) -> None:
    for item in shop.items:
        assert set(item.names) == set(item.name_marks) == LANGUAGES
        assert set(item.name_marks.values()) <= MARKS
        assert all(name.strip() == name and name for name in item.names.values()), item
        assert BENGALI.search(item.names["bn"]), item
        assert not BENGALI.search(item.names["en"] + item.names["pt_BR"]), item


def test_no_two_items_of_a_language_bear_the_same_composed_name(
    shop: SampleShop,
) -> None:
    for language in LANGUAGES:
        names = Counter(item.names[language].casefold() for item in shop.items)
        assert [name for name, n in names.items() if n > 1] == []


def test_a_sourced_english_name_is_the_name_in_the_source() -> None:
    for product in products():
        names, marks = product["names"], product["name_marks"]
        assert isinstance(names, dict)
        assert isinstance(marks, dict)
        assert all(names[tag] == product["sourced_name"] for tag, mark in marks.items() if mark == "sourced")


def test_there_are_at_most_four_hundred_nouns_each_named_in_three_languages() -> None:
    nouns = rows("nouns.jsonl")
    assert len(nouns) <= 400
    assert all(set(n["names"]) == LANGUAGES for n in nouns if isinstance(n["names"], dict))
    assert {n["noun"] for n in nouns} == {p["noun"] for p in products()}


def test_every_price_is_positive_and_not_above_the_maximum_retail_price(
    shop: SampleShop,
) -> None:
    for item in shop.items:
        assert item.price_minor > 0
        assert item.mrp_minor is None or item.price_minor <= item.mrp_minor
    assert (shop.country == "bd") == any(item.mrp_minor is not None for item in shop.items)


def test_every_tax_class_and_department_of_an_item_is_known(shop: SampleShop) -> None:
    classes = {c.tax_class for c in shop.tax_classes}
    departments = {d.department for d in shop.departments}
    assert {item.tax_class for item in shop.items} <= classes
    assert {item.department for item in shop.items} <= departments
    assert all(list(c.rates) == sorted(c.rates) for c in shop.tax_classes)


def test_superstore_vat_in_bangladesh_is_seven_and_a_half_per_cent_since_january_2025() -> None:
    standard = next(c for c in load_shop("bd").tax_classes if c.tax_class == "standard")
    assert standard.rates[-1] == ("2025-01-09", 750)


def test_alcohol_and_tobacco_are_for_adults_and_not_sold_in_bangladesh() -> None:
    adult = [item for item in load_shop("br").items if item.department in {"alcohol", "tobacco"}]
    assert adult
    assert all(item.minimum_age == 18 and not item.discountable for item in adult)
    assert not [item for item in load_shop("bd").items if item.department in {"alcohol", "tobacco"}]


def test_what_laws_treat_apart_says_what_it_is() -> None:
    sold = {item.item_id: item for country in ("bd", "br") for item in load_shop(country).items}
    of = {kind: {name for name, item in sold.items() if item.kind == kind} for kind in get_args(Kind)}
    assert all(of.values())
    assert of["tobacco"] | of["alcohol"] == {n for n, i in sold.items() if i.department in {"tobacco", "alcohol"}}
    assert of["deposit"] == {"ow-deposit-bottle"}
    assert all(not item.discountable for item in sold.values() if item.kind)


@pytest.mark.parametrize("country", ["bd", "br"])
def test_one_coupon_serves_everybody_and_one_series_serves_code_by_code(country: Country) -> None:
    coupons = [decode_offer(json.dumps(one.value).encode()) for one in load_shop(country).promotions]
    found = {one.coupon: one.serials for one in coupons if one.coupon}
    assert found == {"WELCOME": "", "LUCKY": "any"}
    assert coupon_key("LUCKY0001", found) == "LUCKY"


def test_no_item_of_bangladesh_is_of_pork() -> None:
    words = re.compile(r"pork|bacon|\bham\b|jambon|presunto|শূকর|হ্যাম$|বেকন$", re.IGNORECASE)
    assert not [item for item in load_shop("bd").items if any(words.search(name) for name in item.names.values())]


def test_packs_have_an_expected_weight_and_a_spread(shop: SampleShop) -> None:
    for item in shop.items:
        if item.unit == "each":
            assert item.expected_grams, item
            assert item.spread_grams, item
            assert item.spread_grams < item.expected_grams
        else:
            assert item.expected_grams is None


def test_stock_is_known_in_three_locations_and_some_of_it_is_gone(
    shop: SampleShop,
) -> None:
    places = Counter(row.location for row in shop.stock)
    assert set(places.values()) == {len(shop.items)}
    assert set(places) == {unit.location for unit in shop.business_units}
    assert len(places) == 3
    assert any(row.on_hand == 0 for row in shop.stock)
    assert all(row.on_hand >= 0 for row in shop.stock)


def test_two_hundred_members_have_cards_and_numbers_that_nobody_else_has(
    shop: SampleShop,
) -> None:
    assert len(shop.members) == 200
    assert len({m.member_id for m in shop.members}) == 200
    assert len({m.phone for m in shop.members}) == 200
    assert len({m.card_number for m in shop.members}) == 200
    made_up = {"bd": r"\+88012000\d{5}", "br": r"\+551190000\d{4}"}[shop.country]
    for member in shop.members:
        assert re.fullmatch(made_up, member.phone)
        assert re.fullmatch(r"2990\d{9}", member.card_number)
        assert remainder(member.card_number) == 0
        assert member.language in LANGUAGES


def test_the_first_five_members_are_personas_with_a_story(shop: SampleShop) -> None:
    assert all(m.story for m in shop.members[:5])
    assert not any(m.story for m in shop.members[5:])


def test_every_offer_names_items_that_are_sold(shop: SampleShop) -> None:
    sold = {item.item_id: item for item in shop.items}
    assert len(shop.offers) >= 6
    for offer in shop.offers:
        assert 0 < offer.pay < offer.buy
        assert set(offer.names) == LANGUAGES
        assert all(sold[item_id].discountable and sold[item_id].unit == "each" for item_id in offer.item_ids)


def test_every_promotion_is_an_offer_of_the_feed_in_this_country_s_money(shop: SampleShop) -> None:
    sold = {item.item_id: item for item in shop.items}
    kinds = set()
    for promotion in shop.promotions:
        offer = decode_offer(json.dumps(promotion.value).encode())
        assert offer.names.keys() == LANGUAGES
        assert all(sold[item_id].discountable and sold[item_id].unit == "each" for item_id in promotion.item_ids)
        kinds.add(offer.effect.kind)
    assert kinds == {"n_for_price", "set_for_price", "amount_off", "percent_off", "percent_off_each"}


def test_there_is_an_attendant_and_a_supervisor(shop: SampleShop) -> None:
    assert {o.role for o in shop.operators} == {"attendant", "supervisor"}
    assert all(remainder(o.badge) == 0 for o in shop.operators)


def test_every_tender_has_a_known_kind_and_a_name(shop: SampleShop) -> None:
    assert {t.kind for t in shop.tenders} <= set(get_args(TenderKind))
    assert all(set(t.names) == LANGUAGES for t in shop.tenders)


def test_every_basket_and_every_stand_in_is_sold_in_both_countries() -> None:
    for country in COUNTRIES:
        units = {item.item_id: item.unit for item in load_shop(country).items}
        assert sorted(groceries_map()) == list(range(169))
        assert set(groceries_map().values()) <= set(units)
        baskets = load_baskets()
        assert len(baskets) >= 400
        for basket in baskets:
            assert basket
            assert all((grams is not None) == (units[item_id] == "kg") for item_id, grams in basket)


@pytest.mark.parametrize("folder", ["openfoodfacts", "pictures"])
def test_sourced_folders_carry_their_licence_and_source(folder: str) -> None:
    assert (ROOT / folder / "LICENSE").read_text("utf-8").strip()
    assert (ROOT / folder / "SOURCE.txt").read_text("utf-8").strip()


def test_every_picture_of_an_item_or_department_opens_as_a_square(shop: SampleShop) -> None:
    pictures = {item.picture for item in shop.items} | {d.picture for d in shop.departments}
    for picture in sorted(pictures):
        with Image.open(picture_path(picture)) as image:
            image.load()
            assert image.size == (320, 320), picture


def test_every_picture_belongs_to_something_and_all_stay_under_three_megabytes() -> None:
    shown = {item.picture for country in COUNTRIES for item in load_shop(country).items}
    shown |= {d.picture for d in load_shop("bd").departments}
    files = [f for f in (ROOT / "pictures").iterdir() if f.suffix in {".jpg", ".png"}]
    assert {f.name for f in files} == shown
    assert sum(f.stat().st_size for f in files) < 3_000_000


def test_the_page_about_the_shop_tells_of_every_persona() -> None:
    page = (ROOT.parent / "docs" / "understand" / "sample-shop.md").read_text("utf-8")
    for country in COUNTRIES:
        assert all(member.first_name in page for member in load_shop(country).members[:5])


def test_the_code_on_the_page_about_the_shop_runs() -> None:
    page = (ROOT.parent / "docs" / "understand" / "sample-shop.md").read_text("utf-8")
    code = page.split("```python")[1].split("```")[0]
    scope: dict[str, object] = {}
    exec(compile(code, "sample-shop.md", "exec"), scope)  # noqa: S102 - our own page
    assert getattr(scope["banana"], "names", {})["en"] == "Banana"


def test_ids_of_packaged_items_do_not_hold_their_gtin() -> None:
    for product in products():
        assert re.fullmatch(r"pk-\d{8}", str(product["item_id"]))
        assert str(product["item_id"])[3:] not in str(product["gtin"])


def test_own_items_use_only_the_numbers_that_are_the_retailers_to_give() -> None:
    own = {str(row["plu"]) for row in rows("own.jsonl")}
    local = {
        str(row["plu"]) for row in rows("produce.jsonl") if str(row["plu"]).startswith("31") and row["plu"] != "3121"
    }
    assert own.isdisjoint(local)
    assert all("3170" <= plu <= "3270" for plu in own | local)


def test_every_number_that_a_camera_may_guess_is_an_item_sold_in_both_countries() -> None:
    looks = list(csv.DictReader((ROOT / "shop" / "produce_looks.csv").read_text("utf-8").splitlines()))
    assert len({row["fine"] for row in looks}) == 50
    numbers = [row["plu"] for row in looks if row["plu"]]
    assert len(numbers) == len(set(numbers)) == 49  # no shop here has conference pears
    for country in COUNTRIES:
        produce = {item.plu for item in load_shop(country).items if item.department == "produce"}
        assert set(numbers) <= produce


def test_every_item_of_brazil_bears_an_ncm_and_every_code_belongs_to_something() -> None:
    items = load_shop("br").items
    assert [
        item.item_id for item in items if not re.fullmatch(r"(0[1-9]|[1-8]\d|9[0-6])\d{6}", item.attributes["ncm"])
    ] == []
    with (ROOT / "shop" / "ncm_br.csv").open(encoding="utf-8", newline="") as handle:
        named = {(row["of"], row["name"]) for row in csv.DictReader(handle)}
    known = {("item", item.item_id) for item in items} | {("noun", str(row["noun"])) for row in rows("nouns.jsonl")}
    known |= {("department", str(row["department"])) for row in rows("departments.jsonl")}
    assert named - known == set()
    assert not any(item.attributes for item in load_shop("bd").items)
