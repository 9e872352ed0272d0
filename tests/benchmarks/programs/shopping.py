"""A kiosk with its window in this process, and somebody who shops in it: each deed is timed where it has its effect.

Nothing of the product is changed: its journal, its engine's door and its window are watched from outside.
"""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.place import LOOSE, code_of
from tests.benchmarks.programs.said import say
from ui.environment import configure, prepare

_PATIENCE_S = 15.0
_LINES_A_SALE = 10
_BREATH_MS = (20, 60)


class _Knobs:
    """One device's knobs, over one connection."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def turn(self, knob: str, **args: object) -> None:
        self._socket.sendall(json.dumps({"id": 1, "knob": knob, "args": args}).encode() + b"\n")
        told = next(told for line in self._lines if (told := json.loads(line)).get("id") == 1)
        if not told["ok"]:
            raise RuntimeError(told["error"])


class _Moments:
    """When something wanted happened: ``expect`` it, make it happen, ``wait`` for its time."""

    def __init__(self) -> None:
        self._wanted: Callable[[Any], bool] | None = None
        self._came = threading.Event()
        self._at = 0.0

    def expect(self, wanted: Callable[[Any], bool]) -> None:
        self._came.clear()
        self._wanted = wanted

    def note(self, seen: object) -> None:
        if self._wanted is not None and self._wanted(seen):
            self._at, self._wanted = time.perf_counter(), None
            self._came.set()

    def wait(self, what: str) -> float:
        if not self._came.wait(_PATIENCE_S):
            raise TimeoutError(what)
        return self._at


class _Rival:
    """The smallest commit that survives a power cut, on the same disk as the journal."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE one (number INTEGER)")
        self._connection.execute("INSERT INTO one VALUES (0)")

    def commit(self) -> float:
        began = time.perf_counter()
        self._connection.execute("UPDATE one SET number = number + 1")
        return (time.perf_counter() - began) * 1000


class Shopper:
    """Shops, and keeps what each deed took, in milliseconds."""

    def __init__(self, app: Any, kiosk: Any, folder: Path) -> None:  # noqa: ANN401 - Kivy has no types
        self._app, self._kiosk = app, kiosk
        self._appended, self._drawn, self._told = _Moments(), _Moments(), _Moments()
        self._printed_since = 0.0
        self._chance = random.Random(1)
        self._rival = _Rival(folder / "rival.db")
        self._folder = folder
        self.took: dict[str, list[float]] = {
            name: [] for name in ("commit", "journal", "append", "frame", "weigh", "receipt")
        }
        self._watch()

    def shop(self, scans: int, weighings: int, receipts: int) -> None:
        """Sales until there is enough of everything."""
        from kiosk.checkout.screen import AttractBody  # noqa: PLC0415 - the window must be prepared first

        self._drawn.expect(lambda screen: isinstance(screen.body, AttractBody))
        self._drawn.wait("the first picture")
        boards = ("scanner", "produce_scale", "terminal")
        self._scanner, self._scale, terminal = (_Knobs(self._folder / board) for board in boards)
        terminal.turn("auto", outcome="approve")
        number = 0
        while number < scans or len(self.took["weigh"]) < weighings or len(self.took["receipt"]) < receipts:
            self._arrive()
            for line in range(1, _LINES_A_SALE + 1):
                self._scan(number, line)
                number += 1
            if len(self.took["weigh"]) < weighings:
                self._weigh()
            self._pay()

    # --- what a shopper does ---------------------------------------------------------------------------------------

    def _arrive(self) -> None:
        from kiosk.checkout.inputs import ShopperArrived  # noqa: PLC0415 - see shop

        self._see("BasketBody", lambda: self._kiosk.submit(ShopperArrived("en")))

    def _scan(self, number: int, line: int) -> None:
        code = code_of(number % 500)
        self.took["commit"].append(self._rival.commit())
        self._drawn.expect(lambda screen: len(getattr(screen.body, "lines", ())) == line)
        self._appended.expect(lambda _: True)
        began = time.perf_counter()
        self._scanner.turn("scan", data=code)
        self.took["journal"].append((self._appended.wait("a commit") - began) * 1000)
        self.took["frame"].append((self._drawn.wait(f"line {line}") - began) * 1000)
        time.sleep(self._chance.randint(*_BREATH_MS) / 1000)  # the next one comes at any place of a frame

    def _weigh(self) -> None:
        from kiosk.checkout.inputs import ItemChosen, WeighConfirmed, WeightRead  # noqa: PLC0415 - see shop

        self._see("WeighBody", lambda: self._kiosk.submit(ItemChosen(LOOSE)))
        steady: list[float] = []

        def at_rest(input_: object) -> bool:
            if isinstance(input_, WeightRead) and input_.stable and input_.weight.value > 0:
                steady.append(time.perf_counter() - input_.age_ms / 1000)
                return True
            return False

        self._told.expect(at_rest)
        priced: list[Any] = []

        def priced_on(screen: Any) -> bool:  # noqa: ANN401 - a JSON value, or a body of any kind
            if getattr(screen.body, "can_add", False):
                priced.append(screen.body)
            return bool(priced)

        self._drawn.expect(priced_on)
        self._scale.turn("put", grams=self._chance.randint(100, 2_000))
        self._told.wait("a weight at rest")
        self.took["weigh"].append((self._drawn.wait("a price") - steady[0]) * 1000)
        seen = priced[0]
        self._see("BasketBody", lambda: self._kiosk.submit(WeighConfirmed(seen.item_id, seen.net, seen.price)))
        self._scale.turn("remove")

    def _pay(self) -> None:
        from kiosk.checkout.inputs import (  # noqa: PLC0415 - see shop
            CheckoutRequested,
            PrinterAnswered,
            TenderChosen,
        )

        self._told.expect(lambda input_: isinstance(input_, PrinterAnswered))
        self._kiosk.submit(CheckoutRequested())
        self._see("ThanksBody", lambda: self._kiosk.submit(TenderChosen("card")))
        self.took["receipt"].append((self._told.wait("the printer's answer") - self._printed_since) * 1000)

    def _see(self, body: str, deed: Callable[[], None]) -> None:
        self._drawn.expect(lambda screen: type(screen.body).__name__ == body)
        deed()
        self._drawn.wait(body)

    # --- where its effects are seen --------------------------------------------------------------------------------

    def _watch(self) -> None:
        from kivy.core.window import Window  # noqa: PLC0415 - see shop

        from kiosk.checkout.effects import Print  # noqa: PLC0415 - see shop
        from ui.renderer import finish  # noqa: PLC0415 - see shop

        engine, journal = self._kiosk._engine, self._kiosk._journal
        append, perform, put = journal.append, engine._perform, engine.put

        def appended(events: Any, utc_ms: int) -> Any:  # noqa: ANN401 - handed through as it is
            began = time.perf_counter()
            head = append(events, utc_ms)
            self.took["append"].append((time.perf_counter() - began) * 1000)
            self._appended.note(events)
            return head

        def performed(effect: object) -> None:
            if isinstance(effect, Print):
                self._printed_since = time.perf_counter()
            perform(effect)

        def told(input_: Any) -> None:  # noqa: ANN401 - handed through as it is
            self._told.note(input_)
            put(input_)

        def flipped(*_: object) -> None:
            if self._app.stage is not None and self._app.stage.screen is not None:
                finish()
                self._drawn.note(self._app.stage.screen)

        journal.append, engine._perform, engine.put = appended, performed, told
        Window.bind(on_flip=flipped)


def main() -> int:
    """``shopping SETTINGS SCANS WEIGHINGS RECEIPTS``: say what everything took, in milliseconds."""
    settings, counts = Path(sys.argv[1]), [int(word) for word in sys.argv[2:5]]
    prepare()
    configure(size=(1280, 800), fullscreen=False)
    from kivy.clock import Clock  # noqa: PLC0415 - the environment must be prepared first

    from kiosk.bootstrap import build_from  # noqa: PLC0415 - imported as the product does
    from ui.app import KioskApp  # noqa: PLC0415 - opens the window

    app, kiosk = KioskApp(), build_from(settings)
    shopper = Shopper(app, kiosk, settings.parent)

    def shop() -> None:
        try:
            shopper.shop(*counts)
            say(took=shopper.took)
        finally:
            Clock.schedule_once(lambda _delay: app.stop())

    kiosk.start()
    Clock.schedule_once(lambda _delay: app.attach(kiosk), -1)
    threading.Thread(target=shop, daemon=True).start()
    app.run()
    kiosk.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
