"""The process itself: settings, signals, kills, and what the broker says of a kiosk that is gone."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.store.book import Books
from kiosk.sync.cursor import Cursor
from kiosk.sync.main import main
from kiosk.sync.settings import BrokerSettings, SettingsError, SyncSettings, load, render
from tests.support.waiting import wait_until, wait_until_async
from tests.sync.rig import EPOCH, KIOSK, STORE, Rig, shop_rows


@contextmanager
def process(rig: Rig, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    path = folder / "sync.toml"
    path.write_text(render(rig.settings), encoding="utf-8")
    with (folder / "sync.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, "-m", "kiosk.sync.main", "--settings", str(path)], stderr=log)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.wait()


def test_a_terminated_sync_says_goodbye_and_ends_with_zero(rig: Rig, folder: Path) -> None:
    with process(rig, folder) as sync:
        wait_until(lambda: rig.far.states)
        sync.send_signal(signal.SIGTERM)
        assert sync.wait(timeout=20) == 0
    wait_until(lambda: len(rig.far.states) == 2)
    assert [(state.online, state.reason) for state in rig.far.states] == [(True, ""), (False, "stopped")]
    assert "ends in good order" in (folder / "sync.log").read_text(encoding="utf-8")
    assert not Path(rig.settings.socket).exists()


def test_a_killed_sync_is_told_lost_by_the_broker(rig: Rig, folder: Path) -> None:
    with process(rig, folder) as sync:
        wait_until(lambda: rig.far.states)
        sync.kill()
        wait_until(lambda: len(rig.far.states) == 2)
    assert (rig.far.states[1].online, rig.far.states[1].reason) == (False, "lost")


def test_killed_at_any_moment_it_goes_on_where_head_office_stands_and_the_books_are_whole(
    rig: Rig, folder: Path
) -> None:
    for life in range(1, 6):
        rig.append(150)
        rig.far.offer(STORE, life, shop_rows(life))
        before = len(rig.far.batches)
        with process(rig, folder) as sync:
            wait_until(lambda before=before: len(rig.far.batches) > before)  # type: ignore[misc]  # bound per life
            sync.kill()
        for version in Books(rig.settings.folder).versions():
            Books(rig.settings.folder).open(version).close()
        cursor = Cursor.open(Path(rig.settings.folder) / "sync.db")
        assert cursor.position.sequence <= len(rig.far.stored(KIOSK, EPOCH))
        cursor.close()

    async def last_life() -> None:
        async with rig.running() as service:
            await wait_until_async(lambda: service.cursor.position.sequence == 750)
            await wait_until_async(lambda: service.cursor.feed_version == 5)

    asyncio.run(last_life())
    assert rig.far.stored(KIOSK, EPOCH) == list(range(1, 751))
    Books(rig.settings.folder).open(5).close()


MINIMAL = SyncSettings(
    kiosk="lane-01",
    store="s",
    workstation="1",
    journal="/j",
    folder="/f",
    socket="/s",
    broker=BrokerSettings("h", 8883, "/ca", "/crt", "/key"),
)


@given(st.text(max_size=30), st.text(max_size=30))
def test_settings_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, one: str, two: str) -> None:
    path = tmp_path_factory.getbasetemp() / "written.toml"
    settings = SyncSettings(
        kiosk="lane-01", store="s", workstation=one, journal=two, folder=one, socket=two, broker=MINIMAL.broker
    )
    path.write_text(render(settings), encoding="utf-8", newline="")
    assert load(path) == settings


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("kiosk = ", "Invalid value"),
        ("", "missing required field"),
        (render(MINIMAL) + "colour = 1\n", "colour"),
        (render(MINIMAL).replace("8883", "0"), "port"),
        (render(MINIMAL).replace('"lane-01"', '"lane/01"'), "kiosk"),
        ("\x00", "sync.toml"),
    ],
)
def test_settings_that_cannot_be_used_are_named_and_end_the_process(
    tmp_path: Path, content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sync.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load(path)
    assert main(["--settings", str(path)]) == 78
    assert str(path) in capsys.readouterr().err


def test_settings_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--settings", str(tmp_path / "none.toml")]) == 78
    assert "none.toml" in capsys.readouterr().err


def test_a_second_sync_of_the_same_kiosk_is_refused(rig: Rig, folder: Path) -> None:
    with process(rig, folder):
        wait_until(lambda: rig.far.states)
        with process(rig, folder) as second:
            assert second.wait(timeout=20) == 74
        assert "only one sync may run" in (folder / "sync.log").read_text(encoding="utf-8")
        assert Path(rig.settings.socket).exists()


def test_a_cursor_file_that_is_none_of_ours_ends_the_process_and_stays_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = render(MINIMAL).replace('folder = "/f"', f'folder = "{tmp_path}"')
    (tmp_path / "sync.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "sync.db").write_bytes(b"not a database, but somebody's all the same" * 100)
    before = (tmp_path / "sync.db").read_bytes()
    assert main(["--settings", str(tmp_path / "sync.toml")]) == 74
    assert "sync.db" in capsys.readouterr().err
    assert (tmp_path / "sync.db").read_bytes() == before


def test_the_settings_shown_in_the_documentation_are_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/operate/sync.md").read_text(encoding="utf-8")
    (tmp_path / "sync.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert load(tmp_path / "sync.toml").broker.port == 8883
