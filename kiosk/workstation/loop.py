"""The engine: one input at a time, run to completion.

An input is stamped with its moment and decided; what it changes for good goes to disk in one commit; then the state
moves on, the screen is drawn and the effects are carried out. Their answers come back as inputs. If the disk refuses,
nothing has happened: nothing is shown, printed or charged, the lane says so, and the disk is tried again and again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import reduce
from typing import Final

from kiosk.checkout import inputs as i
from kiosk.checkout.decide import Decision, decide
from kiosk.checkout.effects import Effect
from kiosk.checkout.events import Durable, Transient
from kiosk.checkout.evolve import evolve
from kiosk.checkout.moment import Moment
from kiosk.checkout.render import render
from kiosk.checkout.screen import Screen
from kiosk.checkout.state import Live, State
from kiosk.retail.policy import Policy
from kiosk.store.chain import Position
from kiosk.store.checkpoint import FORMAT, decode_checkpoint, encode_checkpoint
from kiosk.store.errors import JournalUnwritableError, StoreError
from kiosk.store.journal import Journal
from kiosk.store.stock_moves import StockMoves
from kiosk.workstation.clock import Clock
from kiosk.workstation.shelf import BookShelf
from kiosk.workstation.unsynced import UnsyncedSales

__all__ = ["Engine"]

_log = logging.getLogger(__name__)

_REPEATABLE: Final = (
    i.ShopperArrived
    | i.LanguageChosen
    | i.AccessibilityChosen
    | i.ViewRequested
    | i.CodeScanned
    | i.ItemChosen
    | i.QuantityEntered
    | i.WeightRead
    | i.WeighConfirmed
    | i.LineVoidRequested
    | i.LoyaltyPresented
    | i.PhoneRefused
    | i.LoyaltyRefused
    | i.CheckoutRequested
    | i.TenderChosen
    | i.PaymentCancelled
    | i.RestOtherwise
    | i.ReceiptChosen
    | i.HelpPressed
    | i.StillHere
    | i.OperatorSignedIn
    | i.OperatorSignedOut
    | i.OperatorActed
)
"""What a person does again when it had no effect. Everything else (a terminal's answer, say) is kept for later."""


_BOOKLESS: Final = State(live=Live(conditions=("no_book",)))
"""What is on show while there is no price book: nothing of the journal can be dressed without one."""


class Engine:
    """Holds the state. All methods but ``submit`` belong to the engine's own loop.

    ``perform`` carries out an effect and never raises; ``show`` takes the newest screen; ``journalled`` hears of each
    new head of the journal; ``power`` says who this workstation is; ``bare_policy`` dresses the screen while there
    is no price book; ``checkpoint_after`` so many records the state is kept for the next start, when the lane rests.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        shelf: BookShelf,
        clock: Clock,
        moves: StockMoves,
        unsynced: UnsyncedSales,
        power: i.PowerRestored,
        bare_policy: Policy,
        perform: Callable[[Effect], None],
        show: Callable[[Screen], None],
        journalled: Callable[[Position], None],
        storage_retry_s: float = 2.0,
        checkpoint_after: int = 2_000,
    ) -> None:
        self.state = State()
        self._journal, self._shelf, self._clock, self._moves = journal, shelf, clock, moves
        self._unsynced = unsynced
        self._power, self._bare_policy = power, bare_policy
        self._perform, self._show, self._journalled = perform, show, journalled
        self._storage_retry_s, self._checkpoint_after = storage_retry_s, checkpoint_after
        self._queue: asyncio.Queue[i.Input] = asyncio.Queue()
        self._screen: Screen | None = None
        self._held: list[i.Input] = []
        self._retry: asyncio.TimerHandle | None = None
        self._begun = False
        self._kept: Position | None = None

    def replay(self) -> None:
        """Fold the journal into the state, before ``run``: from its newest checkpoint that holds, else from its first
        record. Raises ``StoreError`` when it cannot be read.
        """
        state, self._kept = self._newest_checkpoint()
        for record in self._journal.replay(self._kept):
            state = evolve(state, record.event)
            self._moves.note(record.position, record.event)
        self.state = state
        self._unsynced.restore()

    def _newest_checkpoint(self) -> tuple[State, Position | None]:
        for position, payload in self._journal.checkpoints(FORMAT):
            try:
                state, moves = decode_checkpoint(payload)
            except ValueError as error:
                _log.warning("the checkpoint at %s cannot be read: %s", position, error)
                continue
            self._moves.restore(position.epoch, moves)
            return state, position
        return State(), None

    def put(self, input_: i.Input) -> None:
        """Take an input in; it is decided after those before it."""
        self._queue.put_nowait(input_)

    async def run(self) -> None:
        """Decide inputs one after the other until cancelled."""
        pinned = self.state.transaction
        for told in self._shelf.open_pinned(pinned.opened.book_version if pinned is not None else None):
            _log.warning("%s", told)
            self.put(i.ConditionChanged("book", on=True))
        self._begin()
        self._draw()
        try:
            while True:
                self._take(await self._queue.get())
                if self._resting:
                    self._after("keeping a checkpoint", self._keep_checkpoint)
                await asyncio.sleep(0)  # let timers, devices and the sync socket have their turn
        finally:
            if self._retry is not None:
                self._retry.cancel()

    def book_arrived(self, version: int) -> None:
        """The sync process has built a newer book. Raises ``StoreError`` if it cannot serve; staff are told."""
        try:
            self._shelf.arrived(version)
        except StoreError:
            self.put(i.ConditionChanged("book", on=True))
            raise
        self._shelf.settle(self.state)
        self._begin()
        self.put(i.ConditionChanged("book", on=False))
        self.put(i.FeedApplied(version))

    def _begin(self) -> None:
        """The first input of all, as soon as there is a price book to decide by."""
        if not self._begun and self._shelf.current is not None:
            self._begun = True
            waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
            held, self._held = self._held, []
            for input_ in (self._power, *held, *waiting):
                self.put(input_)

    def _take(self, input_: i.Input) -> None:
        if not self._begun:
            self._hold(input_)
            return
        try:
            self._step(input_)
        except JournalUnwritableError as error:
            self._hold(input_)
            self._storage_failed(error)
        except Exception:  # noqa: BLE001 - one input's fault must not end the lane; nothing of it has happened
            _log.exception("%s could not be decided; nothing has happened", type(input_).__name__)

    def _step(self, input_: i.Input) -> None:
        book = self._shelf.settle(self.state)
        if book is None:
            return
        moment = self._clock.moment()
        decision = decide(self.state, moment, input_, book)
        self._apply(decision, moment)

    def _apply(self, decision: Decision, moment: Moment) -> None:
        """Work out the next state, write, and only then let it be so and do what follows from it."""
        state = reduce(evolve, decision.events, self.state)
        durable, before = decision.durable, self._journal.head
        if durable:
            self._journal.append(durable, moment.utc_ms)
        recovered = bool(durable and self.state.live.storage)
        self.state = state
        self._after("the journal's new head", self._tell_journalled, durable, before, moment.utc_ms)
        self._draw()
        for effect in decision.effects:
            self._after(type(effect).__name__, self._perform, effect)
        if recovered:
            self._storage_recovered()

    def _tell_journalled(self, durable: tuple[Durable, ...], before: Position, utc_ms: int) -> None:
        for number, event in enumerate(durable, start=before.sequence + 1):
            position = Position(before.epoch, number)
            self._moves.note(position, event)
            self._unsynced.note(position, utc_ms, event)
        if durable:
            self._journalled(self._journal.head)

    def _after(self, what: str, do: Callable[..., None], *arguments: object) -> None:
        """Do what follows from a decision that is on disk: a fault in it is told, and undoes nothing."""
        try:
            do(*arguments)
        except Exception:  # noqa: BLE001 - the decision stands, and what else follows from it must be done
            _log.exception("%s failed", what)

    def _draw(self) -> None:
        book = self._shelf.settle(self.state)
        state, policy = (_BOOKLESS, self._bare_policy) if book is None else (self.state, book.policy)
        try:
            screen = render(state, policy)
        except Exception:  # noqa: BLE001 - a picture that cannot be drawn must not end the lane
            _log.exception("the screen could not be drawn; the last one stays")
            return
        if screen != self._screen:
            self._screen = screen
            self._show(screen)

    # --- what the next start begins with ----------------------------------------------------------------------------

    @property
    def _resting(self) -> bool:
        """A checkpoint is due, and nobody stands before the lane or waits for it."""
        behind = self._journal.head.sequence - (self._kept.sequence if self._kept is not None else 0)
        return behind >= self._checkpoint_after and self._queue.empty() and self.state.at_rest

    def _keep_checkpoint(self) -> None:
        head = self._journal.head
        payload = encode_checkpoint(self.state, self._moves.uncounted(self._shelf.look_up.counted))
        self._kept = head  # should the disk refuse: not again before as many records more
        self._journal.keep_checkpoint(FORMAT, payload)

    # --- a disk that refuses -------------------------------------------------------------------------------------

    def _hold(self, input_: i.Input) -> None:
        if not isinstance(input_, _REPEATABLE) and input_ not in self._held:
            self._held.append(input_)

    def _storage_failed(self, error: JournalUnwritableError) -> None:
        if self.state.live.storage != error.cause:
            _log.error("nothing can be sold: %s", error.reason)
            self._after("showing that nothing can be sold", self._only_shown, i.StorageFailed(error.cause))
        if self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(self._storage_retry_s, self._try_storage)

    def _try_storage(self) -> None:
        self._retry = None
        try:
            self._journal.check_writable()
        except JournalUnwritableError as error:
            self._storage_failed(error)
        else:
            self._storage_recovered()

    def _storage_recovered(self) -> None:
        held, self._held = self._held, []
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        _log.warning("the journal can be written again; %d inputs were kept", len(held))
        for input_ in (i.StorageRecovered(), *held):
            self.put(input_)

    def _only_shown(self, input_: i.Input) -> None:
        """Decide an input about the disk itself: what it changes is only on show, and needs no disk."""
        book = self._shelf.current
        if book is None:
            return
        moment = self._clock.moment()
        decision = decide(self.state, moment, input_, book)
        shown = tuple(event for event in decision.events if isinstance(event, Transient))
        self._apply(Decision(shown, decision.effects), moment)
