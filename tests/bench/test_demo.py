"""The demonstration's command: what it refuses, names and ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

_ROOT = Path(__file__).parents[2]


class _Demo:
    """One run of the command; all it printed is in ``said``."""

    def __init__(self, folder: Path, module: str, **environment: str) -> None:
        self._log = folder / "demo.log"
        inherited = {name: value for name, value in os.environ.items() if name not in {"COUNTRY", "PORT", "KEEP"}}
        everything = {**inherited, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1", **environment}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=_ROOT,
                env=everything,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def match(self, pattern: str) -> re.Match[str]:
        """Wait for what it says."""

        def found() -> re.Match[str] | None:
            assert self.process.poll() is None or re.search(pattern, self.said), self.said
            return re.search(pattern, self.said)

        match = wait_until(found, 60, what=pattern)
        assert match is not None
        return match

    def ends(self) -> int:
        """Wait for its end; gives its exit code."""
        return self.process.wait(60)


_Start = Callable[..., _Demo]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[_Start]:
    started: list[_Demo] = []

    def start(module: str = "tests.bench.small_demo", **environment: str) -> _Demo:
        started.append(_Demo(tmp_path, module, **{"PORT": "1", **environment}))
        return started[-1]

    yield start
    for each in started:
        each.process.terminate()
        each.process.wait(60)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _world(run: _Demo) -> tuple[Path, list[int]]:
    told = run.match(r"folder=(\S+) pids=(\S+)")
    return Path(told[1]), [int(pid) for pid in told[2].split(",")]


def _page(run: _Demo) -> str:
    return run.match(r"page=(http://127\.0\.0\.1:\d+/) country=(bd|br) ")[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_it_ends_all_it_started_and_removes_its_folder(demo: _Start, number: signal.Signals) -> None:
    run = demo()
    folder, pids = _world(run)
    with urllib.request.urlopen(_page(run), timeout=10) as answer:  # noqa: S310 - a page on loopback
        assert b"The bench" in answer.read()
    assert folder.exists()
    assert not any(map(_gone, pids))

    run.process.send_signal(number)

    assert run.ends() == 0
    assert all(map(_gone, pids))
    assert not folder.exists()
    assert run.said.endswith("demo: closing\n")


def test_what_does_not_come_up_is_named_and_the_rest_is_ended(demo: _Start) -> None:
    run = demo(SMALL="down")
    folder, pids = _world(run)

    assert run.ends() == 1
    assert "demo: the broker is not installed: apt-get install mosquitto" in run.said
    assert "Traceback" not in run.said
    assert all(map(_gone, pids))
    assert not folder.exists()


def test_a_busy_page_port_is_named_and_another_is_taken(demo: _Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        run = demo(PORT=str(port), COUNTRY="BR")
        other = run.match(rf"demo: port {port} is busy; the page is on (\d+)")[1]
        assert _page(run) == f"http://127.0.0.1:{other}/"
        assert "country=br" in run.said


def test_a_kept_shop_stays_and_is_had_by_one_demonstration_at_a_time(demo: _Start) -> None:
    first = demo(KEEP="1")
    folder, _ = _world(first)
    _page(first)
    second = demo(KEEP="1")
    assert second.ends() == 2
    assert f"another demonstration with KEEP=1 has {folder}" in second.said
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(20) == 0
    assert folder.exists()
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"COUNTRY": "xx"}, "demo: COUNTRY=xx is not in the sample shop; it has bd and br\n"),
        ({"PORT": "many"}, "demo: PORT=many is no whole number from 1 to 65535\n"),
        ({"PORT": "70000"}, "demo: PORT=70000 is no whole number from 1 to 65535\n"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_with_exit_code_2(
    demo: _Start, environment: dict[str, str], said: str
) -> None:
    run = demo("bench.demo", **environment)

    assert run.ends() == 2
    assert run.said == said


@pytest.mark.parametrize(
    ("module", "environment", "said"),
    [
        ("bench.faults", {"ROUNDS": "0"}, "faults: ROUNDS=0 is no whole number from 1"),
        ("bench.faults", {"SEED": "x"}, "faults: SEED=x is no whole number from 0"),
        ("bench.replay", {"N": "-1"}, "replay: N=-1 is no whole number from 0"),
    ],
)
def test_the_drills_refuse_odd_numbers_in_words(
    demo: _Start, module: str, environment: dict[str, str], said: str
) -> None:
    run = demo(module, **environment)

    assert run.ends() == 2
    assert run.said.startswith(said)
