"""Card terminals that speak ZVT, as those of Germany, Austria and Switzerland do, over TCP or a serial line.

Fits Verifone, Ingenico, CCV, PAX and others with a ZVT interface. Source: the ZVT protocol, PA00P015
(www.terminalhersteller.de, revision 13.08 and later).

Sample settings: ``model = "zvt"``, ``port = "192.0.2.30:20007"`` (or ``"/dev/serial/by-id/..."`` with ``baud = 9600``,
``framing = "8N2"``), ``password = "000000"``, ``currency = "EUR"``, ``memory_file = "zvt-memory.json"``.

A ZVT terminal knows no request of ours: it can only repeat its last receipt. So the driver writes down, before it asks
for money, how much it asks for and which receipt was the last one. After a lost answer the terminal's last receipt is
ours if it is a newer one over that very amount; anything else is ``unknown``, for staff, and never "not found". Without
a memory file that holds within one run of the kiosk only. One till per terminal, or none of this is true.

A refund (06 31: password, then the amount) is asked for in the same way, with a card presented; it too is found by its
receipt alone, and never asked for a second time.

At the end of a day a terminal may tell its totals (04 0F with bitmap 60: seven groups of cards, each with count and
amount). They are told on as one total of all cards, because the groups are not the brands of the receipts.

Unconfirmed: the registration's container that asks for receipts as blocks of text (06 D3); that ``B4`` means a payment
is reversed already; that a terminal repeats the receipt of a refund as it does a payment's; that the amounts of bitmap
60 are less what was given back, and how that is counted; what a terminal repeats (06 20) once its day has ended, which
is why it is asked then, as after every start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from hal.card_reader.common.zvt_codec import (
    ACK,
    ACKNOWLEDGED,
    INTERMEDIATE,
    NAK,
    Frames,
    SerialFrames,
    TcpFrames,
    amount_field,
    bcd,
    data_of,
    packet,
)
from hal.card_reader.common.zvt_dialogue import (
    CURRENCIES,
    Asked,
    Hearing,
    day_report,
    day_totals,
    judge,
    number_of,
    recognise,
)
from hal.card_reader.common.zvt_memory import recall, remember
from hal.card_reader.contract import DayTotal, Payment, Prompt
from hal.device import DeviceError, NoHardwareError, TimeoutExpiredError
from hal.ports.named import port_named
from hal.ports.serial import Framing
from hal.streaming import StreamDevice, first_to_end

__all__ = ["Driver", "RefusedError", "Settings"]

_log = logging.getLogger(__name__)

_REGISTER, _AUTHORISE, _REVERSE, _REFUND, _END_OF_DAY, _REPEAT, _ENQUIRE, _ABORT = (
    bytes.fromhex(each) for each in ("0600", "0601", "0630", "0631", "0650", "0620", "0501", "06b0")
)
_CONFIG = 0xBE
"""Receipts are printed by the till, prompts are wanted, payments begin at the till only."""
_TEXT_BLOCKS = bytes.fromhex("0606 2604 0a02 06d3")
_REFUSED = 0x84
_REPLIES = frozenset({ACKNOWLEDGED[0], _REFUSED})
_REVERSED_ALREADY = 0xB4
_PIECE_MS, _LINK_MS, _LINK_TRIES = 1_000, 1_000, 3
_KEPT = 100
_PROMPTS: dict[int, Literal["present_card", "enter_pin", "remove_card", "wait"]] = {
    **dict.fromkeys((0x0A, 0x2A), "present_card"),
    **dict.fromkeys((0x01, 0x02), "enter_pin"),
    **dict.fromkeys((0x0B, *range(0x41, 0x68)), "remove_card"),
    **dict.fromkeys((0x04, 0x0E, 0x17, 0x68), "wait"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """``port``: ``host:port`` or a device file. ``password``: six digits, the terminal's for its till.

    ``t4_ms``: how long a terminal may be silent within a payment (the protocol's T4).
    """

    port: str
    baud: int = 9_600
    framing: Framing = "8N2"
    password: str = "000000"  # noqa: S105  every terminal's own default
    currency: Literal["EUR", "CHF"] = "EUR"
    memory_file: str = ""
    answer_timeout_ms: int = 5_000
    t4_ms: int = 180_000
    poll_ms: int = 60_000
    retry_ms: int = 500

    def __post_init__(self) -> None:
        """Refuse a password that is none, and an address that is none."""
        port_named(self.port)
        if len(self.password) != 6 or not (self.password.isascii() and self.password.isdigit()):  # noqa: PLR2004
            text = "password is six digits"
            raise ValueError(text)


class RefusedError(DeviceError):
    """The terminal did not take a command on (84 xx): nothing has begun."""


class _NoMemoryError(DeviceError):
    """What is about to be asked for cannot be written down: nothing has begun."""


# -- the line ----------------------------------------------------------------------------------------------------


class _Line:
    """One connection: what came over it, in order, and its end (``None``)."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.heard: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.link: asyncio.Queue[str] = asyncio.Queue()
        self.owed = 0
        """Commands whose acknowledgement has not come yet."""

    async def next(self, milliseconds: int) -> bytes:
        """Raises ``TimeoutExpiredError`` and ``NoHardwareError``."""
        try:
            async with asyncio.timeout(milliseconds / 1000):
                whole = await self.heard.get()
        except TimeoutError as error:
            text = f"the terminal has been silent for {milliseconds} ms; look at its display"
            raise TimeoutExpiredError(text) from error
        if whole is None:
            self.heard.put_nowait(None)
            text = "the link to the terminal broke"
            raise NoHardwareError(text)
        self.owed -= whole[0] in _REPLIES
        return whole


# -- driver ------------------------------------------------------------------------------------------------------


class Driver(StreamDevice):
    """One terminal, in one dialogue at a time; ``turn`` is held by whoever leads it."""

    capabilities = frozenset(
        {"partial", "abort", "reverse", "prompts", "signature", "refund", "end_of_day", "day_totals"}
    )

    def __init__(self, name: str, settings: Settings) -> None:
        port = port_named(settings.port, baud=settings.baud, framing=settings.framing)
        super().__init__(name, port, retry_ms=settings.retry_ms)
        self._settings = settings
        self.day_totals: tuple[DayTotal, ...] | None = None
        self._line: _Line | None = None
        self._asked: Asked | None = None  # the newest, as in the memory file; None: not read yet
        self._last: str | None = None  # the newest payment's number; None: not known
        self._paying = ""
        self._writing = asyncio.Lock()
        self._known: dict[str, Payment] = {}

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        line = self._line = _Line(SerialFrames() if self._settings.port.startswith("/") else TcpFrames())
        if self._asked is None:
            self._asked = await recall(self._settings.memory_file)
        try:
            await first_to_end(self._listen(line), self._attend())
        finally:
            self._line = None
            line.heard.put_nowait(None)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: a status enquiry, unless a dialogue is under way."""
        if not self.turn.locked():
            await self._lead(_ENQUIRE, self._password(), Hearing())
        return "ZVT terminal answers"

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:  # noqa: ARG002  the terminal sees what is held to it
        """See ``CardReader.pay``. A request that is known already is asked about and not charged again."""
        return await self._once(request, amount_minor, currency, _AUTHORISE, b"")

    async def refund(
        self,
        request: str,
        amount_minor: int,
        currency: str,
        *,
        kind: str,  # noqa: ARG002  the terminal sees what is held to it
        original: str,  # noqa: ARG002  the card is presented: any terminal of any day may give back
        reference: str,  # noqa: ARG002  as above
    ) -> Payment:
        """See ``Refunds.refund``. It has a receipt of its own, by which it is found when its answer is lost."""
        return await self._once(request, amount_minor, currency, _REFUND, self._password())

    async def _once(self, request: str, amount_minor: int, currency: str, command: bytes, before: bytes) -> Payment:
        """Ask for money, or for money back, unless that was done already. ``before``: what precedes the amount."""
        self._need_terminal()
        if amount_minor <= 0 or currency != self._settings.currency:
            text = f"{self.name}: takes amounts above 0 in {self._settings.currency}"
            raise DeviceError(text)
        if request in self._known or (self._asked is not None and self._asked.request == request):
            return await self.status(request)
        if self._paying:
            return Payment(request, "declined", reason="busy with another payment")
        self._paying = request
        try:
            return await self._move(request, amount_minor, command, before + amount_field(amount_minor))
        finally:
            self._paying = ""

    async def status(self, request: str) -> Payment:
        """See ``CardReader.status``; ``not_found`` only for what was never sent."""
        self._need_terminal()
        if request == self._paying:
            return Payment(request, "in_progress")
        if request in self._known:
            return self._known[request]
        asked = self._asked
        if asked is None or asked.request != request:
            return Payment(request, "unknown", reason="no record of it")
        if asked.reversed:
            return Payment(request, "cancelled", reason="reversed")
        heard = Hearing()
        try:
            await self._lead(_REPEAT, self._password(), heard)
        except RefusedError:
            return Payment(request, "unknown", reason="the terminal is busy")
        status = heard.status
        number = number_of(status)
        if number in {"", asked.last} or not asked.last or status.amount_minor != asked.amount_minor:
            return Payment(request, "unknown", reason="the terminal's last receipt is not surely ours")
        payment = recognise(asked, status, self._settings.currency, heard.slip)
        if payment.outcome == "approved":
            self._settle(payment)
        return payment

    async def abort(self, request: str) -> None:
        """See ``CardReader.abort``."""
        self._need_terminal()
        if request == self._paying and self._line is not None and self.turn.locked():
            await self._command(self._line, packet(_ABORT))

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:  # noqa: ARG002  ZVT gives back a receipt, whole
        """See ``CardReader.reverse``."""
        self._need_terminal()
        receipt = reference.partition("/")[0]
        if not receipt.isdecimal():
            return False
        asked = self._asked
        if asked is not None and asked.request == request and asked.reversed:
            return True
        if request in self._known and self._known[request].reason == "reversed":
            return True
        heard, data = Hearing(), self._password() + b"\x87" + bcd(int(receipt), 2)
        try:
            await self._lead(_REVERSE, data, heard, lambda: self._blur(request))
        except RefusedError:
            return False
        status = heard.status
        done = (heard.completed and status.result == 0) or heard.aborted == _REVERSED_ALREADY
        if done:
            self._settle(Payment(request, "cancelled", reason="reversed", reference=reference))
            if self._asked is not None and self._asked.request == request:
                await self._try_to_remember(replace(self._asked, reversed=True))
        return done

    async def end_of_day(self) -> tuple[str, ...]:
        """See ``EndOfDay.end_of_day``. A payment whose answer was lost is asked about while its receipt is the last."""
        self._need_terminal()
        self.day_totals = None
        if self._asked is not None and self._asked.last and self._asked.request not in self._known:
            await self.status(self._asked.request)
        heard = Hearing()
        await self._lead(_END_OF_DAY, self._password(), heard, lambda: self._blur(""))
        with suppress(DeviceError):  # the day has ended all the same; a new connection begins with this
            await self._learn_last()
        if not heard.completed or heard.status.result:
            code = heard.aborted or heard.status.result or 0
            text = f"{self.name}: the terminal did not close its day (ZVT {code:02X})"
            raise DeviceError(text)
        self.day_totals = day_totals(heard, self._settings.currency)
        return day_report(heard)

    async def _move(self, request: str, amount_minor: int, command: bytes, data: bytes) -> Payment:
        heard, asked = Hearing(), Asked(request, amount_minor)

        async def note() -> None:
            nonlocal asked  # which receipt is the last one is not known before nobody else leads a dialogue
            asked = replace(asked, last=self._last or "")
            if not await self._try_to_remember(asked):
                raise _NoMemoryError

        try:
            await self._lead(command, data, heard, note)
        except _NoMemoryError:
            return Payment(request, "not_found", reason="nothing was asked: no memory of it could be made")
        except RefusedError:
            payment = Payment(request, "declined", reason="the terminal is not ready")
        else:
            payment = judge(asked, heard, self._settings.currency)
        if payment.outcome != "unknown":
            self._settle(payment)
        return payment

    def _settle(self, payment: Payment) -> None:
        self._known[payment.request] = payment
        for oldest in list(self._known)[:-_KEPT]:
            del self._known[oldest]

    async def _blur(self, request: str) -> None:
        """A reversal, a day's end make a receipt too: another payment not settled is no more to be known by its own."""
        asked = self._asked
        if asked is not None and asked.last and asked.request != request and asked.request not in self._known:
            await self._try_to_remember(replace(asked, last=""))

    async def _try_to_remember(self, asked: Asked) -> bool:
        """Whether it is on disk (or need not be)."""
        self._asked = asked
        if not self._settings.memory_file:
            return True
        try:
            async with self._writing:
                await remember(self._settings.memory_file, asked)
        except OSError as error:
            _log.error("%s: %s cannot be written: %s", self.name, self._settings.memory_file, error.strerror)
            return False
        return True

    # -- dialogues -----------------------------------------------------------------------------------------------

    async def _attend(self) -> None:
        """Register, learn which receipt is the last, then ask now and then whether the terminal is there."""
        currency = bytes.fromhex(CURRENCIES[self._settings.currency])
        await self._lead(_REGISTER, self._password() + bytes([_CONFIG]) + currency + _TEXT_BLOCKS, Hearing())
        if self._last is None:
            await self._learn_last()
        while True:
            self.answered()
            await asyncio.sleep(self._settings.poll_ms / 1000)
            await self.probe()

    async def _learn_last(self) -> None:
        """Which receipt is the last. Where it has none, or is busy, a lost answer cannot be told from an old one."""
        with suppress(RefusedError):
            await self._lead(_REPEAT, self._password(), Hearing())

    async def _lead(
        self, command: bytes, data: bytes, heard: Hearing, first: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """One dialogue, from the command to its completion or abort. Whatever goes wrong in it ends the connection.

        ``first`` is done when no other dialogue is under way any more, before anything is sent.
        Raises ``RefusedError`` when it did not begin, else as ``CardReader`` does.
        """
        async with self.turn:
            if first is not None:
                await first()
            line = self._line
            if line is None:
                text = f"{self.name}: no link to the terminal at {self.port.where}"
                raise NoHardwareError(text)
            try:
                await self._begin(line, packet(command, data))
                while not heard.take(await line.next(self._settings.t4_ms)):
                    continue
            except RefusedError:
                raise
            except (DeviceError, asyncio.CancelledError):
                self._last = None  # what the terminal's newest receipt is must be learned again
                await self.port.close()
                raise
            self._last = None if command == _END_OF_DAY else number_of(heard.status) or self._last
            if line.owed:  # its answer to an abort that came too late must not be taken for one to the next command
                await self.port.close()

    async def _begin(self, line: _Line, whole: bytes) -> None:
        """Send a command and wait until it is taken on."""
        await self._command(line, whole)
        reply = await line.next(self._settings.answer_timeout_ms)
        while reply[0] not in _REPLIES:  # an earlier dialogue's, told twice
            reply = await line.next(self._settings.answer_timeout_ms)
        if reply[0] == _REFUSED:
            text = f"{self.name}: the terminal refuses (ZVT 84 {reply[1]:02X})"
            raise RefusedError(text)

    async def _command(self, line: _Line, whole: bytes) -> None:
        line.owed += 1
        await self._send(line, whole)

    async def _send(self, line: _Line, whole: bytes) -> None:
        """Send a packet; on a serial line until the link says that it has come.

        Sent again only where the link says that it came spoiled: what is met with silence may have come all the same.
        """
        while not line.link.empty():
            line.link.get_nowait()
        for _ in range(_LINK_TRIES):
            try:
                await self.port.write(line.frames.wrap(whole))
                if not line.frames.linked:
                    return
                async with asyncio.timeout(_LINK_MS / 1000):
                    if await line.link.get() == "ack":
                        return
            except TimeoutError:
                break
            except OSError as error:
                text = f"{self.name}: the link to the terminal broke"
                raise NoHardwareError(text) from error
        text = f"{self.name}: the terminal does not confirm what it is sent; check speed, framing and cable"
        raise TimeoutExpiredError(text)

    async def _listen(self, line: _Line) -> None:
        """Take what comes, for ever: confirm it, put it in order for whoever leads the dialogue."""
        while True:
            if line.frames.rest:
                try:
                    data = await self.read_within(_PIECE_MS)
                except TimeoutExpiredError:
                    if not line.frames.linked:
                        raise
                    line.frames.rest.clear()
                    data = b""
                    await self.port.write(bytes([NAK]))
            else:
                data = await self.port.read()
            for item in line.frames.feed(data):
                await self._took(line, item)

    async def _took(self, line: _Line, item: bytes | str) -> None:
        if isinstance(item, str):
            if item == "bad":
                await self.port.write(bytes([NAK]))
            else:
                line.link.put_nowait(item)
            return
        if line.frames.linked:
            await self.port.write(bytes([ACK]))
        if item[0] not in {ACKNOWLEDGED[0], _REFUSED}:
            await self.port.write(line.frames.wrap(ACKNOWLEDGED))
        prompt = _PROMPTS.get(data_of(item)[0]) if item[:2] == INTERMEDIATE and data_of(item) else None
        if prompt is not None:
            self.tell(Prompt(self.name, self._paying, prompt))
        line.heard.put_nowait(item)

    def _password(self) -> bytes:
        return bytes.fromhex(self._settings.password)

    def _need_terminal(self) -> None:
        self.need_enabled()
        if not self.alive:
            text = f"{self.name}: no link to the terminal at {self.port.where}; check its cable and power"
            raise NoHardwareError(text)
