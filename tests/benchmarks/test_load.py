"""The load benchmark runs whole in a small size, and compares what it says it compares. How fast is not judged here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.load import Asked, measure
from tests.benchmarks.load_house import backlog
from tools.report import Report


@pytest.mark.drill
def test_a_backlog_reaches_the_ledger_whole_and_both_rivals_are_measured(tmp_path: Path) -> None:
    asked = Asked(records=1_000, lanes=2, round_trip_ms=10)
    told = backlog(asked.lanes, asked.records, tmp_path / "cache")
    with Report("load", folder=tmp_path) as report:
        measure(report, asked, told)
        assert report.close() == 0
    figures = json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))["figures"]
    assert figures["events"] == told.records >= asked.records
    assert figures["sales"] > 0
    assert figures["letters"] == 0
    assert (figures["round_trip_ms"], figures["catch_up_s"] > 0) == (10, True)
    assert min(figures[name] for name in ("events_per_second", "paho_single", "mosquitto_pub_batched")) > 0


@pytest.mark.drill
def test_journals_are_made_once(tmp_path: Path) -> None:
    first = backlog(1, 200, tmp_path)
    written = first.lanes[0].journal.stat().st_mtime_ns
    assert backlog(1, 200, tmp_path) == first
    assert first.lanes[0].journal.stat().st_mtime_ns == written
