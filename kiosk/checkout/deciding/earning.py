"""What a basket earns its member, and how many points may be burned on it: sums only, nobody is asked for anything."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.checkout import events as e
from kiosk.checkout.deciding import offers
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import State, Transaction
from kiosk.checkout.visit_state import OFFLINE
from kiosk.retail import points
from kiosk.retail.money import Money
from kiosk.retail.points import Programme, Reckoned
from kiosk.retail.pricing import totals
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import dataclass, replace

__all__ = ["Choice", "burned", "choice", "of_sale", "shown"]


@dataclass(frozen=True, slots=True)
class Choice:
    """How many points may be burned now, ``most`` in whole steps; ``offline``: without asking head office.

    ``why`` is the word for why none may: ``card`` (a typed number only earns), ``unknown`` (no balance is known),
    ``offline``, ``least`` (not enough for the least), ``basket`` (nothing in it may be paid with points).
    """

    most: int
    offline: bool
    why: str = ""


def shown(desk: Desk) -> None:
    """Count the basket's points anew; told only where they changed."""
    basket, programme = desk.basket, desk.policy.points
    told = e.PointsShown()
    if basket is not None and programme is not None and basket.member_id:
        earned = _reckoned(desk, basket, programme, basket.live_lines).total
        told = e.PointsShown(earned, _burnable(desk, basket, programme))
    if told != desk.state.live.points:
        desk.happened(told)


def _reckoned(desk: Desk, basket: Transaction, programme: Programme, lines: Iterable[LineItem]) -> Reckoned:
    book, occasion = offers.book_of(desk, basket), offers.occasion_of(desk, basket)
    return points.reckon(lines, book, occasion, programme, burned(basket)[1], desk.policy.exclusions)


def _burnable(desk: Desk, basket: Transaction, programme: Programme) -> int:
    return points.burnable(basket.live_lines, desk.book, programme, desk.policy.exclusions)


def burned(basket: Transaction) -> tuple[int, int]:
    """What is burned in this basket: (points, minor units)."""
    points_in = (tender for tender in basket.tenders if tender.kind == "points" and not tender.refund)
    counted = [tender for tender in points_in if tender.settled is not None]
    return sum(tender.points for tender in counted), sum(tender.paid for tender in counted)


def of_sale(desk: Desk, basket: Transaction) -> tuple[tuple[LineItem, ...], e.SalePoints | None]:
    """The lines of a sale with what each earned, and what the sale did to its member's points."""
    lines, programme = basket.live_lines, desk.policy.points
    if programme is None or not basket.member_id:
        return lines, None
    earned = _reckoned(desk, basket, programme, lines)
    used = burned(basket)[0]
    balance = None if basket.points is None else basket.points + earned.total - used
    told = e.SalePoints(earned.total, used, desk.money(earned.spent), balance, basket.points_utc_ms)
    return tuple(replace(line, points=earned.lines.get(line.line, 0)) for line in lines), told


# --- how many may be burned -------------------------------------------------------------------------------------------


def choice(state: State, programme: Programme | None) -> Choice | None:
    """How many points the basket's member may burn now, beside what is burned already; ``None`` where none ever can."""
    basket = state.transaction
    if basket is None or programme is None or not programme.burns or not basket.member_id:
        return None
    offline = not state.live.online
    if basket.member_method != "card":
        return Choice(0, offline, "card")
    if basket.points is None:
        return Choice(0, offline, "unknown")
    used, used_minor = burned(basket)
    available = basket.points - used
    if offline:
        available = min(available, programme.offline_limit - _burned_today(state, basket))
    worth = min(state.live.points.burnable_minor - used_minor, _due(basket).minor)
    most = points.most_to_burn(programme, available, worth)
    if most:
        return Choice(most, offline)
    if offline and basket.points - used >= max(programme.burn_points, programme.burn_least):
        return Choice(0, offline, "offline")
    short = basket.points - used < max(programme.burn_points, programme.burn_least)
    return Choice(0, offline, "least" if short else "basket")


def _burned_today(state: State, basket: Transaction) -> int:
    """What the member has burned here without head office on the basket's business day, this basket included."""
    day = state.lane.business_day
    sold = sum(row[2] for row in state.burned_offline if row[:2] == (day, basket.member_id))
    here = (t for t in basket.tenders if t.settled is not None and t.settled.reference == OFFLINE)
    return sold + sum(tender.points for tender in here if tender.kind == "points")


def _due(basket: Transaction) -> Money:
    opened = basket.opened
    come_to = totals(
        basket.lines, currency=opened.currency, included=opened.prices_include_tax, rounding=opened.tax_rounding
    )
    return come_to.total - Money(basket.paid - basket.credit, opened.currency)
