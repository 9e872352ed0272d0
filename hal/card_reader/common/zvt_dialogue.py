"""What a dialogue with a ZVT terminal comes to: heard packet by packet, and judged without benefit of the doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hal.card_reader.common.zvt_codec import (
    ABORTED,
    COMPLETED,
    PRINT_LINE,
    PRINT_TEXT,
    STATUS_INFORMATION,
    Receipt,
    Status,
    Totals,
    data_of,
    read_line,
    read_status,
    read_text,
)
from hal.card_reader.contract import ALL_BRANDS, DayTotal, Payment

__all__ = ["CURRENCIES", "Asked", "Hearing", "day_report", "day_totals", "judge", "number_of", "recognise"]

CURRENCIES = {"EUR": "0978", "CHF": "0756"}
"""ISO 4217's numbers, as two bytes of packed digits."""
_BY_HAND = 0x6C
_CARDHOLDER = 2


@dataclass(slots=True)
class Hearing:
    """What the terminal has said since a command was taken on."""

    status: Status = field(default_factory=Status)
    receipts: list[Receipt] = field(default_factory=list)
    ended: list[Status] = field(default_factory=list)
    """What told of a day's totals, each once however often it was told."""
    completed: bool = False
    aborted: int | None = None

    def take(self, whole: bytes) -> bool:
        """One packet; true when it is the last of the dialogue. Raises ``ProtocolError``."""
        kind, data = whole[:2], data_of(whole)
        if kind == STATUS_INFORMATION:
            self.status = read_status(data)
            if self.status.totals is not None and self.status not in self.ended:
                self.ended.append(self.status)
        elif kind == PRINT_LINE:
            if not self.receipts or self.receipts[-1].kind:
                self.receipts.append(Receipt())
            self.receipts[-1].lines.append(read_line(data))
        elif kind == PRINT_TEXT:
            self.receipts.append(read_text(data))
        elif kind == COMPLETED:
            self.completed = True
        elif kind == ABORTED:
            self.aborted = data[0] if data else 0
        return self.completed or self.aborted is not None

    @property
    def slip(self) -> tuple[str, ...]:
        """The cardholder's copy; where a terminal does not say whose a receipt is, the last one it sent."""
        own = [each for each in self.receipts if each.kind == _CARDHOLDER]
        unsaid = [each for each in self.receipts if not each.kind]
        return tuple(line for each in (own or unsaid[-1:]) for line in each.lines)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is written down before money is asked for. ``last``: receipt and trace of the payment before, or empty."""

    request: str = ""
    amount_minor: int = 0
    last: str = ""
    reversed: bool = False


def number_of(status: Status) -> str:
    """Receipt and trace, by which the terminal knows a payment; empty where it tells neither."""
    return f"{status.receipt}/{status.trace}" if status.receipt.strip("0") or status.trace.strip("0") else ""


def judge(asked: Asked, heard: Hearing, currency: str) -> Payment:
    """What became of a payment whose dialogue has ended. No approval without a result, a number, and a completion."""
    status = heard.status
    if heard.aborted is not None and status.result == 0:
        return Payment(asked.request, "unknown", reason="the terminal said yes and then aborted")
    if heard.aborted is not None or status.result:
        code = heard.aborted or status.result or 0
        return Payment(asked.request, "cancelled" if code == _BY_HAND else "declined", reason=f"ZVT {code:02X}")
    if not heard.completed or number_of(status) in {"", asked.last}:
        return Payment(asked.request, "unknown", reason="the terminal told no result of its own")
    return recognise(asked, status, currency, heard.slip)


def recognise(asked: Asked, status: Status, currency: str, slip: tuple[str, ...] = ()) -> Payment:
    """The payment that a status information tells of; ``unknown`` where it tells no success or another currency."""
    right_currency = status.currency in {"", CURRENCIES[currency]}
    amount = asked.amount_minor if status.amount_minor is None else status.amount_minor
    if status.result != 0 or not right_currency or amount <= 0 or status.totals is not None:
        return Payment(asked.request, "unknown", reason="the terminal told of something else")
    return Payment(
        asked.request,
        "partial" if amount < asked.amount_minor else "approved",
        amount,
        currency,
        approval_code=status.approval_code,
        brand=status.brand,
        masked_pan=status.masked_pan,
        reference=number_of(status),
        acquirer=status.contract,
        terminal_id=status.terminal_id,
        entry=status.entry,
        signature=status.signature,
        slip=slip,
    )


def day_totals(heard: Hearing, currency: str) -> tuple[DayTotal, ...] | None:
    """What an end of day came to, all cards together; ``None`` where nothing, or nothing certain, was told of it.

    No brand is told: the groups of bitmap 60 are not the names that receipts have ("Debit Mastercard", "Maestro").
    """
    if len(heard.ended) != 1 or (totals := heard.ended[0].totals) is None:
        return None
    status = heard.ended[0]
    other_sum = status.amount_minor not in {None, totals.amount_minor}
    if other_sum or status.result or status.currency not in {"", CURRENCIES[currency]}:
        return None
    return (DayTotal(ALL_BRANDS, totals.count, totals.amount_minor),)


def day_report(heard: Hearing) -> tuple[str, ...]:
    """The lines that the terminal wants printed; from one that wants none, its totals, group by group."""
    told = tuple(line for each in heard.receipts for line in each.lines)
    if told or len(heard.ended) != 1:
        return told
    return tuple(_rows(heard.ended[0].totals))


def _rows(totals: Totals | None) -> Iterator[str]:
    if totals is not None:
        yield f"receipts {totals.first}-{totals.last}"
        for name, count, minor in totals.groups:
            if count or minor:
                yield f"{name} {count} {minor // 100}.{minor % 100:02}"
