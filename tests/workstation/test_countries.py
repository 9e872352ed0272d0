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

from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.settings import load, policy_of
from kiosk.store.book import SqliteBook
from kiosk.store.book_builder import BookBuilder

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
    assert PACKS == ["bd", "br", "de", "eu", "fr", "pt"]


@pytest.mark.parametrize("country", PACKS)
def test_a_pack_alone_makes_a_policy_that_hides_no_tax(country: str, tmp_path: Path) -> None:
    policy = in_force(country, tmp_path)

    assert policy.country == country.upper()
    assert policy.prices_include_tax
    assert policy.receipt is not None
    assert "tax" not in policy.receipt.omit or policy.receipt.legal


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
