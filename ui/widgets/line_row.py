"""One line of the basket: picture, name, how much of it, what it costs, and what an offer takes off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kiosk.checkout.screen import LineView, Money, Names
from ui.area import Area
from ui.kit import Kit
from ui.text import Words
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.icon import Icon
from ui.widgets.picture_tile import PictureTile
from ui.widgets.stepper import Stepper

__all__ = ["LineRow", "LineTouches", "row_height"]

_MAIN: Final = 104
_EXTRA: Final = 34


@dataclass(frozen=True, slots=True)
class LineTouches:
    """What a row calls, each with the line's number."""

    less: Callable[[LineView], None]
    more: Callable[[LineView], None]
    number: Callable[[LineView], None]
    void: Callable[[LineView], None]


def row_height(kit: Kit, line: LineView) -> int:
    """How tall the row of ``line`` is, in pixels."""
    return kit.tall(_MAIN) + _extras(line) * kit.tall(_EXTRA) + (kit.px(8) if _extras(line) else 0)


def _extras(line: LineView) -> int:
    """How many strips stand below the line: packing taken off, a deposit, a date, savings, a note."""
    told = (line.tare_grams, line.deposit is not None, line.expires or line.best_before, line.note is not None)
    return sum(map(bool, told)) + len(line.saved)


def amount_line(kit: Kit, line: LineView) -> str:
    """The small print of a line: weight and price per unit, or price each."""
    price = line.unit_price
    if line.weight is None:
        return kit.say("line.each", price=price)
    return kit.say("line.weighed", weight=line.weight, price=price, unit=kit.say(f"unit.{line.unit}"))


class _Extra(Block):
    """A saving or a note under the line."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._icon = Icon(kit, "tag", 22, kit.theme.saving)
        self._name = kit.words("", TypeSize.NOTE, colour=kit.theme.saving, face="Medium", one_line=True)
        self._amount = kit.words(
            "", TypeSize.NOTE, colour=kit.theme.saving, face="SemiBold", align="right", one_line=True
        )
        self.add(self._icon, self._name, self._amount)

    def saving(self, names: Names, amount: Money) -> None:
        """An offer by name, and what it takes off."""
        self._paint(self.kit.theme.saving, "tag")
        self._name.say(self.kit.speaker.name(names))
        self._amount.say(self.kit.money(-amount))

    def plain(self, said: str, icon: str) -> None:
        """A fact of the line: the packing taken off its weight, the date on its pack."""
        self._paint(self.kit.theme.muted, icon)
        self._name.say(said)
        self._amount.say("")

    def deposit(self, names: Names, amount: Money) -> None:
        """What is paid for the container and comes back with it."""
        self._paint(self.kit.theme.muted, "tag")
        self._name.say(self.kit.speaker.name(names))
        self._amount.say(self.kit.money(amount))

    def note(self, said: str) -> None:
        """What staff must still judge."""
        self._paint(self.kit.theme.on_help, "hand")
        self._name.say(said)
        self._amount.say("")

    def _paint(self, colour: str, icon: str) -> None:
        self._icon.become(icon)
        for part in (self._icon, self._name, self._amount):
            part.paint(colour)

    def arrange(self, area: Area) -> None:
        """Icon, name, amount."""
        icon, rest = area.left(self.kit.px(22), self.kit.px(8))
        self._icon.place(icon)
        amount = self.kit.wide(self._amount.text, TypeSize.NOTE) + 1 if self._amount.text else 0
        right, left = rest.right(amount, self.kit.px(12) if amount else 0)
        self._amount.place(right)
        self._name.place(left)


class LineRow(Block):
    """A row of the basket. ``touches`` is ``None`` where lines are only read."""

    def __init__(self, kit: Kit, touches: LineTouches | None) -> None:
        super().__init__(kit)
        self.line: LineView | None = None
        self._touches = touches
        self._ground = self.ground(kit.theme.card, radius=16, edge=kit.theme.card if kit.theme.edge else "")
        self._tile = PictureTile(kit)
        self._name = kit.words("", TypeSize.BODY, face="SemiBold")
        self._small = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self._price: Words = kit.words("", TypeSize.LEAD, face="Bold", align="right", one_line=True)
        self.stepper = Stepper(kit, less=self._less, number=self._number, more=self._more)
        self.void = PushButton(kit, "", self._void, role="step", icon="bin", icon_size=28, radius=16)
        self._extras: list[_Extra] = []
        self.add(self._tile, self._name, self._small, self._price)

    def show(self, line: LineView) -> None:
        """Draw this line."""
        self.line = line
        kit = self.kit
        latest = kit.theme.soft if line.latest else kit.theme.card
        self._ground.paint(latest)
        self._ground.edge(kit.theme.on_soft if line.latest else latest)
        self._tile.show(line.names, line.picture)
        self._name.say(kit.speaker.name(line.names))
        self._small.say(amount_line(kit, line))
        self._price.say(kit.money(line.extended))
        counted = line.unit == "each"
        self.keep(self.stepper, self._touches is not None and counted)
        self.keep(self.void, self._touches is not None and not counted)
        self.stepper.show(line.quantity)
        self._show_extras(line)

    def _show_extras(self, line: LineView) -> None:
        wanted = _extras(line)
        while len(self._extras) < wanted:
            self._extras.append(_Extra(self.kit))
        for extra in self._extras[wanted:]:
            self.drop(extra)
        self._extras = self._extras[:wanted]
        self.add(*self._extras)
        rest = list(self._extras)
        if line.tare_grams:
            rest.pop(0).plain(self.kit.say("line.tare", grams=line.tare_grams), "scale")
        if line.deposit is not None:
            rest.pop(0).deposit(*line.deposit)
        if line.expires:
            rest.pop(0).plain(self.kit.say("line.expires", date=self.kit.speaker.date(line.expires)), "clock")
        elif line.best_before:
            rest.pop(0).plain(self.kit.say("line.best_before", date=self.kit.speaker.date(line.best_before)), "clock")
        for names, amount in line.saved:
            rest.pop(0).saving(names, amount)
        if line.note is not None:
            rest.pop(0).note(self.kit.say(line.note))

    def arrange(self, area: Area) -> None:
        """Picture, words, buttons and price across; extras below."""
        kit = self.kit
        marked = self.line is not None and self.line.latest
        self._ground.place(area if marked else Area(area.x, area.y, 0, 0))  # else it is the card's own colour
        main, extras = area.top(kit.tall(_MAIN))
        main = main.inset(kit.px(12), kit.px(8))
        side = min(main.h, kit.px(72))
        tile, rest = main.left(side, kit.px(16))
        self._tile.place(tile.centre(side, side))
        price, rest = rest.right(kit.px(164 if kit.large else 144), kit.px(12))
        self._price.place(price)
        if self._touches is not None:
            counted = self.stepper.parent is not None
            buttons, rest = rest.right(kit.px(208 if counted else 64), kit.px(12))
            self.stepper.place(buttons)
            self.void.place(buttons.centre(kit.px(64), kit.px(64)))
        small, name = rest.bottom(kit.tall(30))
        self._name.place(name)
        self._small.place(small)
        below = Area(rest.x, extras.y, price.x + price.w - rest.x, extras.h)
        for extra in self._extras:
            strip, below = below.top(kit.tall(_EXTRA))
            extra.place(strip)

    def _act(self, name: str) -> None:
        if self._touches is not None and self.line is not None:
            getattr(self._touches, name)(self.line)

    def _less(self) -> None:
        self._act("less")

    def _more(self) -> None:
        self._act("more")

    def _number(self) -> None:
        self._act("number")

    def _void(self) -> None:
        self._act("void")
