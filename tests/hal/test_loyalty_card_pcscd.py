"""The contactless reader over the real service: pcscd, a virtual reader in it, and cards held before that."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import leash
from bench.knobs import KnobClient
from hal.device import DeviceEvent
from hal.loyalty_card import pcsc
from hal.loyalty_card.contract import CardPresented, CardRefused
from hal.ports.winscard import LIBRARY
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

ROOT = Path(__file__).parents[2]
VIRTUAL_READER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
UID, NUMBER = "04A1B2C3D4E580", "2990000000019"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A service with nobody else's readers, and a card's knobs at ``k`` in its folder."""
    if not (shutil.which("pcscd") and shutil.which("unshare") and VIRTUAL_READER.exists()):
        pytest.skip("no pcscd with vsmartcard-vpcd on this machine: apt install pcscd vsmartcard-vpcd")
    if os.geteuid() != 0:
        pytest.skip("a service in file systems of its own needs root")
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        pytest.skip(f"no {LIBRARY} on this machine")
    folder = Path(tempfile.mkdtemp(prefix="pcscd"))
    command = ["unshare", "--mount", "--net", sys.executable, "-m", "bench.far_ends.loyalty_card.pcscd"]
    command += ["--folder", str(folder), "--knob-socket", str(folder / "k")]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True) as program:
            leash.put_on(program.pid)
            assert program.stdout is not None
            said = program.stdout.readline()
            if not said:
                pytest.skip("no namespaces, or no service in them, on this machine")
            monkeypatch.setenv("PCSCLITE_CSOCK_NAME", json.loads(said)["where"])
            try:
                yield folder
            finally:
                program.terminate()
                program.wait()
                leash.let_go(program.pid)
    finally:
        shutil.rmtree(folder)


def _cards(seen: Seen) -> list[DeviceEvent]:
    return [each for each in seen.events if isinstance(each, CardPresented | CardRefused)]


def test_cards_are_read_over_the_real_service_and_its_restart_is_survived(service: Path) -> None:
    async def run() -> None:
        settings = pcsc.Settings(reader="00 00", read="type2", prefix="2990", poll_ms=50)
        driver = pcsc.Driver("loyalty_card", settings)
        seen = await opened(driver)
        knobs = await KnobClient.connect(service / "k")
        try:
            assert seen.statuses == ["ready"]
            await knobs.turn("present", uid=UID, data=NUMBER)
            await wait_until_async(lambda: len(_cards(seen)) == 1, what="a member's card")
            await knobs.turn("pay")
            await wait_until_async(lambda: len(_cards(seen)) == 2, what="a bank card")
            await knobs.turn("present", data="another's")
            await wait_until_async(lambda: len(_cards(seen)) == 3, what="another's card")
            await knobs.turn("unplug")
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            await knobs.turn("plug")
            await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready")
            await knobs.turn("present", uid=UID, data=NUMBER)
            await wait_until_async(lambda: len(_cards(seen)) == 4, what="a card after the restart")
            assert _cards(seen) == [
                CardPresented("loyalty_card", "contactless", NUMBER),
                CardRefused("loyalty_card", "bank_card"),
                CardRefused("loyalty_card", "foreign"),
                CardPresented("loyalty_card", "contactless", NUMBER),
            ]
            assert seen.statuses == ["ready", "lost", "ready"]
        finally:
            await knobs.close()
            await driver.close()

    asyncio.run(run())
