"""The button: a large coloured target with words, an icon, or both. It answers the finger within a frame.

It is not called ``Button``, for Kivy would draw its own button into any class of that name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ui.area import Area
from ui.kit import Kit
from ui.text import Face
from ui.theme import RADIUS, TypeSize
from ui.widgets.block import Block
from ui.widgets.icon import Icon

__all__ = ["SCROLLED", "PushButton", "Role"]

Role = Literal["primary", "secondary", "soft", "danger", "alarm", "ghost", "help", "bar", "key", "key_soft", "step"]
SCROLLED = "scrolled"
"""What a scroller writes into a touch that turned out to be a drag; a button then lets go of it."""

_COLOURS: dict[Role, tuple[str, str, str]] = {
    "primary": ("primary", "primary_down", "on_primary"),
    "secondary": ("quiet", "quiet_down", "on_quiet"),
    "soft": ("soft", "quiet_down", "on_soft"),
    "danger": ("danger", "danger_down", "on_danger"),
    "alarm": ("alarm", "quiet_down", "on_alarm"),
    "ghost": ("ground", "quiet_down", "ink"),
    "help": ("help", "help_down", "on_help"),
    "bar": ("bar_quiet", "bar_quiet_down", "on_bar_quiet"),
    "key": ("card", "quiet_down", "ink"),
    "step": ("card", "quiet_down", "on_soft"),
    "key_soft": ("quiet", "quiet_down", "on_quiet"),
}
"""Role -> tokens of the ground, of the ground under a finger, and of words and icon."""

_OUTLINED: Final[frozenset[Role]] = frozenset({"key", "step"})
"""Roles that stand on cards of their own colour."""


class PushButton(Block):
    """Calls ``pressed`` when a touch that began on it ends on it. ``stacked`` sets the icon above the words."""

    def __init__(
        self,
        kit: Kit,
        words: str,
        pressed: Callable[[], None],
        *,
        role: Role = "secondary",
        icon: str = "",
        icon_size: int = 32,
        size: int = TypeSize.BODY,
        face: Face = "SemiBold",
        stacked: bool = False,
        trailing: bool = False,
        radius: float = RADIUS,
    ) -> None:
        super().__init__(kit)
        self.pressed = pressed
        self.role: Role = role
        self.enabled = True
        self.down = False
        self._stacked, self._trailing = stacked, trailing
        ground, _, ink = (kit.theme.colour(token) for token in _COLOURS[role])
        outlined = kit.theme.outline if role in _OUTLINED else ""
        self._ground = self.ground(ground, radius=radius, edge=outlined)
        self._icon = Icon(kit, icon, icon_size, ink) if icon else None
        self._icon_side = kit.px(icon_size)
        align: Literal["left", "center"] = "left" if icon and not stacked and not trailing else "center"
        self._words = kit.words(words, size, colour=ink, face=face, align=align)
        self._face: Face = face
        self._type = size
        self.add(self._words)
        if self._icon is not None:
            self.add(self._icon)

    @property
    def words(self) -> str:
        """What it says."""
        return str(self._words.text)

    @property
    def shows(self) -> str:
        """The name of its icon; empty without one."""
        return self._icon.name if self._icon is not None else ""

    def say(self, words: str) -> None:
        """Other words."""
        if words != self._words.text:
            self._words.say(words)
            if self.area.w:
                self.arrange(self.area)

    def icon(self, name: str) -> None:
        """Another icon, where it has one."""
        if self._icon is not None:
            self._icon.become(name)

    def enable(self, enabled: bool) -> None:  # noqa: FBT001 - a switch
        """Whether it may be pressed; a disabled button looks it."""
        if enabled != self.enabled:
            self.enabled, self.down = enabled, False
            self._paint()

    def recast(self, role: Role) -> None:
        """Another role: other colours."""
        if role != self.role:
            self.role = role
            self._paint()

    def natural_width(self) -> int:
        """The width at which words and icon stand comfortably on one line."""
        words = self.kit.wide(self.words, self._type, self._face) if self.words else 0
        icon = self._icon_side if self._icon is not None else 0
        gap = self.kit.px(12) if words and icon else 0
        return words + icon + gap + 2 * self.kit.px(24)

    def _paint(self) -> None:
        theme = self.kit.theme
        ground, down, ink = _COLOURS[self.role]
        if not self.enabled:
            ground, ink = "faded", "on_faded"
        self._ground.paint(theme.colour(down if self.down else ground))
        ink_under = ink
        if theme.edge and self.down and self.role in {"primary", "danger"}:
            ink_under = "on_primary"
        self._words.paint(theme.colour(ink_under))
        if self._icon is not None:
            self._icon.paint(theme.colour(ink_under))

    def arrange(self, area: Area) -> None:
        """Words and icon in the middle, the trailing icon at the right; where they cannot be stacked, in a row."""
        self._ground.place(area)
        inner = area.inset(min(self.kit.px(20), area.w // 12), self.kit.px(4))
        if self._icon is None:
            self._words.place(inner)
        elif not self.words:
            self._icon.place(area)
        elif self._stacked and inner.h >= self._icon_side + self.kit.px(4) + self.kit.type_px(self._type) * 3 // 2:
            self._arrange_stacked(inner)
        elif self._trailing:
            icon, rest = inner.right(self._icon_side, self.kit.px(8))
            self._icon.place(icon)
            self._words.place(Area(rest.x + self._icon_side // 2, rest.y, rest.w - self._icon_side // 2, rest.h))
        else:
            self._arrange_in_a_row(inner)

    def _arrange_stacked(self, inner: Area) -> None:
        assert self._icon is not None  # noqa: S101 - asked for by ``arrange``
        words = min(self.kit.type_px(self._type) * 3, inner.h - self._icon_side)
        block = inner.centre(inner.w, self._icon_side + self.kit.px(8) + words)
        icon, rest = block.top(self._icon_side, self.kit.px(4))
        self._icon.place(icon)
        self._words.place(rest)

    def _arrange_in_a_row(self, inner: Area) -> None:
        assert self._icon is not None  # noqa: S101 - asked for by ``arrange``
        gap = self.kit.px(12)
        room = inner.w - self._icon_side - gap
        longest = max((self.kit.wide(word, self._type, self._face) for word in self.words.split()), default=0)
        self.keep(self._icon, longest <= room)
        if longest > room:  # a word that is whole says more than a picture
            self._words.place(inner)
            return
        words = min(self.kit.wide(self.words, self._type, self._face) + 1, room)
        row = inner.centre(self._icon_side + gap + words, inner.h)
        icon, rest = row.left(self._icon_side, gap)
        self._icon.place(icon)
        self._words.place(rest)

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Take the touch and show it at once."""
        if not self.area.holds(*touch.pos):
            return False
        if touch.is_mouse_scrolling or not self.enabled or self.down:
            return True
        touch.grab(self)
        self.down = True
        self._paint()
        return True

    def on_touch_move(self, touch: Any) -> bool:  # noqa: ANN401 - as above
        """A finger that slides off or drags a list no longer presses."""
        if touch.grab_current is not self:
            return False
        down = self.area.holds(*touch.pos) and not touch.ud.get(SCROLLED)
        if down != self.down:
            self.down = down
            self._paint()
        return True

    def on_touch_up(self, touch: Any) -> bool:  # noqa: ANN401 - as above
        """Press."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        was_down, self.down = self.down, False
        self._paint()
        if was_down and self.enabled and self.area.holds(*touch.pos) and not touch.ud.get(SCROLLED):
            self.pressed()
        return True
