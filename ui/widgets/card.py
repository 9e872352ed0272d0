"""A card: a raised surface that holds what belongs together."""

from __future__ import annotations

from ui.area import Area
from ui.kit import Kit
from ui.theme import RADIUS
from ui.widgets.block import Block

__all__ = ["Card"]


class Card(Block):
    """An empty surface; whoever uses it places parts inside ``inner``."""

    def __init__(self, kit: Kit, *, colour: str = "", padding: int = 24, shadow: bool = True) -> None:
        super().__init__(kit)
        self._ground = self.ground(colour or kit.theme.card, radius=RADIUS, shadow=shadow)
        self._padding = kit.px(padding)

    @property
    def inner(self) -> Area:
        """Where its contents stand."""
        return self.area.inset(self._padding)

    def paint(self, colour: str) -> None:
        """Another ground (``RRGGBB``)."""
        self._ground.paint(colour)

    def arrange(self, area: Area) -> None:
        """The surface."""
        self._ground.place(area)
