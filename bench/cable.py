"""The network cable between kiosk and head office: a forwarder that can be pulled out and plugged in again.

What crosses it is TLS that it cannot read. Cut, it drops every connection at once and takes no new one, as a pulled
cable would look to both ends. It may also be long (each byte arrives later), narrow (so many bytes a second), or
stuck: both ends hold a connection that nothing crosses. Runs as a far end:
``python -m bench.cable --to HOST:PORT --knob-socket PATH``.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["Cable", "main"]

_PIECE = 64 * 1024
_ON_THE_WAY = 1_024
"""Pieces that a long cable holds in one direction: what is faster than that waits at its end."""


class Cable:
    """Forwards from its own loopback port to ``host``:``port`` while plugged.

    ``delay_s``: how long each byte is under way, in either direction; those behind it do not wait for it.
    ``bytes_per_s``: of a connection, in either direction; 0: no bound. ``flows``: cleared, nothing arrives.
    """

    def __init__(self, host: str, port: int) -> None:
        self.plugged = True
        self.delay_s = 0.0
        self.bytes_per_s = 0
        self.flows = asyncio.Event()
        self.flows.set()
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._panel = KnobPanel(
            name="network",
            category="network",
            model="cable",
            knobs=(self.unplug, self.plug),
            state=lambda: {"plugged": self.plugged},
        )

    async def start(self, port: int, knob_socket: Path | None) -> int:
        """Listen; gives the port. Raises ``OSError``."""
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", port)
        if knob_socket is not None:
            await self._panel.start(knob_socket)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Let everything go."""
        self._drop()
        if self._server is not None:
            self._server.close()
        await self._panel.close()

    async def unplug(self) -> None:
        """Pull the network cable out."""
        self.plugged = False
        self._drop()
        self._panel.tell("network", plugged=False)

    async def plug(self) -> None:
        """Plug the network cable in."""
        self.plugged = True
        self._panel.tell("network", plugged=True)

    def _drop(self) -> None:
        for line in list(self._lines):
            line.transport.abort()

    async def _forward(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self._lines.add(near_out)
        far_out: asyncio.StreamWriter | None = None
        try:
            if not self.plugged:
                return
            far_in, far_out = await asyncio.open_connection(self._host, self._port)
            self._lines.add(far_out)
            if near_out.is_closing():  # pulled out while the far end was picking up
                return
            both = [
                asyncio.create_task(self._pump(near_in, far_out)),
                asyncio.create_task(self._pump(far_in, near_out)),
            ]
            await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            return
        finally:
            for end in (near_out, far_out):
                if end is not None:
                    self._lines.discard(end)
                    self._let_go(end)

    def _let_go(self, end: asyncio.StreamWriter) -> None:
        """Whoever hangs up is heard out first: the last bytes of a line that ends in order still arrive."""
        if self.plugged:
            end.close()
        else:
            end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass on until the source has said all it had, and then that it has. Raises ``ExceptionGroup`` of a
        ``ConnectionError``.
        """
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_ON_THE_WAY)
        async with asyncio.TaskGroup() as ends:
            ends.create_task(self._take_in(source, line))
            ends.create_task(self._give_out(line, sink))

    async def _take_in(self, source: asyncio.StreamReader, line: asyncio.Queue[tuple[float, bytes]]) -> None:
        clock, piece = asyncio.get_running_loop().time, b"-"
        while piece:
            piece = await source.read(_PIECE)
            await line.put((clock() + self.delay_s, piece))

    async def _give_out(self, line: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, piece = await line.get()
            if (early := due - clock()) > 0:
                await asyncio.sleep(early)
            await self.flows.wait()
            if not piece:
                break
            sink.write(piece)
            await sink.drain()
            if self.bytes_per_s:
                await asyncio.sleep(len(piece) / self.bytes_per_s)
        if not sink.is_closing():
            sink.write_eof()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        message = f"{text!r} is not HOST:PORT"
        raise argparse.ArgumentTypeError(message)
    return host, int(port)


async def _run(arguments: argparse.Namespace) -> None:
    cable = Cable(*arguments.to)
    taken = await cable.start(arguments.port, arguments.knob_socket)
    try:
        await say_and_wait({"port": taken, "knob_socket": str(arguments.knob_socket or "")})
    finally:
        await cable.close()


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", required=True, type=_address, metavar="HOST:PORT", help="where the cable leads")
    parser.add_argument("--port", type=int, default=0, help="own port; 0 takes a free one")
    parser.add_argument("--knob-socket", type=Path, help="where the knobs are served")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
