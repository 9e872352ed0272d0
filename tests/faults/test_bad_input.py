"""Bad input in the running world: a clear message for its user, and nothing lost or invented."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import ssl
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.knobs import KnobClient
from bench.oracle import Oracle
from bench.processes import NotReadyError
from bench.shopper import Shopper
from bench.world import KIOSK, Options, World
from messages import topics
from provisioning.authority import Authority
from tests.support.waiting import wait_until, wait_until_async

pytestmark = pytest.mark.timeout(180)

OPTIONS = Options.drill()
STRANGER = "lane-stranger"
"""Another kiosk with a good certificate: two clients with one certificate would end each other's session."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all: each test leaves it well."""
    with tempfile.TemporaryDirectory(prefix="bad") as folder:
        built = World(Path(folder), OPTIONS)
        try:
            built.start()
            yield built
        finally:
            built.stop()


@asynccontextmanager
async def shopper(world: World) -> AsyncIterator[Shopper]:
    person = Shopper(world, Oracle(world.shop, offers=True))
    await person.connect()
    try:
        await person.until_body("AttractBody", "BasketBody", "ThanksBody", "OutOfServiceBody")
        yield person
    finally:
        await person.leave()


@asynccontextmanager
async def board(world: World, name: str) -> AsyncIterator[KnobClient]:
    client = await KnobClient.connect(world.boards[name])
    try:
        yield client
    finally:
        await client.close()


async def scan_something(world: World, person: Shopper) -> None:
    item = next(each for each in world.shop.items if each.gtin and not each.minimum_age)
    then = person.pieces() + 1
    await person.turn("scanner", "scan", data=(item.gtin or "")[1:], symbology="]E0")
    await person.until(lambda: person.pieces() == then, "one more thing in the basket")


async def staff_look(world: World, person: Shopper) -> dict[str, Any]:
    """What the staff screen holds; signs out again."""
    pin = world.shop.operators[0].pin
    person.touch("ViewRequested", view="staff_sign_in")
    person.touch("PinTyped", pin=pin)
    await person.until_body("StaffBody")
    seen = person.content
    person.touch("OperatorSignedOut")
    await person.until(lambda: person.body != "StaffBody", "the shopper's screen")
    return seen


def restart(world: World) -> None:
    world.cut_power()
    world.restore_power()


def records(world: World) -> int:
    with closing(sqlite3.connect(f"file:{world.journal}?mode=ro", uri=True)) as journal:
        return int(journal.execute("SELECT count(*) FROM record").fetchone()[0])


def publish(world: World, who: str, *told: tuple[str, bytes]) -> None:
    keys = world.credentials(who)
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"{who}-stranger", protocol=MQTTProtocolVersion.MQTTv5)
    trust = ssl.create_default_context(cafile=str(keys["ca"]))
    trust.load_cert_chain(str(keys["cert"]), str(keys["key"]))
    client.tls_set_context(trust)
    client.connect("127.0.0.1", world.broker_port)
    client.loop_start()
    try:
        for topic, payload in told:
            client.publish(topic, payload, qos=1).wait_for_publish(10)
    finally:
        client.disconnect()
        client.loop_stop()


def letters(world: World) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(f"file:{world.ledger}?mode=ro", uri=True)) as office:
        return set(office.execute("SELECT source, kiosk, reason FROM dead_letter"))


def test_messages_that_nobody_can_read_are_kept_at_head_office_and_told_once_by_the_kiosk(world: World) -> None:
    Authority.open(world.folder / "broker").client(STRANGER)
    publish(world, STRANGER, (topics.journal_up(STRANGER), b"\x00junk{"), (topics.ask(STRANGER, "loyalty"), b"[]"))
    junk = [(topics.acknowledgement_down(KIOSK), b"{"), (topics.feed_down(KIOSK), b"{")]
    publish(world, "headoffice-2", *junk, *junk)

    wanted = {
        (topics.ask(STRANGER, "loyalty"), STRANGER, "malformed"),
        ("journal", STRANGER, "malformed"),
    }
    wait_until(lambda: letters(world) == wanted, what="two letters at head office")
    log = world.children["sync"]
    wait_until(lambda: "feed: unreadable chunk" in log.printed(), what="a line in the kiosk's log")
    assert log.printed().count("acknowledgement: unreadable") == 1
    assert log.printed().count("feed: unreadable chunk") == 1


def test_paper_that_ends_within_a_receipt_calls_staff_and_a_marked_copy_follows_the_new_roll(world: World) -> None:
    async def visit() -> None:
        async with shopper(world) as person, board(world, "printer") as printer, board(world, "card_terminal") as card:
            await card.turn("auto", outcome="approve")
            await person.arrive()
            await scan_something(world, person)
            await printer.turn("paper_out_after", rows=200)
            person.touch("CheckoutRequested")
            await person.until_body("TenderChoiceBody")
            person.touch("TenderChosen", tender_id="card")
            await person.until_body("ThanksBody")
            await person.until(lambda: person.content["receipt"] == "failed", "no receipt")
            assert person.shown["screen"]["notice"]["text"]["message"] == "receipt.failed"
            seen = await staff_look(world, person)
            assert seen["devices"] == [["printer", "paper_out"]]
            assert [each["kind"] for each in seen["interventions"]] == ["printer"]
            await printer.turn("paper", state="ok")
            await person.until(lambda: person.body != "ThanksBody" or person.content["receipt"] == "printed", "a copy")

    asyncio.run(visit())
    half, copy = (json.loads((world.receipts / f"00000{n}.json").read_text("utf-8")) for n in (1, 2))
    assert (half["complete"], copy["complete"]) == (False, True)
    assert half["text"][0] != "COPY"
    assert copy["text"][0] == "COPY"


def test_a_settings_file_nobody_can_read_leaves_the_last_good_one_in_force_and_staff_are_told(world: World) -> None:
    file = world.folder / "kiosk" / "kiosk.toml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good[:150] + "\n[[[", encoding="utf-8")
    try:
        restart(world)

        async def look() -> None:
            async with shopper(world) as person:
                await person.until_body("AttractBody")
                seen = await staff_look(world, person)
                assert [each["message"] for each in seen["conditions"]] == ["condition.settings"]

        asyncio.run(look())
        assert "the last good settings serve" in world.children["checkout"].printed()
    finally:
        file.write_text(good, encoding="utf-8")
        restart(world)


def _mark(path: Path, version: int, since: int) -> tuple[int, int]:
    """Have the file say that it is of this schema, readable since that one; gives what it said before."""
    with closing(sqlite3.connect(path)) as database:
        (before,) = database.execute("PRAGMA user_version").fetchone()
        (before_since,) = database.execute("SELECT readable_since FROM format").fetchone()
        database.execute(f"PRAGMA user_version = {version}")
        database.execute("UPDATE format SET readable_since = ?", (since,))
        database.commit()
        return before, before_since


def test_a_journal_of_a_newer_release_is_refused_in_words_and_serves_again_when_it_can_be_read(world: World) -> None:
    world.cut_power()
    kept = records(world)
    before = _mark(world.journal, 99, 99)
    with pytest.raises(NotReadyError, match=r"was written by a newer release .* the file was not touched"):
        world.restore_power()
    world.cut_power()
    _mark(world.journal, *before)
    assert records(world) == kept
    world.restore_power()

    async def visit() -> None:
        async with shopper(world) as person:
            await person.until_body("AttractBody")

    asyncio.run(visit())


def test_a_price_book_that_cannot_be_read_is_fetched_again_and_the_lane_opens_by_itself(world: World) -> None:
    world.cut_power()
    for book in world.journal.parent.glob("book-*.db"):
        _mark(book, 99, 99)
    world.restore_power()

    async def visit() -> None:
        async with shopper(world) as person:
            await person.until_body("AttractBody")

    asyncio.run(visit())


@pytest.fixture
def tight_world() -> Iterator[World]:
    """A world whose kiosk's data lie on a disk of their own, of 16 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the engine's own tests fill one without")
    with tempfile.TemporaryDirectory(prefix="tight") as folder:
        disk = Path(folder) / "kiosk" / "data"
        disk.mkdir(parents=True)
        mounted = subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=16m", "none", disk], check=False)
        if mounted.returncode:
            pytest.skip("this container lets nobody mount; the engine's own tests fill a disk without")
        built = World(Path(folder), OPTIONS)
        try:
            built.start()
            yield built
        finally:
            built.stop()
            subprocess.run(["/bin/umount", disk], check=True)


def _fill(folder: Path) -> Path:
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for block in (65536, 512):
            with suppress(OSError):
                while file.write(b"x" * block):
                    pass
    return filler


def test_a_full_disk_under_a_payment_charges_once_says_so_and_goes_on_when_there_is_room(tight_world: World) -> None:
    async def visit() -> None:
        async with shopper(tight_world) as person, board(tight_world, "card_terminal") as card:
            await card.turn("auto", outcome="off")
            await person.arrive()
            await scan_something(tight_world, person)
            person.touch("CheckoutRequested")
            await person.until_body("TenderChoiceBody")
            person.touch("TenderChosen", tender_id="card")
            await person.until_body("CardBody")
            await wait_until_async(tight_world.charges.parent.exists)
            filler = _fill(tight_world.journal.parent)
            await _tapped(card)
            await person.until_body("OutOfServiceBody")
            assert person.content["reason"]["message"] == "closed.storage_paying"
            assert person.content["for_staff"]["message"] == "storage.full"
            filler.unlink()
            await person.until_body("ThanksBody")
            await person.until(lambda: person.content["receipt"] == "printed", "the receipt")

    asyncio.run(visit())
    assert len(tight_world.charges.read_text(encoding="utf-8").splitlines()) == 1


async def _tapped(card: KnobClient) -> None:
    """Tap once the terminal asks for it."""
    async with asyncio.timeout(10):
        while True:
            try:
                await card.turn("tap", outcome="approve")
            except Exception:  # noqa: BLE001 - it does not ask yet
                await asyncio.sleep(0.02)
            else:
                return
