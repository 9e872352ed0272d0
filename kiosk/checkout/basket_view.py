"""What the shopper sees of their basket: lines, money, what staff must judge of it, and an item on the scale."""

from __future__ import annotations

from collections import Counter

from kiosk.checkout import screen as s
from kiosk.checkout.advice import hint_views
from kiosk.checkout.asked_of_staff import asked_of_staff
from kiosk.checkout.deciding import bagging, earning
from kiosk.checkout.deciding.coupons import takes_coupons
from kiosk.checkout.deciding.offers import gives
from kiosk.checkout.deciding.weighing import judged
from kiosk.checkout.state import State, Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.pricing import totals
from kiosk.retail.remembered import Remembered
from kiosk.retail.savings import savings
from kiosk.retail.severity import severity
from kiosk.retail.transaction import LineItem
from kiosk.retail.weighing import Accepted, Reason, Refused

__all__ = [
    "basket_body",
    "intervention_views",
    "line_in_view",
    "line_views",
    "points_view",
    "totals_view",
    "weigh_body",
]

_HOUR_MS = 3_600_000
_LINES_REMEMBERED = 2_048


def basket_body(state: State, policy: Policy) -> s.BasketBody:
    """The basket: lines left, money and the one primary action right."""
    basket = state.transaction
    lines = line_views(state)
    interventions = intervention_views(state, policy)
    holds = any(i.blocks in ("entry", "payment") for i in interventions)
    told = _bagging(state)
    hint = "basket.hint.staff" if holds else "basket.hint.next" if lines else "basket.hint.first"
    return s.BasketBody(
        lines=lines,
        totals=totals_view(basket, policy),
        hint=text(hint),
        can_pay=bool(lines) and not holds,
        interventions=interventions,
        member_tier=basket.member_tier if basket is not None else "",
        hints=() if holds or told is not None else hint_views(state),
        points=points_view(state, basket, policy),
        coupons=_coupons(basket) if basket is not None else (),
        gifts=tuple(s.GiftView(gift.names, gift.units) for gift in basket.gifts) if basket is not None else (),
        bagging=told,
        weighs_bags=policy.bagging.mode != "off",
        types_codes=takes_coupons(policy) and policy.coupons.keyed == "shopper",
    )


def _coupons(basket: Transaction) -> tuple[s.CouponView, ...]:
    owing = {gift.offer_id for gift in basket.gifts}
    given = {one.offer_id: gives(basket, one.offer_id) for one in basket.coupons}
    currency = basket.opened.currency
    return tuple(
        s.CouponView(
            one.code,
            one.names,
            Money(given[one.offer_id], currency) if given[one.offer_id] else None,
            gift=one.offer_id in owing,
        )
        for one in basket.coupons
    )


def _bagging(state: State) -> s.BaggingView | None:
    """What to do in the bagging area: not at once, since most doubts end by themselves."""
    basket, area = state.transaction, state.live.area
    doubt = area.doubt
    if basket is None or doubt is None or (doubt.stage == "wait" and not area.paying):
        return None
    with_staff = doubt.stage == "staff"
    skip = doubt.lines[0] if doubt.lines and doubt.kind in ("place", "mismatch") and not with_staff else None
    own_bag = doubt.kind in ("unexpected", "mismatch") and not with_staff
    return s.BaggingView(bagging.says(area, doubt, basket), own_bag, skip, with_staff)


def points_view(state: State, basket: Transaction | None, policy: Policy) -> s.PointsView | None:
    """What the basket earns, and what its member has; nothing without a member."""
    if basket is None or not basket.member_id or policy.points is None:
        return None
    left = None if basket.points is None else basket.points - earning.burned(basket)[0]
    dated = left is not None and basket.points_utc_ms
    old = max(0, basket.opened.utc_ms - basket.points_utc_ms) // _HOUR_MS if dated else 0
    return s.PointsView(state.live.points.earned, left, old)


def line_views(state: State) -> tuple[s.LineView, ...]:
    """Each line that counts, as one row."""
    basket = state.transaction
    if basket is None:
        return ()
    live = basket.live_lines
    notes = {line.line: _by_staff(line) for line in live} | {
        raised.line: text(f"line.{raised.kind}") for raised in state.interventions if raised.line is not None
    }
    alike = Counter([line.item_id for line in live])
    return tuple(
        _line_view(
            line, latest=line.line == basket.latest_line, note=notes[line.line], dated=_dated(line, alike[line.item_id])
        )
        for line in live
    )


def _by_staff(line: LineItem) -> Text | None:
    """What staff have made of a line."""
    if line.was_price is not None:
        return text("line.price_overridden", was=line.was_price)
    return text("line.weight_keyed") if line.weight_keyed else None


def _dated(line: LineItem, alike: int) -> bool:
    """Whether the pack's date tells this line from another of its item, or may be why an offer holds."""
    return bool(line.modifiers) or alike > 1


def _line_view(line: LineItem, *, latest: bool, note: Text | None, dated: bool) -> s.LineView:
    """The very same view for the same line, as long as nobody has anything to say of it."""
    if note is not None:
        return _made_view(line, latest=latest, note=note, dated=dated)
    made = _views(line)
    if (latest, dated) not in made:
        made[latest, dated] = _made_view(line, latest=latest, note=None, dated=dated)
    return made[latest, dated]


def _no_views(_line: LineItem) -> dict[tuple[bool, bool], s.LineView]:
    return {}


_views = Remembered(_no_views, most=_LINES_REMEMBERED)
"""By line (latest, dated) -> its view: of a long basket a scan changes one or two."""


def _made_view(line: LineItem, *, latest: bool, note: Text | None, dated: bool) -> s.LineView:
    return s.LineView(
        line=line.line,
        names=line.names,
        picture=line.picture,
        unit=line.unit,
        quantity=line.quantity,
        weight=line.weight,
        unit_price=line.unit_price,
        extended=line.extended,
        net=line.net,
        saved=tuple((m.names, m.amount) for m in line.modifiers),
        latest=latest,
        note=note,
        tare_grams=line.tare_grams,
        deposit=(line.deposit.names, line.deposit_due) if line.deposit is not None else None,
        expires=line.expires if dated else "",
        best_before=line.best_before if dated and not line.expires else "",
    )


def line_in_view(state: State) -> s.LineView | None:
    """The line that is on show by itself, if it still counts."""
    return next((view for view in line_views(state) if view.line == state.live.view_line), None)


def totals_view(basket: Transaction | None, policy: Policy) -> s.TotalsView:
    """The money side of a basket; of none: nothing."""
    lines: tuple[LineItem, ...] = ()
    currency, included, rounding, paid = policy.currency, policy.prices_include_tax, policy.tax_rounding, 0
    if basket is not None:
        opened = basket.opened
        lines, paid = basket.lines, basket.paid
        currency, included, rounding = opened.currency, opened.prices_include_tax, opened.tax_rounding
    come_to = totals(lines, currency=currency, included=included, rounding=rounding)
    credit = Money(basket.credit if basket is not None else 0, currency)
    return s.TotalsView(
        count=come_to.count,
        subtotal=come_to.subtotal,
        discount=come_to.discount,
        tax=come_to.tax.rows,
        tax_included=included,
        total=come_to.total,
        paid=Money(paid, currency),
        due=come_to.total - Money(paid, currency) + credit,
        savings=tuple((saving.names, saving.amount) for saving in savings(lines)),
        credit=-credit if credit else None,
        tax_names=policy.tax_names,
    )


def intervention_views(state: State, policy: Policy) -> tuple[s.InterventionView, ...]:
    """What staff must judge, in the order in which it came."""
    return tuple(
        s.InterventionView(
            intervention=raised.intervention,
            kind=raised.kind,
            text=asked_of_staff(state, raised),
            blocks=raised.blocks,
            since_utc_ms=raised.utc_ms,
            line=raised.line,
            proofs=policy.restrictions.proofs(raised.kind),
            source=policy.restrictions.source(raised.reason),
            severity=raised.severity or severity(raised.kind, raised.blocks),
            may_clear=raised.may_clear,
            frames=dict(state.frames).get(raised.intervention, 0),
        )
        for raised in state.interventions
    )


def weigh_body(state: State, policy: Policy) -> s.WeighBody | None:
    """The item that waits for the scale; ``None``: none does."""
    armed, reading = state.live.armed, state.live.produce
    if armed is None:
        return None
    said = judged(state, policy, None)
    accepted = said if isinstance(said, Accepted) else None
    return s.WeighBody(
        item_id=armed.item_id,
        names=armed.names,
        picture=armed.picture,
        unit_price=armed.unit_price,
        unit=armed.unit,
        tare_grams=armed.tare_grams,
        reading=reading.weight if reading is not None else None,
        state=_stands(said.reason) if isinstance(said, Refused) else "stable",
        net=accepted.net if accepted is not None else None,
        price=accepted.extended if accepted is not None else None,
        choices=state.live.look.choices if state.live.look.asked else (),
    )


def _stands(reason: Reason) -> s.WeighState:
    """Why there is no price, as far as it concerns the shopper."""
    match reason:
        case "waiting" | "motion" | "under" | "over" | "zero" | "fault" | "stale" | "empty_first" | "too_light":
            return reason
        case _:
            return "service"
