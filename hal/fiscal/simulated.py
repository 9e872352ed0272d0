"""Simulated fiscal device: its own gap-free series in its own durable file. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``file = "state/fiscal.jsonl"``, ``series = "SIM"``. Its codes carry no
legal weight. The file is append-only JSON lines, one act a line, on disk before the answer; a last line torn by a
power cut was never answered and is cut off at open.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hal.device import DeviceError, Sink, TimeoutExpiredError
from hal.fiscal.contract import (
    FiscalAnswer,
    FiscalOutcome,
    FiscalSale,
    FiscalSettled,
    FiscalStart,
    FiscalState,
    Printed,
)
from hal.knobs import Turn
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]

Silence = Literal["none", "before", "after"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``file``: the device's memory; ``series``: the name of its series."""

    file: str
    series: str = "SIM"
    answer_timeout_ms: int = 5_000
    knob_socket: str = ""


@dataclass(slots=True)
class _Memory:
    """What the file says, as it stands. ``late``: issued in contingency, with the authority's word once it came."""

    begun: set[str] = field(default_factory=set)
    signed: dict[str, dict[str, object]] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    cancelled: dict[str, int] = field(default_factory=dict)
    skipped: set[tuple[int, int]] = field(default_factory=set)
    closed: dict[str, str] = field(default_factory=dict)
    late: dict[str, bool] = field(default_factory=dict)

    def apply(self, act: Mapping[str, object]) -> None:
        transaction = str(act.get("transaction", ""))
        match act["act"]:
            case "begun":
                self.begun.add(transaction)
            case "signed":
                self.signed[transaction] = dict(act)
                if act["outcome"] == "contingency":
                    self.late[transaction] = False
            case "voided":
                self.voided.add(transaction)
            case "cancelled":
                self.cancelled[transaction] = int(str(act["number"]))
            case "skipped":
                self.skipped.add((int(str(act["first"])), int(str(act["last"]))))
            case "sent":
                self.late[transaction] = True
            case "confirmed":
                self.late.pop(transaction, None)
            case _:
                self.closed[str(act["business_day"])] = str(act["reference"])

    @property
    def last(self) -> int:
        """The highest number given or skipped."""
        given = (int(str(act["number"])) for act in self.signed.values())
        return max((*given, *self.cancelled.values(), *(last for _, last in self.skipped)), default=0)


class Driver(SimulatedDevice):
    """A fiscal module that remembers."""

    category = "fiscal"
    capabilities = frozenset({"begin", "contingency", "cancel", "skip", "export"})

    def __init__(self, name: str, settings: Settings) -> None:
        self._file = Path(settings.file)
        self._series = settings.series
        self._memory = _Memory()
        self._refusing = self._permanent = False
        self._answer_timeout_ms = settings.answer_timeout_ms
        self._silence: Silence = "none"
        self._heard = asyncio.Event()
        self._outage_since = 0
        self._expires = ""
        super().__init__(name, settings.knob_socket)

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``DeviceError`` when the file holds what this device never wrote."""
        if self._sink is None:
            self._memory = self._load()
        await super().open(sink)

    def started(self) -> None:
        """See ``SimulatedDevice.started``: tell how it stands, and what nobody has confirmed yet."""
        self._tell_state()
        for transaction, sent in tuple(self._memory.late.items()):
            if sent:
                self._settle(transaction)

    async def begin(self, start: FiscalStart) -> None:
        """See ``FiscalPort.begin``."""
        self.need_enabled()
        if start.transaction not in self._memory.begun | self._memory.signed.keys() | self._memory.voided:
            self._write({"act": "begun", "transaction": start.transaction, "utc_ms": start.utc_ms})

    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        """See ``FiscalPort.sign``. Raises ``DeviceError`` for a voided sale, and another under a known uuid."""
        self.need_enabled()
        await self._keep_silent("before")
        digest = hashlib.sha256(repr((sale.total_minor, sale.taxes)).encode()).hexdigest()
        known = self._memory.signed.get(sale.transaction)
        if sale.transaction in self._memory.voided or (known is not None and known["digest"] != digest):
            text = f"{self.name}: transaction {sale.transaction} was voided, or signed with other sums"
            raise DeviceError(text)
        if known is None:
            if self._refusing:
                reason = "the bench's knob says so"
                return FiscalAnswer(sale.transaction, "refused", code="999", reason=reason, permanent=self._permanent)
            outcome = "contingency" if self._outage_since else "signed"
            act = {"act": "signed", "transaction": sale.transaction, "number": self._memory.last + 1}
            self._write(act | {"outcome": outcome, "digest": digest, "utc_ms": sale.completed_ms})
            if self._outage_since:
                self._tell_state()
        await self._keep_silent("after")
        return self._answer(sale.transaction)

    async def void(self, transaction: str, reason: str) -> None:
        """See ``FiscalPort.void``. Raises ``DeviceError`` for a signed sale."""
        self.need_enabled()
        if transaction in self._memory.signed:
            text = f"{self.name}: transaction {transaction} is signed; it can be cancelled, not voided"
            raise DeviceError(text)
        if transaction in self._memory.begun and transaction not in self._memory.voided:
            self._write({"act": "voided", "transaction": transaction, "reason": reason})

    async def cancel(
        self,
        transaction: str,
        reason: str,
        printed: tuple[Printed, ...] = (),  # noqa: ARG002  it knows its own
    ) -> FiscalAnswer:
        """See ``FiscalPort.cancel``: the cancellation has a number of the same series."""
        self.need_enabled()
        if transaction not in self._memory.signed:
            return FiscalAnswer(transaction, "refused", code="404", reason="no such document", permanent=True)
        if transaction not in self._memory.cancelled:
            if self._refusing:
                reason = "the bench's knob says so"
                return FiscalAnswer(transaction, "refused", code="999", reason=reason, permanent=self._permanent)
            number = self._memory.last + 1
            self._write({"act": "cancelled", "transaction": transaction, "number": number, "reason": reason})
        return FiscalAnswer(transaction, "signed", self._series, self._memory.cancelled[transaction])

    async def skip(self, series: str, first: int, last: int, reason: str) -> FiscalAnswer:
        """See ``FiscalPort.skip``: only what comes next in the series can be skipped."""
        self.need_enabled()
        if (first, last) not in self._memory.skipped:
            if series != self._series or first != self._memory.last + 1 or last < first:
                return FiscalAnswer("", "refused", code="400", reason="not the next numbers", permanent=True)
            self._write({"act": "skipped", "first": first, "last": last, "reason": reason})
        return FiscalAnswer("", "signed", series, last)

    async def confirm(self, transaction: str) -> None:
        """See ``FiscalPort.confirm``."""
        self.need_enabled()
        if self._memory.late.get(transaction):
            self._write({"act": "confirmed", "transaction": transaction})

    async def close_day(self, business_day: str) -> str:
        """See ``FiscalPort.close_day``; closing a day again gives the same reference."""
        self.need_enabled()
        if business_day not in self._memory.closed:
            reference = f"{self._series}-Z{len(self._memory.closed) + 1:04}"
            self._write({"act": "day_closed", "business_day": business_day, "reference": reference})
        return self._memory.closed[business_day]

    async def export(self, since_day: str) -> bytes:
        """See ``FiscalPort.export``: the file's lines after the close of the last day before ``since_day``."""
        self.need_enabled()
        lines = self._file.read_bytes().splitlines(keepends=True) if self._file.exists() else []
        start = 0
        for index, line in enumerate(lines):
            act = json.loads(line)
            if act["act"] == "day_closed" and act["business_day"] < since_day:
                start = index + 1
        return b"".join(lines[start:])

    async def refuse(self, *, on: bool, permanent: bool) -> None:
        """Let the authority refuse every new sale, or take them again."""
        self._refusing, self._permanent = on, permanent

    async def outage(self, *, on: bool) -> None:
        """The authority goes away: sales are issued in contingency, and sent when it is back."""
        if on != bool(self._outage_since):
            self._outage_since = time.time_ns() // 1_000_000 if on else 0
            for transaction in [] if on else [each for each, sent in self._memory.late.items() if not sent]:
                self._write({"act": "sent", "transaction": transaction})
                self._settle(transaction)
            self._tell_state()

    async def silence(self, *, kind: Silence) -> None:
        """Asked to sign, the device says nothing: ``before`` it has signed, or ``after``; ``none``: it speaks."""
        self._silence = kind
        heard, self._heard = self._heard, asyncio.Event()
        heard.set()

    async def expire(self, *, day: str) -> None:
        """The certificate runs out on ``day`` (ISO date)."""
        self._expires = day
        self._tell_state()

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.refuse, self.outage, self.silence, self.expire)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        switches = {"refusing": self._refusing, "outage": bool(self._outage_since), "silence": self._silence}
        return {"signed": len(self._memory.signed), **switches}

    async def _keep_silent(self, when: Silence) -> None:
        if self._silence != when:
            return
        try:
            async with asyncio.timeout(self._answer_timeout_ms / 1000):
                await self._heard.wait()
        except TimeoutError as error:
            text = f"{self.name}: no answer; the bench's knob keeps it silent"
            raise TimeoutExpiredError(text) from error

    def _tell_state(self) -> None:
        pending = sum(not sent for sent in self._memory.late.values())
        since = self._outage_since
        self.tell(FiscalState(self.name, bool(since), since, pending, self._expires, "the bench's" if since else ""))

    def _settle(self, transaction: str) -> None:
        self.tell(FiscalSettled(self.name, dataclasses.replace(self._answer(transaction), outcome="signed")))

    def _answer(self, transaction: str) -> FiscalAnswer:
        act = self._memory.signed[transaction]
        number, outcome = int(str(act["number"])), act["outcome"]
        code = hashlib.sha256(f"{self._series}|{number}|{act['digest']}".encode()).hexdigest()[:16].upper()
        printed = [Printed("signature", code), Printed("signature", f"{self._series}|{number}|{code}", "qr")]
        if outcome == "contingency":
            printed.insert(0, Printed("contingency", "Issued in contingency", "note"))
        said: FiscalOutcome = "contingency" if outcome == "contingency" else "signed"
        return FiscalAnswer(transaction, said, self._series, number, int(str(act["utc_ms"])), tuple(printed))

    def _write(self, act: Mapping[str, object]) -> None:
        line = json.dumps(act, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            _append(self._file, line.encode())
        except OSError as error:
            text = f"{self.name}: cannot write {self._file}: {error.strerror}; make room on the disk"
            raise DeviceError(text) from error
        self._memory.apply(act)

    def _load(self) -> _Memory:
        memory = _Memory()
        if not self._file.exists():
            return memory
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            with self._file.open("r+b") as out:
                out.truncate(len(whole))
                os.fsync(out.fileno())
        try:
            for line in whole.splitlines():
                memory.apply(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            text = f"{self.name}: {self._file} is damaged ({error}); keep it and call the service"
            raise DeviceError(text) from error
        return memory


def _append(file: Path, line: bytes) -> None:
    """The whole line on disk, or nothing of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab", buffering=0) as out:
        before = out.tell()
        try:
            rest = line
            while rest:
                rest = rest[out.write(rest) :]
            os.fsync(out.fileno())
        except OSError:
            out.truncate(before)
            raise
