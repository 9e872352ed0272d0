"""Booking stored value, each thing once: cards that sales activated, what sales used, credits that were issued.

``ValueBooks`` works within one database session, as ``PointsBooks`` does; nothing is booked twice, for entries have
keys. What a journal says is booked even where it should not be (an expired hold, a blocked card): the goods are gone.
Such bookings are among ``remarks``, for a person to look at.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headoffice.feed import policy_of
from headoffice.keyed import keyed_hash, shop_key
from headoffice.stored_value.tables import PaperVoucher, ValueAccount, ValueEntry, ValueHold
from kiosk.retail.stored_value import StoredValueRules, credit_number, last_day, masked
from messages import events
from messages.values import LineItem, Money, SettledTender

__all__ = ["ValueBooks", "held", "rules_of"]

_BACK = {"activate": "activate_back", "redeem": "redeem_back", "issue": "issue_back"}


class ValueBooks:
    """``remarks``: pairs of a word and a sentence, as posting has them; ``changed``: something was booked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._accounts: dict[str, ValueAccount | None] = {}
        self._booked: dict[tuple[str, str], ValueEntry] = {}
        self._used: dict[tuple[str, str], PaperVoucher] = {}
        self.remarks: list[tuple[str, str]] = []
        self.changed = False

    # --- what a journal says ---------------------------------------------------------------------------------------

    def sale(self, kiosk: str, sale: events.TransactionCompleted) -> None:
        """What a completed sale used and sold of stored value; what was held for it is settled.

        A return uses and sells nothing: what it gives as store credit is a record of its own.
        """
        if sale.original is not None:
            return
        for tender in sale.tenders:
            if tender.kind == "stored_value":
                self._redeemed(sale, tender)
            elif tender.kind == "paper_voucher":
                self._voucher_used(kiosk, sale, tender)
        for line in sale.lines:
            if line.value_account and not line.voided:
                self._activated(sale, line)

    def issued(self, store: str, business_day: str, event: events.StoreCreditIssued) -> str:
        """Open the account of a store credit that a lane has issued, once; gives the account's id."""
        number = credit_number(shop_key(self._session), event.prefix, event.credit)
        return self.issue(
            event.credit,
            event.amount,
            number=number,
            uuid=event.transaction,
            business_day=business_day,
            store=store,
            utc_ms=event.utc_ms,
            expires_day=event.expires_day,
            reason=event.reason,
        )

    def issue(
        self,
        credit: str,
        amount: Money,
        *,
        number: str,
        business_day: str,
        utc_ms: int,
        uuid: str = "",
        store: str = "",
        expires_day: str = "",
        by: str = "",
        reason: str = "",
    ) -> str:
        """Open a store credit of ``amount`` under ``number`` and give the account's id.

        ``credit`` is its own id: told again, nothing more is given.
        """
        account = f"sc-{credit}"
        if self.account(account) is None:
            row = ValueAccount(
                account=account,
                keyed_hash=keyed_hash(shop_key(self._session), "value", number),
                masked=masked(number),
                kind="store_credit",
                currency=amount.currency,
                balance=0,
                face=0,
                status="active",
                expires_day=expires_day,
                batch="",
                created_ms=utc_ms,
                blocked_by="",
                blocked_why="",
            )
            self._session.add(row)
            self._accounts[account] = row
        self.book(
            credit,
            "issue",
            account,
            amount.minor,
            uuid=uuid,
            business_day=business_day,
            store=store,
            utc_ms=utc_ms,
            by=by,
            reason=reason,
        )
        return account

    def undone(self, uuid: str) -> None:
        """A transaction does not count: what was held for it is let go, what it booked is booked back."""
        for hold in self._session.scalars(select(ValueHold).where(ValueHold.uuid == uuid)):
            self._let_go(hold)
        entries = self._session.scalars(select(ValueEntry).where(ValueEntry.uuid == uuid)).all()
        for entry in entries:
            if entry.kind in _BACK:
                self.book(
                    entry.source,
                    _BACK[entry.kind],
                    entry.account,
                    -entry.amount,
                    uuid=uuid,
                    business_day=entry.business_day,
                    store=entry.store,
                    utc_ms=entry.utc_ms,
                )
        for used in self._session.scalars(select(PaperVoucher).where(PaperVoucher.uuid == uuid)):
            self._session.delete(used)
            self.changed = True

    def released(self, tender: str) -> None:
        """The kiosk gave back what it had kept aside for a basket."""
        hold = self._session.get(ValueHold, tender)
        if hold is not None:
            self._let_go(hold)

    @staticmethod
    def _let_go(hold: ValueHold) -> None:
        if hold.state == "held":
            hold.state = "released"

    def _settle(self, tender: str) -> None:
        hold = self._session.get(ValueHold, tender)
        if hold is not None:
            hold.state = "settled"

    def _redeemed(self, sale: events.TransactionCompleted, tender: SettledTender) -> None:
        self._settle(tender.tender)
        account = self.account(tender.reference)
        named = sale.transaction
        if account is None:
            self._remark(
                "value_unknown", f"{named.uuid} was paid with {tender.reference or tender.tender}, unknown here"
            )
            return
        self.book(
            tender.tender,
            "redeem",
            account.account,
            -tender.amount.minor,
            uuid=named.uuid,
            business_day=named.business_day,
            store=named.store,
            utc_ms=sale.utc_ms,
        )
        if account.balance < 0:
            self._remark("value_overdrawn", f"{account.account} is {account.balance} after {named.uuid}")

    def _activated(self, sale: events.TransactionCompleted, line: LineItem) -> None:
        named, account = sale.transaction, self.account(line.value_account)
        if account is None:
            self._remark("value_unknown", f"{named.uuid} sold the gift card {line.value_account}, unknown here")
            return
        source = f"{named.uuid}:{line.line}"
        fresh = self.book(
            source,
            "activate",
            account.account,
            line.extended.minor,
            uuid=named.uuid,
            business_day=named.business_day,
            store=named.store,
            utc_ms=sale.utc_ms,
        )
        if not fresh:
            return
        if account.status != "inactive":
            self._remark("gift_card_twice", f"{account.account} was sold again in {named.uuid}")
            return
        rules = rules_of(self._session)
        account.status = "active"
        if rules is not None and rules.card_days and not account.expires_day:
            account.expires_day = last_day(named.business_day, rules.card_days)

    def _voucher_used(self, kiosk: str, sale: events.TransactionCompleted, tender: SettledTender) -> None:
        """The hold knows the voucher; without one (this database is older than it) the tender's reference does."""
        named, hold = sale.transaction, self._session.get(ValueHold, tender.tender)
        self._settle(tender.tender)
        key = hold.account if hold is not None else tender.reference
        if not key:
            self._remark("value_unknown", f"{named.uuid} was paid with a voucher nobody knows, {tender.tender}")
            return
        if (key, tender.tender) in self._used or self._session.get(PaperVoucher, (key, tender.tender)) is not None:
            return
        before = self._session.scalars(select(PaperVoucher.uuid).where(PaperVoucher.keyed_hash == key)).all()
        others = {*before, *(row.uuid for (other, _), row in self._used.items() if other == key)} - {named.uuid}
        for other in sorted(others):
            self._remark("voucher_twice", f"one {tender.tender_id} voucher paid {other} and {named.uuid}")
        row = PaperVoucher(
            keyed_hash=key,
            request=tender.tender,
            tender_id=tender.tender_id,
            worth=(tender.worth or tender.amount).minor,
            amount=tender.amount.minor,
            currency=tender.amount.currency,
            uuid=named.uuid,
            kiosk=kiosk,
            store=named.store,
            business_day=named.business_day,
            utc_ms=sale.utc_ms,
        )
        self._session.add(row)
        self._used[key, tender.tender] = row
        self.changed = True

    def _remark(self, word: str, sentence: str) -> None:
        self.remarks.append((word, sentence))

    # --- one booking -----------------------------------------------------------------------------------------------

    def book(
        self,
        source: str,
        kind: str,
        account: str,
        amount: int,
        *,
        business_day: str,
        utc_ms: int,
        uuid: str = "",
        store: str = "",
        by: str = "",
        reason: str = "",
    ) -> bool:
        """Book on an account that is here, unless the same was booked before; whether it was booked now."""
        row = self.account(account)
        if row is None or self._entry(source, kind) is not None:
            return False
        entry = self._booked[source, kind] = ValueEntry(
            source=source,
            kind=kind,
            account=account,
            amount=amount,
            currency=row.currency,
            uuid=uuid,
            business_day=business_day,
            store=store,
            utc_ms=utc_ms,
            by=by,
            reason=reason,
        )
        self._session.add(entry)
        row.balance += amount
        self.changed = True
        return True

    def _entry(self, source: str, kind: str) -> ValueEntry | None:
        return self._booked.get((source, kind)) or self._session.get(ValueEntry, (source, kind))

    def account(self, account: str) -> ValueAccount | None:
        """The account's row, locked where the database locks rows."""
        if account not in self._accounts:
            self._accounts[account] = self._session.get(ValueAccount, account, with_for_update=True)
        return self._accounts[account]


def rules_of(session: Session) -> StoredValueRules | None:
    """What the feed's policy says of stored value."""
    policy = policy_of(session)
    return policy.stored_value if policy is not None else None


def held(session: Session, account: str, rules: StoredValueRules, now_ms: int) -> int:
    """What is kept aside of an account; what nobody has spoken of for too long counts no more."""
    since = now_ms - rules.hold_hours * 3_600_000
    query = select(func.coalesce(func.sum(ValueHold.amount), 0)).where(
        ValueHold.account == account, ValueHold.state == "held", ValueHold.created_ms > since
    )
    return int(session.scalar(query) or 0)
