"""The checkout as a process without a window: its door, and how it ends."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.headless import main, read_touch
from kiosk.store.errors import WriterBusyError
from tests.support.kiosk import ROOT, lane
from tests.support.waiting import wait_until


def test_a_line_of_the_door_is_a_touch_under_its_name() -> None:
    assert read_touch(b'{"touch":"ItemChosen","item_id":"banana"}') == i.ItemChosen("banana")
    assert read_touch(b'{"touch":"PinTyped","pin":"4711"}') == i.PinTyped("4711")


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"not json", b'{"touch":"Dream"}', b'{"touch":"ItemChosen"}'])
def test_a_line_that_is_no_touch_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of it, all told to the visitor
        read_touch(line)


def test_the_door_is_for_its_owner_shows_the_newest_screen_and_survives_nonsense() -> None:
    with lane() as at, at.headless() as kiosk:
        kiosk.sees("AttractBody")
        assert stat.S_IMODE((at.folder / "door").stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.settimeout(10)
            visitor.connect(str(at.folder / "door"))
            with visitor.makefile("rb") as lines:
                assert json.loads(next(lines))["body"] == "AttractBody"
                visitor.sendall(b"nonsense\n")
                assert next(told for line in lines if "refused" in (told := json.loads(line)))
        kiosk.touch("ShopperArrived", language="bn")
        kiosk.sees("BasketBody")


def test_a_stopped_kiosk_ends_in_order() -> None:
    with lane() as at:
        with at.headless() as kiosk:
            kiosk.sees("AttractBody")
        assert kiosk.process.returncode == 0
        assert not (at.folder / "door").exists()
        assert not (at.data / "journal.db-wal").exists(), "the journal was closed"


@pytest.mark.parametrize(("act", "asked"), [("restart", False), ("reboot", True)])
def test_staff_have_it_started_anew_and_it_ends_in_order(act: str, *, asked: bool) -> None:
    with lane() as at, at.headless() as kiosk:
        kiosk.sees("AttractBody")
        kiosk.touch("OperatorSignedIn", operator_id="op2", name="Karim", role="supervisor", method="pin")
        kiosk.sees("StaffBody")
        kiosk.touch("OperatorActed", act=act)
        assert kiosk.process.wait(20) == 0
        assert [path.name for path in at.folder.rglob("reboot")] == (["reboot"] if asked else [])


def test_a_kiosk_that_cannot_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk.headless", "--settings", str(tmp_path / "none.toml")]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert ended.returncode == 2
    assert "none.toml cannot be read" in ended.stderr


def test_screens_may_be_written_to_standard_output() -> None:
    with lane() as at:
        command = [sys.executable, "-m", "kiosk.headless", "--settings", str(at.settings), "--screens"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as kiosk:
            assert kiosk.stdout is not None
            bodies = (json.loads(line)["body"] for line in kiosk.stdout)
            assert "AttractBody" in bodies
            kiosk.terminate()
        assert kiosk.returncode == 0


# --- bootstrap ---------------------------------------------------------------------------------------------------


def test_a_second_kiosk_on_the_same_folder_is_refused() -> None:
    with lane() as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        with pytest.raises(WriterBusyError), at.kiosk():
            pass
        assert main(["--settings", str(at.settings)]) == 2


def test_a_device_that_is_described_wrongly_is_lost_and_the_lane_sells_without_it() -> None:
    extra = '\n[devices.bagging_scale]\ncategory = "scale"\nmodel = "dream"\n'
    with lane(extra_settings=extra) as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        wait_until(lambda: any("bagging_scale" in told.message for told in kiosk.screens[-1].warnings))
        at.scan("8901234567890")
        kiosk.sees(s.BasketBody)


def test_a_lane_without_a_terminal_offers_cash_and_says_what_is_lost(tmp_path: Path) -> None:
    with lane() as at:
        text = at.settings.read_text()
        start = text.index("[devices.card_reader]")
        at.settings.write_text(text[:start] + text[text.index("[policy.timeouts]") :])
        with at.kiosk() as kiosk:
            wait_until(lambda: isinstance(kiosk.body, s.AttractBody) and len(kiosk.body.tenders) == 1)
            assert [tender.kind for tender in kiosk.body.tenders] == ["cash"]


def test_settings_spoilt_after_a_good_start_do_not_keep_the_lane_from_selling() -> None:
    with lane() as at:
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
        at.settings.write_text("[[[")
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
            at.scan("8901234567890")
            kiosk.sees(s.BasketBody)


def test_settings_that_were_never_good_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text("[[[")
    assert main(["--settings", str(tmp_path / "kiosk.toml")]) == 2


def test_a_watchdog_sees_whether_the_engine_turns() -> None:
    with lane() as at:
        with at.kiosk() as kiosk:
            assert kiosk.kiosk.responsive(10)
            assert kiosk.kiosk._loop is not None
            held = threading.Event()
            kiosk.kiosk._loop.call_soon_threadsafe(held.wait, 10)
            assert not kiosk.kiosk.responsive(0.05)
            held.set()
            assert kiosk.kiosk.responsive(10)
        assert not kiosk.kiosk.responsive(0.05)


def test_price_books_may_lie_in_a_folder_of_their_own() -> None:
    with lane(extra_settings="\n") as at:
        books = at.folder / "books"
        books.mkdir()
        at.data.joinpath("book-1.db").rename(books / "book-1.db")
        at.settings.write_text(at.settings.read_text().replace("[paths]", '[paths]\nbooks = "books"'))
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
