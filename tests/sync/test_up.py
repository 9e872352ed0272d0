"""What goes up and when, with a clock and a broker in the test's hand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.checkout.events import LineVoided, TransactionVoided
from kiosk.store.chain import Identity, Position
from kiosk.store.journal import Journal, JournalReader
from kiosk.sync.cursor import Cursor
from kiosk.sync.faults import Faults
from kiosk.sync.settings import BrokerSettings, SyncSettings, Timing
from kiosk.sync.up import MAXIMUM_BATCH, MAXIMUM_BATCH_BYTES, UNACKNOWLEDGED_BATCHES, Up
from messages import envelope
from messages.countersign import Signer
from messages.journal import Acknowledgement, JournalBatch, genesis, verify

KIOSK, EPOCH = "lane-01", 7
_ALARM = "countersignature"


class Bench:
    """``Up`` with everything around it in hand."""

    def __init__(self, folder: Path, elder: Callable[[Position], Path | None] = lambda _position: None) -> None:
        self.journal = Journal.open(folder / "journal.db", identity=Identity(KIOSK, EPOCH))
        settings = SyncSettings(
            kiosk=KIOSK,
            store="s",
            workstation="1",
            journal=str(folder / "journal.db"),
            folder=str(folder),
            socket="",
            broker=BrokerSettings("h", 1, "", "", ""),
            timing=Timing(resend_ms=1000, longest_ms=8000),
        )
        self.now = 100.0
        self.taking = True
        self.stored = 0
        self.sent: list[JournalBatch] = []
        self.told: list[Position] = []
        self.faults = Faults(logging.getLogger("test"), lambda: self.now)
        self.cursor = Cursor.open(folder / "sync.db")
        self.up = Up(
            settings,
            self.cursor,
            publish=self.publish,
            acknowledged=self.told.append,
            faults=self.faults,
            clock=lambda: self.now,
            elder=elder,
        )

    def publish(self, _topic: str, payload: bytes) -> bool:
        if self.taking:
            self.sent.append(envelope.decode(payload, JournalBatch).data)
        return self.taking

    def append(self, count: int, reason: str = "") -> None:
        first = self.journal.head.sequence
        events = [
            TransactionVoided("t", "shopper", reason) if reason else LineVoided(first + n + 1, "shopper")
            for n in range(count)
        ]
        self.journal.append(events, 1_000)

    def acknowledge_of(self, journal: JournalReader, sequence: int) -> None:
        """Head office has stored a journal before this one up to here."""
        (found,) = journal.records_after(Position(journal.identity.epoch, sequence - 1), 1)
        word = Acknowledgement(kiosk=KIOSK, epoch=found.epoch, sequence=sequence, digest=found.digest.hex())
        self.up.receive(envelope.encode(word, source="headoffice"))

    def acknowledge(self, sequence: int, problem: str = "", signer: Signer | None = None) -> None:
        found = self.journal.records_after(Position(EPOCH, sequence - 1), 1) if sequence else []
        digest = found[0].digest if found else genesis(KIOSK, EPOCH)
        word = Acknowledgement(
            kiosk=KIOSK,
            epoch=EPOCH,
            sequence=sequence,
            digest=digest.hex(),
            signature=signer.sign(KIOSK, EPOCH, sequence, digest.hex()) if signer is not None else "",
            problem="gap" if problem == "gap" else "chain" if problem == "chain" else "",
        )
        self.up.receive(envelope.encode(word, source="headoffice"))

    def do(self, step: str) -> None:
        """One thing that can happen; "take": head office stores what has reached it, in the order it was sent."""
        match step:
            case "append":
                self.append(70)
            case "tick":
                self.up.tick()
            case "connect":
                self.up.connected()
            case "lose":
                self.sent.clear()
            case "take":
                for first, last in self.ranges:
                    self.stored = max(self.stored, last) if first <= self.stored + 1 else self.stored
            case "ack" | "gap":
                self.acknowledge(self.stored, step)
            case "old":
                self.acknowledge(self.stored // 2)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """First and last sequence of each batch sent."""
        return [(batch.records[0].sequence, batch.records[-1].sequence) for batch in self.sent]

    def close(self) -> None:
        self.up.close()
        self.cursor.close()
        self.journal.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_batches_hold_at_most_two_hundred_records_and_chain_from_the_genesis(bench: Bench) -> None:
    bench.append(450)
    bench.up.connected()
    assert bench.ranges == [(1, 200), (201, 400), (401, 450)]
    verify(KIOSK, [record for batch in bench.sent for record in batch.records])


def test_batches_stay_below_their_size_but_a_single_large_record_still_goes(bench: Bench) -> None:
    bench.append(100, "x" * 2_000)
    bench.append(1, "y" * 2 * MAXIMUM_BATCH_BYTES)
    bench.up.connected()
    assert bench.ranges[-1] == (101, 101)
    assert all(len(batch.records) < MAXIMUM_BATCH for batch in bench.sent)
    assert all(len(envelope.encode(batch, source="x")) < 1.1 * MAXIMUM_BATCH_BYTES for batch in bench.sent[:-1])


def test_no_more_than_the_window_is_on_its_way(bench: Bench) -> None:
    bench.append(MAXIMUM_BATCH * (UNACKNOWLEDGED_BATCHES + 3))
    bench.up.connected()
    assert len(bench.sent) == UNACKNOWLEDGED_BATCHES
    bench.acknowledge(MAXIMUM_BATCH * 2)
    assert len(bench.sent) == UNACKNOWLEDGED_BATCHES + 2


def test_what_the_broker_does_not_take_is_offered_again(bench: Bench) -> None:
    bench.append(3)
    bench.taking = False
    bench.up.connected()
    bench.taking = True
    bench.up.pump()
    assert bench.ranges == [(1, 3)]


def test_silence_is_answered_by_the_oldest_batch_alone_less_and_less_often(bench: Bench) -> None:
    bench.append(1000)
    bench.up.connected()
    assert len(bench.sent) == 5
    sent_at = []
    for tenth in range(400):
        bench.now = 100 + tenth / 10
        before = len(bench.sent)
        bench.up.tick()
        sent_at += [tenth / 10] * (len(bench.sent) - before)
    assert sent_at == [1.0, 3.0, 7.0, 15.0, 23.0, 31.0, 39.0]
    assert set(bench.ranges[5:]) == {(1, 200)}
    assert "head office" in bench.faults.standing()
    bench.acknowledge(200)
    assert bench.ranges[-4:] == [(201, 400), (401, 600), (601, 800), (801, 1000)]
    assert "head office" not in bench.faults.standing()


def test_a_new_connection_starts_at_the_last_acknowledgement(bench: Bench) -> None:
    bench.append(300)
    bench.up.connected()
    bench.acknowledge(200)
    bench.up.connected()
    assert bench.ranges == [(1, 200), (201, 300), (201, 300)]


def test_a_gap_is_filled_at_once_and_reports_of_the_same_gap_are_not_answered_again(bench: Bench) -> None:
    bench.append(600)
    bench.up.connected()
    for _ in range(3):
        bench.acknowledge(200, "gap")
    assert bench.ranges == [(1, 200), (201, 400), (401, 600), (201, 400), (401, 600)]


def test_head_office_restored_from_an_older_copy_gets_again_what_it_asks_for(bench: Bench) -> None:
    bench.append(300)
    bench.up.connected()
    bench.acknowledge(300)
    bench.acknowledge(100, "gap")
    assert bench.ranges[-1] == (101, 300)
    assert bench.cursor.position == Position(EPOCH, 300)


def test_a_broken_chain_is_reported_for_a_person_and_not_hammered(bench: Bench) -> None:
    bench.append(10)
    bench.up.connected()
    bench.acknowledge(4, "chain")
    assert "record 5 does not chain" in bench.faults.standing()["acknowledgement"]
    assert bench.ranges == [(1, 10)]


def test_an_old_acknowledgement_that_comes_late_moves_nothing_back(bench: Bench) -> None:
    bench.append(10)
    bench.up.connected()
    bench.acknowledge(10)
    bench.acknowledge(4)
    bench.acknowledge(10)
    assert bench.cursor.position == Position(EPOCH, 10)
    assert bench.told == [Position(EPOCH, 10)]


def test_an_acknowledgement_the_disk_refuses_to_keep_counts_once_it_can_be_kept(bench: Bench) -> None:
    bench.append(10)
    bench.up.connected()
    bench.cursor._connection.execute("PRAGMA query_only = ON")
    bench.acknowledge(10)
    assert "readonly" in bench.faults.standing()["cursor"]
    assert bench.cursor.position == Position(0, 0)
    assert bench.told == []
    bench.cursor._connection.execute("PRAGMA query_only = OFF")
    bench.acknowledge(10)
    assert bench.cursor.position == Position(EPOCH, 10)
    assert "cursor" not in bench.faults.standing()


def test_a_journal_that_is_not_there_yet_is_waited_for(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    bench.journal.close()
    kept = path.read_bytes()
    path.unlink()
    bench.up.connected()
    assert "journal" in bench.faults.standing()
    path.write_bytes(kept)
    bench.journal = Journal.open(path, identity=Identity(KIOSK, EPOCH))
    bench.append(1)
    bench.up.tick()
    assert bench.ranges == [(1, 1)]
    assert bench.faults.standing() == {}


def test_a_journal_of_another_kiosk_is_not_sent_as_ours(bench: Bench, tmp_path: Path) -> None:
    bench.journal.close()
    (tmp_path / "journal.db").unlink()
    bench.journal = Journal.open(tmp_path / "journal.db", identity=Identity("lane-09", EPOCH))
    bench.append(1)
    bench.up.connected()
    assert bench.sent == []
    assert "lane-09" in bench.faults.standing()["journal"]


def test_a_journal_exchanged_while_sync_runs_is_noticed_and_a_new_epoch_starts_at_its_first_record(
    bench: Bench, tmp_path: Path
) -> None:
    bench.append(5)
    bench.up.connected()
    bench.acknowledge(5)
    bench.journal.close()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    bench.journal = Journal.open(tmp_path / "journal.db", identity=Identity(KIOSK, EPOCH + 1))
    bench.append(2)
    bench.up.tick()
    assert [(r.epoch, r.sequence) for r in bench.sent[-1].records] == [(EPOCH + 1, 1), (EPOCH + 1, 2)]


def test_a_journal_older_than_the_cursor_is_reported(bench: Bench, tmp_path: Path) -> None:
    bench.append(1)
    bench.up.connected()
    bench.acknowledge(1)
    bench.journal.close()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    bench.journal = Journal.open(tmp_path / "journal.db", identity=Identity(KIOSK, EPOCH - 1))
    bench.append(2)
    bench.up.tick()
    assert "newer epoch" in bench.faults.standing()["journal"]
    assert bench.ranges == [(1, 1)]


@given(st.lists(st.sampled_from(["append", "tick", "connect", "lose", "take", "ack", "gap", "old"]), max_size=40))
def test_whatever_happens_the_cursor_only_follows_head_office_and_nothing_is_skipped(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("up"))
    try:
        for step in steps:
            bench.now += 0.3
            bench.do(step)
            assert bench.cursor.position.sequence <= bench.stored
        for _ in range(40):
            bench.now += 10
            bench.up.tick()
            bench.do("take")
            bench.do("ack")
        assert bench.stored == bench.journal.head.sequence == bench.cursor.position.sequence
    finally:
        bench.close()


def test_the_first_key_is_remembered_and_what_another_signs_or_nobody_is_an_alarm(bench: Bench) -> None:
    mine, other = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    bench.append(6)
    bench.acknowledge(1)
    assert _ALARM not in bench.faults.standing(), "head office does not sign"
    bench.acknowledge(2, signer=mine)
    bench.acknowledge(3, signer=other)
    assert "another key" in bench.faults.standing()[_ALARM]
    bench.acknowledge(4, signer=mine)
    assert _ALARM not in bench.faults.standing()
    bench.acknowledge(5)
    assert "missing" in bench.faults.standing()[_ALARM]
    assert bench.cursor.countersigner == mine.public
    assert bench.cursor.position.sequence == 5, "the digests are this journal's: nothing waits"
