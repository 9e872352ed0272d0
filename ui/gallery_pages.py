"""The pages of the gallery: samples of each widget, and their contact sheet."""

from __future__ import annotations

from typing import Final

from kivy.base import EventLoop
from kivy.graphics import Color, Rectangle
from PIL import Image

from kiosk.checkout.look_up import LookUp
from kiosk.checkout.screen import LineView, Money, TotalsView
from kiosk.i18n.translate import Translator
from ui.area import Area
from ui.capture import capture
from ui.icons import ICONS
from ui.kit import Kit
from ui.pictures import Pictures
from ui.theme import HIGH_CONTRAST, NORMAL, STAFF, STAFF_HIGH_CONTRAST, Theme, TypeSize, rgba
from ui.widgets.block import Block
from ui.widgets.button import PushButton, Role
from ui.widgets.field import Field
from ui.widgets.hint import Hint
from ui.widgets.icon import Icon
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.line_row import LineRow, LineTouches, row_height
from ui.widgets.notice import Level, NoticeStrip
from ui.widgets.progress import Progress
from ui.widgets.totals import TotalsCard

__all__ = ["PAGES", "sheet"]

PAGES: Final[tuple[tuple[str, Theme, bool], ...]] = (
    ("bn", NORMAL, False),
    ("en", NORMAL, True),
    ("pt_BR", HIGH_CONTRAST, False),
    ("bn", HIGH_CONTRAST, True),
    ("en", STAFF, False),
    ("pt_BR", STAFF_HIGH_CONTRAST, False),
)
"""(language, theme, large text) of each page."""

_ACROSS: Final = 3
_BANANAS: Final = {"bn": "সাগর কলা", "en": "Bananas", "pt_BR": "Bananas"}
_OFFER: Final = {"bn": "৩টি কিনলে ১টি ফ্রি", "en": "Buy 3, pay for 2", "pt_BR": "Leve 3, pague 2"}


def _nothing(*_: object) -> None:
    """What a sample's button does."""


def _no_look_up() -> LookUp:
    """No widget of the gallery looks anything up."""
    raise LookupError


def _taka(minor: int) -> Money:
    return Money(minor, "BDT")


def _line(*, latest: bool) -> LineView:
    saved = () if latest else ((_OFFER, _taka(12_000)),)
    price, sum_ = _taka(12_000), _taka(36_000)
    return LineView(1, _BANANAS, None, "each", 3, None, price, sum_, sum_, saved=saved, latest=latest)


def _totals() -> TotalsView:
    return TotalsView(6, _taka(72_000), _taka(12_000), (), True, _taka(60_000), _taka(0), _taka(60_000))  # noqa: FBT003


class Page(Block):
    """All widgets in one look."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        with self.canvas.before:
            Color(*rgba(kit.theme.ground))
            self._rectangle = Rectangle()

    def arrange(self, area: Area) -> None:
        """Buttons, icons, notices and a line at the left; sums, fields and keys at the right."""
        self._rectangle.pos, self._rectangle.size = (area.x, area.y), (area.w, area.h)
        left, right = area.inset(24).columns(2, 24)
        left = self._buttons(left)
        left = self._icons(left)
        left = self._notices(left)
        self._lines(left)
        self._right(right)

    def _put(self, widget: Block, place: Area) -> None:
        self.add(widget)
        widget.place(place)

    def _buttons(self, area: Area) -> Area:
        roles: tuple[Role, ...] = (
            "primary", "secondary", "soft", "danger", "alarm", "ghost", "help", "bar", "key", "key_soft", "step",
        )  # fmt: skip
        rows, rest = area.top(3 * 88 + 2 * 12, 16)
        places = [cell for row in rows.rows(3, 12) for cell in row.columns(4, 12)]
        for role, place in zip(roles, places, strict=False):
            self._put(PushButton(self.kit, self.kit.say("button.ok"), _nothing, role=role, icon="check"), place)
        off = PushButton(self.kit, self.kit.say("button.ok"), _nothing, role="primary", icon="check")
        off.enable(False)  # noqa: FBT003 - a switch
        self._put(off, places[-1])
        return rest

    def _icons(self, area: Area) -> Area:
        rows, rest = area.top(3 * 48, 16)
        places = [cell for row in rows.rows(3, 0) for cell in row.columns(13, 0)]
        for name, place in zip(ICONS, places, strict=False):
            self._put(Icon(self.kit, name, 36, self.kit.theme.ink), place)
        return rest

    def _notices(self, area: Area) -> Area:
        levels: tuple[tuple[Level, str], ...] = (
            ("info", "power.restored"),
            ("warning", "code.unknown"),
            ("error", "pay.declined"),
        )
        for level, said in levels:
            place, area = area.top(self.kit.tall(72), 12)
            strip = NoticeStrip(self.kit)
            strip.show(self.kit.say(said), level)
            self._put(strip, place)
        return area

    def _lines(self, area: Area) -> None:
        touches = LineTouches(_nothing, _nothing, _nothing, _nothing)
        for latest in (False, True):
            row = LineRow(self.kit, touches)
            line = _line(latest=latest)
            row.show(line)
            place, area = area.top(row_height(self.kit, line), 8)
            self._put(row, place)

    def _right(self, area: Area) -> None:
        kit = self.kit
        top, area = area.top(300, 16)
        sums, keys = top.columns(2, 16)
        card = TotalsCard(kit)
        card.show(_totals())
        self._put(card, sums)
        self._put(Keypad(kit, _nothing, longest=4), keys)
        hint, area = area.top(kit.tall(96), 16)
        scan = Hint(kit)
        scan.show(kit.say("basket.hint.next"))
        self._put(scan, hint)
        field, area = area.top(72, 16)
        search = Field(kit, kit.say("look_up.search_hint"), _nothing, icon="search", size=TypeSize.BODY)
        search.focus(focused=True)
        self._put(search, field)
        dots, area = area.top(40, 16)
        self._put(Progress(kit), dots)
        self._put(Keyboard(kit, _nothing, _nothing, _nothing), area.top(340)[0])


def sheet(size: tuple[int, int]) -> Image.Image:
    """Every page beside the others. Opens the window of this process."""
    EventLoop.ensure_window()
    window = EventLoop.window
    down = -(-len(PAGES) // _ACROSS)
    whole = Image.new("RGB", (size[0] * _ACROSS, size[1] * down))
    for number, (language, theme, large) in enumerate(PAGES):
        page = Page(_kit(language, theme, large=large))
        window.add_widget(page)
        page.place(Area(0, 0, *size))
        whole.paste(capture(), (number % _ACROSS * size[0], number // _ACROSS * size[1]))
        window.remove_widget(page)
    return whole


def _kit(language: str, theme: Theme, *, large: bool) -> Kit:
    return Kit(
        theme=theme,
        speaker=Translator(language),
        speaker_of=Translator,
        language=language,
        unit=1.0,
        large=large,
        portrait=False,
        calm=True,
        submit=_nothing,
        look_up=_no_look_up,
        pictures=Pictures(),
    )
