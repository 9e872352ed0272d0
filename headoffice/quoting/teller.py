"""Answers what a basket costs: in words of the interface, over the feed's newest book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.orm import Session

from headoffice.coupons.keeper import CouponKeeper
from headoffice.database import Database
from headoffice.feed import member_of, policy_of
from headoffice.feed_tables import MemberKey
from headoffice.insight import home_of
from headoffice.quoting.book import FeedBook, Shelves
from kiosk.retail.money import Money
from kiosk.retail.occasion import Occasion, Used
from kiosk.retail.offer import Offer
from kiosk.retail.quote import Quote, Wanted, quote
from kiosk.retail.transaction import LineItem
from kiosk.retail.weight import Weight

__all__ = ["COUPON_STATES", "Asked", "AskedLine", "NoBookError", "Teller"]

COUPON_STATES: Final = ("taken", "single_use", "held", "used", "another", "day", "store", "unknown")
"""What becomes of a code: the first two count, and ``single_use`` only a basket that is paid uses up. ``held``: another
basket keeps it now; ``another``: one of the same offer is in the basket."""
Word = Annotated[str, Meta(max_length=128)]
_GRAMS: Final = -3
_MINUTES: Final = 16
"""Of ISO 8601: ``YYYY-MM-DDTHH:MM``."""


class NoBookError(Exception):
    """The feed has not told yet how the shop trades."""


class AskedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item by one of its numbers, and how many pieces or how many ``grams`` of it."""

    item_id: Word = ""
    gtin: Annotated[str, Meta(pattern=r"^\d{0,14}$")] = ""
    plu: Annotated[str, Meta(pattern=r"^\d{0,6}$")] = ""
    quantity: Annotated[int, Meta(ge=1, le=9_999)] = 1
    grams: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A basket. ``at``: the shop's own time, ``YYYY-MM-DDTHH:MM``; now, where it is empty. ``channel``: for offers that
    hold in one alone. ``policy``: what the shop's lanes were told beyond the feed, as in the ``[policy]`` of a twin.
    """

    lines: Annotated[tuple[AskedLine, ...], Meta(max_length=400)]
    store: Word = ""
    channel: Word = "web"
    member_id: Word = ""
    coupons: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    at: Annotated[str, Meta(pattern=r"^$|^\d{4}-\d\d-\d\dT\d\d:\d\d$")] = ""
    policy: dict[str, Any] = {}


@dataclass(slots=True)
class Teller:
    """``clock`` gives UTC milliseconds. Nothing is kept, reserved or used up by a quote."""

    database: Database
    clock: Callable[[], int]
    _shelves: Shelves = field(init=False)
    _keeper: CouponKeeper = field(init=False)

    def __post_init__(self) -> None:
        self._shelves = Shelves(self.database)
        self._keeper = CouponKeeper(self.database, clock=self.clock)

    def tell(self, asked: Asked) -> dict[str, Any]:
        """The quote as plain values, amounts in minor units.

        Raises ``NoBookError``, and ``ValueError`` for a policy that is none.
        """
        with self.database.read() as session:
            shelf = self._shelves.newest(session)
            if shelf is None:
                raise NoBookError
            if asked.policy:
                shelf = replace(shelf, policy=policy_of(session, asked.policy) or shelf.policy)
            book = FeedBook(session, shelf)
            occasion = self._occasion(session, asked)
            opens, coupons = self._coupons(session, book, asked.coupons, occasion)
            occasion = replace(occasion, coupons=opens)
            told = quote([_wanted(book, line) for line in asked.lines], book, occasion)
        return _answer(told, shelf.version, occasion, coupons)

    def _coupons(
        self, session: Session, book: FeedBook, codes: tuple[str, ...], occasion: Occasion
    ) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        """What the codes open, and what becomes of each. One that serves once counts if a basket could keep it now."""
        opens: list[str] = []
        told: list[dict[str, Any]] = []
        for code in codes:
            plain = "".join(code.upper().split())
            offer = book.offer_of_coupon(plain)
            state = self._state(session, plain, offer, occasion)
            if offer is not None and state in ("taken", "single_use"):
                state = "another" if offer.coupon in opens else state
                opens += [offer.coupon] if state != "another" else []
            told.append({"code": code, "state": state, "offer_id": offer.offer_id if offer is not None else ""})
        return tuple(opens), told

    def _state(self, session: Session, code: str, offer: Offer | None, occasion: Occasion) -> str:
        if offer is None:
            return "unknown"
        unmet = offer.unmet(replace(occasion, coupons=(offer.coupon,)))
        if unmet in ("day", "store", "channel"):
            return "day" if unmet == "day" else "store"
        if not offer.serials:
            return "taken"
        kept, _offer_id = self._keeper.look(session, code, occasion.store)
        return {"reserved": "single_use", "taken": "held"}.get(kept, kept)

    def _occasion(self, session: Session, asked: Asked) -> Occasion:
        local = asked.at or home_of(session).local(self.clock()).isoformat()[:_MINUTES]
        plain = Occasion(local[:10], asked.store, asked.channel, local=local)
        keys = select(MemberKey.keyed_hash).where(MemberKey.member_id == asked.member_id).limit(1)
        keyed = session.scalar(keys) if asked.member_id else None
        member = member_of(session, keyed) if keyed is not None else None
        if member is None:
            return plain
        visit, used = self._keeper.used_by(session, member.member_id)
        return Occasion(
            plain.day,
            plain.store,
            plain.channel,
            member.tier,
            visit,
            (),
            local,
            member.member_id,
            member.segments,
            tuple(Used(one.offer_id, one.transaction, one.day) for one in used),
        )


def _wanted(book: FeedBook, line: AskedLine) -> Wanted:
    item_id = line.item_id
    if not item_id and (line.gtin or line.plu):
        item_id = book.item_id_of(gtin=line.gtin, plu=line.plu)
    return Wanted(item_id, line.quantity, Weight(line.grams, _GRAMS, "kg") if line.grams else None)


def _answer(told: Quote, version: int, occasion: Occasion, coupons: list[dict[str, Any]]) -> dict[str, Any]:
    come_to = told.totals
    return {
        "feed_version": version,
        "business_day": occasion.day,
        "currency": come_to.total.currency,
        "lines": [_line(line) for line in told.lines],
        "left_out": [{"line": place, "why": why} for place, why in told.left_out],
        "subtotal": come_to.subtotal.minor,
        "discount": come_to.discount.minor,
        "taxes": [
            {
                "tax_class": row.rate.tax_class,
                "basis_points": row.rate.basis_points,
                "net": row.net.minor,
                "duty": _minor(row.duty),
                "tax": row.tax.minor,
            }
            for row in come_to.tax.rows
        ],
        "total": come_to.total.minor,
        "gifts": [
            {"offer_id": gift.offer_id, "item_id": gift.item_id, "units": gift.units, "names": dict(gift.names)}
            for gift in told.gifts
        ],
        "coupons": coupons,
        "points": told.points,
        "proven": told.proven,
    }


def _line(line: LineItem) -> dict[str, Any]:
    return {
        "item_id": line.item_id,
        "names": dict(line.names),
        "quantity": line.quantity,
        "grams": line.weight.grams() if line.weight is not None else 0,
        "unit": line.unit,
        "unit_price": line.unit_price.minor,
        "extended": line.extended.minor,
        "offers": [
            {"offer_id": one.offer_id, "amount": one.amount.minor, "names": dict(one.names)} for one in line.modifiers
        ],
        "net": line.net.minor,
        "deposit": line.deposit_due.minor,
        "tax_class": line.tax_rate.tax_class,
        "basis_points": line.tax_rate.basis_points,
        "minimum_age": line.minimum_age,
    }


def _minor(amount: Money | None) -> int:
    return amount.minor if amount is not None else 0
