"""What little more would bring an offer to hold: "one more, and one is free", "spend 80 more, and 100 comes off".

For each offer that the basket nearly fulfils a few additions are thought of, those nearest first, and each is tried:
the basket with it is settled by the same engine that prices it, and what that saves more is what is promised. So a hint
is as true as the price. The work is bounded by a number of trials that falls with the size of the basket; no clock,
no lot, and no order of scanning is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from kiosk.retail import offer as o
from kiosk.retail.excluded import BY_HABIT, Exclusions
from kiosk.retail.gaps import Short, Stand, shortages
from kiosk.retail.item import Item, Names
from kiosk.retail.money import Money
from kiosk.retail.promotion import OfferBook, Settlement, is_counted, settle, taking_part
from kiosk.retail.transaction import LineItem, PriceModifier
from kiosk.retail.values import dataclass, replace

__all__ = ["Another", "Hint", "hints", "may_be_suggested"]

MOST = 1
"""Hints given: more are an advertisement."""
_TRIALS = 8
"""Baskets settled at most."""
_PIECES = 200
"""Pieces settled at most, over all trials; one trial is always made."""
_THOUGHTS = 40
"""Additions looked up at most, to be tried or passed over."""
_OTHERS = 4
"""Items that are not in the basket yet, thought of for one gap."""
_WORTH = Fraction(1, 4)
"""A hint gives at least this part of the price of what it asks for."""

Another = Callable[[str, int], LineItem | None]
"""The line that so many more pieces of an item would make; ``None`` for what may not be suggested now."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Advice. Adding ``units`` of an item for ``price`` saves ``saving`` more than the basket saves now.

    Without ``item_id`` it is about spending ``price`` more on what the offer names. ``price`` is at list, deposits in
    it. ``by_hand``: the item bears no barcode.
    """

    offer_id: str
    offer: Names
    price: Money
    saving: Money
    units: int = 0
    item_id: str = ""
    item: Names | None = None
    by_hand: bool = False

    @property
    def extra(self) -> Money:
        """What is then paid more than now; negative: less."""
        return self.price - self.saving

    @property
    def worth(self) -> Fraction:
        """What part of its price it gives back."""
        return Fraction(self.saving.minor, self.price.minor)


def may_be_suggested(item: Item, rules: Exclusions = BY_HABIT) -> bool:
    """Whether anything may be said for buying it: counted, open to offers, for anybody, and not called back."""
    restriction = item.restriction
    open_to_all = not (restriction.minimum_age or restriction.needs_staff or restriction.rules)
    return not item.weighed and not rules.keep_out(item, "offers") and open_to_all and item.recall is None


def hints(
    lines: Iterable[LineItem],
    book: OfferBook,
    occasion: o.Occasion,
    policy: o.OfferPolicy,
    another: Another,
    *,
    most: int = MOST,
    rules: Exclusions = BY_HABIT,
) -> tuple[Hint, ...]:
    """At most ``most`` hints for the basket of ``lines``, the best first, each of another offer and another item."""
    live = [line for line in lines if not line.voided]
    taking = taking_part(live, book, rules)
    trials = _Trials(live, lambda some: settle(some, book, occasion, policy, rules))
    found: list[Hint] = []
    thoughts = _thoughts(taking, book, occasion, trials.now)[:_THOUGHTS]
    if thoughts and not trials.worth_making:
        return ()
    for thought in thoughts:
        added = _spent(thought, taking) if thought.spend else _added(thought, another)
        hint = trials.hint(thought.offer, added, spend=bool(thought.spend)) if added is not None else None
        if hint is not None and hint.worth >= _WORTH:
            found.append(hint)
        if not trials.left:
            break
    return tuple(_best(found, most))


def _best(found: Iterable[Hint], most: int) -> Iterator[Hint]:
    ranked = sorted(found, key=lambda hint: (-hint.worth, -hint.saving.minor, hint.units, hint.offer_id, hint.item_id))
    offers: set[str] = set()
    items: set[str] = set()
    for hint in ranked:
        if len(offers) < most and hint.offer_id not in offers and (not hint.item_id or hint.item_id not in items):
            offers.add(hint.offer_id)
            items.add(hint.item_id)
            yield hint


# --- what could be added ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Thought:
    """An addition that may be worth trying: ``units`` of an item, or a ``spend`` on what the item stands for."""

    offer: o.Offer
    item_id: str
    units: int = 0
    spend: int = 0
    new: bool = False

    @property
    def nearness(self) -> tuple[object, ...]:
        """What is tried first: little of what is in the basket already."""
        return self.new, self.units, self.spend, self.offer.offer_id, self.item_id


def _thoughts(
    taking: Sequence[LineItem], book: OfferBook, occasion: o.Occasion, saved: Mapping[str, int]
) -> list[_Thought]:
    """Additions for each offer that may touch the basket, the nearest first."""
    stands = [_stand(line, book) for line in sorted(taking, key=lambda line: (line.item_id, line.line))]
    offers: dict[str, o.Offer] = {}
    reach: dict[str, list[Stand]] = {}
    for stand in stands:
        for offer in book.offers_for(stand.item_id):
            if offer.at != "points" and offer.holds_for(occasion):
                offers[offer.offer_id] = offer
                reach.setdefault(offer.offer_id, []).append(stand)
    thoughts: list[_Thought] = []
    for offer_id, offer in offers.items():
        for short in shortages(offer, reach[offer_id], stands, saved.get(offer_id, 0)):
            thoughts += _for(offer, short, reach[offer_id])
    return sorted(thoughts, key=lambda thought: thought.nearness)


def _stand(line: LineItem, book: OfferBook) -> Stand:
    item = book.item(line.item_id)
    department = item.department if item is not None else ""
    counted = is_counted(line)
    price, pieces = (line.unit_price.minor, line.quantity) if counted else (line.extended.minor, 1)
    return Stand(line.item_id, department, price, pieces, counted, line.net.minor)


def _for(offer: o.Offer, short: Short, reached: Sequence[Stand]) -> Iterator[_Thought]:
    """Pieces of what is in the basket already, and of a few other items that the offer names."""
    if short.spend:
        yield _Thought(offer, short.item_id, spend=short.spend)
        return
    here = {one.item_id for one in reached if one.counted and short.scope.names(one.item_id, one.department)}
    others = [item_id for item_id in sorted(set(short.scope.item_ids) - here) if item_id not in short.scope.but]
    for item_id in () if short.new_item else sorted(here):
        yield _Thought(offer, item_id, short.units)
    for item_id in others[:_OTHERS]:
        yield _Thought(offer, item_id, short.units, new=True)


def _added(thought: _Thought, another: Another) -> LineItem | None:
    """The line that the pieces would make; ``None`` where they may not be suggested."""
    line = another(thought.item_id, thought.units)
    return line if line is not None and is_counted(line) and line.extended.minor > 0 else None


def _spent(thought: _Thought, taking: Sequence[LineItem]) -> LineItem:
    """Something that counts as the item does, costs as much as is missing, and serves no group."""
    line = next(line for line in taking if line.item_id == thought.item_id)
    price = Money(thought.spend, line.unit_price.currency)
    plain = replace(line, unit="kg", quantity=1, unit_price=price, extended=price, modifiers=(), deposit=None)
    return replace(plain, expires="", best_before="")


# --- trying it --------------------------------------------------------------------------------------------------------


class _Trials:
    """Settles the basket with additions, as often as it may. ``now``: what each offer saves without, minor units."""

    def __init__(self, lines: Sequence[LineItem], settled: Callable[[Sequence[LineItem]], Settlement]) -> None:
        self._lines, self._settle = lines, settled
        self._tried: dict[tuple[str, int, int], Mapping[str, int]] = {}
        self.now = _by_offer(line.modifiers for line in lines)
        self.left = max(1, min(_TRIALS, _PIECES // (sum(line.quantity for line in lines) + 1)))

    @property
    def worth_making(self) -> bool:
        """Whether the basket as it stands, which is remembered, is proven: what it is not promises nothing anyway."""
        return self._settle(self._lines).proven

    def hint(self, offer: o.Offer, line: LineItem, *, spend: bool) -> Hint | None:
        """What the offer gives more with the line; ``None`` where that is nothing."""
        then = self._with(line)
        own = then.get(offer.offer_id, 0) - self.now.get(offer.offer_id, 0)
        saved = sum(then.values()) - sum(self.now.values())
        if spend:
            saved = min(saved, own)  # what other offers would take off the thing itself depends on what is bought
        if own <= 0 or saved <= 0:
            return None
        saving = Money(saved, line.unit_price.currency)
        if spend:
            return Hint(offer.offer_id, offer.names, line.extended, saving)
        price, by_hand = line.extended + line.deposit_due, line.gtin is None
        return Hint(offer.offer_id, offer.names, price, saving, line.quantity, line.item_id, line.names, by_hand)

    def _with(self, line: LineItem) -> Mapping[str, int]:
        key = (line.item_id, line.quantity, line.extended.minor)
        if key not in self._tried:
            self.left -= 1
            number = max(one.line for one in self._lines) + 1
            settled = self._settle([*self._lines, replace(line, line=number)])
            self._tried[key] = _by_offer(settled.lines.values()) if settled.proven else {}
            if not settled.proven:  # what is hard to settle is not settled over and over, and nothing promised by it
                self.left = 0
        return self._tried[key]


def _by_offer(modifiers: Iterable[Iterable[PriceModifier]]) -> dict[str, int]:
    saved: dict[str, int] = {}
    for each in modifiers:
        for modifier in each:
            saved[modifier.offer_id] = saved.get(modifier.offer_id, 0) + modifier.amount.minor
    return saved
