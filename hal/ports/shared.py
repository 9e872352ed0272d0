"""One line with several devices at its end: each driver has a port of its own, and hears only the lines meant for it.

The line is opened by the first that opens and closed by the last that closes. A cable that is pulled ends the reading
of all. What comes is cut at CR; a beginning whose CR does not come is given on after a silence as it is, so that it
is never glued to what comes later. Nothing is written into the middle of a line that is coming in.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable

from hal.device import ClaimedError
from hal.ports.named import port_named
from hal.ports.port import Port, heard_within
from hal.ports.serial import Framing

__all__ = ["SharedPort"]

_log = logging.getLogger(__name__)

_CR = b"\r"
_LONGEST = 8_192
_LONGEST_WAIT_GAPS = 10
"""A line that does not fall silent in so many gaps is written to all the same."""

_Meant = Callable[[bytes], bool]
_cables: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Cable]] = weakref.WeakKeyDictionary()


class SharedPort:
    """See ``Port``; ``read`` gives one whole line with its CR, or what was left of one.

    ``meant``: whether a line is for this device. All ports of one cable are set alike: ``open`` raises
    ``ClaimedError`` otherwise, in words for who wrote the settings.
    """

    def __init__(
        self, name: str, *, baud: int = 9_600, framing: Framing = "8N1", gap_ms: int = 50, meant: _Meant
    ) -> None:
        self.meant = meant
        self.heard: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._name = name
        self._set = (baud, framing, gap_ms)
        self._line = port_named(name, baud=baud, framing=framing)
        self._cable: _Cable | None = None

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return self._name

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        cables = _cables.setdefault(asyncio.get_running_loop(), {})
        cable = cables.setdefault(self._name, _Cable(self._line, self._set))
        if cable.set != self._set:
            text = f"{self._name} is one cable: give all its devices the same baud, framing and gap_ms"
            raise ClaimedError(text)
        self._cable, self.heard = cable, asyncio.Queue()
        cable.members.append(self)  # at once: who leaves now must not let the line go for good
        await cable.join()

    async def read(self) -> bytes:
        """See ``Port.read``."""
        self._plugged()
        heard = await self.heard.get()
        if isinstance(heard, OSError):
            raise heard
        return heard

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        await self._plugged().write(data)

    async def close(self) -> None:
        """See ``Port.close``."""
        cable, self._cable = self._cable, None
        if cable is None:
            return
        self.heard.put_nowait(ConnectionResetError(f"{self._name} was closed"))
        if await cable.leave(self):
            _cables[asyncio.get_running_loop()].pop(self._name, None)

    def _plugged(self) -> _Cable:
        if self._cable is None:
            text = f"{self._name} is not open"
            raise ConnectionResetError(text)
        return self._cable


class _Cable:
    """The line itself, and who is on it."""

    def __init__(self, line: Port, set_as: tuple[int, Framing, int]) -> None:
        self.set = set_as
        self._line = line
        self.members: list[SharedPort] = []
        self._turn = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None
        self._begun = b""
        self._quiet = asyncio.Event()

    async def join(self) -> None:
        """One more is on it; the first opens the line. Raises as ``Port.open``."""
        async with self._turn:
            if self._pump is None:
                await self._line.open()
                self._begun = b""
                self._quiet.set()
                self._pump = asyncio.get_running_loop().create_task(self._listen(), name=f"cable-{self._line.where}")

    async def leave(self, member: SharedPort) -> bool:
        """One less; true when nobody is left and the line is closed."""
        self.members.remove(member)
        async with self._turn:
            if not self.members:
                pump, self._pump = self._pump, None
                if pump is not None:
                    pump.cancel()
                    await asyncio.gather(pump, return_exceptions=True)
                await self._line.close()
            return not self.members

    async def write(self, data: bytes) -> None:
        """Write when nothing is coming in, at the latest after ten gaps. Raises ``OSError``."""
        async with self._writing:
            try:
                async with asyncio.timeout(_LONGEST_WAIT_GAPS * self.set[2] / 1000):
                    await self._quiet.wait()
            except TimeoutError:
                pass
            await self._line.write(data)

    async def _listen(self) -> None:
        cause = ConnectionResetError(f"{self._line.where} hung up")
        try:
            while True:
                await self._hear_more()
        except OSError as error:
            cause = ConnectionResetError(error.strerror or str(error))
        except Exception as error:  # noqa: BLE001  a surprise must not leave its members waiting for ever
            _log.exception("%s: unexpected", self._line.where)
            cause = ConnectionResetError(f"{type(error).__name__}: {error}")
        await self._line.close()
        self._pump = None
        for member in self.members:
            member.heard.put_nowait(cause)

    async def _hear_more(self) -> None:
        if not self._begun:
            self._split(await self._line.read())
        elif data := await heard_within(self._line, self.set[2]):
            self._split(data)
        else:
            self._give(self._begun)
            self._begun = b""
        if self._begun:
            self._quiet.clear()
        else:
            self._quiet.set()

    def _split(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(_CR)
        for line in lines:
            self._give(line + _CR)
        if len(self._begun) > _LONGEST:
            self._give(self._begun)
            self._begun = b""

    def _give(self, line: bytes) -> None:
        for member in self.members:
            if member.meant(line.lstrip(b"\n")):
                member.heard.put_nowait(line.lstrip(b"\n"))
