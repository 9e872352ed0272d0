"""The page of rights says what the code grants."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from kiosk.retail.rights import Rights
from tools.rights_table import table

PAGE = (Path(__file__).parents[2] / "docs/use/rights.md").read_text(encoding="utf-8")


def test_the_table_of_rights_is_what_the_code_grants() -> None:
    found = re.search(r"<!-- table -->\n(.*?)<!-- /table -->", PAGE, re.DOTALL)
    assert found is not None
    assert found.group(1) == table()


def test_the_sample_settings_of_rights_can_be_read() -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    rights = msgspec.convert(tomllib.loads(found.group(1))["policy"]["rights"], Rights)
    assert rights.may("greeter", "approve")
    assert not rights.may("attendant", "approve")
