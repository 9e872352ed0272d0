"""Every part of the benchmarks runs, in a tiny size, and tells what it promises. How fast it is, is not judged here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import PARTS, main
from tests.benchmarks.document import DOCUMENT, renew
from tests.benchmarks.figures import percentile
from tests.benchmarks.size import TINY
from tools.report import Report

_PROMISED = {
    "shopping": ("journal_ms", "frame_ms", "commit_ms", "weigh_ms", "receipt_ms"),
    "start": ("bare_window_s", "first_touch_s"),
    "memory": ("checkout_mb", "sync_mb", "bare_mb"),
    "idle": ("idle_percent",),
    "core": ("decisions_per_second",),
    "devices": ("last_byte_to_input_p99_ms",),
    "book": ("book_items",),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_tells_every_figure_it_promises_and_judges_it_by_a_target(part: str, tmp_path: Path) -> None:
    with Report("bench", folder=tmp_path) as report:
        PARTS[part](report, TINY)
        assert report.close() == 0
    told = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert tuple(told["figures"]) == _PROMISED[part]
    assert all(figure >= 0 for figure in told["figures"].values())
    assert told["speeds"]
    assert all(speed["measured"] >= 0 and speed["target"] > 0 for speed in told["speeds"])


def test_the_first_picture_comes_before_the_answer_to_the_first_touch_and_that_before_it_is_drawn(
    tmp_path: Path,
) -> None:
    with Report("bench", folder=tmp_path) as report:
        PARTS["start"](report, TINY)
        (table,) = report.tables
        report.close()
    picture, answered, drawn = (float(row[-1]) for row in table.rows[1:])
    assert 0 < picture < answered < drawn


def test_a_part_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PARTS", "core,speed")
    assert main() == 2
    assert "there is no part speed" in capsys.readouterr().err


def test_the_document_is_renewed_between_its_markers_and_nowhere_else(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- measured -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    report = Report("bench", folder=tmp_path)
    report.speed("a scan", 3.0, 5.0, "ms")
    report.table("Memory", ("process", "MB"), [("kiosk", 80)])
    renew(report, document)
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- measured -->\nMeasured ")
    assert text.endswith("<!-- end -->\nafter\n")
    assert "| a scan | 3 ms | 5 ms | met |" in text
    assert "| kiosk | 80 |" in text
    assert "old" not in text


def test_a_document_without_markers_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no markers"):
        renew(Report("bench", folder=tmp_path), document)


def test_the_shops_document_tells_every_target_and_names_no_place_of_the_machine() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for what in ("scan to durable journal p99", "scan to drawn frame p99", "first touch", "USS", "idle", "decisions"):
        assert what in text
    assert "/home/" not in text
    assert "/tmp/" not in text  # noqa: S108 - looked for, not written to


@pytest.mark.parametrize(("rank", "value"), [(0, 1.0), (50, 2.0), (99, 4.0), (100, 4.0)])
def test_a_percentile_is_the_nearest_rank(rank: int, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], rank) == value
