"""Signs of life that only a kiosk gives whose screen and engine both go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kivy.clock import Clock

from kiosk.notify import Notifier

__all__ = ["Turning", "begin"]


class Turning(Protocol):
    """What is asked of a kiosk here; ``kiosk.bootstrap.Kiosk`` offers it."""

    def when_turned(self, deed: Callable[[], None]) -> None:
        """Have the engine's loop do something, once."""


def begin(kiosk: Turning, notifier: Notifier) -> None:
    """Tell the service manager that shoppers can be served, and from now on that they still can.

    To be called on the window's thread, after the first screen is drawn. Each beat sets out between two frames and is
    sent from the engine's loop: it stops if either stops.
    """
    notifier.ready()
    if notifier.beat_s:
        Clock.schedule_interval(lambda _delay: kiosk.when_turned(notifier.alive), notifier.beat_s)
