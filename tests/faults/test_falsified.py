"""A journal falsified by whoever is root at the kiosk, held against what the running head office has signed."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.oracle import Oracle, Picked
from bench.processes import python
from bench.replay import catch_up
from bench.world import KIOSK, Options, World
from kiosk.store.chain import Position, digest_of
from messages.countersign import Signer
from tests.faults.payer import Payer
from tests.faults.purse import Purse
from tests.faults.ways import way_of

pytestmark = [pytest.mark.drill, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world in which something was sold and all of it is at head office; everything is stopped."""
    with TemporaryDirectory(prefix="falsified-", ignore_cleanup_errors=True) as folder:
        world = World(Path(folder), Options.drill())
        try:
            world.start()
            asyncio.run(_sell(world))
            assert catch_up(world)
        finally:
            world.stop()
        yield world


async def _sell(world: World) -> None:
    item = next(each for each in world.shop.items if each.gtin and not each.minimum_age)
    purse = Purse(world)
    payer = Payer(world, Oracle(world.shop, offers=True), way_of("card"), purse)
    await payer.connect()
    await payer.arrive()
    await payer.fill([Picked(item.item_id, None)])
    await payer.through()
    await payer.leave()
    purse.close()


def verified(
    world: World, folder: Path, falsify: Callable[[sqlite3.Connection], object], key: str = ""
) -> dict[str, Any]:
    """A copy of the unit's files is falsified and verified, by the commands as they are in the handbook."""
    copy = folder / "journal.db"
    for path in (world.journal, world.journal.with_name("journal.db-wal")):
        if path.exists():
            shutil.copyfile(path, folder / path.name)
    with closing(sqlite3.connect(copy)) as disk, disk:
        falsify(disk)
    about = ("--database", f"sqlite:///{world.ledger}", "--kiosk", KIOSK, "--signing-key", world.signing_key)
    (folder / "heads").write_bytes(_said(python("headoffice.heads", *about)).stdout)
    trusted = key or Signer.kept_in(world.signing_key).public
    own = ("--heads", folder / "heads", "--sync", world.cursor, "--key", trusted)
    ran = _said(python("kiosk.sync.verify", copy, *own))
    return {"code": ran.returncode, "error": ran.stderr.decode(), **json.loads(ran.stdout or "{}")}


def _said(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False)


def rewrite(disk: sqlite3.Connection) -> None:
    """A cheaper sale, and the chain computed anew from there on, as somebody who knows the program would."""
    previous = b""
    rows = disk.execute("SELECT epoch, sequence, utc_ms, kind, payload, previous, digest FROM record ORDER BY sequence")
    for epoch, sequence, utc_ms, kind, payload, linked, digest in rows.fetchall():
        if not previous and kind != "TransactionCompleted":
            continue
        told = json.loads(payload)
        if not previous:
            told["total"]["minor"] -= 100
        linked = previous or linked  # noqa: PLW2901 - the chain goes on from the falsified record
        payload = json.dumps(told).encode() if not previous else payload  # noqa: PLW2901 - likewise
        digest = digest_of(KIOSK, Position(epoch, sequence), utc_ms, kind, payload, linked)  # noqa: PLW2901 - likewise
        disk.execute(
            "UPDATE record SET payload = ?, previous = ?, digest = ? WHERE sequence = ?",
            (payload, linked, digest, sequence),
        )
        previous = digest


def last(world: World) -> int:
    with closing(sqlite3.connect(f"{world.journal.as_uri()}?mode=ro", uri=True)) as disk:
        return int(disk.execute("SELECT max(sequence) FROM record").fetchone()[0])


def sold(world: World) -> int:
    with closing(sqlite3.connect(f"{world.journal.as_uri()}?mode=ro", uri=True)) as disk:
        query = "SELECT min(sequence) FROM record WHERE kind = 'TransactionCompleted'"
        return int(disk.execute(query).fetchone()[0])


def test_what_nobody_touched_is_whole_and_countersigned_to_its_end(world: World, tmp_path: Path) -> None:
    told = verified(world, tmp_path, lambda _disk: None)
    assert (told["code"], told["whole"], told["records"]) == (0, True, last(world)), told["error"]
    assert told["acknowledged"] == last(world)


def test_a_sale_made_cheaper_is_the_first_false_record_though_its_chain_holds(world: World, tmp_path: Path) -> None:
    told = verified(world, tmp_path, rewrite)
    assert (told["code"], told["whole"]) == (1, False)
    false = told["false"]
    assert (false["sequence"], false["kind"], false["wrong"]) == (sold(world), "TransactionCompleted", "rewritten")


def test_a_torn_off_end_is_named_by_its_first_missing_record(world: World, tmp_path: Path) -> None:
    told = verified(
        world, tmp_path, lambda disk: disk.execute("DELETE FROM record WHERE sequence > ?", (last(world) - 3,))
    )
    assert (told["code"], told["false"]["sequence"], told["false"]["wrong"]) == (1, last(world) - 2, "cut_off")


def test_under_another_key_nothing_is_believed(world: World, tmp_path: Path) -> None:
    stranger = Signer.kept_in(tmp_path / "stranger.pem").public
    told = verified(world, tmp_path, lambda _disk: None, stranger)
    assert told["code"] == 2
    assert "is not signed by this key" in told["error"]
