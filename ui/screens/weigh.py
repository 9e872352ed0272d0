"""Weighing: the live weight in large figures, its state in words, the price once it may be accepted."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import ItemChosen, ViewRequested, WeighConfirmed
from kiosk.checkout.look_up import Tile
from kiosk.checkout.screen import Screen, WeighBody
from kiosk.checkout.shown import Choice
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.icon import Icon
from ui.widgets.item_tile import ItemTile
from ui.widgets.notice import Level, NoticeStrip
from ui.widgets.picture_tile import PictureTile
from ui.widgets.sheet import Sheet
from ui.widgets.totals import BigAmount

__all__ = ["WeighView"]

_NO_WEIGHT: Final = "\N{EN DASH} \N{EN DASH} \N{EN DASH}"
_LEVELS: Final[dict[str, tuple[Level, str]]] = {
    "waiting": ("info", "scale"),
    "motion": ("info", "clock"),
    "stable": ("info", "check"),
    "under": ("warning", ""),
    "over": ("warning", ""),
    "zero": ("info", "scale"),
    "fault": ("error", ""),
    "stale": ("warning", ""),
    "empty_first": ("warning", ""),
    "too_light": ("warning", ""),
    "service": ("error", ""),
}


class WeighView(View):
    """Draws ``WeighBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._agreed: WeighConfirmed | None = None
        self.question: Sheet | None = None
        self._asked: tuple[str, ...] = ()
        self._title = self.title(kit.say("weigh.title"))
        self._card = Card(kit)
        self._picture = PictureTile(kit, size=TypeSize.TOTAL, radius=20)
        self._name = kit.words("", TypeSize.TITLE, face="Bold", align="center")
        self._unit_price = kit.words("", TypeSize.BODY, colour=kit.theme.muted, align="center")
        self._side = Card(kit, padding=20)
        self._weight_icon = Icon(kit, "scale", 40, kit.theme.muted)
        self._weight = kit.words("", TypeSize.TOTAL, face="Bold", align="center", one_line=True)
        self._state = NoticeStrip(kit, size=TypeSize.LEAD)
        self._facts = kit.words("", TypeSize.BODY, colour=kit.theme.muted, align="center")
        self._price = BigAmount(kit, align="right", beside=True)
        self.confirm = PushButton(
            kit, kit.say("weigh.add"), self._confirm, role="primary", icon="check", size=TypeSize.LEAD, face="Bold"
        )
        self.cancel = PushButton(kit, kit.say("button.cancel"), self._cancel, icon="close")
        self.add(self._title, self._card, self._picture, self._name, self._unit_price, self._side, self._weight_icon)
        self.add(self._weight, self._state, self._facts, self._price, self.confirm, self.cancel)

    def show(self, screen: Screen) -> None:
        """Draw the item and what the scale says."""
        body, kit = screen.body, self.kit
        assert isinstance(body, WeighBody)  # noqa: S101 - the stage gives each view its own kind
        name = kit.speaker.name(body.names)
        self._picture.show(body.names, body.picture)
        self._name.say(name)
        unit = kit.say(f"unit.{body.unit}")
        self._unit_price.say(kit.say("look_up.per_unit", price=body.unit_price, unit=unit))
        self._weight.say(kit.speaker.weight(body.reading) if body.reading is not None else _NO_WEIGHT)
        self._weight.paint(kit.theme.ink if body.state == "stable" else kit.theme.muted)
        level, icon = _LEVELS[body.state]
        self._state.show(kit.say(f"weigh.{body.state}", item=name), level, icon)
        facts = [kit.say("line.tare", grams=body.tare_grams)] if body.tare_grams else []
        if body.net is not None:
            facts.append(f"{kit.say('weigh.net')} {kit.speaker.weight(body.net)}")
        self._facts.say(" · ".join(facts))
        self.keep(self._price, body.price is not None)
        if body.price is not None:
            self._price.show(kit.say("weigh.price"), body.price)
        self.confirm.enable(body.can_add)
        if body.net is not None and body.price is not None:
            self._agreed = WeighConfirmed(body.item_id, body.net, body.price)
        else:
            self._agreed = None
        self._ask(body)

    def close(self) -> None:
        """No question outlives the item."""
        self._put_away()

    def _ask(self, body: WeighBody) -> None:
        """Which one it is, where the camera sees another than was picked: pictures, and no word of blame."""
        wanted = tuple(choice.item_id for choice in body.choices)
        if wanted == self._asked:
            return
        self._put_away()
        self._asked = wanted
        if not wanted:
            return
        kit, name = self.kit, self.kit.speaker.name(body.names)
        offered = (Choice(body.item_id, body.names, body.picture, body.unit_price), *body.choices)
        tiles = tuple(self._tile(choice, own=choice is offered[0]) for choice in offered)
        self.question = Sheet(
            kit, icon="scale", title=kit.say("looks.which"), said=kit.say("looks.said", item=name), parts=tiles
        )
        self.add(self.question)
        if self.area.w:
            self.question.place(self.area)

    def _tile(self, choice: Choice, *, own: bool) -> ItemTile:
        tile = ItemTile(self.kit, self._stay if own else self._other)
        tile.show(Tile(choice.item_id, choice.names, choice.picture, "kg", choice.price))
        return tile

    def _stay(self, _tile: Tile) -> None:
        self._confirm()

    def _other(self, tile: Tile) -> None:
        self.kit.submit(ItemChosen(tile.item_id))

    def _put_away(self) -> None:
        self._asked = ()
        if self.question is not None:
            self.drop(self.question)
            self.question = None

    def arrange(self, area: Area) -> None:
        """The item at one side, the scale at the other."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        first, second = side_by_side(kit, rest, side=640, below=760)
        self._card.place(first)
        inner = self._card.inner
        price, inner = inner.bottom(kit.tall(40), kit.px(4))
        name, inner = inner.bottom(kit.tall(104), kit.px(12))
        self._unit_price.place(price)
        self._name.place(name)
        side = min(inner.w, inner.h)
        self._picture.place(inner.centre(side, side))
        self._arrange_scale(second)
        if self.question is not None:
            self.question.place(area)

    def _arrange_scale(self, area: Area) -> None:
        kit = self.kit
        buttons, rest = area.bottom(kit.px(96 if kit.large else 112), kit.px(16))
        cancel, confirm = buttons.left(kit.px(220), kit.px(16))
        self.cancel.place(cancel)
        self.confirm.place(confirm)
        self._side.place(rest)
        inner = self._side.inner
        weight, inner = inner.top(kit.tall(76), kit.px(8))
        icon, _ = weight.left(kit.px(48))
        self._weight_icon.place(icon)
        self._weight.place(weight.inset(kit.px(56), 0))
        state, inner = inner.top(kit.tall(76), kit.px(8))
        self._state.place(state)
        price, inner = inner.bottom(kit.tall(72), kit.px(4))
        self._price.place(price)
        self._facts.place(inner)

    def _confirm(self) -> None:
        if self._agreed is not None:
            self.kit.submit(self._agreed)

    def _cancel(self) -> None:
        self.kit.submit(ViewRequested("basket"))
