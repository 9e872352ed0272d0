"""The checks behind ``make lint``, ``make test``, ``make journeys``, ``make drills`` and
``make check-all``.

Each step runs as a program of its own and its output passes straight through; the report keeps what came of it.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.journeys import covered
from tools.report import REPORTS, Report

__all__ = ["Counts", "Step", "main", "read_junit"]

ROOT = Path(__file__).resolve().parents[1]
TEST_SECONDS = 600
"""`make test` after set-up, on two cores."""
TESTS_AT_A_TIME = 3
"""On two cores: half of what a test takes is waiting, for a device, a time-out or a program that starts."""
NO_TESTS = 5
"""Pytest's exit code when it found nothing to run."""
TARGETS = (
    "test", "journeys", "drills", "cases", "produce", "replay", "faults", "powercut", "chaos", "tour", "conformance",
    "soak-devices", "bench", "vision", "optimality", "price-bench", "load", "shoppers",
)  # fmt: skip
"""What `make check-all` runs, in this order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A program to run from the root of the checkout, and what it holds true."""

    name: str
    holds: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tests ended how; ``slowest`` are the ten longest (name, seconds)."""

    passed: int
    failed: int
    skipped: int
    slowest: tuple[tuple[str, float], ...]


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


STYLE = (
    Step("ruff check", "the code keeps the house's style", _module("ruff", "check", "--quiet", ".")),
    Step("ruff format", "the code is laid out by the formatter", _module("ruff", "format", "--quiet", "--check", ".")),
    Step("import-linter", "imports run one way", (str(Path(sys.executable).parent / "lint-imports"),)),
)
TYPES = Step("mypy", "the types agree", _module("mypy"))
TESTS_SIDE_BY_SIDE = (f"--numprocesses={TESTS_AT_A_TIME}", "--dist=loadfile", "--no-loadscope-reorder")
"""By files, in their order: sorted by how many tests a file has, those with few long ones would come last."""


def run(step: Step, report: Report) -> tuple[int, float]:
    """Run one step. Gives its exit code and how long it took in seconds."""
    report.progress(f"{step.name} ...")
    began = time.monotonic()
    code = subprocess.run(step.command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode
    return code, time.monotonic() - began


def lint(report: Report, steps: Sequence[Step]) -> None:
    """Run these, and keep whether they held."""
    rows = []
    for step in steps:
        code, seconds = run(step, report)
        _held(report, step, code)
        rows.append((step.name, "held" if code == 0 else "broken", f"{seconds:.1f}"))
    report.table("Lint", ("step", "verdict", "seconds"), rows)


@contextlib.contextmanager
def beside(step: Step, report: Report) -> Iterator[None]:
    """Run ``step`` while the block runs; what it prints comes after the block, and whether it held."""
    report.progress(f"{step.name}, beside what follows ...")
    command = subprocess.Popen(
        step.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield
        print(command.communicate()[0], end="", flush=True)
        _held(report, step, command.returncode)
    finally:
        command.kill()
        command.wait()


def _held(report: Report, step: Step, code: int) -> None:
    report.require(step.holds, held=code == 0, detail="" if code == 0 else f"{step.name} exits {code}")


def read_junit(path: Path) -> Counts:
    """Count the cases in a JUnit XML file as pytest writes it; an error while setting up counts as failed."""
    cases = [] if not path.exists() else list(ET.parse(path).getroot().iter("testcase"))  # noqa: S314 - as above
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    by_time = sorted(cases, key=lambda case: -float(case.get("time", "0")))[:10]
    slowest = tuple(
        (f"{case.get('classname', '')}::{case.get('name', '')}", float(case.get("time", "0"))) for case in by_time
    )
    return Counts(len(cases) - failed - skipped, failed, skipped, slowest)


def pytest(report: Report, *arguments: str, may_be_empty: bool = False) -> Counts:
    """Run pytest with ``arguments`` and keep its counts. Without a single test the report fails, unless it may."""
    junit = REPORTS / f"{report.target}-junit.xml"
    junit.parent.mkdir(parents=True, exist_ok=True)
    junit.unlink(missing_ok=True)
    code, _ = run(Step("pytest", "", _module("pytest", "-q", f"--junitxml={junit}", *arguments)), report)
    counts = read_junit(junit)
    accepted = code == 0 or (may_be_empty and code == NO_TESTS)
    report.require("every test passes", held=accepted, detail="" if accepted else f"pytest exits {code}")
    report.table("Slowest tests", ("test", "seconds"), [(name, f"{seconds:.1f}") for name, seconds in counts.slowest])
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return counts


def _tell(report: Report, counts: Counts, began: float) -> None:
    report.figure("passed", counts.passed)
    report.figure("failed", counts.failed)
    report.figure("skipped", counts.skipped)
    report.figure("seconds", round(time.monotonic() - began))


def check_lint() -> int:
    """`make lint`."""
    with Report("lint") as report:
        lint(report, (*STYLE, TYPES))
        report.figure("steps", len(STYLE) + 1)
        return report.close()


def check_test() -> int:
    """`make test`: style, then types beside every test that is no drill and no journey of `make journeys` alone."""
    began = time.monotonic()
    with Report("test") as report:
        lint(report, STYLE)
        with beside(TYPES, report):
            counts = pytest(report, "-m", "not drill and not tail", *TESTS_SIDE_BY_SIDE)
        report.speed("time after set-up", time.monotonic() - began, TEST_SECONDS, "s")
        _tell(report, counts, began)
        return report.close()


def check_journeys() -> int:
    """`make journeys`: what people do, through the drawn screen, one sentence each."""
    began = time.monotonic()
    with Report("journeys") as report:
        counts = pytest(report, "tests/journeys", "-m", "not drill", *TESTS_SIDE_BY_SIDE)
        report.table("Journeys", ("sentence", "test"), [(j.sentence, j.test) for j in covered()])
        report.figure("sentences", len(covered()))
        _tell(report, counts, began)
        return report.close()


def check_drills() -> int:
    """`make drills`: the tests that take minutes, one at a time."""
    began = time.monotonic()
    with Report("drills") as report:
        counts = pytest(report, "-m", "drill", "--timeout=1800", may_be_empty=True)
        _tell(report, counts, began)
        return report.close()


def check_all() -> int:
    """`make check-all`: every target in turn; one that fails does not stop the next."""
    with Report("check-all") as report:
        rows = []
        for target in TARGETS:
            code, seconds = run(Step(f"make {target}", "", ("make", "--no-print-directory", target)), report)
            report.require(f"make {target} passes", held=code == 0, detail="" if code == 0 else f"it exits {code}")
            rows.append((target, "passed" if code == 0 else "failed", f"{seconds:.0f}"))
        report.table("Targets", ("target", "verdict", "seconds"), rows)
        report.figure("targets", len(rows))
        report.figure("failed", sum(verdict == "failed" for _, verdict, _ in rows))
        return report.close()


def main() -> int:
    """Run the check named on the command line; the exit code tells whether everything held."""
    checks = {
        "lint": check_lint,
        "test": check_test,
        "journeys": check_journeys,
        "drills": check_drills,
        "all": check_all,
    }
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("check", choices=checks)
    return checks[parser.parse_args().check]()


if __name__ == "__main__":
    raise SystemExit(main())
