"""What the records that are about to be posted will need of the database, looked up together.

A question for each sale, asked a thousand times a second, is most of the work of a ledger; one for many sales is next
to nothing. What is found here is a snapshot: what the posting itself adds since, it must remember.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from headoffice.bulk import portions
from headoffice.ledger.coupon_tables import SingleCoupon
from headoffice.ledger.return_tables import ReturnHold
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import Intervention, Transaction
from headoffice.points.tables import PointsEntry, PointsHold
from headoffice.stored_value.tables import PaperVoucher, ValueEntry, ValueHold
from messages import events

__all__ = ["Foresight", "Number", "foresee"]

Number = tuple[str, str, int, int]
"""Store, workstation, series, number: how the trade names a transaction."""

_KEPT_FOR: Final[tuple[InstrumentedAttribute[str], ...]] = (
    SingleCoupon.uuid,
    PointsHold.uuid,
    PointsEntry.source,
    ValueHold.uuid,
    ValueEntry.uuid,
    PaperVoucher.uuid,
    ReturnHold.basket,
    SuspendedBasket.uuid,
)


_LOOKED_UP: Final = frozenset(
    (
        events.TransactionCompleted,
        events.TransactionVoided,
        events.InterventionRaised,
        events.InterventionCleared,
    )
)


@dataclass(frozen=True, slots=True)
class Foresight:
    """``completed``: transactions that will be booked; ``members``: whose they are.

    ``booked``: those of them that are in the ledger already. ``numbers``: who bears the same number there.
    ``concerned``: transactions that end here and for which something is kept elsewhere (a coupon, points, credit, a
    return, a place among the parked baskets). ``interventions``: those that are known, by kiosk and id.
    """

    completed: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    booked: frozenset[str] = frozenset()
    numbers: dict[Number, set[str]] = field(default_factory=dict)
    concerned: frozenset[str] = frozenset()
    interventions: dict[tuple[str, str], Intervention] = field(default_factory=dict)


@dataclass(slots=True)
class _Wanted:
    sales: list[events.TransactionCompleted] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    interventions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def foresee(session: Session, told: Sequence[tuple[tuple[str, int, int], events.Payload]]) -> Foresight:
    """Look up what these (position, event) will need."""
    wanted = _wanted(told)
    completed = frozenset(sale.transaction.uuid for sale in wanted.sales)
    return Foresight(
        completed=completed,
        members=frozenset(sale.member_id for sale in wanted.sales if sale.member_id),
        booked=frozenset(_which(session, Transaction.uuid, completed)),
        numbers=_numbers(session, wanted.sales),
        concerned=frozenset(uuid for column in _KEPT_FOR for uuid in _which(session, column, wanted.ended | completed)),
        interventions=_interventions(session, wanted.interventions),
    )


def _wanted(told: Sequence[tuple[tuple[str, int, int], events.Payload]]) -> _Wanted:
    wanted = _Wanted()
    for (kiosk, _, _), event in told:
        if type(event) not in _LOOKED_UP:  # most are not
            continue
        match event:
            case events.TransactionCompleted():
                wanted.sales.append(event)
            case events.TransactionVoided():
                wanted.ended.add(event.transaction)
            case events.InterventionRaised() | events.InterventionCleared():
                wanted.interventions[kiosk].add(event.intervention)
    return wanted


def _which(session: Session, column: InstrumentedAttribute[str], values: Collection[str]) -> Iterator[str]:
    """Those of the values that stand in the column."""
    for some in portions(sorted(values)):
        yield from session.scalars(select(column).where(column.in_(some)).distinct())


def _numbers(session: Session, sales: Sequence[events.TransactionCompleted]) -> dict[Number, set[str]]:
    """A lane's numbers run on, so those between its lowest and highest are asked for."""
    spans: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for sale in sales:
        named = sale.transaction
        spans[named.store, named.workstation, named.series].append(named.number)
    told: dict[Number, set[str]] = defaultdict(set)
    for some in portions(sorted(spans.items()), 50):
        found = select(
            Transaction.store, Transaction.workstation, Transaction.series, Transaction.number, Transaction.uuid
        ).where(Transaction.sample.is_(False), or_(*(_between(*series, numbers) for series, numbers in some)))
        for store, workstation, series, number, uuid in session.execute(found):
            told[store, workstation, series, number].add(uuid)
    return told


def _between(store: str, workstation: str, series: int, numbers: Sequence[int]) -> ColumnElement[bool]:
    return (
        (Transaction.store == store)
        & (Transaction.workstation == workstation)
        & (Transaction.series == series)
        & Transaction.number.between(min(numbers), max(numbers))
    )


def _interventions(session: Session, wanted: dict[str, set[str]]) -> dict[tuple[str, str], Intervention]:
    told: dict[tuple[str, str], Intervention] = {}
    for kiosk, idents in sorted(wanted.items()):
        for some in portions(sorted(idents)):
            known = select(Intervention).where(Intervention.kiosk == kiosk, Intervention.intervention.in_(some))
            told |= {(kiosk, row.intervention): row for row in session.scalars(known)}
    return told
