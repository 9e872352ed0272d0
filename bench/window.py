"""The kiosk's display: the one there is, or a virtual one shown in the bench page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Child, NotReadyError, answers_on, free_port

__all__ = ["Window", "open_window"]

_SIZE = "1280x800x24"
_FIRST_DISPLAY = 90
_LAST_DISPLAY = 190


@dataclass(slots=True)
class Window:
    """``environment`` is what a program needs to draw there; ``web_port`` is where a browser can watch and touch."""

    environment: Mapping[str, str]
    web_port: int | None
    children: tuple[Child, ...] = ()

    def close(self) -> None:
        """Take the virtual display down."""
        for child in reversed(self.children):
            child.stop()


def open_window(folder: Path) -> Window:
    """The display of this desktop, or a virtual one. Raises ``NotReadyError`` naming the missing package."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if shown and not os.environ.get("KIOSK_VIRTUAL_DISPLAY"):
        return Window({}, None)
    return _virtual(folder)


def _virtual(folder: Path) -> Window:
    for program, package in (("Xvfb", "xvfb"), ("x11vnc", "x11vnc"), ("websockify", "websockify")):
        if shutil.which(program) is None:
            message = f"{program} is not installed: apt-get install {package}"
            raise NotReadyError(message)
    logs = folder / "logs"
    number = next(
        (n for n in range(_FIRST_DISPLAY, _LAST_DISPLAY) if not Path(f"/tmp/.X11-unix/X{n}").exists()),  # noqa: S108 - X's own place
        None,
    )
    if number is None:
        message = "no free X display number"
        raise NotReadyError(message)
    display = f":{number}"
    server = Child("display", ["Xvfb", display, "-screen", "0", _SIZE, "-nolisten", "tcp", "-ac"], logs / "display.log")
    server.start()
    server.wait(Path(f"/tmp/.X11-unix/X{number}").exists)  # noqa: S108 - X's own place
    vnc_port, web_port = free_port(5900), free_port(6080)
    watch = Child(
        "vnc",
        [
            "x11vnc",
            "-display",
            display,
            "-rfbport",
            str(vnc_port),
            "-localhost",
            "-nopw",
            "-forever",
            "-shared",
            "-quiet",
            "-noxdamage",
            "-cursor",
            "arrow",
            "-nobell",
        ],
        logs / "vnc.log",
    )
    watch.start()
    watch.wait(lambda: answers_on(vnc_port))
    web = Child("web", ["websockify", f"127.0.0.1:{web_port}", f"127.0.0.1:{vnc_port}"], logs / "websockify.log")
    web.start()
    web.wait(lambda: answers_on(web_port))
    return Window({"DISPLAY": display, "WAYLAND_DISPLAY": ""}, web_port, (server, watch, web))
