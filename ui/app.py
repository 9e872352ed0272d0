"""The Kivy application: the engine's screens in, touches out. It holds nothing of the sale."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.widget import Widget

from kiosk.checkout.inputs import StillHere, Touch
from kiosk.checkout.look_up import LookUp
from kiosk.checkout.screen import Screen
from kiosk.i18n.translate import Translator
from ui.pictures import Pictures
from ui.renderer import finish
from ui.screens.all import VIEWS
from ui.sound import Earcons
from ui.splash import Splash
from ui.stage import Stage, Surroundings

__all__ = ["KioskApp", "KioskPort"]

_log = logging.getLogger(__name__)


def _tell_nobody() -> None:
    """Nobody waits for the first screen."""


class KioskPort(Protocol):
    """What the screen asks of a kiosk; ``kiosk.bootstrap.Kiosk`` offers it. Listeners are called on its thread."""

    @property
    def look_up(self) -> LookUp:
        """Finding items in the book that is open now."""

    @property
    def pictures(self) -> Path | None:
        """The folder of product pictures."""

    def frames(self, intervention: str) -> tuple[bytes, ...]:
        """JPEGs of the plate that are kept for staff who judge this."""

    def submit(self, touch: Touch) -> None:
        """Tell the kiosk what was touched."""

    def on_screen(self, listener: Callable[[Screen], None]) -> None:
        """Hear of every new screen."""

    def on_sound(self, listener: Callable[[str], None]) -> None:
        """Hear the name of every earcon."""

    def on_failure(self, listener: Callable[[BaseException], None]) -> None:
        """Hear that the kiosk has ended by a fault."""

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Hear that staff want the process ended, to be started anew."""


def _finish_frame(*_: object) -> None:
    """No frame waits in a queue behind another: what is shown is the newest, and a queue's memory is not kept."""
    finish()


class KioskApp(App):
    """Shows a splash until a kiosk is ``attach``ed, then its screens; of several since the last frame, the latest.

    ``first_drawn`` is called once, on the window's thread, when the first of them has been drawn.
    """

    def __init__(
        self, *, calm: bool = False, earcons: Earcons | None = None, first_drawn: Callable[[], None] = _tell_nobody
    ) -> None:
        super().__init__()
        self.calm = calm
        self.earcons = earcons if earcons is not None else Earcons()
        self.failure: BaseException | None = None
        self.stage: Stage | None = None
        self._first_drawn = first_drawn
        self._splash: Widget | None = None
        self._kiosk: KioskPort | None = None
        self._latest: Screen | None = None
        self._sounds: list[str] = []
        self._show_soon = Clock.create_trigger(self._show_latest, -1)
        self._play_soon = Clock.create_trigger(self._play, -1)

    def build(self) -> Widget:
        """The splash; the stage takes its place with the first screen."""
        Window.bind(size=self._resized, on_flip=_finish_frame)
        self._splash = Splash(Window.size)
        return self._splash

    def build_config(self, config: object) -> None:
        """No settings of Kivy's own."""

    def open_settings(self, *_: object) -> bool:
        """No key opens Kivy's settings panel."""
        return False

    def attach(self, kiosk: KioskPort) -> None:
        """Show this kiosk from now on. Call it on the window's thread."""
        self._kiosk = kiosk
        kiosk.on_failure(self.fail)
        kiosk.on_restart(self.leave)
        kiosk.on_sound(self._heard)
        kiosk.on_screen(self._drawn)

    def fail(self, error: BaseException) -> None:
        """The kiosk cannot go on: close the window, so that whoever started the process starts it again."""
        self.failure = error
        Clock.schedule_once(lambda _delay: self.stop(), -1)

    def leave(self) -> None:
        """Staff want the program started anew: close the window, and whoever started the process starts it again."""
        Clock.schedule_once(lambda _delay: self.stop(), -1)

    # --- on the engine's thread --------------------------------------------------------------------------------------

    def _drawn(self, screen: Screen) -> None:
        self._latest = screen
        self._show_soon()

    def _heard(self, name: str) -> None:
        self._sounds.append(name)
        self._play_soon()

    # --- on the window's thread --------------------------------------------------------------------------------------

    def _show_latest(self, _delay: float) -> None:
        screen = self._latest
        if screen is None or self._kiosk is None:
            return
        if self.stage is None:
            self.stage = Stage(self._surroundings(self._kiosk), Window.size)
            Window.remove_widget(self._splash)
            Window.add_widget(self.stage.root)
            Clock.schedule_once(self._told_first_drawn)
        self.stage.show(screen)

    def _told_first_drawn(self, _delay: float) -> None:
        _log.info("the first screen is drawn")
        self._first_drawn()

    def _surroundings(self, kiosk: KioskPort) -> Surroundings:
        return Surroundings(
            submit=kiosk.submit,
            look_up=lambda: kiosk.look_up,
            speaker=Translator,
            views=VIEWS,
            pictures=Pictures(kiosk.pictures),
            frames=kiosk.frames,
            calm=self.calm,
            still_here=partial(kiosk.submit, StillHere()),
        )

    def _play(self, _delay: float) -> None:
        heard, self._sounds = self._sounds, []
        for name in heard[-1:]:
            self.earcons.play(name)

    def _resized(self, _window: object, size: tuple[int, int]) -> None:
        if self.stage is not None:
            self.stage.resize((int(size[0]), int(size[1])))
