"""The reckoning finds each kind of fault once, and finds none where there is none."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.receipts import Receipts
from bench.reckoning import Reckoning, acknowledged, ahead, reckon, synced, under_way
from bench.returned import handed_otherwise
from bench.world import KIOSK, Options, World

_FIRST, _SECOND = "3-1-000001", "3-1-000002"
_SEEN = {_FIRST: Decimal("125.50"), _SECOND: Decimal("1234.00")}


def _completed(number: int, minor: int, *, cash_minor: int = 0) -> dict[str, Any]:
    tenders = [{"tender": f"req-{number}", "kind": "card", "amount": {"minor": minor - cash_minor}}]
    if cash_minor:
        tenders.append({"tender": f"cash-{number}", "kind": "cash", "amount": {"minor": cash_minor}})
    named = {"workstation": "3", "series": 1, "number": number, "uuid": f"u{number}"}
    return {"transaction": named, "total": {"minor": minor}, "tenders": tenders}


@dataclass(slots=True)
class _Books:
    """Two sales as everybody should have kept them; a test spoils one place."""

    folder: Path
    journal: list[tuple[int, str, dict[str, Any]]] = field(
        default_factory=lambda: [
            (1, "TransactionOpened", {"transaction": "u1"}),
            (2, "TransactionCompleted", _completed(1, 12_550)),
            (3, "TransactionCompleted", _completed(2, 123_400)),
        ]
    )
    stored: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    sales: list[tuple[int, str, int, str, int]] = field(
        default_factory=lambda: [(1, "u1", 12_550, KIOSK, 0), (2, "u2", 123_400, KIOSK, 0)]
    )
    deeds: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"what": "approved", "request": "req-1", "amount_minor": 12_550},
            {"what": "approved", "request": "req-2", "amount_minor": 123_400},
        ]
    )
    value: list[tuple[str, str, int]] = field(default_factory=list)
    accounts: list[tuple[str, int]] = field(default_factory=list)
    back: list[tuple[str, int, int]] = field(default_factory=list)
    originals: list[tuple[str, str]] = field(default_factory=list)
    in_hand: list[tuple[str, str]] = field(default_factory=list)
    holds: list[tuple[str, int, str]] = field(default_factory=list)
    cursor: tuple[int, int] | None = None
    papers: list[tuple[list[str], bool]] = field(
        default_factory=lambda: [
            (["  Sobuj Bazar", "Transaction          3-1-000001", "Tea", "TOTAL    Tk 125.50", "1 item"], True),
            (["Transaction          3-1-000002", "TOTAL   Tk 1,234.00"], True),
        ]
    )

    def __post_init__(self) -> None:
        self.stored = list(self.journal)

    def world(self) -> World:
        """Write all of it where a world keeps it."""
        world = World(self.folder, Options())
        for path in (world.journal, world.ledger, world.charges, world.receipts / "x"):
            path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(world.journal)) as disk, disk:
            disk.execute("CREATE TABLE record (epoch INTEGER, sequence INTEGER PRIMARY KEY, kind TEXT, payload BLOB)")
            disk.executemany("INSERT INTO record VALUES (7, ?, ?, ?)", map(_row, self.journal))
        with closing(sqlite3.connect(world.ledger)) as disk, disk:
            disk.execute(
                "CREATE TABLE journal_record (kiosk TEXT, epoch INTEGER, sequence INTEGER, kind TEXT, payload BLOB)"
            )
            disk.executemany(f"INSERT INTO journal_record VALUES ('{KIOSK}', 7, ?, ?, ?)", map(_row, self.stored))  # noqa: S608 - a constant
            disk.execute("INSERT INTO journal_record VALUES ('kiosk-2', 9, 99, 'DayOpened', x'7b7d')")
            disk.execute(
                "CREATE TABLE sale (workstation TEXT, series INTEGER, number INTEGER, uuid TEXT, total INTEGER,"
                " kiosk TEXT, sample INTEGER, original TEXT)"
            )
            disk.executemany("INSERT INTO sale VALUES ('3', 1, ?, ?, ?, ?, ?, '')", self.sales)
            disk.execute("CREATE TABLE sale_line (uuid TEXT, quantity INTEGER, original_line INTEGER)")
            disk.executemany("INSERT INTO sale_line VALUES (?, ?, ?)", self.back)
            disk.executemany("UPDATE sale SET original = ? WHERE uuid = ?", self.originals)
            disk.execute("CREATE TABLE return_hold (hold TEXT, state TEXT)")
            disk.executemany("INSERT INTO return_hold VALUES (?, ?)", self.in_hand)
            disk.execute(
                "CREATE TABLE value_entry (kind TEXT, source TEXT, amount INTEGER, utc_ms INTEGER, account TEXT,"
                " reason TEXT, uuid TEXT)"
            )
            disk.execute("CREATE TABLE value_account (account TEXT, balance INTEGER)")
            disk.executemany("INSERT INTO value_account VALUES (?, ?)", self.accounts)
            disk.execute("CREATE TABLE value_hold (request TEXT, amount INTEGER, state TEXT)")
            disk.execute("CREATE TABLE paper_voucher (request TEXT, amount INTEGER, keyed_hash TEXT)")
            disk.executemany("INSERT INTO value_entry VALUES (?, ?, ?, 0, 'gc-1', 'refund', 'u')", self.value)
            disk.executemany("INSERT INTO value_hold VALUES (?, ?, ?)", self.holds)
        world.charges.write_text("".join(json.dumps(deed) + "\n" for deed in self.deeds), encoding="utf-8")
        if self.cursor is not None:
            with closing(sqlite3.connect(world.cursor)) as disk, disk:
                disk.execute("CREATE TABLE acknowledged (id INTEGER PRIMARY KEY, epoch INTEGER, sequence INTEGER)")
                disk.execute("INSERT INTO acknowledged VALUES (1, ?, ?)", self.cursor)
        for number, (lines, complete) in enumerate(self.papers, 1):
            told = {"text": lines, "complete": complete, "qr": []}
            (world.receipts / f"{number:06}.json").write_text(json.dumps(told), encoding="utf-8")
        return world

    def reckoned(self) -> Reckoning:
        """What is found when these books are held against what shoppers saw."""
        return reckon(self.world(), _SEEN)


def _row(record: tuple[int, str, dict[str, Any]]) -> tuple[int, str, bytes]:
    return (record[0], record[1], json.dumps(record[2]).encode())


@pytest.fixture
def books(tmp_path: Path) -> _Books:
    return _Books(tmp_path)


def test_books_that_agree_hold_no_fault(books: _Books) -> None:
    found = books.reckoned()

    assert found.faults == []
    assert (found.sales, found.records, found.charges, found.receipts, found.copies) == (2, 3, 2, 2, 0)


def test_a_sale_that_the_shopper_saw_and_the_journal_lacks_is_lost(books: _Books) -> None:
    seen = {**_SEEN, "3-1-000003": Decimal(5)}

    assert reckon(books.world(), seen).faults == ["3-1-000003 is not in the journal"]


def test_a_sale_that_the_ledger_lacks_is_lost(books: _Books) -> None:
    del books.sales[1]

    found = books.reckoned()
    assert found.lost == found.faults == [f"{_SECOND} is not in the ledger"]


def test_a_record_that_head_office_lacks_is_lost(books: _Books) -> None:
    del books.stored[0]

    found = books.reckoned()
    assert found.lost == found.faults == ["record 7/1 (TransactionOpened) is not at head office"]


def test_a_sale_twice_in_the_ledger_is_doubled(books: _Books) -> None:
    books.sales.append((2, "u2-again", 123_400, KIOSK, 0))

    found = books.reckoned()
    assert found.doubled == found.faults == [f"{_SECOND} is in the ledger 2 times"]


def test_a_record_twice_at_head_office_is_doubled(books: _Books) -> None:
    books.stored.append(books.journal[0])

    found = books.reckoned()
    assert found.doubled == found.faults == ["record 7/1 (TransactionOpened) is at head office 2 times"]


def test_a_total_that_is_another_in_the_ledger_is_changed(books: _Books) -> None:
    books.sales[0] = (1, "u1", 12_551, KIOSK, 0)

    found = books.reckoned()
    assert found.changed == found.faults == [f"{_FIRST} came to 125.5 and is 125.51 in the ledger"]


def test_a_record_that_is_another_at_head_office_is_changed_and_not_lost_too(books: _Books) -> None:
    books.stored[0] = (1, "TransactionOpened", {"transaction": "u9"})

    found = books.reckoned()
    assert found.changed == found.faults == ["record 7/1 (TransactionOpened) is another one at head office"]


def test_a_record_of_head_offices_own_is_changed(books: _Books) -> None:
    books.stored.append((4, "DayClosed", {}))

    found = books.reckoned()
    assert found.changed == found.faults == ["head office holds a record 7/4 of its own"]


def test_a_sale_that_nobody_bought_is_changed(books: _Books) -> None:
    found = reckon(books.world(), {_FIRST: _SEEN[_FIRST]})

    assert found.changed == found.faults == [f"{_SECOND} is in the journal, and nobody bought it"]


def test_sample_sales_and_other_kiosks_are_no_part_of_it(books: _Books) -> None:
    books.sales += [(3, "u3", 1, KIOSK, 1), (4, "u4", 1, "kiosk-2", 0)]

    assert books.reckoned().faults == []


def test_one_request_charged_twice_is_a_double_charge_told_once(books: _Books) -> None:
    books.deeds.append(dict(books.deeds[0]))

    found = books.reckoned()
    assert found.double_charges == found.faults == ["request req-1 was charged twice"]


def test_a_second_charge_under_another_request_is_a_double_charge(books: _Books) -> None:
    books.deeds.append({"what": "approved", "request": "req-1b", "amount_minor": 12_550})

    found = books.reckoned()
    assert found.double_charges == found.faults == ["125.5 was taken for req-1b, and no sale has it"]


def test_a_second_charge_that_was_given_back_is_fine_and_so_is_a_declined_one(books: _Books) -> None:
    books.deeds += [
        {"what": "approved", "request": "req-1b", "amount_minor": 12_550},
        {"what": "reversed", "request": "req-1b", "amount_minor": 12_550},
        {"what": "declined", "request": "req-1c", "amount_minor": 0},
        {"what": "cancelled", "request": "req-1d", "amount_minor": 0},
    ]

    found = books.reckoned()
    assert found.faults == []
    assert found.charges == 2


def test_a_sale_whose_charge_was_given_back_is_not_paid(books: _Books) -> None:
    books.deeds.append({"what": "reversed", "request": "req-2", "amount_minor": 123_400})

    assert books.reckoned().double_charges == [f"{_SECOND} holds 1234 not in cash; 0 was taken for it"]


def test_a_sale_paid_partly_in_cash_is_held_against_its_card_part(books: _Books) -> None:
    books.journal[1] = books.stored[1] = (2, "TransactionCompleted", _completed(1, 12_550, cash_minor=2_550))
    books.deeds[0]["amount_minor"] = 10_000

    assert books.reckoned().faults == []


def test_the_acquirer_s_payments_are_held_against_the_sales_as_the_terminal_s_are(books: _Books) -> None:
    world = books.world()
    told = {"reference": "req-9", "amount_minor": 500}
    world.payments.parent.mkdir(parents=True, exist_ok=True)
    world.payments.write_text(
        json.dumps({"what": "cancelled", "reference": "req-8"})
        + "\n"
        + json.dumps({"what": "created", **told})
        + "\n"
        + json.dumps({"what": "paid", **told})
        + "\n"
    )
    assert reckon(world, _SEEN).double_charges == ["5 was taken for req-9, and no sale has it"]
    assert under_way(world) == {"req-9"}

    with world.payments.open("a") as memory:
        memory.write(json.dumps({"what": "refunded", **told}) + "\n")
    assert reckon(world, _SEEN).faults == []
    assert under_way(world) == set()


def test_the_gift_cards_ledger_is_held_against_the_sales_and_nothing_stays_kept_aside(books: _Books) -> None:
    books.value = [("redeem", "gift-1", -500), ("redeem_back", "gift-1", 500), ("redeem", "gift-2", -250)]
    books.accounts = [("gc-1", -250)]
    books.holds = [("gift-2", 250, "settled"), ("gift-3", 900, "held")]

    assert sorted(books.reckoned().double_charges) == [
        "2.5 was taken for gift-2, and no sale has it",
        "9 is still kept aside for gift-3",
    ]


# --- what comes back -----------------------------------------------------------------------------------------------


def _with_a_return(books: _Books, *, kind: str = "card") -> dict[str, Any]:
    """The first sale's one line has come back, to the tender that paid it; the return's record."""
    line = {"line": 1, "quantity": 1, "extended": {"minor": 12_550}}
    books.journal[1][2]["lines"] = [line]
    back = _completed(3, -12_550)
    back["tenders"] = [{"tender": "back-3", "kind": kind, "amount": {"minor": -12_550}, "original": "req-1"}]
    back["lines"] = [{**line, "quantity": -1, "returned": {"line": 1, "first": 0}}]
    back["original"] = {"transaction": {"uuid": "u1"}}
    books.journal.append((4, "TransactionCompleted", back))
    books.stored = list(books.journal)
    books.sales.append((3, "u3", -12_550, KIOSK, 0))
    books.back, books.originals, books.in_hand = [("u3", -1, 1)], [("u1", "u3")], [("h", "used")]
    books.papers.append((["Transaction   3-1-000003", "TOTAL    -Tk 125.50"], True))
    if kind == "card":
        books.deeds.append({"what": "refunded", "request": "back-3", "amount_minor": 12_550})
    return back


def _returned(books: _Books) -> Reckoning:
    return reckon(books.world(), {**_SEEN, "3-1-000003": Decimal("-125.50")})


def test_a_return_that_everybody_has_once_holds_no_fault(books: _Books) -> None:
    _with_a_return(books)
    assert _returned(books).faults == []


def test_a_refund_that_the_terminal_did_twice_or_never_is_found(books: _Books) -> None:
    _with_a_return(books)
    books.deeds.append({"what": "refunded", "request": "back-4", "amount_minor": 12_550})
    assert _returned(books).double_charges == ["-125.5 was taken for back-4, and no sale has it"]
    del books.deeds[-2:]
    world = World(books.folder, Options())
    for path in (world.journal, world.ledger):
        path.unlink()
    assert _returned(books).double_charges == ["3-1-000003 holds -125.5 not in cash; 0 was taken for it"]


def test_a_refund_that_went_back_twice_is_no_fault_where_the_journal_tells_it_as_the_terminal_has_it(
    books: _Books,
) -> None:
    _with_a_return(books)
    books.deeds.append({"what": "refunded", "request": "back-4", "amount_minor": 12_550})
    books.journal.append((5, "RefundDoubled", {"tender": "back-4", "amount": {"minor": 12_550}}))
    books.stored = list(books.journal)
    assert _returned(books).faults == []
    books.deeds[-1]["amount_minor"] = 12_000
    world = World(books.folder, Options())
    for path in (world.journal, world.ledger):
        path.unlink()
    assert _returned(books).double_refunds == ["back-4 is said to have gone back twice; the terminal gave 120"]


def test_a_unit_that_came_back_twice_or_was_never_sold_is_found(books: _Books) -> None:
    back = _with_a_return(books)
    back["lines"] += [back["lines"][0], {**back["lines"][0], "returned": {"line": 1, "first": 1}}]
    books.in_hand = [("h", "held")]
    assert _returned(books).double_returns == [
        "unit 0 of line 1 of u1 came back 2 times",
        "unit 1 of line 1 of u1 came back and was never sold",
        "the ledger has other units back than the journal: [(('u1', 1), 1), (('u1', 1), 3)]",
        "the return h is still held",
    ]


def test_a_tender_that_was_given_more_than_it_paid_is_found(books: _Books) -> None:
    back = _with_a_return(books)
    back["tenders"].append({"tender": "cash-3", "kind": "cash", "amount": {"minor": -500}, "original": "req-1"})
    found = _returned(books)
    assert found.double_refunds == ["130.5 went back to req-1, which paid 125.5"]
    assert found.changed == ["u3 comes to -125.5, its tenders to -130.5"]


def test_cash_that_staff_did_not_hand_over_is_found(books: _Books) -> None:
    back = _with_a_return(books, kind="cash")
    back["tenders"][0]["change"] = {"minor": 12_500}
    world = books.world()
    assert handed_otherwise(world, [Decimal(125)]) == []
    assert handed_otherwise(world, [Decimal(125), Decimal(125)]) == [
        "staff handed 250 in 2 times back in cash, the journal says 125 in 1 times"
    ]


def test_store_credit_that_the_journal_issued_and_head_office_did_not_open_is_found(books: _Books) -> None:
    _with_a_return(books, kind="stored_value")
    issued = {"credit": "back-3", "amount": {"minor": 12_550}, "reason": "refund"}
    books.journal.append((5, "StoreCreditIssued", issued))
    books.stored = list(books.journal)
    books.value, books.accounts = [("issue", "back-3", 12_550)], [("gc-1", 12_550)]
    assert _returned(books).faults == []


def test_an_account_that_is_not_the_sum_of_its_entries_is_found(books: _Books) -> None:
    books.value, books.accounts = [("adjust", "form-1", 500)], [("gc-1", 600), ("gc-2", -100)]
    books.value.append(("issue", "nobody", 100))
    assert books.reckoned().changed == [
        "head office has booked issue 1 for nobody, of which the journal knows nothing",
        "gc-2 holds -1, its entries come to 0",
        "gc-2 is -1",
    ]


def test_a_terminal_without_a_memory_took_nothing(books: _Books) -> None:
    world = books.world()
    world.charges.unlink()

    assert len(reckon(world, _SEEN).double_charges) == 2


def test_a_sale_without_a_whole_receipt_is_unprinted(books: _Books) -> None:
    books.papers[1] = (books.papers[1][0], False)

    found = books.reckoned()
    assert found.unprinted == found.faults == [f"{_SECOND} has no whole receipt"]
    assert found.receipts == 1


def test_a_copy_beside_the_receipt_is_fine_and_counted(books: _Books) -> None:
    books.papers.append((["      COPY", *books.papers[0][0]], True))

    found = books.reckoned()
    assert found.faults == []
    assert (found.receipts, found.copies) == (3, 1)


def test_a_second_receipt_not_marked_as_a_copy_is_doubled_whatever_is_sold(books: _Books) -> None:
    lines = books.papers[0][0]
    books.papers.append(([*lines, "COPY PAPER A4      Tk 5.00"], True))

    found = books.reckoned()
    assert found.doubled == found.faults == [f"{_FIRST} has 2 receipts not marked as copies"]


def test_paper_that_says_another_total_is_changed(books: _Books) -> None:
    books.papers[0][0][3] = "TOTAL    Tk 12.55"

    found = books.reckoned()
    assert found.changed == found.faults == [f"{_FIRST} came to 125.5, its paper says 12.55"]


def test_the_receipt_of_a_sale_nobody_made_is_changed(books: _Books) -> None:
    books.papers.append((["Transaction          3-1-000009", "TOTAL    Tk 1.00"], True))

    found = books.reckoned()
    assert found.changed == found.faults == ["3-1-000009 is on paper, and nobody bought it"]


def test_paper_that_is_no_receipt_of_a_sale_is_left_alone(books: _Books) -> None:
    books.papers.append((["Z report"], True))

    assert books.reckoned().faults == []


def test_paper_may_be_left_out(books: _Books) -> None:
    books.papers.clear()

    assert reckon(books.world(), _SEEN, paper=False).faults == []


def test_how_far_the_journal_goes_and_how_far_head_office_has_it(books: _Books) -> None:
    del books.stored[2]

    assert synced(books.world()) == (3, 2)


def test_a_kiosk_that_takes_for_stored_what_head_office_has_is_right(books: _Books) -> None:
    books.cursor = (7, 2)

    world = books.world()
    assert acknowledged(world) == 2
    assert ahead(world) == []


def test_a_kiosk_that_takes_more_for_stored_than_head_office_has_will_lose_it(books: _Books) -> None:
    books.cursor = (7, 3)
    del books.stored[1]

    world = books.world()
    sentence = "the kiosk took its journal for stored up to 3; 1 of that is not at head office"
    assert ahead(world) == [sentence]
    assert sentence in reckon(world, _SEEN).lost


def test_a_kiosk_that_has_heard_nothing_yet_takes_nothing_for_stored(books: _Books) -> None:
    world = books.world()
    assert (acknowledged(world), ahead(world)) == (0, [])

    sqlite3.connect(world.cursor).close()
    world.cursor.touch()
    assert (acknowledged(world), ahead(world)) == (0, [])


def test_every_place_is_read_even_below_a_folder_with_odd_signs(tmp_path: Path) -> None:
    folder = tmp_path / "50% #1?"

    assert _Books(folder).reckoned().faults == []


def test_receipts_are_given_in_order_fresh_ones_once_and_pictures_where_there_are_any(books: _Books) -> None:
    world = books.world()
    receipts = Receipts(world.receipts)
    (world.receipts / "000002.png").write_bytes(b"png")
    os.utime(world.receipts / "000002.json", (0, 0))

    assert [receipt.name for receipt in receipts.fresh()] == ["000001", "000002"]
    assert receipts.fresh() == []
    shown = [receipt.as_shown() for receipt in receipts.all()]
    assert [receipt["picture"] for receipt in shown] == [None, "/receipts/000002.png"]
    assert "TOTAL   Tk 1,234.00" in shown[1]["text"]
