"""The feed on its way down: asked for since the version here, gathered, built into a price book, put in place whole.

A kill at any instant leaves the book before, and the question is asked again: the feed cursor moves only when the
book of the new version has been synced to disk and renamed. Two books are kept, so that the checkout can hold the one
a basket was opened with.
"""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kiosk.store.book import Books
from kiosk.store.book_builder import BookBuilder
from kiosk.store.errors import BookRowError, StoreError
from kiosk.sync.cursor import Cursor
from kiosk.sync.faults import Faults
from kiosk.sync.settings import SyncSettings
from messages import envelope, topics
from messages.errors import MessageError
from messages.feed import FeedChunk, FeedHead, FeedRequest, gather

__all__ = ["Down", "build_book"]

_FEED = "feed"
_HEAD = "feed head"
_ROW = "feed row"
_MOST_MISSING = 1000

Publish = Callable[[str, bytes], bool]
Ready = Callable[[int, Path], None]


@dataclass(slots=True)
class _Question:
    """What was asked, and the chunks of the answer so far."""

    store: str
    since: int
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))
    chunks: dict[int, FeedChunk] = field(default_factory=dict)

    def answered_by(self, chunk: FeedChunk) -> bool:
        """The chunk is of an answer to this question, and can be built upon what is here."""
        return chunk.correlation == self.correlation and (chunk.snapshot or chunk.from_version == self.since)

    def add(self, chunk: FeedChunk) -> None:
        """A chunk of another cut of the answer makes what came before worthless."""
        if any(known.digest != chunk.digest or known.count != chunk.count for known in self.chunks.values()):
            self.chunks.clear()
        self.chunks[chunk.number] = chunk

    @property
    def whole(self) -> bool:
        """Every chunk is here."""
        return bool(self.chunks) and len(self.chunks) == next(iter(self.chunks.values())).count

    def request(self) -> FeedRequest:
        """Everything since the version here."""
        return FeedRequest(correlation=self.correlation, store=self.store, since=self.since)

    def missing(self) -> FeedRequest | None:
        """The chunks that did not come; ``None``: none has come yet, or too many are missing."""
        if not self.chunks:
            return None
        known = next(iter(self.chunks.values()))
        numbers = tuple(number for number in range(1, known.count + 1) if number not in self.chunks)
        if len(numbers) > _MOST_MISSING:
            return None
        return msgspec.structs.replace(self.request(), upto=known.to_version, chunks=numbers)


def build_book(
    books: Books, chunks: Mapping[int, FeedChunk], *, since: int, refused: Callable[[str], None]
) -> tuple[int, Path]:
    """Build the book of a whole answer and put it in place; gives its version and path.

    A row this release cannot read is taken out of the book, and ``refused`` is told: an item nobody can price calls
    staff, an item at yesterday's price would be sold wrongly. Raises ``MessageError``, ``StoreError``, ``OSError`` or
    ``sqlite3.Error``; the books that lie there are then as they were.
    """
    first = chunks[min(chunks)]
    rows = gather(chunks)
    builder = BookBuilder(books.folder) if first.snapshot else BookBuilder.from_previous(books.path(since))
    with builder:
        for row in rows:
            body = row.body
            if body is None:
                builder.delete(row.kind, row.key)
                continue
            try:
                builder.put(row.kind, row.key, body)
            except BookRowError as fault:
                builder.delete(row.kind, row.key)
                refused(f"{row.kind} {row.key} of version {row.version} left out: {fault}")
        return first.to_version, builder.finish(first.to_version)


class Down:
    """Used on the asyncio loop; books are built in a thread beside it."""

    def __init__(
        self,
        settings: SyncSettings,
        cursor: Cursor,
        *,
        publish: Publish,
        ready: Ready,
        faults: Faults,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._cursor = cursor
        self._publish = publish
        self._ready = ready
        self._faults = faults
        self._clock = clock
        self._books = Books(settings.folder)
        self._head = 0
        self._question: _Question | None = None
        self._deadline = 0.0
        self._failures = 0
        self._patience = settings.timing.feed_ms / 1000
        self._bookless = self._from_scratch = not self._serves()
        self._building: asyncio.Task[None] | None = None

    @property
    def standing(self) -> tuple[int, Path] | None:
        """The book in force, for a checkout that has just come; ``None`` before the first."""
        if self._bookless:
            return None
        return self._cursor.feed_version, self._books.path(self._cursor.feed_version)

    def _serves(self) -> bool:
        """Whether the book that the cursor names is there and can be read; one that cannot is fetched again."""
        version = self._cursor.feed_version
        if not version:
            return False
        try:
            self._books.open(version).close()
        except StoreError as fault:
            self._faults.begin(_FEED, f"the price book is asked for again: {fault}")
            return False
        return True

    def connected(self) -> None:
        """Ask afresh: an answer on its way may be lost. A kiosk without a book asks before it hears of a version."""
        if self._building is None:
            self._question = None
            self._patience = self._settings.timing.feed_ms / 1000
            self._ask_if_behind()

    def receive_head(self, payload: bytes) -> None:
        """Head office told the newest version."""
        try:
            head = envelope.decode(payload, FeedHead).data
        except MessageError as fault:
            self._faults.begin(_HEAD, f"unreadable: {fault}")
            return
        if head.store != self._settings.store:
            self._faults.begin(_HEAD, f"it is of store {head.store!r}")
            return
        self._head = head.version
        if head.version < self._cursor.feed_version:
            versions = f"head office is at version {head.version}, this kiosk at {self._cursor.feed_version}"
            self._faults.begin(_HEAD, f"{versions}: was it restored?")
            return
        self._faults.end(_HEAD)
        self._ask_if_behind()

    def receive_chunk(self, payload: bytes) -> None:
        """A chunk came. One that cannot be read is as good as lost, and asked for again in time."""
        try:
            chunk = envelope.decode(payload, FeedChunk).data
        except MessageError as fault:
            self._faults.begin(_FEED, f"unreadable chunk: {fault}")
            return
        question = self._question
        if question is None or self._building is not None or not question.answered_by(chunk):
            return
        question.add(chunk)
        self._patience = self._settings.timing.feed_ms / 1000
        self._deadline = self._clock() + self._patience
        if question.whole:
            self._building = asyncio.create_task(self._apply(question))

    def tick(self) -> None:
        """What did not come in time is asked for again: single chunks alone, else everything."""
        if self._building is not None or self._clock() < self._deadline:
            return
        if self._question is None:
            self._ask_if_behind()
            return
        self._patience = min(self._settings.timing.longest_ms / 1000, self._patience * 2)
        missing = self._question.missing()
        if missing is None:
            self._ask()
        else:
            self._send(missing)

    async def close(self) -> None:
        """Let a book that is being built come to its end."""
        if self._building is not None:
            await asyncio.wait({self._building})

    def _ask_if_behind(self) -> None:
        behind = self._head > self._cursor.feed_version or self._from_scratch
        if behind and self._question is None and self._building is None:
            self._ask()

    def _ask(self) -> None:
        since = 0 if self._from_scratch else self._cursor.feed_version
        self._question = _Question(self._settings.store, since)
        self._send(self._question.request())

    def _send(self, request: FeedRequest) -> None:
        kiosk = self._settings.kiosk
        self._deadline = self._clock() + self._patience
        self._publish(topics.feed_up(kiosk), envelope.encode(request, source=f"kiosk/v1/{kiosk}"))

    async def _apply(self, question: _Question) -> None:
        try:
            await self._build(question)
        except (MessageError, StoreError, OSError, sqlite3.Error) as fault:
            self._faults.begin(_FEED, f"no book could be made of it: {fault}")
            self._from_scratch = self._from_scratch or isinstance(fault, StoreError)
            self._failures = min(self._failures + 1, 20)
            timing = self._settings.timing
            self._deadline = self._clock() + min(timing.longest_ms, timing.feed_ms * 2**self._failures) / 1000
        else:
            self._faults.end(_FEED)
            self._failures = 0
            self._deadline = 0.0
        finally:
            self._building, self._question = None, None
        self.tick()

    async def _build(self, question: _Question) -> None:
        told = next(iter(question.chunks.values())).to_version
        if told <= self._cursor.feed_version and not self._from_scratch:
            self._head = min(self._head, told)
            return
        refused: list[str] = []
        version, path = await asyncio.to_thread(
            build_book, self._books, question.chunks, since=question.since, refused=refused.append
        )
        self._cursor.applied_feed(version)
        self._bookless = self._from_scratch = False
        self._head = max(self._head, version)
        for reason in refused:
            self._faults.begin(_ROW, reason)
        self._books.prune(keep=2, pinned=(version,))
        self._ready(version, path)
