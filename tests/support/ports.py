"""Free ports on the loopback address."""

from __future__ import annotations

import contextlib
import secrets
import socket

__all__ = ["free_port"]


_FIRST, _PORTS = 20_000, 12_000
"""Below the range from which Linux takes the ports of outgoing connections: one of those could come in between."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now.

    For a program that must be told its port before it starts, or be found again on it after it was killed. A server of
    ours binds port 0 and says what it got.
    """
    while True:
        port = _FIRST + secrets.randbelow(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
