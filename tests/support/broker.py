"""A real mosquitto with mutual TLS, on a free port, that tests may kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from bench import leash
from provisioning.authority import Authority, Credentials
from provisioning.broker import write_settings
from tests.support.ports import free_port
from tests.support.waiting import wait_until

__all__ = ["Broker"]


class Broker:
    """The broker as the house runs it, its files below ``folder``. Ended by ``stop``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        self.access = folder / "broker" / "access.conf"
        self._authority = Authority.open(folder / "authority")
        server = self._authority.server("broker", ["localhost", "127.0.0.1"])
        self._settings = write_settings(folder / "broker", server=server, port=self.port)
        self._process: subprocess.Popen[bytes] | None = None

    def credentials(self, name: str) -> Credentials:
        """A client certificate for ``name``."""
        return self._authority.client(name)

    @property
    def pid(self) -> int:
        """The process. Raises ``RuntimeError`` while there is none."""
        if self._process is None:
            message = "the broker does not run"
            raise RuntimeError(message)
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it listens."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            message = "these tests need mosquitto: apt install mosquitto"
            raise RuntimeError(message)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([program, "-c", str(self._settings)], stderr=log, stdout=log)
        leash.put_on(self._process.pid)
        wait_until(self._listens, what="mosquitto listens")

    def kill(self) -> None:
        """As a power cut: nothing is saved, nobody is told."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In good order."""
        self._end(signal.SIGTERM)

    def start_again_with(self, rules: str) -> None:
        """Stop, and start with these rules as the access list."""
        self.stop()
        self.access.write_text(rules, encoding="utf-8")
        self.start()

    def reads_soon(self, rules: str) -> None:
        """Give it these rules as the access list without ending a connection; they hold a moment later."""
        self.access.write_text(rules, encoding="utf-8")
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def _listens(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            message = f"mosquitto ended: {self.log.read_text(encoding='utf-8')[-2000:]}"
            raise RuntimeError(message)
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=10)
            leash.let_go(self._process.pid)
            self._process = None
