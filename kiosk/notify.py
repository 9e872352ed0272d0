"""Words to the service manager that started this process: ready, and still alive. Elsewhere nothing is said.

The protocol is that of sd_notify(3): one datagram of ``KEY=value`` lines to the Unix socket in ``NOTIFY_SOCKET`` (a
leading ``@`` means an abstract name); ``WATCHDOG_USEC`` tells after how many microseconds of silence the process
``WATCHDOG_PID`` is taken for hung.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

__all__ = ["Notifier"]

_log = logging.getLogger(__name__)

_BEATS = 4
"""Signs of life in the time after which silence is a fault: three may be late or lost."""


class Notifier:
    """Speaks for this process. ``beat_s``: seconds between two signs of life; 0 where nobody waits for any.

    Safe from any thread; never blocks and never raises. A word that cannot be said is logged once.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self.beat_s = _silence_s(environment) / _BEATS if name else 0.0
        self._mute = False

    def ready(self) -> None:
        """What this process is for, it does from now on."""
        self._say(b"READY=1")

    def alive(self) -> None:
        """A sign of life; to be given from within whatever must not stop."""
        self._say(b"WATCHDOG=1")

    def _say(self, word: bytes) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as speaker:
                speaker.sendto(word, self._address)
        except OSError as error:
            if not self._mute:
                _log.warning("the service manager does not hear us: %s", error)
            self._mute = True
        else:
            self._mute = False


def _silence_s(environment: Mapping[str, str]) -> float:
    """How long this process may be silent; 0 if for ever, or if somebody else is meant."""
    written, meant = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not written.isdecimal() or meant not in {"", str(os.getpid())}:
        return 0.0
    return int(written) / 1_000_000
