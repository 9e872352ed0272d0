"""What came back, held against what was sold: each unit once, and no tender given back more than it has paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from bench.ledgers import journalled, rows
from bench.world import World

__all__ = ["given_twice", "handed_otherwise", "left_open", "returned_twice", "unbalanced"]

Told = Mapping[str, Any]
_SETTLED = ("released", "used")


def returned_twice(world: World) -> list[str]:
    """Units that came back more than once, or were never sold; and what the ledger has otherwise."""
    documents = list(journalled(world.journal, "TransactionCompleted"))
    sold = {
        (sale["transaction"]["uuid"], line["line"]): line["quantity"]
        for sale in documents
        if not sale.get("original")
        for line in sale.get("lines", ())
        if not line.get("voided")
    }
    units: Counter[tuple[str, int, int]] = Counter()
    for original, line in _returned(documents):
        first = line["returned"]["first"]
        units.update((original, line["returned"]["line"], first + n) for n in range(-line["quantity"]))
    found = [
        f"unit {unit} of line {line} of {sale} came back {n} times" for (sale, line, unit), n in units.items() if n > 1
    ]
    found += [
        f"unit {unit} of line {line} of {sale} came back and was never sold"
        for sale, line, unit in units
        if unit >= sold.get((sale, line), 0)
    ]
    here = Counter((sale, line) for sale, line, _ in units.elements())
    query = (
        "SELECT sale.original, sale_line.original_line, -sum(sale_line.quantity) FROM sale_line"
        " JOIN sale ON sale.uuid = sale_line.uuid WHERE sale_line.original_line IS NOT NULL AND NOT sale.sample"
        " GROUP BY 1, 2"
    )
    there = {(sale, line): count for sale, line, count in rows(world.ledger, query)}
    if there != dict(here):
        found.append(f"the ledger has other units back than the journal: {sorted(there.items() ^ here.items())}")
    return found


def _returned(documents: list[dict[str, Any]]) -> Iterator[tuple[str, Told]]:
    """(the sale's uuid, line) of each line of a return."""
    for document in documents:
        if document.get("original"):
            original = document["original"]["transaction"]["uuid"]
            yield from ((original, line) for line in document["lines"] if line.get("returned"))


def given_twice(world: World) -> list[str]:
    """Tenders that were given back more than they paid."""
    paid: dict[str, int] = {}
    back: Counter[str] = Counter()
    for document in journalled(world.journal, "TransactionCompleted"):
        for tender in document.get("tenders", ()):
            minor = tender["amount"]["minor"]
            if tender["kind"] == "credit_note":
                continue
            if minor >= 0:
                paid[tender["tender"]] = minor
            elif tender.get("original"):
                back[tender["original"]] -= minor
    return [
        f"{_major(minor)} went back to {name}, which paid {_major(paid.get(name, 0))}"
        for name, minor in back.items()
        if minor > paid.get(name, 0)
    ]


def handed_otherwise(world: World, handed: Iterable[Decimal]) -> list[str]:
    """Cash that the journal says was handed back and staff did not hand over, or the other way round."""
    told = [
        _major(tender["change"]["minor"])
        for document in journalled(world.journal, "TransactionCompleted")
        if document.get("original")
        for tender in document["tenders"]
        if tender["kind"] == "cash"
    ]
    if sorted(told) == sorted(handed):
        return []
    return [f"staff handed {_sum(handed)} back in cash, the journal says {_sum(told)}"]


def _sum(amounts: Iterable[Decimal]) -> str:
    listed = list(amounts)
    return f"{sum(listed, Decimal(0))} in {len(listed)} times"


def unbalanced(world: World) -> list[str]:
    """Documents whose tenders do not come to their total; both papers of an exchange hold the same credit."""
    found, notes = [], 0
    for document in journalled(world.journal, "TransactionCompleted"):
        tenders = document.get("tenders", ())
        given = sum(tender["amount"]["minor"] for tender in tenders)
        if given != document["total"]["minor"]:
            named = document["transaction"]
            found.append(
                f"{named['uuid']} comes to {_major(document['total']['minor'])}, its tenders to {_major(given)}"
            )
        notes += sum(tender["amount"]["minor"] for tender in tenders if tender["kind"] == "credit_note")
    if notes:
        found.append(f"credit notes of exchanges do not clear: {_major(notes)} is left")
    return found


def left_open(world: World) -> list[str]:
    """Returns that head office keeps units for, though their visit is over."""
    query = "SELECT hold, state FROM return_hold"
    return [f"the return {hold} is still {state}" for hold, state in rows(world.ledger, query) if state not in _SETTLED]


def _major(minor: int) -> Decimal:
    return Decimal(minor) / 100
