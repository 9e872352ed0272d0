"""What lies in the bagging area against what was rung up: hints first, staff only where a hint did not help.

A reading settles; the change since the last settled weight is explained by pieces that were rung up and not seen yet,
by voided pieces taken off again, or by a shopper's own bag. Where several explanations fit, all are kept and weighed
against what comes later, so that a jar taken for two tins does no harm. A change that nothing explains is kept too, by
itself: what comes later may explain it (a scan that is late) or take it back (a child that leaned on the plate). While
it stands it is a doubt: first a hint, a matter for staff when it lasts.

Whole grams everywhere. ``ms`` is a monotonic clock. Nothing here ends a sale or accuses anybody: it says what the scale
cannot explain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from kiosk.retail.values import replace

__all__ = ["LENIENT", "OFF", "STRICT", "BaggingRules", "Doubt", "DoubtKind", "Mode", "Piece", "Plate", "Stage"]

Mode = Literal["strict", "lenient", "off"]
DoubtKind = Literal["place", "unexpected", "mismatch", "removed", "take_out"]
"""Rung up and not seen; seen and not rung up; seen with another weight than what was rung up; taken away; voided and
still there."""

Stage = Literal["wait", "hint", "staff"]

_TENTHS: Final = 10
_BELIEFS: Final = 16
_MOST_AT_ONCE: Final = 3
_CANDIDATES: Final = 10
_SETTLING_MS: Final = 1_500
"""A thing may still come to rest for so long after it was first seen."""
_BAG_MS: Final = 20_000
"""A bag comes within this time after it was told of."""
_UNEXPLAINED: Final = 4_000
"""What a change that nothing explains costs, in hundredths of a squared deviation: more than any explanation."""
_AMBIGUOUS: Final = 1_000
"""An explanation that costs so little more than the best is as good: the doubt is the shopper's."""
_GIVE: Final = 40
"""What was put down and taken up again may differ by this part of it."""
_DOUBLING: Final = 69
"""A hundredth of what a doubled variance costs an explanation, as a share of a squared standard deviation."""


@dataclass(frozen=True, slots=True)
class BaggingRules:
    """How the bagging scale is believed.

    ``sigma``: the standard deviation of a still reading. ``sureness``: how many tenths of a standard deviation a weight
    may lie beside what is expected. ``least``: what is never told apart, whatever was learned. ``tiny``: lighter pieces
    need not be seen. ``own_bag``: the heaviest bag a shopper may bring. ``still_ms`` and ``still``: readings that stay
    within so many grams for so long have settled. ``hint_ms``: how long a doubt lasts before the shopper is told,
    ``patience_ms``: before staff are. ``drift``: how far the scale may creep in one visit. ``must_bag``: payment waits
    until what was rung up was seen.
    """

    mode: Mode = "off"
    sigma: int = 2
    sureness: int = 35
    least: int = 12
    tiny: int = 25
    own_bag: int = 800
    still_ms: int = 400
    still: int = 14
    hint_ms: int = 3_000
    patience_ms: int = 12_000
    drift: int = 15
    must_bag: bool = True


OFF: Final = BaggingRules()
STRICT: Final = BaggingRules(mode="strict")
LENIENT: Final = BaggingRules(mode="lenient", sureness=60, least=30, tiny=60, patience_ms=20_000, must_bag=False)


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One piece of a line: what it should weigh and the standard deviation of that; 0 grams: nobody knows.

    Line 0: a gift, which may be bagged and need not be.
    """

    line: int
    grams: int
    spread: int = 0

    @property
    def variance(self) -> int:
        """In square grams."""
        return self.spread * self.spread


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the scale cannot explain: ``grams`` more (or less) than there should be, since ``since_ms``.

    ``stage``: ``wait`` (it may end by itself), ``hint`` (tell the shopper), ``staff``. ``lines``: those that are meant.
    """

    kind: DoubtKind
    grams: int
    since_ms: int
    stage: Stage
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Belief:
    """One way to see all that was weighed: what is owed to the plate, what should leave it, what nothing explains."""

    owed: tuple[Piece, ...] = ()
    leaving: tuple[Piece, ...] = ()
    on: tuple[Piece, ...] = ()
    extras: tuple[int, ...] = ()
    cost: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """Beliefs that differ in nothing else are one."""
        return tuple(sorted(self.owed)), tuple(sorted(self.leaving)), tuple(sorted(self.extras))


@dataclass(frozen=True, slots=True)
class Plate:
    """The bagging scale's plate in one visit; each method gives the next one.

    ``seen``: the settled weight up to which changes were judged (``None``: nothing has settled yet). ``doubt_ms`` and
    ``owed_ms``: since when something is unexplained, or owed. ``placed``: pieces that were seen alone, and what they
    weighed: what an item's weight is learned from.
    """

    seen: int | None = None
    beliefs: tuple[_Belief, ...] = (_Belief(),)
    window: tuple[tuple[int, int], ...] = ()
    moved_ms: int = 0
    doubt_ms: int | None = None
    owed_ms: int | None = None
    bag_ms: int | None = None
    crept: int = 0
    placed: tuple[tuple[Piece, int], ...] = ()

    def begun(self, rules: BaggingRules) -> Plate:
        """A visit begins: what lies there is another's, the shopper's own bag, or what they scan in a moment."""
        lies = self.seen if self.seen is not None else 0
        there = (_Belief(extras=(lies,), cost=_UNEXPLAINED),) if lies > rules.least else ()
        return Plate(seen=self.seen, window=self.window, moved_ms=self.moved_ms, beliefs=(_Belief(), *there))

    # --- what happens in the basket ------------------------------------------------------------------------------

    def rung(self, pieces: Iterable[Piece], rules: BaggingRules, ms: int) -> Plate:
        """Pieces were rung up: they are owed to the plate, and perhaps on it already."""
        new = tuple(pieces)
        if not new or rules.mode == "off":
            return self
        grown = [replace(each, owed=each.owed + new) for each in self.beliefs]
        found = [late for belief in grown for late in _late_scans(belief, rules)]
        return _believing(replace(self, owed_ms=ms), [*grown, *found], ms)

    def voided(self, line: int, count: int, ms: int) -> Plate:
        """``count`` pieces of a line were voided: they are owed no more, or should leave the plate."""
        return _believing(self, [_without(each, line, count) for each in self.beliefs], ms)

    def skipped(self, line: int, ms: int) -> Plate:
        """What is owed of a line goes elsewhere: too bulky, or handed over."""
        kept = [replace(each, owed=tuple(p for p in each.owed if p.line != line)) for each in self.beliefs]
        return _believing(self, kept, ms)

    def own_bag(self, rules: BaggingRules, ms: int) -> Plate:
        """The shopper said that a bag of their own comes next, or that it is what lies there unexplained."""
        bagged = [found for belief in self.beliefs for found in _bag_among(belief, rules)]
        if bagged:
            return _believing(self, bagged, ms)
        return replace(self, bag_ms=ms)

    def hinted_again(self, ms: int) -> Plate:
        """Staff have looked, and what lies there is not right: the shopper is told again before they are called again.

        What is unexplained, or owed, counts from now.
        """
        return replace(
            self,
            doubt_ms=None if self.doubt_ms is None else ms,
            owed_ms=None if self.owed_ms is None else ms,
        )

    def accepted_by_staff(self) -> Plate:
        """Staff have looked: what lies there is right."""
        best = self.beliefs[0]
        kept = (_Belief(on=best.on + best.owed),)
        return replace(self, beliefs=kept, doubt_ms=None, owed_ms=None, bag_ms=None, crept=0)

    # --- what the scale says ---------------------------------------------------------------------------------------

    def read(self, ms: int, grams: int, rules: BaggingRules, *, stable: bool = False) -> Plate:
        """One reading. ``stable``: the scale itself says that it rests."""
        window = (*((at, seen) for at, seen in self.window if at >= ms - rules.still_ms), (ms, grams))
        plate = replace(self, window=window)
        weights = [weight for _, weight in window]
        rests = ms - window[0][0] >= rules.still_ms and max(weights) - min(weights) <= rules.still
        if rules.mode == "off" or not (rests or stable):
            return plate
        return _judged(plate, _mean(weights) if rests else grams, rules, ms)

    def silent(self) -> Plate:
        """The scale was lost: nothing is known until it rests again, and what lies there then is taken as right."""
        return replace(self.accepted_by_staff(), seen=None, window=())

    def doubt(self, rules: BaggingRules, ms: int, *, paying: bool = False) -> Doubt | None:
        """What is not explained now. ``paying``: the shopper wants to pay, so that what is owed is asked for too."""
        if rules.mode == "off" or self.seen is None:
            return None
        belief = self.beliefs[0] if not paying else _kindest(self.beliefs, rules)
        owed = _to_see(belief, rules)
        if self.doubt_ms is not None and belief.extras:
            more = sum(belief.extras)
            kind: DoubtKind = "removed" if more < 0 else "mismatch" if owed else "unexpected"
            return Doubt(kind, more, self.doubt_ms, _stage(rules, ms - self.doubt_ms), _lines(owed))
        if belief.leaving:
            held: Stage = "staff" if paying and rules.mode == "strict" else "hint"
            return Doubt("take_out", _sum(belief.leaving), ms, held, _lines(belief.leaving))
        if owed and self.owed_ms is not None and rules.must_bag:
            stage = _stage(rules, ms - self.owed_ms)
            stage = "hint" if stage == "staff" and not paying else stage
            return Doubt("place", -_sum(owed), self.owed_ms, stage, _lines(owed))
        return None

    def taken_off(self, line: int) -> bool:
        """Whether a piece of a line lay here, as far as was seen, and does not any more."""
        belief = self.beliefs[0]
        lay = sum(piece.line == line for piece, _ in self.placed)
        return any(piece.line == line for piece in belief.owed) and lay > sum(p.line == line for p in belief.on)


# --- explaining ----------------------------------------------------------------------------------------------------


def _judged(plate: Plate, settled: int, rules: BaggingRules, ms: int) -> Plate:
    if plate.seen is None:
        return _first_rest(plate, settled)
    change = settled - plate.seen
    if abs(change) <= rules.least:
        return _crept(plate, plate.seen, change, rules, ms)
    next_plate = replace(plate, seen=settled, moved_ms=ms)
    if plate.bag_ms is not None and ms - plate.bag_ms > _BAG_MS:
        next_plate = replace(next_plate, bag_ms=None)
    soon = ms - plate.moved_ms <= _SETTLING_MS
    found = [after for belief in plate.beliefs for after in _after(belief, change, rules, soon=soon)]
    if next_plate.bag_ms is not None and 0 < change <= rules.own_bag and all(each.extras for each in found):
        return replace(next_plate, bag_ms=None)
    return _believing(next_plate, found, ms, change)


def _first_rest(plate: Plate, settled: int) -> Plate:
    """What lies there is right, and what was rung up meanwhile is on the plate, or perhaps still to come."""
    best = plate.accepted_by_staff().beliefs[0]
    owed = plate.beliefs[0].owed
    to_come = (_Belief(owed=owed, on=plate.beliefs[0].on, cost=_AMBIGUOUS),) if owed else ()
    return replace(plate.accepted_by_staff(), seen=settled, beliefs=(best, *to_come))


def _believing(plate: Plate, beliefs: Sequence[_Belief], ms: int, change: int = 0) -> Plate:
    """The plate under the likeliest of these beliefs."""
    cheapest: dict[tuple[object, ...], _Belief] = {}
    for each in sorted(beliefs, key=lambda one: (one.cost, one.owed, one.leaving, one.extras)):
        cheapest.setdefault(each.key, each)
    best = list(cheapest.values())[:_BELIEFS]
    least, first, before = best[0].cost, best[0], plate.beliefs[0]
    came = first.on[len(before.on) :]
    alone = len(came) == 1 and change > 0 and first.extras == before.extras
    doubt_ms = (plate.doubt_ms if plate.doubt_ms is not None else ms) if first.extras else None
    return replace(
        plate,
        beliefs=tuple(replace(each, cost=each.cost - least) for each in best),
        doubt_ms=doubt_ms,
        owed_ms=(ms if change else plate.owed_ms) if first.owed else None,
        placed=(*plate.placed, (came[0], change)) if alone else plate.placed,
    )


def _crept(plate: Plate, seen: int, change: int, rules: BaggingRules, ms: int) -> Plate:
    """Too little to be a thing. It comes to rest still; or the scale creeps, and is followed a gram at a time."""
    if ms - plate.moved_ms <= _SETTLING_MS:
        return replace(plate, seen=seen + change)
    step = max(-1, min(1, change))
    if abs(plate.crept + step) > rules.drift:
        return plate
    return replace(plate, seen=seen + step, crept=plate.crept + step)


def _after(belief: _Belief, change: int, rules: BaggingRules, *, soon: bool) -> list[_Belief]:
    """What may be believed after ``change`` grams: pieces came or went, something unexplained was taken back or goes
    together with it, or it is unexplained itself. ``soon``: the last change has hardly come to rest.
    """
    found = list(_explanations(belief, change, rules))
    for index, extra in enumerate(belief.extras):
        others = belief.extras[:index] + belief.extras[index + 1 :]
        without = replace(belief, extras=others, cost=belief.cost - _UNEXPLAINED)
        both = change + extra
        if abs(both) <= rules.least + abs(extra) // _GIVE:
            found.append(without)
        elif (change < 0) != (extra < 0):
            found += _explanations(without, both, rules)
            found.append(replace(belief, extras=(*others, both), cost=belief.cost + 2 * _AMBIGUOUS))
        elif soon and index == len(belief.extras) - 1 and next(_explanations(without, extra, rules), None) is None:
            found += _explanations(without, both, rules)
    found.append(replace(belief, extras=(*belief.extras, change), cost=belief.cost + _UNEXPLAINED))
    return found


def _to_see(belief: _Belief, rules: BaggingRules) -> tuple[Piece, ...]:
    """What is owed and heavy enough to be seen."""
    return tuple(piece for piece in belief.owed if piece.line and not 0 < piece.grams < rules.tiny)


def _kindest(beliefs: Sequence[_Belief], rules: BaggingRules) -> _Belief:
    """Of beliefs that are as good as the best, one in which everything is in its place, if there is one."""
    good = [each for each in beliefs if each.cost <= _AMBIGUOUS]
    return next((each for each in good if not (each.extras or each.leaving or _to_see(each, rules))), beliefs[0])


def _late_scans(belief: _Belief, rules: BaggingRules) -> Iterator[_Belief]:
    """Beliefs in which something unexplained is what was rung up just now."""
    for index, extra in enumerate(belief.extras):
        others = belief.extras[:index] + belief.extras[index + 1 :]
        yield from _explanations(replace(belief, extras=others, cost=belief.cost - _UNEXPLAINED), extra, rules)


def _bag_among(belief: _Belief, rules: BaggingRules) -> Iterator[_Belief]:
    """Beliefs in which something unexplained is a bag, perhaps with pieces in it."""
    for index, extra in enumerate(belief.extras):
        others = belief.extras[:index] + belief.extras[index + 1 :]
        without = replace(belief, extras=others, cost=belief.cost - _UNEXPLAINED)
        if 0 < extra <= rules.own_bag:
            yield without
        for piece in dict.fromkeys(without.owed):
            if rules.least < extra - piece.grams <= rules.own_bag and piece.grams:
                owed = list(without.owed)
                owed.remove(piece)
                yield replace(without, owed=tuple(owed), on=(*without.on, piece), cost=without.cost + _AMBIGUOUS // 2)


def _explanations(belief: _Belief, change: int, rules: BaggingRules) -> Iterator[_Belief]:
    """Beliefs in which ``change`` grams came by some of what is owed, less some of what should leave."""
    newest = max(0, len(belief.owed) - _CANDIDATES)
    pool = [(index, piece, 1) for index, piece in enumerate(belief.owed)][newest:]
    pool += [(index, piece, -1) for index, piece in enumerate(belief.leaving)][:_CANDIDATES]
    tried: set[tuple[tuple[Piece, int], ...]] = set()
    for size in range(1, min(_MOST_AT_ONCE, len(pool)) + 1):
        for chosen in combinations(pool, size):
            what = tuple(sorted((piece, sign) for _, piece, sign in chosen))
            cost = None if what in tried else _cost(what, change, rules)
            tried.add(what)
            if cost is not None:
                came = [index for index, _, sign in chosen if sign > 0]
                went = [index for index, _, sign in chosen if sign < 0]
                yield replace(
                    belief,
                    owed=tuple(piece for index, piece in enumerate(belief.owed) if index not in came),
                    leaving=tuple(piece for index, piece in enumerate(belief.leaving) if index not in went),
                    on=belief.on + tuple(belief.owed[index] for index in came),
                    cost=belief.cost + cost,
                )
    yield from _many_alike(belief, change, rules)


def _many_alike(belief: _Belief, change: int, rules: BaggingRules) -> Iterator[_Belief]:
    """Beliefs in which more pieces of one line than are told apart came at once: a crate, a pack of twelve."""
    for piece, owed in Counter(belief.owed).items():
        count = _divided(change, piece.grams) if piece.grams else 0
        cost = _cost(((piece, 1),) * count, change, rules) if _MOST_AT_ONCE < count <= owed else None
        if cost is not None:
            left = list(belief.owed)
            for _ in range(count):
                left.remove(piece)
            yield replace(belief, owed=tuple(left), on=belief.on + (piece,) * count, cost=belief.cost + cost)


def _cost(chosen: Sequence[tuple[Piece, int]], change: int, rules: BaggingRules) -> int | None:
    """How badly these pieces explain the change, in hundredths of a squared deviation; ``None``: they do not."""
    unknown = [piece for piece, _ in chosen if not piece.grams]
    if unknown:
        return 2 * _DOUBLING * _TENTHS if len(chosen) == 1 and change > rules.least else None
    off = abs(change - sum(sign * piece.grams for piece, sign in chosen))
    variance = sum(piece.variance for piece, _ in chosen) + 2 * rules.sigma * rules.sigma
    if off > rules.least and off * off * _TENTHS * _TENTHS > rules.sureness * rules.sureness * variance:
        return None
    return 100 * off * off // variance + _DOUBLING * variance.bit_length()


def _without(belief: _Belief, line: int, count: int) -> _Belief:
    """A belief after ``count`` pieces of a line were voided: owed ones first."""
    owed, on, leaving = list(belief.owed), list(belief.on), list(belief.leaving)
    for _ in range(count):
        for pieces in (owed, on):
            piece = next((each for each in reversed(pieces) if each.line == line), None)
            if piece is not None:
                pieces.remove(piece)
                leaving += [piece] if pieces is on else []
                break
    return replace(belief, owed=tuple(owed), on=tuple(on), leaving=tuple(leaving))


def _stage(rules: BaggingRules, lasted_ms: int) -> Stage:
    if lasted_ms < rules.hint_ms:
        return "wait"
    return "hint" if lasted_ms < rules.patience_ms else "staff"


def _mean(weights: Sequence[int]) -> int:
    return _divided(sum(weights), len(weights))


def _divided(grams: int, by: int) -> int:
    """To the nearest whole."""
    return (2 * grams + by) // (2 * by)


def _sum(pieces: Iterable[Piece]) -> int:
    return sum(piece.grams for piece in pieces)


def _lines(pieces: Iterable[Piece]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(piece.line for piece in pieces))
