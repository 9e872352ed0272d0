"""emupos, a simulator of tills' devices that nobody here wrote, as a judge's tool (the package emupos).

It needs Python 3.13, which the kiosk does not, so it lives in an environment of its own (``tests/support/apart.py``).
Where there is no such Python, or no registry of packages, there is none.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.support.apart import ApartError, environment
from tests.support.ports import free_port

__all__ = ["Emupos", "EmuposMissingError", "emupos"]

_MINIMUM: Final = (3, 13)
_START_S, _STOP_S = 30, 10


class EmuposMissingError(Exception):
    """It cannot be had on this machine; the text says why."""


class Emupos:
    """One that runs. Its devices are found by the ports they were given; this is what a person does to them."""

    def __init__(self, api: int, folder: Path) -> None:
        self._api = f"http://127.0.0.1:{api}/api/v1"
        self._folder = folder

    @property
    def events(self) -> str:
        """What it said of its devices so far, a line each."""
        return (self._folder / "events.txt").read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> Any:  # noqa: ANN401  JSON
        """What its API says of something, as JSON."""
        return json.loads(self._ask("GET", path))

    def fault(self, device: str, fault: str, *, on: bool) -> None:
        """Let a printer have ``paper-near-end``, ``paper-out``, ``cover-open`` or be ``offline``, or end that."""
        self._ask("PUT" if on else "DELETE", f"/devices/{device}/faults/{fault}")

    def close_drawer(self, device: str) -> None:
        """Push a printer's cash drawer shut."""
        self._ask("POST", f"/devices/{device}/drawer/close")

    def weigh(self, device: str, grams: int, *, stable: bool = True) -> None:
        """Put this much on a scale's platter, gross; below 0: lift it. Not ``stable``: it moves for half a second."""
        self._ask("PUT", f"/devices/{device}/weight", {"grams": grams, "stable": stable})

    def tare(self, device: str) -> None:
        """Press a scale's tare key."""
        self._ask("POST", f"/devices/{device}/tare")

    def receipts(self, device: str) -> list[tuple[str, Path]]:
        """The text of each receipt that came out of a printer, the first first, and where its picture is."""
        metas = sorted(self.get(f"/devices/{device}/receipts"), key=lambda meta: str(meta["completed_at"]))
        files = [self._folder / "receipts" / str(meta["id"]) for meta in metas]
        return [(Path(f"{file}.txt").read_text(encoding="utf-8"), Path(f"{file}.png")) for file in files]

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            self.get("/devices")
        except OSError:
            return False
        return True

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self._api + path, data, headers, method=method)  # noqa: S310  its own address, made above
        with urllib.request.urlopen(request, timeout=_START_S) as answer:  # noqa: S310  the same
            told: bytes = answer.read()
            return told


@contextmanager
def emupos(folder: Path, devices: Sequence[Mapping[str, Any]]) -> Iterator[Emupos]:
    """Run it in ``folder`` with these devices (as in its ``emupos.yaml``) until the block ends.

    Raises ``EmuposMissingError``.
    """
    program = _installed()
    folder.mkdir(parents=True, exist_ok=True)
    api = free_port()
    config = folder / "emupos.yaml"
    config.write_text(json.dumps({"schema": 1, "api": {"port": api}, "devices": list(devices)}), encoding="utf-8")
    running = Emupos(api, folder)
    with (
        (folder / "events.txt").open("w", encoding="utf-8") as said,
        subprocess.Popen(
            [program, "run", "--config", config],
            cwd=folder,
            env={**os.environ, "COLUMNS": "300", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_for(running, process)
            yield running
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(running: Emupos, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_S
    while not running.is_up():
        if process.poll() is not None or time.monotonic() > end:
            text = f"it does not start: {running.events.strip()[-300:]}"
            raise EmuposMissingError(text)
        time.sleep(0.1)


def _installed() -> Path:
    """The program, installed when it is not, or when what is required has changed."""
    try:
        return environment("emupos", _python()) / "emupos"
    except ApartError as fault:
        raise EmuposMissingError(str(fault)) from fault


def _python() -> str:
    """A Python that is new enough: on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for candidate in ("python3.14", "python3.13", "python3", *sorted(pyenv.glob("versions/3.1[3-9]*/bin/python"))):
        asked = [str(candidate), "-c", "import sys; print(*sys.version_info[:2]); print(sys.executable)"]
        try:
            said = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=_START_S).stdout.split()
        except OSError:
            continue
        if len(said) == 3 and (int(said[0]), int(said[1])) >= _MINIMUM:
            return said[2]
    text = f"there is no Python {'.'.join(map(str, _MINIMUM))} or newer on this machine"
    raise EmuposMissingError(text)
