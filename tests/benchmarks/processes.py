"""Starting a program that is to be measured, hearing what it says, ending it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.place import environment
from tests.benchmarks.programs.said import BEGAN, FINGER
from tests.support.kiosk import ROOT

__all__ = ["Measured", "measured"]

_PATIENCE_S = 120.0
_LAST_WORDS = 600


@dataclass(frozen=True, slots=True)
class Measured:
    """A program under measurement; ``pid`` for whoever weighs it."""

    process: subprocess.Popen[bytes]
    complaints: Any

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def hears(self, word: str) -> Any:  # noqa: ANN401 - a JSON value
        """The value of the next line with ``word``. Raises ``RuntimeError`` with its last words if it ends first."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if word in told:
                return told[word]
        self.process.wait()
        self.complaints.seek(0)
        last = self.complaints.read()[-_LAST_WORDS:].decode(errors="replace")
        message = f"the program ended before it said {word!r}: {last}"
        raise RuntimeError(message)


@contextmanager
def measured(module: str, *arguments: object, touches: bool = True) -> Iterator[Measured]:
    """Start ``python -m module``; it is ended afterwards, and at the latest when nobody could still be waiting.

    ``touches``: whether a program that has a finger uses it.
    """
    with tempfile.TemporaryFile() as complaints:
        words = {BEGAN: str(time.monotonic()), FINGER: str(int(touches))}
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            env={**environment(), **words},
        )
        overdue = threading.Timer(_PATIENCE_S, process.kill)
        overdue.start()
        try:
            yield Measured(process, complaints)
        finally:
            overdue.cancel()
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
