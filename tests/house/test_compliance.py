"""The table of what the law asks: every file and every test that it names is there, and nothing is called certified."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "compliance.md"
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| country")
]


def test_the_table_has_rules_of_every_country_with_a_page() -> None:
    assert {"Bangladesh", "Brazil", "EU", "United States"} <= {row[0] for row in ROWS}
    pages = {page.stem for page in (ROOT / "docs" / "countries").glob("*.md")}
    assert pages == {"bangladesh", "brazil", "eu", "united-states"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_a_rule_names_its_source_a_file_and_a_test_that_are_there(row: list[str]) -> None:
    _, rule, source, where, shown, certified = row
    file, _, name = shown.strip("`").partition("::")

    assert rule
    assert source
    assert (ROOT / where.strip("`")).is_file()
    assert re.search(rf"^def {re.escape(name)}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert certified == "no"
