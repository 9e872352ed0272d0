"""A whole kiosk for tests: the product's own bootstrap, simulated devices, a card terminal in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench import leash
from kiosk.bootstrap import Kiosk, build_from
from kiosk.checkout.events import Durable
from kiosk.checkout.inputs import Touch, WeighConfirmed
from kiosk.checkout.screen import Screen, WeighBody
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight
from kiosk.store.book_builder import BookBuilder
from kiosk.store.journal import JournalReader
from kiosk.store.rows import Department, Operator
from tests.support.shop import MemoryBook, small_shop
from tests.support.waiting import wait_until

__all__ = ["SHOP_KEY", "Headless", "Lane", "Running", "build_book", "lane"]

ROOT = Path(__file__).parents[2]
_START_S = 60
"""A program's start takes so long where many others run beside it."""
SHOP_KEY = "000102030405060708090a0b0c0d0e0f"

_SETTINGS = """
country = "bd"
shop_key = "{key}"
clock_confirmed_by = ""

[identity]
kiosk = "kiosk-{number}"
store = "dhaka-1"
workstation = "{number}"

[paths]
sync = "{sync}"

[devices.scanner]
category = "scanner"
model = "simulated"
settings = {{ knob_socket = "{folder}/scanner" }}

[devices.camera]
category = "camera"
model = "simulated"
settings = {{ knob_socket = "{folder}/camera" }}
[devices.produce_scale]
category = "scale"
model = "simulated"
settings = {{ knob_socket = "{folder}/produce_scale", certified = true, period_ms = 40, settle_readings = 1 }}

[devices.printer]
category = "printer"
model = "simulated"
settings = {{ knob_socket = "{folder}/printer", folder = "{folder}/receipts" }}

[devices.lights]
category = "lights"
model = "simulated"
settings = {{ knob_socket = "{folder}/lights" }}

[devices.card_reader]
category = "card_reader"
model = "{terminal}"
settings = {{ {terminal_settings} }}

[policy.timeouts]
card_status = {card_status_ms}
"""


def build_book(
    folder: Path,
    book: MemoryBook,
    version: int = 1,
    operators: tuple[Operator, ...] = (),
    departments: tuple[Department, ...] = (),
) -> Path:
    """The book file of a shop held in memory."""
    rows: list[tuple[str, str, object]] = [("policy", "policy", book.policy)]
    rows += [("item", item_id, item) for item_id, item in book.items.items()]
    rows += [("offer", offer.offer_id, offer) for offer in book.offers]
    rows += [("member", keyed_hash, member) for keyed_hash, member in book.members.items()]
    rows += [("operator", operator.operator_id, operator) for operator in operators]
    rows += [("department", each.department, each) for each in departments]
    classes = {item.tax_class for item in book.items.values()}
    rows += [("tax_class", name, found) for name in sorted(classes) if (found := book.tax_class(name)) is not None]
    folder.mkdir(parents=True, exist_ok=True)
    with BookBuilder(folder) as builder:
        for kind, key, value in rows:
            builder.put(kind, key, msgspec.json.encode(value))
        return builder.finish(version)


class Lane:
    """A lane's folder and its world: settings, book, terminal. Kiosks come and go in it, as after power cuts."""

    def __init__(
        self,
        folder: Path,
        terminal: str,
        reached: Mapping[str, object],
        extra_settings: str = "",
        sync: str = "",
        number: str = "7",
        card_status_ms: int = 200,
    ) -> None:
        self.folder = folder
        self.number = number
        self.settings = folder / "kiosk.toml"
        settings = ", ".join(f"{name} = {json.dumps(value)}" for name, value in reached.items())
        text = _SETTINGS.format(
            key=SHOP_KEY,
            folder=folder,
            terminal=terminal,
            terminal_settings=settings,
            sync=sync,
            number=number,
            card_status_ms=card_status_ms,
        )
        self.settings.write_text(text + extra_settings, encoding="utf-8")

    @property
    def data(self) -> Path:
        """Where journal and books lie."""
        return self.folder / "data"

    def turn(self, device: str, knob: str, **args: object) -> Any:  # noqa: ANN401 - a JSON value, or a body of any kind
        """Turn a knob and give its result. Waits for the device's board to be there."""
        with _connected(self.folder / device) as client:
            client.sendall(json.dumps({"id": 1, "knob": knob, "args": args}).encode() + b"\n")
            with client.makefile("rb") as lines:
                answer = next(told for line in lines if (told := json.loads(line)).get("id") == 1)
        assert answer["ok"], answer
        return answer["result"]

    def state_of(self, device: str) -> Mapping[str, Any]:
        """What ``describe`` tells of a device's state."""
        state: Mapping[str, Any] = self.turn(device, "describe")["state"]
        return state

    def scan(self, code: str) -> None:
        """Hold a code before the scanner once it reads."""
        wait_until(lambda: self.turn("scanner", "scan", data=code)["read"], what="a scanner that reads")

    def journal(self) -> list[Durable]:
        """Every event on disk so far."""
        path = self.data / "journal.db"
        if not path.exists():
            return []
        with JournalReader.open(path) as reader:
            return [record.event for record in reader.replay()]

    def happened(self, kind: type) -> list[Any]:
        """The events of one kind on disk so far."""
        return [event for event in self.journal() if isinstance(event, kind)]

    def receipts(self) -> list[dict[str, Any]]:
        """What came out of the printer, in order."""
        files = sorted((self.folder / "receipts").glob("*.json"))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def charges(self) -> list[dict[str, Any]]:
        """What the terminal did, from its own memory."""
        file = self.folder / "charges.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @contextmanager
    def kiosk(self) -> Iterator[Running]:
        """A kiosk in this process."""
        running = Running(build_from(self.settings))
        running.kiosk.start()
        try:
            yield running
        finally:
            running.kiosk.stop()

    @contextmanager
    def headless(self) -> Iterator[Headless]:
        """A kiosk in a process of its own, which may be killed."""
        running = Headless(self)
        try:
            yield running
        finally:
            running.end()


class Running:
    """A kiosk and the screens it showed."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.kiosk = kiosk
        self.screens: list[Screen] = []
        self.sounds: list[str] = []
        kiosk.on_screen(self.screens.append)
        kiosk.on_sound(self.sounds.append)

    def touch(self, *touches: Touch) -> None:
        """Touch the screen."""
        for touch in touches:
            self.kiosk.submit(touch)

    def agree(self) -> None:
        """Touch "this is right" over what the scale displays, whether the screen offers it or not."""
        body = self.body
        assert isinstance(body, WeighBody)
        assert body.unit != "each"
        net = body.net or body.reading or Weight(0, 0, "kg")
        self.touch(WeighConfirmed(body.item_id, net, body.price or extended(body.unit_price, body.unit, net)))

    @property
    def body(self) -> Any:  # noqa: ANN401 - a JSON value, or a body of any kind
        """The body of the newest screen."""
        return self.screens[-1].body if self.screens else None

    def sees(self, body: type) -> Any:  # noqa: ANN401 - a JSON value, or a body of any kind
        """Wait until the screen shows this body; gives it."""
        wait_until(lambda: isinstance(self.body, body), what=f"a {body.__name__}, not {self.body!r}")
        return self.body


class Headless:
    """A kiosk's process behind the drill's door."""

    def __init__(self, of: Lane) -> None:
        self._door = of.folder / "door"
        self._door.unlink(missing_ok=True)
        command = [sys.executable, "-m", "kiosk.headless", "--settings", str(of.settings), "--touch-socket"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._log = (of.folder / "kiosk.log").open("ab")
        self.process = subprocess.Popen([*command, str(self._door)], stderr=self._log, env=environment)
        leash.put_on(self.process.pid)
        self._socket = _connected(self._door, self._runs, _START_S)
        self._lines = self._socket.makefile("rb")
        self._newest: dict[str, Any] = {}

    def touch(self, touch: str, **fields: object) -> None:
        """Touch the screen."""
        self._socket.sendall(json.dumps({"touch": touch, **fields}).encode() + b"\n")

    def sees(self, body: str) -> dict[str, Any]:
        """Read screens until one has this body; gives it."""
        shown: dict[str, Any] = self._read(lambda told: told.get("body") == body, f"a {body}")["screen"]["body"]
        return shown

    def shows(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Read screens until the newest is as ``wanted``, as it may be already; gives it with its body's name."""
        if self._newest and wanted(self._newest):
            return self._newest
        return self._read(lambda told: "screen" in told and wanted(told), what)

    def _read(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        try:
            for line in self._lines:
                self._newest = json.loads(line)
                if wanted(self._newest):
                    return self._newest
        except TimeoutError:
            message = f"still not {what}, but {self._newest}"
        else:
            message = f"the kiosk ended before it showed {what}"
        raise AssertionError(message)

    def kill(self) -> None:
        """Cut the power."""
        self.process.kill()
        self.process.wait()
        leash.let_go(self.process.pid)

    def end(self) -> None:
        """Stop it in order, if it still runs."""
        self._lines.close()
        self._socket.close()
        self.process.terminate()
        self.process.wait(20)
        leash.let_go(self.process.pid)
        self._log.close()

    def _runs(self) -> None:
        assert self.process.poll() is None, "the kiosk could not start"


def _connected(path: Path, check: Callable[[], None] = lambda: None, patience_s: float = 10) -> socket.socket:
    """A connection to a Unix socket that is about to be served; its file is there a moment before it listens."""

    def attempt() -> socket.socket | None:
        check()
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(patience_s + 5)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            return None
        return client

    client = wait_until(attempt, patience_s, what=f"somebody at {path}")
    assert client is not None
    return client


_TERMINALS: dict[str, tuple[str, ...]] = {"simulated": (), "nexo": (), "zvt": ("--tcp", "0")}
_TIMES = {"answer_timeout_ms": 1_000, "poll_ms": 100, "retry_ms": 50}


def _reached(terminal: str, told: Mapping[str, Any], folder: Path) -> dict[str, object]:
    """The driver's settings for the far end that told where it is."""
    if terminal == "simulated":
        return {"knob_socket": str(folder / "card_reader"), "terminal": told["listen"], "retry_ms": 50}
    memory = {"memory_file": str(folder / "memory.json")} if terminal == "zvt" else {}
    return {**told["settings"], **_TIMES, **memory}


@contextmanager
def lane(
    book: MemoryBook | None = None,
    *,
    operators: tuple[Operator, ...] = (),
    extra_settings: str = "",
    sync: str = "",
    terminal: str = "simulated",
    terminal_settings: Mapping[str, object] | None = None,
    number: str = "7",
    card_status_ms: int = 200,
) -> Iterator[Lane]:
    """A lane with its terminal, whose model is ``terminal`` (and whose driver is set by these, too).

    ``book`` is the small shop unless given; ``sync`` the name of a sync socket; ``number`` the workstation's. A
    terminal that is silent is asked again after ``card_status_ms``.
    """
    folder = Path(tempfile.mkdtemp(prefix="lane"))  # short: a Unix socket's path has 108 bytes at most
    command = [sys.executable, "-m", f"bench.far_ends.card_reader.{terminal}", *_TERMINALS[terminal]]
    command += ["--charges", str(folder / "charges.jsonl"), "--knob-socket", str(folder / "terminal")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as far_end:
            leash.put_on(far_end.pid)
            try:
                assert far_end.stdout is not None
                told = json.loads(far_end.stdout.readline())
                reached = {**_reached(terminal, told, folder), **(terminal_settings or {})}
                built = Lane(folder, terminal, reached, extra_settings, sync, number, card_status_ms)
                build_book(built.data, book or small_shop(), operators=operators)
                yield built
            finally:
                far_end.terminate()
                far_end.wait()
                leash.let_go(far_end.pid)
    finally:
        shutil.rmtree(folder)
