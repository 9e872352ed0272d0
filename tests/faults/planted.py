"""The product with one defect planted, to see that the drill notices.

``python -m tests.faults.planted DEFECT MODULE ARGUMENTS...`` runs MODULE as ``python -m`` would, with DEFECT in it.
Only drills of the drill use it; nothing of it is part of the product.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import runpy
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy.exc import OperationalError

from headoffice.ledger import ingest
from headoffice.ledger.ingest import Answer, Ingest, Told
from headoffice.ledger.tables import Epoch
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout.decide import Decision
from kiosk.checkout.deciding import payment
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment
from kiosk.checkout.render import render
from kiosk.store.chain import Position
from kiosk.sync.cursor import Acknowledged
from kiosk.sync.link import Link
from kiosk.sync.up import Up
from kiosk.workstation.loop import Engine
from messages import envelope
from messages.journal import Acknowledgement, JournalBatch, JournalRecord

__all__ = ["DEFECTS", "main"]

_SLOW_DISK = 3.0
"""Seconds a commit takes where it comes too late: longer than it takes to kill whoever waits for it."""


class _Slow(asyncio.Queue[Any]):
    """The engine's queue on a slow disk: nothing is taken from it while a commit is under way."""

    commit: Callable[[], None] | None = None

    async def get(self) -> Any:  # noqa: ANN401 - any input
        commit, self.commit = self.commit, None
        if commit is not None:
            await asyncio.sleep(_SLOW_DISK)
            commit()
        return await super().get()


def _late(hasty: Callable[[Engine, Decision], Decision | None]) -> None:
    """Plant ``hasty``: it does what it must not do yet, and gives what is left for the late commit; None: not late."""
    make, whole = Engine.__init__, Engine._apply

    def slow(engine: Engine, **given: Any) -> None:  # noqa: ANN401 - passed on as they come
        make(engine, **given)
        engine._queue = _Slow()

    def apply(engine: Engine, decision: Decision, moment: Moment) -> None:
        rest = hasty(engine, decision)
        if rest is None or not isinstance(engine._queue, _Slow):
            whole(engine, decision, moment)
        else:
            engine._queue.commit = functools.partial(whole, engine, rest, moment)

    Engine.__init__ = slow  # type: ignore[method-assign,assignment]  # the planted defect
    Engine._apply = apply  # type: ignore[method-assign,assignment]  # as above


def print_before_commit() -> None:
    """Effects that touch the world are carried out before the journal has them."""

    def hasty(engine: Engine, decision: Decision) -> Decision | None:
        if not any(isinstance(effect, f.Charge | f.Print) for effect in decision.effects):
            return None
        for effect in decision.effects:
            engine._perform(effect)
        return replace(decision, effects=())

    _late(hasty)


def show_before_commit() -> None:
    """The first line of a basket is on the screen before the journal has it."""

    def hasty(engine: Engine, decision: Decision) -> Decision | None:
        book, basket = engine._shelf.current, engine.state.transaction
        first = basket is None or not basket.lines
        if book is None or not first or not any(isinstance(event, e.LineAdded) for event in decision.events):
            return None
        engine._show(render(reduce(evolve, decision.events, engine.state), book.policy))
        return decision

    _late(hasty)


def retry_on_unknown() -> None:
    """A payment without an answer is made again instead of asked about."""

    def again(desk: Desk) -> None:
        basket = desk.basket
        tender = basket.open_tender if basket is not None else None
        if tender is None or tender.kind == "cash":
            return
        desk.happened(e.TenderSettled(tender.tender, "declined", desk.money(0), reason="retried"))
        fresh = desk.mint()
        asked = e.TenderRequested(fresh, tender.tender_id, tender.kind, tender.requested, desk.moment.utc_ms)
        desk.happened(asked)
        desk.do(f.Charge(fresh, tender.kind, tender.tender_id, tender.requested))

    payment.resume_after_power = again


def cursor_on_puback() -> None:
    """The cursor moves when the broker has the message, not when head office has stored it."""
    begun: list[Up] = []
    make, published = Up.__init__, Link._published

    def remembered(up: Up, *values: Any, **named: Any) -> None:  # noqa: ANN401 - passed on as they come
        make(up, *values, **named)
        begun.append(up)

    def hasty(link: Link, client: Client, mid: int, code: ReasonCode) -> None:
        topic = link._unsettled.get(mid, "")
        published(link, client, mid, code)
        up = begun[-1]
        reader = up._open()
        if topic.endswith("/up/journal") and up._on_the_way and reader is not None:
            position = up._on_the_way.popleft()
            (record,) = reader.records_after(Position(position.epoch, position.sequence - 1), 1)
            up._cursor.acknowledge(Acknowledged(position, record.digest, ""))

    Up.__init__ = remembered  # type: ignore[method-assign,assignment]  # the planted defect
    Link._published = hasty  # type: ignore[method-assign,assignment]  # as above


def acknowledge_before_commit() -> None:
    """Head office gives its word for what came, and stores it afterwards, if it can."""
    take = Ingest.take

    def hasty(ingest: Ingest, told: Sequence[Told]) -> list[Answer]:
        batches = [envelope.decode(each.payload, JournalBatch).data for each in told]
        with contextlib.suppress(OperationalError):
            take(ingest, told)
        ends = [(batch.kiosk, batch.records[-1]) for batch in batches]
        return [
            Acknowledgement(kiosk=kiosk, epoch=last.epoch, sequence=last.sequence, digest=last.digest)
            for kiosk, last in ends
        ]

    Ingest.take = hasty  # type: ignore[method-assign,assignment]  # the planted defect


def book_what_came_again() -> None:
    """A record that comes a second time is booked a second time."""

    def forgetful(_intake: object, epoch: Epoch, repeats: Sequence[JournalRecord]) -> bool:
        if repeats:
            epoch.posted = min(epoch.posted, repeats[0].sequence - 1)
        return False

    ingest._compare = forgetful  # type: ignore[assignment]  # the planted defect


DEFECTS: dict[str, Callable[[], None]] = {
    "print_before_commit": print_before_commit,
    "show_before_commit": show_before_commit,
    "retry_on_unknown": retry_on_unknown,
    "cursor_on_puback": cursor_on_puback,
    "acknowledge_before_commit": acknowledge_before_commit,
    "book_what_came_again": book_what_came_again,
}


def main() -> None:
    """Plant and run."""
    _, defect, module, *arguments = sys.argv
    DEFECTS[defect]()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
