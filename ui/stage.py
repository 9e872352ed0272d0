"""The whole window: header, the view of the moment, notices, sheets. It draws ``Screen`` values; the latest wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from kivy.animation import Animation
from kivy.base import EventLoop
from kivy.clock import Clock

from kiosk.checkout.inputs import (
    AccessibilityChosen,
    HelpPressed,
    LanguageChosen,
    ShopperArrived,
    Touch,
    ViewRequested,
)
from kiosk.checkout.look_up import LookUp
from kiosk.checkout.screen import (
    AttractBody,
    Body,
    Chrome,
    DevicesBody,
    OutOfServiceBody,
    Screen,
    StaffBody,
    StaffSignInBody,
)
from ui.area import Area
from ui.kit import Kit, Speaker, no_frames
from ui.pictures import Pictures
from ui.screens.view import View
from ui.theme import HIGH_CONTRAST, NORMAL, STAFF, STAFF_HIGH_CONTRAST, Motion, Theme, TypeSize, rgba
from ui.widgets.answers import questions_sheet
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.header import LANGUAGE_NAMES, Header, HeaderTouches
from ui.widgets.notice import NoticeStrip
from ui.widgets.sheet import Sheet

__all__ = ["Stage", "Surroundings"]

_WIDE: Final = (1280, 800)
_TALL: Final = (800, 1280)
_WARNING_ROW: Final = 36


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the stage is given once: who takes touches, where items are looked up, who speaks, where pictures lie.

    ``still_here`` hears of each finger that asked for nothing: a key of a word, a list drawn along.
    """

    submit: Callable[[Touch], None]
    look_up: Callable[[], LookUp]
    speaker: Callable[[str], Speaker]
    views: Mapping[type[Body], Callable[[Kit], View]]
    pictures: Pictures = field(default_factory=Pictures)
    frames: Callable[[str], tuple[bytes, ...]] = no_frames
    calm: bool = False
    still_here: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class _Look:
    """Everything that makes the screens be built anew."""

    language: str
    large: bool
    contrast: bool
    staff: bool
    size: tuple[int, int]


def _theme(look: _Look) -> Theme:
    if look.staff:
        return STAFF_HIGH_CONTRAST if look.contrast else STAFF
    return HIGH_CONTRAST if look.contrast else NORMAL


class Stage:
    """Owns ``root``, the one widget in the window."""

    def __init__(self, surroundings: Surroundings, size: tuple[int, int]) -> None:
        self._surroundings = surroundings
        self._size = size
        self._look: _Look | None = None
        self._screen: Screen | None = None
        self._views: dict[type[Body], View] = {}
        self.view: View | None = None
        self.header: Header | None = None
        self.notice: NoticeStrip | None = None
        self.answers: PushButton | None = None
        self.sheet: Sheet | None = None
        self.warning: NoticeStrip | None = None
        self.training: NoticeStrip | None = None
        self.still_there: Sheet | None = None
        self._asked = False
        self._look_whether_asked = Clock.create_trigger(self._touched, -1)
        self.root = Block(self._kit(_Look("en", large=False, contrast=False, staff=False, size=size)))
        self.root.bind(on_touch_down=self._begins, on_touch_up=self._ends)

    @property
    def kit(self) -> Kit:
        """How the screen looks and speaks now."""
        return self.root.kit

    @property
    def screen(self) -> Screen | None:
        """What is on show."""
        return self._screen

    def show(self, screen: Screen) -> None:
        """Draw this; equal screens cost nothing."""
        if screen == self._screen:
            return
        earlier, self._screen = self._screen, screen
        look = self._look_of(screen)
        if look != self._look:
            self._restyle(look)
        self._show_view(screen)
        self._show_header(screen)
        self._show_warnings(screen)
        self._show_notice(screen, earlier)
        self._show_leaving(screen)
        self._arrange()

    def resize(self, size: tuple[int, int]) -> None:
        """The window has another size."""
        if size == self._size:
            return
        self._size = size
        screen, self._screen = self._screen, None
        if screen is not None:
            self.show(screen)

    def _look_of(self, screen: Screen) -> _Look:
        chrome = screen.chrome
        staff = isinstance(screen.body, StaffBody | StaffSignInBody | DevicesBody) or chrome.staff is not None
        return _Look(chrome.language, chrome.large_text, chrome.high_contrast, staff, self._size)

    def _kit(self, look: _Look) -> Kit:
        wide, tall = look.size
        portrait = tall > wide
        design = _TALL if portrait else _WIDE
        around = self._surroundings
        return Kit(
            theme=_theme(look),
            speaker=around.speaker(look.language),
            speaker_of=around.speaker,
            language=look.language,
            unit=min(wide / design[0], tall / design[1]),
            large=look.large,
            portrait=portrait,
            calm=around.calm,
            submit=self._submit,
            look_up=around.look_up,
            pictures=around.pictures,
            frames=around.frames,
        )

    def _restyle(self, look: _Look) -> None:
        """Put everything away and begin anew in another look."""
        self._look = look
        if self.view is not None:
            self.view.close()
        self.root.clear_widgets()
        self._views, self.view, self.sheet, self.still_there = {}, None, None, None
        kit = self.root.kit = self._kit(look)
        # The window is cleared anyway: a ground of our own would cost a fill.
        EventLoop.window.clearcolor = rgba(kit.theme.ground)
        touches = HeaderTouches(
            language=self._ask_language,
            text_size=partial(self._access, "large_text"),
            contrast=partial(self._access, "high_contrast"),
            help=partial(self._submit, HelpPressed()),
            brand=self._staff_door,
        )
        self.header = Header(kit, touches, staff=look.staff)
        self.notice = NoticeStrip(kit, shadow=True)
        self.answers = PushButton(kit, kit.say("help.answers"), self._ask_answers, role="key", icon="info")
        self.warning = NoticeStrip(kit, size=TypeSize.NOTE, radius=1)
        self.training = NoticeStrip(kit, size=TypeSize.NOTE, radius=1)
        self.training.show(kit.say("training.band"), "error")

    def _show_view(self, screen: Screen) -> None:
        kind = type(screen.body)
        view = self._views.get(kind)
        if view is None:
            view = self._views[kind] = self._surroundings.views[kind](self.kit)
        if view is not self.view:
            if self.view is not None:
                self.view.close()
                Animation.cancel_all(self.view)
                self.root.remove_widget(self.view)
            self._close_sheet()
            self.view = view
            self.root.add_widget(view, index=len(self.root.children))
            self._fade_in(view)
        view.show(screen)

    def _fade_in(self, view: View) -> None:
        view.opacity = 1 if self.kit.calm else 0.0
        if not self.kit.calm:
            Animation(opacity=1, duration=Motion.QUICK, t="out_quad").start(view)

    def _show_header(self, screen: Screen) -> None:
        assert self.header is not None  # noqa: S101 - made with the look
        self.root.keep(self.header, not isinstance(screen.body, AttractBody | OutOfServiceBody))
        self.header.show(screen.chrome)

    def _show_warnings(self, screen: Screen) -> None:
        """One bar for what lasts. Of several the last is said: devices stand behind the network, and matter more.

        While there is training that is said instead, over everything.
        """
        assert self.warning is not None  # noqa: S101 - made with the look
        if screen.warnings:
            self.warning.show(self.kit.say(screen.warnings[-1]), "warning")
        self.root.keep(self.warning, screen.warnings and not screen.chrome.training)
        assert self.training is not None  # noqa: S101 - made with the look
        self.root.keep(self.training, screen.chrome.training)

    def _show_notice(self, screen: Screen, earlier: Screen | None) -> None:
        assert self.notice is not None  # noqa: S101 - made with the look
        assert self.answers is not None  # noqa: S101 - made with the look
        notice, chrome = screen.notice, screen.chrome
        called = (chrome.help_called or chrome.staff_coming) and chrome.staff is None
        if notice is not None:
            self.notice.show(self.kit.say(notice.text), notice.level)
        elif called:
            self.notice.show(_called(self.kit, chrome), "warning", "hand")
        shown = notice is not None or called
        if shown and (self.notice.parent is None or (earlier is not None and earlier.notice != notice)):
            self.root.drop(self.notice)
            self.notice.appear()
        self.root.keep(self.notice, shown)
        self.root.keep(self.answers, called and notice is None)
        if self.sheet is not None and shown:
            self.root.drop(self.sheet)
            self.root.add(self.sheet)

    def _show_leaving(self, screen: Screen) -> None:
        """Ask whoever seems to have left, over everything else."""
        if self.still_there is not None:
            self.root.drop(self.still_there)
            self.still_there = None
        if screen.leaving is not None:
            kit = self.kit
            here = PushButton(kit, kit.say("leaving.stay"), self._here, role="primary", size=TypeSize.LEAD)
            title, said = kit.say("leaving.title"), kit.say(screen.leaving)
            self.still_there = Sheet(kit, icon="clock", title=title, said=said, parts=(here,))
            self.root.add(self.still_there)

    def _here(self) -> None:
        """Nothing else is asked for: that somebody touched the glass is what they are asked."""

    def _arrange(self) -> None:
        kit = self.kit
        window = Area(0, 0, *self._size)
        self.root.area = window
        self.root.pos, self.root.size = (0, 0), self._size
        rest = window
        assert self.header is not None  # noqa: S101 - made with the look
        assert self.view is not None  # noqa: S101 - shown before
        assert self.notice is not None  # noqa: S101 - made with the look
        assert self.warning is not None  # noqa: S101 - made with the look
        assert self.training is not None  # noqa: S101 - made with the look
        if self.training.parent is not None:
            bar, rest = rest.top(kit.tall(_WARNING_ROW))
            self.training.place(bar)
        if self.header.parent is not None:
            bar, rest = rest.top(Header.height_in(kit))
            self.header.place(bar)
        if self.warning.parent is not None:
            bar, rest = rest.top(kit.tall(_WARNING_ROW))
            self.warning.place(bar)
        self.view.place(rest)
        strip = self.view.notice_area(rest)
        if self.answers is not None and self.answers.parent is not None:
            button, strip = strip.right(self.answers.natural_width(), kit.px(12))
            self.answers.place(button)
        self.notice.place(strip)
        for sheet in (self.sheet, self.still_there):
            if sheet is not None:
                sheet.place(window)

    # --- fingers ---------------------------------------------------------------------------------------------------

    def _submit(self, touch: Touch) -> None:
        self._asked = True
        self._surroundings.submit(touch)

    def _begins(self, *_: object) -> None:
        self._asked = False

    def _ends(self, *_: object) -> None:
        """What the touch does, it does after this: look before the next frame."""
        self._look_whether_asked()

    def _touched(self, _delay: float) -> None:
        if not self._asked:
            self._surroundings.still_here()

    # --- what the header's buttons do ------------------------------------------------------------------------------

    def _chrome(self) -> Chrome:
        assert self._screen is not None  # noqa: S101 - buttons exist only on a screen
        return self._screen.chrome

    def _staff_door(self) -> None:
        signed_in = self._chrome().staff is not None
        self._submit(ViewRequested("staff" if signed_in else "staff_sign_in"))

    def _access(self, what: str) -> None:
        chrome = self._chrome()
        chosen = AccessibilityChosen(chrome.large_text, chrome.high_contrast)
        self._submit(replace(chosen, **{what: not getattr(chosen, what)}))

    def _ask_language(self) -> None:
        chrome = self._chrome()
        parts = tuple(
            PushButton(
                self.kit,
                LANGUAGE_NAMES.get(language, language),
                partial(self._choose_language, language),
                role="primary" if language == chrome.language else "secondary",
                size=TypeSize.LEAD,
            )
            for language in chrome.languages
        )
        title = self.kit.say("chrome.language")
        self._show_sheet(Sheet(self.kit, icon="language", title=title, parts=parts, part_height=88))

    def _choose_language(self, language: str) -> None:
        self._close_sheet()
        attract = self._screen is not None and isinstance(self._screen.body, AttractBody)
        self._submit(ShopperArrived(language) if attract else LanguageChosen(language))

    def _ask_answers(self) -> None:
        self._show_sheet(questions_sheet(self.kit, self._show_sheet, self._close_sheet))

    def _show_sheet(self, sheet: Sheet) -> None:
        self._close_sheet()
        self.sheet = sheet
        self.root.add(sheet)
        sheet.place(Area(0, 0, *self._size))

    def _close_sheet(self) -> None:
        if self.sheet is not None:
            self.root.drop(self.sheet)
            self.sheet = None


def _called(kit: Kit, chrome: Chrome) -> str:
    """What somebody who waits for staff is told."""
    if chrome.staff_coming:
        return kit.say("help.on_the_way")
    if chrome.help_place > 1:
        return kit.say("help.place", place=chrome.help_place)
    return kit.say("help.next" if chrome.help_place else "help.coming")
