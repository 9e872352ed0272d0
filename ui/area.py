"""Rectangles to lay widgets out in: cut a piece off one side, keep the rest. Whole pixels, origin bottom left."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Area"]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the window in pixels.

    >>> Area(0, 0, 100, 50).top(20, gap=10)
    (Area(x=0, y=30, w=100, h=20), Area(x=0, y=0, w=100, h=20))
    """

    x: int
    y: int
    w: int
    h: int

    def top(self, height: int, gap: int = 0) -> tuple[Area, Area]:
        """``height`` off the top, and what is left below ``gap``."""
        height = min(height, self.h)
        piece = Area(self.x, self.y + self.h - height, self.w, height)
        return piece, Area(self.x, self.y, self.w, max(0, self.h - height - gap))

    def bottom(self, height: int, gap: int = 0) -> tuple[Area, Area]:
        """``height`` off the bottom, and what is left above ``gap``."""
        height = min(height, self.h)
        piece = Area(self.x, self.y, self.w, height)
        return piece, Area(self.x, self.y + height + gap, self.w, max(0, self.h - height - gap))

    def left(self, width: int, gap: int = 0) -> tuple[Area, Area]:
        """``width`` off the left, and what is left beyond ``gap``."""
        width = min(width, self.w)
        piece = Area(self.x, self.y, width, self.h)
        return piece, Area(self.x + width + gap, self.y, max(0, self.w - width - gap), self.h)

    def right(self, width: int, gap: int = 0) -> tuple[Area, Area]:
        """``width`` off the right, and what is left before ``gap``."""
        width = min(width, self.w)
        piece = Area(self.x + self.w - width, self.y, width, self.h)
        return piece, Area(self.x, self.y, max(0, self.w - width - gap), self.h)

    def inset(self, across: int, down: int | None = None) -> Area:
        """This area less a margin on every side; ``down`` where top and bottom differ from the sides."""
        down = across if down is None else down
        return Area(self.x + across, self.y + down, max(0, self.w - 2 * across), max(0, self.h - 2 * down))

    def columns(self, count: int, gap: int) -> list[Area]:
        """``count`` equal columns, left to right; whole pixels, the last takes the remainder."""
        width = (self.w - gap * (count - 1)) // count
        cells = [Area(self.x + i * (width + gap), self.y, width, self.h) for i in range(count)]
        last = cells[-1]
        cells[-1] = Area(last.x, last.y, self.x + self.w - last.x, last.h)
        return cells

    def rows(self, count: int, gap: int) -> list[Area]:
        """``count`` equal rows, top to bottom."""
        height = (self.h - gap * (count - 1)) // count
        return [Area(self.x, self.y + self.h - height - i * (height + gap), self.w, height) for i in range(count)]

    def centre(self, width: int, height: int) -> Area:
        """An area of at most this size in the middle of this one."""
        width, height = min(width, self.w), min(height, self.h)
        return Area(self.x + (self.w - width) // 2, self.y + (self.h - height) // 2, width, height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h
