"""Chaos finds nothing in the product, and finds each defect that is planted in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.faults.chaos import Plan, drill
from tests.faults.chaos_faults import FAULTS
from tests.faults.seller import Lane, sale
from tools.report import Report

pytestmark = pytest.mark.timeout(300)

_OFFICE, _SYNC = "headoffice.main", "kiosk.sync.main"
_LONG = Plan(rounds=3, seed=5, lanes=1, faults=(1, 1), hold_s=(4.0, 6.0), catch_up_s=60)
_PLANS = {
    "acknowledge_before_commit": (_OFFICE, replace(_LONG, kinds=("full_office",)), "cursors"),
    "cursor_on_puback": (_SYNC, replace(_LONG, kinds=("hang_office",)), "cursors"),
    "book_what_came_again": (_OFFICE, replace(_LONG, kinds=("duplicate",)), "changed"),
}


def _drilled(folder: Path, plan: Plan, wrapper: dict[str, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """Run it; gives what its report says, which agrees with its exit code."""
    with TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as keep:  # a socket's path must be short
        code = drill(Report("chaos", folder=folder), plan, wrapper=wrapper, keep=Path(keep))
    told: dict[str, Any] = json.loads((folder / "chaos.json").read_text(encoding="utf-8"))
    assert told["passed"] == (code == 0)
    return told


def test_a_round_of_chaos_leaves_the_ledger_as_the_journals_are(tmp_path: Path) -> None:
    kinds = ("kill_sync", "duplicate", "reorder", "full_office", "clock_kiosk")
    told = _drilled(tmp_path, Plan(rounds=1, seed=3, lanes=2, kinds=kinds, faults=(5, 5)))
    figures = told["figures"]
    assert told["passed"], told["requirements"]
    assert (figures["rounds"], figures["faults"], figures.get("breaches", 0)) == (1, 5, 0)
    assert figures["sales"] > 0


@pytest.mark.drill
@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "kill_database"])
def test_each_fault_alone_is_lived_through(kind: str, tmp_path: Path) -> None:
    told = _drilled(tmp_path, Plan(rounds=1, seed=4, lanes=1, kinds=(kind,), faults=(1, 1)))
    assert told["passed"], told["requirements"]


@pytest.mark.drill
def test_head_office_on_postgresql_lives_through_the_end_of_its_database(tmp_path: Path) -> None:
    kinds = ("kill_database", "kill_broker", "kill_office", "reorder")
    told = _drilled(tmp_path, Plan(rounds=2, seed=4, lanes=2, database="postgresql", kinds=kinds))
    assert told["passed"], told["requirements"]


@pytest.mark.drill
@pytest.mark.parametrize("defect", _PLANS)
def test_a_planted_defect_is_found_and_the_round_that_repeats_it_is_named(defect: str, tmp_path: Path) -> None:
    module, plan, where = _PLANS[defect]
    told = _drilled(tmp_path, plan, {module: ("tests.faults.planted", defect)})
    assert not told["passed"]
    assert told["figures"][where] > 0, told["requirements"]
    assert f"`make chaos SEED=5 FROM={told['figures']['rounds']} ROUNDS=1`" in " ".join(told["notes"])


def test_a_lane_that_was_killed_sells_the_very_same_again() -> None:
    lane = Lane("lane-1", "1", 1)
    assert sale(lane, 7) == sale(lane, 7)
    assert sale(lane, 7) != sale(lane, 8)
