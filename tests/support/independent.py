"""mosquitto's own programs as clients: what the broker lets through, by a witness that shares no code with the product.

``mosquitto_pub`` says on standard error what MQTT 5's reason code refused; ``mosquitto_sub`` prints what was delivered.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from provisioning.authority import Credentials

__all__ = ["Ear", "arguments", "heard_by", "said"]

_PATIENCE = 20.0


def arguments(port: int, who: Credentials | None, trusted: Path) -> list[str]:
    """How either program is told whom to call and as whom; ``None``: without a certificate."""
    shown = ["--cert", str(who.certificate), "--key", str(who.key)] if who is not None else []
    return ["-h", "127.0.0.1", "-p", str(port), "-V", "5", "--cafile", str(trusted), *shown]


def said(line: Sequence[str], topic: str, payload: str, *more: str) -> str:
    """Publish at QoS 1: empty when the broker took it, else what it said."""
    command = ["mosquitto_pub", *line, "-q", "1", "-t", topic, "-m", payload, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    return done.stderr.strip() or ("" if done.returncode == 0 else f"exit code {done.returncode}")


class Ear:
    """A ``mosquitto_sub`` and what it has printed: (topic, payload), in order of delivery."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, payload: str) -> list[tuple[str, str]]:
        """What was delivered before ``payload``. Raises ``TimeoutError`` when that does not come."""
        found: list[tuple[str, str]] = []
        while True:
            try:
                topic, _, told = self._lines.get(timeout=_PATIENCE).partition(" ")
            except queue.Empty:
                message = f"{payload!r} was not delivered; before it came {found}"
                raise TimeoutError(message) from None
            if told == payload:
                return found
            found.append((topic, told))

    def rest(self) -> list[tuple[str, str]]:
        """All that was delivered and not asked for yet, once the program has ended."""
        self.process.wait(timeout=_PATIENCE)
        self._reader.join(timeout=_PATIENCE)
        found = []
        while not self._lines.empty():
            topic, _, told = self._lines.get().partition(" ")
            found.append((topic, told))
        return found

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))


@contextlib.contextmanager
def heard_by(line: Sequence[str], *filters: str, more: Sequence[str] = ()) -> Iterator[Ear]:
    """An ear at ``filters``; it is killed at the end, so that a will of its is told."""
    wanted = [part for name in filters for part in ("-t", name)]
    command = ["mosquitto_sub", *line, "-q", "1", "-F", "%t %p", *wanted, *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield Ear(process)
    finally:
        process.kill()
        process.wait(timeout=_PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
