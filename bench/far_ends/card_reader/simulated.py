"""A card terminal in a process of its own: it takes amounts, remembers every charge on disk, and has knobs.

The wire is one JSON object a line, on TCP or a Unix socket; many clients may be connected, one payment runs at a time.

| asked | answered |
|---|---|
| ``{"id", "pay": {"request", "amount_minor", "currency", "kind"}}`` | ``{"id", "payment": {...}}`` once it is settled |
| ``{"id", "status": {"request"}}`` | ``{"id", "payment": {...}}`` at once; ``not_found`` for a request never seen |
| ``{"id", "abort": {"request"}}`` | ``{"id", "done": true or false}`` |
| ``{"id", "reverse": {"request", "amount_minor", "currency", "reference"}}`` | ``{"id", "done": true or false}`` |

Told to every client: ``{"prompt": "present_card", "request"}``. A request id seen again is never charged again: its
first outcome is the answer. A payment whose client is gone stays on the display until it is tapped or aborted.

The charges file is append-only JSON lines, on disk before the answer: ``what`` is ``approved``, ``declined``,
``cancelled`` or ``reversed``, with ``request``, ``amount_minor``, ``currency``, ``kind``, ``reference``, ``time``.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel, KnobRefusedError

__all__ = ["Charges", "Terminal", "main"]

_LONGEST_LINE = 64 * 1024
_LONGEST_DELAY_MS = 600_000


class Charges:
    """The terminal's own memory: one file, one line a deed, fsynced."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.reversed: set[str] = set()
        file.parent.mkdir(parents=True, exist_ok=True)
        content = file.read_bytes() if file.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # a line torn by a power cut was never answered
            os.truncate(file, len(whole))
        for line in whole.splitlines():
            self._apply(json.loads(line))

    def append(self, what: str, **told: object) -> dict[str, Any]:
        """Write one deed to disk and give it back with its time."""
        deed: dict[str, Any] = {"what": what, **told, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
        with self._file.open("ab") as out:
            out.write(json.dumps(deed).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self._apply(deed)
        return deed

    def _apply(self, deed: dict[str, Any]) -> None:
        if deed["what"] == "reversed":
            self.reversed.add(deed["request"])
        else:
            self.outcomes[deed["request"]] = deed


@dataclass(slots=True)
class _Pending:
    """The payment on the display, and who waits for its outcome as (connection, request id)."""

    request: str
    amount_minor: int
    currency: str
    kind: str
    waiting: list[tuple[asyncio.StreamWriter, int]] = field(default_factory=list)


class Terminal:
    """The terminal: ``start``, then knobs and clients do the rest, then ``close``."""

    def __init__(self, charges: Path, *, name: str = "card_reader") -> None:
        self.charges = Charges(charges)
        self.address = ""
        self._pending: _Pending | None = None
        self._silence: Literal["off", "before", "after_charge"] = "off"
        self._auto: Literal["off", "approve", "decline"] = "off"
        self._delay_ms = 0
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._asking: set[asyncio.Task[None]] = set()
        knobs = (self.tap, self.silence, self.auto, self.delay, self.unplug, self.plug)
        self.panel = KnobPanel(name=name, category="card_reader", model="simulated", knobs=knobs, state=self._state)

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

    async def tap(self, *, outcome: Literal["approve", "decline", "partial"], amount_minor: int = 0) -> dict[str, Any]:
        """Tap a card on the payment that waits; partial approves amount_minor of it."""
        pending = self._pending
        if pending is None:
            text = "no payment waits for a card"
            raise KnobRefusedError(text)
        if outcome == "partial" and not 0 < amount_minor < pending.amount_minor:
            text = f"a partial approval is 1 to {pending.amount_minor - 1}"
            raise KnobRefusedError(text)
        approved = {"approve": pending.amount_minor, "partial": amount_minor, "decline": 0}[outcome]
        return self._settle(pending, approved, "the bank declined" if outcome == "decline" else "")

    async def silence(self, *, kind: Literal["off", "before", "after_charge"]) -> None:
        """Answer nothing: before (new requests are never got) or after_charge (they are, and may charge)."""
        self._silence = kind

    async def auto(self, *, outcome: Literal["off", "approve", "decline"]) -> None:
        """Settle every payment at once, without a tap."""
        self._auto = outcome
        if self._pending is not None and outcome != "off":
            self._settle(self._pending, self._pending.amount_minor if outcome == "approve" else 0, "")

    async def delay(self, *, milliseconds: int) -> None:
        """Wait this long before doing anything that is asked."""
        if not 0 <= milliseconds <= _LONGEST_DELAY_MS:
            text = f"milliseconds is 0 to {_LONGEST_DELAY_MS}"
            raise KnobRefusedError(text)
        self._delay_ms = milliseconds

    async def unplug(self) -> None:
        """Pull the terminal's cable; what it remembers stays."""
        await self._hang_up()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back, at the same address."""
        if self._server is None:
            await self.start(self.address)
            self.panel.tell("plugged", plugged=True)

    def _state(self) -> Mapping[str, object]:
        pending: dict[str, object] | None = None
        if self._pending is not None:
            pending = dataclasses.asdict(dataclasses.replace(self._pending, waiting=[]))
            del pending["waiting"]
        return {
            "plugged": self._server is not None,
            "silence": self._silence,
            "auto": self._auto,
            "delay_ms": self._delay_ms,
            "pending": pending,
        }

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
        if self._delay_ms:
            await asyncio.sleep(self._delay_ms / 1000)
        if self._silence == "before":
            return
        number = 0
        try:
            asked = json.loads(line)
            number = int(asked["id"])
            answer = self._answer(writer, number, asked)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            answer = {"error": f"not understood: {type(error).__name__} {error}"}
        if answer is not None:
            self._send(writer, {"id": number, **answer})

    def _answer(self, writer: asyncio.StreamWriter, number: int, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        if "pay" in asked:
            return self._pay(writer, number, asked["pay"])
        if "status" in asked:
            return {"payment": self._payment(asked["status"]["request"])}
        if "abort" in asked:
            return {"done": self._abort(asked["abort"]["request"])}
        return {"done": self._reverse(asked["reverse"])}

    def _pay(self, writer: asyncio.StreamWriter, number: int, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        request, amount, currency, kind = (asked[key] for key in ("request", "amount_minor", "currency", "kind"))
        if not (isinstance(request, str) and request and type(amount) is int and amount > 0):
            text = "a payment has a request id and an amount above 0"
            raise ValueError(text)
        if request in self.charges.outcomes:
            return {"payment": self._payment(request)}
        if self._pending is not None and self._pending.request != request:
            return {"payment": {"request": request, "outcome": "declined", "reason": "busy with another payment"}}
        if self._pending is None:
            self._pending = _Pending(request, amount, str(currency), str(kind))
            self.panel.tell("pending", request=request, amount_minor=amount, currency=currency, kind=kind)
        self._pending.waiting.append((writer, number))
        for client in self._clients:
            self._send(client, {"prompt": "present_card" if kind == "card" else "wait", "request": request})
        if self._auto != "off":
            self._settle(self._pending, amount if self._auto == "approve" else 0, "")
        return None

    def _settle(self, pending: _Pending, approved_minor: int, reason: str, what: str = "") -> dict[str, Any]:
        serial = f"{len(self.charges.outcomes) + 1:06}"
        card = {"approval_code": serial, "brand": "Bench", "masked_pan": "************0007"} if approved_minor else {}
        self._pending = None
        self.charges.append(
            what or ("approved" if approved_minor else "declined"),
            request=pending.request,
            amount_minor=approved_minor,
            requested_minor=pending.amount_minor,
            currency=pending.currency,
            kind=pending.kind,
            reference=f"T{serial}",
            reason=reason,
            **card,
        )
        payment = self._payment(pending.request)
        for writer, number in pending.waiting:
            self._send(writer, {"id": number, "payment": payment})
        self.panel.tell("settled", **payment)
        return payment

    def _payment(self, request: object) -> dict[str, Any]:
        if self._pending is not None and self._pending.request == request:
            return {"request": request, "outcome": "in_progress"}
        deed = self.charges.outcomes.get(request) if isinstance(request, str) else None
        if deed is None:
            return {"request": request, "outcome": "not_found"}
        if request in self.charges.reversed:
            return {"request": request, "outcome": "cancelled", "reason": "reversed", "reference": deed["reference"]}
        is_partial = deed["what"] == "approved" and deed["amount_minor"] < deed["requested_minor"]
        told = ("request", "currency", "approval_code", "brand", "masked_pan", "reference", "reason")
        return {
            **{key: deed[key] for key in told if key in deed},
            "outcome": "partial" if is_partial else deed["what"],
            "approved_minor": deed["amount_minor"],
        }

    def _abort(self, request: object) -> bool:
        if self._pending is None or self._pending.request != request:
            return False
        self._settle(self._pending, 0, "aborted", "cancelled")
        return True

    def _reverse(self, asked: Mapping[str, Any]) -> bool:
        request = asked["request"]
        deed = self.charges.outcomes.get(request)
        if deed is None or deed["what"] != "approved":
            return False
        wanted = ("amount_minor", "currency", "reference")
        if any(asked[key] != deed[key] for key in wanted):
            return False
        if request not in self.charges.reversed:
            self.charges.append("reversed", request=request, **{key: deed[key] for key in wanted})
            self.panel.tell("reversed", request=request, amount_minor=deed["amount_minor"])
        return True

    def _send(self, writer: asyncio.StreamWriter, told: Mapping[str, object]) -> None:
        if self._silence == "off" and not writer.is_closing():
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
