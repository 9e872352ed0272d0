"""An item to choose by its picture: name, price, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.checkout.look_up import Tile
from ui.area import Area
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.badge import Badge
from ui.widgets.button import PushButton
from ui.widgets.picture_tile import PictureTile

__all__ = ["ItemTile"]


class ItemTile(PushButton):
    """A button that looks like the item. ``chosen`` is given the tile it shows."""

    def __init__(self, kit: Kit, chosen: Callable[[Tile], None]) -> None:
        super().__init__(kit, "", self._press, role="key")
        self._chosen = chosen
        self.tile: Tile | None = None
        self._picture = PictureTile(kit, size=TypeSize.TITLE)
        self._name = kit.words("", TypeSize.NOTE, face="SemiBold", align="center")
        self._price = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, align="center")
        self._badge = Badge(kit, "camera", kit.say("look_up.suggested"))
        self.suggested = False
        self.add(self._picture, self._name, self._price)

    def show(self, tile: Tile, *, suggested: bool = False) -> None:
        """Draw this item; ``suggested``: the camera thinks that it lies there."""
        kit = self.kit
        self.tile = tile
        if suggested != self.suggested:
            self.suggested = suggested
            self.keep(self._badge, suggested)
            self.arrange(self.area)
        self._picture.show(tile.names, tile.picture)
        self._name.say(kit.speaker.name(tile.names))
        gone = tile.stock is not None and tile.stock <= 0
        if gone:
            said = kit.say("look_up.out_of_stock")
        elif tile.price is None:
            said = kit.say("look_up.no_price")
        elif tile.unit == "each":
            said = kit.money(tile.price)
        else:
            said = kit.say("look_up.per_unit", price=tile.price, unit=kit.say(f"unit.{tile.unit}"))
        self._price.say(said)
        self._price.paint(kit.theme.on_alarm if gone else kit.theme.muted)

    def arrange(self, area: Area) -> None:
        """Picture above, words below."""
        kit = self.kit
        self._ground.place(area)
        inner = area.inset(kit.px(12))
        if area.h < area.w // 2:
            self._arrange_beside(inner)
            return
        if self.suggested:
            badge, inner = inner.top(kit.tall(34), kit.px(8))
            self._badge.place(badge)
        price, rest = inner.bottom(kit.tall(32))
        name, rest = rest.bottom(kit.tall(58), kit.px(8))
        self._price.place(price)
        self._name.place(name)
        side = min(rest.w, rest.h)
        self._picture.place(Area(rest.x, rest.y + rest.h - side, rest.w, side))

    def _arrange_beside(self, inner: Area) -> None:
        """Picture at the left, words at its right, for low tiles."""
        picture, words = inner.left(inner.h, self.kit.px(12))
        self._picture.place(picture)
        if self.suggested:
            badge, words = words.right(self._badge.icon_width, self.kit.px(8))
            self._badge.place(badge.centre(badge.w, min(badge.h, self.kit.tall(40))))
        price, name = words.bottom(self.kit.tall(28))
        self._price.place(price)
        self._name.place(name)

    def _press(self) -> None:
        if self.tile is not None:
            self._chosen(self.tile)
