"""``make demo``: the whole little shop on one page. Ctrl-C ends everything it started.

``COUNTRY`` is ``bd`` (the default) or ``br``; it switches language, tax, receipt and tenders. ``PORT`` asks for the
page's port; a busy one is named and another taken. ``KEEP=1`` keeps the shop's data for the next time.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

import uvicorn

from bench.processes import NotReadyError, free_port
from bench.server import application
from bench.world import Options, World
from samples.catalogue import Country

__all__ = ["main"]

_WANTED = 8800


def main() -> int:
    """Start, serve the page until Ctrl-C, stop."""
    asked = os.environ.get("COUNTRY", "bd").lower()
    country = next((known for known in get_args(Country) if known == asked), None)
    if country is None:
        print(f"demo: COUNTRY={asked} is not in the sample shop; it has {get_args(Country)}", file=sys.stderr)
        return 2
    wanted = int(os.environ.get("PORT", str(_WANTED)))
    keep = os.environ.get("KEEP") == "1"
    folder = (
        Path(tempfile.gettempdir()) / f"self-checkout-{country}" if keep else Path(tempfile.mkdtemp(prefix="shop-"))
    )
    began = time.monotonic()
    world = World(folder, Options(country=country), progress=lambda text: print(f"demo: {text}", flush=True))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        world.start()
        port = free_port(wanted)
        if port != wanted:
            print(f"demo: port {wanted} is busy; the page is on {port}")
        seconds = time.monotonic() - began
        print(f"demo: page=http://127.0.0.1:{port}/ country={country} seconds={seconds:.1f}", flush=True)
        print("demo: open the page; Ctrl-C ends everything", flush=True)
        server = uvicorn.Server(
            uvicorn.Config(application(world), host="127.0.0.1", port=port, log_level="warning", lifespan="on")
        )
        server.run()
    except NotReadyError as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    finally:
        print("demo: closing", flush=True)
        world.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
