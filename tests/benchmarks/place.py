"""A kiosk's folder as it is after weeks in a shop: price book, long journal, settings, and its devices' far ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.i18n.compile import main as compile_catalogues
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.store.chain import Identity
from kiosk.store.journal import Journal, mint_epoch
from tests.benchmarks.size import Size
from tests.support.kiosk import ROOT, SHOP_KEY, build_book
from tests.support.lane import HandLane
from tests.support.shop import MemoryBook, small_shop

__all__ = ["LOOSE", "Place", "code_of", "environment", "place"]

_KIOSK, _STORE, _WORKSTATION = "kiosk-7", "dhaka-1", "7"
_EPOCH = mint_epoch(1_794_000_000, 7)
_LINES_A_SALE = 8
_APPENDED_AT_ONCE = 500
LOOSE = "banana"
"""An item of the book that is sold by weight."""

_SETTINGS = """
country = "bd"
shop_key = "{key}"
clock_confirmed_by = ""

[identity]
kiosk = "kiosk-7"
store = "dhaka-1"
workstation = "7"

[paths]
sync = ""

[screen]
width = 1280
height = 800
fullscreen = false

[devices.scanner]
category = "scanner"
model = "simulated"
settings = {{ knob_socket = "{folder}/scanner" }}

[devices.produce_scale]
category = "scale"
model = "simulated"
settings = {{ knob_socket = "{folder}/produce_scale", certified = true }}

[devices.lights]
category = "lights"
model = "simulated"
settings = {{ knob_socket = "{folder}/lights" }}

[devices.printer]
category = "printer"
model = "escpos"
settings = {{ host = "127.0.0.1", port = {printer}, font = "{fonts}/NotoSansBengali-Medium.ttf" }}

[devices.card_reader]
category = "card_reader"
model = "simulated"
settings = {{ knob_socket = "{folder}/card_reader", terminal = "{terminal}" }}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the kiosk's files lie; ``printer_port`` is where its printer listens on 127.0.0.1."""

    folder: Path
    settings: Path
    printer_port: int


def environment() -> dict[str, str]:
    """For a program with a window: without a display, unless the caller names a video driver; compiled ahead.

    A kiosk's programs are installed with their bytecode; here it lies in ``build`` after the first start.
    """
    wanted = {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**wanted, **given, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode")}


def code_of(number: int) -> str:
    """The GTIN-13 of the item with this number, as its bars say it."""
    body = f"890{number:09d}"
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


@contextmanager
def place(size: Size) -> Iterator[Place]:
    """A folder with a book of ``size.shelf`` items and a journal of at least ``size.records`` records."""
    compile_catalogues()  # as they are installed in a shop
    folder = Path(tempfile.mkdtemp(prefix="bench"))  # short: a Unix socket's path has 108 bytes at most
    with ExitStack() as after:
        after.callback(shutil.rmtree, folder)
        book = _shop(size.shelf)
        build_book(folder / "data", book)
        _write_journal(folder / "data" / "journal.db", book, size.records)
        printer = after.enter_context(_far_end("printer.escpos", "--folder", folder / "receipts", "--no-pictures"))
        terminal = after.enter_context(_terminal(folder))
        settings = folder / "kiosk.toml"
        text = _SETTINGS.format(
            key=SHOP_KEY,
            folder=folder,
            fonts=ROOT / "ui" / "assets" / "fonts",
            printer=printer["port"],
            terminal=terminal["listen"],
        )
        settings.write_text(text, encoding="utf-8")
        yield Place(folder, settings, int(str(printer["port"])))


def _terminal(folder: Path) -> AbstractContextManager[dict[str, object]]:
    files = ("--charges", folder / "charges.jsonl", "--knob-socket", folder / "terminal")
    return _far_end("card_reader.simulated", *files)


@contextmanager
def _far_end(model: str, *arguments: object) -> Iterator[dict[str, object]]:
    command = [sys.executable, "-m", f"bench.far_ends.{model}", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as program:
        assert program.stdout is not None
        try:
            yield json.loads(program.stdout.readline())
        finally:
            program.terminate()


def _shop(items: int) -> MemoryBook:
    book = small_shop()
    for number in range(items - len(book.items)):
        names = {"en": f"Item {number} 500 g", "bn": f"পণ্য {number} ৫০০ গ্রাম", "pt_BR": f"Produto {number} 500 g"}
        key, price = f"item-{number}", Money(1_000 + 50 * (number % 400), "BDT")
        book.items[key] = Item(key, names, "grocery", "standard", price, gtin=f"0{code_of(number)}")
    return book


def _write_journal(path: Path, book: MemoryBook, records: int) -> None:
    """Sales one after the other, paid in full, as the checkout's own decisions make them."""
    lane = HandLane(book)
    lane.tell(i.PowerRestored(_KIOSK, _EPOCH, _STORE, _WORKSTATION, "0.1.0"))
    lane.tell(i.NumbersAnswered(lane.effect(f.AskNumbers).correlation))
    keys = [key for key in book.items if key.startswith("item-")]
    number = 0
    while len(lane.journal) < records:
        chosen = [keys[(number + step) % len(keys)] for step in range(_LINES_A_SALE)]
        number += _LINES_A_SALE
        _sell(lane, chosen)
    with Journal.open(path, identity=Identity(_KIOSK, _EPOCH)) as journal:
        for at in range(0, len(lane.journal), _APPENDED_AT_ONCE):
            journal.append(lane.journal[at : at + _APPENDED_AT_ONCE], lane.now_ms)


def _sell(lane: HandLane, items: list[str]) -> None:
    lane.tell(i.ShopperArrived("en"), *(i.ItemChosen(key) for key in items))
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    lane.later(90_000)
