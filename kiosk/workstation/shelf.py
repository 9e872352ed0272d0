"""Which price book is in force: the one a basket began with until it ends, the newest between baskets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from kiosk.checkout.look_up import Shelf, Tile
from kiosk.checkout.state import State
from kiosk.retail.book import Member
from kiosk.retail.item import Item, Names
from kiosk.retail.offer import Offer
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.store.book import Books, SqliteBook
from kiosk.store.chain import Position
from kiosk.store.errors import StoreError
from kiosk.store.look_up import BookLookUp
from kiosk.store.rows import Operator

__all__ = ["BookShelf", "LiveLookUp", "OverlaidBook"]


class OverlaidBook:
    """A price book whose policy is seen through the workstation's own settings, and whose stock is this shop's."""

    def __init__(self, book: SqliteBook, policy: Policy, on_hand: Callable[[str], int | None]) -> None:
        self.inner = book
        self._on_hand = on_hand
        self.policy = policy
        self.version = book.version
        self.path = book.path

    @property
    def tares(self) -> str:
        """A digest of all tares."""
        return self.inner.tares

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""
        return self.inner.item(item_id)

    def by_gtin(self, gtin: str) -> Item | None:
        """By GTIN, 14 digits."""
        return self.inner.by_gtin(gtin)

    def by_plu(self, plu: str) -> Item | None:
        """By produce look-up number."""
        return self.inner.by_plu(plu)

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """A dated tax class."""
        return self.inner.tax_class(tax_class)

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item, whatever their dates."""
        return self.inner.offers_for(item_id)

    def department_names(self, department: str) -> Names:
        """What a department is called."""
        return self.inner.department_names(department)

    def on_hand(self, item_id: str) -> int | None:
        """Pieces (or grams) in this shop, as the feed told them, less what this kiosk has sold since."""
        return self._on_hand(item_id)

    def offer(self, offer_id: str) -> Offer | None:
        """By the offer's own id."""
        return self.inner.offer(offer_id)

    def offer_of_coupon(self, code: str) -> Offer | None:
        """The offer whose coupon this is."""
        return self.inner.offer_of_coupon(code)

    def member(self, keyed_hash: str) -> Member | None:
        """A loyalty member by the keyed hash of a card or phone number."""
        return self.inner.member(keyed_hash)

    def operators(self) -> tuple[Operator, ...]:
        """Everybody who may sign in here."""
        return self.inner.operators()

    def close(self) -> None:
        """Let the file go."""
        self.inner.close()


class LiveLookUp:
    """The look-up of the book in force; empty while there is none. Asked from the screen's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inner: BookLookUp | None = None

    def use(self, look_up: BookLookUp | None) -> None:
        """Ask this one from now on."""
        with self._lock:
            old, self._inner = self._inner, look_up
            if old is not None:
                old.close()

    def search(self, query: str, *, language: str, limit: int = 24) -> tuple[Tile, ...]:
        """Best matches by name, alias, PLU or GTIN."""
        with self._lock:
            return self._inner.search(query, language=language, limit=limit) if self._inner is not None else ()

    def on_hand(self, item_id: str) -> int | None:
        """Pieces or grams in this shop now; ``None``: not known."""
        with self._lock:
            return self._inner.on_hand(item_id) if self._inner is not None else None

    def counted(self, item_id: str) -> Position | None:
        """Up to which record this kiosk's moves of the item are in the feed's count; ``None``: none is."""
        with self._lock:
            return self._inner.counted(item_id) if self._inner is not None else None

    def shelves(self) -> tuple[Shelf, ...]:
        """Departments that have pictures to browse."""
        with self._lock:
            return self._inner.shelves() if self._inner is not None else ()

    def shelf(self, department: str, *, limit: int = 60, first: tuple[str, ...] = ()) -> tuple[Tile, ...]:
        """Items of a department."""
        with self._lock:
            return self._inner.shelf(department, limit=limit, first=first) if self._inner is not None else ()


class BookShelf:
    """Opens books and swaps them between baskets.

    ``overlay`` gives the policy in force from what a book tells; ``make_look_up`` opens the look-up of a book;
    """

    def __init__(
        self,
        books: Books,
        overlay: Callable[[Mapping[str, Any]], Policy],
        make_look_up: Callable[[SqliteBook], BookLookUp],
    ) -> None:
        self._books = books
        self._overlay = overlay
        self._make_look_up = make_look_up
        self._waiting: OverlaidBook | None = None
        self.current: OverlaidBook | None = None
        self.look_up = LiveLookUp()

    def open_pinned(self, version: int | None) -> tuple[str, ...]:
        """Start with the book a basket is pinned to (``None``: no basket); gives what staff should know.

        A pinned book that is gone is replaced by the newest: lines hold their own prices, so only new ones follow it.
        """
        told: list[str] = []
        try:
            newest, passed = self._books.open_newest()
        except StoreError as error:
            return (str(error),)
        told.extend(map(str, passed))
        if version is not None and version != newest.version:
            try:
                self._use(self._overlaid(self._books.open(version)))
            except StoreError as error:
                told.append(str(error))
        if self.current is None:
            self._use(self._overlaid(newest))
        else:
            self._waiting = self._overlaid(newest)
        return tuple(told)

    def arrived(self, version: int) -> None:
        """A newer book lies in the folder. Raises ``StoreError`` if it cannot serve; the old one then goes on."""
        known = self._waiting or self.current
        if known is not None and version <= known.version:
            return
        book = self._overlaid(self._books.open(version))
        if self._waiting is not None:
            self._waiting.close()
        self._waiting = book

    def settle(self, state: State) -> OverlaidBook | None:
        """The book for the next decision: a waiting one comes into force once no basket is open."""
        if self._waiting is not None and (self.current is None or state.front.transaction is None):
            waiting, self._waiting = self._waiting, None
            self._use(waiting)
        return self.current

    def close(self) -> None:
        """Let all files go."""
        self.look_up.use(None)
        for book in (self.current, self._waiting):
            if book is not None:
                book.close()
        self.current = self._waiting = None

    def _overlaid(self, book: SqliteBook) -> OverlaidBook:
        return OverlaidBook(book, self._overlay(book.policy_told), self.look_up.on_hand)

    def _use(self, book: OverlaidBook) -> None:
        old, self.current = self.current, book
        self.look_up.use(self._make_look_up(book.inner))
        if old is not None:
            old.close()
