"""A card terminal in a process of its own, on a wire of our own making; see ``terminal`` for what it does.

The wire is one JSON object a line, on TCP or a Unix socket; many clients may be connected, one payment runs at a time.

| asked | answered |
|---|---|
| ``{"id", "pay": {"request", "amount_minor", "currency", "kind"}}`` | ``{"id", "payment": {...}}`` once it is settled |
| ``{"id", "status": {"request"}}`` | ``{"id", "payment": {...}}`` at once; ``not_found`` for a request never seen |
| ``{"id", "abort": {"request"}}`` | ``{"id", "done": true or false}`` |
| ``{"id", "refund": {"request", "amount_minor", "currency", "kind", "original"}}`` | as ``pay``: money back to a card |
| ``{"id", "reverse": {"request", "amount_minor", "currency", "reference"}}`` | ``{"id", "done": true or false}`` |
| ``{"id", "end_of_day": {}}`` | ``{"id", "day": {"report": [line], "totals": [{"brand", "count", "amount_minor"}]}}`` |

Told to every client: ``{"prompt": "present_card", "request"}``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.far_ends.card_reader.terminal import Day, VirtualTerminal
from bench.far_ends.process import say_and_wait

__all__ = ["Terminal", "main"]

_LONGEST_LINE = 64 * 1024


class Terminal(VirtualTerminal):
    """The terminal: ``start``, then knobs and clients do the rest, then ``close``."""

    model = "simulated"

    def __init__(self, charges: Path, *, name: str = "card_reader") -> None:
        super().__init__(charges, name=name, knobs=(self.unplug, self.plug))
        self.address = ""
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (0: any free port) or ``unix:path``; gives the address to connect to."""
        host, _, port = listen.rpartition(":")
        if host == "unix":
            _remove(Path(port))
            self._server = await asyncio.start_unix_server(self._serve, port, limit=_LONGEST_LINE)
            self.address = listen
        else:
            self._server = await asyncio.start_server(self._serve, host, int(port), limit=_LONGEST_LINE)
            self.address = f"{host}:{self._server.sockets[0].getsockname()[1]}"
        return self.address

    async def close(self) -> None:
        """Hang up everywhere; the memory is on disk already."""
        await self._hang_up()
        await self.panel.close()

    async def unplug(self) -> None:
        """Pull the terminal's cable; what it remembers stays."""
        await self._hang_up()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back, at the same address."""
        if self._server is None:
            await self.start(self.address)
            self.panel.tell("plugged", plugged=True)

    def wired(self) -> Mapping[str, object]:
        """See ``VirtualTerminal.wired``."""
        return {"plugged": self._server is not None}

    def prompted(self, prompt: str, request: str) -> None:
        """See ``VirtualTerminal.prompted``."""
        for client in self._clients:
            self._send(client, {"prompt": prompt, "request": request})

    async def _hang_up(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = [*self._asking, *(task for task in self._clients.values() if task is not None)]
        for writer in self._clients:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        with suppress(ConnectionError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                task = asyncio.get_running_loop().create_task(self._take(writer, line))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
        del self._clients[writer]
        writer.close()

    async def _take(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        if self.silenced == "before":
            return
        number = 0
        try:
            asked = json.loads(line)
            number = int(asked["id"])
            answer = await self._answer(asked)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            answer = {"error": f"not understood: {type(error).__name__} {error}"}
        self._send(writer, {"id": number, **answer})

    async def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if "pay" in asked:
            return {"payment": await self._pay(asked["pay"])}
        if "refund" in asked:
            return {"payment": await self._pay(asked["refund"], refund_of=str(asked["refund"]["original"]))}
        if "status" in asked:
            return {"payment": self.payment(asked["status"]["request"])}
        if "abort" in asked:
            return {"done": self.stop(asked["abort"]["request"])}
        if "end_of_day" in asked:
            return {"day": self._ended()}
        return {"done": self._reverse(asked["reverse"])}

    def _ended(self) -> dict[str, Any]:
        day = self.end_day()
        brands = sorted({str(self.charges.outcomes[deed["request"]]["brand"]) for deed in (*day.taken, *day.returned)})
        totals = [self._total(brand, day) for brand in brands]
        lines = [f"{total['brand']} {total['count']} {total['amount_minor'] / 100:.2f}" for total in totals]
        return {"report": [f"DAY {day.number}", *lines], "totals": totals}

    def _total(self, brand: str, day: Day) -> dict[str, Any]:
        taken, returned = (
            [each["amount_minor"] for each in deeds if self.charges.outcomes[each["request"]]["brand"] == brand]
            for deeds in (day.taken, day.returned)
        )
        return {"brand": brand, "count": len(taken) - len(returned), "amount_minor": sum(taken) - sum(returned)}

    async def _pay(self, asked: Mapping[str, Any], **more: object) -> dict[str, Any]:
        request, amount, currency, kind = (asked[key] for key in ("request", "amount_minor", "currency", "kind"))
        if not (isinstance(request, str) and request and type(amount) is int and amount > 0):
            text = "a payment has a request id and an amount above 0"
            raise ValueError(text)
        return await self.charge(request, amount, str(currency), str(kind), **more)

    def _reverse(self, asked: Mapping[str, Any]) -> bool:
        deed = self.charges.outcomes.get(asked["request"], {})
        if any(asked[key] != deed.get(key) for key in ("amount_minor", "currency", "reference")):
            return False
        return self.give_back(asked["request"])

    def _send(self, writer: asyncio.StreamWriter, told: Mapping[str, object]) -> None:
        if self.silenced == "off" and not writer.is_closing():
            writer.write(json.dumps(told).encode() + b"\n")


def _remove(left_by_a_killed_process: Path) -> None:
    left_by_a_killed_process.unlink(missing_ok=True)


async def _run(arguments: argparse.Namespace) -> None:
    terminal = Terminal(arguments.charges, name=arguments.name)
    address = await terminal.start(arguments.listen)
    if arguments.knob_socket:
        await terminal.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"listen": address, "knob_socket": arguments.knob_socket})
    finally:
        await terminal.close()


def main(given: list[str] | None = None) -> int:
    """Run the terminal until it is told to stop; prints ``{"listen": address}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.card_reader.simulated", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port (0: any free one) or unix:path")
    parser.add_argument("--charges", type=Path, required=True, help="the terminal's memory, JSON lines")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="card_reader", help="its name on the bench")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
