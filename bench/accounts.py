"""Gift cards, store credit and vouchers at head office, held against what the journal says of them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from bench.ledgers import journalled, rows
from bench.world import World

__all__ = ["booked_otherwise"]

_Entry = tuple[str, str, int]
"""Kind, source and signed amount of a booking."""
_BY_THE_JOURNAL = ("redeem", "activate", "issue")


def booked_otherwise(world: World) -> list[str]:
    """Bookings that the journal asks for and that are not there, or that are there and nobody asked for; and accounts
    whose balance is not the sum of their entries, or is below nothing.
    """
    wanted, booked = Counter(_wanted(world)), Counter(_booked(world))
    found = [f"head office has not booked {_said(entry)}" for entry in (wanted - booked).elements()]
    found += [
        f"head office has booked {_said(entry)}, of which the journal knows nothing"
        for entry in (booked - wanted).elements()
    ]
    sums = dict(rows(world.ledger, "SELECT account, sum(amount) FROM value_entry GROUP BY 1"))
    for account, balance in rows(world.ledger, "SELECT account, balance FROM value_account"):
        if balance != sums.get(account, 0):
            found.append(f"{account} holds {_major(balance)}, its entries come to {_major(sums.get(account, 0))}")
        if balance < 0:
            found.append(f"{account} is {_major(balance)}")
    twice = "SELECT keyed_hash, count(*) FROM paper_voucher GROUP BY 1 HAVING count(*) > 1"
    found += [f"a voucher paid {times} times" for _, times in rows(world.ledger, twice)]
    return found


def _wanted(world: World) -> list[_Entry]:
    entries: list[_Entry] = []
    refunds: dict[str, int] = {}
    for document in journalled(world.journal, "TransactionCompleted"):
        uuid, returned = document["transaction"]["uuid"], bool(document.get("original"))
        for tender in document.get("tenders", ()):
            if tender["kind"] == "stored_value" and returned:
                refunds[tender["tender"]] = -tender["amount"]["minor"]
            elif tender["kind"] == "stored_value":
                entries.append(("redeem", tender["tender"], -tender["amount"]["minor"]))
        entries += [
            ("activate", f"{uuid}:{line['line']}", line["extended"]["minor"])
            for line in document.get("lines", ())
            if line.get("value_account") and not line.get("voided") and not returned
        ]
    for issued in journalled(world.journal, "StoreCreditIssued"):
        entries.append(("issue", issued["credit"], issued["amount"]["minor"]))
        if issued["reason"] == "refund" and refunds.pop(issued["credit"], None) != issued["amount"]["minor"]:
            entries.append(("refund", issued["credit"], issued["amount"]["minor"]))
    return [*entries, *(("refund", tender, minor) for tender, minor in refunds.items())]


def _booked(world: World) -> list[_Entry]:
    query = "SELECT kind, source, amount FROM value_entry WHERE uuid <> ''"  # what people book has no transaction
    return [(kind, source, amount) for kind, source, amount in rows(world.ledger, query) if kind in _BY_THE_JOURNAL]


def _said(entry: _Entry) -> str:
    return f"{entry[0]} {_major(entry[2])} for {entry[1]}"


def _major(minor: int) -> Decimal:
    return Decimal(minor) / 100
