"""The kiosk's display: the one there is, or a virtual one shown in the bench page."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Child, NotReadyError, answers_on, find_program, free_port

__all__ = ["NOVNC", "Window", "check_window", "open_window"]

_SIZE = "1280x800x24"
_FIRST_DISPLAY = 90
_LAST_DISPLAY = 190
_PROGRAMS = {"Xvfb": "xvfb", "x11vnc": "x11vnc", "websockify": "websockify"}
_WATCHING = ("-localhost", "-nopw", "-forever", "-shared", "-quiet", "-noxdamage", "-cursor", "arrow", "-nobell")
NOVNC = Path("/usr/share/novnc")
"""Where Debian puts the page's side of the virtual display."""


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


def check_window(path: str | None = None) -> None:
    """Raises ``NotReadyError`` naming the package of the first program that a virtual display would lack."""
    if _desktop():
        return
    for program, package in _PROGRAMS.items():
        find_program(program, package, path=path)
    if not (NOVNC / "core" / "rfb.js").exists():
        message = f"{NOVNC} is not there: apt-get install novnc"
        raise NotReadyError(message)


def open_window(folder: Path, pages: Sequence[str] = ()) -> Window:
    """The display of this desktop, or a virtual one. Raises ``NotReadyError`` naming the missing package.

    ``pages`` are the origins (``http://127.0.0.1:8800``) from which a browser may join a virtual one; none: from all.
    """
    if _desktop():
        return Window({}, None)
    check_window()
    opened: list[Child] = []
    try:
        return _virtual(folder / "logs", pages, opened)
    except BaseException:
        Window({}, None, tuple(opened)).close()
        raise


def _desktop() -> bool:
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(shown) and not os.environ.get("KIOSK_VIRTUAL_DISPLAY")


def _virtual(logs: Path, pages: Sequence[str], opened: list[Child]) -> Window:
    """``opened`` gets each program as it is started."""

    def run(name: str, *command: str, ready: Callable[[], bool]) -> None:
        child = Child(name, command, logs / f"{name}.log")
        opened.append(child)
        child.start()
        child.wait(ready)

    number = next((n for n in range(_FIRST_DISPLAY, _LAST_DISPLAY) if not _socket(n).exists()), None)
    if number is None:
        message = f"no free X display number from {_FIRST_DISPLAY} to {_LAST_DISPLAY - 1}"
        raise NotReadyError(message)
    display = f":{number}"
    run("display", "Xvfb", display, "-screen", "0", _SIZE, "-nolisten", "tcp", "-ac", ready=_socket(number).exists)
    vnc_port = free_port(5900)
    watch = ("x11vnc", "-display", display, "-rfbport", str(vnc_port), *_WATCHING)
    run("vnc", *watch, ready=lambda: answers_on(vnc_port))
    web_port = free_port(6080)
    guard = ("--auth-plugin", "ExpectOrigin", "--auth-source", " ".join(pages)) if pages else ()
    web = ("websockify", *guard, f"127.0.0.1:{web_port}", f"127.0.0.1:{vnc_port}")
    run("web", *web, ready=lambda: answers_on(web_port))
    return Window({"DISPLAY": display, "WAYLAND_DISPLAY": ""}, web_port, tuple(opened))


def _socket(display: int) -> Path:
    return Path(f"/tmp/.X11-unix/X{display}")  # noqa: S108 - X's own place
