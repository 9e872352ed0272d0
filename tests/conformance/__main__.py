"""``make conformance``: the suite over every driver, and the table of drivers by tests.

The column ``wire`` says what stood between a driver and its far end: ``wire`` is the real transport; ``emulated`` means
that an ordinary host has no kernel part for it, so the far end stood in for the kernel too (evdev, HID, V4L2, GPIO);
``simulated`` is a driver without a wire. Independent judges, programs that nobody here wrote, have their own table.
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

from tests.conformance.judges import JUDGES
from tests.support.rigs import every, wire_of
from tools.report import REPORTS, Report

__all__ = ["Case", "main", "read_cases"]

ROOT = Path(__file__).parents[2]
SUITE: Final = "tests/conformance"
Case = tuple[str, str, str]
"""Driver (``category/model``), test, and ``passed``, ``failed`` or ``skipped``."""

_DRIVER = re.compile(r"\[(?:.*?-)?([a-z_]+/[a-z0-9_]+(?::[a-z0-9_]+)?)(?:-.*)?\]$")


def read_cases(junit: Path) -> list[Case]:
    """The cases of a driver in a JUnit XML file as pytest writes it."""
    cases = []
    for case in ET.parse(junit).getroot().iter("testcase"):  # noqa: S314  written by our own pytest a moment ago
        name = case.get("name", "")
        found = _DRIVER.search(name)
        if found is not None:
            failed = case.find("failure") is not None or case.find("error") is not None
            verdict = "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"
            cases.append((found[1], name.partition("[")[0], verdict))
    return cases


def _cell(verdicts: Counter[str]) -> str:
    if verdicts["failed"]:
        return f"FAILED {verdicts['failed']}"
    return str(verdicts["passed"]) if verdicts["passed"] else "left out" if verdicts["skipped"] else "-"


def _table(report: Report, cases: list[Case]) -> None:
    cells: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for driver, test, verdict in cases:
        cells[driver][test][verdict] += 1
    tests = sorted({test for _, test, _ in cases})
    letters = [chr(ord("A") + number) for number in range(len(tests))]
    rows = []
    for category, model in sorted(every()):
        driver = f"{category}/{model}"
        rows.append((driver, wire_of(category, model), *(_cell(cells[driver][test]) for test in tests)))
        report.require(f"{driver} was tested", held=driver in cells)
    report.table("Drivers by tests (how many cases passed)", ("driver", "wire", *letters), rows)
    sentences = [
        (letter, test.removeprefix("test_").replace("_", " ")) for letter, test in zip(letters, tests, strict=True)
    ]
    report.table("The tests", ("", "sentence"), sentences)
    for row in rows:
        report.progress("  ".join(f"{cell:<9}" if number else f"{cell:<32}" for number, cell in enumerate(row)))
    for letter, sentence in sentences:
        report.progress(f"{letter}: {sentence}")


def _judges(report: Report) -> int:
    """Ask every independent judge; gives how many of their verdicts there were."""
    rows = []
    for name, judge in JUDGES.items():
        report.progress(f"judge: {name} ...")
        for driver, check, verdict in judge():
            rows.append((name, driver, check, verdict))
            report.progress(f"{name}: {driver}: {check}: {verdict}")
            report.require(
                f"{name} on {driver}: {check}", held=verdict.startswith(("passed", "left out")), detail=verdict
            )
    report.table("Independent judges", ("judge", "driver", "what was judged", "verdict"), rows)
    return len(rows)


def main() -> int:
    """The target."""
    with Report("conformance") as report:
        junit = REPORTS / "conformance-junit.xml"
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", SUITE, "-q", "--numprocesses=2", f"--junitxml={junit}"]
        done = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
        report.require("every test passes", held=done.returncode == 0, detail=f"pytest exits {done.returncode}")
        cases = read_cases(junit) if junit.exists() else []
        _table(report, cases)
        report.figure("drivers", len(every()))
        report.figure("cases", len(cases))
        report.figure("failed", sum(verdict == "failed" for _, _, verdict in cases))
        report.figure("judged", _judges(report))
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
