"""The kiosk under the knife: ``kill -9`` at one named step of a payment, chosen beforehand and hit exactly.

``python -m tests.faults.knife FOLDER MODULE ARGUMENTS...`` runs MODULE as ``python -m`` would. From the moment at
which money is asked for until the shopper has left, each record put on disk and each deed done is two steps, one
before and one after it: ``before write TenderRequested #1``, ``after do Charge #1``. ``FOLDER/cut`` names the step at
which the process is killed, once; without it each step's name is added to ``FOLDER/steps``. Only drills use it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.refund_events import RefundEvent
from kiosk.checkout.tender_events import TenderEvent
from kiosk.store.journal import Journal
from kiosk.workstation.performer import Performer

__all__ = ["BEGINS", "ENDS", "MUST_BE_CUT", "NO_STEP", "Knife", "main"]

BEGINS = (e.TenderRequested, e.ReturnsRequested)
"""A payment, or a return, begins with one of these."""
ENDS = (e.ShopperLeft, e.TransactionVoided, e.TransactionSuspended)
"""And is over with one of these."""
NO_STEP = (
    f.StartTimer, f.StopTimer, f.Beep, f.SetLight, f.Enable, f.Disable, f.WeighAt, f.AskProduce, f.AskSerial,
    f.AskBought, f.AskMember, f.AskNumbers, f.KeepFrames, f.ReleaseFrames, f.TidyFrames, f.LookAtCash,
)  # fmt: skip
"""Deeds that move no money and no goods, and leave nothing behind."""
NO_RECORD = (e.FramesKept, e.PointsTold, e.MemberTold)
"""Records of what head office said meanwhile: they come when the network lets them."""


_RARE = {e.RefundDoubled, e.TenderReversed}
"""What comes only where a terminal was silent and staff were wrong, or after a basket is over; tests of their own cut
it (``tests/checkout/test_refund_doubts.py``, ``test_power.py``).
"""
MUST_BE_CUT = frozenset(
    {*get_args(TenderEvent), *get_args(RefundEvent), e.TransactionCompleted, e.StockMoved} - _RARE
    | {f.Charge, f.AskTerminal, f.AbortTerminal, f.Refund, f.HoldReturns, f.OpenDrawer, f.Print}
)
"""Records and deeds about money and returned goods: not one of these may be spared by a whole drill."""


class Knife:
    """Counts steps while a payment is under way, and cuts at the one that was asked for."""

    def __init__(self, folder: Path) -> None:
        self._cut, self._steps = folder / "cut", folder / "steps"
        self._counts: Counter[str] = Counter()
        self._armed = False

    def write(self, append: Callable[..., Any], journal: Journal, events: Sequence[Any], utc_ms: int) -> Any:  # noqa: ANN401 - as the journal's
        """The journal's append, with a step before and one after it."""
        if not self._armed and any(isinstance(event, BEGINS) for event in events):
            self._armed = True
            self._counts.clear()
        if all(isinstance(event, NO_RECORD) for event in events):
            return append(journal, events, utc_ms)
        what = " ".join(type(event).__name__ for event in events)
        self._step(f"before write {what}")
        head = append(journal, events, utc_ms)
        self._step(f"after write {what}")
        if any(isinstance(event, ENDS) for event in events):
            self._armed = False
        return head

    def do(self, perform: Callable[..., None], performer: Performer, effect: f.Effect) -> None:
        """The performer's deed, likewise."""
        if isinstance(effect, NO_STEP):
            perform(performer, effect)
            return
        what = type(effect).__name__
        self._step(f"before do {what}")
        perform(performer, effect)
        self._step(f"after do {what}")

    def _step(self, what: str) -> None:
        if not self._armed:
            return
        self._counts[what] += 1
        step = f"{what} #{self._counts[what]}"
        if not self._cut.exists():
            with self._steps.open("a", encoding="utf-8") as steps:
                steps.write(step + "\n")
        elif self._cut.read_text(encoding="utf-8") == step:
            self._cut.write_text("", encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """The program."""
    folder, module = Path(sys.argv[1]), sys.argv[2]
    knife = Knife(folder)
    store: Any = Journal
    doer: Any = Performer
    append, perform = store.append, doer.perform
    store.append = lambda journal, events, utc_ms: knife.write(append, journal, events, utc_ms)
    doer.perform = lambda performer, effect: knife.do(perform, performer, effect)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
