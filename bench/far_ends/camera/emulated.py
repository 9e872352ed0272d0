"""A camera without a kernel or a network: its pictures on a Unix socket, for the libraries that stand in for real ones.

A host without ``/dev/video0`` cannot show V4L2 or libcamera. So the camera runs here, with its knobs, and in the worker
a class with the library's own interface (``VideoCapture``, ``Picamera2``) fetches its pictures: all on this side of
the library is the real thing, the library and the kernel are not. A picture is its length in four bytes, big-endian,
and a JPEG.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from pathlib import Path

from bench.far_ends.camera.sensor import Sensor

__all__ = ["EmulatedCamera", "PictureCable"]


class EmulatedCamera:
    """The camera: ``start`` at a path that stands for its device file, ``close``."""

    def __init__(self, path: Path, *, per_second: int = 15) -> None:
        self.path = path
        self.sensor = Sensor(per_second=per_second)
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> None:
        """Be there."""
        if self._server is None:
            self.path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self.path)
            self.sensor.plugged.set()

    async def unplug(self) -> None:
        """Be gone, and the device file with it."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self.sensor.plugged.clear()
        self.path.unlink(missing_ok=True)
        tasks = [task for task in self._clients.values() if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    plug = start
    close = unplug

    async def _serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        with suppress(ConnectionError, asyncio.CancelledError):
            async for picture in self.sensor.pictures():
                writer.write(struct.pack(">I", len(picture)) + picture)
                await writer.drain()
        del self._clients[writer]
        writer.close()


class PictureCable:
    """The worker's end, blocking. Raises ``OSError`` when the camera is not there or gone."""

    def __init__(self, path: str, seconds: float | None) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(seconds)
        self._socket.connect(path)

    def jpeg(self) -> bytes:
        """The next picture."""
        return self._exactly(struct.unpack(">I", self._exactly(4))[0])

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self._socket.recv(count - len(got))
            if not piece:
                text = "the camera is gone"
                raise ConnectionResetError(text)
            got += piece
        return got
