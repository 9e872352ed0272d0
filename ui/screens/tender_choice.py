"""How to pay: a large tile for each way, the sum beside them."""

from __future__ import annotations

from functools import partial
from typing import Final

from kiosk.checkout.inputs import CounterChosen, TenderChosen, ViewRequested
from kiosk.checkout.screen import BuyerView, Screen, TenderChoiceBody, TenderType
from ui.area import Area
from ui.icons import ICONS
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.points import PointsStrip
from ui.widgets.totals import TotalsCard

__all__ = ["TenderChoiceView", "tender_icon"]

_ICONS: Final = {
    "card": "card",
    "cash": "cash",
    "qr": "qr",
    "voucher": "voucher",
    "points": "star",
    "stored_value": "gift",
    "paper_voucher": "receipt",
}


_THREE: Final = 720
"""Three tiles side by side need as much width."""
_MANY: Final = 4
"""More ways than this stand closer together, each with its picture beside its name where there is little room."""
_VERY_MANY: Final = 6
"""With more than this, names are no larger than other words."""


def tender_icon(tender: TenderType) -> str:
    """The picture of a way to pay: its own, where it names one that there is."""
    return tender.icon if tender.icon in ICONS else _ICONS[tender.kind]


class _TenderTile(Block):
    """A way to pay, and why it cannot be used where it cannot."""

    def __init__(self, kit: Kit, tender: TenderType, *, beside: int) -> None:
        super().__init__(kit)
        said = kit.speaker.name(tender.names) or kit.say(f"tender.{tender.kind}")
        choose = partial(kit.submit, TenderChosen(tender.tender_id))
        self.button = PushButton(
            kit,
            said,
            choose,
            role="key",
            icon=tender_icon(tender),
            icon_size=48 if beside > _MANY else 80,
            size=TypeSize.BODY if beside > _VERY_MANY else TypeSize.LEAD,
            face="Bold",
            stacked=True,
        )
        self._why = kit.words("", TypeSize.NOTE, colour=kit.theme.on_faded, align="center")
        self.add(self.button)

    def show(self, why: str, *, apart: bool) -> None:
        """Usable, or not and why; ``apart``: that is said once for all tiles."""
        self.button.enable(not why)
        self._why.say("" if apart else why)
        self.keep(self._why, bool(self._why.text))

    def arrange(self, area: Area) -> None:
        """The reason stands in the lower part of the tile."""
        self.button.place(area)
        if self._why.text:
            top = area.bottom(area.h * 38 // 100)
            self.button.place(area)
            self._why.place(top[0].inset(self.kit.px(12), self.kit.px(6)))


class TenderChoiceView(View):
    """Draws ``TenderChoiceBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("pay.title"))
        self._totals = TotalsCard(kit)
        self.tiles: dict[str, _TenderTile] = {}
        self.points = PointsStrip(kit)
        self.counter: PushButton | None = None
        self.buyer = PushButton(kit, "", self._buyer, icon="receipt", icon_size=36)
        self._reasons = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self.back = PushButton(kit, kit.say("pay.back"), self._back, icon="back", size=TypeSize.BODY)
        self.add(self._title, self._totals, self.back)

    def show(self, screen: Screen) -> None:
        """Draw the ways to pay."""
        body = screen.body
        assert isinstance(body, TenderChoiceBody)  # noqa: S101 - the stage gives each view its own kind
        self._totals.show(body.totals)
        offered = {tender.tender_id: tender for tender in body.tenders if tender.kind != "points"}
        self.keep(self.points, body.points)
        if body.points is not None:
            self.points.show(body.points)
        self.keep(self.buyer, body.buyer)
        if body.buyer is not None:
            self.buyer.say(_of_buyer(self.kit, body.buyer))
        why = dict(body.unavailable)
        if list(offered) != list(self.tiles) or body.counter != (self.counter is not None):
            self._lay_out(offered, counter=body.counter)
        for tender_id, tile in self.tiles.items():
            tile.show(self.kit.say(why[tender_id]) if tender_id in why else "", apart=len(self.tiles) > _MANY)
        reasons = dict.fromkeys(self.kit.say(each) for each in why.values()) if len(self.tiles) > _MANY else {}
        self._reasons.say("\n".join(reasons))
        self.keep(self._reasons, bool(reasons))
        if self.area.w:
            self.arrange(self.area)

    def _lay_out(self, offered: dict[str, TenderType], *, counter: bool) -> None:
        """A tile for each way, and one for the counter behind them."""
        self.drop(*self._placed())
        beside = len(offered) + counter
        self.tiles = {tender_id: _TenderTile(self.kit, tender, beside=beside) for tender_id, tender in offered.items()}
        self.counter = _to_counter(self.kit, beside) if counter else None
        self.add(*self._placed())

    def _placed(self) -> tuple[Block, ...]:
        """The tiles in the order of the screen."""
        return (*self.tiles.values(), *((self.counter,) if self.counter is not None else ()))

    def arrange(self, area: Area) -> None:
        """Tiles in two columns, the sum at the side."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(8))
        self._title.place(title)
        first, second = side_by_side(kit, rest, side=404, below=400 if len(self.tiles) > _MANY else 480)
        back, totals = second.bottom(kit.px(104), kit.px(16))
        self.back.place(back)
        self._totals.place(totals)
        gap = kit.px(16)
        if self.buyer.parent is not None:
            first = self._arrange_buyer(title, first)
        if self.points.parent is not None:
            strip, first = first.bottom(PointsStrip.height_in(kit), gap)
            self.points.place(strip)
        if self._reasons.parent is not None:
            said = 1 + self._reasons.text.count("\n")
            strip, first = first.bottom(kit.tall(34) * said, kit.px(8))
            self._reasons.place(strip)
        placed = self._placed()
        count = max(1, len(placed))
        columns = 1 if count == 1 else 3 if count > _MANY and self._three(first) else 2
        lines = -(-count // columns)
        each, more = divmod(count, lines)
        rows = first.rows(lines, gap)
        places = [cell for at, row in enumerate(rows) for cell in row.columns(each + (at < more), gap)]
        for tile, place in zip(placed, places, strict=False):
            tile.place(place)

    def _arrange_buyer(self, title: Area, first: Area) -> Area:
        """Below the tiles; beside the title where points stand below them. Gives what is left for the tiles."""
        kit = self.kit
        if self.points.parent is None:
            strip, first = first.bottom(max(kit.px(88), kit.tall(60)), kit.px(16))
            self.buyer.place(strip)
            return first
        strip, rest = title.right(min(self.buyer.natural_width(), title.w * 3 // 5), kit.px(16))
        self.buyer.place(strip.centre(strip.w, title.h - kit.px(8)))
        self._title.place(rest)
        return first

    def _buyer(self) -> None:
        self.kit.submit(ViewRequested("buyer"))

    def _three(self, area: Area) -> bool:
        """Whether three tiles stand side by side with their names whole."""
        return area.w >= self.kit.px(_THREE) and not (self.kit.large and self.kit.portrait)

    def _back(self) -> None:
        self.kit.submit(ViewRequested("basket"))


def _to_counter(kit: Kit, beside: int) -> PushButton:
    """The tile of those who will pay a person."""
    return PushButton(
        kit,
        kit.say("counter.choose"),
        partial(kit.submit, CounterChosen()),
        role="key",
        icon="person",
        icon_size=48 if beside > _MANY else 80,
        size=TypeSize.BODY if beside > _VERY_MANY else TypeSize.LEAD,
        face="Bold",
        stacked=True,
    )


def _of_buyer(kit: Kit, buyer: BuyerView) -> str:
    """What is on the document, or whether something should be."""
    if buyer.given:
        return kit.say("buyer.given", number=kit.speaker.digits(buyer.given))
    return kit.say("buyer.must" if buyer.required else "buyer.offer", label=buyer.label)
