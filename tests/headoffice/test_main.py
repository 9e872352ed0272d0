"""Head office as a program: it says where it is, tells pages what changes, refuses clearly, and ends when asked."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from headoffice import main as program
from headoffice.database import open_database
from headoffice.feed import Feed, change_of
from kiosk.retail.item import Item
from kiosk.retail.money import Money

ROOT = Path(__file__).parents[2]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the address it printed first."""
    child = subprocess.Popen(
        [sys.executable, "-m", "headoffice.main", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first.startswith("head office: http://127.0.0.1:")
        yield child, first.removeprefix("head office: ").strip()
    finally:
        child.kill()
        child.wait(timeout=10)
        assert child.stdout is not None
        child.stdout.close()


def test_a_demo_is_entered_by_its_link_an_open_page_hears_of_a_price_and_sigterm_ends_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    database = open_database(url)
    cola = Item("cola", {"en": "Cola"}, "drinks", "standard", Money(8000, "BDT"))
    Feed(database, clock=lambda: 0).publish_changes([change_of("item", "cola", cola)], by="seed")
    database.close()
    with running("--database", url, "--demo") as (child, link), httpx2.Client(timeout=10) as client:
        home = link.partition("/enter/")[0]
        assert client.get(link, follow_redirects=True).status_code == 200
        token = client.get(f"{home}/prices").text.partition('name="token" value="')[2].partition('"')[0]
        with client.stream("GET", f"{home}/live") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            fields = {"token": token, "price": "75", "currency": "BDT"}
            cookies = {"headoffice": client.cookies["headoffice"]}
            assert httpx2.post(f"{home}/prices/cola", data=fields, cookies=cookies).status_code == 303
            assert "data: prices" in [next(lines) for _ in range(4)]
            child.send_signal(signal.SIGTERM)
            assert child.wait(timeout=10) in {0, -signal.SIGTERM}


def test_each_start_makes_another_link(tmp_path: Path) -> None:
    links = set()
    for _ in range(2):
        with running("--database", f"sqlite:///{tmp_path}/ledger.db", "--demo") as (_child, link):
            links.add(link.partition("/enter/")[2])
    assert len(links) == 2


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert program.main(arguments) == program.REFUSED
    said = capsys.readouterr()
    assert said.err.startswith("headoffice: ")
    assert "Traceback" not in said.err
    return said.err


def test_a_busy_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused(capsys, "--database", f"sqlite:///{tmp_path}/ledger.db", "--port", port)
    assert port in said
    assert "another --port" in said


def test_who_reads_where_the_pages_are_is_not_turned_away_however_long_they_take_to_start() -> None:
    """The program prints its link between these two lines, and starts its pages after them."""
    with (
        program.listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname(), timeout=5) as it,
    ):
        assert it.getpeername() == listening.getsockname()


def test_a_newer_database_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    open_database(url).close()
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer release" in refused(capsys, "--database", url, "--port", "0")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--demo", "--host", "0.0.0.0"], "loopback"),  # noqa: S104 - what must be refused
        (["--broker", "nowhere"], "HOST:PORT"),
        (["--broker", "localhost:8883"], "--ca, --cert and --key"),
        (["--broker", "shop.example:1883", "--plain"], "loopback"),
        (["--broker", "127.0.0.1:8883", "--ca", "/gone.crt"], "/gone.crt"),
        (["--acquirers", "/gone.toml"], "/gone.toml"),
    ],
)
def test_what_does_not_serve_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said in refused(capsys, "--database", f"sqlite:///{tmp_path}/ledger.db", "--port", "0", *arguments)
    assert not (tmp_path / "ledger.db").exists()
