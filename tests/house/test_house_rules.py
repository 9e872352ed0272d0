"""What holds for the repository as a whole: its requirement files, its targets, what no file may hold."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tools.check

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
TARGETS = [
    "help",
    "setup",
    "demo",
    "test",
    "lint",
    "journeys",
    "tour",
    "replay",
    "faults",
    "bench",
    "vision",
    "cases",
    "optimality",
    "price-bench",
    "load",
    "produce",
    "conformance",
    "soak-devices",
    "check-all",
    "clean",
]

# With a class of one letter in each, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile(r"pypi[.](org|python)|python[h]osted|npm[j]s[.]")
UNFINISHED = re.compile(r"\b(TOD[O]|FIXM[E])\b")


BUILT = {".git", ".venv", "build", "dist", "__pycache__"}
"""Folders at the root that hold what was made, not what was written."""


@cache
def text_files() -> dict[str, str]:
    """Every text file of the checkout by its path from the root, less what was built and what tools cache."""
    found = {}
    for folder, folders, names in os.walk(ROOT):
        skipped = BUILT if Path(folder) == ROOT else {"__pycache__"}
        folders[:] = [name for name in folders if name not in skipped and not name.endswith(("_cache", ".egg-info"))]
        for path in (Path(folder, name) for name in names):
            content = path.read_bytes() if path.stat().st_size < 1_000_000 else b"\0"
            if b"\0" not in content:
                found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_required_package_is_pinned_and_hashed(path: Path) -> None:
    entries = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"^[a-z0-9][a-z0-9.-]*==[^ ]+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_no_requirement_file_says_where_packages_are_fetched(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert "://" not in content
    assert "--index" not in content
    assert "--find-links" not in content
    assert "#" not in content


def test_the_narrow_requirement_files_hold_the_releases_of_the_widest() -> None:
    pins = {
        path.stem: set(re.findall(r"^[a-z0-9.-]+==\S+", path.read_text("utf-8"), re.MULTILINE)) for path in REQUIREMENTS
    }
    assert pins["runtime"] < pins["headoffice"] < pins["dev"]


def test_every_direct_dependency_is_in_the_requirement_files() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for file, wanted in (
        ("runtime", project["dependencies"]),
        ("headoffice", project["dependencies"] + extras["headoffice"]),
        ("dev", sum(extras.values(), project["dependencies"])),
    ):
        pinned = (ROOT / "requirements" / f"{file}.txt").read_text(encoding="utf-8")
        pins = {match[1]: match[2] for match in re.finditer(r"^([a-z0-9.-]+)==([^ ]+)", pinned, re.MULTILINE)}
        for requirement in map(Requirement, wanted):
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert [name for name, text in text_files().items() if REGISTRY_HOSTS.search(text)] == []


def test_nothing_is_left_unfinished() -> None:
    code = {name: text for name, text in text_files().items() if name.endswith((".py", ".sh", ".kv", ".html", ".js"))}
    assert len(code) > 20
    assert [name for name, text in code.items() if UNFINISHED.search(text)] == []


def test_every_python_file_opens_with_a_docstring_and_is_short_enough_to_read() -> None:
    for name, text in text_files().items():
        if name.endswith(".py"):
            assert text.lstrip().startswith(('"""', 'r"""')), name
            assert text.count("\n") <= 600, name


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607 - as above
    assert [target for target in TARGETS if f"make {target} " not in listed.stdout] == []


@pytest.mark.parametrize("target", [target for target in TARGETS if target not in {"help", "clean"}])
def test_a_target_does_its_own_setting_up(target: str) -> None:
    planned = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", target],  # noqa: S607 - as above
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert planned.stdout.splitlines()[0] == "bash tools/setup.sh"


def test_check_all_leaves_no_check_out() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    within_test = {"lint"}
    no_check = {"help", "setup", "demo", "check-all", "clean"}
    assert set(tools.check.TARGETS) == listed - within_test - no_check


def test_decision_records_have_a_number_of_their_own_and_the_same_parts() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(numbers) == len(set(numbers))
    for path in records:
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
