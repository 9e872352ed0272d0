"""The desk a decision is made at: what is known, what has been decided so far, what shall be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment, uuid7
from kiosk.checkout.state import LASTING, Phase, State, Transaction
from kiosk.checkout.text import Text
from kiosk.retail.book import Book
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.pricing import Totals, totals
from kiosk.retail.severity import severity
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["NOTICE_MS", "Desk", "Sound"]

NOTICE_MS = 6_000
"""How long a notice stays in front of the shopper."""

Sound = Literal["scan", "refusal", "help", "approved", "declined"]


@dataclass(slots=True)
class Desk:
    """Local to one call of ``decide``: rules write down events here and see at once the state they lead to."""

    state: State
    moment: Moment
    book: Book
    events: list[e.Event] = field(default_factory=list)
    effects: list[f.Effect] = field(default_factory=list)
    _minted: int = 0

    @property
    def policy(self) -> Policy:
        """How the shop trades; in a rehearsal nothing has a legal number, and no fiscal device signs."""
        policy = self.book.policy
        return replace(policy, fiscal=None, legal_series="") if self.state.rehearsing else policy

    @property
    def basket(self) -> Transaction | None:
        """The open transaction."""
        return self.state.transaction

    @property
    def phase(self) -> Phase:
        """Where the lane stands now."""
        return self.state.phase

    def happened(self, *events: e.Event) -> None:
        """Write down what happened."""
        for event in events:
            self.events.append(event)
            self.state = evolve(self.state, event)

    def do(self, *effects: f.Effect) -> None:
        """Write down what shall be done."""
        self.effects.extend(effects)

    def mint(self) -> str:
        """A new UUIDv7 from this moment."""
        self._minted += 1
        return uuid7(self.moment, self._minted)

    def money(self, minor: int) -> Money:
        """An amount in the basket's (else the shop's) currency."""
        basket = self.basket
        return Money(minor, basket.opened.currency if basket is not None else self.policy.currency)

    def say(self, notice: Text, level: Literal["info", "warning", "error"] = "info") -> None:
        """Tell the shopper, for a while."""
        self.happened(e.NoticeShown(notice, level))
        self.do(f.StartTimer("notice", NOTICE_MS))

    def refuse(self, notice: Text) -> None:
        """Tell the shopper that this cannot be, and what to do instead."""
        self.happened(e.NoticeShown(notice, "warning", "refusal"))
        self.do(f.StartTimer("notice", NOTICE_MS), f.Beep("refusal"))

    def touched(self) -> None:
        """A person is here: take warnings down and start the idle time over."""
        if self.state.live.leaving:
            self.happened(e.LeavingShown(leaving=False))
            self.do(f.StopTimer("leaving"))
        if self.state.operator is not None:
            self.do(f.StartTimer("staff", self.policy.timeouts.staff))
        self.do(f.StartTimer("idle", self.policy.timeouts.idle))

    def totals(self) -> Totals:
        """What the basket comes to."""
        return self.come_to(self.basket.lines if self.basket is not None else ())

    def come_to(self, lines: tuple[LineItem, ...]) -> Totals:
        """What lines come to as the basket counts."""
        basket = self.basket
        if basket is None:
            return totals(lines, currency=self.policy.currency, included=True, rounding="document")
        opened = basket.opened
        return totals(lines, currency=opened.currency, included=opened.prices_include_tax, rounding=opened.tax_rounding)

    def due(self) -> Money:
        """What is still to be paid."""
        basket = self.basket
        return self.totals().total - self.money(basket.paid - basket.credit if basket is not None else 0)

    def tender_type(self, tender_id: str) -> TenderType | None:
        """A way to pay that this shop offers."""
        return next((t for t in self.policy.tenders if t.tender_id == tender_id), None)

    def lost(self, device: str) -> bool:
        """The device does not answer."""
        return any(name == device for name, _ in self.state.live.lost)

    def intervention(self, kind: e.InterventionKind) -> e.InterventionRaised | None:
        """The first waiting intervention of a kind."""
        return next((i for i in self.state.interventions if i.kind == kind), None)

    def blocked(self, what: Literal["entry", "payment"]) -> bool:
        """Something staff must judge first; what blocks item entry blocks payment too."""
        holds = {"entry"} if what == "entry" else {"entry", "payment"}
        return any(i.blocks in holds for i in self.state.interventions)

    def raise_intervention(
        self,
        kind: e.InterventionKind,
        *,
        blocks: Literal["entry", "payment", "nothing"],
        line: int | None = None,
        minimum_age: int = 0,
        tender: str = "",
        reason: str = "",
        grams: int = 0,
        lines: tuple[int, ...] = (),
    ) -> None:
        """Call staff about something."""
        self.happened(
            e.InterventionRaised(
                intervention=self.mint(),
                kind=kind,
                blocks=blocks,
                may_clear="attendant" if self.policy.rights.may_judge("attendant", kind) else "supervisor",
                utc_ms=self.moment.utc_ms,
                line=line,
                minimum_age=minimum_age,
                tender=tender,
                reason=reason,
                grams=grams,
                lines=lines,
                severity=severity(kind, blocks),
            )
        )

    def clear(
        self,
        raised: e.InterventionRaised,
        outcome: Literal["approved", "refused", "withdrawn"],
        by: str,
        *,
        reason: str = "",
        remote: bool = False,
    ) -> None:
        """Staff (or the system) have judged; ``remote``: from a page."""
        now = self.moment.utc_ms
        self.happened(e.InterventionCleared(raised.intervention, outcome, by, reason, remote, now))

    def next_visit(self) -> None:
        """Somebody begins anew: a slip that is still on show is nobody's any more."""
        if self.state.slip is not None:
            self.withdraw_interventions("system")
            self.happened(e.ShopperLeft())
            self.do(f.StopTimer("slip"))

    def withdraw_interventions(self, by: str) -> None:
        """The visit ends: nothing of it waits for staff any more, save what outlasts it (money to be given back)."""
        for raised in self.state.interventions:
            if raised.kind not in LASTING:
                self.clear(raised, "withdrawn", by)
