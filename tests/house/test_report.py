"""The report every target leaves."""

from __future__ import annotations

import doctest
import json
from typing import TYPE_CHECKING

import pytest

import tools.report
from tools.check import Counts, read_junit
from tools.report import Report

if TYPE_CHECKING:
    from pathlib import Path


def test_the_docstring_shows_what_happens() -> None:
    results = doctest.testmod(tools.report)
    assert results.attempted > 0
    assert results.failed == 0


def test_the_last_line_names_the_target_and_its_figures_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("faults", folder=tmp_path)
    report.figure("rounds", 300)
    report.figure("lost", 0)
    report.figure("per_second", 1234.5678)
    assert report.close() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "faults: rounds=300 lost=0 per_second=1235"


def test_a_breach_of_correctness_fails_the_target_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("replay", folder=tmp_path)
    report.require("totals are equal", held=True)
    report.require("no sale is doubled", held=False, detail="7 twice")
    assert report.close() == 1
    out = capsys.readouterr().out
    assert "replay: BREACH: no sale is doubled: 7 twice" in out
    assert out.splitlines()[-1] == "replay: breaches=1"
    document = json.loads((tmp_path / "replay.json").read_text(encoding="utf-8"))
    assert document["passed"] is False
    assert document["requirements"][1] == {"what": "no sale is doubled", "held": False, "detail": "7 twice"}


def test_a_missed_speed_target_is_told_and_fails_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("bench", folder=tmp_path)
    report.speed("scan to journal, p99", 7.25, 5, "ms")
    report.speed("baskets", 90, 50, "per second", at_most=False)
    assert report.close() == 0
    out = capsys.readouterr().out
    assert "7.25 ms (at most 5 ms: missed)" in out
    assert "90 per second (at least 50 per second: met)" in out


def test_a_run_that_ends_in_an_exception_leaves_a_failed_report(tmp_path: Path) -> None:
    def run() -> None:
        with Report("tour", folder=tmp_path):
            message = "no display"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="no display"):
        run()
    assert json.loads((tmp_path / "tour.json").read_text(encoding="utf-8"))["passed"] is False


def test_a_program_may_leave_with_the_exit_code_of_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> None:
        with Report("cases", folder=tmp_path) as report:
            raise SystemExit(report.close())

    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 0
    assert capsys.readouterr().out == "cases:\n"


def test_the_readable_report_shows_tables_whatever_their_cells_hold(tmp_path: Path) -> None:
    report = Report("tour", folder=tmp_path)
    report.table("Receipts", ("text", "minor units"), [("a|b\nc", 199)])
    report.close()
    assert "| a\\|b c | 199 |" in (tmp_path / "tour.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("key", "value"), [("two words", 1), ("key", "two words"), ("a=b", 1)])
def test_a_figure_that_would_break_the_closing_line_is_refused(tmp_path: Path, key: str, value: str | int) -> None:
    with pytest.raises(ValueError, match="neither blank nor"):
        Report("test", folder=tmp_path).figure(key, value)


def test_a_row_of_another_length_than_its_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differs in length"):
        Report("test", folder=tmp_path).table("T", ("one", "two"), [("1",)])


def test_the_counts_come_from_what_pytest_wrote(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text(
        '<testsuites><testsuite><testcase classname="a" name="b" time="1.5"/>'
        '<testcase classname="a" name="c" time="0.5"><failure/></testcase>'
        '<testcase classname="a" name="d" time="0"><error/></testcase>'
        '<testcase classname="a" name="e" time="0"><skipped/></testcase></testsuite></testsuites>',
        encoding="utf-8",
    )
    counts = read_junit(junit)
    assert (counts.passed, counts.failed, counts.skipped) == (1, 2, 1)
    assert counts.slowest[0] == ("a::b", 1.5)


def test_a_run_that_wrote_nothing_counts_no_test(tmp_path: Path) -> None:
    assert read_junit(tmp_path / "absent.xml") == Counts(0, 0, 0, ())
