"""The little world of a demonstration or a drill: broker, head office, cable, far ends, and one kiosk, in one folder.

Everything runs as it would in a shop: the broker with mutual TLS, the kiosk's processes apart, each far end in a
process of its own. Programs are started by their command lines only; the bench imports none of them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from bench.acquirer import Acquirer
from bench.peripherals import BOARDS, CASH, Peripherals
from bench.processes import Child, NotReadyError, answers_on, find_program, free_port, python
from bench.window import Window, check_window, open_window
from samples.catalogue import Country, SampleItem, SampleShop, load_shop

__all__ = ["KIOSK", "Mode", "Options", "World"]

KIOSK = "kiosk-1"
_ROOT = Path(__file__).resolve().parents[1]
_LONGEST_SOCKET = 107
_VERIFIED_UNTIL = "2099-12-31"
"""No scale of this world is real, so none is ever overdue."""
_SHELF = 18
_SERIALS = 3
"""Tiles on the bench page."""


Mode = Literal["off", "lenient", "strict"]
"""How the bagging scale watches."""


@dataclass(frozen=True, slots=True)
class Options:
    """What kind of world. ``window``: the kiosk draws (on a display, real or virtual); else it runs headless.

    ``pictures``: receipts become pictures. ``simulated``: simulators inside the kiosk instead of drivers with far ends;
    ``quick``: they settle at once, for drills. ``sample_sales``: ninety days
    of seeded sales at head office. ``demo``: head office lets people look without signing in. ``wrapper``: run these
    modules through another one, which drills use to plant defects. ``page_port``: the bench page's; where it is given,
    no other page in a browser may watch and touch the virtual display. ``bagging``: how the bagging scale watches.
    ``cash``: a recycler takes cash at the lane. ``counter``: "pay at the counter" is among the ways to pay. ``kiosk``
    and ``workstation``: the lane's names; ``neighbours``: lanes beside it that may come to the broker, too.
    """

    country: Country = "bd"
    window: bool = True
    pictures: bool = True
    sample_sales: bool = True
    demo: bool = True
    quick: bool = False
    simulated: bool = False
    page_port: int = 0
    bagging: Mode = "off"
    cash: bool = False
    counter: bool = False
    kiosk: str = KIOSK
    workstation: str = "3"
    neighbours: tuple[str, ...] = ()
    wrapper: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def drill(cls) -> Options:
        """A world for a drill: nothing to look at, and no time lost on wires."""
        return cls(window=False, pictures=False, sample_sales=False, demo=False, quick=True, simulated=True)


class World:
    """``start`` brings everything up in order, ``stop`` takes it down in reverse; both may be called again."""

    def __init__(self, folder: Path, options: Options, progress: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self.options = options
        self.country = options.country
        self.powered = False
        self.children: dict[str, Child] = {}
        self.broker_port = 0
        self.cable_port = 0
        self.office_url = ""
        self.screen_port: int | None = None
        self._tell = progress
        self._window: Window | None = None
        self.shop_key = ""
        self._peripherals = Peripherals(
            self,
            self._child,
            simulated=options.simulated,
            quick=options.quick,
            pictures=options.pictures,
            cash=options.country.upper() if options.cash else "",
        )
        self._office_port = 0
        self._switch = threading.Lock()

    @cached_property
    def shop(self) -> SampleShop:
        """What the shop sells."""
        return load_shop(self.country)

    # --- where things lie ------------------------------------------------------------------------------------------

    @property
    def run(self) -> Path:
        """Sockets. Short, since a Unix socket's path is at most 107 bytes."""
        return self.folder / "run"

    @property
    def receipts(self) -> Path:
        """What the printer's far end keeps: bytes, text and pictures."""
        return self.folder / "receipts"

    @property
    def charges(self) -> Path:
        """The card terminal's own memory."""
        return self.folder / "terminal" / "charges.jsonl"

    @property
    def payments(self) -> Path:
        """The acquirer's own memory, of payments by code."""
        return self.folder / "acquirer" / "charges.jsonl"

    @property
    def cash_memory(self) -> Path:
        """What the cash recycler's driver remembers."""
        return self.run / "cash-recycler.json"

    @property
    def journal(self) -> Path:
        """The kiosk's journal."""
        return self.folder / "kiosk" / "data" / "journal.db"

    @property
    def cursor(self) -> Path:
        """Where the sync process remembers what head office has acknowledged."""
        return self.journal.parent / "sync.db"

    @property
    def ledger(self) -> Path:
        """Head office's database."""
        return self.folder / "headoffice" / "headoffice.db"

    @property
    def signing_key(self) -> Path:
        """What head office countersigns journals with."""
        return self.folder / "headoffice" / "signing.pem"

    @property
    def pictures(self) -> Path:
        """Product pictures."""
        return _ROOT / "samples" / "pictures"

    @property
    def touch_socket(self) -> Path:
        """The headless kiosk's door for touches."""
        return self.run / "touch.sock"

    @property
    def boards(self) -> dict[str, Path]:
        """Knob sockets by board."""
        names = (*BOARDS, *((CASH,) if self.options.cash else ()), "acquirer", "network", "panel")
        return {name: self.run / f"{name}.knobs" for name in names}

    # --- up and down -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Everything, in order. Raises ``NotReadyError`` naming what is missing or did not come up."""
        self._check()
        self.run.mkdir(parents=True, exist_ok=True)
        self.receipts.mkdir(parents=True, exist_ok=True)
        self._certify()
        self._start_broker()
        self._start_acquirer()
        self._start_office()
        self._start_far_ends()
        if self.options.window:
            self._tell("opening the kiosk's display")
            port = self.options.page_port
            pages = [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")] if port else []
            self._window = open_window(self.folder, pages)
            self.screen_port = self._window.web_port
        self._write_settings()
        self._tell("starting the kiosk")
        self.restore_power()

    def _check(self) -> None:
        """What would fail late, found early: a program that is not installed, a socket's path that is too long."""
        find_program("mosquitto")
        if self.options.window:
            check_window()
        longest = max((*self.boards.values(), self.touch_socket), key=lambda path: len(os.fsencode(path)))
        if len(os.fsencode(longest)) > _LONGEST_SOCKET:
            message = f"{longest} is too long for a socket's name: set TMPDIR to a folder with a shorter one"
            raise NotReadyError(message)

    def stop(self) -> None:
        """Everything that was started, the kiosk first."""
        for name in ("checkout", "sync", *self._peripherals.programs, "cable", "headoffice", "acquirer", "broker"):
            child = self.children.get(name)
            if child is not None:
                child.stop()
        if self._window is not None:
            self._window.close()
            self._window = None
        self.powered = False

    def cut_power(self) -> None:
        """The kiosk's processes are killed at once, as when the plug is pulled: also while they are starting."""
        with self._switch:
            self.powered = False
            for name in ("checkout", "sync"):
                self.children[name].kill()

    def restore_power(self) -> None:
        """The kiosk's processes start, and this waits until the checkout shows something.

        Raises ``NotReadyError`` when it does not come up, or the power is cut meanwhile.
        """
        with self._switch:
            for name in ("sync", "checkout"):
                if not self.children[name].alive:
                    self.children[name].start()
        self.await_checkout()
        with self._switch:
            self.powered = self.children["checkout"].alive

    def await_checkout(self, seconds: float = 60.0) -> None:
        """Until the checkout's door is open, and simulators have their knobs: journal and devices are open by then."""
        doors = [self.boards["panel"] if self.options.window else self.touch_socket]
        if self.options.simulated:
            doors.append(self.boards["scanner"])
        self.children["checkout"].wait(lambda: all(map(_listens, doors)), seconds=seconds)

    # --- the parts -------------------------------------------------------------------------------------------------

    def _child(self, name: str, command: list[str], **environment: str) -> Child:
        log = self.folder / "logs" / f"{name}.log"
        child = self.children[name] = Child(name, command, log, {"PYTHONPATH": str(_ROOT), **environment}, _ROOT)
        return child

    def _module(self, module: str, *arguments: object) -> list[str]:
        wrapped = self.options.wrapper.get(module)
        return python(*wrapped, module, *arguments) if wrapped else python(module, *arguments)

    def _certify(self) -> None:
        self._tell("making a demonstration authority and certificates")
        self.broker_port = free_port()
        kiosks = [word for name in (self.options.kiosk, *self.options.neighbours) for word in ("--kiosk", name)]
        _done(
            python("provisioning.demonstration", self.folder / "broker", "--port", self.broker_port, *kiosks),
            "the demonstration authority",
        )
        keys = self.folder / "broker" / "shop.key"
        if not keys.exists():
            keys.write_text(secrets.token_hex(32), encoding="ascii")
        self.shop_key = keys.read_text(encoding="ascii")

    def credentials(self, name: str) -> dict[str, Path]:
        """A party's certificate files."""
        folder = self.folder / "broker"
        return {"ca": folder / "ca.crt", "cert": folder / f"{name}.crt", "key": folder / f"{name}.key"}

    def _start_broker(self) -> None:
        self._tell("starting the broker (mutual TLS)")
        broker = self._child(
            "broker", [find_program("mosquitto"), "-c", str(self.folder / "broker" / "mosquitto.conf")]
        )
        broker.start()
        self.await_broker()

    def await_broker(self) -> None:
        """Until the broker listens."""
        self.children["broker"].wait(lambda: answers_on(self.broker_port))

    def _start_acquirer(self) -> None:
        self._tell("starting the acquirer")
        self._office_port = free_port()
        acquirer = Acquirer(self.folder / "acquirer", self.shop)
        child = self._child("acquirer", acquirer.command(self._office_port, self.boards["acquirer"]))
        child.start()
        (self.folder / "acquirer" / "acquirers.toml").write_text(
            _toml(acquirer.settings(str(child.about()["url"]))), encoding="utf-8"
        )

    def _start_office(self) -> None:
        database = f"sqlite:///{self.ledger}"
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        self._tell("seeding head office with the sample shop")
        days = [] if self.options.sample_sales else ["--days", "0"]
        _done(
            python(
                "headoffice.seed",
                "--country",
                self.country,
                "--database",
                database,
                *days,
                "--shop-key-file",
                self.folder / "broker" / "shop.key",
            ),
            "seeding head office",
        )
        self._tell("starting head office")
        keys = self.credentials("headoffice")
        command = self._module(
            "headoffice.main",
            "--database",
            database,
            "--broker",
            f"127.0.0.1:{self.broker_port}",
            "--ca",
            keys["ca"],
            "--cert",
            keys["cert"],
            "--key",
            keys["key"],
            "--port",
            self._office_port,
            "--acquirers",
            self.folder / "acquirer" / "acquirers.toml",
            "--signing-key",
            self.signing_key,
        )
        if self.options.demo:
            command.append("--demo")
        office = self._child("headoffice", command)
        office.start()
        self.await_office()

    def await_office(self) -> None:
        """Until head office has said where its pages are, and answers there."""
        office = self.children["headoffice"]

        def answers() -> bool:
            words = office.printed().split()
            self.office_url = next((word for word in words if word.startswith("http://127.0.0.1:")), "")
            port = urlsplit(self.office_url).port
            return port is not None and answers_on(port)

        office.wait(answers, seconds=60)

    def _start_far_ends(self) -> None:
        self._tell("starting the far ends of the kiosk's devices")
        self._peripherals.start()
        cable = self._child(
            "cable",
            python("bench.cable", "--to", f"127.0.0.1:{self.broker_port}", "--knob-socket", self.boards["network"]),
        )
        cable.start()
        self.cable_port = int(cable.about()["port"])

    def _write_settings(self) -> None:
        kiosk = self.folder / "kiosk"
        (kiosk / "data").mkdir(parents=True, exist_ok=True)
        keys = self.credentials(self.options.kiosk)
        store = self.shop.business_units[0]
        names = {"kiosk": self.options.kiosk, "workstation": self.options.workstation}
        identity = {**names, "store": store.business_unit_id}
        settings: dict[str, Any] = {
            "country": self.country,
            "time_zone": self.shop.time_zone,
            "shop_key": self.shop_key,
            "clock_confirmed_by": "",
            "identity": {**identity, "location": store.location},
            "paths": {"data": "data", "run": str(self.run), "pictures": str(self.pictures)},
            "screen": {"width": 1280, "height": 800, "fullscreen": False},
            "devices": self._peripherals.settings(),
            "policy": {"weighing": {"verified_until": _VERIFIED_UNTIL}, "bagging": {"mode": self.options.bagging}},
        }
        if self.options.counter:
            settings["policy"]["parking"] = {"counter": "always"}
        (kiosk / "kiosk.toml").write_text(_toml(settings), encoding="utf-8")
        sync: dict[str, Any] = {
            **identity,
            "journal": str(self.journal),
            "folder": str(self.journal.parent),
            "socket": str(self.run / "sync.sock"),
            "broker": {
                "host": "127.0.0.1",
                "port": self.cable_port,
                "authority": str(keys["ca"]),
                "certificate": str(keys["cert"]),
                "key": str(keys["key"]),
            },
        }
        (kiosk / "sync.toml").write_text(_toml(sync), encoding="utf-8")
        self._child("sync", self._module("kiosk.sync.main", "--settings", kiosk / "sync.toml"))
        if self._window is not None:
            command = self._module("ui.main", "--settings", kiosk / "kiosk.toml", "--panel", self.boards["panel"])
            self._child("checkout", command, **self._window.environment, **self._peripherals.environment())
        else:
            command = self._module(
                "kiosk.headless", "--settings", kiosk / "kiosk.toml", "--touch-socket", self.touch_socket
            )
            self._child("checkout", command, **self._peripherals.environment())

    # --- what the bench page shows ---------------------------------------------------------------------------------

    def bagged(self) -> dict[str, tuple[int, int]]:
        """What packs weigh, where the bagging scale watches."""
        if self.options.bagging == "off":
            return {}
        packs = (item for item in self.shop.items if item.gtin and item.expected_grams)
        return {str(item.gtin): (int(item.expected_grams or 0), int(item.spread_grams or 0)) for item in packs}

    def products(self) -> list[dict[str, Any]]:
        """Packs with a barcode, those on offer first."""
        on_offer = [item_id for offer in self.shop.offers for item_id in offer.item_ids]
        on_offer += [item_id for promotion in self.shop.promotions for item_id in promotion.item_ids]
        packs = [item for item in self.shop.items if item.gtin and not item.minimum_age]
        packs.sort(key=lambda item: on_offer.index(item.item_id) if item.item_id in on_offer else len(on_offer))
        adult = [item for item in self.shop.items if item.gtin and item.minimum_age][:1]
        return [_tile(item) for item in (*packs[: _SHELF - len(adult)], *adult)]

    def coupons(self) -> list[dict[str, str]]:
        """The shop's coupons as a shopper holds them: of a series whose codes serve once, the first few."""
        return [
            {"name": promotion.value["names"]["en"], "code": code}
            for promotion in self.shop.promotions
            if promotion.value.get("coupon")
            for code in _codes(promotion.value)
        ]

    def produce(self) -> list[dict[str, Any]]:
        """Things to put on the produce scale, with a plausible weight each."""
        loose = [item for item in self.shop.items if item.unit == "kg"]
        return [{**_tile(item), "grams": 250 + 90 * index} for index, item in enumerate(loose[:9])]


def _tile(item: SampleItem) -> dict[str, Any]:
    code = item.gtin[1:] if item.gtin and item.gtin.startswith("0") else item.gtin
    return {"name": item.names.get("en", ""), "code": code or item.plu or "", "picture": item.picture}


def _codes(promotion: Mapping[str, Any]) -> list[str]:
    coupon = str(promotion["coupon"])
    return [f"{coupon}{number:04d}" for number in range(1, _SERIALS + 1)] if promotion.get("serials") else [coupon]


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _done(command: list[str], what: str) -> None:
    """Run a command to its end. Raises ``NotReadyError`` with its last words."""
    ran = subprocess.run(
        command,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    if ran.returncode:
        last = " / ".join((ran.stderr or ran.stdout).strip().splitlines()[-3:])
        message = f"{what} failed: {last}"
        raise NotReadyError(message)


def _toml(table: Mapping[str, Any], at: str = "") -> str:
    """A table of strings, numbers, truths and tables as TOML; JSON's scalars are TOML's."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    parts = ["\n".join(plain)]
    for key, value in table.items():
        if isinstance(value, Mapping):
            name = f"{at}.{key}" if at else key
            parts.append(f"\n[{name}]\n{_toml(value, name)}")
    return "\n".join(parts)
