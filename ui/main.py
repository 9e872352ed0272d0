"""The checkout process: ``python -m ui.main --settings FILE``. Window and splash first, the kiosk beside them."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.notify import Notifier
from kiosk.settings import Layers, SettingsError, load
from ui.environment import configure, prepare

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from ui.app import KioskApp

__all__ = ["main"]

_log = logging.getLogger("ui")

_AT_REST_S = 2.0
_NEW_OBJECTS = 5_000


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kiosk-checkout", description="The self-checkout kiosk.")
    parser.add_argument("--settings", type=Path, required=True, help="the workstation's settings file (TOML)")
    parser.add_argument("--still", action="store_true", help="no motion on the screen")
    parser.add_argument(
        "--panel", help="Unix socket for the knobs of a simulated panel: demonstrations and drills only"
    )
    return parser.parse_args(given)


def _open(app: KioskApp, layers: Layers, kept: list[Kiosk], panel: str | None) -> None:
    """Build and start the kiosk on a thread of its own, while the window opens; then show it."""
    from kivy.clock import Clock  # noqa: PLC0415 - the environment must be prepared first

    from kiosk.bootstrap import build  # noqa: PLC0415 - imported beside the window's opening, not before it

    try:
        kiosk = build(layers)
        if panel:
            from ui.panel import Panel  # noqa: PLC0415 - a shop's kiosk has none

            kiosk.simulate_panel(panel, Panel(app).knobs)
        kiosk.start()
    except Exception as error:  # noqa: BLE001 - told on the window's thread, which ends the process
        _log.critical("the kiosk cannot start: %s", error)
        app.fail(error)
        return
    kept.append(kiosk)
    Clock.schedule_once(lambda _delay: app.attach(kiosk), -1)


def _collect_from_now_on(_delay: float) -> None:
    """What has been made by now stays as long as the process: the collector looks only at what comes later."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()


def _first_drawn(kiosk: Kiosk) -> None:
    from kivy.clock import Clock  # noqa: PLC0415 - the environment must be prepared first

    from ui.heartbeat import begin  # noqa: PLC0415 - the same

    begin(kiosk, Notifier())
    Clock.schedule_once(_collect_from_now_on, _AT_REST_S)


def main(given: list[str] | None = None) -> int:
    """Run until the window closes (0) or the kiosk fails or cannot start (1); 2 where the settings cannot be used."""
    arguments = _arguments(given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        layers = load(arguments.settings)
    except SettingsError as error:
        _log.critical("the kiosk cannot start: %s", error)
        return 2
    for warning in layers.warnings:
        _log.warning("settings: %s", warning)
    gc.disable()  # until the first screen is drawn: hardly anything that a start makes is given up again
    prepare()
    screen = layers.settings.screen
    configure(size=(screen.width, screen.height), fullscreen=screen.fullscreen)
    from ui.app import KioskApp  # noqa: PLC0415 - opens the window

    kept: list[Kiosk] = []
    app = KioskApp(calm=arguments.still, first_drawn=lambda: _first_drawn(kept[0]))
    opening = threading.Thread(target=_open, args=(app, layers, kept, arguments.panel), name="opening", daemon=True)
    opening.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: app.stop())
    try:
        app.run()
    finally:
        gc.enable()
        opening.join()
        for kiosk in kept:
            kiosk.stop()
    return 1 if app.failure is not None else 0


if __name__ == "__main__":
    sys.exit(main())
