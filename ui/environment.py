"""What Kivy must be told before it is first imported and before its window is made: a kiosk is no desktop."""

from __future__ import annotations

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

__all__ = ["FRAMES_PER_SECOND", "configure", "prepare"]

FRAMES_PER_SECOND: Final = 30
"""More is not seen on a till, and costs a Pi its idle time."""

_BEFORE_IMPORT: Final = {
    "KIVY_NO_ARGS": "1",  # the command line is ours
    "KIVY_NO_CONFIG": "1",  # no file of anybody's home decides how the kiosk behaves
    "KIVY_LOG_MODE": "PYTHON",  # logging is set up once, by us
    "KIVY_METRICS_DENSITY": "1",  # pixels are counted one by one; ``ui.kit`` scales
    "KIVY_DPI": "96",
}


def prepare(environment: MutableMapping[str, str] | None = None) -> None:
    """Set what Kivy reads when it is imported. What is set already stays."""
    environment = os.environ if environment is None else environment
    for name, value in _BEFORE_IMPORT.items():
        environment.setdefault(name, value)
    if "KIVY_HOME" not in environment:
        home = Path(tempfile.gettempdir()) / f"kiosk-kivy-{os.getuid()}"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment["KIVY_HOME"] = str(home)


def configure(*, size: tuple[int, int], fullscreen: bool) -> None:
    """Set what Kivy reads when it makes its window.

    No dots under fingers, no way out by a key, no key of a keyboard scanner taken for a command; the pointer is hidden
    where the window fills a touchscreen. The clock may be interrupted, so that a scan is drawn without waiting for the
    next beat.
    """
    from kivy.config import Config  # noqa: PLC0415 - the environment must be prepared first

    wanted: dict[str, dict[str, object]] = {
        "graphics": {
            "width": size[0],
            "height": size[1],
            "fullscreen": "auto" if fullscreen else 0,
            "borderless": int(fullscreen),
            "resizable": int(not fullscreen),
            "show_cursor": int(not fullscreen),
            "maxfps": FRAMES_PER_SECOND,
            "multisamples": 0,
            "minimum_width": 0,
            "minimum_height": 0,
        },
        "kivy": {
            "exit_on_escape": 0,
            "pause_on_minimize": 0,
            "keyboard_mode": "",
            "kivy_clock": "interrupt",
            "log_enable": 0,
        },
    }
    for section, values in wanted.items():
        for name, value in values.items():
            Config.set(section, name, str(value))
    for name in Config.options("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
