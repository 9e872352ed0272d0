"""The process that looks through one camera: takes pictures, reads codes, answers what is asked.

``python -m hal.camera.vision.worker SOCKET SHARED``: the numbers of two inherited file descriptors, a stream socket
(``hal.camera.vision.wire``) and the memory in which JPEGs are handed over. It ends when the socket does, when its
parent dies (even while it hangs: the kernel sees to that), or when the camera's library does not come back.

Pictures stay in memory: they are written to no file, and a crash leaves no core dump of them.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import mmap
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import cv2

from hal.camera.vision.analyses import analyses
from hal.camera.vision.capture import OpenCapture
from hal.camera.vision.ring import NOWHERE, Ring
from hal.camera.vision.stream import Stream
from hal.camera.vision.taking import Newest, Taken
from hal.camera.vision.watch import plate_of
from hal.camera.vision.wire import LONGEST_LINE, SHARED_BYTES, line

__all__ = ["STUCK", "Worker", "main"]

STUCK = 3
"""Exit code: the camera's library does not come back; only a new process helps."""

_BEAT_S = 0.2
_NICE = 5
"""The checkout's own work goes first."""
_FRESH_MS = 1000
"""An older picture is not handed out."""
_JPEG_QUALITY = 85
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)


class Worker:
    """The loop: one picture, one stage; between them what is asked. ``open_capture`` makes a capture of settings."""

    def __init__(self, channel: socket.socket, shared: mmap.mmap, open_capture: OpenCapture, settings: Any) -> None:  # noqa: ANN401  the driver's own class
        self._channel, self._shared = channel, shared
        self._session = 0
        self._stream = Stream(gone_ms=settings.gone_ms)
        self._rest = b""
        self._beat = 0.0
        self._speaking = threading.Lock()
        self._analyses = analyses(settings.produce_model)
        self._ring = Ring(settings.recent, settings.recent_every_ms, plate_of(settings.plate) or NOWHERE)
        self._newest = Newest(partial(open_capture, settings), settings, status=self._status)

    def run(self) -> int:
        """Go round until the kiosk hangs up; gives the exit code."""
        seen = 0
        while self._listen():
            self._say_alive()
            taken = self._newest.after(seen, _BEAT_S / 4)
            if taken is not None:
                seen = taken.number
                self._read(taken)
            elif self._newest.overdue:
                self._say({"status": "lost", "cause": "its library does not come back with a picture"})
                return STUCK
        return 0

    def _read(self, taken: Taken) -> None:
        if not self._session:
            return
        self._ring.see(taken.picture, taken.mono_ms)
        grey = cv2.cvtColor(taken.picture, cv2.COLOR_BGR2GRAY)
        for seen in self._stream.see(grey, taken.mono_ms):
            code = {"data": seen.data, "symbology": seen.symbology, "mono_ms": taken.mono_ms}
            self._say({"code": code, "session": self._session})

    def _listen(self) -> bool:
        """Do what was asked since; whether the kiosk is still there."""
        while select.select([self._channel], [], [], 0)[0]:
            data = self._channel.recv(LONGEST_LINE)
            if not data:
                return False
            *lines, self._rest = (self._rest + data).split(b"\n")
            for each in lines:
                self._obey(json.loads(each))
        return True

    def _obey(self, said: Mapping[str, Any]) -> None:
        if "session" in said:
            self._session = said["session"]
            self._stream.forget()
            if not self._session:
                self._ring.forget()
            return
        try:
            self._say({"id": said["id"], "answer": self._answer(said["ask"])})
        except Exception as error:  # noqa: BLE001  an analysis that fails is an answer, not the end of the scanner
            self._say({"id": said["id"], "error": f"{type(error).__name__}: {error}"})

    def _answer(self, ask: str) -> Mapping[str, object]:
        if ask == "recent":
            return self._recent()
        taken = self._newest.newest()
        if taken is None or _now_ms() - taken.mono_ms > _FRESH_MS:
            text = "no picture was taken in the last second"
            raise OSError(text)
        if ask != "frame":
            return self._analyses[ask](taken.picture)
        _, jpeg = cv2.imencode(".jpg", taken.picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        self._shared[: len(jpeg)] = jpeg.tobytes()
        height, width = taken.picture.shape[:2]
        return {"bytes": len(jpeg), "width": width, "height": height, "mono_ms": taken.mono_ms}

    def _recent(self) -> Mapping[str, object]:
        """The ring's pictures, one after the other in the shared memory."""
        kept, at = self._ring.recent(), 0
        for one in kept:
            self._shared[at : at + len(one.jpeg)] = one.jpeg
            at += len(one.jpeg)
        return {"frames": [[len(one.jpeg), one.width, one.height, one.mono_ms] for one in kept]}

    def _status(self, status: str, cause: str) -> None:
        with suppress(OSError):  # the kiosk has hung up: the loop ends by itself
            self._say({"status": status, "cause": cause})

    def _say_alive(self) -> None:
        if time.monotonic() >= self._beat:
            self._beat = time.monotonic() + _BEAT_S
            self._say({"alive": self._newest.count})

    def _say(self, said: Mapping[str, object]) -> None:
        with self._speaking:
            self._channel.sendall(line(said))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _end_with(parent: int) -> None:
    """Let the kernel kill this process when its parent's thread dies, whatever it hangs in (prctl(2))."""
    ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(0)


def main(given: list[str] | None = None, stand_ins: Mapping[str, OpenCapture] | None = None) -> int:
    """Run a worker; ``stand_ins`` open cameras, by model, in place of the drivers' own way (for tests of them)."""
    parent = os.getppid()
    socket_number, shared_number = map(int, sys.argv[1:] if given is None else given)
    _end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the kiosk, which then hangs up
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # a service may be forbidden it: then it runs as its parent does
        os.nice(_NICE)
    cv2.setNumThreads(1)
    channel = socket.socket(fileno=socket_number)
    shared = mmap.mmap(shared_number, SHARED_BYTES)
    camera = json.loads(_first_line(channel))["camera"]
    driver = importlib.import_module(f"hal.camera.{camera['model']}")
    open_capture = (stand_ins or {}).get(camera["model"], driver.open_capture)
    try:
        return Worker(channel, shared, open_capture, driver.Settings(**camera["settings"])).run()
    except ConnectionError:
        return 0


def _first_line(channel: socket.socket) -> bytes:
    """Byte by byte, for the next line is the loop's."""
    read = b""
    while not read.endswith(b"\n"):
        byte = channel.recv(1)
        if not byte:
            raise SystemExit(0)
        read += byte
    return read


if __name__ == "__main__":
    os._exit(main())  # at once: a camera's library may hang in another thread
