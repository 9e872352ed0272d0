"""A lane that does nothing but sell: the product's own journal, written by a program that may be killed at any time.

``seller FOLDER NAME WORKSTATION EPOCH`` reads ``goal.json`` in its folder again and again: how many sales there shall
be, and by how much the lane's clock is wrong. What sale *n* is depends on the lane and *n* alone, so that a lane that
was killed in the middle of one goes on with the very next record.
"""

from __future__ import annotations

import logging
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.checkout.events import Durable, TransactionOpened
from kiosk.store.chain import Identity
from kiosk.store.codec import decode_event
from kiosk.store.errors import JournalUnwritableError
from kiosk.store.journal import Journal
from tests.support.journals import JournalOf, banana, cola

__all__ = ["GOAL", "STORE", "Goal", "main"]

STORE = "dhaka-1"
GOAL = "goal.json"
_PAUSE_S = 0.02
_MOST_PIECES = 6

log = logging.getLogger("seller")


class Goal(msgspec.Struct, frozen=True):
    """So many sales in all, by a clock that is so many milliseconds off."""

    sales: int = 0
    skew_ms: int = 0


class Lane(NamedTuple):
    """Whose journal it is."""

    name: str
    workstation: str
    epoch: int


def sale(lane: Lane, number: int) -> list[Durable]:
    """The records of a lane's sale, the first of them behind the one that opens the journal."""
    chance = random.Random(f"{lane.name}/{number}")
    told = JournalOf(lane.name, lane.epoch, STORE, lane.workstation)
    told.number = number - 1
    lines = [cola(1, chance.randint(1, _MOST_PIECES)), banana(2)]
    told.sale(lines[: chance.randint(1, 2)])
    events = [decode_event(record.kind, bytes(record.data)) for record in told.records]
    return events if number == 1 else events[1:]


def left(journal: Journal, lane: Lane) -> Iterator[tuple[int, Durable]]:
    """What is still to be journalled, record by record, each with the number of its sale."""
    number, done = 0, 0
    for record in journal.replay():
        event = record.event
        if isinstance(event, TransactionOpened):
            number, done = event.transaction.number, 1 + (event.transaction.number == 1)
        else:
            done += 1
    number = max(number, 1)
    while True:
        for event in sale(lane, number)[done:]:
            yield number, event
        number, done = number + 1, 0


def _goal(folder: Path) -> Goal:
    return msgspec.json.decode((folder / GOAL).read_bytes(), type=Goal)


def main() -> None:
    """Sell until ended; what the disk does not take is tried again."""
    folder, lane = Path(sys.argv[1]), Lane(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with Journal.open(folder / "journal.db", identity=Identity(lane.name, lane.epoch)) as journal:
        for number, event in left(journal, lane):
            while not _journalled(journal, event, number, folder):
                time.sleep(_PAUSE_S)


def _journalled(journal: Journal, event: Durable, number: int, folder: Path) -> bool:
    goal = _goal(folder)
    if number > goal.sales:
        return False
    try:
        journal.append([event], time.time_ns() // 1_000_000 + goal.skew_ms)
    except JournalUnwritableError as fault:
        log.warning("%s", fault)
        return False
    return True


if __name__ == "__main__":
    main()
