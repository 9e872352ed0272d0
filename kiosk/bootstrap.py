"""The one place that builds the parts of the kiosk and wires them together."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hal.cash_recycler.contract import CashierTold
from hal.device import Device, DeviceError, DeviceEvent
from hal.drivers import load as load_driver
from hal.knobs import Board, KnobError, KnobServer, Turn
from kiosk.checkout.events import DeviceFact, Restartable
from kiosk.checkout.inputs import (
    ConditionChanged,
    DayTurned,
    DevicesTold,
    Input,
    PowerRestored,
    Touch,
    UnsyncedTold,
    WeighingChecked,
)
from kiosk.checkout.look_up import LookUp
from kiosk.checkout.moment import Moment
from kiosk.checkout.screen import Screen
from kiosk.retail.business_date import business_date
from kiosk.retail.policy import Policy
from kiosk.retail.unsynced import Unsynced
from kiosk.settings import Layers, policy_of
from kiosk.settings import load as load_settings
from kiosk.store.book import Books, SqliteBook
from kiosk.store.chain import Identity
from kiosk.store.journal import Journal, mint_epoch
from kiosk.store.look_up import BookLookUp
from kiosk.store.stock_moves import StockMoves
from kiosk.sync.cursor import last_epoch
from kiosk.workstation import legal
from kiosk.workstation.clock import Clock, SystemClock
from kiosk.workstation.devices import Rack
from kiosk.workstation.frames import FRAMES, FrameKeeper, FrameStore
from kiosk.workstation.identity import Hasher
from kiosk.workstation.intake import Intake
from kiosk.workstation.loop import Engine
from kiosk.workstation.payments import CodePayments, PaymentService, PointsPayments, TerminalPayments, word_of
from kiosk.workstation.performer import Performer
from kiosk.workstation.receipt import receipt
from kiosk.workstation.shelf import BookShelf
from kiosk.workstation.sync_client import SyncClient
from kiosk.workstation.unsynced import UnsyncedSales
from kiosk.workstation.value_payments import ValuePayments

__all__ = ["REBOOT", "Kiosk", "KnobError", "build", "build_from"]

_log = logging.getLogger(__name__)

REBOOT = "reboot"
"""A file of this name in the run folder asks the service manager to start the machine anew (kiosk-reboot.path)."""
_DISTRIBUTION = "self_checkout_kiosk-"
_TRADE_SCALE = "produce_scale"
_PORTS = ("port", "path", "device", "host", "address", "url")
"""Settings of drivers that say where a device is reached."""
_NEEDED = ("printer", "card_reader")
_CLOCK_LOOK_S = 15.0
_STOP_S = 10.0


def build_from(path: Path | str, *, clock: Clock | None = None) -> Kiosk:
    """Read the settings around the local file ``path`` and build. Raises ``SettingsError``, else as ``build``."""
    layers = load_settings(path)
    for warning in layers.warnings:
        _log.warning("settings: %s", warning)
    return build(layers, clock=clock)


def build(layers: Layers, *, clock: Clock | None = None) -> Kiosk:
    """Build a kiosk from its settings; nothing runs before ``start``.

    Raises ``StoreError`` when the journal cannot serve. A device that is described wrongly stays lost, with the reason
    for staff: the lane sells without it as it would with its cable pulled.
    """
    settings = layers.settings
    devices: list[tuple[str, Device]] = []
    misdescribed: dict[str, str] = {}
    for name, each in settings.devices.items():
        try:
            devices.append((each.category, load_driver(each.category, each.model, name, each.settings)))
        except DeviceError as error:
            misdescribed[name] = f"settings: {error}"
    layers.data.mkdir(parents=True, exist_ok=True)
    layers.run.mkdir(parents=True, exist_ok=True)
    # A clock that stands in the past must not make a journal that seems older than the one it comes after.
    born = max(int(time.time()), (last_epoch(layers.books / "sync.db") >> 20) + 1)
    epoch = mint_epoch(born, int.from_bytes(os.urandom(3), "big"))
    journal = Journal.open(layers.data / "journal.db", identity=Identity(settings.identity.kiosk, epoch))
    try:
        clock = clock or SystemClock(settings.time_zone, settings.clock_confirmed_by)
        return Kiosk(layers, journal, devices, clock, misdescribed)
    except BaseException:
        journal.close()
        raise


def _release() -> str:
    """The installed distribution's version, by its folder's name: the standard library's reader loads one for mail."""
    folders = (Path(place) for place in sys.path if place)
    found = (one.name for folder in folders for one in folder.glob(f"{_DISTRIBUTION}*.dist-info"))
    return next((name.removeprefix(_DISTRIBUTION).removesuffix(".dist-info") for name in found), "0")


class Kiosk:
    """A kiosk without a window. The engine runs on a thread of its own; only frozen values pass between threads."""

    def __init__(
        self,
        layers: Layers,
        journal: Journal,
        devices: Sequence[tuple[str, Device]],
        clock: Clock,
        misdescribed: Mapping[str, str],
    ) -> None:
        self.layers = layers
        self.settings = layers.settings
        self._journal, self._clock = journal, clock
        self._misdescribed = misdescribed
        self._devices = {device.name: device for _, device in devices}
        self._lock = threading.Lock()
        self._screen: Screen | None = None
        self._screen_listener: Callable[[Screen], None] | None = None
        self._sound_listener: Callable[[str], None] | None = None
        self._failure_listener: Callable[[BaseException], None] | None = None
        self._restart_listener: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._running = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._panel: KnobServer | None = None
        self._moves, self._unsynced = StockMoves(), UnsyncedSales(journal)
        self._bare_policy = policy_of(layers, {})
        self._shelf = BookShelf(Books(layers.books), self._overlay, self._make_look_up)
        self._intake = self._make_intake()
        self._rack = Rack(devices, tell=self._tell, lost=self._intake.lost, ready=self._device_ready)
        self._sync = self._make_sync()
        self._frames = FrameKeeper(
            FrameStore(layers.data / FRAMES), rack=self._rack, put=self._put, utc_ms=lambda: self._clock.moment().utc_ms
        )
        self._performer = self._make_performer()
        self._engine = self._make_engine()

    # --- what a screen, a test or a drill uses -------------------------------------------------------------------

    @property
    def look_up(self) -> LookUp:
        """Finding items; safe from any thread."""
        return self._shelf.look_up

    @property
    def pictures(self) -> Path | None:
        """The folder of product pictures; ``None`` where the shop has none."""
        written = self.settings.paths.pictures
        return self.layers.path(written) if written else None

    def frames(self, intervention: str) -> tuple[bytes, ...]:
        """JPEGs of the plate that are kept for staff who judge this; from any thread. None once they are erased."""
        return self._frames.store.of(intervention)

    def submit(self, touch: Touch) -> None:
        """Tell the kiosk something; from any thread. Before ``start`` and after ``stop`` it is dropped."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._intake.touch, touch)

    def responsive(self, within_s: float) -> bool:
        """Whether the engine's loop turns: it is asked, and answers in time. For a watchdog, from any other thread."""
        loop, answered = self._loop, threading.Event()
        if loop is None or loop.is_closed():
            return False
        loop.call_soon_threadsafe(answered.set)
        return answered.wait(within_s)

    def when_turned(self, deed: Callable[[], None]) -> None:
        """Have the engine's loop itself do something short, once; from any thread. While it does not run: dropped."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(deed)

    def on_screen(self, listener: Callable[[Screen], None]) -> None:
        """Hear of every new screen, at once of the one on show. Called on the engine's thread; return quickly."""
        with self._lock:
            self._screen_listener = listener
            if self._screen is not None:
                listener(self._screen)

    def on_sound(self, listener: Callable[[str], None]) -> None:
        """Hear the name of every earcon. Called on the engine's thread; return quickly."""
        self._sound_listener = listener

    def on_failure(self, listener: Callable[[BaseException], None]) -> None:
        """Hear that the engine has ended by a fault: the process should end too, and be started again."""
        self._failure_listener = listener

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Hear that staff want the program started anew: the process should end well, and be started again."""
        self._restart_listener = listener

    # --- what the lane does to itself ----------------------------------------------------------------------------

    def open_sign_in(self) -> None:
        """Forget wrong PINs and badges."""
        self._intake.open_sign_in()

    def restart(self, what: Restartable) -> None:
        """Have the process end, to be started again; for the machine, first ask the service manager by a file."""
        _log.warning("staff want the %s started anew", what)
        if what == "machine":
            (self.layers.run / REBOOT).touch()
        if self._restart_listener is not None:
            self._restart_listener()

    def simulate_panel(self, path: str, knobs: Sequence[Turn]) -> None:
        """Serve the knobs of a simulated panel at the Unix socket ``path``; its watchers hear every earcon.

        For demonstrations and drills: to be called before ``start``. The knobs run on the engine's loop.
        """
        self._panel = KnobServer(Board("panel", "panel", "simulated", tuple(knobs)), path)

    def start(self) -> None:
        """Replay the journal and run. Raises what the engine's start raises (``StoreError``)."""
        failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=(failed,), name="engine", daemon=True)
        self._thread.start()
        self._running.wait()
        if failed:
            self._thread.join()
            raise failed[0]

    def stop(self) -> None:
        """Stop the engine, close devices, books and journal."""
        loop, main = self._loop, self._main
        if loop is not None and main is not None and not loop.is_closed():
            loop.call_soon_threadsafe(main.cancel)
        if self._thread is not None:
            self._thread.join(_STOP_S)
        self._shelf.close()
        self._journal.close()

    # --- the engine's thread -------------------------------------------------------------------------------------

    def _run(self, failed: list[BaseException]) -> None:
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            _log.info("the engine has stopped")
        except BaseException as error:  # noqa: BLE001 - told to whoever started the kiosk, who ends the process
            if not self._running.is_set():
                failed.append(error)
            else:
                _log.critical("the engine has ended", exc_info=True)
                if self._failure_listener is not None:
                    self._failure_listener(error)
        finally:
            self._running.set()

    async def _serve(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        self._engine.replay()
        self._rack.start()
        for name, cause in self._misdescribed.items():
            self._intake.lost(name, cause)
        for name in _NEEDED:
            if self._rack.of(name) is None and name not in self._misdescribed:
                self._intake.lost(name, "not_configured")
        if self.layers.warnings:
            self._put(ConditionChanged("settings", on=True))
        self._put(self._weighing())
        self._put(DevicesTold(self._described()))
        if self._panel is not None:
            await self._panel.start()
        self._running.set()
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (self._engine.run(), self._sync.run(), self._watch_clock(), self._frames.run()):
                    tasks.create_task(work)
        finally:
            if self._panel is not None:
                await self._panel.close()
            self._intake.close()
            await self._performer.stop()
            await self._rack.stop()

    def _described(self) -> tuple[DeviceFact, ...]:
        """The devices as the settings name them, for staff."""
        return tuple(
            DeviceFact(
                name, each.category, each.model, " ".join(str(each.settings[k]) for k in _PORTS if k in each.settings)
            )
            for name, each in self.settings.devices.items()
        )

    def _weighing(self) -> WeighingChecked:
        """The legally relevant software as it lies here, and the trade scale as the settings describe it."""
        described = self.settings.devices.get(_TRADE_SCALE)
        if described is None:
            return legal.checked(None, "", {})
        return legal.checked(self._devices.get(_TRADE_SCALE), described.model, described.settings)

    # --- the wiring ----------------------------------------------------------------------------------------------

    def _make_intake(self) -> Intake:
        return Intake(
            put=self._put,
            mono_ms=self._clock.mono_ms,
            hasher=Hasher(self.settings.shop_key),
            phone=self.settings.phone,
            policy=self._policy,
            operators=lambda: self._shelf.current.operators() if self._shelf.current is not None else (),
            certified=[name for name, device in self._devices.items() if getattr(device, "certified", False)],
            sign_ins=self.layers.data / "sign-ins.json",
        )

    def _make_sync(self) -> SyncClient:
        socket = self.settings.paths.sync
        return SyncClient(
            self.layers.run / socket if socket else None,
            release=_release(),
            head=lambda: self._journal.head,
            put=self._put,
            book_arrived=self._book_arrived,
            payment_told=lambda told: self._put(word_of(told)),
            acknowledged=lambda position: self._unsynced.acknowledged(position, self._clock.mono_ms()),
            role_of=self._role_of,
            location=self.settings.location,
        )

    def _make_performer(self) -> Performer:
        at_terminal = TerminalPayments(self._rack)
        by_value = ValuePayments(self._sync.value, lambda: self._policy().timeouts.ask)
        at_head_office: dict[str, PaymentService] = {
            "qr": CodePayments(self._sync.payment, lambda: self._policy().timeouts.qr_answer),
            "stored_value": by_value,
            "paper_voucher": by_value,
            "points": PointsPayments(self._sync.points, lambda: self._policy().timeouts.ask),
        }
        return Performer(
            put=self._put,
            rack=self._rack,
            payments=lambda kind: at_head_office.get(kind, at_terminal),
            head_office=self._sync,
            policy=self._policy,
            make_receipt=partial(receipt, credit_number=Hasher(self.settings.shop_key).credit_number),
            time_zone=self.settings.time_zone,
            sounds=self._sound,
            house=self,
            frames=self._frames,
            after=self._clock.after,
        )

    def _make_engine(self) -> Engine:
        who, epoch = self.settings.identity, self._journal.identity.epoch
        return Engine(
            journal=self._journal,
            shelf=self._shelf,
            clock=self._clock,
            moves=self._moves,
            unsynced=self._unsynced,
            power=PowerRestored(who.kiosk, epoch, who.store, who.workstation, _release()),
            bare_policy=self._bare_policy,
            perform=self._performer.perform,
            show=self._show,
            journalled=self._sync.grew,
        )

    def _tell(self, event: DeviceEvent) -> None:
        """What a device tells; how a cash recycler stands is asked for when it says that it has changed."""
        self._intake.event(event)
        if isinstance(event, CashierTold):
            self._performer.look_at_cash()

    def _put(self, input_: Input) -> None:
        self._engine.put(input_)

    def _book_arrived(self, version: int) -> None:
        self._engine.book_arrived(version)

    def _role_of(self, operator_id: str) -> str:
        """As the price book in force says; a page's word for it is not believed."""
        book = self._shelf.current
        known = book.operators() if book is not None and operator_id else ()
        return next((who.role for who in known if who.operator_id == operator_id), "")

    def _policy(self) -> Policy:
        book = self._shelf.current
        return book.policy if book is not None else self._bare_policy

    def _overlay(self, told: Mapping[str, Any]) -> Policy:
        return policy_of(self.layers, told)

    def _make_look_up(self, book: SqliteBook) -> BookLookUp:
        kiosk, location = self.settings.identity.kiosk, self.settings.location
        return BookLookUp(book.path, kiosk=kiosk, location=location, moves=self._moves)

    def _device_ready(self, name: str) -> None:
        performer = self._performer
        for category, again in (
            ("lights", performer.relight),
            ("card_reader", performer.tell_terminal),
            ("cash_recycler", performer.look_at_cash),
        ):
            device = self._rack.of(category)
            if device is not None and device.name == name:
                again()

    def _show(self, screen: Screen) -> None:
        with self._lock:
            self._screen = screen
            if self._screen_listener is not None:
                self._screen_listener(screen)

    def _sound(self, name: str) -> None:
        if self._panel is not None:
            self._panel.tell("sound", caption=name)
        if self._sound_listener is not None:
            self._sound_listener(name)

    def _business_date(self, now: Moment) -> str:
        return business_date(now.local_date, now.local_time, self._policy().day_turns_at)

    async def _watch_clock(self) -> None:
        """Tell when the shop's date becomes another, when the time is confirmed or no longer, and how sales wait."""
        date, trusted, unsynced = self._business_date(self._clock.moment()), True, Unsynced()
        while True:
            now = self._clock.moment()
            if self._business_date(now) != date:
                date = self._business_date(now)
                self._put(DayTurned())
            if now.clock_trusted != trusted:
                trusted = now.clock_trusted
                self._put(ConditionChanged("clock", on=not trusted))
            unsynced, before = self._unsynced.now, unsynced
            if self.settings.paths.sync and (unsynced.since_ms or unsynced != before):
                self._put(UnsyncedTold(unsynced))  # while some wait, time alone changes what they mean
            looked = asyncio.Event()
            self._clock.after(_CLOCK_LOOK_S, looked.set)
            await looked.wait()
