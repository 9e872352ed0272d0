"""Booking points, each thing once: what sales earned and burned, what was undone, adjusted or has expired."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.bulk import portions
from headoffice.feed import policy_of
from headoffice.points.tables import PointsEntry, PointsHold, PointsMember
from kiosk.retail.points import Programme
from messages import events

__all__ = ["PointsBooks", "expires_on", "held", "programme_of"]


class PointsBooks:
    """Books into one database session. Within it nothing is booked twice, nor across sessions: entries have keys."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._members: dict[str, PointsMember] = {}
        self._booked: dict[tuple[str, str], PointsEntry] = {}
        self._expected: Collection[str] = ()
        self._programme: tuple[Programme | None] | None = None
        self.changed = False

    def expect(self, sources: Collection[str], members: Collection[str]) -> None:
        """These sales are about to be booked, for these members: look up together what stands there."""
        if not members:
            return
        for some in portions(sorted(sources)):
            entries = self._session.scalars(select(PointsEntry).where(PointsEntry.source.in_(some)))
            self._booked |= {(entry.source, entry.kind): entry for entry in entries}
        for some in portions(sorted(members)):
            wanted = select(PointsMember).where(PointsMember.member_id.in_(some))
            rows = self._session.scalars(wanted.order_by(PointsMember.member_id).with_for_update())
            self._members |= {row.member_id: row for row in rows}
        self._expected = sources

    # --- what a journal says ---------------------------------------------------------------------------------------

    def sale(self, sale: events.TransactionCompleted) -> None:
        """What a completed sale earned and burned, as its kiosk counted it. What was held for it is settled."""
        if sale.original is not None:
            self.returned(sale)
            return
        burned = [tender for tender in sale.tenders if tender.kind == "points"]
        for tender in burned:
            hold = self._session.get(PointsHold, tender.tender)
            if hold is not None:
                hold.state = "settled"
        if not sale.member_id:
            return
        named, told = sale.transaction, sale.points
        day, store = named.business_day, named.store
        if told is not None and told.earned:
            self.book(
                named.uuid,
                "earn",
                sale.member_id,
                told.earned,
                business_day=day,
                store=store,
                utc_ms=sale.utc_ms,
                spend=told.spent.minor,
                expires_day=expires_on(self._terms(), day),
            )
        if burned:
            points = sum(tender.points for tender in burned)
            self.book(named.uuid, "burn", sale.member_id, -points, business_day=day, store=store, utc_ms=sale.utc_ms)

    def returned(self, back: events.TransactionCompleted) -> None:
        """A return takes back what its goods had earned, and gives back what was burned on them."""
        told, named = back.points, back.transaction
        if told is None or not back.member_id:
            return
        source, member, day, now = named.uuid, back.member_id, named.business_day, back.utc_ms
        if told.earned:
            spend = told.spent.minor
            self.book(
                source, "earn_back", member, told.earned, business_day=day, store=named.store, utc_ms=now, spend=spend
            )
        if told.burned:
            until = expires_on(self._terms(), day)
            self.book(
                source,
                "burn_back",
                member,
                -told.burned,
                business_day=day,
                store=named.store,
                utc_ms=now,
                expires_day=until,
            )

    def undone(self, uuid: str) -> None:
        """A sale does not count: what was held for it is let go, what it booked is booked back."""
        for hold in self._session.scalars(select(PointsHold).where(PointsHold.uuid == uuid)):
            self._let_go(hold)
        for kind, back in (("earn", "earn_back"), ("burn", "burn_back")):
            entry = self._entry(uuid, kind)
            if entry is not None:
                self.book(
                    uuid,
                    back,
                    entry.member_id,
                    -entry.points,
                    spend=-entry.spend,
                    business_day=entry.business_day,
                    store=entry.store,
                    utc_ms=entry.utc_ms,
                )

    def released(self, tender: str) -> None:
        """The kiosk gave points back that it had burned in a basket."""
        hold = self._session.get(PointsHold, tender)
        if hold is not None:
            self._let_go(hold)

    @staticmethod
    def _let_go(hold: PointsHold) -> None:
        if hold.state == "held":
            hold.state = "released"

    # --- one booking -----------------------------------------------------------------------------------------------

    def book(
        self,
        source: str,
        kind: str,
        member_id: str,
        points: int,
        *,
        business_day: str,
        utc_ms: int,
        store: str = "",
        spend: int = 0,
        expires_day: str = "",
        by: str = "",
        reason: str = "",
    ) -> bool:
        """Book, unless the same was booked before; whether it was booked now."""
        if self._entry(source, kind) is not None:
            return False
        entry = self._booked[source, kind] = PointsEntry(
            source=source,
            kind=kind,
            member_id=member_id,
            points=points,
            spend=spend,
            business_day=business_day,
            expires_day=expires_day,
            store=store,
            utc_ms=utc_ms,
            by=by,
            reason=reason,
        )
        self._session.add(entry)
        member = self.member(member_id)
        member.balance += points
        member.stirred = self.changed = True
        return True

    def _entry(self, source: str, kind: str) -> PointsEntry | None:
        """What is booked under this key, here (perhaps not written yet) or before."""
        known = self._booked.get((source, kind))
        return (
            known if known is not None or source in self._expected else self._session.get(PointsEntry, (source, kind))
        )

    def member(self, member_id: str) -> PointsMember:
        """The member's row, locked where the database locks rows; made where there is none."""
        known = self._members.get(member_id)
        if known is None:
            known = self._session.get(PointsMember, member_id, with_for_update=True)
        if known is None:
            known = PointsMember(member_id=member_id, balance=0, tier="", tier_day="", stirred=False)
            self._session.add(known)
        self._members[member_id] = known
        return known

    def _terms(self) -> Programme | None:
        if self._programme is None:
            self._programme = (programme_of(self._session),)
        return self._programme[0]


def programme_of(session: Session) -> Programme | None:
    """The programme as the feed tells it."""
    policy = policy_of(session)
    return policy.points if policy is not None else None


def expires_on(programme: Programme | None, business_day: str) -> str:
    """The last day on which points of this business day may be burned; empty where they never expire."""
    if programme is None or not programme.expires_days:
        return ""
    return (date.fromisoformat(business_day) + timedelta(days=programme.expires_days)).isoformat()


def held(session: Session, member_id: str, programme: Programme, now_ms: int) -> int:
    """Points kept aside for baskets of the member; those that nobody has spoken of for too long count no more."""
    since = now_ms - programme.hold_hours * 3_600_000
    query = select(func.coalesce(func.sum(PointsHold.points), 0)).where(
        PointsHold.member_id == member_id, PointsHold.state == "held", PointsHold.created_ms > since
    )
    return int(session.scalar(query) or 0)
