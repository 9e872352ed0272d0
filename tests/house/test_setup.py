"""Setting up: safe to repeat, quick when there is nothing to do, and clear about what is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a requirement file that asks for nothing, so that it can be set up without a network."""
    copy = tmp_path / "checkout"
    (copy / "tools").mkdir(parents=True)
    (copy / "requirements").mkdir()
    (copy / "requirements" / "dev.txt").write_text("", encoding="utf-8")
    shutil.copy(ROOT / "tools" / "setup.sh", copy / "tools")
    return copy


def set_up(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up there, as a machine without a terminal does."""
    return subprocess.run(
        ["/bin/bash", "tools/setup.sh"],
        cwd=checkout,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def closing_line(run: subprocess.CompletedProcess[str]) -> str:
    return run.stdout.splitlines()[-1]


def test_setting_up_again_changes_nothing_and_takes_under_two_seconds(checkout: Path) -> None:
    first = set_up(checkout)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "environment=made" in closing_line(first)
    began = time.monotonic()
    second = set_up(checkout)
    assert time.monotonic() - began < 2
    assert second.stdout.splitlines() == [closing_line(second)]
    assert "packages_installed=0 environment=present" in closing_line(second)


def test_setting_up_leaves_its_report(checkout: Path) -> None:
    assert set_up(checkout).returncode == 0
    document = json.loads((checkout / "build" / "reports" / "setup.json").read_text(encoding="utf-8"))
    assert document["target"] == "setup"
    assert document["passed"] is True
    assert document["figures"]["environment"] == "made"


def test_a_changed_requirement_file_is_taken_up(checkout: Path) -> None:
    assert set_up(checkout).returncode == 0
    (checkout / "requirements" / "dev.txt").write_text("\n", encoding="utf-8")
    assert "environment=made" in closing_line(set_up(checkout))


def test_an_interrupted_setting_up_is_taken_up_again(checkout: Path) -> None:
    assert set_up(checkout).returncode == 0
    (checkout / ".venv" / ".ready").unlink()
    assert "environment=made" in closing_line(set_up(checkout))


def test_the_rooms_are_found_from_any_folder(checkout: Path, tmp_path: Path) -> None:
    assert set_up(checkout).returncode == 0
    (checkout / "tools" / "__init__.py").write_text("", encoding="utf-8")
    python = str(checkout / ".venv" / "bin" / "python")
    ran = subprocess.run([python, "-c", "import tools"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_what_is_missing_is_named_with_the_command_that_gets_it(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "cut", "date", "dirname", "flock", "id", "mkdir", "tail"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    # A machine that knows no library, has no Python and may install nothing.
    (tools / "ldconfig").write_text("#!/bin/sh\n", encoding="utf-8")
    (tools / "ldconfig").chmod(0o755)
    script = (checkout / "tools" / "setup.sh").read_text(encoding="utf-8")
    script = script.replace('export PATH="$PATH:/usr/sbin:/sbin"', f'export PATH="{tools}"')
    (checkout / "tools" / "setup.sh").write_text(script, encoding="utf-8")
    run = set_up(checkout)
    assert run.returncode == 1
    assert "missing, and needed: mosquitto xvfb libgl1" in run.stdout
    assert "sudo apt-get update && sudo apt-get install -y mosquitto xvfb libgl1" in run.stdout
    assert "environment=missing" in closing_line(run)
