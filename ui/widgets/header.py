"""The bar at the top: whose shop it is, and language, text size, contrast and help within reach on every screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kivy.graphics import Color, Rectangle

from kiosk.checkout.screen import Chrome
from ui.area import Area
from ui.kit import Kit
from ui.theme import MARGIN, TypeSize, rgba
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.icon import Icon

__all__ = ["LANGUAGE_NAMES", "Header", "HeaderTouches"]

LANGUAGE_NAMES: Final = {"bn": "বাংলা", "en": "English", "pt_BR": "Português"}
"""Each language by its own name: somebody who cannot read the screen must find it."""


@dataclass(frozen=True, slots=True)
class HeaderTouches:
    """What its buttons call."""

    language: Callable[[], None]
    text_size: Callable[[], None]
    contrast: Callable[[], None]
    help: Callable[[], None]
    brand: Callable[[], None]


class Header(Block):
    """Built for one look; ``show`` only fills in names and states."""

    def __init__(self, kit: Kit, touches: HeaderTouches, *, staff: bool) -> None:
        super().__init__(kit)
        self._staff = staff
        with self.canvas.before:
            Color(*rgba(kit.theme.bar))
            self._bar = Rectangle()
            Color(*rgba(kit.theme.bar if staff and not kit.theme.edge else kit.theme.rule))
            self._line = Rectangle()
        self.brand = PushButton(
            kit, "", touches.brand, role="primary", icon="lock" if staff else "leaf", icon_size=36, radius=16
        )
        self._name = kit.words("", TypeSize.LEAD, colour=kit.theme.on_bar, face="Bold")
        self._under = kit.words("", TypeSize.NOTE, colour=kit.theme.on_bar)
        self._offline = Icon(kit, "offline", 32, kit.theme.on_bar)
        language = LANGUAGE_NAMES.get(kit.language, kit.language)
        self.language = PushButton(kit, language, touches.language, role="bar", icon="language", radius=16)
        size = kit.say("chrome.normal_text" if kit.large else "chrome.large_text")
        self.text_size = PushButton(kit, size, touches.text_size, role="bar", icon="text", radius=16)
        self.contrast = PushButton(kit, "", touches.contrast, role="bar", icon="contrast", radius=16)
        self.help = PushButton(
            kit, kit.say("chrome.help"), touches.help, role="help", icon="hand", icon_size=36, radius=16
        )
        self.add(self.brand, self._name, self._under, self.language, self.text_size, self.contrast)
        self.keep(self.help, not staff)

    @staticmethod
    def height_in(kit: Kit) -> int:
        """How tall the bar is, in pixels."""
        return kit.px(88)

    def show(self, chrome: Chrome) -> None:
        """Names and states."""
        kit = self.kit
        if chrome.staff is None:
            self._name.say(kit.speaker.name(chrome.store_name))
            self._under.say("")
        else:
            self._name.say(chrome.staff.name or kit.say("staff.key"))
            named = chrome.staff.names
            role = kit.speaker.name(named) if named else kit.say(f"staff.role.{chrome.staff.role}")
            lane = kit.say("chrome.lane", lane=kit.speaker.digits(chrome.workstation))
            self._under.say(f"{role} · {lane}")
        self.keep(self._offline, not chrome.online)
        self.help.icon("check" if chrome.help_called else "hand")
        if self.area.w:
            self.arrange(self.area)

    def arrange(self, area: Area) -> None:
        """Buttons from the right; the first to lose their words when it grows tight are text size, then language."""
        kit = self.kit
        self._bar.pos, self._bar.size = (area.x, area.y), (area.w, area.h)
        self._line.pos, self._line.size = (area.x, area.y), (area.w, kit.px(1))
        side = kit.px(64)
        inner = area.inset(kit.px(MARGIN), (area.h - side) // 2)
        brand, rest = inner.left(side, kit.px(16))
        self.brand.place(brand)
        for button, width in reversed(self._widths(rest)):
            place, rest = rest.right(width, kit.px(12))
            button.place(place)
        if self._offline.parent is self:
            place, rest = rest.right(kit.px(44), kit.px(8))
            self._offline.place(place)
        if self._under.text:
            name, under = rest.top(kit.px(36))
            self._name.place(name)
            self._under.place(under)
        else:
            self._name.place(rest)

    def _widths(self, room: Area) -> list[tuple[PushButton, int]]:
        side, gap = self.kit.px(72), self.kit.px(12)
        buttons = [button for button in (self.language, self.text_size, self.contrast, self.help) if button.parent]
        full = {self.language: LANGUAGE_NAMES.get(self.kit.language, self.kit.language)}
        full[self.text_size] = self.kit.say("chrome.normal_text" if self.kit.large else "chrome.large_text")
        for button, words in full.items():
            button.say(words)
        for tight in (self.text_size, self.language):
            widths = [max(side, button.natural_width()) for button in buttons]
            if sum(widths) + gap * len(widths) <= room.w - self.kit.px(220):
                break
            tight.say("")
        widths = [max(side, button.natural_width()) if button.words else side for button in buttons]
        return list(zip(buttons, widths, strict=True))
