"""Setting up: safe to repeat, quick when there is nothing to do, and clear about what is missing."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def fresh(folder: Path) -> Path:
    """A checkout with a requirement file that asks for nothing, so that it can be set up without a network."""
    copy = folder / "checkout"
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


def processor_seconds() -> float:
    """What ended child processes have used: unlike a clock's time, the same on a busy machine as on a quiet one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A checkout that was set up, and what that printed. One for all: making an environment takes seconds."""
    checkout = fresh(tmp_path_factory.mktemp("made"))
    return checkout, set_up(checkout)


@pytest.fixture
def checkout(made: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    """The checkout, ready again whatever an earlier test did to it."""
    checkout, first = made
    assert first.returncode == 0, first.stdout + first.stderr
    assert set_up(checkout).returncode == 0
    return checkout


def test_setting_up_makes_the_environment(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, first = made
    assert first.returncode == 0, first.stdout + first.stderr
    assert "environment=made" in closing_line(first)


def test_setting_up_leaves_its_report(checkout: Path) -> None:
    document = json.loads((checkout / "build" / "reports" / "setup.json").read_text(encoding="utf-8"))
    assert document["target"] == "setup"
    assert document["passed"] is True
    assert document["figures"]["environment"] == "present"


def test_setting_up_again_changes_nothing_and_takes_under_two_seconds(checkout: Path) -> None:
    before = processor_seconds()
    again = set_up(checkout)
    assert processor_seconds() - before < 2
    assert again.stdout.splitlines() == [closing_line(again)]
    assert "packages_installed=0 environment=present" in closing_line(again)


def test_a_changed_requirement_file_is_taken_up(checkout: Path) -> None:
    with (checkout / "requirements" / "dev.txt").open("a", encoding="utf-8") as requirements:
        requirements.write("\n")
    assert "environment=made" in closing_line(set_up(checkout))


def test_an_interrupted_setting_up_is_taken_up_again(checkout: Path) -> None:
    (checkout / ".venv" / ".ready").unlink()
    assert "environment=made" in closing_line(set_up(checkout))


def test_the_rooms_are_found_from_any_folder(checkout: Path, tmp_path: Path) -> None:
    (checkout / "tools" / "__init__.py").write_text("", encoding="utf-8")
    python = str(checkout / ".venv" / "bin" / "python")
    ran = subprocess.run([python, "-c", "import tools"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_what_is_missing_is_named_with_the_command_that_gets_it(tmp_path: Path) -> None:
    checkout = fresh(tmp_path)
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
    assert "missing, and needed: mosquitto mosquitto-clients xvfb libgl1" in run.stdout
    assert "sudo apt-get update && sudo apt-get install -y mosquitto mosquitto-clients xvfb libgl1" in run.stdout
    assert "environment=missing" in closing_line(run)
