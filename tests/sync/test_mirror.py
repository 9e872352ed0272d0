"""The journal's copy on a second medium: whole whatever is killed, never mixed up, and sent first once it is needed."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.checkout.events import LineVoided
from kiosk.store.chain import Identity, Position
from kiosk.store.errors import StoreError
from kiosk.store.journal import Journal, JournalReader
from kiosk.sync.mirror import Mirror
from messages.asks import NumbersAnswer
from messages.local import AskNumbers, Hello, NumbersFound
from tests.support.waiting import wait_until, wait_until_async
from tests.sync.rig import EPOCH as RIG_EPOCH
from tests.sync.rig import KIOSK as RIG_KIOSK
from tests.sync.rig import Rig
from tests.sync.test_local import checkout_of
from tests.sync.test_up import EPOCH, KIOSK, Bench

LOG = logging.getLogger("test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "second"
    folder.mkdir()
    return folder


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.db", identity=Identity(KIOSK, EPOCH)) as journal:
        yield journal


def mirror_of(journal: Path, folder: Path, *, apart: bool = True) -> Mirror:
    return Mirror(journal, KIOSK, folder, LOG, apart=lambda _one, _other: apart)


def grown(journal: Journal, count: int) -> None:
    first = journal.head.sequence + 1
    journal.append([LineVoided(first + n, "shopper") for n in range(count)], 1_000)


def same(journal: Path, copy: Path) -> bool:
    with JournalReader.open(journal) as one, JournalReader.open(copy) as other:
        return one.identity == other.identity and one.records_after(None, -1) == other.records_after(None, -1)


def test_each_record_is_copied_once_byte_for_byte(journal: Journal, folder: Path) -> None:
    mirror = mirror_of(journal.path, folder)
    grown(journal, 1200)
    assert mirror.copy() == 1200
    assert mirror.copy() == 0
    grown(journal, 3)
    assert mirror_of(journal.path, folder).copy() == 3, "a new process goes on where the copy ends"
    assert same(journal.path, folder / f"journal-{EPOCH}.db")


def test_the_thread_follows_the_journal_and_a_medium_that_was_away_is_caught_up(
    journal: Journal, tmp_path: Path
) -> None:
    folder = tmp_path / "second"
    mirror = mirror_of(journal.path, folder)
    grown(journal, 2)
    mirror.start()
    try:
        wait_until(lambda: bool(mirror.fault))
        folder.mkdir()
        copy = folder / f"journal-{EPOCH}.db"
        wait_until(lambda: not mirror.fault and copy.exists() and same(journal.path, copy))
        grown(journal, 5)
        mirror.nudge()
        wait_until(lambda: same(journal.path, copy))
    finally:
        mirror.close()
    assert mirror.waiting == 0


def test_nothing_is_copied_onto_the_journal_s_own_device(journal: Journal, folder: Path) -> None:
    grown(journal, 1)
    with pytest.raises(OSError, match="not on another device"):
        mirror_of(journal.path, folder, apart=False).copy()
    assert list(folder.iterdir()) == []


def test_a_copy_of_other_records_is_never_written_over(journal: Journal, folder: Path) -> None:
    copy = folder / f"journal-{EPOCH}.db"
    with Journal.open(copy, identity=Identity(KIOSK, EPOCH)) as other:
        grown(other, 3)
    before = copy.read_bytes()
    grown(journal, 1)
    with pytest.raises(StoreError, match="the copy holds record 3"):
        mirror_of(journal.path, folder).copy()
    journal.append([LineVoided(9, "staff") for _ in range(5)], 2_000)
    with pytest.raises(StoreError, match="does not continue"):
        mirror_of(journal.path, folder).copy()
    assert copy.read_bytes() == before


def test_killed_while_it_copies_the_copy_is_whole_and_goes_on(journal: Journal, folder: Path) -> None:
    grown(journal, 6000)
    copy = folder / f"journal-{EPOCH}.db"
    order = [sys.executable, "-m", "tests.sync.mirroring", str(journal.path), KIOSK, str(folder)]
    with subprocess.Popen(order, stdout=subprocess.PIPE) as copying:
        assert copying.stdout is not None
        copying.stdout.readline()
        wait_until(lambda: copy.with_name(copy.name + "-wal").exists() or copying.poll() is not None)
        copying.kill()
    mirror_of(journal.path, folder).copy()
    assert same(journal.path, copy)
    with JournalReader.open(copy) as reader:
        assert reader.verify() == 6000


def test_after_the_journal_is_lost_the_copy_goes_up_before_the_new_one(tmp_path: Path, folder: Path) -> None:
    with Journal.open(tmp_path / "lost.db", identity=Identity(KIOSK, EPOCH - 1)) as lost:
        grown(lost, 5)
        mirror_of(lost.path, folder).copy()
    bench = Bench(tmp_path, elder=mirror_of(tmp_path / "journal.db", folder).elder)
    bench.append(2)
    bench.up.connected()
    assert [record.epoch for batch in bench.sent for record in batch.records] == [EPOCH - 1] * 5
    with JournalReader.open(folder / f"journal-{EPOCH - 1}.db") as copy:
        bench.acknowledge_of(copy, 5)
    bench.up.tick()
    assert [record.epoch for record in bench.sent[-1].records] == [EPOCH] * 2
    bench.acknowledge(2)
    assert bench.cursor.position == Position(EPOCH, 2)
    bench.close()


def test_a_copy_from_before_what_was_acknowledged_last_stays_where_it_is(journal: Journal, folder: Path) -> None:
    with Journal.open(folder / f"journal-{EPOCH - 1}.db", identity=Identity(KIOSK, EPOCH - 1)) as old:
        grown(old, 5)
    mirror = mirror_of(journal.path, folder)
    assert mirror.elder(Position(EPOCH, 1)) is None
    assert mirror_of(journal.path, folder).elder(Position(EPOCH - 1, 5)) is None
    assert mirror_of(journal.path, folder).elder(Position(EPOCH - 1, 4)) is not None


def test_a_new_journal_s_numbers_are_asked_for_once_the_copy_of_the_lost_one_is_stored(rig: Rig, folder: Path) -> None:
    with Journal.open(folder / f"journal-{RIG_EPOCH - 1}.db", identity=Identity(RIG_KIOSK, RIG_EPOCH - 1)) as lost:
        grown(lost, 5)
    rig.append(2)
    rig.settings = msgspec.structs.replace(rig.settings, mirror=str(folder))
    rig.far.numbers = NumbersAnswer(correlation="", series=2, last_number=41)
    rig.far.silent = True

    async def scenario() -> None:
        async with rig.running() as service, checkout_of(rig) as checkout:
            checkout.say(Hello("0.1.0", RIG_EPOCH))
            checkout.say(AskNumbers("c-1", 30_000))
            await wait_until_async(lambda: len(rig.far.journal.get((RIG_KIOSK, RIG_EPOCH - 1), [])) == 5)
            assert service.asks.open == 0
            assert (RIG_KIOSK, RIG_EPOCH) not in rig.far.journal
            rig.far.silent = False
            assert (await checkout.hear(NumbersFound)).last_number == 41
            await wait_until_async(lambda: service.cursor.position == Position(RIG_EPOCH, 2))
            await wait_until_async(lambda: rig.far.states[-1].epoch == RIG_EPOCH)

    asyncio.run(scenario())
