"""The basket: lines at the left; the money and the one thing to do next at the right."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.inputs import (
    BaggingSkipped,
    CheckoutRequested,
    CouponReturnRequested,
    ItemChosen,
    LineVoidRequested,
    OwnBagPlaced,
    QuantityEntered,
    ViewRequested,
)
from kiosk.checkout.screen import BaggingView, BasketBody, HintView, InterventionView, LineView, Screen, TotalsView
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.bagging_hint import BaggingHint
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.coupon_row import CouponRow, coupon_height
from ui.widgets.hint import Hint
from ui.widgets.icon import Icon
from ui.widgets.line_row import LineRow, LineTouches, row_height
from ui.widgets.notice import NoticeStrip
from ui.widgets.offer_hint import OfferHint
from ui.widgets.points import balance_said
from ui.widgets.savings_sheet import SavingsSheet
from ui.widgets.scroller import Row, Scroller
from ui.widgets.totals import TotalsCard

__all__ = ["BasketView"]

_SIDE: Final = 404
_BELOW: Final = 470
_STRIP: Final = 60
_HINT: Final = 112
_FLAT_HINT: Final = 88
_FEW_WAYS: Final = 3


class BasketView(View):
    """Draws ``BasketBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("basket.title"))
        self._count = kit.words("", TypeSize.BODY, colour=kit.theme.muted, align="right", one_line=True)
        self._card = Card(kit)
        self._strips: list[NoticeStrip] = []
        self.lines = Scroller(kit)
        self._empty_icon = Icon(kit, "basket", 120, kit.theme.muted)
        self._empty = kit.words("", TypeSize.LEAD, colour=kit.theme.muted, align="center")
        self.look_up = PushButton(kit, kit.say("basket.look_up"), self._look_up, icon="search", icon_size=36)
        self.loyalty = PushButton(kit, kit.say("basket.loyalty"), self._loyalty, icon="star", icon_size=36)
        self.code = PushButton(kit, kit.say("basket.code"), self._code, icon="tag", icon_size=36)
        self.own_bag = PushButton(kit, kit.say("bagging.own_bag"), self._own_bag, icon="scale", icon_size=36)
        self.bagging = BaggingHint(kit, self._own_bag, self._skip)
        self._earns = kit.words("", TypeSize.NOTE, colour=kit.theme.on_soft, face="SemiBold")
        self._has = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, align="right")
        self._hint = Hint(kit)
        self.offer = OfferHint(kit, self._take)
        self._shown: TotalsView | None = None
        self._totals = TotalsCard(kit, self._explain)
        self.pay = PushButton(
            kit,
            kit.say("basket.pay"),
            self._pay,
            role="primary",
            icon="next",
            size=TypeSize.LEAD,
            face="Bold",
            trailing=True,
        )
        self._touches = LineTouches(less=self._less, more=self._more, number=self._number, void=self._void)
        self._explained: SavingsSheet | None = None
        self.add(self._title, self._count, self._card, self.lines, self.look_up, self.loyalty)
        self.add(self._hint, self._totals, self.pay)

    def show(self, screen: Screen) -> None:
        """Draw the lines, the sums and what blocks them."""
        body = screen.body
        assert isinstance(body, BasketBody)  # noqa: S101 - the stage gives each view its own kind
        kit = self.kit
        self._count.say(kit.say("basket.count", count=body.totals.count) if body.lines else "")
        self._hint.show(kit.say(body.hint))
        self._show_offer(body.hints)
        self._show_bagging(body.bagging, weighs=body.weighs_bags)
        self.keep(self.code, body.types_codes)
        self._shown = body.totals
        self._totals.show(body.totals)
        self.pay.enable(body.can_pay)
        tier = body.member_tier
        self.loyalty.say(kit.say("basket.member_tier", tier=_named(kit, tier)) if tier else kit.say("basket.loyalty"))
        self._earns.say(kit.say("points.earns", points=body.points.earned) if body.points else "")
        self._has.say(balance_said(kit, body.points) if body.points else "")
        self.keep(self._earns, body.points)
        self.keep(self._has, body.points)
        self._show_strips(body.interventions)
        self._show_lines(body)
        self._show_explained(wanted=self._explained is not None and bool(body.totals.savings))
        if self.area.w:
            self.arrange(self.area)

    def _show_lines(self, body: BasketBody) -> None:
        lines, tall = body.lines, coupon_height(self.kit)
        rows: tuple[Row, ...] = tuple(
            Row(line.line, row_height(self.kit, line), line, self._make_row, LineRow.show) for line in lines
        )
        below = [
            *((f"gift {n}", gift) for n, gift in enumerate(body.gifts)),
            *((one.code, one) for one in body.coupons),
        ]
        rows += tuple(Row(key, tall, told, self._make_coupon_row, CouponRow.show) for key, told in below)
        latest = next((line.line for line in lines if line.latest), None)
        self.lines.show(rows, keep_in_sight=latest)
        self._empty.say(self.kit.say("basket.empty") if not rows else "")
        self.keep(self._empty_icon, not rows)
        self.keep(self._empty, not rows)

    def _make_row(self) -> LineRow:
        return LineRow(self.kit, self._touches)

    def _make_coupon_row(self) -> CouponRow:
        return CouponRow(self.kit, self._take_off)

    def _take_off(self, code: str) -> None:
        self.kit.submit(CouponReturnRequested(code))

    def _show_strips(self, interventions: tuple[InterventionView, ...]) -> None:
        interventions = tuple(one for one in interventions if one.kind != "help")
        interventions = interventions[: 1 if self.kit.large else 2]
        while len(self._strips) < len(interventions):
            self._strips.append(NoticeStrip(self.kit, size=TypeSize.NOTE))
        self.drop(*self._strips[len(interventions) :])
        self._strips = self._strips[: len(interventions)]
        for strip, one in zip(self._strips, interventions, strict=True):
            strip.show(self.kit.say(f"line.{one.kind}"), "info" if one.blocks == "nothing" else "warning", "hand")
        self.add(*self._strips)

    def _show_offer(self, hints: tuple[HintView, ...]) -> None:
        """The best hint; in the place of the scanner's where words are of the usual size."""
        for hint in hints[:1]:
            self.offer.show(hint)
        self.keep(self.offer, hints)
        self.keep(self._hint, not hints or self._below_lines)

    def _show_bagging(self, told: BaggingView | None, *, weighs: bool) -> None:
        if told is not None:
            self.bagging.show(told)
        self.keep(self.bagging, told)
        self.keep(self.own_bag, weighs and (told is None or not told.own_bag))

    @property
    def _below_lines(self) -> bool:
        """Large words are wider than the side of a wide window: a hint then stands below the lines."""
        return self.kit.large and not self.kit.portrait

    def _show_explained(self, *, wanted: bool) -> None:
        if not wanted and self._explained is not None:
            self.drop(self._explained)
            self._explained = None
        if wanted and self._shown is not None:
            if self._explained is None:
                self._explained = SavingsSheet(self.kit, self._back)
                self.add(self._explained)
            self._explained.show(self._shown)

    def close(self) -> None:
        """Another screen takes over."""
        self._show_explained(wanted=False)

    @property
    def explained(self) -> SavingsSheet | None:
        """What was saved by which offer, while it is asked for."""
        return self._explained

    def arrange(self, area: Area) -> None:
        """Lines and side; on a tall window the side stands below."""
        kit = self.kit
        first, second = self._halves(area)
        self._arrange_lines(first)
        beside = self._offer_beside
        hint, rest = second.top(self._hint_tall + self._taller(second.w), kit.px(16))
        (self.offer if beside else self._hint).place(hint)
        pay, rest = rest.bottom(kit.px(96 if kit.large else 112), kit.px(16))
        self.pay.place(pay)
        self._totals.place(rest)
        if self._explained is not None:
            self._explained.place(area)

    def _halves(self, area: Area) -> tuple[Area, Area]:
        """Lines and side; on a tall window what an offer's hint needs is taken from the lines, not from the sums."""
        page = self.page(area)
        below = _BELOW + (round(self._taller(page.w) / self.kit.unit) if self.kit.portrait else 0)
        return side_by_side(self.kit, page, side=_SIDE, below=below)

    @property
    def _offer_beside(self) -> bool:
        return self.offer.parent is not None and not self._below_lines

    def _taller(self, width: int) -> int:
        """By how much an offer's hint is taller than the scanner's, whose place it has."""
        return max(0, self.offer.tall(width) - self._hint_tall) if self._offer_beside else 0

    @property
    def _hint_tall(self) -> int:
        return self.kit.px(_FLAT_HINT if self.kit.portrait else _HINT)

    def _arrange_lines(self, area: Area) -> None:
        kit = self.kit
        title, rest = area.top(kit.tall(TITLE_ROW), kit.px(4))
        count, name = title.right(title.w * 2 // 5)
        self._title.place(name)
        self._count.place(count)
        buttons, rest = rest.bottom(kit.px(88), kit.px(16))
        shown = [each for each in (self.look_up, self.loyalty, self.code, self.own_bag) if each.parent is not None]
        self._arrange_ways(shown, buttons)
        if self.bagging.parent is not None:
            told, rest = rest.bottom(self.bagging.tall(rest.w), kit.px(16))
            self.bagging.place(told)
        if self.offer.parent is not None and self._below_lines:
            offer, rest = rest.bottom(self.offer.tall(rest.w), kit.px(16))
            self.offer.place(offer)
        if self._earns.parent is not None:
            strip, rest = rest.bottom(kit.tall(36), kit.px(8))
            earns, has = strip.columns(2, kit.px(16))
            self._earns.place(earns)
            self._has.place(has)
        self._card.place(rest)
        inner = rest.inset(kit.px(12))
        for strip in self._strips:
            place, inner = inner.top(kit.tall(_STRIP), kit.px(8))
            strip.place(place)
        self.lines.place(inner)
        middle = inner.centre(inner.w - kit.px(80), kit.tall(260))
        icon, words = middle.top(kit.px(140))
        self._empty_icon.place(icon)
        self._empty.place(words)

    def _arrange_ways(self, shown: list[PushButton], area: Area) -> None:
        """Equal columns; where there are many, each as wide as its words ask for."""
        gap = self.kit.px(16 if len(shown) <= _FEW_WAYS else 8)
        if len(shown) <= _FEW_WAYS:
            for button, place in zip(shown, area.columns(len(shown), gap), strict=True):
                button.place(place)
            return
        spare = area.w - gap * (len(shown) - 1)
        wanted = [button.natural_width() for button in shown]
        for button, wide in zip(shown[:-1], wanted, strict=False):
            place, area = area.left(spare * wide // sum(wanted), gap)
            button.place(place)
        shown[-1].place(area)

    def notice_area(self, area: Area) -> Area:
        """Over the title of the lines; the money stays in sight."""
        first, _ = self._halves(area)
        return first.top(self.kit.tall(TITLE_ROW))[0]

    def _look_up(self) -> None:
        self.kit.submit(ViewRequested("look_up"))

    def _loyalty(self) -> None:
        self.kit.submit(ViewRequested("loyalty"))

    def _code(self) -> None:
        self.kit.submit(ViewRequested("coupon"))

    def _own_bag(self) -> None:
        self.kit.submit(OwnBagPlaced())

    def _skip(self, line: int) -> None:
        self.kit.submit(BaggingSkipped(line))

    def _pay(self) -> None:
        self.kit.submit(CheckoutRequested())

    def _take(self, hint: HintView) -> None:
        if hint.line is not None:
            self.kit.submit(QuantityEntered(hint.line, hint.quantity))
        elif hint.choose:
            self.kit.submit(ItemChosen(hint.choose))

    def _explain(self) -> None:
        self._show_explained(wanted=True)
        self.arrange(self.area)

    def _back(self) -> None:
        self._show_explained(wanted=False)

    def _less(self, line: LineView) -> None:
        if line.quantity <= 1:
            self._void(line)
        else:
            self.kit.submit(QuantityEntered(line.line, line.quantity - 1))

    def _more(self, line: LineView) -> None:
        self.kit.submit(QuantityEntered(line.line, line.quantity + 1))

    def _number(self, line: LineView) -> None:
        self.kit.submit(ViewRequested("quantity", line.line))

    def _void(self, line: LineView) -> None:
        self.kit.submit(LineVoidRequested(line.line))


def _named(kit: Kit, tier: str) -> str:
    """A tier in this language; a retailer's own name for one as it is."""
    named = f"tier.{tier}"
    said = kit.say(named)
    return tier if said == named else said
