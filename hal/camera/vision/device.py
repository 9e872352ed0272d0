"""The kiosk's end of a camera: starts its worker, watches over it, and tells what it sees.

Nothing here waits for a picture or loads OpenCV. A worker that dies, hangs, or speaks nonsense is killed and started
again, after a pause that doubles up to ``_LONGEST_PAUSE_S``; the camera is lost meanwhile.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import mmap
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import hal
from hal.camera.contract import CodeSeen, Frame, Guess
from hal.camera.vision.wire import LONGEST_LINE, SHARED_BYTES, Alive, Answered, CodeAgreed, Heard, Status, heard, line
from hal.device import (
    DeviceError,
    Health,
    NotEnabledError,
    ProtocolError,
    Sink,
    StatusChanged,
    TimeoutExpiredError,
)
from hal.lifecycle import Lifecycle

__all__ = ["WORKER", "WorkerCamera"]

WORKER = (sys.executable, "-m", "hal.camera.vision.worker")
"""The worker's command; two numbers of file descriptors follow."""

_HANG_S = 3.0
"""A worker that has said nothing for so long hangs."""
_START_S = 20.0
"""Until its first word: Python and OpenCV load, from a slow card."""
_OPEN_S = 5.0
"""Opening a device waits at most so long for its first picture."""
_ANSWER_S = 2.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_STEADY_S = 10.0
"""A worker that lived so long is started again at once."""
_DARK, _FLAT = 20, 6
"""Mean and spread of grey values under which a picture shows nothing to read."""


class WorkerCamera(Lifecycle):
    """A camera behind a worker: a driver adds its settings and how the worker opens it (``open_capture``)."""

    simulated = False
    capabilities = frozenset({"analyses"})
    model = ""

    def __init__(self, name: str, settings: Any, worker: Sequence[str] = WORKER) -> None:  # noqa: ANN401  the driver's
        super().__init__(name)
        self._settings, self._command = settings, tuple(worker)
        self._session = 0
        self._linked = False
        self._lost = ""
        self._verdict = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._worker: _Worker | None = None

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``; returns at the camera's first picture, or when there is none within seconds."""
        if self._sink is not None:
            return
        self._sink = sink
        self._verdict.clear()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())
        try:
            async with asyncio.timeout(_OPEN_S):
                await self._verdict.wait()
        except TimeoutError:
            self._status("lost", "it has given no picture yet")

    def data_allowed(self) -> None:
        """Codes are read from now on, those in view too."""
        self._session += 1
        self._tell_session()

    def data_stopped(self) -> None:
        """No codes are read; the camera is kept running, so that it is there at once."""
        self._tell_session()

    async def close(self) -> None:
        """See ``Device.close``; the worker is killed, and the camera released with it."""
        self._release()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        self._linked, self._sink, self._lost = False, None, ""

    async def check_health(self) -> Health:
        """See ``Device.check_health``: the camera's model, its picture's size, and whether it shows anything."""
        if not self._linked:
            return Health(ok=False, text=f"{self.name}: {self._lost or 'not open'}; check cable and settings")
        try:
            seen = await self.analyse("picture")
        except DeviceError as error:
            return Health(ok=False, text=str(error))
        size = f"{self.model}, {seen['width']} x {seen['height']}"
        if int(str(seen["mean"])) < _DARK or int(str(seen["spread"])) < _FLAT:
            return Health(ok=True, text=f"{self.name}: {size}; the picture is dark or blank: look at the lens")
        return Health(ok=True, text=f"{self.name}: {size}, sharpness {seen['sharpness']}")

    async def frame(self) -> Frame:
        """See ``Camera.frame``."""
        self.need_enabled()
        worker = self._need_worker()
        async with worker.shared_lock:
            told = await self._ask(worker, "frame")
            match told:
                case {"bytes": int(size), "width": int(width), "height": int(height), "mono_ms": int(mono_ms)}:
                    return Frame(self.name, bytes(worker.shared[:size]), width, height, mono_ms)
        text = f"{self.name}: its worker handed over no picture"
        raise ProtocolError(text)

    async def recent(self) -> tuple[Frame, ...]:
        """See ``Camera.recent``."""
        self.need_enabled()
        worker = self._need_worker()
        async with worker.shared_lock:
            match await self._ask(worker, "recent"):
                case {"frames": list(told)} if all(_is_frame(one) for one in told):
                    return _frames(self.name, told, worker.shared)
        text = f"{self.name}: its worker handed over no pictures"
        raise ProtocolError(text)

    async def analyse(self, what: str) -> Mapping[str, object]:
        """What the worker tells of its newest picture, by a name of ``hal.camera.vision.analyses``.

        Raises ``DeviceError`` when there is no picture of the last second, no such analysis, or no answer in time.
        """
        return await self._ask(self._need_worker(), what)

    async def likeliest_produce(self) -> tuple[Guess, ...]:
        """See ``Camera.likeliest_produce``."""
        self.need_enabled()
        return _guesses(await self.analyse("produce")) if self._settings.produce_model else ()

    def _need_worker(self) -> _Worker:
        if self._worker is None:
            text = f"{self.name} is not running: {self._lost or 'closed'}"
            raise NotEnabledError(text)
        return self._worker

    async def _ask(self, worker: _Worker, what: str) -> Mapping[str, object]:
        try:
            async with asyncio.timeout(_ANSWER_S):
                answered = await worker.ask(what)
        except TimeoutError:
            text = f"{self.name} did not answer in {_ANSWER_S:g} s"
            raise TimeoutExpiredError(text) from None
        if answered.error:
            text = f"{self.name}: {answered.error}"
            raise DeviceError(text)
        return answered.answer

    async def _keep(self) -> None:
        """Keep a worker running until cancelled."""
        pause, clock = _FIRST_PAUSE_S, asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                cause = await self._run_worker()
            except (OSError, DeviceError) as error:
                cause = str(error)
            self._status("lost", cause)
            pause = _FIRST_PAUSE_S if clock() - began > _STEADY_S else min(pause * 2, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _run_worker(self) -> str:
        """One worker from its start to its end; gives the cause of that."""
        worker = await _Worker.start(self._command)
        try:
            camera = {"name": self.name, "model": self.model, "settings": dataclasses.asdict(self._settings)}
            worker.say({"camera": camera})
            self._worker = worker
            self._tell_session()
            patience = _START_S
            while True:
                try:
                    async with asyncio.timeout(patience):
                        said = await worker.reader.readline()
                except TimeoutError:
                    return "its worker hung and was killed"
                except ValueError:
                    return "its worker spoke without end"
                if not said:
                    return await worker.how_it_ended()
                self._take(worker, heard(said))
                patience = _HANG_S
        finally:
            self._worker = None
            await worker.end()

    def _take(self, worker: _Worker, said: Heard) -> None:
        match said:
            case Status(status, cause):
                self._status(status, cause)
            case CodeAgreed(session, data, symbology, mono_ms):
                if self._enabled and session == self._session and self._linked:
                    self._tell(CodeSeen(self.name, data, symbology, mono_ms))
            case Answered():
                worker.answered(said)
            case Alive():
                pass

    def _tell_session(self) -> None:
        if self._worker is not None:
            self._worker.say({"session": self._session if self._enabled else 0})

    def _status(self, status: str, cause: str) -> None:
        """Tell a change once; ``lost`` again only after ``ready``."""
        if status == "ready" and not self._linked:
            self._linked, self._lost = True, ""
            self._tell(StatusChanged(self.name, "ready"))
        elif status == "lost":
            self._linked = False
            if not self._lost:
                self._lost = cause
                self._tell(StatusChanged(self.name, "lost", cause))
        self._verdict.set()

    def _tell(self, event: CodeSeen | StatusChanged) -> None:
        if self._sink is not None:
            self._sink(event)


class _Worker:
    """A running worker: its process, its socket, its shared memory."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        shared: mmap.mmap,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.shared, self.shared_lock = shared, asyncio.Lock()
        self.reader, self._writer = streams
        self._process = process
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Answered]] = {}

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Worker:
        """Start one. Raises ``OSError``."""
        process, shared, ours = _launched(command)
        return cls(process, shared, await asyncio.open_unix_connection(sock=ours, limit=LONGEST_LINE))

    def say(self, said: Mapping[str, object]) -> None:
        """Say a line; a worker that is gone is noticed by who listens."""
        self._writer.write(line(said))

    async def ask(self, what: str) -> Answered:
        """Ask and wait for the answer. Raises ``DeviceError`` when the worker ends first."""
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            self.say({"id": number, "ask": what})
            return await self._asked[number]
        finally:
            del self._asked[number]

    def answered(self, answer: Answered) -> None:
        """Hand an answer to whom it was for."""
        future = self._asked.get(answer.number)
        if future is not None and not future.done():
            future.set_result(answer)

    async def how_it_ended(self) -> str:
        """Why, in words: it has hung up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                code = await _end_of(self._process)
                return f"its worker was killed (signal {-code})" if code < 0 else f"its worker ended (code {code})"
        return "its worker hung up"

    async def end(self) -> None:
        """Kill it, and let everybody who waits for an answer know."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._writer.close()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(DeviceError("the camera's worker ended"))
        await _end_of(self._process)


def _launched(command: Sequence[str]) -> tuple[subprocess.Popen[bytes], mmap.mmap, socket.socket]:
    """The process, the memory shared with it, and our end of its socket."""
    ours, theirs = socket.socketpair()
    number = os.memfd_create("camera")
    try:
        os.truncate(number, SHARED_BYTES)
        shared = mmap.mmap(number, SHARED_BYTES)
        given = (theirs.fileno(), number)
        process = subprocess.Popen(
            [*command, *map(str, given)], pass_fds=given, stdin=subprocess.DEVNULL, env=_environment()
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        os.close(number)
    return process, shared, ours


async def _end_of(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process, and give its exit code. By its descriptor: asyncio's own way takes a thread for each."""
    if process.poll() is None:
        ended, number = asyncio.Event(), os.pidfd_open(process.pid)
        loop = asyncio.get_running_loop()
        loop.add_reader(number, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(number)
            os.close(number)
    return process.wait()


def _frames(name: str, told: Sequence[Sequence[int]], shared: mmap.mmap) -> tuple[Frame, ...]:
    """The pictures that lie one after the other in the shared memory, by size, width, height and time."""
    found, at = [], 0
    for size, width, height, mono_ms in told:
        found.append(Frame(name, bytes(shared[at : at + size]), width, height, mono_ms))
        at += size
    return tuple(found)


def _is_frame(told: object) -> bool:
    match told:
        case [int() as size, int(), int(), int()]:
            return 0 < size <= SHARED_BYTES
    return False


def _guesses(told: Mapping[str, object]) -> tuple[Guess, ...]:
    """What a worker guesses. Raises ``ProtocolError``."""
    match told:
        case {"guesses": list(pairs)} if all(_is_guess(pair) for pair in pairs):
            return tuple(Guess(key, score) for key, score in pairs)
    text = f"a camera's worker does not guess {told!r:.60}"
    raise ProtocolError(text)


def _is_guess(pair: object) -> bool:
    match pair:
        case [str(), float() | int() as score]:
            return 0 <= score <= 1
    return False


def _environment() -> dict[str, str]:
    """Ours, with the way to this very package, and a library of numbers that starts no threads."""
    path = os.pathsep.join(filter(None, [str(Path(hal.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
