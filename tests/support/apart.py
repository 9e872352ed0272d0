"""Judges and rivals that must not meet the kiosk's packages: each in an environment of its own under ``build/``.

It is made at the first call from ``requirements/<name>.txt``, every package checked against its hash, and again when
that file has changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["ApartError", "environment"]

ROOT: Final = Path(__file__).parents[2]
_INSTALL_S: Final = 300


class ApartError(Exception):
    """It cannot be had on this machine; the text says why."""


def environment(name: str, python: str, built_here: Sequence[str] = ()) -> Path:
    """The folder of programs of the environment ``name``, made by the interpreter ``python`` where it is not there.

    Only built wheels are taken, but for the packages ``built_here``, of which there are none. Raises ``ApartError``,
    where no registry of packages is at hand, say.
    """
    requirements, home = ROOT / "requirements" / f"{name}.txt", ROOT / "build" / name
    stamp, programs = home / "required", home / "bin"
    required = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if (programs / "python").exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == required:
        return programs
    shutil.rmtree(home, ignore_errors=True)
    _run([python, "-m", "venv", home], "its environment cannot be made")
    pip: list[str | Path] = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheels = ["--only-binary", ":all:", *(word for package in built_here for word in ("--no-binary", package))]
    _run([*pip, "--require-hashes", *wheels, "-r", requirements], "it cannot be installed")
    stamp.write_text(required, encoding="utf-8")
    return programs


def _run(command: Sequence[str | Path], trouble: str) -> None:
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_INSTALL_S, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        text = f"{trouble}: {error}"
        raise ApartError(text) from error
    if done.returncode:
        text = f"{trouble}: {(done.stderr.strip().splitlines() or ['it says nothing'])[-1]}"
        raise ApartError(text)
