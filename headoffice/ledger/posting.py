"""Posting: what the ledger makes of each journal record.

A posting goes over the records of many kiosks in one database transaction. What most of them need of the database is
looked up once before (``expect``), and what they add is gathered and written together (``finish``): a sale costs a
few rows and no question of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from headoffice.bulk import Row, add_many, merge_many
from headoffice.ledger import cancelling, days, owed, rows, suspended, weights
from headoffice.ledger import coupons as booking
from headoffice.ledger import returns as returning
from headoffice.ledger.baskets import Baskets, open_baskets
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.coupon_tables import OfferUse
from headoffice.ledger.foresight import Foresight, Number, foresee
from headoffice.ledger.numbers import highest, of_series
from headoffice.ledger.succession import OF_THE_MOMENT, succeeded
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
from messages import events
from messages.values import TransactionId

__all__ = ["Position", "Posting", "Remark", "SuspectRecordError"]


class SuspectRecordError(ValueError):
    """The record is stored, but the ledger must not follow it: it would book twice, or against another booking."""


class Position(NamedTuple):
    """Where in which journal a record stands."""

    kiosk: str
    epoch: int
    sequence: int


class Remark(NamedTuple):
    """Something that is booked and that a person should look at: the reason's word, a sentence, whose journal."""

    reason: str
    sentence: str
    kiosk: str


@dataclass(slots=True)
class _Lane:
    """One kiosk whose records are being posted."""

    kiosk: Kiosk
    baskets: Baskets


@dataclass(slots=True)
class _Gathered:
    """Rows waiting to be written together."""

    headers: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)
    tenders: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    serials: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    left: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    pieces: list[weights.Piece] = field(default_factory=list)


class Posting:
    """Posts events, each kiosk's in their order.

    ``touched`` names what people may see change; ``remarks`` are bookings a person should look at.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.touched: set[str] = set()
        self.remarks: list[Remark] = []
        self.forget()

    def forget(self) -> None:
        """Drop what was gathered and not written: the savepoint it belonged to is gone. What was foreseen is, too."""
        self._lanes: dict[str, _Lane] = {}
        self._points = PointsBooks(self._session)
        self._value = ValueBooks(self._session)
        self._gathered = _Gathered()
        self._foreseen = Foresight()
        self._past: set[tuple[str, int]] = set()
        self._interventions: dict[tuple[str, str], Intervention] = {}
        self._workstations: dict[tuple[str, str], Workstation] = {}
        self._locations: dict[str, str] = {}
        self._bearing: dict[Number, set[str]] = {}
        self._fresh: set[str] = set()
        self._busy: set[str] = set()

    def expect(self, told: Sequence[tuple[Position, events.Payload]]) -> None:
        """These will be posted now, and nothing else: look up together what they will need."""
        kiosks = sorted({at.kiosk for at, _ in told})
        baskets = open_baskets(self._session, kiosks)
        known = self._session.scalars(select(Kiosk).where(Kiosk.kiosk.in_(kiosks)))
        self._lanes |= {row.kiosk: _Lane(row, Baskets(self._session, row.kiosk, baskets[row.kiosk])) for row in known}
        self._past = succeeded(self._session, kiosks)
        self._foreseen = foresee(self._session, told)
        self._interventions = dict(self._foreseen.interventions)
        self._points.expect(self._foreseen.completed, self._foreseen.members)

    def post(self, at: Position, event: events.Payload) -> None:
        """Post one event. Raises ``SuspectRecordError`` before anything is booked."""
        deed = self._DEEDS.get(type(event))
        if deed is not None:
            if at[:2] in self._past and isinstance(event, OF_THE_MOMENT):
                return
            deed(self, at, self._lanes[at.kiosk], event)

    def finish(self) -> None:
        """Write what was gathered."""
        for lane in self._lanes.values():
            lane.baskets.save()
            if lane.baskets.changed:
                self.touched.add("baskets")
        if self._points.changed:
            self.touched.add("points")
        if self._value.changed:
            self.touched.add("value")
        self._session.flush()
        gathered, self._gathered = self._gathered, _Gathered()
        if gathered.headers:
            headers = [tuple(header.values()) for header in gathered.headers.values()]
            add_many(self._session, Transaction, tuple(next(iter(gathered.headers.values()))), headers)
        add_many(self._session, SaleLine, rows.LINE, gathered.lines)
        add_many(self._session, SaleTender, rows.TENDER, gathered.tenders)
        add_many(self._session, SaleTax, rows.TAX, gathered.taxes)
        add_many(self._session, StockMove, rows.MOVE, gathered.moves)
        add_many(self._session, OfferUse, rows.OFFER, gathered.offers)
        self._take_off_stock(gathered)
        weights.add_up(self._session, gathered.pieces)

    # --- the sale ------------------------------------------------------------------------------------------------

    def _completed(self, at: Position, lane: _Lane, event: events.TransactionCompleted) -> None:
        uuid = event.transaction.uuid
        self._check_identity(at, event.transaction)
        if event.original is not None:
            self._returned(at, event)
        else:
            self._check_serials(at, event)
            self._gathered.offers += booking.offer_uses(event)
        gathered = self._gathered
        gathered.headers[uuid] = rows.header(at.kiosk, at.epoch, at.sequence, event)
        gathered.lines += (rows.line(uuid, line) for line in event.lines)
        gathered.tenders += (rows.tender(uuid, tender) for tender in event.tenders)
        gathered.taxes += rows.tax(event)
        for line in event.lines:
            if line.serial and not line.voided:
                gathered.serials[line.item_id, line.serial].append((uuid, line.quantity))
        if event.coupons or self._concerns(uuid):
            self._remark(at, "coupon_twice", booking.redeem(self._session, at.kiosk, event))
        lane.baskets.removed(uuid)
        self._points.sale(event)
        self._value.sale(at.kiosk, event)
        self._remark_value(at)
        self._busy.add(uuid)
        self.touched.add("sales")

    def _returned(self, at: Position, event: events.TransactionCompleted) -> None:
        """What has come back is compared with what was sold and came back before, so that is written first."""
        self.finish()
        named = event.transaction
        highest(self._workstation(named.store, named.workstation), named.series, named.number)
        self._remark(at, "returned_twice", returning.completed(self._session, at.kiosk, event))

    def _check_identity(self, at: Position, named: TransactionId) -> None:
        """The same transaction twice is not booked. A number used by two is, for the money is real, and is told."""
        if named.uuid in self._foreseen.booked or named.uuid in self._fresh:
            message = f"transaction {named.uuid} is already in the ledger"
            raise SuspectRecordError(message)
        key = (named.store, named.workstation, named.series, named.number)
        for other in sorted(self._foreseen.numbers.get(key, set()) | self._bearing.get(key, set())):
            number = f"{named.store}/{named.workstation} {named.series}-{named.number}"
            self._remark(at, "number_twice", [f"{number} names both {other} and {named.uuid}"])
        self._fresh.add(named.uuid)
        self._bearing.setdefault(key, set()).add(named.uuid)

    def _check_serials(self, at: Position, event: events.TransactionCompleted) -> None:
        """One serial number is one pack: sold twice, one of the two sales was not what it seemed. Both are booked."""
        uuid = event.transaction.uuid
        for line in event.lines:
            if not line.serial or line.voided:
                continue
            pack = (line.item_id, line.serial)
            same = (SaleLine.item_id == line.item_id, SaleLine.serial == line.serial)
            found = self._session.execute(select(SaleLine.uuid, SaleLine.quantity).where(*same))
            booked = [*((row.uuid, row.quantity) for row in found), *self._gathered.serials[pack]]
            if sum(units for _, units in booked) <= 0:  # what was sold has come back
                continue
            for other in sorted({other for other, units in booked if units > 0} - {uuid}):
                self._remark(at, "serial_twice", [f"{line.item_id} {line.serial} was sold in {other} and in {uuid}"])

    def _fiscal_given(self, _at: Position, lane: _Lane, event: events.FiscalNumberGiven) -> None:
        """The legal number, given once."""
        given: dict[str, str | int] = {"legal_series": event.series, "legal_number": event.number}
        header = self._gathered.headers.get(event.transaction)
        if header is not None:
            header |= given
        else:
            self._session.execute(update(Transaction).where(Transaction.uuid == event.transaction).values(given))
        place = self._workstation(lane.kiosk.store, lane.kiosk.workstation)
        if event.by == "checkout" and of_series(event.series, place.series):  # a device keeps its own series
            if event.credit:
                place.last_credit = max(place.last_credit, event.number)
            else:
                place.last_legal = max(place.last_legal, event.number)

    def _fiscal_registered(self, _at: Position, _lane: _Lane, event: events.FiscalRegistered) -> None:
        """A late word gives a number only to a sale that had none."""
        if event.outcome == "refused":
            return
        given: dict[str, str | int] = {"legal_series": event.series, "legal_number": event.number}
        header = self._gathered.headers.get(event.transaction)
        if header is not None:
            if not header.get("legal_number"):
                header |= given
            return
        unnumbered = (Transaction.uuid == event.transaction, Transaction.legal_number.is_(None))
        self._session.execute(update(Transaction).where(*unnumbered).values(given))

    def _cancelling(self, at: Position, lane: _Lane, event: cancelling.CancelPayload) -> None:
        self._remark(at, "cancel_refused", cancelling.post(self._session, lane.kiosk.kiosk, event))
        self.touched |= {"sales", "days"}

    def _cash_owed(self, at: Position, lane: _Lane, event: owed.OwedPayload) -> None:
        kiosk = lane.kiosk
        place = owed.At(*at, kiosk.store, kiosk.workstation, lane.baskets.at_hand)
        self._remark(at, "cash_twice", owed.post(self._session, place, event))
        self.touched.add("days")

    def _stock(self, at: Position, lane: _Lane, event: events.StockMoved) -> None:
        location = self._location(lane.kiosk.store)
        for ordinal, move in enumerate(event.moves):
            self._gathered.moves.append(
                (*at, ordinal, event.transaction, move.item_id, location, move.quantity, move.unit)
            )
            taken, _ = self._gathered.left.get((move.item_id, location), (0, ""))
            self._gathered.left[move.item_id, location] = (taken + move.quantity, move.unit)
        self.touched.add("stock")

    def _take_off_stock(self, gathered: _Gathered) -> None:
        levels = [
            {"item_id": item_id, "location": location, "unit": unit, "on_hand": -taken, "stirred": True}
            for (item_id, location), (taken, unit) in sorted(gathered.left.items())
        ]
        change = {"on_hand": "here.on_hand + excluded.on_hand", "stirred": "excluded.stirred"}
        merge_many(self._session, StockLevel, levels, change)

    def _bagged(self, _at: Position, _lane: _Lane, event: events.PiecesBagged) -> None:
        self._gathered.pieces += weights.pieces_of(event)

    # --- the visit -----------------------------------------------------------------------------------------------

    def _opened(self, at: Position, lane: _Lane, event: events.TransactionOpened) -> None:
        """A number is used up when the transaction opens, whatever becomes of it."""
        named = event.transaction
        highest(self._workstation(named.store, named.workstation), named.series, named.number)
        if at[:2] not in self._past:
            lane.baskets.opened(event)

    def _rung(
        self,
        _at: Position,
        lane: _Lane,
        event: events.LineAdded | events.QuantityChanged | events.LineVoided | events.PriceModifiersSettled,
    ) -> None:
        lane.baskets.rung(event)

    def _member(self, _at: Position, lane: _Lane, event: events.LoyaltyAttached) -> None:
        lane.baskets.member(event.member_id)

    def _tendering(self, _at: Position, lane: _Lane, _event: events.TenderRequested) -> None:
        lane.baskets.phased("tendering")

    def _settled(self, _at: Position, lane: _Lane, event: events.TenderSettled) -> None:
        lane.baskets.phased("tendering" if event.outcome in {"approved", "unknown"} else "scanning")

    def _reversed(self, at: Position, _lane: _Lane, event: events.TenderReversed) -> None:
        if event.kind == "points":
            self._points.released(event.tender)
        elif event.kind in {"stored_value", "paper_voucher"}:
            self._value.released(event.tender)
            self._remark_value(at)

    def _voided(self, at: Position, lane: _Lane, event: events.TransactionVoided) -> None:
        lane.baskets.removed(event.transaction)
        if not self._concerns(event.transaction):
            return
        self._points.undone(event.transaction)
        returning.voided(self._session, event.transaction)
        self._value.undone(event.transaction)
        self._remark_value(at)
        booking.let_go(self._session, event.transaction)
        suspended.voided(self._session, at.kiosk, event.transaction)

    def _credit(self, at: Position, lane: _Lane, event: events.StoreCreditIssued) -> None:
        place = self._workstation(lane.kiosk.store, lane.kiosk.workstation)
        self._value.issued(place.store, place.business_day, event)
        self._remark_value(at)
        self._busy.add(event.transaction)

    def _refund_doubled(self, at: Position, _lane: _Lane, event: events.RefundDoubled) -> None:
        self._remark(at, "refunded_twice", (returning.doubled(event),))

    def _return_asked(self, at: Position, _lane: _Lane, event: events.ReturnsRequested) -> None:
        returning.asked(self._session, at.kiosk, event)
        self._busy.add(event.transaction)

    def _return_dropped(self, _at: Position, _lane: _Lane, event: events.ReturnsDropped) -> None:
        returning.dropped(self._session, event.hold)

    def _coupon_returned(self, _at: Position, lane: _Lane, event: events.CouponReturned) -> None:
        booking.returned(self._session, event.code, lane.baskets.at_hand)

    def _suspended(self, at: Position, lane: _Lane, event: events.TransactionSuspended) -> None:
        lane.baskets.phased("suspended", event.transaction)
        suspended.parked(self._session, at.kiosk, lane.kiosk.store, event)
        self._busy.add(event.transaction)

    def _resumed(self, at: Position, lane: _Lane, event: events.TransactionResumed) -> None:
        lane.baskets.phased("scanning", event.transaction)
        self._remark(at, "basket_twice", suspended.resumed(self._session, at.kiosk, event.transaction))

    def _taken_over(self, at: Position, _lane: _Lane, event: events.BasketTakenOver) -> None:
        self._remark(at, "basket_twice", suspended.taken_over(self._session, at.kiosk, event))
        self._busy.add(event.transaction)

    # --- the lane ------------------------------------------------------------------------------------------------

    def _epoch(self, _at: Position, lane: _Lane, event: events.EpochOpened) -> None:
        kiosk = lane.kiosk
        kiosk.store, kiosk.workstation, kiosk.release = event.store, event.workstation, event.release
        self.touched.add("kiosks")

    def _lane_opened(self, _at: Position, lane: _Lane, _event: events.LaneOpened) -> None:
        lane.kiosk.lane, lane.kiosk.lane_reason = "open", ""
        self.touched.add("kiosks")

    def _lane_closed(self, _at: Position, lane: _Lane, event: events.LaneClosed) -> None:
        lane.kiosk.lane, lane.kiosk.lane_reason = "closed", event.reason
        self.touched.add("kiosks")

    def _series(self, _at: Position, lane: _Lane, event: events.SeriesOpened | events.SeriesContinued) -> None:
        place = self._workstation(lane.kiosk.store, lane.kiosk.workstation)
        if isinstance(event, events.SeriesOpened):
            highest(place, event.series, 0)
        else:
            highest(place, event.series, event.last_number)
            if place.series == event.series:
                place.last_legal = max(place.last_legal, event.last_legal)
        self.touched.add("kiosks")

    def _day(self, at: Position, lane: _Lane, event: days.DayPayload) -> None:
        """A report is compared with what was sold before it, so that is written first."""
        if isinstance(event, events.DayOpened):
            place = self._workstation(lane.kiosk.store, lane.kiosk.workstation)
            place.business_day = max(place.business_day, event.business_day)
        self.finish()
        told = days.post(self._session, lane.kiosk, days.Place(*at), event)
        self.remarks += (Remark(reason, sentence, at.kiosk) for reason, sentence in told)
        self.touched |= {"days", "kiosks"}

    def _raised(self, at: Position, _lane: _Lane, event: events.InterventionRaised) -> None:
        if (at.kiosk, event.intervention) not in self._interventions:
            row = self._interventions[at.kiosk, event.intervention] = Intervention(
                kiosk=at.kiosk,
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
            self._session.add(row)
        self.touched.add("interventions")

    def _cleared(self, at: Position, _lane: _Lane, event: events.InterventionCleared) -> None:
        row = self._interventions.get((at.kiosk, event.intervention))
        if row is not None:
            row.outcome, row.by, row.remote = event.outcome, event.by, event.remote
            row.reason = event.reason or row.reason
        self.touched.add("interventions")

    def _command(self, at: Position, _lane: _Lane, event: events.CommandAnswered) -> None:
        """What became of an order; one of another database's, or not of this lane's, is nobody's here."""
        row = self._session.get(LaneCommand, event.command)
        if row is not None and row.kiosk == at.kiosk and not row.answer:
            row.answer, row.why, row.answered_ms = event.outcome, event.reason, event.utc_ms
            self.touched.add("attend")

    # --- what is known ---------------------------------------------------------------------------------------------

    def _concerns(self, uuid: str) -> bool:
        """Whether anything is kept elsewhere for a transaction that ends."""
        return uuid in self._foreseen.concerned or uuid in self._busy

    def _remark(self, at: Position, reason: str, sentences: Iterable[str]) -> None:
        self.remarks += (Remark(reason, sentence, at.kiosk) for sentence in sentences)

    def _remark_value(self, at: Position) -> None:
        told, self._value.remarks = self._value.remarks, []
        self.remarks += (Remark(reason, sentence, at.kiosk) for reason, sentence in told)

    def _workstation(self, store: str, workstation: str) -> Workstation:
        found = self._workstations.get((store, workstation))
        if found is None:
            found = self._session.get(Workstation, (store, workstation))
            if found is None:
                found = Workstation(
                    store=store,
                    workstation=workstation,
                    series=0,
                    last_number=0,
                    last_legal=0,
                    last_credit=0,
                    business_day="",
                )
                self._session.add(found)
            self._workstations[store, workstation] = found
        return found

    def _location(self, store: str) -> str:
        """Where a shop's stock is kept."""
        if store not in self._locations:
            unit = self._session.get(BusinessUnit, store)
            self._locations[store] = unit.location if unit is not None else store
        return self._locations[store]

    _DEEDS: ClassVar[Mapping[type[events.Payload], Callable[[Posting, Position, _Lane, Any], None]]] = {
        events.TransactionCompleted: _completed,
        events.StockMoved: _stock,
        events.FiscalNumberGiven: _fiscal_given,
        events.FiscalRegistered: _fiscal_registered,
        events.TransactionOpened: _opened,
        events.LineAdded: _rung,
        events.QuantityChanged: _rung,
        events.LineVoided: _rung,
        events.PriceModifiersSettled: _rung,
        events.LoyaltyAttached: _member,
        events.TenderRequested: _tendering,
        events.TenderSettled: _settled,
        events.TenderReversed: _reversed,
        events.TransactionVoided: _voided,
        events.StoreCreditIssued: _credit,
        events.RefundDoubled: _refund_doubled,
        events.ReturnsRequested: _return_asked,
        events.ReturnsDropped: _return_dropped,
        events.CouponReturned: _coupon_returned,
        events.TransactionSuspended: _suspended,
        events.TransactionResumed: _resumed,
        events.BasketTakenOver: _taken_over,
        events.PiecesBagged: _bagged,
        events.InterventionRaised: _raised,
        events.InterventionCleared: _cleared,
        **dict.fromkeys(get_args(days.DayPayload), _day),
        **dict.fromkeys(get_args(cancelling.CancelPayload), _cancelling),
        **dict.fromkeys(get_args(owed.OwedPayload), _cash_owed),
        events.CommandAnswered: _command,
        events.EpochOpened: _epoch,
        events.LaneOpened: _lane_opened,
        events.LaneClosed: _lane_closed,
        events.SeriesOpened: _series,
        events.SeriesContinued: _series,
    }
    """What is done about each event; about all others nothing."""
