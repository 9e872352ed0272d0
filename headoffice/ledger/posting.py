"""Posting: what the ledger makes of each journal record, in the record's own database transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import and_, inspect, or_, select, update
from sqlalchemy.orm import Session

from headoffice.base import Base, add_rows
from headoffice.ledger import coupons as booking
from headoffice.ledger import days, suspended, weights
from headoffice.ledger import returns as returning
from headoffice.ledger.baskets import Baskets
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.coupon_tables import OfferUse
from headoffice.ledger.tables import (
    BusinessUnit,
    Intervention,
    Kiosk,
    SaleLine,
    SaleTax,
    SaleTender,
    StockLevel,
    StockMove,
    Transaction,
    Workstation,
)
from headoffice.points.books import PointsBooks
from headoffice.stored_value.books import ValueBooks
from kiosk.retail.buyer import KINDS, BuyerNumber, masked
from messages import events
from messages.values import LineItem, Money, SettledTender, TransactionId

__all__ = ["Position", "Posting", "SuspectRecordError"]

T = TypeVar("T", bound=Base)
_Row = dict[str, Any]


class SuspectRecordError(ValueError):
    """The record is stored, but the ledger must not follow it: it would book twice, or against another booking."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the journal a record stands."""

    kiosk: str
    epoch: int
    sequence: int


@dataclass(slots=True)
class _Gathered:
    """Rows waiting to be written together: several times as fast as one by one."""

    headers: dict[str, _Row] = field(default_factory=dict)
    lines: list[_Row] = field(default_factory=list)
    tenders: list[_Row] = field(default_factory=list)
    taxes: list[_Row] = field(default_factory=list)
    moves: list[_Row] = field(default_factory=list)
    offers: list[_Row] = field(default_factory=list)


class Posting:
    """Posts one kiosk's events in order.

    ``touched`` names what people may see change; ``remarks`` are bookings a person should look at, as pairs of the
    reason's word and a sentence.
    """

    def __init__(self, session: Session, kiosk: Kiosk) -> None:
        self._session = session
        self._kiosk = kiosk
        self._baskets = Baskets(session, kiosk.kiosk)
        self._points = PointsBooks(session)
        self._value = ValueBooks(session)
        self._cache: dict[tuple[type[Base], tuple[str, ...]], Base] = {}
        self._gathered = _Gathered()
        self.touched: set[str] = set()
        self.remarks: list[tuple[str, str]] = []

    def forget(self) -> None:
        """Drop what was gathered and not written: the savepoint it belonged to is gone."""
        self._baskets = Baskets(self._session, self._kiosk.kiosk)
        self._points = PointsBooks(self._session)
        self._value = ValueBooks(self._session)
        self._cache.clear()
        self._gathered = _Gathered()

    def finish(self) -> None:
        """Write what was gathered."""
        self._baskets.save()
        if self._baskets.changed:
            self.touched.add("baskets")
        if self._points.changed:
            self.touched.add("points")
        if self._value.changed:
            self.touched.add("value")
        self.remarks += self._value.remarks
        self._value.remarks.clear()
        self._session.flush()
        gathered, self._gathered = self._gathered, _Gathered()
        add_rows(self._session, Transaction, list(gathered.headers.values()))
        add_rows(self._session, SaleLine, gathered.lines)
        add_rows(self._session, SaleTender, gathered.tenders)
        add_rows(self._session, SaleTax, gathered.taxes)
        add_rows(self._session, StockMove, gathered.moves)
        add_rows(self._session, OfferUse, gathered.offers)

    def post(self, at: Position, event: events.Payload) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat match
        """Post one event. Raises ``SuspectRecordError`` before anything is booked."""
        match event:
            case events.TransactionCompleted():
                self._completed(at, event)
            case events.StockMoved():
                self._stock(at, event)
            case events.FiscalNumberGiven() | events.FiscalRegistered():
                self._fiscal(event)
            case events.TransactionOpened():
                self._numbered(event)
                self._baskets.opened(event)
            case events.LineAdded():
                self._baskets.added(event.item)
            case events.QuantityChanged():
                self._baskets.quantity(event)
            case events.LineVoided():
                self._baskets.voided(event.line)
            case events.PriceModifiersSettled():
                self._baskets.settled(event)
            case events.LoyaltyAttached():
                self._baskets.member(event.member_id)
            case events.TenderRequested():
                self._baskets.phased("tendering")
            case events.TenderSettled():
                self._baskets.phased("tendering" if event.outcome in {"approved", "unknown"} else "scanning")
            case events.TransactionVoided():
                self._baskets.removed(event.transaction)
                self._points.undone(event.transaction)
                returning.voided(self._session, event.transaction)
                self._value.undone(event.transaction)
                booking.let_go(self._session, event.transaction)
                suspended.voided(self._session, at.kiosk, event.transaction)
            case events.TenderReversed(kind="points"):
                self._points.released(event.tender)
            case events.TenderReversed(kind="stored_value" | "paper_voucher"):
                self._value.released(event.tender)
            case events.StoreCreditIssued():
                lane = self._workstation(self._kiosk.store, self._kiosk.workstation)
                self._value.issued(lane.store, lane.business_day, event)
            case events.ReturnsRequested():
                returning.asked(self._session, at.kiosk, event)
            case events.ReturnsDropped():
                returning.dropped(self._session, event.hold)
            case events.CouponReturned():
                booking.returned(self._session, event.code, self._baskets.at_hand)
            case events.TransactionSuspended():
                self._baskets.phased("suspended", event.transaction)
                suspended.parked(self._session, at.kiosk, self._kiosk.store, event)
            case events.TransactionResumed():
                self._baskets.phased("scanning", event.transaction)
                twice = suspended.resumed(self._session, at.kiosk, event.transaction)
                self.remarks += (("basket_twice", sentence) for sentence in twice)
            case events.BasketTakenOver():
                twice = suspended.taken_over(self._session, at.kiosk, event)
                self.remarks += (("basket_twice", sentence) for sentence in twice)
            case events.PiecesBagged():
                weights.add_up(self._session, event)
            case events.InterventionRaised() | events.InterventionCleared():
                self._intervention(event)
            case events.DayOpened() | events.DayClosed() | events.ZReportMade() | events.TerminalReconciled():
                self._day(at, event)
            case events.CommandAnswered():
                self._command(event)
            case _:
                self._lane(event)

    # --- the sale ------------------------------------------------------------------------------------------------

    def _completed(self, at: Position, event: events.TransactionCompleted) -> None:
        named = event.transaction
        self._check_identity(named)
        if event.original is not None:
            self._returned(at, event)
        else:
            self._check_serials(event)
        header = _header(at, event)
        lines = [_line(named.uuid, line) for line in event.lines]
        tenders = [_tender(named.uuid, tender) for tender in event.tenders]
        taxes = _tax(named.uuid, event)
        self._gathered.headers[named.uuid] = header
        self._gathered.lines += lines
        self._gathered.tenders += tenders
        self._gathered.taxes += taxes
        self._gathered.offers += booking.offer_uses(event) if event.original is None else []
        twice = booking.redeem(self._session, at.kiosk, event)
        self.remarks += (("coupon_twice", sentence) for sentence in twice)
        self._baskets.removed(named.uuid)
        self._points.sale(event)
        self._value.sale(at.kiosk, event)
        self.touched.add("sales")

    def _returned(self, at: Position, event: events.TransactionCompleted) -> None:
        """What has come back is compared with what was sold and came back before, so that is written first."""
        self.finish()
        self._highest(
            self._workstation(event.transaction.store, event.transaction.workstation),
            event.transaction.series,
            event.transaction.number,
        )
        more = returning.completed(self._session, at.kiosk, event)
        self.remarks += (("returned_twice", sentence) for sentence in more)

    def _check_identity(self, named: TransactionId) -> None:
        """The same transaction twice is not booked. A number used by two is, for the money is real, and is told."""
        same_number = and_(
            Transaction.store == named.store,
            Transaction.workstation == named.workstation,
            Transaction.series == named.series,
            Transaction.number == named.number,
            Transaction.sample.is_(False),
        )
        booked = self._session.scalars(select(Transaction.uuid).where(or_(Transaction.uuid == named.uuid, same_number)))
        others = {*booked, *(uuid for uuid, header in self._gathered.headers.items() if _numbered_as(header, named))}
        if named.uuid in others:
            message = f"transaction {named.uuid} is already in the ledger"
            raise SuspectRecordError(message)
        for other in sorted(others):
            number = f"{named.store}/{named.workstation} {named.series}-{named.number}"
            self.remarks.append(("number_twice", f"{number} names both {other} and {named.uuid}"))

    def _check_serials(self, event: events.TransactionCompleted) -> None:
        """One serial number is one pack: sold twice, one of the two sales was not what it seemed. Both are booked."""
        for line in event.lines:
            if not line.serial or line.voided:
                continue
            same = (SaleLine.item_id == line.item_id, SaleLine.serial == line.serial)
            booked = [
                (uuid, units)
                for uuid, units in self._session.execute(select(SaleLine.uuid, SaleLine.quantity).where(*same))
            ]
            wanted = (line.item_id, line.serial)
            booked += [
                (row["uuid"], row["quantity"])
                for row in self._gathered.lines
                if (row["item_id"], row["serial"]) == wanted
            ]
            if sum(units for _, units in booked) <= 0:  # what was sold has come back
                continue
            for other in sorted({uuid for uuid, units in booked if units > 0} - {event.transaction.uuid}):
                pack = f"{line.item_id} {line.serial}"
                self.remarks.append(("serial_twice", f"{pack} was sold in {other} and in {event.transaction.uuid}"))

    def _fiscal(self, event: events.FiscalNumberGiven | events.FiscalRegistered) -> None:
        """The legal number, given once: a late word is one only for a sale that had none."""
        given: dict[str, str | int] = {"legal_series": event.series, "legal_number": event.number}
        if isinstance(event, events.FiscalRegistered):
            if event.outcome != "refused":
                self._numbered_late(event.transaction, given)
            return
        header = self._gathered.headers.get(event.transaction)
        if header is not None:
            header |= given
        else:
            self._session.execute(update(Transaction).where(Transaction.uuid == event.transaction).values(given))
        lane = self._workstation(self._kiosk.store, self._kiosk.workstation)
        if event.by == "checkout" and _of_series(event.series, lane.series):  # a device keeps its own series
            if event.credit:
                lane.last_credit = max(lane.last_credit, event.number)
            else:
                lane.last_legal = max(lane.last_legal, event.number)

    def _numbered_late(self, uuid: str, given: Mapping[str, str | int]) -> None:
        header = self._gathered.headers.get(uuid)
        if header is not None:
            if not header.get("legal_number"):
                header |= given
            return
        unnumbered = (Transaction.uuid == uuid, Transaction.legal_number.is_(None))
        self._session.execute(update(Transaction).where(*unnumbered).values(given))

    def _stock(self, at: Position, event: events.StockMoved) -> None:
        unit = self._find(BusinessUnit, store=self._kiosk.store)
        location = unit.location if unit else self._kiosk.store
        rows = [
            {
                "kiosk": at.kiosk,
                "epoch": at.epoch,
                "sequence": at.sequence,
                "ordinal": ordinal,
                "uuid": event.transaction,
                "item_id": move.item_id,
                "location": location,
                "quantity": move.quantity,
                "unit": move.unit,
            }
            for ordinal, move in enumerate(event.moves)
        ]
        self._gathered.moves += rows
        for move in event.moves:
            level = self._find(StockLevel, item_id=move.item_id, location=location)
            if level is None:
                level = self._keep(StockLevel(item_id=move.item_id, location=location, unit=move.unit, on_hand=0))
            level.on_hand -= move.quantity
            level.stirred = True
        self.touched.add("stock")

    # --- the lane ------------------------------------------------------------------------------------------------

    def _lane(self, event: events.Payload) -> None:
        kiosk = self._kiosk
        match event:
            case events.EpochOpened():
                kiosk.store, kiosk.workstation, kiosk.release = event.store, event.workstation, event.release
            case events.LaneOpened():
                kiosk.lane, kiosk.lane_reason = "open", ""
            case events.LaneClosed():
                kiosk.lane, kiosk.lane_reason = "closed", event.reason
            case events.SeriesOpened():
                self._series(event.series, 0)
            case events.SeriesContinued():
                self._series(event.series, event.last_number)
                lane = self._workstation(self._kiosk.store, self._kiosk.workstation)
                if lane.series == event.series:
                    lane.last_legal = max(lane.last_legal, event.last_legal)
            case _:
                return
        self.touched.add("kiosks")

    def _day(self, at: Position, event: days.DayPayload) -> None:
        """A report is compared with what was sold before it, so that is written first."""
        if isinstance(event, events.DayOpened):
            lane = self._workstation(self._kiosk.store, self._kiosk.workstation)
            lane.business_day = max(lane.business_day, event.business_day)
        self.finish()
        self.remarks += days.post(self._session, self._kiosk, days.Place(at.kiosk, at.epoch, at.sequence), event)
        self.touched |= {"days", "kiosks"}

    def _numbered(self, event: events.TransactionOpened) -> None:
        """A number is used up when the transaction opens, whatever becomes of it."""
        named = event.transaction
        self._highest(self._workstation(named.store, named.workstation), named.series, named.number)

    def _series(self, series: int, number: int) -> None:
        self._highest(self._workstation(self._kiosk.store, self._kiosk.workstation), series, number)

    @staticmethod
    def _highest(lane: Workstation, series: int, number: int) -> None:
        if series > lane.series:
            lane.last_legal = lane.last_credit = 0  # a new series begins its numbers anew
        lane.series, lane.last_number = max((lane.series, lane.last_number), (series, number))

    def _intervention(self, event: events.InterventionRaised | events.InterventionCleared) -> None:
        row = self._find(Intervention, kiosk=self._kiosk.kiosk, intervention=event.intervention)
        if isinstance(event, events.InterventionCleared):
            if row is not None:
                row.outcome, row.by, row.remote = event.outcome, event.by, event.remote
                row.reason = event.reason or row.reason
        elif row is None:
            self._keep(
                Intervention(
                    kiosk=self._kiosk.kiosk,
                    intervention=event.intervention,
                    kind=event.kind,
                    blocks=event.blocks,
                    utc_ms=event.utc_ms,
                    line=event.line,
                    minimum_age=event.minimum_age,
                    outcome="",
                    by="",
                    reason=event.reason,
                    may_clear=event.may_clear,
                    severity=event.severity,
                )
            )
        self.touched.add("interventions")

    def _command(self, event: events.CommandAnswered) -> None:
        """What became of an order; one of another database's, or not of this lane's, is nobody's here."""
        row = self._find(LaneCommand, ident=event.command)
        if row is not None and row.kiosk == self._kiosk.kiosk and not row.answer:
            row.answer, row.why, row.answered_ms = event.outcome, event.reason, event.utc_ms
            self.touched.add("attend")

    # --- rows by key, each read once a batch -----------------------------------------------------------------------

    def _workstation(self, store: str, workstation: str) -> Workstation:
        found = self._find(Workstation, store=store, workstation=workstation)
        if found is None:
            found = self._keep(
                Workstation(
                    store=store, workstation=workstation, series=0, last_number=0, last_legal=0, business_day=""
                )
            )
        return found

    def _find(self, table: type[T], **key: str) -> T | None:
        cached = self._cache.get((table, tuple(key.values())))
        if isinstance(cached, table):
            return cached
        row = self._session.get(table, key)
        if row is not None:
            self._cache[table, tuple(key.values())] = row
        return row

    def _keep(self, row: T) -> T:
        self._session.add(row)
        key = tuple(getattr(row, str(column.key)) for column in inspect(type(row)).primary_key)
        self._cache[type(row), key] = row
        return row


def _numbered_as(header: _Row, named: TransactionId) -> bool:
    mine = (header["store"], header["workstation"], header["series"], header["number"])
    return header["uuid"] == named.uuid or mine == (named.store, named.workstation, named.series, named.number)


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _header(at: Position, event: events.TransactionCompleted) -> _Row:
    named = event.transaction
    return {
        "uuid": named.uuid,
        "store": named.store,
        "workstation": named.workstation,
        "business_day": named.business_day,
        "series": named.series,
        "number": named.number,
        "kiosk": at.kiosk,
        "epoch": at.epoch,
        "sequence": at.sequence,
        "utc_ms": event.utc_ms,
        "language": event.language,
        "currency": event.currency,
        "book_version": event.book_version,
        "prices_include_tax": event.prices_include_tax,
        "subtotal": event.subtotal.minor,
        "discount": event.discount.minor,
        "deposit": sum(_deposit(line) for line in event.lines),
        "duty": sum(row.duty.minor for row in event.tax if row.duty is not None),
        "tax": sum(row.tax.minor for row in event.tax),
        "total": event.total.minor,
        "units": sum(line.quantity for line in event.lines),
        "member_id": event.member_id,
        "clock_trusted": event.clock_trusted,
        "legal_series": "",
        "legal_number": None,
        "sample": False,
        **_buyer(event),
        **_exemption(event),
        "original": event.original.transaction.uuid if event.original is not None else "",
    }


def _buyer(event: events.TransactionCompleted) -> _Row:
    """A firm's number whole, a person's in part; of a kind that is new here, the kind alone."""
    told = event.buyer
    kind = next((known for known in KINDS if told is not None and known == told.kind), None)
    if told is None or kind is None:
        return {"buyer_kind": told.kind if told is not None else "", "buyer_number": ""}
    return {"buyer_kind": kind, "buyer_number": masked(BuyerNumber(kind, told.number))}


def _exemption(event: events.TransactionCompleted) -> _Row:
    """For what certificate or card a sale bears no tax, and who saw it."""
    told = event.exemption
    if told is None:
        return {"exempt_certificate": "", "exempt_reason": "", "exempt_by": ""}
    return {"exempt_certificate": told.certificate, "exempt_reason": told.reason, "exempt_by": told.by}


def _line(uuid: str, line: LineItem) -> _Row:
    weight = line.weight
    discount = sum(each.amount.minor for each in line.modifiers)
    return {
        "uuid": uuid,
        "line": line.line,
        "item_id": line.item_id,
        "names": dict(line.names),
        "unit": line.unit,
        "quantity": line.quantity,
        "weight_value": weight.value if weight else None,
        "weight_exponent": weight.exponent if weight else None,
        "weight_unit": weight.unit if weight else None,
        "unit_price": line.unit_price.minor,
        "extended": line.extended.minor,
        "discount": discount,
        "net": line.extended.minor - discount,
        "tax_class": line.tax_rate.tax_class,
        "basis_points": line.tax_rate.basis_points,
        "entry": line.entry,
        "gtin": line.gtin,
        "plu": line.plu,
        "modifiers": [
            {"offer_id": each.offer_id, "amount": each.amount.minor, "names": dict(each.names)}
            for each in line.modifiers
        ],
        "deposit": _deposit(line),
        "expires": line.expires,
        "best_before": line.best_before,
        "lot": line.lot,
        "serial": line.serial,
        "original_line": line.returned.line if line.returned is not None else None,
        "return_reason": line.returned.reason if line.returned is not None else "",
        "disposition": line.returned.disposition if line.returned is not None else "",
    }


def _of_series(legal: str, series: int) -> bool:
    """Whether a legal series of a checkout's own (it ends in ``-`` and the series) is the lane's newest."""
    _, dash, told = legal.rpartition("-")
    return not dash or told == str(series)


def _deposit(line: LineItem) -> int:
    return 0 if line.deposit is None or line.voided else line.deposit.amount.minor * line.quantity


def _tender(uuid: str, tender: SettledTender) -> _Row:
    return {
        "uuid": uuid,
        "tender": tender.tender,
        "tender_id": tender.tender_id,
        "kind": tender.kind,
        "amount": tender.amount.minor,
        "approval_code": tender.approval_code,
        "brand": tender.brand,
        "masked_pan": tender.masked_pan,
        "reference": tender.reference,
        "received": _minor(tender.received),
        "change": _minor(tender.change),
        "rounding": _minor(tender.rounding),
        "original": tender.original,
        "points": tender.points,
        "instalments": tender.instalments,
        "instalments_by": tender.instalments_by,
        "worth": _minor(tender.worth),
    }


def _tax(uuid: str, event: events.TransactionCompleted) -> list[_Row]:
    return [
        {
            "uuid": uuid,
            "tax_class": row.rate.tax_class,
            "basis_points": row.rate.basis_points,
            "net": row.net.minor,
            "tax": row.tax.minor,
            "duty": row.duty.minor if row.duty is not None else 0,
        }
        for row in event.tax
    ]
