"""The base of every widget: it is given an area and places its parts in it, at once and without bindings."""

from __future__ import annotations

from typing import Any

from kivy.graphics import BoxShadow, Color, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from ui.area import Area
from ui.kit import Kit
from ui.theme import RADIUS, rgba

__all__ = ["Block", "Ground"]


_AWAY = 10_000
_HIDDEN = 8


class Ground:
    """A rounded rectangle behind a widget's parts, with the theme's outline, and a shadow if asked for.

    Without an outline it is one shape, not two: where a processor draws the window, every pixel filled twice is time.
    """

    def __init__(
        self,
        kit: Kit,
        canvas: Any,  # noqa: ANN401 - Kivy's canvas has no type
        *,
        colour: str,
        radius: float,
        edge: str = "",
        shadow: bool = False,
    ) -> None:
        self._radius = kit.px(radius)
        self._edge = kit.px(kit.theme.edge or 2) if edge else 0
        self._shadow: BoxShadow | None = None
        self._outer: SmoothRoundedRectangle | None = None
        with canvas:
            if shadow and not kit.theme.edge:
                Color(0.09, 0.13, 0.11, 0.10)
                self._shadow = BoxShadow(
                    offset=(0, -kit.px(3)), blur_radius=kit.px(22), border_radius=(self._radius,) * 4
                )
            if edge:
                self._edge_colour = Color(*rgba(edge))
                self._outer = SmoothRoundedRectangle(radius=[self._radius])
            self._colour = Color(*rgba(colour))
            self._inner = SmoothRoundedRectangle(radius=[max(1, self._radius - self._edge)])

    def paint(self, colour: str) -> None:
        """Another colour; seen with the next frame."""
        self._colour.rgba = rgba(colour)

    def edge(self, colour: str) -> None:
        """Another outline, where there is one."""
        if self._outer is not None:
            self._edge_colour.rgba = rgba(colour)

    def place(self, area: Area) -> None:
        """Where it stands; an empty area hides it.

        It is hidden out of the window: Kivy leaves a smooth rectangle without a size as it was drawn last.
        """
        if not area.w or not area.h:
            area = Area(-_AWAY, -_AWAY, _HIDDEN, _HIDDEN)
        if self._outer is not None:
            self._outer.pos, self._outer.size = (area.x, area.y), (area.w, area.h)
        inner = area.inset(self._edge)
        self._inner.pos, self._inner.size = (inner.x, inner.y), (inner.w, inner.h)
        if self._shadow is not None:
            self._shadow.pos, self._shadow.size = (area.x, area.y), (area.w, area.h)


class Block(Widget):
    """A widget with a kit. ``place`` moves it; ``arrange`` places its parts and is what most blocks write."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(size_hint=(None, None))
        self.kit = kit
        self.area = Area(0, 0, 0, 0)

    def place(self, area: Area) -> None:
        """Stand here."""
        self.area = area
        self.pos, self.size = (area.x, area.y), (area.w, area.h)
        self.arrange(area)

    def arrange(self, area: Area) -> None:
        """Place the parts within ``area``."""

    def add(self, *parts: Widget) -> None:
        """Take parts in, the later ones on top."""
        for part in parts:
            if part.parent is None:
                self.add_widget(part)

    def drop(self, *parts: Widget) -> None:
        """Put parts away."""
        for part in parts:
            if part.parent is self:
                self.remove_widget(part)

    def keep(self, part: Widget, wanted: object) -> None:
        """Take a part in or put it away."""
        if wanted:
            self.add(part)
        else:
            self.drop(part)

    def ground(self, colour: str, *, radius: float = RADIUS, edge: str = "", shadow: bool = False) -> Ground:
        """A ground of this block's own; place it from ``arrange``."""
        if not edge and self.kit.theme.edge:
            edge = self.kit.theme.outline
        return Ground(self.kit, self.canvas.before, colour=colour, radius=radius, edge=edge, shadow=shadow)
