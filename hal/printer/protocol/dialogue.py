"""One conversation with an ESC/POS printer over an open port: questions and their answers, jobs and their word.

Silence is no state, and noise is none: the state is what the printer answers when it is asked (DLE EOT), one byte to
each question and nothing beside it. Status told unasked (GS a) only hastens the asking; it is believed alone in one
case, when the printer takes no more bytes and so cannot be asked.
"""

from __future__ import annotations

import asyncio
import secrets
import string
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hal.device import DeviceError, ProtocolError, TimeoutExpiredError
from hal.ports.port import Port
from hal.printer.protocol.status import Answers, Status, read_status

__all__ = ["TELL_CHANGES", "Dialogue", "Patience", "StoppedError"]

_ASK_STATUS, _ASK_PAPER, _ASK_JOB = b"\x10\x04", b"\x1dr1", b"\x1d(H\x06\x0000"
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_FREE_CUTTER = b"\x10\x05\x02"
TELL_CHANGES = b"\x1da\x4f"
"""Automatic status of drawer, online, errors, paper and panel."""
_PAPER_OUT, _ERROR = 0x0C, 0x40
_ROUNDS = 3
"""Times that the status is asked for when noise came between: one burst is no fault."""
_UNEXPLAINED = ("offline", "error")
_PAUSE_S = 0.02
_SLICE_S = 0.25
_ID_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in ms: for an answer, for room in the printer's buffer, for a job to be done."""

    answer_ms: int
    write_ms: int
    done_ms: int


class StoppedError(DeviceError):
    """The printer stopped and says why."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.trouble)
        self.status = status


class Dialogue:
    """``heard`` is fed with what comes; the rest is asked by one at a time. Raises ``OSError`` once it is over.

    ``changed`` is called when the printer told a change by itself.
    """

    def __init__(self, port: Port, patience: Patience, changed: Callable[[], None]) -> None:
        self.answers = Answers()
        self.broken: Exception | None = None
        self._port, self._patience, self._changed = port, patience, changed
        self._arrived = asyncio.Event()
        self._awaiting_paper = False
        self._job = b""

    def heard(self, data: bytes) -> None:
        """Take what the printer said."""
        before = self.answers.automatic_changes
        self.answers.feed(data)
        self._arrived.set()
        if self.answers.automatic_changes != before:
            self._changed()

    def end(self, error: Exception) -> None:
        """Nothing that was said so far counts any more, and nothing more can be said."""
        self.broken = self.broken or error
        self._arrived.set()
        self._changed()

    # -- its state -----------------------------------------------------------------------------------------------

    async def status(self) -> Status:
        """Ask (DLE EOT 1, 2, 4, and 3 where there is an error).

        Raises ``TimeoutExpiredError``, ``ProtocolError`` when nothing but noise comes of it, ``StoppedError`` when it
        cannot be asked and has said why.
        """
        status = await self._status_through_noise()
        if status.state in _UNEXPLAINED:  # it may have changed between two of the questions
            status = await self._status_through_noise()
        return status

    async def _status_through_noise(self) -> Status:
        for left in reversed(range(_ROUNDS)):
            try:
                return await self.status_at_once()
            except ProtocolError:
                if not left:
                    raise
            await asyncio.sleep(_PAUSE_S)
        raise AssertionError  # the last round returns or raises

    async def status_at_once(self) -> Status:
        """Ask, and take the first noise for an answer of its own: ``ProtocolError``."""
        answers = self.answers
        answers.statuses.clear()
        answers.noise = 0
        if not self._awaiting_paper:
            answers.buffered.clear()
        printer, offline, paper = [await self._answer_to(number) for number in (1, 2, 4)]
        error = await self._answer_to(3) if offline & _ERROR else 0x12
        return read_status(printer, offline, paper, error)

    async def _answer_to(self, number: int) -> int:
        await self.send(_ASK_STATUS + bytes([number]))
        if not await self._until(lambda: bool(self.answers.statuses), self._patience.answer_ms):
            text = f"no answer from the printer at {self._port.where}; switch it off and on"
            raise TimeoutExpiredError(text)
        told = self.answers.statuses.popleft()
        self._refuse_noise()
        return told

    def _refuse_noise(self) -> None:
        unasked = self.answers.buffered and not self._awaiting_paper
        if self.answers.statuses or self.answers.noise or unasked:
            text = f"noise from the printer at {self._port.where}; check its cable"
            raise ProtocolError(text)

    async def tell_changes(self) -> None:
        """Have it tell its changes by itself from now on."""
        await self.send(TELL_CHANGES)

    async def free_cutter(self) -> None:
        """Have it go on after a fault of its cutter that staff have seen to; what it held is dropped."""
        await self.send(_FREE_CUTTER)

    # -- jobs ----------------------------------------------------------------------------------------------------

    async def send(self, data: bytes) -> None:
        """All of it. Raises ``StoppedError`` or ``TimeoutExpiredError`` when the printer takes no more."""
        if self.broken is not None:
            raise ConnectionResetError(str(self.broken))
        writing = asyncio.ensure_future(self._port.write(data))
        began = time.monotonic()
        try:
            while not (await asyncio.wait({writing}, timeout=_SLICE_S))[0]:
                status = self.answers.automatic or Status("ok")
                hot = status.state == "head_hot"
                if status.trouble and not hot:
                    raise StoppedError(status)
                if time.monotonic() - began > (self._patience.done_ms if hot else self._patience.write_ms) / 1000:
                    text = f"the printer at {self._port.where} takes no more; switch it off and on"
                    raise TimeoutExpiredError(text)
            writing.result()
        finally:
            if not writing.done():
                writing.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await writing

    async def word_on_job(self) -> None:
        """Wait until all that was sent has been printed: GS ( H gives back an id that nobody could guess."""
        self._job = "".join(secrets.choice(_ID_LETTERS) for _ in range(4)).encode()
        await self.send(_ASK_JOB + self._job)
        await self._until_done(lambda: self.job_is_done)
        self._job = b""

    @property
    def job_is_done(self) -> bool:
        """Whether a word that was given up for came after all."""
        return self._job in self.answers.jobs

    async def word_on_paper(self, data: bytes = b"") -> None:
        """Send ``data`` and wait until all is done: GS r 1, which waits its turn; one byte, and no more than one.

        Both go as one, so that what loses the data (a printer that is off for a moment) loses the question, too.
        """
        self.answers.buffered.clear()
        self._awaiting_paper = True
        try:
            await self.send(data + _ASK_PAPER)
            await self._until_done(lambda: bool(self.answers.buffered))
        finally:
            self._awaiting_paper = False
        told = self.answers.buffered.popleft()
        self._refuse_noise()
        if told & _PAPER_OUT:
            raise StoppedError(Status("out"))

    async def _until_done(self, done: Callable[[], bool]) -> None:
        """Wait for the printer's word, and look meanwhile at what may have stopped it.

        Raises ``StoppedError``, or ``TimeoutExpiredError`` when the printer says neither.
        """
        end, answers = time.monotonic() + self._patience.done_ms / 1000, True
        while time.monotonic() < end:
            if await self._until(done, self._patience.answer_ms // 4 + 1):
                return
            if answers:
                try:
                    status = await self.status()
                except TimeoutExpiredError:  # busy or dead: its word decides, and no status is asked again
                    answers = False
                    continue
                if done():
                    return
                if status.trouble and status.state != "head_hot":
                    raise StoppedError(status)
        text = "the printer did not say that the receipt was printed"
        raise TimeoutExpiredError(text)

    async def clear(self) -> None:
        """Empty the printer's buffers (DLE DC4 8), whatever it stood in the middle of; wait for its word, if any."""
        cleared = self.answers.cleared
        await self.send(_CLEAR)
        await self._until(lambda: self.answers.cleared > cleared, self._patience.answer_ms)

    async def _until(self, done: Callable[[], bool], timeout_ms: int) -> bool:
        """Wait for what comes to make it so; whether it did. Raises ``ConnectionResetError`` when it is over."""
        end = time.monotonic() + timeout_ms / 1000
        while True:
            self._arrived.clear()
            if self.broken is not None:
                raise ConnectionResetError(str(self.broken))
            if done():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._arrived.wait()
