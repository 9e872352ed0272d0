"""Country packs: whole, spoken in every language, and what stands on a receipt because of them."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.settings import load, policy_of

PACKS = sorted(
    each.name.removesuffix(".toml")
    for each in resources.files("kiosk.countries").iterdir()
    if each.name.endswith(".toml")
)


def pack(country: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("kiosk.countries") / f"{country}.toml").read_text(encoding="utf-8"))


def in_force(country: str, tmp_path: Path, book: Policy | None = None) -> Policy:
    file = tmp_path / "kiosk.toml"
    own = f'country = "{country}"\n[identity]\nkiosk = "k"\nstore = "s"\nworkstation = "1"\n'
    file.write_text(own, encoding="utf-8")
    return policy_of(load(file), book)


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


def test_the_feed_says_nothing_of_a_layout_and_so_the_pack_s_holds(tmp_path: Path) -> None:
    told = msgspec.convert({**msgspec.to_builtins(in_force("pt", tmp_path)), "receipt": None}, Policy)

    found = in_force("pt", tmp_path, told)

    assert found.receipt == in_force("pt", tmp_path).receipt
    assert found.least_bag_price_minor == 10


def test_a_layout_that_the_feed_tells_wins_over_the_pack_s(tmp_path: Path) -> None:
    own = msgspec.to_builtins(in_force("eu", tmp_path)) | {"receipt": {"tax_table": False}, "least_bag_price_minor": 0}

    found = in_force("eu", tmp_path, msgspec.convert(own, Policy))

    assert found.receipt is not None
    assert not found.receipt.tax_table
    assert found.least_bag_price_minor == 0
