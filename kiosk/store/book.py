"""The price book on disk, read-only and pinned to one feed version, and the folder that holds the books."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from kiosk.retail.book import Member
from kiosk.retail.coupon import coupon_key
from kiosk.retail.item import Item, Names
from kiosk.retail.offer import Offer, Serials
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.store.book_schema import book_name, book_version, open_checked
from kiosk.store.errors import BookError, BookRowError, StoreError
from kiosk.store.rows import Department, Operator, Stock, decode_row

__all__ = ["Books", "SqliteBook"]

_log = logging.getLogger(__name__)

_CACHED_ITEMS = 512
_BY_ITEM_ID = "SELECT payload FROM item WHERE item_id = ?"
_BY_GTIN = "SELECT payload FROM item WHERE gtin = ? LIMIT 1"
_BY_PLU = "SELECT payload FROM item WHERE plu = ? LIMIT 1"
_OTHER = "SELECT payload FROM other WHERE kind = ? AND key = ?"
_COUPONS = (
    "SELECT json_extract(CAST(payload AS TEXT), '$.coupon') AS coupon,"
    " coalesce(json_extract(CAST(payload AS TEXT), '$.serials'), ''), key FROM other"
    " WHERE kind = 'offer' AND coupon <> '' ORDER BY key DESC"
)
"""Of two offers with one code, the first by id is the one it opens."""
_ALL_OTHER = "SELECT payload FROM other WHERE kind = ? ORDER BY key"
_TARES = (
    "SELECT item_id, json_extract(CAST(payload AS TEXT), '$.tare_grams') AS grams FROM item WHERE grams > 0"
    " ORDER BY item_id"
)
_REACH_SINCE = 2
_OFFERS = (
    "SELECT DISTINCT offer_id FROM offer_reach WHERE kind = 'everything' OR (kind = 'item' AND key = ?1) OR (kind ="
    " 'department' AND key = (SELECT department FROM item WHERE item_id = ?1)) ORDER BY offer_id"
)


_OFFERS_BY_ID = "SELECT offer_id FROM offer_item WHERE item_id = ? ORDER BY offer_id"
"""In a book that a release before the offer engine built."""


class SqliteBook:
    """Implements ``kiosk.retail.book.Book``; its stock is that of any location.

    Safe from several threads, one of them at a time inside.

    A row that cannot be read raises ``BookError``: the file was damaged after it was checked.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, version: int) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()
        self._version = version
        policies: list[Policy] = self._all("policy")
        if not policies:
            message = f"{path} holds no policy"
            raise BookError(message)
        self._policy = policies[0]
        told = msgspec.json.decode(self._payloads(_ALL_OTHER, "policy")[0])
        self.policy_told: Mapping[str, Any] = {field: value for field, value in told.items() if value is not None}
        """The policy's row as the feed told it: only what it says, not what is taken where it says nothing."""
        self._items = lru_cache(_CACHED_ITEMS)(self._read_item)
        self._offers = lru_cache(_CACHED_ITEMS)(self._read_offers)
        self._offer = cache(self._read_offer)
        self._tax_classes = cache(self._read_tax_class)
        self._tares: str | None = None
        self._coupons: dict[str, tuple[Serials, str]] | None = None

    @classmethod
    def open(cls, path: Path | str) -> SqliteBook:
        """Open a book. Raises ``BookError`` (or another ``StoreError``) for one that is missing, cut or damaged."""
        path = Path(path)
        connection, version = open_checked(path)
        try:
            return cls(path, connection, version)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @property
    def version(self) -> int:
        """The feed version this book was built from."""
        return self._version

    @property
    def policy(self) -> Policy:
        """How the shop trades."""
        return self._policy

    @property
    def tares(self) -> str:
        """A digest of all tares, in hex; worked out once."""
        if self._tares is None:
            self._tares = self._digest_of_tares()
        return self._tares

    def item(self, item_id: str) -> Item | None:
        """By the retailer's own key."""
        return self._items(_BY_ITEM_ID, item_id)

    def by_gtin(self, gtin: str) -> Item | None:
        """By GTIN, 14 digits."""
        return self._items(_BY_GTIN, gtin)

    def by_plu(self, plu: str) -> Item | None:
        """By produce look-up number."""
        return self._items(_BY_PLU, plu)

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """A dated tax class."""
        return self._tax_classes(tax_class)

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        """Offers that may touch the item: by its id, its department, or on everything; whatever their dates."""
        return self._offers(item_id)

    def department_names(self, department: str) -> Names:
        """What a department is called; empty where the feed did not say."""
        found: Department | None = self._one("department", _OTHER, "department", department)
        return found.names if found is not None else {}

    def on_hand(self, item_id: str, location: str = "") -> int | None:
        """Pieces (or grams) at a stock location as the feed told them; ``None`` where it did not."""
        found: Stock | None = self._one("stock", _OTHER, "stock", f"{location}/{item_id}")
        return found.on_hand if found is not None else None

    def offer(self, offer_id: str) -> Offer | None:
        """By the offer's own id, whatever its dates."""
        return self._offer(offer_id)

    def offer_of_coupon(self, code: str) -> Offer | None:
        """The offer whose coupon this is: by its whole code, else by the longest beginning of a series."""
        if self._coupons is None:
            self._coupons = self._read_coupons()
        found = coupon_key(code, {coupon: serials for coupon, (serials, _) in self._coupons.items()})
        return self._offer(self._coupons[found][1]) if found else None

    def member(self, keyed_hash: str) -> Member | None:
        """A loyalty member by the keyed hash of a card or phone number (lower-case hex)."""
        found: Member | None = self._one("member", _OTHER, "member", keyed_hash)
        return found

    def operators(self) -> tuple[Operator, ...]:
        """Everybody who may sign in here."""
        return tuple(self._all("operator"))

    def _digest_of_tares(self) -> str:
        digest = hashlib.sha256()
        try:
            with self._lock:
                for item_id, grams in self._connection.execute(_TARES):
                    digest.update(f"{item_id}={grams}\n".encode())
        except sqlite3.DatabaseError as error:
            message = f"{self.path} is damaged: {error}"
            raise BookError(message) from error
        return digest.hexdigest()

    def _read_coupons(self) -> dict[str, tuple[Serials, str]]:
        try:
            with self._lock:
                rows = self._connection.execute(_COUPONS).fetchall()
        except sqlite3.DatabaseError as error:
            message = f"{self.path} is damaged: {error}"
            raise BookError(message) from error
        return {coupon: (serials, offer_id) for coupon, serials, offer_id in rows}

    def _read_item(self, query: str, key: str) -> Item | None:
        found: Item | None = self._one("item", query, key)
        return found

    def _read_tax_class(self, tax_class: str) -> TaxClass | None:
        found: TaxClass | None = self._one("tax_class", _OTHER, "tax_class", tax_class)
        return found

    def _read_offers(self, item_id: str) -> tuple[Offer, ...]:
        try:
            with self._lock:
                (schema,) = self._connection.execute("PRAGMA user_version").fetchone()
                query = _OFFERS if schema >= _REACH_SINCE else _OFFERS_BY_ID
                reaching = self._connection.execute(query, (item_id,)).fetchall()
        except sqlite3.DatabaseError as error:
            message = f"{self.path} is damaged: {error}"
            raise BookError(message) from error
        return tuple(offer for (offer_id,) in reaching if (offer := self._offer(offer_id)) is not None)

    def _read_offer(self, offer_id: str) -> Offer | None:
        """One that this release cannot read (the book may be of another) is none: the lane sells without it."""
        for payload in self._payloads(_OTHER, "offer", offer_id):
            try:
                found: Offer = decode_row("offer", payload)
            except BookRowError as error:
                _log.warning("offer %s of %s is left out: %s", offer_id, self.path.name, error)
            else:
                return found
        return None

    def _all(self, kind: str) -> list[Any]:
        return self._many(kind, _ALL_OTHER, kind)

    def _one(self, kind: str, query: str, *values: str) -> Any:  # noqa: ANN401 - the type goes with the kind
        found = self._many(kind, query, *values)
        return found[0] if found else None

    def _many(self, kind: str, query: str, *values: str) -> list[Any]:
        try:
            return [decode_row(kind, payload) for payload in self._payloads(query, *values)]
        except BookRowError as error:
            message = f"{self.path} is damaged: {error}"
            raise BookError(message) from error

    def _payloads(self, query: str, *values: str) -> list[bytes]:
        try:
            with self._lock:
                return [payload for (payload,) in self._connection.execute(query, values)]
        except sqlite3.DatabaseError as error:
            message = f"{self.path} is damaged: {error}"
            raise BookError(message) from error


class Books:
    """The folder of price books. The sync process builds and prunes, the checkout opens."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def versions(self) -> tuple[int, ...]:
        """Feed versions that lie here, newest first; whether they are whole shows when they are opened."""
        found = (book_version(path) for path in self.folder.glob("book-*.db"))
        return tuple(sorted((version for version in found if version is not None), reverse=True))

    def path(self, version: int) -> Path:
        """Where the book of this version lies."""
        return self.folder / book_name(version)

    def open(self, version: int) -> SqliteBook:
        """The book of one version. Raises ``BookError`` if it is not here or not whole."""
        return SqliteBook.open(self.path(version))

    def open_newest(self) -> tuple[SqliteBook, tuple[StoreError, ...]]:
        """The newest whole book, and why newer ones were passed over. Raises ``BookError`` if none is whole."""
        passed: list[StoreError] = []
        for version in self.versions():
            try:
                return self.open(version), tuple(passed)
            except StoreError as error:
                passed.append(error)
        told = "; ".join(map(str, passed)) or "the feed has not brought one yet"
        message = f"no price book in {self.folder}: {told}"
        raise BookError(message)

    def prune(self, *, keep: int = 2, pinned: Collection[int] = ()) -> tuple[int, ...]:
        """Remove all but the newest ``keep`` and the ``pinned`` versions; gives what was removed.

        A process that has a removed book open reads on until it lets go.
        """
        doomed = tuple(version for version in self.versions()[keep:] if version not in pinned)
        for version in doomed:
            self.path(version).unlink(missing_ok=True)
        return doomed
