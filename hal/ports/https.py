"""HTTPS as a port: each message sent is a POST of its own, and what the device says by itself is POSTed to us.

h11 does the protocol, asyncio the bytes: https://h11.readthedocs.io/ . The device's certificate is always checked: that
it leads to the root in ``ca_file`` and is made out to ``certificate_name`` (a device in a shop has no name of its own
in DNS, so the name to check is a setting and not the host). Where the other end wants to know us as well, ``identity``
gives our certificate and key, which are handed to TLS without lying on a disk.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import h11

from hal.device import ClaimedError, NoHardwareError, ProtocolError, TimeoutExpiredError

__all__ = ["HttpsPeer", "HttpsPort", "NeverSentError"]

_LARGEST = 1024 * 1024
_PIECE = 16 * 1024
_CLOSE_S = 1.0
_NOTICE_S = 5.0
_UNREAD = 100
_MOST_TALKERS = 16
_OK = 200


class NeverSentError(NoHardwareError):
    """No connection came about: of what was to be sent, the other end has seen nothing."""


@dataclass(frozen=True, slots=True)
class HttpsPeer:
    """Who is at the other end. ``listen``: ``host:port`` on which it may speak by itself; empty: nowhere.

    ``identity`` gives our own certificate, its chain and its key in PEM, read anew at each ``open``; ``None``: the
    other end does not ask who we are.
    """

    host: str
    port: int
    path: str
    certificate_name: str
    ca_file: str
    listen: str = ""
    connect_timeout_ms: int = 5_000
    content_type: str = "application/json"
    identity: Callable[[], bytes] | None = None


class HttpsPort:
    """See ``Port``: ``read`` gives the body of one POST that the device sent by itself."""

    def __init__(self, peer: HttpsPeer) -> None:
        self._peer = peer
        self._tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._told: asyncio.Queue[bytes] = asyncio.Queue(_UNREAD)

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return f"{self._peer.host}:{self._peer.port}"

    async def open(self) -> None:
        """See ``Port.open``: read the root certificate anew and listen."""
        await self.close()
        self._told = asyncio.Queue(_UNREAD)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # demands a certificate, and that it is made out to the name
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            tls.load_verify_locations(self._peer.ca_file)
        except OSError as error:  # ssl's own is one
            text = f"{self._peer.ca_file} holds no root certificate: {error.strerror or error}"
            raise NoHardwareError(text) from error
        if self._peer.identity is not None:
            _show(tls, self._peer.identity())
        self._tls = tls
        if self._peer.listen:
            host, _, port = self._peer.listen.rpartition(":")
            try:
                self._server = await asyncio.start_server(self._hear, host, int(port))
            except OSError as error:
                text = f"cannot listen on {self._peer.listen}: {error.strerror}"
                raise ClaimedError(text) from error

    async def read(self) -> bytes:
        """See ``Port.read``."""
        return await self._told.get()

    async def write(self, data: bytes) -> None:
        """See ``Port.write``: post it, and do not look at the answer."""
        await self.post(data, self._peer.connect_timeout_ms)

    async def close(self) -> None:
        """See ``Port.close``: exchanges under way end with ``NoHardwareError``."""
        self._tls = None
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()

    def nudge(self) -> None:
        """Let ``read`` come back with a blank."""
        with suppress(asyncio.QueueFull):
            self._told.put_nowait(b" ")

    async def post(self, data: bytes, timeout_ms: int, *, path: str = "", content_type: str = "") -> bytes:
        """Send ``data`` and give the body of the answer, empty for an answer without one.

        ``path`` and ``content_type``: others than the peer's. Raises as ``ask`` does, and ``ProtocolError`` for any but
        a good status.
        """
        headers = {"Content-Type": content_type or self._peer.content_type}
        status, body = await self.ask("POST", path or self._peer.path, data, timeout_ms, headers=headers)
        if status // 100 * 100 != _OK:
            text = f"{self.where} answered HTTP {status}"
            raise ProtocolError(text)
        return body

    async def ask(
        self,
        method: str,
        path: str,
        data: bytes,
        timeout_ms: int,
        *,
        headers: Mapping[str, str] | None = None,
        largest: int = _LARGEST,
    ) -> tuple[int, bytes]:
        """One exchange; gives the status and the body, which is ``largest`` bytes long at most.

        Raises ``NoHardwareError`` when the device is not there, is not who it should be or hangs up
        (``NeverSentError`` where no connection came about), ``TimeoutExpiredError`` when it is silent,
        ``ProtocolError`` for what is no good HTTP.
        """
        sent = {"Host": self._peer.certificate_name, **(headers or {}), "Connection": "close"}
        sent["Content-Length"] = str(len(data))
        asked = h11.Request(method=method, target=path, headers=list(sent.items()))
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(self._peer.connect_timeout_ms / 1000):
                reader, writer = await self._connect()
            self._writers.add(writer)
            self._need_open()
            async with asyncio.timeout(timeout_ms / 1000):
                return await _exchange(reader, writer, asked, data, largest)
        except TimeoutError as error:
            if writer is None:
                text = f"no connection to {self.where}; check cable, power and address"
                raise NeverSentError(text) from error
            text = f"no answer in {timeout_ms} ms"
            raise TimeoutExpiredError(text) from error
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "TLS"
            text = f"no trusted connection to {self.where}: {why}"
            raise _gone(writer)(text) from error
        except OSError as error:
            text = f"no connection to {self.where}: {error.strerror or 'hung up'}; check cable, power and address"
            raise _gone(writer)(text) from error
        except h11.ProtocolError:
            text = f"{self.where} does not speak HTTP as it should"
            raise ProtocolError(text) from None
        finally:
            if writer is not None:
                self._writers.discard(writer)
                await _hang_up(writer)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        peer, tls = self._peer, self._need_open()
        return await asyncio.open_connection(peer.host, peer.port, ssl=tls, server_hostname=peer.certificate_name)

    def _need_open(self) -> ssl.SSLContext:
        if self._tls is None:
            raise ConnectionResetError(errno.ECONNRESET, "closed")
        return self._tls

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One message of the device's own; whatever is no such message is not answered."""
        if len(self._writers) >= _MOST_TALKERS:
            await _hang_up(writer)
            return
        self._writers.add(writer)
        http = h11.Connection(h11.SERVER)
        try:
            async with asyncio.timeout(_NOTICE_S):
                _, body = await _message(http, reader)
                with suppress(asyncio.QueueFull):
                    self._told.put_nowait(body or b" ")
                answer = h11.Response(status_code=_OK, headers=[("Content-Length", "0"), ("Connection", "close")])
                writer.write(http.send(answer) or b"")
                await writer.drain()
        except (OSError, h11.ProtocolError):
            return
        finally:
            self._writers.discard(writer)
            await _hang_up(writer)


def _gone(writer: asyncio.StreamWriter | None) -> type[NoHardwareError]:
    return NeverSentError if writer is None else NoHardwareError


def _show(tls: ssl.SSLContext, identity: bytes) -> None:
    """Hand our certificate and key to TLS, which reads them from files only: one that is in memory alone."""
    handle = os.memfd_create("identity", os.MFD_CLOEXEC)
    with os.fdopen(handle, "wb") as file:
        file.write(identity)
        file.flush()
        try:
            tls.load_cert_chain(f"/proc/self/fd/{handle}")
        except ssl.SSLError as error:
            text = f"our own certificate cannot be used: {error.reason or 'TLS'}"
            raise NoHardwareError(text) from error


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: h11.Request, data: bytes, largest: int
) -> tuple[int, bytes]:
    http = h11.Connection(h11.CLIENT)
    writer.write((http.send(asked) or b"") + ((http.send(h11.Data(data=data)) or b"") if data else b""))
    http.send(h11.EndOfMessage())
    await writer.drain()
    return await _message(http, reader, largest)


async def _message(http: h11.Connection, reader: asyncio.StreamReader, largest: int = _LARGEST) -> tuple[int, bytes]:
    """One whole request or response: (the status, 0 for a request; the body). Raises ``ConnectionResetError``."""
    status, body, ended = 0, bytearray(), False
    while True:
        try:
            event = http.next_event()
        except h11.RemoteProtocolError:
            if ended:  # cut in the middle, which is no fault of its grammar
                raise ConnectionResetError from None
            raise
        if event is h11.NEED_DATA:
            data = await reader.read(_PIECE)
            ended = not data
            http.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > largest:
                text = "longer than any message"
                raise h11.RemoteProtocolError(text)
        elif isinstance(event, h11.EndOfMessage):
            return status, bytes(body)
        elif isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await writer.wait_closed()
