"""A few large choices under a title: how much shall be on a gift card, in how many parts a card shall pay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kiosk.checkout.inputs import GiftAmountChosen, TenderChosen, ViewRequested
from kiosk.checkout.screen import GiftAmountBody, InstalmentsBody, Part, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View
from ui.theme import TypeSize
from ui.widgets.button import PushButton

__all__ = ["GiftAmountView", "InstalmentsView"]

_FEW = 4
"""Up to as many choices stand in two columns, more in three."""


class _Choices(View):
    """The layout of both: a title, what it is about, tiles, and a way back."""

    def __init__(self, kit: Kit, title: str, back: str) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say(title))
        self._said = kit.words("", TypeSize.LEAD, colour=kit.theme.muted)
        self.tiles: list[PushButton] = []
        self.back = PushButton(kit, kit.say(back), self._back, icon="back")
        self.add(self._title, self._said, self.back)

    def offer(self, tiles: Sequence[PushButton]) -> None:
        """These choices and no others."""
        self.drop(*self.tiles)
        self.tiles = list(tiles)
        self.add(*self.tiles)
        if self.area.w:
            self.arrange(self.area)

    def arrange(self, area: Area) -> None:
        """Tiles in two or three columns; on a tall window in one or two."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        said, rest = rest.top(kit.tall(56), kit.px(8))
        self._said.place(said)
        bottom, rest = rest.bottom(kit.px(104), kit.px(16))
        self.back.place(bottom.left(max(kit.px(320), self.back.natural_width()))[0])
        gap, count = kit.px(16), max(1, len(self.tiles))
        columns = min(count, (1 if count <= _FEW else 2) if kit.portrait else (2 if count <= _FEW else 3))
        lines = -(-count // columns)
        tallest = lines * kit.tall(190) + (lines - 1) * gap
        places = [
            cell for row in rest.top(min(rest.h, tallest))[0].rows(lines, gap) for cell in row.columns(columns, gap)
        ]
        for tile, place in zip(self.tiles, places, strict=False):
            tile.place(place)

    def _back(self) -> None:
        raise NotImplementedError


class GiftAmountView(_Choices):
    """Draws ``GiftAmountBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, "value.how_much", "button.back")

    def show(self, screen: Screen) -> None:
        """Draw the amounts."""
        body, kit = screen.body, self.kit
        assert isinstance(body, GiftAmountBody)  # noqa: S101 - the stage gives each view its own kind
        self._said.say(kit.say("value.for_card", number=kit.speaker.digits(body.number)))
        self.offer(
            [
                PushButton(
                    kit,
                    kit.money(amount),
                    partial(kit.submit, GiftAmountChosen(amount.minor)),
                    role="key",
                    icon="gift",
                    icon_size=56,
                    size=TypeSize.TITLE,
                    face="Bold",
                    stacked=True,
                )
                for amount in body.amounts
            ]
        )

    def _back(self) -> None:
        self.kit.submit(ViewRequested("basket"))


class InstalmentsView(_Choices):
    """Draws ``InstalmentsBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit, "instalments.title", "value.other_way")

    def show(self, screen: Screen) -> None:
        """Draw the plans."""
        body, kit = screen.body, self.kit
        assert isinstance(body, InstalmentsBody)  # noqa: S101 - the stage gives each view its own kind
        self._said.say(f"{kit.say('basket.due')}: {kit.money(body.amount)}")
        self.offer([self._tile(body.tender.tender_id, part) for part in body.choices])

    def _tile(self, tender_id: str, part: Part) -> PushButton:
        kit = self.kit
        if part.count == 1:
            said = kit.say("instalments.at_once")
        else:
            each = kit.say("instalments.parts", count=part.count, each=part.each)
            by = part.by or "merchant"
            said = f"{each}\n{kit.say(f'instalments.{by}')}"
        chosen = TenderChosen(tender_id, instalments=part.count, instalments_by=part.by)
        return PushButton(
            kit, said, partial(kit.submit, chosen), role="key", size=TypeSize.LEAD, face="Bold", radius=20
        )

    def _back(self) -> None:
        self.kit.submit(ViewRequested("tender_choice"))
