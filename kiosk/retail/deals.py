"""What a group offer may do with units: the shapes of its groups, and what each unit brings in each place of one.

Units are numbered dearest first. A deal does not say which groups are formed: ``columns`` lists those worth forming,
``competing`` picks the best of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from kiosk.retail.values import dataclass, replace

__all__ = ["Deal", "Row", "Shape", "Slot"]

Row = Sequence[int | None]
"""By unit what it brings in a place; ``None`` where it does not fit."""


@dataclass(frozen=True, slots=True)
class Slot:
    """``count`` places of a group: the units that fit, in the order in which places are filled, and what each brings.

    ``follows``: the slot before has the same units, and this one goes on where that one stands in their order.
    """

    count: int
    units: tuple[int, ...]
    gains: tuple[int, ...]
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The places of one group. It saves ``constant`` and what its units bring, at most ``most`` where that is not 0.

    ``items``: in step with the units of the one slot there is then, the number of each unit's item: no two units of a
    group are of one item, and the units of an item follow one another. Empty: any units go together.
    """

    slots: tuple[Slot, ...]
    constant: int = 0
    most: int = 0
    items: tuple[int, ...] = ()

    @staticmethod
    def run(size: int, row: Row, constant: int = 0, *, gain_from: int = 0, most: int = 0) -> Shape:
        """``size`` units, dearest first; those from place ``gain_from`` on bring what ``row`` says."""
        free = _slot(size - gain_from, row)
        if not gain_from:
            return Shape((free,), constant, most)
        paid = Slot(gain_from, free.units, (0,) * len(free.units))
        return Shape((paid, replace(free, follows=True)), constant, most)

    @staticmethod
    def parts(counts: Sequence[int], rows: Sequence[Row], constant: int) -> Shape:
        """So many units of each part."""
        return Shape(tuple(_slot(count, row) for count, row in zip(counts, rows, strict=True)), constant)

    @staticmethod
    def different(size: int, row: Row, items: Sequence[int]) -> Shape:
        """``size`` units of different items. ``items``: by unit the number of its item."""
        order = [n for n in sorted(range(len(row)), key=lambda n: (items[n], n)) if row[n] is not None]
        slot = Slot(size, tuple(order), tuple(row[n] or 0 for n in order))
        return Shape((slot,), items=tuple(items[n] for n in order))

    @property
    def size(self) -> int:
        """Units of a group."""
        return sum(slot.count for slot in self.slots)

    def units(self) -> set[int]:
        """What fits in any place."""
        return {unit for slot in self.slots if not slot.follows for unit in slot.units}

    @property
    def fillable(self) -> bool:
        """Whether there are units enough for a group."""
        if self.items:
            return 0 < self.size <= len(set(self.items))
        enough = all(slot.count <= len(slot.units) for slot in self.slots)
        return enough and 0 < self.size <= len(self.units())

    def beyond(self) -> tuple[int, ...]:
        """By place in the order of units, where others than it begin: at the next unit, or at the next item."""
        count = max(len(slot.units) for slot in self.slots)
        turns = [count] * count
        for n in range(count - 2, -1, -1):
            turns[n] = turns[n + 1] if self.items and self.items[n] == self.items[n + 1] else n + 1
        return tuple(turns)


def _slot(count: int, row: Row) -> Slot:
    units = tuple(n for n, gain in enumerate(row) if gain is not None)
    return Slot(count, units, tuple(row[n] or 0 for n in units))


@dataclass(frozen=True, slots=True)
class Deal:
    """A group offer: the shapes its groups may have. ``limit`` groups and ``cap`` saved by them at most, 0 for none."""

    shapes: tuple[Shape, ...]
    limit: int = 0
    cap: int = 0

    def wants(self) -> set[int]:
        """The units that may serve."""
        return {unit for shape in self.shapes for unit in shape.units()}

    def seen(self) -> dict[int, tuple[object, ...]]:
        """By unit what the deal knows of it; equal for units that it cannot tell apart."""
        found: dict[int, tuple[object, ...]] = {}
        for number, shape in enumerate(self.shapes):
            for place, slot in enumerate(shape.slots):
                for n, (unit, gain) in enumerate(zip(slot.units, slot.gains, strict=True)):
                    found[unit] = (*found.get(unit, ()), number, place, gain, shape.items[n] if shape.items else 0)
        return found

    def at_most(self) -> int:
        """What all its groups together cannot save more than."""
        if len(self.shapes) == 1:
            most = self._of_one_shape(self.shapes[0])
            return min(most, self.cap) if self.cap else most
        best: dict[int, int] = {}
        for shape in self.shapes:
            for slot in shape.slots:
                for unit, gain in zip(slot.units, slot.gains, strict=True):
                    best[unit] = max(best.get(unit, 0), gain)
        return sum(best.values())

    def _of_one_shape(self, shape: Shape) -> int:
        """Of each number of groups: the best units there are in every place, were no place to want another's."""
        groups = len(shape.units()) // shape.size if shape.size else 0
        ranked = [(slot.count, sorted(slot.gains, reverse=True)) for slot in shape.slots]
        most = saved = 0
        for group in range(min(groups, self.limit) if self.limit else groups):
            saved += sum(sum(gains[group * count : (group + 1) * count]) for count, gains in ranked) + shape.constant
            most = max(most, min(saved, shape.most * (group + 1)) if shape.most else saved)
        return most

    def fillable(self) -> Deal:
        """The same deal without the shapes that its units cannot fill."""
        shapes = tuple([shape for shape in self.shapes if shape.fillable])
        return self if len(shapes) == len(self.shapes) else replace(self, shapes=shapes)

    def less(self, groups: int, saved: int) -> Deal:
        """What is left of the deal when so many groups have saved so much; no shape where that is nothing."""
        if (self.limit and groups >= self.limit) or (self.cap and saved >= self.cap):
            return Deal(())
        return replace(self, limit=self.limit - groups if self.limit else 0, cap=self.cap - saved if self.cap else 0)

    def without(self, units: Collection[int]) -> Deal:
        """The same deal where ``units`` do not fit."""
        return self._kept(lambda unit: None if unit in units else unit) if units else self

    def among(self, kinds: Mapping[int, int]) -> Deal:
        """The same deal on kinds of units: ``kinds`` tells that of each unit; others do not fit."""
        return self._kept(kinds.get)

    def _kept(self, number: Callable[[int], int | None]) -> Deal:
        return replace(self, shapes=tuple(_renumbered(shape, number) for shape in self.shapes))


def _renumbered(shape: Shape, number: Callable[[int], int | None]) -> Shape:
    """Each new number once, where it comes first."""
    slots, items = list[Slot](), shape.items
    for slot in shape.slots:
        first: dict[int, int] = {}
        for place, unit in enumerate(slot.units):
            known = number(unit)
            if known is not None:
                first.setdefault(known, place)
        slots.append(Slot(slot.count, tuple(first), tuple(slot.gains[n] for n in first.values()), slot.follows))
        items = tuple(shape.items[n] for n in first.values()) if shape.items else ()
    return replace(shape, slots=tuple(slots), items=items)
