"""A PostgreSQL of our own for tests: its files in a temporary folder, reached by a socket there, killed at will."""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bench import leash
from headoffice.database import Database, open_database
from tests.support.waiting import wait_until

__all__ = ["Cluster", "cluster", "new_postgresql"]

_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "autovacuum_naptime": "10s",
    "log_min_messages": "warning",
}
_TEMPLATE = "as_made"


class Cluster:
    """A database cluster as ``initdb`` makes it, with an order of words that is not SQLite's. Ended by ``remove``.

    ``durable``: a commit is on disk when it returns, as in a shop; else it is quick.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = _programs()
        self._user = "postgres" if os.getuid() == 0 else None  # PostgreSQL does not run as root
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        if self._user is not None:
            place = pwd.getpwnam(self._user)
            os.chown(self.folder, place.pw_uid, place.pw_gid)
        self._make(_SETTINGS | (_DURABLE if durable else _QUICK) | {"unix_socket_directories": f"'{self.folder}'"})

    @property
    def pid(self) -> int:
        """The process that all others are children of. Raises ``RuntimeError`` while there is none."""
        if self._process is None:
            message = "PostgreSQL does not run"
            raise RuntimeError(message)
        return self._process.pid

    def url(self, name: str) -> str:
        """Of a database."""
        return f"postgresql://headoffice@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start, and wait until it takes callers; what a killed one left is mended first."""
        wait_until(self._started, 60, what="PostgreSQL runs")

    def kill(self) -> None:
        """As a power cut, save that what was written is on its way to disk: the first process dies at once, its
        children as they notice.
        """
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In good order; who is connected is sent away."""
        self._end(signal.SIGINT)

    def remove(self) -> None:
        """End it and take its files away."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str = "", template: str = "template0") -> str:
        """Make a database, and give its name."""
        name = name or f"ledger_{next(self._numbers)}"
        self.say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def say(self, statement: str, database: str = "postgres") -> None:
        """Have it do something that is no transaction."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user=headoffice dbname={database} connect_timeout=5"

    def _make(self, settings: dict[str, str]) -> None:
        order = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8", "--encoding=UTF8")
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", "headoffice", "-A", "trust", *order]
        told = subprocess.run(
            [*command, "--no-sync"], cwd=self.folder, user=self._user, check=False, capture_output=True, text=True
        )
        if told.returncode:
            message = f"initdb: {told.stdout[-500:]} {told.stderr[-1500:]}"
            raise RuntimeError(message)
        with (self._data / "postgresql.conf").open("a", encoding="ascii") as written:
            written.writelines(f"{name} = {value}\n" for name, value in settings.items())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _started(self) -> bool:
        """A killed one's children may still be there, and a new one does not start beside them."""
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                leash.let_go(self._process.pid)
            command = [str(self._programs / "postgres"), "-D", str(self._data)]
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(command, cwd=self.folder, user=self._user, stdout=log, stderr=log)
            leash.put_on(self._process.pid)
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            leash.let_go(self._process.pid)
            self._process = None


@functools.cache
def cluster() -> Cluster:
    """One for all tests of a run, with a database that all migrations have made. Skips where there is none."""
    made = Cluster()
    atexit.register(made.remove)
    made.start()
    open_database(made.url(made.create(_TEMPLATE))).close()
    return made


@contextmanager
def new_postgresql() -> Iterator[Database]:
    """A database nobody has written to, for the time of the block."""
    house = cluster()
    name = house.create(template=_TEMPLATE)
    database = open_database(house.url(name))
    try:
        yield database
    finally:
        database.close()
        house.say(f'DROP DATABASE "{name}" WITH (FORCE)')


def _programs() -> Path:
    """Debian keeps them apart by release."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    elsewhere = shutil.which("initdb")
    if not found and elsewhere is None:
        pytest.skip("PostgreSQL is not here: apt install postgresql")
    return found[-1].parent if found else Path(str(elsewhere)).parent
