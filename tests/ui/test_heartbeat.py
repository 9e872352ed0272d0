"""A kiosk gives signs of life only while both its screen and its engine go on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kivy.clock import Clock

from kiosk.bootstrap import Kiosk
from kiosk.notify import Notifier
from tests.support.kiosk import lane
from tests.support.manager import Manager, hold, manager
from tests.support.waiting import wait_until
from tests.ui.conftest import frames
from ui.heartbeat import begin


@pytest.fixture
def listening() -> Iterator[Manager]:
    """A manager; what was begun for it ends with it."""
    before = set(Clock.get_events())
    with tempfile.TemporaryDirectory(prefix="nfy") as folder, manager(Path(folder)) as made:
        yield made
    for event in set(Clock.get_events()) - before:
        event.cancel()


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    with lane() as at, at.kiosk() as running:
        yield running.kiosk


def heard_in_a_frame(listening: Manager) -> bool:
    frames(1)
    return "WATCHDOG=1" in listening.waiting()


@pytest.mark.usefixtures("window")
def test_a_kiosk_that_turns_is_ready_and_beats_as_long_as_frames_are_drawn(kiosk: Kiosk, listening: Manager) -> None:
    begin(kiosk, Notifier(listening.watching(4)))
    assert listening.heard() == "READY=1"
    wait_until(lambda: heard_in_a_frame(listening))
    assert kiosk.responsive(10)
    listening.waiting()
    with pytest.raises(TimeoutError):  # the engine goes on, but no frame is drawn
        listening.heard(within_s=0.3)
    assert kiosk.responsive(10)


@pytest.mark.usefixtures("window")
def test_a_kiosk_whose_engine_is_held_is_silent_though_frames_are_drawn(kiosk: Kiosk, listening: Manager) -> None:
    begin(kiosk, Notifier(listening.watching(4)))
    held = hold(kiosk.when_turned)
    listening.waiting()
    frames(30)
    assert listening.waiting() == []
    held.set()
    wait_until(lambda: heard_in_a_frame(listening))


@pytest.mark.usefixtures("window")
def test_nobody_is_beaten_for_who_does_not_watch(listening: Manager) -> None:
    class Deaf:
        def when_turned(self, deed: Callable[[], None]) -> None:
            deed()

    begin(Deaf(), Notifier(listening.environment))
    frames(10)
    assert listening.waiting() == ["READY=1"]
