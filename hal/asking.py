"""A device that speaks only when it is asked, over a byte port: one question, one answer, and nothing in between.

The line is always listened to, so that whatever nobody asked for (a late answer, a doubled one, noise) is noticed when
it comes and is never taken for the answer to the next question. One task asks; who else wants something from the device
has it done between two questions.
"""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.ports.overheard import Overheard
from hal.streaming import StreamDevice

__all__ = ["AskedDevice", "Whole"]

T = TypeVar("T")

Whole = Callable[[bytes], int]
"""How long the answer is that these bytes begin, 0 while its end has not come. Raises ``ProtocolError`` for none."""

_LONGEST_HUSH = 8
"""A line that has not been silent after so many times the silence asked for, and spoke so often, does not stop."""
_LONGEST_HEARD = 4_096
_CHECK = "check power, cable, speed and framing"
_TURNS = 4
"""Of the loop, until what a port has received is heard: its poll, its reader, and one to spare."""


class AskedDevice(StreamDevice):
    """Says in ``rounds`` how to keep asking; there, ``ask``, ``pause`` and ``hush`` are the line.

    ``asked_at``: when it was asked last, by the loop's clock, over this connection or an earlier one.
    """

    asked_at = -math.inf

    _heard: bytearray
    _stir: asyncio.Event
    _gone: OSError | None

    @abstractmethod
    async def rounds(self) -> None:
        """Ask until the device is gone; ends as ``converse`` does."""

    async def converse(self) -> None:
        """See ``StreamDevice.converse``; where the line is set wrongly, and that can be told, it ends by saying so."""
        self._heard, self._stir, self._gone = bytearray(), asyncio.Event(), None
        self._overheard = Overheard()
        self._deeds: deque[tuple[Callable[[], Awaitable[Any]], asyncio.Future[Any]]] = deque()
        listening = asyncio.get_running_loop().create_task(self._listen(), name=f"listen-{self.name}")
        try:
            await self.rounds()
        except (ProtocolError, TimeoutExpiredError) as error:
            if words := self._overheard.words():
                raise ProtocolError(words) from error
            raise
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            for _, waiting in self._deeds:
                if not waiting.done():
                    waiting.set_exception(NoHardwareError(f"{self.name} is gone"))
            self._deeds.clear()

    async def ask(self, question: bytes, whole: Whole, within_ms: int) -> bytes:
        """Ask and give the answer, whole and alone.

        Raises ``TimeoutExpiredError`` when it has not ended in time, and ``ProtocolError`` for bytes that are no
        answer, that come with another or that stood there before.
        """
        if self._heard:
            self._object("nobody had asked")
        self.asked_at = asyncio.get_running_loop().time()
        await self.port.write(question)
        until = asyncio.get_running_loop().time() + within_ms / 1000
        while not (size := whole(bytes(self._heard)) if self._heard else 0):
            if not await self._stirred(until):
                text = f"no whole answer in {within_ms} ms ({self._heard.hex(' ') or 'nothing'}); {_CHECK}"
                raise TimeoutExpiredError(text)
        if len(self._heard) > size:
            self._object("more than one answer")
        answer = bytes(self._heard)
        self._heard.clear()
        return answer

    async def next(self, whole: Whole, within_ms: int) -> bytes:
        """What a device that speaks unasked says next; of several that have come, the last, since the others are old.

        Raises as ``ask`` does.
        """
        until = asyncio.get_running_loop().time() + within_ms / 1000
        answer = b""
        while True:
            while self._heard and (size := whole(bytes(self._heard))):
                answer = bytes(self._heard[:size])
                del self._heard[:size]
            if answer:
                return answer
            if not await self._stirred(until):
                text = f"nothing said in {within_ms} ms ({self._heard.hex(' ') or 'nothing'}); {_CHECK}"
                raise TimeoutExpiredError(text)

    async def pause(self, milliseconds: int) -> None:
        """Let time pass between two questions; what others want done is done in it.

        Raises ``ProtocolError`` as soon as the device says something, and what a deed met on the line.
        """
        until = asyncio.get_running_loop().time() + milliseconds / 1000
        while True:
            if self._heard:
                self._object("nobody had asked")
            while self._deeds:
                await self._perform(*self._deeds.popleft())
            if not await self._stirred(until):
                return

    def forget(self) -> None:
        """Drop what has come so far."""
        self._heard.clear()

    async def hush(self, milliseconds: float, longest_ms: float = 0) -> None:
        """Wait until the line was silent for so long; what comes is dropped.

        Raises ``ProtocolError`` if it is not: after ``longest_ms``, or eight times that silence.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + (longest_ms or _LONGEST_HUSH * milliseconds) / 1000
        self._heard.clear()
        times = 0
        while await self._stirred(loop.time() + milliseconds / 1000):
            heard = self._heard[:16].hex(" ")
            self._heard.clear()
            times += bool(heard)
            if heard and times >= _LONGEST_HUSH and loop.time() > end:
                text = f"the line does not fall silent ({heard}); check speed, framing and shield"
                raise ProtocolError(text)

    async def do(self, deed: Callable[[], Awaitable[T]]) -> T:
        """Have something done between two questions.

        Raises the ``DeviceError`` that it raises, and ``NoHardwareError`` when nobody answers or the line drops in it.
        """
        if not self.alive:
            text = f"{self.name} does not answer"
            raise NoHardwareError(text)
        waiting: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._deeds.append((deed, waiting))
        self._stir.set()
        return await waiting

    async def _perform(self, deed: Callable[[], Awaitable[Any]], waiting: asyncio.Future[Any]) -> None:
        if waiting.done():
            return
        try:
            result = await deed()
        except OSError as error:
            _fail(waiting, self._dropped(error))
            raise
        except (ProtocolError, TimeoutExpiredError) as error:
            _fail(waiting, error)
            raise
        except DeviceError as error:
            _fail(waiting, error)
        except BaseException:  # cancelled at close, or a fault of the driver's: nobody is left to wait for ever
            _fail(waiting, NoHardwareError(f"{self.name} is gone"))
            raise
        else:
            if not waiting.done():
                waiting.set_result(result)

    def _dropped(self, error: OSError) -> NoHardwareError:
        """What who asked is told of a line that broke."""
        found = NoHardwareError(f"{self.name} is gone: {error.strerror or str(error) or type(error).__name__}")
        found.__cause__ = error
        return found

    async def _listen(self) -> None:
        try:
            while True:
                data = await self.port.read()
                self._overheard.add(data)
                self._heard += data[: _LONGEST_HEARD - len(self._heard)]
                self._stir.set()
        except OSError as error:
            self._gone = error
        except Exception as error:  # noqa: BLE001  a dead listener must be noticed, whatever it died of
            self._gone = ConnectionResetError(f"{type(error).__name__}: {error}")
        self._stir.set()

    async def _stirred(self, until: float) -> bool:
        """Wait for more from the line, or for a deed; false when the time is over. Raises what ended the line.

        On a loop that was held up the time is over before what has long come was read: that is looked at first.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._stir.wait()
        except TimeoutError:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if not self._stir.is_set():
                return False
        self._stir.clear()
        if self._gone is not None:
            raise self._gone
        return True

    def _object(self, what: str) -> None:
        text = f"{what}: {self._heard[:40].hex(' ')}"
        raise ProtocolError(text)


def _fail(waiting: asyncio.Future[Any], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
