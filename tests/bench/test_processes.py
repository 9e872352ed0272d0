"""Programs of the little world: their last words, their ports, their ends."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import Child, NotReadyError, answers_on, free_port
from tests.support.waiting import wait_until

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(60)"
)
_PARENT = (
    "import subprocess, sys, json; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(json.dumps({'child': child.pid}), flush=True); %s"
)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


class _Made:
    """Makes children of one line of Python; all are ended with the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.all: list[Child] = []

    def __call__(self, code: str, name: str = "till") -> Child:
        child = Child(name, [sys.executable, "-c", code], self._folder / "logs" / f"{name}.log")
        self.all.append(child)
        return child


@pytest.fixture
def made(tmp_path: Path) -> Iterator[_Made]:
    maker = _Made(tmp_path)
    yield maker
    for child in maker.all:
        child.kill()


def test_a_child_that_ends_at_once_is_named_with_its_code_and_its_last_words(made: _Made) -> None:
    child = made("print('one'); raise SystemExit('no paper')")
    child.start()

    with pytest.raises(NotReadyError, match=r"till ended \(code 1\) .* one / no paper \(all of it: .*till\.log\)"):
        child.wait(lambda: False)
    assert not child.alive


def test_a_child_that_is_dead_is_not_ready_though_somebody_answers_on_its_port(made: _Made) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        child = made("pass")
        child.start()
        wait_until(lambda: not child.alive)
        assert answers_on(port)

        with pytest.raises(NotReadyError, match="ended"):
            child.wait(lambda: answers_on(port))


def test_a_child_that_takes_too_long_is_named_with_what_it_said(made: _Made) -> None:
    child = made("import time; print('thinking', flush=True); time.sleep(60)")
    child.start()
    wait_until(child.printed)

    with pytest.raises(NotReadyError, match=r"till was not ready after 0\.05 s; it printed last: thinking"):
        child.wait(lambda: False, seconds=0.05)
    assert child.alive


def test_a_program_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    child = Child("till", ["/nowhere/till"], tmp_path / "till.log")

    with pytest.raises(NotReadyError, match=r"till cannot be started: .*/nowhere/till"):
        child.start()
    with pytest.raises(NotReadyError, match="till does not run"):
        _ = child.pid


def test_kill_takes_the_childs_own_children(made: _Made) -> None:
    child = made(_PARENT % "child.wait()")
    child.start()
    grandchild = child.about()["child"]
    pid = child.pid
    assert not _gone(grandchild)

    child.kill()

    assert _gone(pid)
    wait_until(lambda: _gone(grandchild), what="the grandchild is gone")


def test_what_a_dead_child_left_running_goes_with_kill_and_with_stop(made: _Made) -> None:
    for end in (Child.kill, Child.stop):
        child = made(_PARENT % "raise SystemExit(1)", name=end.__name__)
        child.start()
        wait_until(lambda child=child: not child.alive)  # type: ignore[misc]  # bound at once
        orphan = int(child.printed().split(":")[1].strip(" }\n"))
        assert not _gone(orphan)

        end(child)

        wait_until(lambda orphan=orphan: _gone(orphan), what="the orphan is gone")  # type: ignore[misc]  # the same


def test_about_reads_the_line_of_json_among_others_and_waits_for_all_of_it(made: _Made) -> None:
    code = "import sys, time; print('{not json'); print('hello'); sys.stdout.write('{\"po'); sys.stdout.flush();"
    child = made(f"{code} time.sleep(0.1); print('rt\": 41}}', flush=True); time.sleep(60)")
    child.start()

    assert child.about() == {"port": 41}


def test_about_is_of_the_last_start(made: _Made) -> None:
    child = made("import os, json, time; print(json.dumps({'pid': os.getpid()}), flush=True); time.sleep(60)")
    child.start()
    first = child.about()["pid"]
    child.kill()
    child.start()

    assert child.about()["pid"] == child.pid != first
    assert child.log.read_text(encoding="utf-8").count("pid") == 2


def test_starting_again_ends_what_still_runs(made: _Made) -> None:
    child = made("import time; time.sleep(60)")
    child.start()
    first = child.pid
    child.start()

    assert _gone(first)
    assert child.alive


def test_stop_asks_first(made: _Made) -> None:
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))"
    child = made(f"{code}; print('{{}}', flush=True); time.sleep(60)")
    child.start()
    child.about()
    child.stop()

    assert child.printed().split() == ["{}", "bye"]
    assert not child.alive


def test_stop_kills_who_does_not_listen(made: _Made) -> None:
    child = made(_STUBBORN)
    child.start()
    child.about()
    pid = child.pid

    child.stop(grace=0.1)

    assert _gone(pid)


def test_stopping_twice_or_what_never_ran_does_nothing(made: _Made) -> None:
    child = made("import time; time.sleep(60)")
    child.stop()
    child.start()
    child.stop()
    child.stop()
    child.kill()

    assert not child.alive


def test_a_busy_port_gives_another_and_a_free_one_is_had() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        other = free_port(port)
    assert other not in {0, port}
    assert free_port(other) == other


def test_a_port_no_machine_has_gives_another() -> None:
    assert 0 < free_port(70_000) < 65_536


def test_a_child_has_the_environment_it_is_given(made: _Made) -> None:
    child = made("import os, json; print(json.dumps(dict(os.environ)), flush=True); import time; time.sleep(60)")
    child.environment = {"LANE": "3"}
    child.start()

    about = child.about()
    assert about["LANE"] == "3"
    assert about["PATH"] == os.environ["PATH"]


def test_a_frozen_child_does_nothing_until_it_is_thawed_and_may_be_killed_meanwhile(made: _Made) -> None:
    child = made("import time\nwhile True: print('.', flush=True); time.sleep(0.005)")
    child.start()
    wait_until(child.printed)

    child.freeze()
    wait_until(lambda: _state(child.pid) == "T", what="it is held")
    held = child.printed()
    child.thaw()
    wait_until(lambda: child.printed() != held, what="it goes on")
    child.freeze()
    pid = child.pid
    child.kill()

    assert _gone(pid)
    child.thaw()
