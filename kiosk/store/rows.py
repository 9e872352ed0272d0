"""The rows of a price book by kind, as the feed brings them: a key and a JSON payload.

``docs/formats/book.md`` describes every payload. Items, offers, tax classes, policy and members decode straight into
the values of ``kiosk.retail``; the rest are here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, Literal, get_args

import msgspec

from kiosk.retail.book import Member
from kiosk.retail.item import Item, Names
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxClass
from kiosk.retail.values import dataclass
from kiosk.store.errors import BookRowError
from kiosk.store.offers import decode_offer

__all__ = ["KINDS", "Department", "Operator", "RowKind", "Stock", "decode_row"]

RowKind = Literal["item", "offer", "tax_class", "policy", "member", "operator", "stock", "department"]
KINDS: tuple[RowKind, ...] = get_args(RowKind)


@dataclass(frozen=True, slots=True)
class Operator:
    """A member of staff who may sign in, in a ``role`` of the policy's rights.

    ``badge_hash`` is the keyed hash of the badge's code; hashes are hex.
    """

    operator_id: str
    name: str
    role: str
    badge_hash: str = ""
    pin_salt: str = ""
    pin_hash: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """On hand at a location (pieces, or grams), and up to which record each kiosk's moves are counted in it."""

    item_id: str
    location: str
    on_hand: int
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Department:
    """A shelf of the look-up."""

    department: str
    names: Names
    picture: str | None = None


_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "item": msgspec.json.Decoder(Item),
    "tax_class": msgspec.json.Decoder(TaxClass),
    "policy": msgspec.json.Decoder(Policy),
    "member": msgspec.json.Decoder(Member),
    "operator": msgspec.json.Decoder(Operator),
    "stock": msgspec.json.Decoder(Stock),
    "department": msgspec.json.Decoder(Department),
}


def decode_row(kind: str, payload: bytes) -> Any:  # noqa: ANN401 - the type goes with the kind
    """The value of a row. Raises ``BookRowError`` for an unknown kind or a payload that is not of it."""
    decoder = _DECODERS.get(kind)
    if kind == "offer":
        return _decode(kind, decode_offer, payload)
    if decoder is None:
        message = f"a price book has no rows of kind {kind}"
        raise BookRowError(message)
    return _decode(kind, decoder.decode, payload)


def _decode(kind: str, decode: Callable[[bytes], Any], payload: bytes) -> Any:  # noqa: ANN401 - as above
    try:
        return decode(payload)
    except msgspec.DecodeError as error:
        message = f"the payload is no {kind}: {error}"
        raise BookRowError(message) from error
