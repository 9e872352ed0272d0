"""What must hold before an item is sold, as rows of data: age, quantity, hours, what staff must see.

A **rule** says what is asked, of which items, and whether the line is refused at once or payment waits for staff. The
law's rules are the country pack's and nobody else's; the retailer's own stand beside them, in place of the habit of the
trade where they bear its name. Every rule that binds an item holds, so a shop can only ask for more than the law does.

Who of the staff may clear what is said by their rights (``Rights.judges``), and from a page by ``Policy.remote_kinds``:
both by the rule's ``what``, which is the kind of the intervention.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final, Literal

from kiosk.retail.item import Item, ItemKind
from kiosk.retail.occasion import Hours
from kiosk.retail.values import dataclass

__all__ = ["BY_HAND", "HABIT", "LOOKED_AT", "Blocks", "Restrictions", "Rule", "What", "counts"]

What = Literal["age", "quantity", "hours", "staff_item", "high_value", "security_tag", "prescription", "not_here"]
"""``staff_item``: only staff let it through; ``high_value``: they look at it, or unlock it; ``security_tag``: they take
off a tag or a spider wrap; ``prescription``: they have seen one; ``not_here``: not sold without a cashier at all."""
Blocks = Literal["line", "payment"]
"""``line``: refused at once, with words why; ``payment``: rung up, and payment waits for staff."""

LOOKED_AT: Final[tuple[What, ...]] = ("staff_item", "high_value", "security_tag", "prescription")
"""What staff settle by looking at the pack, the tag or the paper: asked once for a line, and again when it grows."""
BY_HAND: Final = frozenset[str]({"security_tag"})
"""Never cleared from a page: somebody's hands are needed."""
_LAWS: Final = frozenset[str]({"age", "prescription"})
"""Cleared from a page only where the country allows it."""
_AT_ONCE: Final = frozenset[What]({"quantity", "hours", "not_here"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. It binds the items of its ``kinds``, ``departments`` or ``items``, and those that name it themselves.

    ``over_minor``: only what costs more than this a piece (or a kilogram); alone, it binds everything that does.
    ``stores``: only there (none: everywhere). ``blocks``: ``None`` is the habit of its ``what``: quantity, hours and
    ``not_here`` refuse the line, all else holds payment.
    ``minimum_age`` in years. ``most``: so many pieces of all it binds together; ``most_grams``: of what is weighed;
    ``per`` ``member_day``: of one member on one business day, in all shops, where head office can be asked.
    ``hours``: windows of the shop's clock in which it is sold; where no clock is to be trusted, staff are asked.
    ``proofs``: what staff say they went by (``looked``, ``document``, ``prescription``); nothing else of it is kept.
    ``source``: the law, as staff and auditors know it.
    """

    what: What
    kinds: tuple[ItemKind, ...] = ()
    departments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    over_minor: int | None = None
    stores: tuple[str, ...] = ()
    blocks: Blocks | None = None
    minimum_age: int = 0
    most: int | None = None
    most_grams: int | None = None
    per: Literal["transaction", "member_day"] = "transaction"
    hours: tuple[Hours, ...] = ()
    proofs: tuple[str, ...] = ()
    source: str = ""

    @property
    def refuses(self) -> bool:
        """The line is refused at once, rather than payment held."""
        return self.what in _AT_ONCE if self.blocks is None else self.blocks == "line"

    def binds(self, item: Item, named: bool, store: str) -> bool:  # noqa: FBT001 - whether the item names it
        """Whether it holds for an item in a store.

        >>> wine = Item("w", {}, "alcohol", "standard", None, kind="alcohol")
        >>> Rule("age", kinds=("alcohol",)).binds(wine, False, "s"), Rule("high_value").binds(wine, False, "s")
        (True, False)
        """
        if self.stores and store not in self.stores:
            return False
        dear = self.over_minor is not None and item.price is not None and item.price.minor > self.over_minor
        if self.over_minor is not None and not dear:
            return False
        scoped = bool(self.kinds or self.departments or self.items)
        told = item.named_kind in self.kinds or item.department in self.departments or item.item_id in self.items
        return named or told or (dear and not scoped)

    def sold_at(self, local: str) -> bool:
        """Whether the shop's clock (``YYYY-MM-DDTHH:MM``) is in its hours; a rule without any is about nothing else."""
        return not self.hours or any(window.cover(local) for window in self.hours)

    def next_hours(self, local: str) -> tuple[str, str]:
        """The window that is told to the shopper: of that weekday if there is one, else the first."""
        day = local[:10]
        here = [one for one in self.hours if one.cover(f"{day}T{one.begins}")] if day else []
        window = (here or list(self.hours))[0]
        return window.begins, window.ends


HABIT: Final[Mapping[str, Rule]] = {
    "age": Rule("age", proofs=("looked", "document")),
    "staff_item": Rule("staff_item"),
    "high_value": Rule("high_value"),
    "security_tag": Rule("security_tag"),
    "prescription": Rule("prescription", proofs=("prescription",)),
    "not_here": Rule("not_here"),
}
"""Rows that bind no item unless it names them: an item's ``rules``, its ``needs_staff``, its ``minimum_age``."""


@dataclass(frozen=True, slots=True)
class Restrictions:
    """The rows in force. ``law`` and ``law_remote`` are the country pack's; ``own`` the retailer's.

    ``law_remote``: of ``age`` and ``prescription``, what the country lets staff judge from a page.

    >>> wine = Item("w", {}, "alcohol", "standard", None, kind="alcohol")
    >>> rules = Restrictions({"alcohol": Rule("age", ("alcohol",), minimum_age=18)}, {"alcohol": Rule("age")})
    >>> rules.minimum_age(wine)
    18
    """

    law: Mapping[str, Rule] = field(default_factory=dict)
    own: Mapping[str, Rule] = field(default_factory=dict)
    law_remote: tuple[What, ...] = ()

    def of(self, item: Item, store: str = "") -> tuple[tuple[str, Rule], ...]:
        """The rules that bind an item in a store, by name; the law's first, as ``law.<name>``."""
        named = _named(item)
        law = ((f"law.{name}", rule) for name, rule in self.law.items() if rule.binds(item, name in named, store))
        rows = {**HABIT, **self.own}
        own = ((name, rule) for name, rule in rows.items() if rule.binds(item, name in named, store))
        return (*law, *own)

    def minimum_age(self, item: Item, store: str = "") -> int:
        """The highest age that is asked for: its own, the retailer's or the law's."""
        ages = (rule.minimum_age for _, rule in self.of(item, store) if rule.what == "age")
        return max(item.restriction.minimum_age, *ages, 0)

    def rule(self, name: str) -> Rule | None:
        """The rule of a name as ``of`` tells it."""
        if name.startswith("law."):
            return self.law.get(name.removeprefix("law."))
        return self.own.get(name, HABIT.get(name))

    def source(self, name: str) -> str:
        """The law behind a rule of a name; empty: it is not a law's, or no rule's."""
        found = self.rule(name)
        return found.source if found is not None else ""

    def proofs(self, kind: str) -> tuple[str, ...]:
        """What staff may say they went by when they judge an intervention of a kind; empty: nothing is asked."""
        rows: Iterable[Rule] = {**HABIT, **self.own}.values()
        found = (proof for rule in (*rows, *self.law.values()) if rule.what == kind for proof in rule.proofs)
        return tuple(dict.fromkeys(found))

    def remote(self, kind: str) -> bool:
        """Whether law and the nature of the thing let it be judged from a page, if the shop wants that."""
        return kind not in BY_HAND and (kind not in _LAWS or kind in self.law_remote)


def counts(rule: Rule, pieces: int, grams: int) -> bool:
    """Whether so much is within a quantity rule.

    >>> counts(Rule("quantity", most=2), 2, 0), counts(Rule("quantity", most=2), 3, 0)
    (True, False)
    """
    return (rule.most is None or pieces <= rule.most) and (rule.most_grams is None or grams <= rule.most_grams)


def _named(item: Item) -> frozenset[str]:
    told = item.restriction
    staff = ("staff_item",) if told.needs_staff else ()
    age = ("age",) if told.minimum_age else ()
    return frozenset((*told.rules, *staff, *age))
