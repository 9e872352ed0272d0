"""The checkout as it is started in a shop, with a finger that touches the first picture as soon as it is drawn."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.programs.said import FINGER, say, since_start
from ui import main as product

_LOOK_S = 0.002


def _window_open() -> Any:  # noqa: ANN401 - Kivy's application, once there is one
    """Wait until the product has opened its window: nothing of Kivy may be imported before it is prepared."""
    while "ui.app" not in sys.modules or not hasattr(sys.modules["ui.app"], "KioskApp"):
        time.sleep(_LOOK_S)
    from kivy.app import App  # noqa: PLC0415 - see above

    while (app := App.get_running_app()) is None:
        time.sleep(_LOOK_S)
    return app


def _watch() -> None:
    app = _window_open()
    from kivy.core.window import Window  # noqa: PLC0415 - see above
    from kivy.graphics.opengl import glFinish  # noqa: PLC0415 - see above

    from kiosk.checkout.screen import AttractBody, BasketBody, Screen  # noqa: PLC0415 - the product says when

    touched = False
    hear = app._drawn  # where the engine's screens come in

    def heard(screen: Screen) -> None:
        if isinstance(screen.body, BasketBody):
            say(answered=since_start())
        hear(screen)

    def drawn(*_: object) -> None:
        nonlocal touched
        screen = app.stage.screen if app.stage is not None else None
        if screen is None:
            return
        glFinish()
        if isinstance(screen.body, AttractBody) and not touched:
            touched = True
            say(attract=since_start())
            if os.environ[FINGER] == "1":
                app._kiosk.on_screen(heard)
                _touch()
            else:
                Window.unbind(on_flip=drawn)
        elif isinstance(screen.body, BasketBody):
            Window.unbind(on_flip=drawn)
            say(drawn=since_start())

    Window.bind(on_flip=drawn)


def _touch() -> None:
    """A finger in the middle of the window, down and up."""
    from kivy.base import EventLoop  # noqa: PLC0415 - see above
    from kivy.clock import Clock  # noqa: PLC0415 - see above
    from kivy.input.motionevent import MotionEvent  # noqa: PLC0415 - see above

    class Finger(MotionEvent):  # type: ignore[misc]  # Kivy has no types
        def depack(self, args: Mapping[str, float]) -> None:
            self.sx, self.sy = args["x"], args["y"]
            self.profile = ["pos"]
            super().depack(args)

    finger = Finger("bench", 1, {"x": 0.5, "y": 0.5}, is_touch=True, type_id="touch")

    def down_and_up(_: float) -> None:
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)

    Clock.schedule_once(down_and_up, -1)


if __name__ == "__main__":
    threading.Thread(target=_watch, daemon=True).start()
    sys.exit(product.main(sys.argv[1:]))
