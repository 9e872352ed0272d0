"""The kiosk's devices in the little world: real drivers against far ends in processes of their own, or simulators.

With far ends every byte goes over the device's real wire: a serial scanner and two makers' scales on pseudo-terminals,
a terminal over HTTPS, a printer on the network, a camera's stream over HTTP, lamps and keys on another board's pins.
The simulators are for drills that have no time for wires, and for ``SIM=1``; printer and terminal are far ends there
too, since paper and money outlive the kiosk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from bench.processes import Child, python

__all__ = ["BOARDS", "CASH", "Farm", "Peripherals"]

BOARDS: Final = ("scanner", "produce_scale", "bagging_scale", "camera", "card_terminal", "printer", "lights")
"""What can be driven from the bench, under the names the page and the stories use."""
CASH: Final = "cash_recycler"
"""Driven as well, where there is one."""
_FONTS: Final = Path(__file__).resolve().parents[1] / "ui" / "assets" / "fonts"
_MODEL: Final = _FONTS.parents[2] / "build" / "produce" / "model.npz"
_SERIAL: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "scanner": ("bench.far_ends.scanner.serial", ()),
    "produce_scale": ("bench.far_ends.scale.toledo_8217", ()),
    "bagging_scale": ("bench.far_ends.scale.cas", ("--capacity-grams", "30000")),
}
"""Devices on a serial wire, and the programs that are their far ends."""


class Farm(Protocol):
    """What the world gives its devices."""

    @property
    def run(self) -> Path:
        """Sockets and links."""

    @property
    def receipts(self) -> Path:
        """What the printer keeps."""

    @property
    def charges(self) -> Path:
        """What the terminal keeps."""

    @property
    def cash_memory(self) -> Path:
        """What the cash recycler's driver remembers."""

    @property
    def boards(self) -> Mapping[str, Path]:
        """Knob sockets by board."""


@dataclass(slots=True)
class Peripherals:
    """``start`` the far ends, then ``settings`` names them to the kiosk. ``child`` makes a program of the world's.

    ``simulated``: simulators inside the kiosk where there can be. ``quick``: they settle at once. ``pictures``:
    receipts become pictures. ``cash``: the letters of the country whose cash a recycler takes; empty: there is none.
    """

    farm: Farm
    child: Callable[..., Child]
    simulated: bool = False
    quick: bool = False
    pictures: bool = True
    cash: str = ""
    programs: list[str] = field(default_factory=list)
    """The far ends by the names of their programs, in the order they were started."""
    _about: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def start(self) -> None:
        """Start every far end; comes back when each has said where it is. Raises ``NotReadyError``."""
        wanted = self._far_ends()
        started = [self.child(name, python(module, *arguments)) for name, (module, *arguments) in wanted.items()]
        for each in started:
            each.start()
        self.programs = [each.name for each in started]
        self._about = {each.name: each.about() for each in started}

    def environment(self) -> dict[str, str]:
        """What the checkout's process is told: whose pins its lamps and keys are on."""
        if self.simulated:
            return {}
        port = self._about["lights"]["port"]
        return {"GPIOZERO_PIN_FACTORY": "pigpio", "PIGPIO_ADDR": "127.0.0.1", "PIGPIO_PORT": str(port)}

    def settings(self) -> dict[str, Any]:
        """The kiosk's ``[devices]``."""
        devices = self._simulators() if self.simulated else self._drivers()
        return {**devices, **self._takes_cash(), "printer": self._printer()}

    def _knobs(self, board: str) -> str:
        return str(self.farm.boards[board])

    def _far_ends(self) -> dict[str, tuple[Any, ...]]:
        found: dict[str, tuple[Any, ...]] = {}
        pictures = () if self.pictures else ("--no-pictures",)
        where = ("--port", 0, "--folder", self.farm.receipts, "--knob-socket", self._knobs("printer"))
        found["printer"] = ("bench.far_ends.printer.escpos", *where, *pictures)
        terminal = "simulated" if self.simulated else "nexo"
        own = ("--charges", self.farm.charges, "--knob-socket", self._knobs("card_terminal"), "--name", "card_terminal")
        found["terminal"] = (f"bench.far_ends.card_reader.{terminal}", "--listen", "127.0.0.1:0", *own)
        if self.cash:
            found[CASH] = ("bench.far_ends.cash_recycler.cctalk", "--link", self.farm.run / CASH, *self._cash())
        if self.simulated:
            return found
        for board, (module, more) in _SERIAL.items():
            named = ("--knob-socket", self._knobs(board), "--name", board)
            found[board] = (module, "--link", self.farm.run / board, *named, *more)
        found["camera"] = ("bench.far_ends.camera.mjpeg", "--knob-socket", self._knobs("camera"), "--name", "camera")
        found["lights"] = ("bench.far_ends.lights.gpio", "--knob-socket", self._knobs("lights"))
        return found

    def _cash(self) -> tuple[Any, ...]:
        return ("--knob-socket", self._knobs(CASH), "--name", CASH, "--country", self.cash)

    def _takes_cash(self) -> dict[str, Any]:
        """A machine behind its real driver, also beside simulators: money outlives the kiosk."""
        if not self.cash:
            return {}
        pace = {"poll_ms": 20, "settle_ms": 120} if self.quick else {}
        port, memory = self._about[CASH]["where"], self.farm.cash_memory
        _filled(memory)
        hoppers = ",".join(f"{address}={value}:{path}" for path, (address, value) in enumerate(_HOPPERS, start=1))
        settings = {"port": port, "country": self.cash, "hoppers": hoppers, "memory_file": str(memory), **pace}
        return {CASH: _device("cash_recycler", "cctalk", **settings)}

    def _drivers(self) -> dict[str, Any]:
        scale = {"framing": "8N1"}  # a pseudo-terminal has no other
        terminal = {**self._about["terminal"]["settings"], "login": True}  # who has logged in is told the day's totals
        return {
            "scanner": _device("scanner", "serial", port=self._about["scanner"]["where"]),
            "produce_scale": _device(
                "scale", "toledo_8217", port=self._about["produce_scale"]["where"], certified=True, **scale
            ),
            "bagging_scale": _device("scale", "cas", port=self._about["bagging_scale"]["where"], **scale),
            "card_reader": _device("card_reader", "nexo", **terminal),
            "camera": _device("camera", "mjpeg", url=self._about["camera"]["url"], **_produce_model(), **_RECENT),
            "lights": _device("lights", "gpio", **self._about["lights"]["settings"]),
        }

    def _simulators(self) -> dict[str, Any]:
        pace = {"period_ms": 20, "settle_readings": 1} if self.quick else {}
        terminal = str(self._about["terminal"]["listen"])
        return {
            "scanner": self._simulator("scanner", "scanner"),
            "produce_scale": self._simulator("produce_scale", "scale", certified=True, **pace),
            "bagging_scale": self._simulator("bagging_scale", "scale", unit="g", exponent=0),
            "card_reader": _device("card_reader", "simulated", terminal=terminal),
            "camera": self._simulator("camera", "camera", **({} if self.quick else {"recent": _RECENT["recent"]})),
            "lights": self._simulator("lights", "lights"),
        }

    def _simulator(self, board: str, category: str, **settings: object) -> dict[str, Any]:
        return _device(category, "simulated", knob_socket=self._knobs(board), **settings)

    def _printer(self) -> dict[str, Any]:
        fonts = {f"font{weight}": str(_FONTS / f"NotoSansBengali-{name}.ttf") for weight, name in _WEIGHTS.items()}
        port = int(self._about["printer"]["port"])
        return _device("printer", "escpos", connection="network", host="127.0.0.1", port=port, **fonts)


_HOPPERS: Final = ((3, 100), (4, 200), (5, 500))
_FILL: Final = 100


def _filled(memory: Path) -> None:
    """Who sets the machine up fills its hoppers and says so, once; what it remembers later stays."""
    if not memory.exists():
        counts = [[value, "coin", _FILL, 0] for _, value in _HOPPERS]
        memory.write_text(
            json.dumps({"counts": counts, "counters": {}, "deposits": [], "orders": []}), encoding="utf-8"
        )


_RECENT: Final[dict[str, Any]] = {"recent": 3, "plate": "0,0,100,100"}
"""What staff may see of a call: on the bench the whole picture is the plate."""


def _produce_model() -> dict[str, str]:
    """The sample shop's model, where ``make produce`` has left one."""
    return {"produce_model": str(_MODEL)} if _MODEL.is_file() else {}


_WEIGHTS: Final = {"": "Medium", "_bold": "Bold"}


def _device(category: str, model: str, **settings: object) -> dict[str, Any]:
    return {"category": category, "model": model, "settings": settings}
