"""Simulated card terminal, the kiosk's side: a client of a terminal that runs in a process of its own.

Loads only when the settings name it. The terminal's memory of money must survive a killed kiosk, as a real one's
does, so it lives on the other side of a socket.

Sample settings: ``model = "simulated"``, ``terminal = "127.0.0.1:20007"`` or ``"unix:run/terminal.sock"``.

The wire is one JSON object a line. Asked: ``{"id": 7, "pay": {"request", "amount_minor", "currency", "kind"}}``
(in parts also ``instalments`` and ``instalments_by``; ``refund`` alike, with the ``original`` payment's request),
``{"id": 8, "status": {"request"}}``, ``{"id": 9, "abort": {"request"}}``, ``{"id": 10, "reverse": {"request",
"amount_minor", "currency", "reference"}}``, ``{"id": 11, "end_of_day": {}}``. Answered: ``{"id": 7, "payment": {...}}``
(the fields of ``Payment``), ``{"id": 10, "done": true}``, ``{"id": 11, "day": {"report": ["..."], "totals": [{"brand",
"count", "amount_minor"}]}}``. Told by itself: ``{"prompt": "present_card", "request": "..."}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from hal.card_reader.contract import DayTotal, Entry, Payment, PaymentOutcome, Prompt
from hal.device import (
    DeviceError,
    Health,
    NoHardwareError,
    ProtocolError,
    Sink,
    StatusChanged,
    TimeoutExpiredError,
)
from hal.knobs import Board, KnobServer
from hal.lifecycle import Lifecycle

__all__ = ["Driver", "Settings", "read_answer", "read_day", "read_payment"]

_CONNECT_SECONDS = 3
_LONGEST_LINE = 64 * 1024
_PROMPTS = ("present_card", "enter_pin", "remove_card", "wait")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """``terminal``: ``host:port`` or ``unix:path``. ``pay_timeout_ms``: how long a shopper may take at the terminal.

    ``knob_socket`` pulls the cable at the kiosk's end; cards are tapped at the terminal's own knobs.
    """

    terminal: str
    pay_timeout_ms: int = 180_000
    answer_timeout_ms: int = 5_000
    retry_ms: int = 1_000
    knob_socket: str = ""

    def __post_init__(self) -> None:
        """Refuse an address that is none."""
        host, colon, port = self.terminal.rpartition(":")
        if not colon or not (port if host == "unix" else host and port.isdecimal() and int(port) < 65536):  # noqa: PLR2004  ports
            text = f"terminal is host:port or unix:path, not {self.terminal!r:.80}"
            raise ValueError(text)


def read_answer(line: bytes) -> Mapping[str, Any]:
    """One line of the terminal as a JSON object. Raises ``ProtocolError``, without what came: it may hold a card."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        text = "the terminal's line is no JSON"
        raise ProtocolError(text) from None
    if not isinstance(answer, dict):
        text = "the terminal's line is no JSON object"
        raise ProtocolError(text)
    return answer


def read_payment(request: str, answer: Mapping[str, Any]) -> Payment:
    """The terminal's word on ``request``. Raises ``ProtocolError`` for anything but a payment for that request."""
    told = answer.get("payment")
    outcomes = get_args(PaymentOutcome)
    if not isinstance(told, dict) or told.get("request") != request or told.get("outcome") not in outcomes:
        text = f"no payment for {request}"
        raise ProtocolError(text)
    values = {each.name: told[each.name] for each in fields(Payment) if each.name in told}
    for name, value in values.items():
        if not _fits(name, value):
            text = f"a payment whose {name} is none"
            raise ProtocolError(text)
    return Payment(**{**values, "slip": tuple(values.get("slip", ()))})


def _fits(name: str, value: object) -> bool:
    match name:
        case "approved_minor":
            return type(value) is int and value >= 0
        case "signature":
            return isinstance(value, bool)
        case "slip":
            return isinstance(value, list) and all(isinstance(line, str) for line in value)
        case "entry":
            return value in get_args(Entry)
        case _:
            return isinstance(value, str)


def read_day(answer: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[DayTotal, ...]]:
    """The terminal's word on the end of its day: lines and totals. Raises ``ProtocolError`` for anything else."""
    told = answer.get("day")
    report, totals = (told.get("report"), told.get("totals")) if isinstance(told, dict) else (None, None)
    if not (isinstance(report, list) and all(isinstance(line, str) for line in report) and isinstance(totals, list)):
        text = "no end of a day"
        raise ProtocolError(text)
    return tuple(report), tuple(map(_total, totals))


def _total(told: object) -> DayTotal:
    match told:
        case {"brand": str(brand), "count": int(count), "amount_minor": int(minor)} if (
            type(count) is type(minor) is int
        ):
            return DayTotal(brand, count, minor)
        case _:
            text = "a day's total that is none"
            raise ProtocolError(text)


class Driver(Lifecycle):
    """The kiosk's end of the terminal's cable."""

    simulated = True
    capabilities: frozenset[str] = frozenset(
        {
            "status",
            "partial",
            "abort",
            "reverse",
            "prompts",
            "signature",
            "end_of_day",
            "day_totals",
            "instalments",
            "refund",
        }
    )

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name)
        self._settings = settings
        self.day_totals: tuple[DayTotal, ...] | None = None
        self._plugged = True
        self._lost: str | None = None  # the cause told last; None before the first word and while linked
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self._retry_now = asyncio.Event()
        board = Board(name, "card_reader", "simulated", (self.unplug, self.plug), self._state)
        self._knob_server = KnobServer(board, settings.knob_socket)

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``; returns after the first attempt to reach the terminal."""
        if self._sink is not None:
            return
        await self._knob_server.start()
        self._sink = sink
        self._tried.clear()
        self._keeper = asyncio.get_running_loop().create_task(self._keep_linked())
        await self._tried.wait()

    async def close(self) -> None:
        """See ``Device.close``; who waits for an answer gets ``NoHardwareError``."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        self._release()
        self._sink, self._lost = None, None
        await self._knob_server.close()

    async def check_health(self) -> Health:
        """See ``Device.check_health``: asks the terminal about a request that never was."""
        where = f"card terminal simulated at {self._settings.terminal}"
        if self._sink is None:
            return Health(ok=False, text=f"{where}: closed")
        try:
            await self._exchange("status", {"request": "check-health"}, self._settings.answer_timeout_ms)
        except DeviceError as error:
            return Health(ok=False, text=f"{where}: {error}")
        return Health(ok=True, text=f"{where}: answers")

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        """See ``CardReader.pay``."""
        if amount_minor <= 0:
            text = f"{self.name}: an amount is above 0, not {amount_minor}"
            raise DeviceError(text)
        asked = {"request": request, "amount_minor": amount_minor, "currency": currency, "kind": kind}
        return read_payment(request, await self._ask("pay", asked, self._settings.pay_timeout_ms))

    async def pay_in_parts(
        self, request: str, amount_minor: int, currency: str, *, count: int, by: Literal["merchant", "issuer"]
    ) -> Payment:
        """See ``InParts.pay_in_parts``."""
        if amount_minor <= 0 or count <= 1:
            text = f"{self.name}: an amount above 0 in parts, not {amount_minor} in {count}"
            raise DeviceError(text)
        asked = {"request": request, "amount_minor": amount_minor, "currency": currency, "kind": "card"}
        asked |= {"instalments": count, "instalments_by": by}
        return read_payment(request, await self._ask("pay", asked, self._settings.pay_timeout_ms))

    async def status(self, request: str) -> Payment:
        """See ``CardReader.status``."""
        return read_payment(request, await self._ask("status", {"request": request}))

    async def abort(self, request: str) -> None:
        """See ``CardReader.abort``."""
        await self._ask("abort", {"request": request})

    async def refund(  # as the contract has it
        self, request: str, amount_minor: int, currency: str, *, kind: str, original: str, reference: str
    ) -> Payment:
        """See ``Refunds.refund``: the cardholder presents a card, as for a payment."""
        if amount_minor <= 0:
            text = f"{self.name}: an amount is above 0, not {amount_minor}"
            raise DeviceError(text)
        asked = {"request": request, "amount_minor": amount_minor, "currency": currency, "kind": kind}
        asked |= {"original": original, "reference": reference}
        return read_payment(request, await self._ask("refund", asked, self._settings.pay_timeout_ms))

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:
        """See ``CardReader.reverse``."""
        asked = {"request": request, "amount_minor": amount_minor, "currency": currency, "reference": reference}
        return (await self._ask("reverse", asked)).get("done") is True

    async def end_of_day(self) -> tuple[str, ...]:
        """See ``EndOfDay.end_of_day``."""
        self.day_totals = None
        report, self.day_totals = read_day(await self._ask("end_of_day", {}))
        return report

    async def unplug(self) -> None:
        """Pull the cable at the kiosk's end."""
        self._plugged = False
        if self._writer is not None:
            self._writer.transport.abort()

    async def plug(self) -> None:
        """Put the cable back."""
        self._plugged = True
        self._retry_now.set()

    def _state(self) -> Mapping[str, object]:
        return {"plugged": self._plugged, "enabled": self._enabled, "linked": self._writer is not None}

    async def _ask(self, what: str, asked: Mapping[str, object], timeout_ms: int = 0) -> Mapping[str, Any]:
        self.need_enabled()
        return await self._exchange(what, asked, timeout_ms or self._settings.answer_timeout_ms)

    async def _exchange(self, what: str, asked: Mapping[str, object], timeout_ms: int) -> Mapping[str, Any]:
        if self._writer is None:
            text = f"{self.name}: no link to the terminal at {self._settings.terminal}; check its cable and power"
            raise NoHardwareError(text)
        self._number += 1
        number = self._number
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps({"id": number, what: asked}).encode() + b"\n")
            async with asyncio.timeout(timeout_ms / 1000):
                answer = await self._waiting[number]
        except TimeoutError as error:
            text = f"{self.name}: the terminal did not answer {what} in {timeout_ms} ms; look at its display"
            raise TimeoutExpiredError(text) from error
        finally:
            del self._waiting[number]
        if "error" in answer:
            text = f"{self.name}: the terminal did not understand {what}"
            raise DeviceError(text)
        return answer

    async def _keep_linked(self) -> None:
        while True:
            self._retry_now.clear()
            cause = await self._link_once() if self._plugged else "cable"
            self._tell_lost(cause)
            self._tried.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.retry_ms / 1000):
                    await self._retry_now.wait()

    async def _link_once(self) -> str:
        """Link and listen until the link ends; gives the cause in words."""
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._connect()
        except OSError as error:  # a TimeoutError is one, with no text
            return f"cannot reach {self._settings.terminal}: {error.strerror or 'no answer'}"
        self._writer, self._lost = writer, None
        try:
            self._tell(StatusChanged(self.name, "ready"))
            self._tried.set()
            return await self._listen(reader)
        finally:
            self._writer = None
            writer.transport.abort()
            for future in self._waiting.values():
                if not future.done():
                    text = f"{self.name}: the link to the terminal broke; the outcome is unknown until it is asked"
                    future.set_exception(NoHardwareError(text))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self._settings.terminal.rpartition(":")
        if host == "unix":
            return await asyncio.open_unix_connection(port, limit=_LONGEST_LINE)
        return await asyncio.open_connection(host, int(port), limit=_LONGEST_LINE)

    async def _listen(self, reader: asyncio.StreamReader) -> str:
        try:
            while line := await reader.readline():
                self._take(line)
        except (ConnectionError, ValueError) as error:
            return f"link broken: {error}"
        return "the terminal hung up" if self._plugged else "cable"

    def _take(self, line: bytes) -> None:
        try:
            answer = read_answer(line)
        except ProtocolError as error:
            _log.warning("%s: dropped: %s", self.name, error)
            return
        prompt, request = answer.get("prompt"), answer.get("request")
        if prompt in _PROMPTS and isinstance(request, str):
            if self._enabled:
                self._tell(Prompt(self.name, request, prompt))
            return
        number = answer.get("id")
        future = self._waiting.get(number) if isinstance(number, int) else None
        if future is None or future.done():
            _log.warning("%s: dropped an answer nobody waits for", self.name)
        else:
            future.set_result(answer)

    def _tell_lost(self, cause: str) -> None:
        if self._lost is None:
            self._tell(StatusChanged(self.name, "lost", cause))
        self._lost = cause

    def _tell(self, event: StatusChanged | Prompt) -> None:
        if self._sink is not None:
            self._sink(event)
