"""Finding items without a barcode, in any script: by words as they are typed, by number, and by likeness.

Words are matched by SQLite's full-text index over names and aliases of all languages, as prefixes. A word that matches
nothing is replaced by the words of the book that are spelt alike (``rapidfuzz`` ratio of at least 70).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kiosk.checkout.look_up import Shelf, Tile
from kiosk.retail.item import Item
from kiosk.store.book_schema import connect_read_only, open_checked
from kiosk.store.chain import Position
from kiosk.store.rows import Department, Stock
from kiosk.store.stock_moves import StockMoves
from kiosk.store.words import words

__all__ = ["BookLookUp"]

_LEAST_RATIO = 70
_LEAST_LETTERS = 3
_ALIKE = 6
_CANDIDATES = 200
"""A beginning as short as one letter may match every item; so many are looked at and ranked, within a frame."""
_MATCHING = (
    "SELECT item.payload, found.words FROM (SELECT rowid, words FROM item_words WHERE item_words MATCH ? LIMIT ?)"
    " AS found JOIN item ON item.id = found.rowid"
)
_BY_NUMBER = (
    "SELECT payload FROM item WHERE plu BETWEEN ? AND ? || ':' OR gtin = ?"
    " OR gtin BETWEEN '0' || ? AND '0' || ? || ':' ORDER BY length(plu) DESC, item_id LIMIT ?"
)
"""By PLU or GTIN-13 as it is typed, or by a whole shorter GTIN; the colon is the sign behind 9."""
_OF_DEPARTMENT = "SELECT payload FROM item WHERE department = ? ORDER BY item_id"
_DEPARTMENTS = "SELECT payload FROM other WHERE kind = 'department' ORDER BY key"
_STOCK = "SELECT payload FROM other WHERE kind = 'stock' AND key = ?"
_VOCABULARY = "SELECT term FROM item_vocabulary"
_GTIN_DIGITS = 14


class BookLookUp:
    """Implements ``kiosk.checkout.look_up.LookUp`` over one book file.

    Each thread that asks gets a connection of its own. ``location`` is this shop's stock location, ``moves`` what this
    kiosk sold; a stock row's key is ``<location>/<item_id>``.
    """

    def __init__(
        self, path: Path | str, *, kiosk: str = "", location: str = "", moves: StockMoves | None = None
    ) -> None:
        self._path = Path(path)
        connection, self.version = open_checked(self._path)
        connection.close()
        self._kiosk, self._location = kiosk, location
        self._moves = moves or StockMoves()
        self._of_thread = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._vocabulary_lock = threading.Lock()
        self._vocabulary: tuple[str, ...] | None = None

    def close(self) -> None:
        """Let the file go, in all threads; nobody may ask any more."""
        for connection in self._connections:
            connection.close()

    def search(self, query: str, *, language: str, limit: int = 24) -> tuple[Tile, ...]:
        """Best matches first: by number, then what has no barcode, then names in ``language`` that begin so."""
        asked = words(query)
        if not asked:
            return ()
        numbered = self._by_number(asked, limit)
        spelt: list[Sequence[str]] = [(word,) for word in asked]
        found = self._matching(spelt)
        if not found and not numbered:
            spelt = [self._spellings(word) for word in asked]
            found = self._matching(spelt)
        found.sort(key=lambda pair: _rank(*pair, asked=asked, spelt=spelt, language=language))
        unique = {item.item_id: item for item in (*numbered, *(item for item, _words in found))}
        return tuple(self._tile(item) for item in list(unique.values())[:limit])

    def shelves(self) -> tuple[Shelf, ...]:
        """Departments that have pictures to browse."""
        found = (msgspec.json.decode(payload, type=Department) for (payload,) in self._rows(_DEPARTMENTS))
        return tuple(Shelf(row.department, row.names, row.picture) for row in found if row.picture)

    def shelf(self, department: str, *, limit: int = 60, first: tuple[str, ...] = ()) -> tuple[Tile, ...]:
        """Items of a department: those of ``first``, then those with a picture."""
        found = self._items(_OF_DEPARTMENT, department)
        place = {item_id: number for number, item_id in enumerate(first)}
        found.sort(key=lambda item: (place.get(item.item_id, len(place)), item.picture is None))
        return tuple(self._tile(item) for item in found[:limit])

    def _by_number(self, asked: Sequence[str], limit: int) -> list[Item]:
        number = "".join(asked)
        if not (number.isascii() and number.isdecimal()):
            return []
        return self._items(_BY_NUMBER, number, number, number.zfill(_GTIN_DIGITS), number, number, limit)

    def _matching(self, asked: Sequence[Sequence[str]]) -> list[tuple[Item, str]]:
        """Items that have, for each asked word, one of its spellings, with all words of each; in no order."""
        if not all(asked):
            return []
        terms = ("(" + " OR ".join(f'"{word}" *' for word in spellings) + ")" for spellings in asked)
        rows = self._connection().execute(_MATCHING, (" AND ".join(terms), _CANDIDATES))
        return [(_decode_item(payload), of_item) for payload, of_item in rows]

    def _spellings(self, word: str) -> Sequence[str]:
        """The word itself if the book has it (as a beginning too), else the book's words that are spelt alike."""
        if self._rows(_MATCHING, f'"{word}" *', 1):
            return (word,)
        if len(word) < _LEAST_LETTERS:
            return ()
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - a start need not wait for the first misspelt word

        alike = process.extract(word, self._all_words(), scorer=fuzz.ratio, score_cutoff=_LEAST_RATIO, limit=_ALIKE)
        return [spelling for spelling, _ratio, _place in alike]

    def _all_words(self) -> tuple[str, ...]:
        with self._vocabulary_lock:
            if self._vocabulary is None:
                self._vocabulary = tuple(term for (term,) in self._rows(_VOCABULARY))
            return self._vocabulary

    def _tile(self, item: Item) -> Tile:
        return Tile(item.item_id, item.names, item.picture, item.unit, item.price, item.plu, self.on_hand(item.item_id))

    def on_hand(self, item_id: str) -> int | None:
        """Pieces or grams in this shop as the feed told them, less what this kiosk has sold since."""
        stock = self._stock(item_id)
        return None if stock is None else stock.on_hand - self._moves.since(item_id, self._counted_in(stock))

    def counted(self, item_id: str) -> Position | None:
        """Up to which record of this kiosk its moves are in the feed's count; ``None``: none is."""
        stock = self._stock(item_id)
        return None if stock is None else self._counted_in(stock)

    def _stock(self, item_id: str) -> Stock | None:
        rows = self._rows(_STOCK, f"{self._location}/{item_id}")
        return msgspec.json.decode(rows[0][0], type=Stock) if rows else None

    def _counted_in(self, stock: Stock) -> Position | None:
        counted = stock.counted.get(self._kiosk)
        return Position(*counted) if counted else None

    def _items(self, query: str, *values: str | int) -> list[Item]:
        return [_decode_item(payload) for (payload,) in self._rows(query, *values)]

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any]]:
        return self._connection().execute(query, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = connect_read_only(self._path)
            self._connections.append(connection)
        return connection


def _rank(
    item: Item, of_item: str, *, asked: Sequence[str], spelt: Sequence[Sequence[str]], language: str
) -> tuple[object, ...]:
    """Smaller is better: the likeliest spelling, whole words, what has no barcode to scan, the shopper's own language
    from the beginning of the name, the short name.
    """
    every = set(of_item.split())
    unlike = sum(_place(spellings, every) for spellings in spelt)
    whole = sum(word in every for word in asked)
    own = " ".join(words(item.names.get(language, "")))
    return (unlike, -whole, item.plu is None, not own.startswith(" ".join(asked)), len(own), item.item_id)


def _place(spellings: Sequence[str], of_item: Iterable[str]) -> int:
    """Which of the spellings, best first, the item's words begin with."""
    begun = (place for place, spelling in enumerate(spellings) if any(word.startswith(spelling) for word in of_item))
    return next(begun, len(spellings))


_decode_item = msgspec.json.Decoder(Item).decode
