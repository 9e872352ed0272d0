"""A kiosk's journal as head office sees it: whole sales, chained, cut into batches as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from kiosk.checkout import events
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import LineItem, PriceModifier, TransactionId
from kiosk.retail.weight import Weight
from messages import envelope
from messages.journal import JournalBatch, JournalRecord, genesis, record_digest

__all__ = ["JournalOf", "as_message", "banana", "bdt", "cola"]

T0 = 1_790_000_000_000


def bdt(minor: int) -> Money:
    """Taka in poisha."""
    return Money(minor, "BDT")


def cola(line: int = 1, quantity: int = 2) -> LineItem:
    """A counted line at 80 taka a bottle."""
    return LineItem(
        line=line,
        item_id="cola",
        names={"en": "Cola 1 l", "bn": "কোলা ১ লিটার"},
        unit="each",
        quantity=quantity,
        unit_price=bdt(8000),
        extended=bdt(8000 * quantity),
        tax_rate=TaxRate("standard", 750),
        entry="scanned",
        gtin="08901234567894",
    )


def banana(line: int = 2) -> LineItem:
    """A weighed line: 1.250 kg at 90 taka a kilogram, with an offer of 10 taka."""
    return LineItem(
        line=line,
        item_id="banana",
        names={"en": "Banana", "bn": "কলা"},
        unit="kg",
        quantity=1,
        unit_price=bdt(9000),
        extended=bdt(11250),
        tax_rate=TaxRate("exempt", 0),
        entry="weighed",
        plu="4011",
        weight=Weight(1250, -3, "kg"),
        modifiers=(PriceModifier("ripe", bdt(1000), {"en": "Ripe today"}),),
    )


class JournalOf:
    """One epoch of one kiosk. ``add`` journals an event; ``sale`` a whole visit; ``records`` is the chain so far.

    ``clock`` is what the lane's clock shows, but for a millisecond a record.
    """

    def __init__(self, kiosk: str = "lane-1", epoch: int = 1, store: str = "dhk-1", workstation: str = "1") -> None:
        self.kiosk, self.epoch, self.store, self.workstation = kiosk, epoch, store, workstation
        self.records: list[JournalRecord] = []
        self.number = 0
        self.clock = T0
        self._previous = genesis(kiosk, epoch)
        self.add(events.EpochOpened(kiosk, epoch, store, workstation, "0.1.0", T0))

    def add(self, event: events.Durable) -> JournalRecord:
        """Journal one event."""
        return self.add_raw(type(event).__name__, msgspec.json.encode(event))

    def add_raw(self, kind: str, payload: bytes) -> JournalRecord:
        """Journal a payload as it is, readable or not."""
        sequence = len(self.records) + 1
        when = self.clock + sequence
        digest = record_digest(self.kiosk, self.epoch, sequence, when, kind, payload, self._previous)
        record = JournalRecord(
            epoch=self.epoch,
            sequence=sequence,
            utc_ms=when,
            kind=kind,
            data=msgspec.Raw(payload),
            previous=self._previous.hex(),
            digest=digest.hex(),
        )
        self._previous = digest
        self.records.append(record)
        return record

    def identity(self, number: int) -> TransactionId:
        """The identity of this lane's transaction ``number``; its UUID follows from kiosk, epoch and number."""
        seed = sum(self.kiosk.encode()) << 64 | self.epoch << 32 | number
        return TransactionId(self.store, self.workstation, "2026-11-22", 1, number, str(UUID(int=seed, version=4)))

    def begin(self) -> TransactionId:
        """A visit opens."""
        self.number += 1
        identity = self.identity(self.number)
        self.add(events.TransactionOpened(identity, T0, "bn", "BDT", 1, True, "document", 1))  # noqa: FBT003 - prices include tax
        return identity

    def sale(self, lines: Sequence[LineItem] = ()) -> events.TransactionCompleted:
        """A whole visit, paid by card; by default two colas and a banana."""
        lines = tuple(lines) or (cola(), banana())
        identity = self.begin()
        for line in lines:
            self.add(events.LineAdded(line))
        total = bdt(sum(line.net.minor for line in lines))
        self.add(events.TenderRequested("t1", "card", "card", total, T0))
        self.add(events.TenderSettled("t1", "approved", total, "A1"))
        completed = completed_sale(identity, lines, total)
        self.add(completed)
        moves = tuple(
            events.StockMove(line.item_id, line.weight.grams(), "g")
            if line.weight
            else events.StockMove(line.item_id, line.quantity, "each")
            for line in lines
        )
        self.add(events.StockMoved(identity.uuid, moves))
        self.add(events.FiscalNumberGiven(identity.uuid, "M63", self.number))
        self.add(events.ShopperLeft())
        return completed


def completed_sale(identity: TransactionId, lines: tuple[LineItem, ...], total: Money) -> events.TransactionCompleted:
    """The sale, whole; a stranger's tax figures, for nothing here computes them."""
    tax = tuple(TaxAmount(rate, bdt(100), bdt(7)) for rate in dict.fromkeys(line.tax_rate for line in lines))
    return events.TransactionCompleted(
        transaction=identity,
        utc_ms=T0 + 60_000 * identity.number,
        language="bn",
        currency="BDT",
        book_version=1,
        prices_include_tax=True,
        lines=lines,
        subtotal=bdt(sum(line.extended.minor for line in lines)),
        discount=bdt(sum(line.discount.minor for line in lines)),
        tax=tax,
        total=total,
        tenders=(events.SettledTender("t1", "card", "card", total, "A1", "VISA", "****1111", "ref"),),
    )


def as_message(journal: JournalOf, records: Sequence[JournalRecord] | None = None) -> bytes:
    """Records as one message of ``up/journal``; all of them unless told."""
    batch = JournalBatch(
        kiosk=journal.kiosk,
        store=journal.store,
        workstation=journal.workstation,
        records=tuple(journal.records if records is None else records),
    )
    return envelope.encode(batch, source=f"kiosk/v1/{journal.kiosk}")
