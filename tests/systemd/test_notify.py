"""What a process says to the service manager, over a real socket."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.notify import Notifier
from kiosk.sync.service import Service
from kiosk.sync.settings import BrokerSettings, SyncSettings, Timing, render
from tests.support.kiosk import ROOT, lane
from tests.support.manager import Manager, hold, manager
from tests.support.ports import free_port
from tests.support.waiting import wait_until


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, since a Unix socket's path is at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="nfy") as made:
        yield Path(made)


@pytest.fixture
def listening(folder: Path) -> Iterator[Manager]:
    with manager(folder) as made:
        yield made


def test_ready_and_signs_of_life_are_heard(listening: Manager) -> None:
    notifier = Notifier(listening.environment)
    notifier.ready()
    notifier.alive()
    assert listening.waiting() == ["READY=1", "WATCHDOG=1"]


def test_an_abstract_name_is_found(folder: Path) -> None:
    with manager(folder, "kiosk-test") as listening:
        Notifier(listening.environment).ready()
        assert listening.waiting() == ["READY=1"]


def test_four_beats_fit_into_the_silence_that_is_allowed(listening: Manager) -> None:
    assert Notifier(listening.watching(8_000)).beat_s == 2.0
    assert Notifier(listening.watching(8_000, os.getpid())).beat_s == 2.0


def test_nobody_waits_for_a_beat_that_is_meant_of_another_process_or_not_asked_for(listening: Manager) -> None:
    assert Notifier(listening.watching(8_000, os.getpid() + 1)).beat_s == 0
    assert Notifier(listening.environment).beat_s == 0
    assert Notifier({**listening.environment, "WATCHDOG_USEC": "soon"}).beat_s == 0
    assert Notifier({"WATCHDOG_USEC": "8000000"}).beat_s == 0


def test_without_a_manager_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.alive()
    assert caplog.records == []


def test_a_manager_that_does_not_read_holds_nobody_up(listening: Manager) -> None:
    notifier = Notifier(listening.environment)
    for _ in range(5_000):
        notifier.alive()
    assert 0 < len(listening.waiting()) < 5_000


def test_a_manager_that_is_gone_is_told_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(folder / "nobody")})
    for _ in range(3):
        notifier.alive()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def sync_settings(folder: Path, poll_ms: int = 86_400_000) -> SyncSettings:
    """A sync whose broker is not there, and that by itself would look at its journal once a day."""
    return SyncSettings(
        kiosk="lane-01",
        store="dhaka-1",
        workstation="1",
        journal=str(folder / "journal.db"),
        folder=str(folder / "sync"),
        socket=str(folder / "sync.sock"),
        broker=BrokerSettings("127.0.0.1", free_port(), str(folder), str(folder), str(folder)),
        timing=Timing(poll_ms=poll_ms),
    )


def test_sync_without_a_network_is_ready_when_its_socket_is_and_then_gives_signs_of_life(
    folder: Path, listening: Manager
) -> None:
    settings = sync_settings(folder)
    (folder / "sync.toml").write_text(render(settings), encoding="utf-8")
    command = [sys.executable, "-m", "kiosk.sync.main", "--settings", str(folder / "sync.toml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **listening.watching(200)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            assert listening.heard() == "READY=1"
            assert Path(settings.socket).exists()
            assert [listening.heard() for _ in range(5)] == ["WATCHDOG=1"] * 5
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


def test_sync_whose_loop_is_held_gives_no_sign_of_life(folder: Path, listening: Manager) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    tasks: list[asyncio.Task[None]] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        notifier = Notifier(listening.watching(80))
        tasks.append(asyncio.create_task(Service(sync_settings(folder), logging.getLogger("sync"), notifier).run()))
        await asyncio.wait(tasks)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert [listening.heard() for _ in range(3)] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
        held = hold(loops[0].call_soon_threadsafe)
        listening.waiting()
        with pytest.raises(TimeoutError):
            listening.heard(within_s=0.5)
        held.set()
        assert listening.heard() == "WATCHDOG=1"
    finally:
        loops[0].call_soon_threadsafe(tasks[0].cancel)
        thread.join(20)


def test_the_checkout_is_ready_once_its_first_screen_is_drawn_and_then_gives_signs_of_life(
    folder: Path, listening: Manager
) -> None:
    with lane() as at, (folder / "log").open("wb") as log:
        windowed = "\n[screen]\nwidth = 1280\nheight = 800\nfullscreen = false\n"
        at.settings.write_text(at.settings.read_text(encoding="utf-8") + windowed, encoding="utf-8")
        command = [sys.executable, "-m", "ui.main", "--settings", str(at.settings), "--still"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy", **listening.watching(400)}
        with subprocess.Popen(command, env=environment, stderr=log) as process:
            try:
                assert listening.heard(60) == "READY=1"
                assert "the first screen is drawn" in (folder / "log").read_text(encoding="utf-8")
                assert [listening.heard() for _ in range(3)] == ["WATCHDOG=1"] * 3
                process.send_signal(signal.SIGTERM)
                assert wait_until(lambda: process.poll() is not None, 30)
                assert process.returncode == 0
            finally:
                process.kill()
