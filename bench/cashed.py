"""Cash in a recycler, held against what the journal and the ledger say of it: each piece counts once, both ways."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bench.ledgers import journalled, rows
from bench.world import World

__all__ = ["cash_otherwise", "unsettled"]


def unsettled(world: World) -> set[str]:
    """What is on its way by the journal: tenders to be given back, cash that is owed, and refunds that staff said were
    not done, of which the terminal has not said so.
    """
    waiting: dict[str, set[str]] = {"back": set(), "owed": set(), "denied": set()}
    for told in journalled(world.journal, "TenderReversed"):
        (waiting["back"].add if told["stage"] == "requested" else waiting["back"].discard)(told["tender"])
    for told in journalled(world.journal, "CashOwed"):
        waiting["owed"].discard(told.get("instead_of", ""))
        waiting["owed"].add(told["payout"])
    for told in journalled(world.journal, "CashPaidOut"):
        if told["outcome"] in ("paid", "by_staff"):
            waiting["owed"].discard(told["payout"])
    for told in journalled(world.journal, "TenderSettled"):
        if told["outcome"] == "declined" and told.get("reason") == "staff":
            waiting["denied"].add(told["tender"])
    waiting["denied"] -= {told["tender"] for told in journalled(world.journal, "RefundDoubled")}
    return set().union(*waiting.values())


def cash_otherwise(world: World, machine: Mapping[str, Any]) -> list[str]:
    """``machine``: what its far end counts by itself: ``taken`` and ``given`` in minor units, pieces by ``hoppers``."""
    put_in, came_out = _put_in(world), _came_out(world)
    found = [
        f"the machine has {what} {_major(machine[what])}, the journal says {_major(told)}"
        for what, told in (("taken", sum(put_in.values())), ("given", sum(came_out.values())))
        if machine[what] != told
    ]
    found += _owed_otherwise(world, put_in, came_out)
    kept = json.loads(world.cash_memory.read_text(encoding="utf-8"))
    believed = {str(value): stored for value, form, stored, _ in kept["counts"] if form == "coin"}
    if believed != machine["hoppers"]:
        found.append(f"the hoppers hold {machine['hoppers']}, the kiosk believes {believed}")
    open_debts = "SELECT payout, remaining FROM cash_debt WHERE settled_ms = 0"
    found += [
        f"head office lists {_major(left)} as owed still ({payout})" for payout, left in rows(world.ledger, open_debts)
    ]
    return found


def _put_in(world: World) -> dict[str, int]:
    """Minor units by tender: the newest word on each is the whole truth."""
    return {told["tender"]: told["amount"]["minor"] for told in journalled(world.journal, "CashInserted")}


def _came_out(world: World) -> Counter[str]:
    """Minor units that the machine gave out, by tender."""
    tenders = {told["payout"]: told["tender"] for told in journalled(world.journal, "CashOwed")}
    found: Counter[str] = Counter()
    for told in journalled(world.journal, "CashPaidOut"):
        if told["outcome"] != "by_staff":
            found[tenders[told["payout"]]] += told["amount"]["minor"]
    return found


def _owed_otherwise(world: World, put_in: Mapping[str, int], came_out: Mapping[str, int]) -> list[str]:
    """Tenders of which the shopper got more back, or less, than the sale says."""
    kept: dict[str, int] = {}
    for document in journalled(world.journal, "TransactionCompleted"):
        for tender in document.get("tenders", ()):
            if tender["kind"] == "cash" and tender.get("received"):
                kept[tender["tender"]] = tender["received"]["minor"] - tender["change"]["minor"]
    return [
        f"{_major(minor)} was put in for {tender} and {_major(came_out.get(tender, 0))} came back;"
        f" the sale holds {_major(kept.get(tender, 0))}"
        for tender, minor in put_in.items()
        if minor - came_out.get(tender, 0) != kept.get(tender, 0)
    ]


def _major(minor: int) -> Decimal:
    return Decimal(minor) / 100
