r"""Bangladesh's sales data controller (EFD/SDC) on a serial line or TCP. The frames are house-made: none is published.

Sources for what it does: VAT and Supplementary Duty Rules 2016, rule 118A, and NBR's orders under it, 2018 to 2020
(read in the press and in public copies, to be confirmed in the gazette): each invoice (Mushak 6.3) gets the device's
number and an authorisation code before it is printed. How a till speaks to one is in no public document that was
found. So this driver shows the port whole, on a wire whose words are ours; for a real device its maker's frames take
the place of this codec. Nobody has certified it, and no real device was seen.

Sample settings: ``model = "efd_sdc"``, ``port = "/dev/serial/by-id/usb-FTDI_..."`` (or ``"192.0.2.9:4001"``),
``baud = 115200``.

A frame is SOH, six digits, as many bytes of JSON, four hex digits of CRC-16/CCITT-FALSE over them, EOT. A question has
a number ``n`` and a word ``do``: ``state``, ``invoice``, ``cancel``, ``day``, ``page``. The answer repeats ``n`` and
says ``ok``, or ``code`` and ``words`` of a refusal. An invoice is known by the transaction's id: sent again it gets the
number it has. A credit note (Mushak 6.7) is an invoice with negative amounts whose ``original`` names the invoice it is
of, by id and legal number; the answer repeats that number. Amounts are whole poisha, quantities thousandths, times
milliseconds since 1970 in UTC.
"""

from __future__ import annotations

import binascii
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from hal.asking import AskedDevice
from hal.device import NoHardwareError, ProtocolError
from hal.fiscal.contract import FiscalAnswer, FiscalLine, FiscalSale, FiscalStart, FiscalState, Printed
from hal.ports.named import port_named
from hal.ports.serial import Framing

__all__ = ["Driver", "Settings", "frame", "invoice", "read_frame", "read_invoice", "read_state", "whole_frame"]

Json = dict[str, Any]

_SOH, _EOT = b"\x01", b"\x04"
_DIGITS: Final = 6
_CRC: Final = 4
_LONGEST: Final = 3_800
_HEAD: Final = 1 + _DIGITS
_LARGEST_NUMBER: Final = 10**12
_CLOCK_MS: Final = 120_000
_MOST_PAGES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """``port``: a device file, best ``/dev/serial/by-id/…``, or ``host:port``. ``answer_ms``: an answer's time."""

    port: str
    baud: int = 115_200
    framing: Framing = "8N1"
    answer_ms: int = 4_000
    poll_ms: int = 2_000
    retry_ms: int = 250
    longest_retry_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse what no line is."""
        port_named(self.port, baud=self.baud, framing=self.framing)
        if min(self.baud, self.answer_ms, self.poll_ms, self.retry_ms, self.longest_retry_ms) <= 0:
            text = "baud, answer_ms, poll_ms, retry_ms and longest_retry_ms are above 0"
            raise ValueError(text)


# -- codec -------------------------------------------------------------------------------------------------------------


def frame(told: Json) -> bytes:
    r"""A message on the wire.

    >>> frame({"n": 1, "do": "state"})
    b'\x01000020{"n":1,"do":"state"}1652\x04'
    """
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return _SOH + b"%06d" % len(body) + body + b"%04X" % binascii.crc_hqx(body, 0xFFFF) + _EOT


def whole_frame(heard: bytes) -> int:
    """How long the frame is that these bytes begin, 0 while its end has not come. Raises ``ProtocolError`` for none."""
    if heard[:1] != _SOH or not heard[1:_HEAD].isdigit() or int(heard[1:_HEAD]) > _LONGEST:
        if heard[:1] == _SOH and len(heard) < _HEAD and (len(heard) == 1 or heard[1:].isdigit()):
            return 0
        text = f"no frame: {heard[:16].hex(' ')}"
        raise ProtocolError(text)
    size = _HEAD + int(heard[1:_HEAD]) + _CRC + 1
    return size if len(heard) >= size else 0


def read_frame(data: bytes) -> Json:
    """The message of a whole frame. Raises ``ProtocolError`` for a wrong check, and for what is no JSON object."""
    body, check = data[_HEAD : -_CRC - 1], data[-_CRC - 1 : -1]
    if (
        data[:1] != _SOH
        or data[1:_HEAD] != b"%06d" % len(body)
        or data[-1:] != _EOT
        or check != b"%04X" % binascii.crc_hqx(body, 0xFFFF)
    ):
        text = f"a frame whose check does not hold: {data[:24].hex(' ')}"
        raise ProtocolError(text)
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        text = f"no message: {body[:40]!r}"
        raise ProtocolError(text)
    return told


def invoice(sale: FiscalSale) -> Json:
    """The sale, or the return from one, as the device is sent it."""
    return {
        "id": sale.transaction,
        "reference": sale.reference,
        "bin": sale.tax_number,
        "till": sale.workstation,
        "begun": sale.begun_ms,
        "completed": sale.completed_ms,
        "currency": sale.currency,
        "buyer": sale.customer_tax_id,
        "own": f"{sale.own_series}-{sale.own_number:06d}" if sale.own_number else "",
        "original": {"id": sale.original, "number": sale.original_number} if sale.original else None,
        "lines": [_line(line) for line in sale.lines],
        "discount": sale.discount_minor,
        "sd": sum(row.duty_minor for row in sale.taxes),
        "vat": sum(row.tax_minor for row in sale.taxes),
        "total": sale.total_minor,
        "paid": [{"how": tender.kind, "amount": tender.amount_minor} for tender in sale.tenders],
    }


def _line(line: FiscalLine) -> Json:
    tax = line.tax
    return {
        "name": line.name,
        "hs": line.attribute("hs"),
        "quantity": line.quantity_milli,
        "unit": line.unit,
        "price": line.unit_price_minor,
        "paid": line.paid_minor,
        "base": tax.base_minor,
        "sd_points": tax.duty_points,
        "sd": tax.duty_minor,
        "vat_points": tax.basis_points,
        "vat": tax.tax_minor,
    }


def read_invoice(told: Json, transaction: str, total: int | None, original: str | None = "") -> FiscalAnswer:
    """The device's word on an invoice, whose ``total`` it must repeat; and the ``original``'s number, of a credit note.

    ``None``: neither is known here, the device made the note by itself. Raises ``ProtocolError`` for another's word.
    """
    match told:
        case {"ok": False, "code": str(code), "words": str(words)} if code:
            return FiscalAnswer(transaction, "refused", code=code, reason=words, permanent=told.get("again") is False)
        case {
            "ok": True,
            "id": str(who),
            "sdc": str(sdc),
            "number": int(number),
            "time": int(at),
            "total": int(sum_),
            "code": str(code),
            "qr": str(qr),
        } if (
            who == transaction
            and (total is None or sum_ == total)
            and (original is None or told.get("original", "") == original)
            and sdc
            and code
            and qr
            and not isinstance(number, bool)
            and 0 < number < _LARGEST_NUMBER
            and at > 0
        ):
            printed = (
                Printed("sdc_id", sdc),
                Printed("invoice_number", str(number)),
                Printed("signature", code),
                Printed("verify", qr, "qr"),
            )
            return FiscalAnswer(transaction, "signed", sdc, number, at, printed)
    text = "no word on this invoice"
    raise ProtocolError(text)


def read_state(told: Json) -> tuple[str, int, int]:
    """(the device's number, its clock in UTC milliseconds, invoices it has still to send). Raises ``ProtocolError``."""
    match told:
        case {"ok": True, "sdc": str(sdc), "clock": int(clock), "pending": int(pending)} if (
            sdc and clock > 0 and pending >= 0 and not isinstance(pending, bool)
        ):
            return sdc, clock, pending
    text = "no state"
    raise ProtocolError(text)


# -- driver ------------------------------------------------------------------------------------------------------------


class Driver(AskedDevice):
    """One SDC at one till: asked again and again how it is; what else is wanted of it is asked in between."""

    capabilities = frozenset({"cancel", "export"})

    def __init__(self, name: str, settings: Settings) -> None:
        line = port_named(settings.port, baud=settings.baud, framing=settings.framing)
        super().__init__(name, line, retry_ms=settings.retry_ms, longest_retry_ms=settings.longest_retry_ms)
        self._settings = settings
        self._numbers = itertools.count(1)
        self._told: FiscalState | None = None
        self._wrong_clock = False

    async def rounds(self) -> None:
        """See ``AskedDevice.rounds``."""
        self._told = None
        await self.hush(max(1, self._settings.retry_ms // 4))
        while True:
            sdc, clock, pending = read_state(await self._question("state"))
            self.answered()
            self._watch_clock(sdc, clock)
            state = FiscalState(self.name, outage=False, pending=pending)
            if self.enabled and state != self._told:
                self._told = state
                self.tell(state)
            await self.pause(self._settings.poll_ms)

    async def disable(self) -> None:
        """See ``Device.disable``."""
        await super().disable()
        self._told = None

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        sdc, _, pending = read_state(await self.do(lambda: self._question("state")))
        return f"SDC {sdc} answers; {pending} invoices are still to be sent"

    async def begin(self, start: FiscalStart) -> None:
        """See ``FiscalPort.begin``: an SDC hears of whole invoices only."""

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        """See ``FiscalPort.sign``."""
        told = await self._asked("invoice", invoice=invoice(sale))
        return read_invoice(told, sale.transaction, sale.total_minor, sale.original_number)

    async def void(self, transaction: str, reason: str) -> None:
        """See ``FiscalPort.void``: nothing was begun."""

    async def cancel(
        self,
        transaction: str,
        reason: str,
        printed: tuple[Printed, ...] = (),  # noqa: ARG002  it knows its own
    ) -> FiscalAnswer:
        """See ``FiscalPort.cancel``: a credit note (Mushak 6.7) over the whole invoice, with a number of its own."""
        return read_invoice(await self._asked("cancel", id=transaction, why=reason), transaction, None, None)

    async def skip(self, series: str, first: int, last: int, reason: str) -> FiscalAnswer:  # noqa: ARG002
        """See ``FiscalPort.skip``: an SDC counts by itself."""
        return FiscalAnswer("", "refused", code="none", reason="an SDC skips no numbers", permanent=True)

    async def confirm(self, transaction: str) -> None:
        """See ``FiscalPort.confirm``: the SDC itself tells the authority."""

    async def close_day(self, business_day: str) -> str:
        """See ``FiscalPort.close_day``. Raises ``ProtocolError`` for an answer without a report."""
        told = await self._asked("day", day=business_day)
        if told.get("ok") is not True or not isinstance(told.get("report"), int):
            text = f"{self.name}: no report of {business_day}"
            raise ProtocolError(text)
        return f"Z-{told['report']}"

    async def export(self, since_day: str) -> bytes:
        """See ``FiscalPort.export``: the device's journal, a JSON object a line."""
        rows: list[bytes] = []
        at: object = 0
        for _ in range(_MOST_PAGES):
            told = await self._asked("page", since=since_day, **{"from": at})
            page, following = told.get("rows"), told.get("next")
            if not isinstance(page, list):
                text = f"{self.name}: a page without rows"
                raise ProtocolError(text)
            rows += [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in page]
            if not isinstance(following, int) or isinstance(following, bool) or not page:
                break
            at = following
        return b"".join(rows)

    async def _asked(self, what: str, **more: object) -> Json:
        self.need_enabled()
        if not self.alive:
            text = f"{self.name} does not answer"
            raise NoHardwareError(text)
        try:
            return await self.do(lambda: self._question(what, **more))
        except OSError as error:
            text = f"{self.name} at {self.port.where}: {error.strerror or error}"
            raise NoHardwareError(text) from error

    async def _question(self, what: str, **more: object) -> Json:
        number = next(self._numbers)
        answer = await self.ask(frame({"n": number, "do": what, **more}), whole_frame, self._settings.answer_ms)
        told = read_frame(answer)
        if told.get("n") != number:
            text = f"the answer to another question than {number}"
            raise ProtocolError(text)
        return told

    def _watch_clock(self, sdc: str, clock: int) -> None:
        wrong = abs(clock - time.time_ns() // 1_000_000) > _CLOCK_MS
        if wrong and not self._wrong_clock:
            self.warn(f"the clock of SDC {sdc} and ours are more than {_CLOCK_MS // 1000} s apart")
        self._wrong_clock = wrong
