"""The product with one defect planted, to see that the drill notices.

``python -m tests.faults.planted DEFECT MODULE ARGUMENTS...`` runs MODULE as ``python -m`` would, with DEFECT in it.
Only drills of the drill use it; nothing of it is part of the product.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

__all__ = ["DEFECTS", "main"]


def print_before_commit() -> None:
    """Effects are carried out before the journal has them."""
    from kiosk.workstation.loop import Engine

    whole = Engine._apply

    def hasty(engine: Engine, decision: Any, moment: Any) -> None:
        for effect in decision.effects:
            engine._perform(effect)
        whole(engine, replace(decision, effects=()), moment)

    Engine._apply = hasty  # type: ignore[method-assign]  # the planted defect


def retry_on_unknown() -> None:
    """A payment without an answer is made again instead of asked about."""
    from kiosk.checkout import effects as f
    from kiosk.checkout import events as e
    from kiosk.checkout.deciding import lane, payment
    from kiosk.checkout.deciding.desk import Desk

    def again(desk: Desk) -> None:
        basket = desk.basket
        tender = basket.open_tender if basket is not None else None
        if tender is None or tender.kind == "cash":
            return
        desk.happened(e.TenderSettled(tender.tender, "declined", desk.money(0), reason="retried"))
        fresh = desk.mint()
        asked = e.TenderRequested(fresh, tender.tender_id, tender.kind, tender.requested, desk.moment.utc_ms)
        desk.happened(asked)
        desk.do(f.Charge(fresh, tender.tender_id, tender.requested))

    payment.resume_after_power = again
    lane.payment.resume_after_power = again  # type: ignore[attr-defined]  # the name the lane calls it by


def cursor_on_puback() -> None:
    """The cursor moves when the broker has the message, not when head office has stored it."""
    from kiosk.sync import up

    up.planted_cursor_on_puback()  # type: ignore[attr-defined]  # see below: replaced once sync is known


DEFECTS: dict[str, Callable[[], None]] = {
    "print_before_commit": print_before_commit,
    "retry_on_unknown": retry_on_unknown,
    "cursor_on_puback": cursor_on_puback,
}


def main() -> None:
    """Plant and run."""
    _, defect, module, *arguments = sys.argv
    DEFECTS[defect]()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
