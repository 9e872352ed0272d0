"""The cashier: does what kiosks ask about payments, hears the acquirer's notices, looks after what nobody asks about.

Every deed is written down before the acquirer hears of it, and every answer of the acquirer before a kiosk does; so a
head office that is killed anywhere goes on from its database. Several may run on one database: what they do to one
payment at once, they do under its one name at the acquirer, and the rules say what stands.

Acquirers are slow: nothing here runs on the thread that stores journals.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from headoffice.acquirers.contract import AcquirerRefusedError, AcquirerSilentError, Charge
from headoffice.acquirers.settings import Till
from headoffice.database import Database
from headoffice.payments import rules
from headoffice.payments.refunds import Refunds
from headoffice.payments.tables import Payment, PaymentReturn
from kiosk.retail.merchant_qr import MerchantQrError, refusal
from kiosk.retail.money import Money
from messages.asks import PaymentAnswer, PaymentAsk

__all__ = ["Cashier"]

log = logging.getLogger(__name__)

_WORKERS: Final = 4
_MOST_WAITING: Final = 200
_TICK_S: Final = 1.0
_AT_ONCE: Final = 20
_FRESH_MS: Final = 1_500
"""An acquirer that was asked this short a time ago is not asked again for a kiosk that only looks."""

Tell = Callable[[str, PaymentAnswer], None]
"""Tells a kiosk. What cannot be told now is let go: kiosks ask again."""


class Cashier:
    """``start`` and ``stop`` are mirrors; without ``start`` everything is done on the caller's thread (for tests)."""

    def __init__(self, database: Database, tills: Mapping[str, Till], *, clock: Callable[[], int], tell: Tell) -> None:
        self._database, self._tills, self._clock, self._tell = database, dict(tills), clock, tell
        self._refunds = Refunds(database, self._tills, clock=clock)
        self._pool: ThreadPoolExecutor | None = None
        self._watch: threading.Thread | None = None
        self._stopping = threading.Event()
        self._silent: dict[str, str] = {}
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)

    @property
    def tills(self) -> Mapping[str, Till]:
        """The acquirers, by tender."""
        return self._tills

    def start(self) -> None:
        """Work on threads of its own, and look after what is due."""
        self._stopping.clear()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="cashier")
        self._watch = threading.Thread(target=self._look_after, name="cashier-watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Finish what is under way; what waits is asked again."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def asked(self, kiosk: str, ask: PaymentAsk) -> None:
        """A kiosk asks; its answer is told when there is one."""
        if ask.deed == "return":
            self._do(lambda: self._tell(kiosk, self._refunds.answer(kiosk, ask)))
        else:
            self._do(lambda: self._answer(kiosk, ask))

    def noticed(self, request: str) -> bool:
        """The acquirer has something to say about a request; ``False`` when there is too much to do just now."""
        return self._do(lambda: self._attend(request))

    def attend(self) -> int:
        """Look after everything that is due now; how much that was."""
        query = select(Payment.request).where(Payment.due_ms > 0, Payment.due_ms <= self._clock())
        with self._database.read() as session:
            due = list(session.scalars(query.order_by(Payment.due_ms).limit(_AT_ONCE)))
        for request in due:
            self._attend(request)
        return len(due) + self._refunds.attend()

    def trouble(self) -> list[str]:
        """Sentences for people about what is wrong now."""
        found = [f"the acquirer of {tender} does not answer: {why}" for tender, why in sorted(self._silent.items())]
        query = select(func.count()).select_from(Payment).where(Payment.state == "refund_failed")
        parts = select(func.count()).select_from(PaymentReturn)
        parts = parts.where(PaymentReturn.state == "refund_failed", PaymentReturn.tries > 0)  # the lane was told yes
        with suppress(SQLAlchemyError), self._database.read() as session:
            failed = (session.scalar(query) or 0) + (session.scalar(parts) or 0)
            if failed:
                found.append(f"{failed} payments could not be given back: the acquirer refused; give them back by hand")
        return found

    # --- the threads -----------------------------------------------------------------------------------------------

    def _do(self, deed: Callable[[], None]) -> bool:
        if self._pool is None:
            deed()
            return True
        if not self._waiting.acquire(blocking=False):
            log.warning("more is asked of the acquirers than can be done; kiosks ask again")
            return False
        try:
            self._pool.submit(self._guarded, deed)
        except RuntimeError:  # it is being stopped
            self._waiting.release()
            return False
        return True

    def _guarded(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except Exception:
            log.exception("something about a payment could not be done; it is asked about again")
        finally:
            self._waiting.release()

    def _look_after(self) -> None:
        while not self._stopping.wait(_TICK_S):
            try:
                self.attend()
            except OperationalError as error:  # the desk says so, too: once a second a line is enough
                log.warning("payments wait for the database: %s", " ".join(str(error.orig).split()))
            except Exception:
                log.exception("payments could not be looked after; it is tried again")

    # --- what kiosks ask -------------------------------------------------------------------------------------------

    def _answer(self, kiosk: str, ask: PaymentAsk) -> None:
        row = self._written_down(kiosk, ask)
        if row is not None and row.kiosk == kiosk and row.reason != rules.ABANDONED:
            till = self._tills.get(row.tender_id)
            if till is None and row.state in rules.OPEN and row.reason != rules.LOST:
                row = self._change(row.request, lambda it, now: rules.gave_up(it, "not_offered", now))
            elif till is not None:
                row = self._done(ask, row, till)
        elif row is not None and row.kiosk != kiosk:
            row = None  # another lane's: nobody's business here
        self._tell(kiosk, rules.answer_of(row, ask.request, self._clock(), correlation=ask.correlation))

    def _written_down(self, kiosk: str, ask: PaymentAsk) -> Payment | None:
        """The row of a request, with what is wanted of it on disk.

        One that is asked about before it was ever begun is noted as abandoned: should the question that begins it come
        late, no charge comes of it. Nor from one whose record may be lost (this database was restored from an older
        one): what was asked for stands in the question, and its acquirer says whether it ever heard of it.
        """
        now = self._clock()
        with self._database.write() as session:
            row = session.get(Payment, ask.request)
            if row is None:
                row = rules.new(
                    ask.request,
                    kiosk,
                    tender_id=ask.tender_id,
                    amount=ask.amount_minor,
                    currency=ask.currency,
                    now_ms=now,
                )
                if ask.deed != "charge":
                    rules.not_begun(row, known=bool(ask.tender_id and ask.amount_minor and ask.currency))
                session.add(row)
            elif row.kiosk == kiosk:
                if ask.deed == "cancel" and row.state in rules.OPEN:
                    row.cancelling = True
                if ask.deed == "refund" and row.state == "paid":
                    row.state, row.reason, row.due_ms, row.tries = "refunding", "reversed", now, 0
            return row

    def _done(self, ask: PaymentAsk, row: Payment, till: Till) -> Payment:
        """Do it at the acquirer; the row as it stands then."""
        if ask.deed == "charge" and row.state == "requested" and row.reason != rules.LOST:
            return self._begin(row, till)
        now = self._clock()
        fresh = ask.deed == "status" and 0 <= now - row.asked_ms < _FRESH_MS and now < row.expires_ms
        if row.state in rules.OPEN and not fresh:
            row = self._look(row, till)
            if ask.deed == "refund" and row.state == "paid":  # staff knew before we did
                row = self._written_down(row.kiosk, ask) or row
        return self._refund(row, till) if row.state == "refunding" else row

    def _begin(self, row: Payment, till: Till) -> Payment:
        why, charge = "", None
        amount = Money(row.amount, row.currency)
        try:
            charge = till.acquirer.create(row.request, row.amount, row.currency, seconds=till.seconds)
            self._heard(row)
            if charge.status == "waiting":
                charge = _with_code(charge, till, row.request, amount)
        except AcquirerSilentError as error:
            why = "unavailable"
            self._unheard(row, error)
        except AcquirerRefusedError as error:
            why = "refused"
            log.warning("the acquirer of %s refused %s: %s", row.tender_id, row.request, error)
        except MerchantQrError as error:
            why = "code"
            log.warning("the code for %s is not to be shown: %s", row.request, error)
        if charge is not None and not why:
            told = charge
            return self._change(row.request, lambda it, now: rules.take(it, told, now))

        def give_up(it: Payment, now: int) -> None:
            if it.state == "requested":  # nobody has seen a code; should money come all the same, it goes back
                rules.gave_up(it, why, now)

        return self._change(row.request, give_up)

    # --- what is looked after --------------------------------------------------------------------------------------

    def _attend(self, request: str) -> None:
        """See how it stands, do what is due, and tell its kiosk if anything changed."""
        with self._database.read() as session:
            row = session.get(Payment, request)
        till = self._tills.get(row.tender_id) if row is not None else None
        if row is None:
            return
        before = (row.state, row.reason)
        if till is None:
            row = self._change(request, rules.looked_at)
        else:
            row = row if row.state == "refunding" else self._look(row, till)
            row = self._refund(row, till) if row.state == "refunding" else row
        if (row.state, row.reason) != before and row.reason != rules.ABANDONED:
            self._tell(row.kiosk, rules.answer_of(row, request, self._clock()))

    def _look(self, row: Payment, till: Till) -> Payment:
        """Ask how it stands; stop it where it shall be stopped, or its time is up."""
        try:
            charge = till.acquirer.look(row.request)
            over = row.cancelling or self._clock() >= row.expires_ms
            if charge is not None and charge.status == "waiting" and row.state in rules.OPEN and over:
                charge = till.acquirer.cancel(row.request)
            self._heard(row)
        except AcquirerSilentError as error:
            self._unheard(row, error)
            return self._change(row.request, rules.not_heard)
        except AcquirerRefusedError as error:
            log.warning("the acquirer of %s would not say: %s", row.tender_id, error)
            return self._change(row.request, rules.looked_at)

        def learn(it: Payment, now: int) -> None:
            it.asked_ms = now
            rules.looked_at(it, now)
            if charge is not None:
                rules.take(it, _as_ours(charge, it), now)
            elif it.reason == rules.LOST:
                rules.not_begun(it, known=False)
            elif it.state in rules.OPEN:  # it never heard of it
                rules.gave_up(it, "cancelled" if it.cancelling else "unavailable", now)

        return self._change(row.request, learn)

    def _refund(self, row: Payment, till: Till) -> Payment:
        try:
            stage = till.acquirer.refund(row.request, row.paid, row.currency)
            self._heard(row)
        except AcquirerSilentError as error:
            self._unheard(row, error)
            stage = "pending"
        except AcquirerRefusedError as error:
            log.warning("the acquirer of %s does not give %s back: %s", row.tender_id, row.request, error)
            stage = "refused"

        def note(it: Payment, now: int) -> None:
            if it.state == "refunding":
                rules.refund_told(it, stage, now)

        return self._change(row.request, note)

    # --- the database and the log ----------------------------------------------------------------------------------

    def _change(self, request: str, deed: Callable[[Payment, int], object]) -> Payment:
        with self._database.write() as session:
            row = session.get_one(Payment, request)
            deed(row, self._clock())
            return row

    def _heard(self, row: Payment) -> None:
        if self._silent.pop(row.tender_id, None):
            log.info("the acquirer of %s answers again", row.tender_id)

    def _unheard(self, row: Payment, error: AcquirerSilentError) -> None:
        if row.tender_id not in self._silent:
            log.warning("the acquirer of %s does not answer: %s", row.tender_id, error)
        self._silent[row.tender_id] = str(error)


def _with_code(charge: Charge, till: Till, request: str, amount: Money) -> Charge:
    """The charge with a code that may be shown. Raises ``MerchantQrError``."""
    payload = charge.payload or till.make_code(request, amount)
    why = refusal(payload, amount, till.schemes)
    if why:
        raise MerchantQrError(why)
    return Charge(charge.status, payload, charge.left_ms, currency=charge.currency)


def _as_ours(charge: Charge, row: Payment) -> Charge:
    """A code is taken in once, when it was judged; an acquirer's later word does not change what is on show."""
    if charge.status != "waiting":
        return charge
    return Charge("waiting", row.payload, charge.left_ms, currency=charge.currency)
