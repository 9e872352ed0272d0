"""Simulated fiscal device: its own gap-free series in its own durable file. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``file = "state/fiscal.jsonl"``, ``series = "SIM"``. Its codes carry no
legal weight. The file is append-only JSON lines, one act a line, on disk before the answer; a last line torn by a
power cut was never answered and is cut off at open.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hal.device import DeviceError, Sink
from hal.fiscal.contract import FiscalSale, FiscalSignature
from hal.knobs import Turn
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``file``: the device's memory; ``series``: the name of its series."""

    file: str
    series: str = "SIM"
    knob_socket: str = ""


@dataclass(slots=True)
class _Memory:
    """What the file says, as it stands."""

    sales: dict[str, dict[str, object]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    closed: dict[str, str] = field(default_factory=dict)

    def apply(self, act: Mapping[str, object]) -> None:
        transaction = str(act.get("transaction", ""))
        match act["act"]:
            case "begun":
                self.sales[transaction] = dict(act)
            case "signed":
                self.numbers[transaction] = int(str(act["number"]))
            case "voided":
                self.voided.add(transaction)
            case _:
                self.closed[str(act["business_day"])] = str(act["reference"])


class Driver(SimulatedDevice):
    """A fiscal module that remembers."""

    category = "fiscal"

    def __init__(self, name: str, settings: Settings) -> None:
        self._file = Path(settings.file)
        self._series = settings.series
        self._memory = _Memory()
        self._refusing = False
        super().__init__(name, settings.knob_socket)

    async def open(self, sink: Sink) -> None:
        """See ``Device.open``. Raises ``DeviceError`` when the file holds what this device never wrote."""
        if self._sink is None:
            self._memory = self._load()
        await super().open(sink)

    async def begin(self, sale: FiscalSale) -> None:
        """See ``FiscalPort.begin``. Raises ``DeviceError`` for a known transaction with another total or tax."""
        self._need_willing()
        act: dict[str, object] = {"act": "begun", **dataclasses.asdict(sale)}
        act["tax"] = [list(row) for row in sale.tax]
        known = self._memory.sales.get(sale.transaction)
        if known is None:
            self._write(act)
        elif known != act:
            text = f"{self.name}: transaction {sale.transaction} was begun with another total"
            raise DeviceError(text)

    async def sign(self, transaction: str) -> FiscalSignature:
        """See ``FiscalPort.sign``. Raises ``DeviceError`` for a sale never begun, or voided."""
        self._need_willing()
        if transaction not in self._memory.sales or transaction in self._memory.voided:
            text = f"{self.name}: transaction {transaction} was never begun, or was voided"
            raise DeviceError(text)
        if transaction not in self._memory.numbers:
            number = len(self._memory.numbers) + 1
            self._write({"act": "signed", "transaction": transaction, "number": number})
        number = self._memory.numbers[transaction]
        return FiscalSignature(transaction, self._series, number, self._code(transaction, number))

    async def void(self, transaction: str, reason: str) -> None:
        """See ``FiscalPort.void``. Raises ``DeviceError`` for a signed sale or one never begun."""
        self._need_willing()
        if transaction in self._memory.numbers or transaction not in self._memory.sales:
            text = f"{self.name}: transaction {transaction} is signed, or was never begun; it cannot be voided"
            raise DeviceError(text)
        if transaction not in self._memory.voided:
            self._write({"act": "voided", "transaction": transaction, "reason": reason})

    async def close_day(self, business_day: str) -> str:
        """See ``FiscalPort.close_day``; closing a day again gives the same reference."""
        self._need_willing()
        if business_day not in self._memory.closed:
            reference = f"{self._series}-Z{len(self._memory.closed) + 1:04}"
            self._write({"act": "day_closed", "business_day": business_day, "reference": reference})
        return self._memory.closed[business_day]

    async def export(self, since_day: str) -> bytes:
        """See ``FiscalPort.export``: the file's lines after the close of the last day before ``since_day``."""
        self._need_willing()
        lines = self._file.read_bytes().splitlines(keepends=True) if self._file.exists() else []
        start = 0
        for index, line in enumerate(lines):
            act = json.loads(line)
            if act["act"] == "day_closed" and act["business_day"] < since_day:
                start = index + 1
        return b"".join(lines[start:])

    async def refuse(self, *, on: bool) -> None:
        """Let the authority refuse everything, or serve again."""
        self._refusing = on

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.refuse,)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {"signed": len(self._memory.numbers), "refusing": self._refusing}

    def _need_willing(self) -> None:
        self.need_enabled()
        if self._refusing:
            text = f"{self.name}: the authority refuses; the bench's knob says so"
            raise DeviceError(text)

    def _code(self, transaction: str, number: int) -> str:
        total = self._memory.sales[transaction]["total_minor"]
        signed = f"{self._series}|{number}|{transaction}|{total}"
        return hashlib.sha256(signed.encode()).hexdigest()[:16].upper()

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
