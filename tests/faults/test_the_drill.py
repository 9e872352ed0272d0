"""The drill finds nothing in the product, and finds each defect that is planted in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.faults import drill
from bench.killer import PHASES, TARGETS, Plan
from tests.faults.moments import at_once, deed_done, head_office_behind, taken_in_silence
from tools.report import Report

_CHECKOUT, _SYNC = "kiosk.headless", "kiosk.sync.main"
_CLEAN = {"lost": 0, "doubled": 0, "changed": 0, "double_charges": 0}
_PLANS = {
    "print_before_commit": (_CHECKOUT, Plan(2, 3, ("checkout",), ("choosing", "paying"), deed_done)),
    "show_before_commit": (_CHECKOUT, Plan(1, 3, ("checkout",), ("scanning",), at_once)),
    "retry_on_unknown": (_CHECKOUT, Plan(1, 3, ("checkout",), ("paying",), taken_in_silence, silent=True)),
    "cursor_on_puback": (_SYNC, Plan(1, 3, ("headoffice",), ("scanning",), head_office_behind)),
}

pytestmark = pytest.mark.timeout(300)


def _drilled(
    folder: Path, plan: Plan, wrapper: Mapping[str, tuple[str, ...]] | None = None, keep: Path | None = None
) -> dict[str, Any]:
    """Run it; gives what its report says, which agrees with its exit code."""
    code = drill(Report("faults", folder=folder), plan, wrapper=wrapper, keep=keep)
    told: dict[str, Any] = json.loads((folder / "faults.json").read_text(encoding="utf-8"))
    assert told["passed"] == (code == 0)
    return told


def _seen(told: dict[str, Any], what: str) -> str:
    return str(next(each["detail"] for each in told["requirements"] if each["what"] == what))


def _planted(folder: Path, defect: str) -> dict[str, Any]:
    module, plan = _PLANS[defect]
    with TemporaryDirectory(prefix="planted-", ignore_cleanup_errors=True) as keep:
        told = _drilled(folder, plan, {module: ("tests.faults.planted", defect)}, Path(keep))
    assert not told["passed"]
    return told


def test_every_program_may_be_killed_in_any_phase_of_a_sale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each program and each phase once; ``make faults`` does it hundreds of times."""
    told = _drilled(tmp_path, Plan(rounds=len(PHASES), seed=7))

    closing = capsys.readouterr().out.splitlines()[-1]
    assert closing == "faults: rounds=6 lost=0 doubled=0 changed=0 double_charges=0"
    kills = {row[0]: sum(map(int, row[1:])) for row in told["tables"][0]["rows"]}
    assert kills == {**dict.fromkeys(TARGETS, 1), TARGETS[0]: 2, "all": 6}
    assert told["tables"][0]["header"] == ["program", *PHASES]
    assert [int(kills) for kills in told["tables"][0]["rows"][-1][1:]] == [1] * len(PHASES)


@pytest.mark.drill
def test_print_before_commit_is_found_by_money_without_a_sale_and_by_a_second_receipt(tmp_path: Path) -> None:
    told = _planted(tmp_path, "print_before_commit")

    assert told["figures"]["double_charges"] == 1
    assert "and no sale has it" in _seen(told, "nobody is charged twice, or for nothing")
    assert told["figures"]["doubled"] == 1
    assert "has 2 receipts not marked as copies" in _seen(told, "nothing is doubled")


@pytest.mark.drill
def test_a_line_shown_before_its_commit_is_found_by_the_basket_after_the_cut(tmp_path: Path) -> None:
    told = _planted(tmp_path, "show_before_commit")

    assert told["figures"]["lost"] == 1
    assert _seen(told, "nothing is lost") == "a basket of 1 was one of 0 after a cut"


def test_retry_on_unknown_is_found_by_the_second_charge(tmp_path: Path) -> None:
    told = _planted(tmp_path, "retry_on_unknown")

    assert told["figures"]["double_charges"] == 1
    assert "and no sale has it" in _seen(told, "nobody is charged twice, or for nothing")


def test_a_cursor_moved_on_puback_is_found_by_what_head_office_lacks(tmp_path: Path) -> None:
    told = _planted(tmp_path, "cursor_on_puback")

    assert told["figures"]["lost"] >= 1
    assert "the kiosk took its journal for stored" in _seen(told, "nothing is lost")


@pytest.mark.drill
@pytest.mark.parametrize("defect", sorted(_PLANS))
def test_the_same_kills_find_nothing_where_nothing_is_planted(tmp_path: Path, defect: str) -> None:
    told = _drilled(tmp_path, _PLANS[defect][1])

    assert told["passed"]
    assert {key: told["figures"][key] for key in _CLEAN} == _CLEAN
