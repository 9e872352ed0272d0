"""The import contracts hold, and each of them would notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bench", "hal", "headoffice", "kiosk", "messages", "provisioning", "ui")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms' Python files and the contracts, in a folder where harm can be done."""
    copy = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return copy


def broken_contracts(folder: Path) -> str:
    """What import-linter says of the rooms there; empty when all contracts are kept."""
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        check=False,
        capture_output=True,
        text=True,
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("kiosk/retail/planted.py", "time", "The core is pure"),
        ("kiosk/checkout/planted.py", "kiosk.store", "The rooms of the kiosk lie in layers"),
        ("kiosk/i18n/planted.py", "messages", "Languages know the trade's values"),
        ("kiosk/store/planted.py", "hal.device", "Only the workstation and bootstrap enter hal"),
        ("kiosk/store/planted.py", "messages.local", "The store knows the core"),
        ("kiosk/sync/planted.py", "kiosk.retail", "Sync carries records it does not interpret"),
        ("kiosk/workstation/planted.py", "messages.topics", "The workstation speaks to the kiosk's own processes"),
        ("kiosk/workstation/planted.py", "ui", "The checkout knows neither its screen"),
        ("hal/scale/planted.py", "hal.scanner", "Device categories do not know one another"),
        ("hal/planted.py", "messages", "Devices know nothing of ours"),
        ("messages/planted.py", "kiosk.retail", "Messages know nothing of ours"),
        ("ui/planted.py", "kiosk.store", "The screen sees what the checkout shows"),
        ("provisioning/agent/planted.py", "kiosk.i18n", "The agent works when the kiosk is broken"),
        ("provisioning/fleet/planted.py", "provisioning.agent", "The fleet's side knows the messages only"),
        ("headoffice/planted.py", "kiosk.checkout", "Head office shares the kiosk's price engine"),
        ("headoffice/planted.py", "tools.report", "The product imports nothing that stays in the workshop"),
        ("bench/far_ends/planted.py", "hal.printer", "The bench drives devices by their wire"),
    ],
)
def test_an_import_against_the_rules_is_noticed(copied: Path, module: str, imported: str, contract: str) -> None:
    planted = copied / module
    planted.write_text(f"import {imported}\n", encoding="utf-8")
    try:
        complaint = broken_contracts(copied)
    finally:
        planted.unlink()
    assert any(line.startswith(contract) and " BROKEN" in line for line in complaint.splitlines()), complaint


def test_a_circle_between_modules_is_noticed(copied: Path) -> None:
    one, other = copied / "messages" / "one.py", copied / "messages" / "other.py"
    one.write_text("from messages import other\n", encoding="utf-8")
    other.write_text("from messages import one\n", encoding="utf-8")
    try:
        complaint = broken_contracts(copied)
    finally:
        one.unlink()
        other.unlink()
    assert "No circles between modules of a room BROKEN" in complaint


def test_the_rooms_as_they_are_break_no_contract(copied: Path) -> None:
    assert broken_contracts(copied) == ""
