"""A lane driven by hand: inputs in, events kept as a journal would keep them, effects at hand, time as asked."""

from __future__ import annotations

from enum import Enum
from functools import reduce
from typing import TypeVar

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.decide import decide
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment
from kiosk.checkout.render import render
from kiosk.checkout.screen import Screen
from kiosk.checkout.state import State
from kiosk.retail.money import Money
from kiosk.retail.values import replace
from kiosk.retail.weighing import extended
from kiosk.retail.weight import UnitMismatchError, Weight
from kiosk.store.checkpoint import decode_checkpoint, encode_checkpoint
from tests.support.shop import MemoryBook, small_shop

__all__ = ["AGREE", "POWER", "WEIGHING", "YOURS", "Agree", "HandLane", "Yours", "open_lane", "replayed"]

E_ = TypeVar("E_")
POWER = i.PowerRestored("kiosk-1", (1_794_000_000 << 20) | 7, "dhaka-01", "3", "0.1.0")

WEIGHING = i.WeighingChecked("0" * 64, intact=True, scale="simulated")


class Agree(Enum):
    """A finger on "this is right"."""

    AGREE = "agree"


AGREE = Agree.AGREE
"""The shopper agrees to what the scale displays, at its price, whether the screen offers that or not."""


class Yours(Enum):
    """Head office's word on a basket that was parked here."""

    YOURS = "yours"


YOURS = Yours.YOURS
"""No other lane has the basket that was just asked about."""


class HandLane:
    """What the workstation's loop does, without loop, disk or devices."""

    def __init__(self, book: MemoryBook | None = None) -> None:
        self.book = book or small_shop()
        self.state = State()
        self.journal: list[e.Durable] = []
        self.commits: list[int] = []
        """How long the journal was after each commit: where the power may go."""
        self.effects: list[f.Effect] = []
        self.now_ms = 1_794_000_000_000
        self.day = "2026-11-22"
        self.clock_trusted = True
        self.local_time = "12:00"
        self._seed = 0
        self._readings = 0

    def tell(self, *inputs: i.Input | Agree | Yours) -> HandLane:
        """One input after the other; the effects of the last are in ``self.effects``."""
        for told in inputs:
            input_ = self._meant(told)
            self._seed += 1
            moment = Moment(
                self.now_ms, self.now_ms % 10**9, self._seed << 13, self.day, self.clock_trusted, self.local_time
            )
            decision = decide(self.state, moment, input_, self.book)
            self.journal.extend(decision.durable)
            if decision.durable:
                self.commits.append(len(self.journal))
            self.effects = list(decision.effects)
            for event in decision.events:
                self.state = evolve(self.state, event)
        return self

    def _meant(self, told: i.Input | Agree | Yours) -> i.Input:
        if isinstance(told, Yours):
            return i.BasketTold(self.state.live.basket_asked.correlation, "yours")
        return self._agreed() if isinstance(told, Agree) else told

    def _agreed(self) -> i.WeighConfirmed:
        armed, shown = self.state.live.armed, self.state.live.produce
        if armed is None or armed.unit == "each" or shown is None or shown.weight is None:
            return i.WeighConfirmed("", Weight(0, 0, "kg"), Money(0, "BDT"))
        tare = Weight(armed.tare_grams, -3, "kg")
        net = shown.weight.less_tare(tare) if armed.tare_grams else shown.weight
        try:
            return i.WeighConfirmed(armed.item_id, net, extended(armed.unit_price, armed.unit, net))
        except UnitMismatchError:
            return i.WeighConfirmed(armed.item_id, net, armed.unit_price)

    def later(self, milliseconds: int) -> HandLane:
        """Let time pass."""
        self.now_ms += milliseconds
        return self

    def weigh(self, grams: int, *, stable: bool = True, problem: i.WeightProblem = "") -> HandLane:
        """The produce scale reads."""
        self._readings += 1
        weight = Weight(grams, -3, "kg")
        return self.tell(i.WeightRead(weight, stable, self._readings, 0, "produce", problem, certified=True))

    def power_cut(self) -> HandLane:
        """All but the journal is gone; the process starts again."""
        self.state = replayed(self.journal)
        self.later(3_000)
        return self.tell(WEIGHING, POWER)

    @property
    def screen(self) -> Screen:
        """What is on show."""
        return render(self.state, self.book.policy)

    def effect(self, kind: type[E_]) -> E_:
        """The one effect of a kind that the last input had."""
        found = [effect for effect in self.effects if isinstance(effect, kind)]
        assert len(found) == 1, f"{kind.__name__} in {self.effects}"
        return found[0]

    def no_effect(self, kind: type[f.Effect]) -> bool:
        """The last input had no effect of this kind."""
        return not any(isinstance(effect, kind) for effect in self.effects)

    def happened(self, kind: type[E_]) -> list[E_]:
        """All journalled events of a kind."""
        return [event for event in self.journal if isinstance(event, kind)]

    def scan(self, *gtins: str) -> HandLane:
        """Codes pass the scanner."""
        return self.tell(*(i.CodeScanned(gtin, "]E0") for gtin in gtins))

    def pay_by_card(self) -> str:
        """To the point where the terminal has been asked; gives the tender's id."""
        self.tell(i.CheckoutRequested(), i.TenderChosen("card"))
        return self.effect(f.Charge).tender

    def approve(self, tender: str, minor: int | None = None) -> HandLane:
        """The terminal says yes to all (or some) of it."""
        asked = next(k.amount for k in self.happened(e.TenderRequested) if k.tender == tender)
        amount = asked if minor is None else Money(minor, asked.currency)
        outcome: i.TerminalOutcome = "approved" if amount == asked else "partial"
        return self.tell(
            i.TerminalAnswered(tender, outcome, amount, "A1B2C3", "VISA", "**** 1111", f"ref-{tender[:8]}")
        )


def replayed(journal: list[e.Durable]) -> State:
    """The state a journal leads to: from its first record, and no other from a checkpoint in its midst."""
    half = len(journal) // 2
    midst = reduce(evolve, journal[:half], State())
    state = reduce(evolve, journal[half:], midst)
    kept, _moves = decode_checkpoint(encode_checkpoint(midst, ()))
    assert replace(reduce(evolve, journal[half:], kept), live=state.live) == state
    return state


def open_lane(book: MemoryBook | None = None) -> HandLane:
    """A lane that has its numbers and waits for its first shopper."""
    lane = HandLane(book).tell(POWER)
    asked = lane.effect(f.AskNumbers)
    lane.tell(WEIGHING)
    return lane.tell(i.NumbersAnswered(asked.correlation), i.NetworkChanged(online=True))
