"""The kiosk under the knife: ``kill -9`` at one named step of a payment, chosen beforehand and hit exactly.

``python -m tests.faults.knife FOLDER MODULE ARGUMENTS...`` runs MODULE as ``python -m`` would. From the moment at
which money is asked for, or a basket is put aside or taken up, until the shopper has left and no money is on its way
any more, each record put on disk and each deed done is two steps, one before and one after it: ``before write
TenderRequested #1``, ``after do Charge #1``; so is whatever a cash recycler's driver keeps, and each order it gives.
``FOLDER/cut`` names the step at which the process is killed, once (``-``: none); without it
each step's name is added to ``FOLDER/steps``. Only drills use it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from hal.cash_recycler.common.cctalk_bus import Bus
from hal.cash_recycler.common.cctalk_codec import Header
from hal.cash_recycler.common.memory import Memory
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.cash_effects import CashEffect
from kiosk.checkout.cash_events import CashEvent
from kiosk.checkout.refund_events import RefundEvent
from kiosk.checkout.slip_events import SlipEvent
from kiosk.checkout.takeover_events import TakeoverEvent
from kiosk.checkout.tender_events import TenderEvent
from kiosk.store.journal import Journal
from kiosk.workstation.performer import Performer

__all__ = ["BEGINS", "ENDS", "MUST_BE_CUT", "NO_STEP", "STANDS", "Knife", "main"]

BEGINS = (
    e.TenderRequested, e.ReturnsRequested, e.TransactionSuspended, e.TransactionResumed, e.BasketTakenOver,
    f.AskBasket,
)  # fmt: skip
"""A payment, a return, or a basket's way to the counter or to another lane begins with one of these."""
ENDS = (e.ShopperLeft, e.TransactionVoided)
"""And is over with one of these, once nothing is on its way any more."""
NO_STEP = (
    f.StartTimer, f.StopTimer, f.Beep, f.SetLight, f.Enable, f.Disable, f.WeighAt, f.AskProduce, f.AskSerial,
    f.AskBought, f.AskMember, f.AskNumbers, f.KeepFrames, f.ReleaseFrames, f.TidyFrames, f.LookAtCash, f.AskCash,
    f.AskPayout, f.AskBaskets,
)  # fmt: skip
"""Deeds that move no money and no goods, and leave nothing behind."""
NO_RECORD = (e.FramesKept, e.PointsTold, e.MemberTold)
"""Records of what head office said meanwhile: they come when the network lets them."""

_OTHERWISE = {
    # Staff count what lies in the machine: no money moves, and whoever is cut counts again.
    e.CashCounted, f.CountCash,
    # Is written only after a cut, and a visit is cut once: a cut at it finds a slip without a word on it, as a cut at
    # the TransactionSuspended before it does.
    e.SlipRequested,
}  # fmt: skip
"""Records and deeds of those unions that are no step of a visit, and why."""
MUST_BE_CUT = frozenset(
    {
        *get_args(TenderEvent), *get_args(RefundEvent), *get_args(CashEvent), *get_args(SlipEvent),
        *(get_args(TakeoverEvent) or (TakeoverEvent,)), e.TransactionCompleted, e.StockMoved, e.TransactionSuspended,
        e.TransactionResumed,
    }
    | {f.Charge, f.AskTerminal, f.AbortTerminal, f.Reverse, f.Refund, f.HoldReturns, f.OpenDrawer, f.Print}
    | {f.PrintSlip, f.AskBasket, *get_args(CashEffect)}
) - _OTHERWISE - {*NO_STEP}  # fmt: skip
"""Records and deeds about money, returned goods and baskets put aside: a whole drill may not spare one of these."""
STANDS: Final = "-"
"""The knife neither lists nor cuts: no step has this name."""
_ORDERS: Final = {Header.DISPENSE_HOPPER_COINS: "coins", Header.ROUTE_BILL: "note"}
"""What a cash recycler is told once only: it moves a coin or a note."""


class Knife:
    """Counts steps while a payment is under way, and cuts at the one that was asked for."""

    def __init__(self, folder: Path) -> None:
        self._cut, self._steps = folder / "cut", folder / "steps"
        self._counts: Counter[str] = Counter()
        self._on_its_way: set[str] = set()
        self._armed = self._left = False
        self._handed_ns: int | None = None
        """When the file that names the step was written: each visit has its own, and counts from one."""

    def write(self, append: Callable[..., Any], journal: Journal, events: Sequence[Any], utc_ms: int) -> Any:  # noqa: ANN401 - as the journal's
        """The journal's append, with a step before and one after it."""
        self._begins(events)
        if all(isinstance(event, NO_RECORD) for event in events):
            return append(journal, events, utc_ms)
        what = " ".join(type(event).__name__ for event in events)
        self._step(f"before write {what}")
        head = append(journal, events, utc_ms)
        self._step(f"after write {what}")
        self._ends(events)
        return head

    def do(self, perform: Callable[..., None], performer: Performer, effect: f.Effect) -> None:
        """The performer's deed, likewise."""
        self._begins((effect,))
        if isinstance(effect, NO_STEP):
            perform(performer, effect)
            return
        what = type(effect).__name__
        self._step(f"before do {what}")
        perform(performer, effect)
        self._step(f"after do {what}")

    async def keep(self, save: Callable[[Memory], Awaitable[None]], memory: Memory) -> None:
        """What a cash recycler's driver has on disk, likewise."""
        self._step("before keep cash")
        await save(memory)
        self._step("after keep cash")

    async def order(
        self, put: Callable[..., Awaitable[None]], bus: Bus, address: int, header: int, data: bytes
    ) -> None:
        """What it tells a device to do, likewise: after it coins fall and notes move, whoever is there to see it."""
        self._step(f"before order {_ORDERS[header]}")
        await put(bus, address, header, data)
        self._step(f"after order {_ORDERS[header]}")

    def _begins(self, what: Sequence[Any]) -> None:
        if any(isinstance(each, BEGINS) for each in what):
            self._armed, self._left = True, False

    def _ends(self, events: Sequence[Any]) -> None:
        for event in events:
            match event:
                case e.TenderReversed():
                    (self._on_its_way.add if event.stage == "requested" else self._on_its_way.discard)(event.tender)
                case e.TenderSettled() if event.outcome == "declined" and event.reason == "staff":
                    self._on_its_way.add(event.tender)
                case e.RefundDoubled():
                    self._on_its_way.discard(event.tender)
                case e.CashOwed():
                    self._on_its_way.discard(event.instead_of)
                    self._on_its_way.add(event.payout)
                case e.CashPaidOut() if event.outcome in ("paid", "by_staff"):
                    self._on_its_way.discard(event.payout)
                case _:
                    self._left = self._left or isinstance(event, ENDS)
        if self._left and not self._on_its_way:
            self._armed = False

    def _step(self, what: str) -> None:
        if not self._armed:
            return
        there = self._cut.exists()
        cut, handed_ns = (
            (self._cut.read_text(encoding="utf-8"), self._cut.stat().st_mtime_ns) if there else (None, None)
        )
        if handed_ns != self._handed_ns:
            self._handed_ns = handed_ns
            self._counts.clear()
        if cut == STANDS:
            return
        self._counts[what] += 1
        step = f"{what} #{self._counts[what]}"
        if cut is None:
            with self._steps.open("a", encoding="utf-8") as steps:
                steps.write(step + "\n")
        elif cut == step:
            self._cut.write_text("", encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """The program."""
    folder, module = Path(sys.argv[1]), sys.argv[2]
    knife = Knife(folder)
    store: Any = Journal
    doer: Any = Performer
    kept: Any = Memory
    wire: Any = Bus
    append, perform, save, put = store.append, doer.perform, kept.save, wire.put_once
    store.append = lambda journal, events, utc_ms: knife.write(append, journal, events, utc_ms)
    doer.perform = lambda performer, effect: knife.do(perform, performer, effect)
    kept.save = lambda memory: knife.keep(save, memory)
    wire.put_once = lambda bus, address, header, data=b"": knife.order(put, bus, address, header, data)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
