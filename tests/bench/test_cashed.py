"""Cash in a recycler is held against journal and ledger: what went in, what came out, what is owed, what lies there."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.cashed import cash_otherwise, unsettled
from bench.world import Options, World

_MACHINE = {"taken": 22_200, "given": 700, "hoppers": {"100": 100, "200": 100, "500": 99}}
Records = list[tuple[str, dict[str, Any]]]


def _minor(minor: int) -> dict[str, int]:
    return {"minor": minor}


@pytest.fixture
def told() -> Records:
    """A sale of 215.00 for which 222.00 was put in, a coin first; 7.00 came back in two hoppers' coins."""
    tender = {"tender": "t", "kind": "cash", "received": _minor(22_200), "change": _minor(700)}
    return [
        ("CashInserted", {"tender": "t", "amount": _minor(200)}),
        ("CashInserted", {"tender": "t", "amount": _minor(22_200)}),
        ("CashOwed", {"payout": "p", "tender": "t", "amount": _minor(700)}),
        ("TransactionCompleted", {"tenders": [tender, {"tender": "u", "kind": "card"}]}),
        ("CashPaidOut", {"payout": "p", "outcome": "paid", "amount": _minor(700)}),
    ]


def _world(folder: Path, told: Records, debts: tuple[tuple[str, int, int], ...] = ()) -> World:
    world = World(folder, Options(cash=True))
    for path in (world.journal, world.ledger, world.cash_memory):
        path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(world.journal)) as disk, disk:
        disk.execute("CREATE TABLE record (sequence INTEGER PRIMARY KEY, kind TEXT, payload BLOB)")
        disk.executemany(
            "INSERT INTO record (kind, payload) VALUES (?, ?)", [(kind, json.dumps(each)) for kind, each in told]
        )
    with closing(sqlite3.connect(world.ledger)) as disk, disk:
        disk.execute("CREATE TABLE cash_debt (payout TEXT, remaining INTEGER, settled_ms INTEGER)")
        disk.executemany("INSERT INTO cash_debt VALUES (?, ?, ?)", debts)
    counts = [[100, "coin", 100, 0], [200, "coin", 100, 0], [500, "coin", 99, 0], [10_000, "note", 0, 2]]
    world.cash_memory.write_text(json.dumps({"counts": counts}), encoding="utf-8")
    return world


def test_cash_that_everybody_has_alike_is_in_order(tmp_path: Path, told: Records) -> None:
    world = _world(tmp_path, told, debts=(("p", 0, 9),))
    assert (cash_otherwise(world, _MACHINE), unsettled(world)) == ([], set())


def test_change_that_came_twice_is_found_wherever_it_is_told(tmp_path: Path, told: Records) -> None:
    world = _world(tmp_path, told)
    assert cash_otherwise(world, {**_MACHINE, "given": 1_400, "hoppers": {"100": 100, "200": 99, "500": 98}}) == [
        "the machine has given 14, the journal says 7",
        "the hoppers hold {'100': 100, '200': 99, '500': 98}, the kiosk believes {'100': 100, '200': 100, '500': 99}",
    ]


def test_a_coin_that_the_journal_lacks_and_a_shopper_short_of_change_are_found(tmp_path: Path, told: Records) -> None:
    told[-1] = ("CashPaidOut", {"payout": "p", "outcome": "short", "amount": _minor(500)})
    world = _world(tmp_path, told, debts=(("p", 200, 0),))
    assert cash_otherwise(world, {**_MACHINE, "taken": 22_300, "given": 500}) == [
        "the machine has taken 223, the journal says 222",
        "222 was put in for t and 5 came back; the sale holds 215",
        "head office lists 2 as owed still (p)",
    ]
    assert unsettled(world) == {"p"}


def test_what_is_on_its_way_is_named_until_somebody_has_said_what_became_of_it(tmp_path: Path) -> None:
    begun: Records = [
        ("TenderReversed", {"tender": "a", "stage": "requested"}),
        ("CashOwed", {"payout": "p", "tender": "t", "amount": _minor(5)}),
        ("CashOwed", {"payout": "q", "tender": "t", "amount": _minor(5), "instead_of": "p"}),
        ("TenderSettled", {"tender": "r", "outcome": "declined", "reason": "staff"}),
        ("TenderSettled", {"tender": "s", "outcome": "declined", "reason": "the bank declined"}),
    ]
    ended: Records = [
        ("TenderReversed", {"tender": "a", "stage": "failed"}),
        ("CashPaidOut", {"payout": "q", "outcome": "by_staff", "amount": _minor(5)}),
        ("RefundDoubled", {"tender": "r"}),
    ]
    assert unsettled(_world(tmp_path / "a", begun)) == {"a", "q", "r"}
    assert unsettled(_world(tmp_path / "b", begun + ended)) == set()
