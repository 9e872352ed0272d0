"""The reckoning after a drill: shoppers' memory, journal, ledger, terminal and paper held against one another.

Each is read from where its owner keeps it (two databases, the terminal's file, the printer's bytes read back), with
nothing of the product in between.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.accounts import booked_otherwise
from bench.ledgers import journalled
from bench.ledgers import rows as _rows
from bench.receipts import Receipts
from bench.returned import given_twice, left_open, returned_twice, unbalanced
from bench.world import KIOSK, World

__all__ = ["Reckoning", "acknowledged", "ahead", "posted", "reckon", "synced", "under_way"]

_TOTAL = re.compile(r"^\s*TOTAL\s+([^\d]*[\d,]+\.\d\d)\s*$", re.IGNORECASE)
_DIGITS = re.compile(r"[\d.]+")
_MINUS = frozenset("-\N{MINUS SIGN}")
_COPY = "COPY"
_BY_OURSELVES = ("cash", "points", "credit_note")
"""Tenders that nobody else's books have: staff take cash, points are no money, nor is what an exchange clears."""
_TRANSACTION = re.compile(r"^\s*Transaction\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Reckoning:
    """What was found. Every list holds sentences; empty lists are what a drill wants to see."""

    sales: int = 0
    records: int = 0
    charges: int = 0
    receipts: int = 0
    copies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    double_charges: list[str] = field(default_factory=list)
    double_refunds: list[str] = field(default_factory=list)
    double_returns: list[str] = field(default_factory=list)
    unprinted: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All of it."""
        back = (*self.double_refunds, *self.double_returns)
        return [*self.lost, *self.doubled, *self.changed, *self.double_charges, *back, *self.unprinted]

    def add(self, other: Reckoning) -> None:
        """What was found elsewhere counts, too."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class _Sale:
    """``tenders``: what was paid through terminal or acquirer, by request; below nothing: given back."""

    reference: str
    total: Decimal
    tenders: Mapping[str, Decimal]


def synced(world: World) -> tuple[int, int]:
    """How far the journal goes, and how far head office has stored it."""
    head = _rows(world.journal, "SELECT coalesce(max(sequence), 0) FROM record")[0][0]
    stored = _rows(world.ledger, "SELECT coalesce(max(sequence), 0) FROM journal_record WHERE kiosk = ?", KIOSK)[0][0]
    return int(head), int(stored)


def posted(world: World) -> int:
    """How far head office's ledger follows the journal."""
    return int(_rows(world.ledger, "SELECT coalesce(max(posted), 0) FROM epoch WHERE kiosk = ?", KIOSK)[0][0])


def acknowledged(world: World) -> int:
    """Up to which record the kiosk takes its journal for stored at head office; 0 before it has heard anything."""
    position = _cursor(world)
    return position[1] if position is not None else 0


def _cursor(world: World) -> tuple[int, int] | None:
    if not world.cursor.exists() or not _rows(world.cursor, "SELECT 1 FROM sqlite_master WHERE name = 'acknowledged'"):
        return None
    found = _rows(world.cursor, "SELECT epoch, sequence FROM acknowledged")
    return (int(found[0][0]), int(found[0][1])) if found else None


def ahead(world: World) -> list[str]:
    """What the kiosk takes for stored and head office has not: true at no moment, whoever was killed last."""
    position = _cursor(world)  # before the ledger: an acknowledgement may come between the two looks
    if position is None:
        return []
    query = "SELECT count(*) FROM journal_record WHERE kiosk = ? AND epoch = ? AND sequence <= ?"
    missing = position[1] - int(_rows(world.ledger, query, KIOSK, *position)[0][0])
    if missing <= 0:
        return []
    return [f"the kiosk took its journal for stored up to {position[1]}; {missing} of that is not at head office"]


def reckon(world: World, seen: Mapping[str, Decimal], *, paper: bool = True) -> Reckoning:
    """``seen``: what shoppers saw completed, by reference. ``paper``: receipts are held against it too."""
    found = Reckoning()
    journal = _journalled(world)
    ledger = _ledger(world)
    found.sales = len(ledger)
    _records(world, found)
    found.lost += ahead(world)
    _same(found, "journal", journal, seen)
    _same(found, "ledger", ledger, {sale.reference: sale.total for sale in journal})
    _charged(world, found, journal)
    _kept_aside(world, found)
    found.changed += [*unbalanced(world), *booked_otherwise(world)]
    found.double_refunds += given_twice(world)
    found.double_returns += [*returned_twice(world), *left_open(world)]
    if paper:
        _printed(world, found, journal)
    return found


def under_way(world: World) -> set[str]:
    """Requests that the acquirer was paid for and that neither a sale nor a refund stands against."""
    taken: set[str] = set()
    for what, request, _ in _at_the_acquirer(world):
        (taken.add if what == "taken" else taken.discard)(request)
    return taken - {request for sale in _journalled(world) for request in sale.tenders}


def _journalled(world: World) -> list[_Sale]:
    sales = []
    for told in journalled(world.journal, "TransactionCompleted"):
        named = told["transaction"]
        tenders = {
            str(tender["tender"]): Decimal(tender["amount"]["minor"]) / 100
            for tender in told.get("tenders", ())
            if tender["kind"] not in _BY_OURSELVES
        }
        reference = f"{named['workstation']}-{named['series']}-{named['number']:06d}"
        sales.append(_Sale(reference, Decimal(told["total"]["minor"]) / 100, tenders))
    return sales


def _ledger(world: World) -> list[_Sale]:
    query = "SELECT workstation, series, number, total FROM sale WHERE kiosk = ? AND NOT sample"
    return [
        _Sale(f"{workstation}-{series}-{number:06d}", Decimal(total) / 100, {})
        for workstation, series, number, total in _rows(world.ledger, query, KIOSK)
    ]


def _records(world: World, found: Reckoning) -> None:
    """Every record of the journal stands at head office byte by byte, once, and none besides."""
    here = _by_place(_rows(world.journal, "SELECT epoch, sequence, kind, payload FROM record"))
    query = "SELECT epoch, sequence, kind, payload FROM journal_record WHERE kiosk = ?"
    there = _by_place(_rows(world.ledger, query, KIOSK))
    found.records = len(here)
    for place, copies in here.items():
        name = f"record {place[0]}/{place[1]} ({copies[0][0]})"
        stored = there.pop(place, [])
        if not stored:
            found.lost.append(f"{name} is not at head office")
        elif any(copy != copies[0] for copy in stored):
            found.changed.append(f"{name} is another one at head office")
        elif len(stored) > 1:
            found.doubled.append(f"{name} is at head office {len(stored)} times")
    found.changed += [f"head office holds a record {epoch}/{sequence} of its own" for epoch, sequence in there]


def _by_place(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[int, int], list[tuple[str, bytes]]]:
    """Kind and payload of each record by (epoch, sequence)."""
    found: dict[tuple[int, int], list[tuple[str, bytes]]] = {}
    for epoch, sequence, kind, payload in rows:
        found.setdefault((epoch, sequence), []).append((kind, bytes(payload)))
    return found


def _same(found: Reckoning, where: str, sales: Sequence[_Sale], wanted: Mapping[str, Decimal]) -> None:
    times = Counter(sale.reference for sale in sales)
    totals = {sale.reference: sale.total for sale in sales}
    found.doubled += [f"{name} is in the {where} {n} times" for name, n in times.items() if n > 1]
    for name, total in wanted.items():
        if name not in totals:
            found.lost.append(f"{name} is not in the {where}")
        elif totals[name] != total:
            found.changed.append(f"{name} came to {total} and is {totals[name]} in the {where}")
    found.changed += [f"{name} is in the {where}, and nobody bought it" for name in times.keys() - wanted.keys()]


def _charged(world: World, found: Reckoning, journal: Iterable[_Sale]) -> None:
    """What terminal and acquirer took, less what they gave back, is what the sales say: each once."""
    taken: dict[str, Decimal] = {}
    for what, request, amount in (*_at_the_terminal(world), *_at_the_acquirer(world), *_at_head_office(world)):
        if what == "back":
            taken.pop(request, None)
        elif request in taken:
            found.double_charges.append(f"request {request} was charged twice")
        else:
            taken[request] = amount
    found.charges = len(taken)
    for sale in journal:
        for request, amount in sale.tenders.items():
            paid = taken.pop(request, Decimal(0))
            if paid != amount:
                found.double_charges.append(f"{sale.reference} holds {amount} not in cash; {paid} was taken for it")
    for told in journalled(world.journal, "RefundDoubled"):  # no document has it, but it was found and is told
        went = taken.pop(told["tender"], Decimal(0))
        if went * 100 != -told["amount"]["minor"]:
            found.double_refunds.append(f"{told['tender']} is said to have gone back twice; the terminal gave {-went}")
    found.double_charges += [f"{amount} was taken for {name}, and no sale has it" for name, amount in taken.items()]


def _at_the_terminal(world: World) -> Iterator[tuple[str, str, Decimal]]:
    """(``taken`` or ``back``, request, amount) of each deed that moved money; a refund takes less than nothing."""
    for deed in _deeds(world.charges):
        amount = Decimal(deed.get("amount_minor", 0)) / 100
        if deed["what"] == "refunded":
            yield "taken", deed["request"], -amount
        elif deed["what"] in ("approved", "reversed"):
            yield "taken" if deed["what"] == "approved" else "back", deed["request"], amount


def _at_the_acquirer(world: World) -> Iterator[tuple[str, str, Decimal]]:
    """As above. A refund under the payment's own name takes it back whole; one under another is a part of a sale's."""
    for deed in _deeds(world.payments):
        name, amount = deed["reference"], Decimal(deed.get("amount_minor", 0)) / 100
        part = deed.get("refund", name)
        if deed["what"] == "paid":
            yield "taken", name, amount
        elif deed["what"] == "refunded" and part == name:
            yield "back", name, amount
        elif deed["what"] == "refunded":
            yield "taken", part, -amount


def _at_head_office(world: World) -> Iterator[tuple[str, str, Decimal]]:
    """As above, by the ledger of gift cards and store credit, and of paper vouchers."""
    moves = {"redeem": "taken", "redeem_back": "back"}
    query = "SELECT kind, source, amount FROM value_entry WHERE kind IN ('redeem', 'redeem_back') ORDER BY utc_ms, kind"
    for kind, source, amount in _rows(world.ledger, query):
        yield moves[kind], source, Decimal(abs(amount)) / 100
    credited = "SELECT source, amount FROM value_entry WHERE kind = 'issue' AND reason = 'refund'"
    for source, amount in _rows(world.ledger, credited):
        yield "taken", source, -Decimal(amount) / 100
    for request, amount in _rows(world.ledger, "SELECT request, amount FROM paper_voucher"):
        yield "taken", request, Decimal(amount) / 100


def _kept_aside(world: World, found: Reckoning) -> None:
    """Nothing is kept aside of a card or voucher for a sale that is over."""
    for request, amount in _rows(world.ledger, "SELECT request, amount FROM value_hold WHERE state = 'held'"):
        found.double_charges.append(f"{Decimal(amount) / 100} is still kept aside for {request}")


def _deeds(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _printed(world: World, found: Reckoning, journal: Iterable[_Sale]) -> None:
    """Each sale has one whole receipt that says its total; others are marked as copies; no other sale is on paper."""
    papers: dict[str, list[_Paper]] = {}
    for receipt in Receipts(world.receipts).all():
        if receipt.complete:
            paper = _paper(receipt.lines)
            papers.setdefault(paper.reference, []).append(paper)
            found.receipts += 1
            found.copies += paper.copy
    for sale in journal:
        printed = papers.pop(sale.reference, [])
        wrong = sorted({paper.total for paper in printed} - {sale.total})
        if not printed:
            found.unprinted.append(f"{sale.reference} has no whole receipt")
        if wrong:
            found.changed.append(
                f"{sale.reference} came to {sale.total}, its paper says {' and '.join(map(str, wrong))}"
            )
        originals = sum(not paper.copy for paper in printed)
        if originals > 1:
            found.doubled.append(f"{sale.reference} has {originals} receipts not marked as copies")
    papers.pop("", None)  # not the receipt of a sale
    found.changed += [f"{name} is on paper, and nobody bought it" for name in papers]


@dataclass(frozen=True, slots=True)
class _Paper:
    """What a receipt says; ``reference`` is empty where it is no sale's, ``total`` -1 where none can be read."""

    reference: str
    total: Decimal
    copy: bool


def _paper(lines: Sequence[str]) -> _Paper:
    total = _first(_TOTAL, lines).replace(",", "")
    digits = _DIGITS.search(total)
    amount = Decimal(digits.group()) if digits is not None else Decimal(-1)
    copy = any(line.strip() == _COPY for line in lines)
    return _Paper(_first(_TRANSACTION, lines), -amount if digits is not None and _MINUS & set(total) else amount, copy)


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    return next((match.group(1) for line in lines if (match := pattern.match(line))), "")
