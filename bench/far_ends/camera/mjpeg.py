"""A network camera: an endless multipart answer to every GET, as RFC 2046 writes it, and knobs.

``python -m bench.far_ends.camera.mjpeg --listen 127.0.0.1:0 --knob-socket run/camera.knobs`` prints its URL when it is
ready. It asks for no password unless ``user`` is given.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
from contextlib import suppress

from bench.far_ends.camera.sensor import Sensor
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["MjpegFarEnd", "main"]

_BOUNDARY = b"bench-picture"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=" + _BOUNDARY + b"\r\n\r\n"
_REFUSED = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n'


class MjpegFarEnd:
    """The camera: ``start``, then clients and knobs do the rest, then ``close``."""

    def __init__(self, *, name: str = "camera", per_second: int = 15, user: str = "", password: str = "") -> None:
        self.sensor = Sensor(per_second=per_second)
        self.url = ""
        self._allowed = base64.b64encode(f"{user}:{password}".encode()) if user else b""
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        knobs = (*self.sensor.knobs(), self.unplug, self.plug)
        self.panel = KnobPanel(name=name, category="camera", model="mjpeg", knobs=knobs, state=self.sensor.state)

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (0: any free port); gives the URL."""
        host, _, port = listen.rpartition(":")
        self._server = await asyncio.start_server(self._serve, host, int(port))
        self.url = f"http://{host}:{self._server.sockets[0].getsockname()[1]}/stream"
        self.sensor.plugged.set()
        return self.url

    async def close(self) -> None:
        """Hang up everywhere."""
        await self._hang_up()
        await self.panel.close()

    async def unplug(self) -> None:
        """Pull the camera's network cable."""
        await self._hang_up()
        self.sensor.plugged.clear()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back, at the same address."""
        if self._server is None:
            await self.start(self.url.removeprefix("http://").partition("/")[0])
            self.panel.tell("plugged", plugged=True)

    async def _hang_up(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = [task for task in self._clients.values() if task is not None]
        for writer in self._clients:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            asked = await reader.readuntil(b"\r\n\r\n")
            if self._allowed and b"Basic " + self._allowed not in asked:
                writer.write(_REFUSED)
            else:
                await self._stream(writer)
        del self._clients[writer]
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + b"--" + _BOUNDARY + b"\r\n")
        async for picture in self.sensor.pictures():
            head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            writer.write(head + picture + b"\r\n--" + _BOUNDARY + b"\r\n")  # the next part's boundary ends this one
            await writer.drain()


async def _run(arguments: argparse.Namespace) -> None:
    camera = MjpegFarEnd(name=arguments.name)
    url = await camera.start(arguments.listen)
    if arguments.knob_socket:
        await camera.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"url": url, "knob_socket": arguments.knob_socket})
    finally:
        await camera.close()


def main(given: list[str] | None = None) -> int:
    """Run the camera until it is told to stop; prints ``{"url": ...}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.camera.mjpeg", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port (0: any free one)")
    parser.add_argument("--name", default="camera")
    parser.add_argument("--knob-socket", default="", help="where the knobs are served; empty for none")
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
