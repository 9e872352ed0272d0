"""A ccTalk bus as its host sees it: one question, one answer, again where the line spoiled it."""

from __future__ import annotations

from functools import partial
from typing import Final

from hal.asking import AskedDevice
from hal.cash_recycler.common import cctalk_codec as codec
from hal.device import ProtocolError, TimeoutExpiredError
from hal.ports.port import Port

__all__ = ["Bus"]

_TRIES: Final = 3
_HUSH_MS: Final = 20


class Bus(AskedDevice):
    """``answer_ms``: what an answer may take, its echo included."""

    def __init__(self, name: str, port: Port, *, answer_ms: int, retry_ms: int, longest_retry_ms: int) -> None:
        super().__init__(name, port, retry_ms=retry_ms, longest_retry_ms=longest_retry_ms)
        self._answer_ms = answer_ms

    async def put(self, address: int, header: int, data: bytes = b"", *, tries: int = _TRIES) -> bytes:
        """One question and its answer's data; again where it was lost or spoiled, for what may be asked again.

        Raises ``RefusedError`` and ``BusyError`` for such answers, else as ``ask``.
        """
        question = codec.frame(address, header, data)
        for left in reversed(range(tries)):
            try:
                raw = await self.ask(question, partial(codec.length_of, question=question), self._answer_ms)
                return codec.answer_of(raw, question)
            except (ProtocolError, TimeoutExpiredError, codec.BusyError):
                if not left:
                    raise
                await self.hush(_HUSH_MS)
        raise AssertionError

    async def put_once(self, address: int, header: int, data: bytes = b"") -> None:
        """Say what must not be said twice; silence is no answer, and is looked up afterwards.

        Raises ``RefusedError``.
        """
        try:
            await self.put(address, header, data, tries=1)
        except (ProtocolError, TimeoutExpiredError):
            await self.hush(_HUSH_MS)

    async def twice(self, address: int, header: int) -> bytes:
        """An answer that came twice alike, since a sum of eight bits lets one spoiled answer in 256 by.

        Raises ``ProtocolError`` where none does.
        """
        told = await self.put(address, header)
        for _ in range(_TRIES):
            before, told = told, await self.put(address, header)
            if told == before:
                return told
        text = f"address {address} says another thing each time it is asked header {header}"
        raise ProtocolError(text)
