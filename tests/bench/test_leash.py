"""Whatever a process started ends with it, even when it is killed; what it let go lives on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.leash import Leash
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
_SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
_HOLDER = """
import subprocess, sys, time
from pathlib import Path
from bench.processes import Child
child = Child("till", [sys.executable, "-c", sys.argv[2]], Path(sys.argv[1]) / "till.log")
child.start()
print(child.about()["grandchild"], child.pid, flush=True)
if sys.argv[3] == "stays":
    time.sleep(60)
"""
_WITH_A_CHILD_OF_ITS_OWN = """
import json, subprocess, sys, time
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(json.dumps({"grandchild": own.pid}), flush=True)
time.sleep(60)
"""


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _holder(folder: Path, then: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    command = [sys.executable, "-c", _HOLDER, str(folder), _WITH_A_CHILD_OF_ITS_OWN, then]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    with process.stdout as told:
        return process, [int(word) for word in told.readline().split()]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(_SLEEPER) as process:
        yield process
        process.kill()


def test_programs_and_their_own_programs_end_with_a_holder_that_is_killed(tmp_path: Path) -> None:
    holder, pids = _holder(tmp_path, "stays")
    assert all(map(_runs, pids))

    holder.send_signal(signal.SIGKILL)
    holder.wait()

    wait_until(lambda: not any(map(_runs, pids)), what="all of them are gone")


def test_programs_end_with_a_holder_that_forgets_them(tmp_path: Path) -> None:
    holder, pids = _holder(tmp_path, "goes")

    assert holder.wait(30) == 0
    wait_until(lambda: not any(map(_runs, pids)), what="all of them are gone")


def test_a_program_of_our_own_group_ends_and_we_do_not(sleeper: subprocess.Popen[bytes]) -> None:
    leash = Leash()
    leash.put_on(sleeper.pid)

    leash.close()

    assert sleeper.wait(10) == -signal.SIGKILL


def test_what_was_let_go_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    leash = Leash()
    with subprocess.Popen(_SLEEPER) as other:
        leash.put_on(sleeper.pid)
        leash.put_on(other.pid)
        leash.let_go(sleeper.pid)

        leash.close()

        assert other.wait(10) == -signal.SIGKILL
    assert sleeper.poll() is None


def test_a_leash_serves_again_after_it_was_closed(sleeper: subprocess.Popen[bytes]) -> None:
    leash = Leash()
    leash.close()
    leash.put_on(sleeper.pid)
    leash.close()

    assert sleeper.wait(10) == -signal.SIGKILL
