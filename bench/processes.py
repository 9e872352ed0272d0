"""The programs of the little world: started with their output in a file, waited for, stopped, or killed as by a cut."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import leash

__all__ = ["Child", "NotReadyError", "answers_on", "find_program", "free_port", "python"]

_STEP = 0.02
_GRACE = 5.0
_SYSTEM = ("/usr/sbin", "/usr/local/sbin")
"""Where servers lie that an ordinary user's PATH does not name."""


class NotReadyError(Exception):
    """A program did not come up. The text names it, says what it printed last, and where all of it lies."""


def python(module: str, *arguments: object) -> list[str]:
    """The command line of one of our own modules, in this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def find_program(program: str, package: str = "", *, path: str | None = None) -> str:
    """Where a program lies, system programs included. Raises ``NotReadyError`` naming Debian's ``package`` with it."""
    folders = os.environ.get("PATH", os.defpath) if path is None else path
    found = shutil.which(program, path=os.pathsep.join((folders, *(_SYSTEM if path is None else ()))))
    if found is None:
        message = f"{program} is not installed: apt-get install {package or program}"
        raise NotReadyError(message)
    return found


def free_port(wanted: int = 0) -> int:
    """A free loopback port: ``wanted`` if nobody has it and it can be had, else any."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError, OverflowError), socket.socket() as probe:
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
    """One program. ``log`` gets all it prints. It leads a process group of its own, with whatever it starts.

    It ends with whoever started it, even if that one is killed.
    It is not reaped before ``kill`` or ``stop``, so that its number (and its group's) cannot meanwhile become
    somebody else's.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    _process: subprocess.Popen[bytes] | None = None
    _from: int = 0

    @property
    def alive(self) -> bool:
        """It runs."""
        return self._process is not None and _ended(self._process) is None

    @property
    def pid(self) -> int:
        """Its process number. Raises ``NotReadyError`` when it does not run."""
        if self._process is None or not self.alive:
            message = f"{self.name} does not run"
            raise NotReadyError(message)
        return self._process.pid

    def start(self) -> None:
        """Start it, after an end to whatever is left of an earlier run; its log goes on where it was.

        Raises ``NotReadyError`` when there is no such program.
        """
        self.kill()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._from = self.log.stat().st_size if self.log.exists() else 0
        try:
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    list(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                    cwd=self.folder,
                    start_new_session=True,
                )
        except OSError as fault:
            message = f"{self.name} cannot be started: {fault}"
            raise NotReadyError(message) from fault
        leash.put_on(self._process.pid)

    def printed(self) -> str:
        """What it has printed since it was started last."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def wait(self, ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Until it runs and ``ready`` holds. Raises ``NotReadyError`` when it ends first or takes too long.

        That it runs is asked first: what answers on its port after its end is somebody else.
        """
        deadline = time.monotonic() + seconds
        while True:
            code = 0 if self._process is None else _ended(self._process)
            if code is not None:
                raise NotReadyError(self._complaint(f"ended (code {code}) before it was ready"))
            if ready():
                return
            if time.monotonic() > deadline:
                raise NotReadyError(self._complaint(f"was not ready after {seconds:g} s"))
            time.sleep(_STEP)

    def about(self, *, seconds: float = 30.0) -> dict[str, Any]:
        """The line of JSON with which a far end says where it is."""
        told: list[dict[str, Any]] = []

        def said() -> bool:
            for line in self.printed().splitlines():
                if line.startswith("{"):
                    with contextlib.suppress(ValueError):
                        told.append(json.loads(line))
            return bool(told)

        self.wait(said, seconds=seconds)
        return told[0]

    def kill(self) -> None:
        """SIGKILL, as a power cut would: nothing is flushed, nobody is asked. Its own children go with it."""
        if self._process is not None:
            _signal(self._process, signal.SIGKILL)
            self._process.wait()
            leash.let_go(self._process.pid)
            self._process = None

    def freeze(self) -> None:
        """Hold it where it stands: it takes part in nothing until it is thawed; it may be killed meanwhile."""
        if self._process is not None:
            _signal(self._process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            _signal(self._process, signal.SIGCONT)

    def stop(self, *, grace: float = _GRACE) -> None:
        """SIGTERM, and after ``grace`` seconds SIGKILL for whoever is left."""
        if self._process is not None:
            _signal(self._process, signal.SIGTERM)
            deadline = time.monotonic() + grace
            while self.alive and time.monotonic() < deadline:
                time.sleep(_STEP)
            self.kill()

    def _complaint(self, what: str) -> str:
        last = " / ".join(self.printed().strip().splitlines()[-4:]) or "nothing"
        return f"{self.name} {what}; it printed last: {last} (all of it: {self.log})"


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code or signal, ``None`` while it runs; it is left unreaped."""
    told = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return None if told is None else told.si_status


def _signal(leader: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)
