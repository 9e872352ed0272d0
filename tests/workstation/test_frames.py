"""Pictures of the plate on disk: for their owner alone, and gone when it is time, whatever happens in between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from hal.camera.contract import Frame
from hal.device import DeviceError, NoHardwareError
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.workstation.devices import Rack
from kiosk.workstation.frames import LONGEST_MS, MOST_FRAMES, FrameKeeper, FrameStore
from tests.workstation.rack import FakeDevice, Rig

NOW = 1_794_000_000_000
HOUR = 3_600_000
FIRST, SECOND = "0199aaaa-1111", "0199bbbb-2222"
JPEGS = (b"\xff\xd8one", b"\xff\xd8two")


@pytest.fixture
def store(tmp_path: Path) -> FrameStore:
    return FrameStore(tmp_path / "frames")


def test_they_are_for_their_owner_alone(store: FrameStore, tmp_path: Path) -> None:
    assert store.keep(FIRST, JPEGS, NOW + HOUR, share=True) == 2
    assert (tmp_path / "frames").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "frames").iterdir()} == {0o600}
    assert store.of(FIRST) == JPEGS


def test_the_newest_are_kept_and_no_more(store: FrameStore) -> None:
    many = tuple(b"%d" % number for number in range(MOST_FRAMES + 3))
    assert store.keep(FIRST, many, NOW + HOUR, share=True) == MOST_FRAMES
    assert store.of(FIRST) == many[3:]


def test_they_are_erased_when_their_time_is_over_and_not_before(store: FrameStore) -> None:
    store.keep(FIRST, JPEGS, NOW + HOUR, share=True)
    assert store.sweep(NOW + HOUR - 1) == 0
    assert store.sweep(NOW + HOUR) == 2
    assert store.of(FIRST) == ()


def test_a_judged_one_goes_soon_and_never_later_than_it_would_have(store: FrameStore) -> None:
    store.keep(FIRST, JPEGS, NOW + HOUR, share=True)
    store.keep(SECOND, JPEGS, NOW + HOUR, share=True)
    store.release(FIRST, NOW + 60_000)
    store.release(SECOND, NOW + 9 * HOUR)
    store.sweep(NOW + 60_000)
    assert (store.of(FIRST), store.of(SECOND)) == ((), JPEGS)
    store.sweep(NOW + HOUR)
    assert store.of(SECOND) == ()


def test_a_restart_changes_nothing_of_when_they_are_erased(store: FrameStore, tmp_path: Path) -> None:
    store.keep(FIRST, JPEGS, NOW + HOUR, share=True)
    again = FrameStore(tmp_path / "frames")
    assert again.sweep(NOW + HOUR - 1) == 0
    assert again.sweep(NOW + HOUR) == 2
    assert list((tmp_path / "frames").iterdir()) == []


def test_after_a_restart_only_what_still_waits_keeps_its_time(store: FrameStore) -> None:
    store.keep(FIRST, JPEGS, NOW + HOUR, share=True)
    store.keep(SECOND, JPEGS, NOW + HOUR, share=True)
    store.tidy([SECOND], NOW + 1_000)
    store.sweep(NOW + 1_000)
    assert (store.of(FIRST), store.of(SECOND)) == ((), JPEGS)


def test_a_clock_that_was_set_back_keeps_nothing_for_ever(store: FrameStore) -> None:
    store.keep(FIRST, JPEGS, NOW + HOUR, share=True)
    assert store.sweep(NOW - LONGEST_MS) == 2


@pytest.mark.parametrize("intervention", ["../../etc/passwd", "", "a b", "x" * 80])
def test_a_name_that_is_no_intervention_s_writes_nothing(intervention: str, store: FrameStore, tmp_path: Path) -> None:
    assert store.keep(intervention, JPEGS, NOW + HOUR, share=True) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_the_pictures_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("a file lies here")
    store = FrameStore(tmp_path / "frames")
    assert store.keep(FIRST, JPEGS, NOW + HOUR, share=True) == 0
    assert store.of(FIRST) == ()
    assert store.sweep(NOW) == 0


@dataclass
class FakeCamera(FakeDevice):
    """Has taken pictures, or cannot tell."""

    taken: tuple[bytes, ...] | Exception = JPEGS

    async def recent(self) -> tuple[Frame, ...]:
        if isinstance(self.taken, Exception):
            raise self.taken
        return tuple(Frame(self.name, jpeg, 2, 2, 0) for jpeg in self.taken)


def keeper_of(store: FrameStore, rack: Rack, put: list[i.Input]) -> FrameKeeper:
    return FrameKeeper(store, rack=rack, put=put.append, utc_ms=lambda: NOW)


def test_what_the_camera_saw_is_kept_for_an_intervention_and_told(store: FrameStore) -> None:
    rig, put = Rig([("camera", FakeCamera("camera"))]), list[i.Input]()
    keeper = keeper_of(store, rig.rack, put)
    asyncio.run(keeper.perform(f.KeepFrames(FIRST, HOUR)))
    assert put == [i.FramesStored(FIRST, 2)]
    assert store.of(FIRST) == JPEGS
    asyncio.run(keeper.perform(f.ReleaseFrames(FIRST, 0)))
    assert store.of(FIRST) == ()


@pytest.mark.parametrize("taken", [(), NoHardwareError("pulled"), DeviceError("no answer")])
def test_a_camera_without_pictures_is_no_news(taken: tuple[bytes, ...] | Exception, store: FrameStore) -> None:
    rig, put = Rig([("camera", FakeCamera("camera", taken=taken))]), list[i.Input]()
    asyncio.run(keeper_of(store, rig.rack, put).perform(f.KeepFrames(FIRST, HOUR)))
    assert put == []


def test_a_lane_without_a_camera_keeps_none(store: FrameStore) -> None:
    put = list[i.Input]()
    asyncio.run(keeper_of(store, Rig([]).rack, put).perform(f.KeepFrames(FIRST, HOUR)))
    assert put == []
