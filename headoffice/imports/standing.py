"""What head office knows when a file is looked through: items, tax classes, roles, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.feed import policy_of
from headoffice.feed_tables import FeedCurrent
from headoffice.insight import home_of
from headoffice.keyed import shop_key
from headoffice.ledger.tables import BusinessUnit, Kiosk
from kiosk.retail.item import Item
from kiosk.retail.rights import Rights
from kiosk.retail.tax import TaxClass

__all__ = ["Standing"]

T = TypeVar("T")
_NOTHING = "XXX"


@dataclass
class Standing:
    """Read from ``session`` as it is asked for; ``today`` is the business day where head office counts its own."""

    session: Session
    now_ms: int
    today: str = field(init=False)
    currency: str = field(init=False)
    """The shop's; empty before head office knows one."""

    def __post_init__(self) -> None:
        home = home_of(self.session)
        policy = policy_of(self.session)
        self.today = home.today(self.now_ms).isoformat()
        told = policy.currency if policy is not None else home.currency
        self.currency = "" if told == _NOTHING else told
        self.roles = tuple(role.role for role in (policy.rights if policy is not None else Rights()).roles)

    def payloads(self, kind: str) -> dict[str, bytes]:
        """Key -> payload of what stands in the feed."""
        found = select(FeedCurrent.key, FeedCurrent.payload).where(FeedCurrent.kind == kind)
        return {key: payload for key, payload in self.session.execute(found) if payload is not None}

    def _decoded(self, kind: str, shape: type[T]) -> dict[str, T]:
        decoder = msgspec.json.Decoder(shape)
        return {key: decoder.decode(payload) for key, payload in self.payloads(kind).items()}

    @cached_property
    def items(self) -> dict[str, Item]:
        """By item id."""
        return self._decoded("item", Item)

    @cached_property
    def gtins(self) -> dict[str, str]:
        """GTIN of 14 digits -> item id."""
        return {item.gtin: item.item_id for item in self.items.values() if item.gtin}

    @cached_property
    def plus(self) -> dict[str, str]:
        """PLU -> item id."""
        return {item.plu: item.item_id for item in self.items.values() if item.plu}

    @cached_property
    def tax_classes(self) -> dict[str, TaxClass]:
        """By their name."""
        return self._decoded("tax_class", TaxClass)

    @cached_property
    def operators(self) -> dict[str, Mapping[str, Any]]:
        """Rows of operators by id."""
        return self._decoded("operator", dict[str, Any])

    @cached_property
    def locations(self) -> frozenset[str]:
        """Where stock may be: the locations of the business, and shops that are known by their lanes alone."""
        places = set(self.session.scalars(select(BusinessUnit.location)))
        stores = set(self.session.scalars(select(BusinessUnit.store)))
        return frozenset(places | set(self.session.scalars(select(Kiosk.store).distinct())) - stores)

    @cached_property
    def key(self) -> bytes:
        """The shop's key."""
        return shop_key(self.session)
