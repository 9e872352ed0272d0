"""The wheel holds what the product reads at run time, and nothing of the workshop."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("hal", "headoffice", "kiosk", "messages", "provisioning", "ui")
WORKSHOP = ("bench", "samples", "tests", "tools")


@pytest.fixture(scope="module")
def wheel_content(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of this checkout."""
    copy = tmp_path_factory.mktemp("wheel") / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for room in (*PRODUCT, *WORKSHOP):
        if (ROOT / room).exists():
            shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "out"), str(copy)],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next((copy / "out").glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_every_file_of_every_product_room_is_in_the_wheel(wheel_content: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for room in PRODUCT
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(wanted) > 20
    assert sorted(wanted - wheel_content) == []


def test_neither_bench_nor_tests_nor_tools_are_in_the_wheel(wheel_content: set[str]) -> None:
    assert sorted(name for name in wheel_content if name.split("/")[0] in WORKSHOP) == []
