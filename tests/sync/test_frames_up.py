"""Pictures for staff on their way up: once each, bounded, and never before the journal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.sync.frames_up import FramesUp
from kiosk.sync.settings import BrokerSettings, SyncSettings
from messages import envelope, topics
from messages.frames import MOST_BYTES, FrameTaken

NOW = 1_794_000_000_000
HOUR = 3_600_000


class Broker:
    """Takes what is published, if it is there."""

    def __init__(self) -> None:
        self.there, self.drained = True, True
        self.taken: list[tuple[str, FrameTaken, int, int]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int, expiry_s: int) -> bool:
        if self.there:
            self.taken.append((topic, envelope.decode(payload, FrameTaken).data, qos, expiry_s))
        return self.there


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def up(tmp_path: Path, broker: Broker) -> FramesUp:
    (tmp_path / "frames").mkdir()
    settings = SyncSettings(
        kiosk="lane-1",
        store="dhk-1",
        workstation="1",
        journal=str(tmp_path / "journal.db"),
        folder="",
        socket="",
        broker=BrokerSettings("localhost", 1, "authority.pem", "certificate.pem", "key.pem"),
    )
    return FramesUp(settings, publish=broker.publish, drained=lambda: broker.drained, utc_ms=lambda: NOW)


def lay(folder: Path, name: str, content: bytes = b"\xff\xd8jpeg", erase_ms: int = NOW + HOUR) -> None:
    place = folder / "frames" / name
    place.write_bytes(content)
    os.utime(place, ns=(erase_ms * 1_000_000, erase_ms * 1_000_000))


def test_each_picture_goes_up_once_with_the_time_of_its_end(up: FramesUp, broker: Broker, tmp_path: Path) -> None:
    lay(tmp_path, "0199aaaa.0.page.jpg")
    lay(tmp_path, "0199aaaa.1.page.jpg")
    for _ in range(4):
        up.tick()
    assert [(topic, sent.intervention, sent.number, qos) for topic, sent, qos, _ in broker.taken] == [
        (topics.frames_up("lane-1"), "0199aaaa", 0, 0),
        (topics.frames_up("lane-1"), "0199aaaa", 1, 0),
    ]
    assert {(sent.erase_ms, sent.jpeg, expiry) for _, sent, _, expiry in broker.taken} == {
        (NOW + HOUR, b"\xff\xd8jpeg", 3600)
    }


def test_nothing_is_sent_while_a_record_of_the_journal_waits(up: FramesUp, broker: Broker, tmp_path: Path) -> None:
    lay(tmp_path, "0199aaaa.0.page.jpg")
    broker.drained = False
    up.tick()
    assert broker.taken == []
    broker.drained = True
    up.tick()
    assert len(broker.taken) == 1


def test_what_could_not_be_sent_is_tried_again(up: FramesUp, broker: Broker, tmp_path: Path) -> None:
    lay(tmp_path, "0199aaaa.0.page.jpg")
    broker.there = False
    up.tick()
    broker.there = True
    up.tick()
    assert len(broker.taken) == 1


def test_what_is_for_the_lane_over_or_too_large_stays_here(up: FramesUp, broker: Broker, tmp_path: Path) -> None:
    lay(tmp_path, "0199aaaa.0.lane.jpg")
    lay(tmp_path, "0199bbbb.0.page.jpg", erase_ms=NOW)
    lay(tmp_path, "0199cccc.0.page.jpg", content=b"x" * (MOST_BYTES + 1))
    lay(tmp_path, "odd.page.jpg")
    lay(tmp_path, "0199dddd.99.page.jpg")
    lay(tmp_path, "0199eeee.0.page.jpg")
    for _ in range(8):
        up.tick()
    assert [sent.intervention for _, sent, _, _ in broker.taken] == ["0199eeee"]


def test_a_lane_that_keeps_none_has_no_folder(broker: Broker, up: FramesUp, tmp_path: Path) -> None:
    (tmp_path / "frames").rmdir()
    up.tick()
    assert broker.taken == []
