"""A service manager's ear: the socket that a started program sends its words to."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Manager", "hold", "manager"]


class Manager:
    """Hears what is sent to a Unix datagram socket; ``environment`` is what a program is started with."""

    def __init__(self, ear: socket.socket, path: str) -> None:
        self._ear = ear
        self.environment = {"NOTIFY_SOCKET": path}

    def watching(self, silence_ms: int, process: int | None = None) -> dict[str, str]:
        """The environment of a program that must not be silent for longer than this."""
        meant = {} if process is None else {"WATCHDOG_PID": str(process)}
        return {**self.environment, "WATCHDOG_USEC": str(silence_ms * 1000), **meant}

    def heard(self, within_s: float = 30.0) -> str:
        """The next word. Raises ``TimeoutError``."""
        self._ear.settimeout(within_s)
        return self._ear.recv(4096).decode()

    def waiting(self) -> list[str]:
        """Every word that has come and was not yet heard."""
        self._ear.settimeout(0)
        words = []
        while True:
            try:
                words.append(self._ear.recv(4096).decode())
            except BlockingIOError:
                return words


@contextmanager
def manager(folder: Path, name: str = "") -> Iterator[Manager]:
    """A manager that listens in ``folder``, or under the abstract ``name``."""
    path = f"@{name}-{os.getpid()}" if name else str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + path[1:] if name else path)
        yield Manager(ear, path)


def hold(on_loop: Callable[[Callable[[], None]], object]) -> threading.Event:
    """Hold up a loop, given by how something is called on it, until the event is set; it is held on return."""
    held, holding = threading.Event(), threading.Event()

    def wait() -> None:
        holding.set()
        held.wait(20)

    on_loop(wait)
    assert holding.wait(10)
    return held
