"""The page of drivers says what is so."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from tests.conformance.page import EVIDENCE, PAGE, Standing, level, page, standings

SHOWN = Standing(
    driver="scale/x",
    wires=("wire",),
    fits="X",
    sheet=True,
    far_end=True,
    codec=True,
    vectors=True,
    fuzzed=True,
    faults=5,
    soaked="10,000 operations",
    judged="a judge",
    metal="",
)


def test_the_page_of_drivers_is_what_the_tree_shows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.conformance.page"


def test_every_driver_has_at_least_bronze() -> None:
    assert [each.driver for each in standings() if not level(each)] == []


def test_evidence_is_of_drivers_that_there_are() -> None:
    evidence = tomllib.loads(EVIDENCE.read_text(encoding="utf-8"))
    assert evidence.keys() <= {each.driver for each in standings()}


def test_each_level_asks_for_all_of_the_one_below() -> None:
    assert level(SHOWN) == "gold"
    assert level(replace(SHOWN, judged="", metal="a device")) == "gold"
    assert level(replace(SHOWN, judged="")) == "silver"
    assert level(replace(SHOWN, soaked="")) == "silver"
    assert level(replace(SHOWN, fuzzed=False)) == "bronze"
    assert level(replace(SHOWN, codec=False, fuzzed=False, vectors=False)) == "gold"
    assert level(replace(SHOWN, vectors=False)) == "bronze"
    assert level(replace(SHOWN, faults=3)) == "bronze"
    assert not level(replace(SHOWN, far_end=False))
    assert not level(replace(SHOWN, faults=0))
