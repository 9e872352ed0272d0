"""Programs on a leash: what a process started and left behind ends when that process ends, however it ends.

A keeper in a process of its own reads from a pipe whose other end only the holder has: a line for each program put on
the leash or let go. When the pipe closes, because the holder ended in order, crashed or was killed, the keeper kills
what is still on the leash. Nobody else is touched, and nothing has to be remembered on disk.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable

__all__ = ["Leash", "let_go", "put_on"]


class Leash:
    """The holder's end. From any thread; the keeper starts with the first program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keeper: subprocess.Popen[bytes] | None = None

    def put_on(self, pid: int) -> None:
        """This program ends with us; if it leads a process group, the whole group does."""
        with self._lock:
            if self._keeper is None:
                self._keeper = subprocess.Popen(
                    [sys.executable, "-S", "-E", __file__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            self._say(f"+{pid}\n")

    def let_go(self, pid: int) -> None:
        """It has ended and its number may become somebody else's."""
        with self._lock:
            self._say(f"-{pid}\n")

    def close(self) -> None:
        """End now what is still on it."""
        with self._lock:
            keeper, self._keeper = self._keeper, None
            if keeper is not None and keeper.stdin is not None:
                with contextlib.suppress(OSError):
                    keeper.stdin.close()
                keeper.wait()

    def _say(self, line: str) -> None:
        if self._keeper is not None and self._keeper.stdin is not None:
            with contextlib.suppress(OSError):  # a keeper that somebody killed keeps nothing; the programs run on
                self._keeper.stdin.write(line.encode())
                self._keeper.stdin.flush()


def keep(lines: Iterable[str]) -> None:
    """The keeper's life: ``+pid`` and ``-pid`` a line until the holder is gone, then an end to who is left."""
    kept: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        if line.startswith("+"):
            kept.add(pid)
        else:
            kept.discard(pid)
    for pid in kept:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)


_ours = Leash()
put_on = _ours.put_on
let_go = _ours.let_go
atexit.register(_ours.close)

if __name__ == "__main__":
    keep(sys.stdin)
