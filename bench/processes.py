"""The programs of the little world: started with their output in a file, waited for, stopped, or killed as by a cut."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Child", "NotReadyError", "answers_on", "free_port", "python"]

_STEP = 0.02
_GRACE = 5.0


class NotReadyError(Exception):
    """A program did not come up. The text names it, says what it printed last, and where all of it lies."""


def python(module: str, *arguments: object) -> list[str]:
    """The command line of one of our own modules, in this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def free_port(wanted: int = 0) -> int:
    """A free loopback port: ``wanted`` if nobody has it, else any."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    message = "this machine has no free port on 127.0.0.1"
    raise NotReadyError(message)


def answers_on(port: int) -> bool:
    """Somebody listens on the loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


@dataclass(slots=True)
class Child:
    """One program. ``log`` gets all it prints; it is started in a process group of its own, and dies with us."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _from: int = 0

    @property
    def alive(self) -> bool:
        """It runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Its process number. Raises ``NotReadyError`` when it does not run."""
        if self.process is None or self.process.poll() is not None:
            message = f"{self.name} does not run"
            raise NotReadyError(message)
        return self.process.pid

    def start(self) -> None:
        """Start it; its log goes on where it was."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                cwd=self.folder,
                start_new_session=True,
            )
        self.starts += 1

    def printed(self) -> str:
        """What it has printed since it was started last."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def wait(self, ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Until ``ready`` holds. Raises ``NotReadyError`` when it ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise NotReadyError(self._complaint("ended at once"))
            if time.monotonic() > deadline:
                raise NotReadyError(self._complaint(f"was not ready after {seconds:.0f} s"))
            time.sleep(_STEP)

    def about(self, *, seconds: float = 30.0) -> dict[str, Any]:
        """The line of JSON with which a far end says where it is."""
        told: list[dict[str, Any]] = []

        def said() -> bool:
            lines = [line for line in self.printed().splitlines() if line.startswith("{")]
            with contextlib.suppress(ValueError):
                told.extend(json.loads(line) for line in lines[:1])
            return bool(told)

        self.wait(said, seconds=seconds)
        return told[0]

    def kill(self) -> None:
        """SIGKILL, as a power cut would: nothing is flushed, nobody is asked. Its own children go with it."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if it does not listen."""
        if self.process is None or self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.kill()

    def _complaint(self, what: str) -> str:
        last = " / ".join(self.printed().strip().splitlines()[-4:]) or "nothing"
        return f"{self.name} {what}; it printed last: {last} (all of it: {self.log})"
