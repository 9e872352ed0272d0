"""``python -m tests.bench.small_demo``: the demonstration around a small world, one that is up in an instant.

Two of its programs are real far ends; the third does not listen to SIGTERM. ``SMALL=down``: something is missing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench.demo import main
from bench.processes import Child, NotReadyError, python
from bench.world import Options
from tests.bench.fake_world import FakeWorld

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(60)"
)


class SmallWorld(FakeWorld):
    """The cable and the terminal."""

    screen_port = None

    def __init__(self, folder: Path, options: Options, progress: Callable[[str], None]) -> None:
        super().__init__(folder, boards=("card_terminal", "network"))
        self.country = options.country
        self._tell = progress
        self._children = [
            Child(
                "cable",
                python("bench.cable", "--to", "127.0.0.1:9", "--knob-socket", self.boards["network"]),
                folder / "cable.log",
            ),
            Child(
                "terminal",
                python("bench.far_ends.card_reader.simulated", "--charges", folder / "charges.jsonl"),
                folder / "terminal.log",
            ),
            Child("stubborn", [sys.executable, "-c", _STUBBORN], folder / "stubborn.log"),
        ]

    def start(self) -> None:
        """All three, and then perhaps a fourth that is not there."""
        for child in self._children:
            child.start()
            child.about()
        pids = ",".join(str(child.pid) for child in self._children)
        self._tell(f"folder={self.receipts.parent} pids={pids}")
        if os.environ.get("SMALL") == "down":
            message = "the broker is not installed: apt-get install mosquitto"
            raise NotReadyError(message)

    def stop(self) -> None:
        """All."""
        for child in self._children:
            child.stop(grace=0.3)


if __name__ == "__main__":
    raise SystemExit(main(SmallWorld))
