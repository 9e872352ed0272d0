"""``make demo``: the whole little shop on one page. Ctrl-C ends everything it started.

``COUNTRY`` is ``bd`` (the default) or ``br``; it switches language, tax, receipt and tenders. ``PORT`` asks for the
page's port; a busy one is named and another taken. ``KEEP=1`` keeps the shop's data for the next time. The kiosk runs
its real drivers against far ends; ``SIM=1`` has simulators inside it instead. ``CASH=1``: a recycler takes cash at
the lane. ``BAGGING`` says how the bagging scale watches: ``off`` (as in Bangladesh, if nothing is said), ``lenient`` or
``strict`` (as in Brazil).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, get_args

import uvicorn

from bench.asked import AskedError, end_in_order, uninterrupted, whole_number
from bench.processes import NotReadyError, free_port
from bench.server import Surroundings, application
from bench.world import Mode, Options, World
from samples.catalogue import Country

__all__ = ["Build", "Shown", "main", "page_door", "show"]

_WANTED = 8800
_LONGEST_GOODBYE = 3
"""Seconds that an open page may hold up the end."""


class Shown(Surroundings, Protocol):
    """A world that can be started and stopped."""

    def start(self) -> None:
        """Bring everything up. Raises ``NotReadyError``."""

    def stop(self) -> None:
        """Take everything down, whatever is there of it."""


Build = Callable[[Path, Options, Callable[[str], None]], Shown]
"""Makes the world: its folder, its options, and where it tells how far it is."""


def main(build: Build = World) -> int:
    """Start, serve the page until Ctrl-C, stop. 1: something did not come up; 2: what is asked cannot be done."""
    end_in_order()
    try:
        country = _country()
        door = page_door(whole_number("PORT", _WANTED, least=1, most=65_535))
        with door, _folder(country, keep=os.environ.get("KEEP") == "1") as folder:
            simulated = os.environ.get("SIM") == "1"
            port = door.getsockname()[1]
            cash = os.environ.get("CASH") == "1"
            bagging = _bagging(country)
            options = Options(country=country, page_port=port, simulated=simulated, bagging=bagging, cash=cash)
            return show(build(folder, options, _say), door)
    except AskedError as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def page_door(wanted: int) -> socket.socket:
    """The page's port, held from now on: ``wanted``, or another where it is busy, which is told."""
    port = free_port(wanted)
    door = socket.create_server(("127.0.0.1", port))
    if port != wanted:
        _say(f"port {wanted} is busy; the page is on {port}")
    return door


def show(world: Shown, door: socket.socket) -> int:
    """Start ``world``, serve its page behind ``door`` until Ctrl-C, stop it whatever happens; gives the exit code."""
    began = time.monotonic()
    try:
        world.start()
        seconds = time.monotonic() - began
        address = f"http://127.0.0.1:{door.getsockname()[1]}/"
        _say(f"page={address} country={world.country} seconds={seconds:.1f}")
        _say("open the page; Ctrl-C ends everything")
        settings = uvicorn.Config(
            application(world), log_level="warning", lifespan="on", timeout_graceful_shutdown=_LONGEST_GOODBYE
        )
        server = uvicorn.Server(settings)
        _end_with_the_terminal(server)
        server.run(sockets=[door])
    except NotReadyError as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        uninterrupted()
        _say("closing")
        world.stop()
    return 0


def _end_with_the_terminal(server: uvicorn.Server) -> None:
    """A terminal that is closed ends the serving as Ctrl-C does. An exception out of the handler, in the middle of the
    loop, would leave behind a thread of the server's that waits for ever, and the program with it.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    signal.signal(signal.SIGHUP, end)


def _country() -> Country:
    asked = os.environ.get("COUNTRY", "").lower() or "bd"
    for known in get_args(Country):
        if asked == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    message = f"COUNTRY={asked} is not in the sample shop; it has {' and '.join(get_args(Country))}"
    raise AskedError(message)


def _bagging(country: Country) -> Mode:
    asked = os.environ.get("BAGGING", "").lower() or ("strict" if country == "br" else "off")
    for known in get_args(Mode):
        if asked == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    message = f"BAGGING={asked} is none of {', '.join(get_args(Mode))}"
    raise AskedError(message)


@contextmanager
def _folder(country: Country, *, keep: bool) -> Iterator[Path]:
    """Where everything lies, for the owner's eyes only. Raises ``AskedError`` for a kept one that is in use."""
    if not keep:
        folder = Path(tempfile.mkdtemp(prefix="shop-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    folder = Path(tempfile.gettempdir()) / f"self-checkout-{country}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        message = f"{folder} is somebody else's"
        raise AskedError(message)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another demonstration with KEEP=1 has {folder}"
            raise AskedError(message) from None
        yield folder


def _say(text: str) -> None:
    print(f"demo: {text}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
