"""What is decided while there is training: who an input is for, and what the rehearsal may have done.

What devices, head office and the machine say for themselves is for the lane as it is, and decided and journalled as
ever. What people do is decided at the rehearsal by the same rules: what would have happened is only on show, and of
what would have been done no more is done than harms nothing. Money, head office, the fiscal device and the drawer are
never asked; what they would answer is made up here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, get_args

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.training import OVER
from kiosk.checkout.decision import Decision
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment
from kiosk.checkout.state import State
from kiosk.retail.book import Book
from kiosk.retail.values import replace

__all__ = ["BOTH", "PASSED_ON", "REHEARSED", "WITHHELD", "rehearse"]

Decide = Callable[[State, Moment, i.Input, Book], Decision]

_MARK: Final = "training:"
"""Begins the names of timers and print jobs of the rehearsal, so that their ends are known as its own."""
_PRETENDED: Final = "pretended_card"
_PRETENDED_MS: Final = 2_000
"""How long a made-up terminal takes: long enough to see what the shopper sees."""
_SALT: Final = 0x5851F42D4C957F2D

REHEARSED: Final = (
    *get_args(i.ShopperInput),
    *get_args(i.ValueInput),
    i.CounterChosen,
    i.SlipTaken,
    i.CodeScanned,
    i.OperatorSignedIn,
    i.OperatorSignedOut,
    i.OperatorActed,
    i.ProduceSeen,
    i.SaleSought,
    i.ReturnLineChosen,
    i.ReturnAllChosen,
    i.ReturnsConfirmed,
    i.MoneyBackRequested,
    i.CashHandedBack,
    i.ReturnsDropRequested,
)
"""What people do at the lane, and what was asked for them: for the rehearsal alone."""
BOTH: Final = (
    i.WeightRead,
    i.DeviceLost,
    i.DeviceBack,
    i.OperatorRefused,
    i.NetworkChanged,
    i.ConditionChanged,
    i.KeySwitchTurned,
    i.WeighingChecked,
    i.FeedApplied,
    i.StorageFailed,
    i.StorageRecovered,
)
"""What is so, whether it is played or not. Everything else is for the lane alone."""
PASSED_ON: Final = (f.AskProduce, f.Beep, f.Enable, f.Disable, f.WeighAt)
WITHHELD: Final = (
    f.PrintReport,
    f.FiscalBegin,
    f.FiscalSign,
    f.FiscalCancel,
    f.FiscalVoid,
    f.FiscalConfirm,
    f.FiscalCloseDay,
    f.OpenDrawer,
    f.AskNumbers,
    f.SetLight,
    f.CloseTerminalDay,
    f.TellTerminal,
    f.TellStanding,
    f.HoldReturns,
    f.Refund,
    f.OpenSignIn,
    f.PrintTest,
    f.TestDevice,
    f.Restart,
    f.KeepFrames,
    f.ReleaseFrames,
    f.TidyFrames,
    *get_args(f.CashEffect),
)
"""Never done for a rehearsal, and nobody waits for it."""


def rehearse(state: State, moment: Moment, input_: i.Input, book: Book, decide: Decide) -> Decision:
    """Decide while there is training; ``decide`` knows the rules of a lane, this one or a rehearsal."""
    hall = _Hall(state, moment, book, decide)
    own = _own(input_)
    if isinstance(input_, i.TimerElapsed) and input_.name == OVER:
        hall.end(e.TrainingEnded("", "idle", moment.utc_ms))
    elif own is not None:
        hall.play(own)
    else:
        hall.decide(input_)
        if isinstance(input_, BOTH):
            hall.play(input_)
    return Decision(tuple(hall.events), tuple(hall.effects))


def _own(input_: i.Input) -> i.Input | None:
    """The input as the rehearsal knows it; ``None``: it is for the lane as it is."""
    match input_:
        case i.TimerElapsed() if input_.name.startswith(_MARK):
            return i.TimerElapsed(input_.name.removeprefix(_MARK))
        case i.PrinterAnswered() if input_.job.startswith(_MARK):
            return replace(input_, job=input_.job.removeprefix(_MARK))
        case _:
            return input_ if isinstance(input_, REHEARSED) else None


@dataclass(slots=True)
class _Hall:
    """Local to one call: what happens to the lane, and what is played."""

    state: State
    moment: Moment
    book: Book
    rules: Decide
    events: list[e.Event] = field(default_factory=list)
    effects: list[f.Effect] = field(default_factory=list)

    def decide(self, input_: i.Input) -> None:
        """At the lane as it is."""
        decision = self.rules(self.state, self.moment, input_, self.book)
        self._happened(*decision.events)
        self.effects += decision.effects

    def play(self, input_: i.Input) -> None:
        """At the rehearsal, with all the answers that are made up at once."""
        if isinstance(input_, REHEARSED):
            self.effects.append(f.StartTimer(OVER, self.book.policy.timeouts.training))
        waiting: deque[i.Input] = deque((input_,))
        turns = 0
        while waiting and self.state.live.rehearsal is not None:
            turns += 1
            moment = replace(self.moment, seed=self.moment.seed + turns * _SALT)
            told = _pretended(self.state.live.rehearsal, waiting.popleft())
            decision = self.rules(self.state.live.rehearsal, moment, told, self.book)
            ended = next((event for event in decision.events if isinstance(event, e.TrainingEnded)), None)
            if ended is not None:
                self.end(ended)
                return
            self._happened(*map(e.Rehearsed, decision.events))
            for effect in decision.effects:
                self._do(effect, waiting)

    def end(self, ended: e.TrainingEnded) -> None:
        """The lane is as it was."""
        self._happened(ended)
        self.effects.append(f.StopTimer(OVER))

    def _happened(self, *events: e.Event) -> None:
        for event in events:
            self.events.append(event)
            self.state = evolve(self.state, event)

    def _do(self, effect: f.Effect, waiting: deque[i.Input]) -> None:  # noqa: C901, PLR0912 - one flat table
        """Do it, do something like it, or make up its answer."""
        match effect:
            case f.StartTimer() | f.StopTimer():
                self.effects.append(replace(effect, name=_MARK + effect.name))
            case f.Print() | f.PrintSlip():
                self.effects.append(replace(effect, job=_MARK + effect.job, training=True))
            case f.Charge() | f.AskTerminal():
                self.effects.append(f.StartTimer(_MARK + _PRETENDED, _PRETENDED_MS))
            case f.AbortTerminal():
                waiting.append(i.TerminalAnswered(effect.tender, "cancelled"))
            case f.Reverse():
                waiting.append(i.ReversalAnswered(effect.tender, done=True))
            case f.AskMember():
                waiting.append(i.MemberAnswered(effect.correlation, offline=True))
            case f.AskCoupon():
                waiting.append(i.CouponAnswered(effect.correlation, offline=True))
            case f.AskBought():
                waiting.append(i.BoughtAnswered(effect.member_id, effect.rule, offline=True))
            case f.AskSale():
                waiting.append(i.SaleTold(effect.correlation, offline=True))
            case f.AskPlace():
                waiting.append(i.PlaceTold(effect.correlation, 1))
            case f.AskBasket():
                waiting.append(i.BasketTold(effect.correlation, "offline"))
            case f.AskBaskets():
                waiting.append(i.BasketsTold(effect.correlation, offline=True))
            case f.AskStock():
                waiting.append(i.StockAnswered(effect.correlation, offline=True))
            case f.AskSerial():
                waiting.append(i.SerialAnswered(effect.item_id, effect.serial, offline=True))
            case f.AskValue():
                waiting.append(i.ValueLooked(effect.correlation, offline=True))
            case _ if isinstance(effect, PASSED_ON):
                self.effects.append(effect)
            case _:
                pass  # withheld, as everything is that nobody has thought about here


def _pretended(rehearsal: State, input_: i.Input) -> i.Input:
    """The made-up terminal has had its time: it says yes, to whatever it is asked then."""
    if input_ != i.TimerElapsed(_PRETENDED):
        return input_
    tender = rehearsal.transaction.open_tender if rehearsal.transaction is not None else None
    if tender is None:
        return input_
    return i.TerminalAnswered(tender.tender, "approved", tender.requested, reference="TRAINING")
