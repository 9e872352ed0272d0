"""Restrictions at the desk: what is refused at once, what staff must judge before anybody pays, and what lapses.

The rules are rows of the policy (``kiosk.retail.restrictions``); this is the one place that acts on them. Nothing of
the shopper is kept: that staff approved, which proof they went by in a word, and never a date of birth or a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import codes
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.item import Item
from kiosk.retail.restrictions import LOOKED_AT, Rule, What, counts
from kiosk.retail.transaction import LineItem

__all__ = [
    "OF_A_LINE",
    "approved",
    "ask_age",
    "at_payment",
    "bought_answered",
    "hold",
    "judge_anew",
    "judge_member",
    "not_sold",
    "relax",
    "too_many",
    "too_young",
    "within",
]

OF_A_LINE: Final = frozenset(
    {"staff_item", "recalled", "expired", "serial", "age", "quantity", "hours", "high_value", "security_tag"}
    | {"prescription", "produce"}
)
"""Interventions that end with the line they are about."""
_KINDS: Final[dict[What, e.InterventionKind]] = {
    "staff_item": "staff_item",
    "high_value": "high_value",
    "security_tag": "security_tag",
    "prescription": "prescription",
}


def rules_of(desk: Desk, item: Item) -> tuple[tuple[str, Rule], ...]:
    """The rules that bind an item in this store, by name."""
    return desk.policy.restrictions.of(item, desk.state.lane.store)


# --- refused at once -------------------------------------------------------------------------------------------------


def not_sold(desk: Desk, item: Item) -> bool:
    """Whether the item is not sold here, or not now; the shopper is told why, and what to do instead."""
    said = next(_reasons(desk, item), None)
    if said is not None:
        desk.refuse(said)
    return said is not None


def _reasons(desk: Desk, item: Item) -> Iterator[Text]:
    local = desk.moment.local
    for _name, rule in rules_of(desk, item):
        if not rule.refuses or rule.what == "quantity":
            continue
        if rule.what != "hours":
            yield text("restriction.not_here", item=item.names)
        elif local and not rule.sold_at(local):
            begins, ends = rule.next_hours(local)
            yield text("restriction.hours", item=item.names, begins=begins, ends=ends)


def too_many(desk: Desk, item: Item, line: LineItem, number: int = 0, *, by_staff: bool = False) -> bool:
    """Whether this line (in place of line ``number``) would be more than one visit may hold; the shopper is told.

    Staff who have counted go over the shop's own limit, never over the law's.
    """
    for name, rule in rules_of(desk, item):
        if rule.what != "quantity" or not rule.refuses or (by_staff and not name.startswith("law.")):
            continue
        pieces, grams = _held(desk, name, but=number)
        if not counts(rule, pieces + _pieces(line), grams + _grams(line)):
            desk.refuse(_limit(rule, item))
            return True
    return False


def _limit(rule: Rule, item: Item) -> Text:
    if rule.most is None:
        return text("restriction.grams", item=item.names, grams=rule.most_grams or 0)
    return text("restriction.quantity", item=item.names, most=rule.most)


def _held(desk: Desk, name: str, *, but: int = 0) -> tuple[int, int]:
    """Pieces and grams in the basket of what a rule binds, beside one line."""
    basket = desk.basket
    bound = [k for k in basket.live_lines if k.line != but and _bound(desk, k, name)] if basket is not None else []
    return sum(_pieces(line) for line in bound), sum(_grams(line) for line in bound)


def _bound(desk: Desk, line: LineItem, name: str) -> bool:
    item = desk.book.item(line.item_id)
    return item is not None and any(one == name for one, _ in rules_of(desk, item))


def _pieces(line: LineItem) -> int:
    return 1 if line.weight is not None else line.quantity


def _grams(line: LineItem) -> int:
    if line.weight is not None:
        return line.weight.grams()
    return (line.packed_grams or line.expected_grams or 0) * line.quantity


# --- payment waits for staff -----------------------------------------------------------------------------------------


def ask_age(desk: Desk) -> None:
    """Ask staff for the highest age that was neither approved nor asked for yet; gifts that are owed count too."""
    basket = desk.basket
    if basket is None:
        return
    ages = {line.line: line.minimum_age for line in basket.live_lines}
    owed = (desk.book.item(gift.item_id) for gift in basket.gifts)
    given = max((_age(desk, item) for item in owed if item is not None), default=0)
    oldest = max(given, *ages.values(), 0)
    asked = max((r.minimum_age for r in desk.state.interventions if r.kind == "age"), default=0)
    if oldest > max(basket.age_approved, asked):
        line = next((number for number, age in ages.items() if age == oldest), None)
        desk.raise_intervention("age", blocks="payment", line=line, minimum_age=oldest, reason=_asks(desk, line))


def _age(desk: Desk, item: Item) -> int:
    return desk.policy.restrictions.minimum_age(item, desk.state.lane.store)


def _asks(desk: Desk, number: int | None) -> str:
    """The name of the rule that asks for the age of a line."""
    line = next((k for k in desk.basket.live_lines if k.line == number), None) if desk.basket is not None else None
    item = desk.book.item(line.item_id) if line is not None else None
    rows = [one for one in rules_of(desk, item) if one[1].what == "age"] if item is not None else []
    return max(rows, key=lambda one: one[1].minimum_age, default=("", None))[0]


def hold(desk: Desk, number: int) -> None:
    """A line was rung up, grew or was taken up again: what staff must judge about it is asked, once."""
    basket = desk.basket
    line = basket.lines[number - 1] if basket is not None else None
    item = desk.book.item(line.item_id) if line is not None else None
    if item is None or line is None:
        return
    asked = {r.kind for r in desk.state.interventions if r.line == number}
    for kind, reason in _judged_by_staff(desk, item, line):
        if kind not in asked:
            asked.add(kind)
            desk.raise_intervention(kind, blocks="payment", line=number, reason=reason)
    _ask_bought(desk, item)


def _judged_by_staff(desk: Desk, item: Item, line: LineItem) -> Iterator[tuple[e.InterventionKind, str]]:
    doubt = codes.in_doubt(desk, item, line)
    if doubt is not None:
        yield doubt, ""
    for name, rule in rules_of(desk, item):
        if rule.what in LOOKED_AT and not rule.refuses:
            yield _KINDS[rule.what], name
        elif rule.what == "quantity" and not _within(desk, name, rule):
            yield "quantity", name
        elif rule.what == "hours" and not rule.sold_at(desk.moment.local):
            yield "hours", name


def _within(desk: Desk, name: str, rule: Rule) -> bool:
    return counts(rule, *_total(desk, name, rule))


def _total(desk: Desk, name: str, rule: Rule, *, but: int = 0) -> tuple[int, int]:
    """Pieces and grams of what a rule binds: in the basket, and had elsewhere today by its member, if that is known."""
    pieces, grams = _held(desk, name, but=but)
    member = desk.basket.member_id if desk.basket is not None else ""
    for had in desk.state.live.bought if rule.per == "member_day" else ():
        if (had.member_id, had.rule) == (member, name):
            pieces, grams = pieces + had.pieces, grams + had.grams
    return pieces, grams


def at_payment(desk: Desk, basket: Transaction) -> None:
    """The shopper wants to pay: what has come to be out of its hours, or too much for one day, is judged by staff."""
    for line in basket.live_lines:
        item = desk.book.item(line.item_id)
        asked: set[str] = {r.kind for r in desk.state.interventions if r.line == line.line}
        asked |= {kind for number, kind in basket.approved if number == line.line}
        for kind, reason in _judged_by_staff(desk, item, line) if item is not None else ():
            if kind in ("hours", "quantity") and kind not in asked:
                asked.add(kind)
                desk.raise_intervention(kind, blocks="payment", line=line.line, reason=reason)
                if kind == "quantity":
                    return


def judge_anew(desk: Desk) -> None:
    """A basket is taken up again, perhaps by somebody else: nothing that was approved counts any more."""
    ask_age(desk)
    basket = desk.basket
    for line in basket.live_lines if basket is not None else ():
        hold(desk, line.line)


def judge_member(desk: Desk) -> None:
    """A member was recognised: what an earlier one was old enough for is asked again, and their own day is counted."""
    ask_age(desk)
    basket = desk.basket
    for line in basket.live_lines if basket is not None else ():
        item = desk.book.item(line.item_id)
        if item is not None:
            _ask_bought(desk, item)


def relax(desk: Desk) -> None:
    """The basket holds less: what was too much and is not any more needs nobody."""
    for raised in desk.state.interventions:
        rule = desk.policy.restrictions.rule(raised.reason) if raised.kind == "quantity" else None
        if rule is not None and _within(desk, raised.reason, rule):
            desk.clear(raised, "withdrawn", "system")


# --- what staff have judged ------------------------------------------------------------------------------------------


def approved(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """An age was approved: lower ones that were asked for are with it, and higher ones are not."""
    desk.happened(e.AgeApproved(raised.minimum_age, by))
    for other in desk.state.interventions:
        if other.kind == "age" and other.minimum_age <= raised.minimum_age:
            desk.clear(other, "withdrawn", by)


def too_young(desk: Desk, raised: e.InterventionRaised) -> tuple[int, ...]:
    """The lines that are not sold to somebody who is not of the age that was refused; what asks for less stays."""
    basket = desk.basket
    lines = basket.live_lines if basket is not None else ()
    return tuple(line.line for line in lines if line.minimum_age >= raised.minimum_age > 0)


def within(desk: Desk, raised: e.InterventionRaised) -> int:
    """So many pieces of the line a refused quantity was about may stay; 0: none, or it is weighed."""
    rule = desk.policy.restrictions.rule(raised.reason)
    basket = desk.basket
    line = next((k for k in basket.live_lines if k.line == raised.line), None) if basket is not None else None
    if rule is None or line is None or line.weight is not None:
        return 0
    (pieces, grams), each = _total(desk, raised.reason, rule, but=line.line), _grams(line) // line.quantity
    fitting = (n for n in range(line.quantity, 0, -1) if counts(rule, pieces + n, grams + n * each))
    return next(fitting, 0)


# --- what a member has had elsewhere today ---------------------------------------------------------------------------


def _ask_bought(desk: Desk, item: Item) -> None:
    """Head office is asked what the member has bought today of what a rule binds, once in a visit; silence is none."""
    basket = desk.basket
    if basket is None or not basket.member_id or not desk.state.live.online:
        return
    known = {had.rule for had in desk.state.live.bought if had.member_id == basket.member_id}
    for name, rule in rules_of(desk, item):
        if rule.what == "quantity" and rule.per == "member_day" and name not in known:
            desk.do(
                f.AskBought(
                    desk.mint(),
                    basket.member_id,
                    desk.state.lane.business_day,
                    name,
                    rule.kinds,
                    rule.departments,
                    tuple(sorted({*rule.items, item.item_id})),
                    desk.policy.timeouts.ask,
                )
            )


def bought_answered(desk: Desk, answer: i.BoughtAnswered) -> None:
    """Head office has counted: what is too much for one day is judged by staff before anybody pays."""
    basket = desk.basket
    if answer.offline or basket is None or basket.member_id != answer.member_id:
        return
    desk.happened(e.BoughtShown(answer.member_id, answer.rule, answer.pieces, answer.grams))
    if basket.open_tender is None:  # what money is being asked for stays as it is; else it is judged before more is
        at_payment(desk, basket)
