"""Finding an item without a barcode: by picture, by department, by name or number."""

from __future__ import annotations

from functools import partial
from typing import Final

from kiosk.checkout.inputs import ItemChosen, ViewRequested
from kiosk.checkout.look_up import Shelf, Tile
from kiosk.checkout.screen import LookUpBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View
from ui.theme import SMALLEST_TARGET, TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.field import Field
from ui.widgets.item_tile import ItemTile
from ui.widgets.keyboard import Keyboard
from ui.widgets.scroller import Row, Scroller

__all__ = ["LookUpView"]

_TILE_TALL: Final = 288
_TILE_WIDE: Final = 270
_STRIP_TALL: Final = 112
_STRIP_WIDE: Final = 360
"""While the keyboard is up, items stand as strips: the picture beside the name."""


class _TileRow(Block):
    """Some tiles side by side."""

    def __init__(self, kit: Kit, columns: int) -> None:
        super().__init__(kit)
        self._columns = columns
        self.tiles: list[ItemTile] = []

    def show(self, tiles: tuple[tuple[Tile, bool], ...]) -> None:
        """Draw these; true: suggested by the camera."""
        while len(self.tiles) < len(tiles):
            self.tiles.append(ItemTile(self.kit, self._choose))
        self.drop(*self.tiles[len(tiles) :])
        self.tiles = self.tiles[: len(tiles)]
        for widget, (tile, suggested) in zip(self.tiles, tiles, strict=True):
            widget.show(tile, suggested=suggested)
        self.add(*self.tiles)

    def _choose(self, tile: Tile) -> None:
        self.kit.submit(ItemChosen(tile.item_id))

    def arrange(self, area: Area) -> None:
        """Equal columns."""
        for widget, place in zip(self.tiles, area.columns(self._columns, self.kit.px(16)), strict=False):
            widget.place(place)


class LookUpView(View):
    """Draws ``LookUpBody``; what is typed and which department is open live here and nowhere else."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("look_up.title"))
        self.back = PushButton(kit, kit.say("pay.back"), self._back, icon="back")
        self.field = Field(kit, kit.say("look_up.search"), self._open_keyboard, icon="search")
        self.keyboard = Keyboard(kit, self._typed, self._close_keyboard, self._rearrange)
        self.results = Scroller(kit, gap=16)
        self._nothing = kit.words("", TypeSize.LEAD, colour=kit.theme.muted, align="center")
        self.shelves: dict[str, PushButton] = {}
        self._shelf = ""
        self._tiles: tuple[tuple[Tile, bool], ...] = ()
        self._suggested: tuple[str, ...] = ()
        self._guessed = ""
        self._waiting = False
        self._columns = 1
        self._typing = False
        self._shown_as = (1, False)
        self._fresh = True
        self.add(self._title, self.back, self.field, self.results)

    def show(self, screen: Screen) -> None:
        """Begin with the first department, or with what the camera suggests, unless a search is under way.

        The list waits for the camera, is drawn once, and stays as it is: nothing moves from under a finger.
        """
        body = screen.body
        assert isinstance(body, LookUpBody)  # noqa: S101 - the stage gives each view its own kind
        if self._fresh:
            self._fresh, self._waiting = False, True
            self._show_shelves(self.kit.look_up().shelves())
        if self._waiting and not body.asking:
            self._suggested, self._guessed = body.suggestions, body.department
            if body.department in self.shelves:
                self._shelf = body.department
            self._find()
            if not self.shelves and not self._tiles:
                self._open_keyboard()  # nothing to browse: what is sought is typed

    def close(self) -> None:
        """The next shopper begins anew."""
        self._fresh, self._typing, self._shelf = True, False, ""
        self._suggested, self._guessed, self._tiles = (), "", ()
        self.drop(self._nothing)
        self._show_tiles()
        self.keyboard.start()
        self.drop(self.keyboard)
        self.add(self._title)
        self.field.show("")
        self.field.focus(focused=False)

    def _show_shelves(self, shelves: tuple[Shelf, ...]) -> None:
        self.drop(*self.shelves.values())
        self.shelves = {
            shelf.department: PushButton(
                self.kit, self.kit.speaker.name(shelf.names), partial(self._open, shelf.department), radius=16
            )
            for shelf in shelves
        }
        if shelves and self._shelf not in self.shelves:
            self._shelf = shelves[0].department
        self.add(*self.shelves.values())

    def _find(self) -> None:
        self._waiting = False
        query = self.keyboard.entry.strip()
        look_up = self.kit.look_up()
        if query:
            found = look_up.search(query, language=self.kit.language)
        else:
            shelf = self._shelf or self._guessed
            found = look_up.shelf(shelf, first=self._suggested) if shelf else ()
        self._tiles = tuple((tile, not query and tile.item_id in self._suggested) for tile in found)
        missing = query and not self._tiles
        nothing = f"{self.kit.say('look_up.nothing', query=query)}\n{self.kit.say('look_up.nothing_detail')}"
        self._nothing.say(nothing if missing else "")
        self.keep(self._nothing, missing)
        for department, button in self.shelves.items():
            button.recast("primary" if department == self._shelf and not query else "secondary")
        self.results.rewind()
        self._show_tiles()

    def _show_tiles(self) -> None:
        step = self._columns
        rows = [self._tiles[at : at + step] for at in range(0, len(self._tiles), step)]
        tall = self.kit.tall(_STRIP_TALL) if self._typing else self.kit.px(_TILE_TALL * (1.3 if self.kit.large else 1))
        self.results.show(
            tuple(Row((step, number), tall, row, self._make_row, _TileRow.show) for number, row in enumerate(rows))
        )

    def _make_row(self) -> _TileRow:
        return _TileRow(self.kit, self._columns)

    def arrange(self, area: Area) -> None:
        """Title and way back, the field, departments or keyboard, and tiles in what is left."""
        kit = self.kit
        field_tall = max(kit.px(72), kit.tall(60))
        title, rest = self.page(area).top(field_tall if self._typing else kit.tall(TITLE_ROW), kit.px(12))
        back, name = title.right(self.back.natural_width(), kit.px(24))
        self.back.place(back.centre(back.w, max(kit.px(SMALLEST_TARGET), title.h - kit.px(8))))
        if self._typing:
            self.field.place(name)
            board, rest = rest.bottom(self.keyboard.wanted_height, kit.px(12))
            self.keyboard.place(board)
        else:
            self._title.place(name)
            field, rest = rest.top(field_tall, kit.px(16))
            self.field.place(field)
            rest = self._arrange_shelves(rest)
        wanted = (_STRIP_WIDE if self._typing else _TILE_WIDE) * (1.2 if kit.large else 1)
        columns = max(1, (rest.w + kit.px(16)) // kit.px(wanted + 16))
        if (columns, self._typing) != self._shown_as:
            self._shown_as = (columns, self._typing)
            self._columns = columns
            self.results.place(rest)
            self._show_tiles()
        self.results.place(rest)
        self._nothing.place(rest.centre(rest.w, kit.tall(160)))

    def _arrange_shelves(self, rest: Area) -> Area:
        """Departments as a row of buttons; on as many rows as they need."""
        kit, gap = self.kit, self.kit.px(12)
        line, rest = rest.top(max(kit.px(64), kit.tall(52)), kit.px(16))
        for button in self.shelves.values():
            wide = max(kit.px(SMALLEST_TARGET), button.natural_width())
            if wide > line.w:
                line, rest = rest.top(line.h, kit.px(16))
                line = Area(rest.x, line.y, rest.w, line.h)
            place, line = line.left(wide, gap)
            button.place(place)
        return rest

    def _open(self, department: str) -> None:
        self._shelf = department
        self.keyboard.start()
        self.field.show("")
        self._find()

    def _typed(self, entry: str) -> None:
        self.field.show(entry)
        self._find()

    def _open_keyboard(self) -> None:
        if not self._typing:
            self._typing = True
            self.drop(self._title, *self.shelves.values())
            self.add(self.keyboard)
            self.field.focus(focused=True)
            self.arrange(self.area)

    def _close_keyboard(self) -> None:
        self._typing = False
        self.drop(self.keyboard)
        self.add(self._title, *self.shelves.values())
        self.field.focus(focused=False)
        self.arrange(self.area)

    def _rearrange(self) -> None:
        self.arrange(self.area)

    def _back(self) -> None:
        self.kit.submit(ViewRequested("basket"))
