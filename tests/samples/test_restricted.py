"""The sample shop shows every kind of restriction, in both countries."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from headoffice.seed import item_row
from kiosk import countries
from kiosk.retail.restrictions import Restrictions
from samples.catalogue import load_shop

EXPECTED = {
    "ow-paracetamol": "quantity",
    "ow-soybean-oil": "quantity",
    "ow-amoxicillin": "prescription",
    "ow-razor-cartridges": "security_tag",
    "ow-gas-cylinder": "not_here",
    "ow-sparklers": "hours",
    "ow-perfume": "high_value",
    "ow-lighter": "age",
}


def rules_of(country: Literal["bd", "br"]) -> Restrictions:
    law: dict[str, Any] = countries.pack(country)["policy"]["restrictions"]
    return msgspec.convert({**law, "own": load_shop(country).restrictions}, Restrictions)


@pytest.mark.parametrize("country", ["bd", "br"])
def test_each_kind_of_restriction_has_an_item_to_show_it(country: Literal["bd", "br"]) -> None:
    shop, rules = load_shop(country), rules_of(country)
    items = {item.item_id: item_row(item, shop.currency) for item in shop.items if item.item_id in EXPECTED}
    found = {item_id: {rule.what for _, rule in rules.of(item)} for item_id, item in items.items()}
    assert all(EXPECTED[item_id] in found[item_id] for item_id in EXPECTED)
    assert rules.minimum_age(items["ow-lighter"]) == 18
