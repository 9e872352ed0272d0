"""The attendant's view of this lane: what waits for judgement, the basket, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from kiosk.checkout.inputs import OperatorAct, OperatorActed, OperatorSignedOut, ViewRequested
from kiosk.checkout.screen import EnquiryView, LineView, Screen, StaffBody
from ui.area import Area
from ui.kit import Kit
from ui.screens.cash_pad import CashPad
from ui.screens.staff_asking import Asking
from ui.screens.staff_waiting import Waiting
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.icon import Icon
from ui.widgets.line_row import amount_line
from ui.widgets.notice import Level, NoticeStrip
from ui.widgets.picture_tile import PictureTile
from ui.widgets.scroller import Row, Scroller
from ui.widgets.totals import BigAmount

__all__ = ["StaffView"]

_SIDE: Final = 404
_UPRIGHT: Final = 2
"""Acts beside one another on an upright screen."""
_WAITING_ROW: Final = 176
_LINE_ROW: Final = 108
_NOTE: Final = 30
"""More, for what there is to say of a line."""
_TROUBLE_ROW: Final = 76
_MORE_LINES: Final = 36
"""For each line of what was asked about, beyond its first."""
_ICONS: Final[dict[OperatorAct, str]] = {
    "cancel_transaction": "bin",
    "resume_suspended": "basket",
    "reprint": "receipt",
    "close_lane": "lock",
    "open_lane": "power",
    "cash_received": "cash",
    "no_sale": "cash",
    "cash_count": "cash",
    "cashbox_emptied": "cash",
    "price_check": "search",
    "coupon": "tag",
    "fiscal_skip": "receipt",
    "suspend": "clock",
    "weight_keyed": "scale",
    "x_report": "receipt",
    "z_report": "clock",
    "print_z": "receipt",
    "refund": "back",
    "training": "person",
    "tax_exempt": "tag",
    "paper_change": "receipt",
    "device_test": "scan",
    "restart": "power",
    "reboot": "power",
}
_MOST_SHOPS: Final = 3
_BESIDE: Final = 4
"""So many acts stand beside the list; with more, the last of these opens the others."""
_IN_THE_LIST: Final[frozenset[OperatorAct]] = frozenset(
    {"approve", "refuse", "void_line", "tender_was_approved", "tender_was_declined", "price_override", "quantity"}
)
"""Acts that stand with the thing they are about."""

Act = Callable[[OperatorActed], None]


class _Trouble(Block):
    """A lost device, or a condition staff should know of."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._strip = NoticeStrip(kit, size=TypeSize.NOTE)
        self.add(self._strip)

    def show(self, shown: tuple[str, Level]) -> None:
        """What is wrong, and how badly."""
        self._strip.show(*shown)

    def arrange(self, area: Area) -> None:
        """The whole row."""
        self._strip.place(area.inset(0, self.kit.px(4)))


class _Line(Block):
    """A line of the basket that staff may void, or change."""

    def __init__(self, kit: Kit, act: Act, change: Callable[[LineView], None]) -> None:
        super().__init__(kit)
        self._act, self._change = act, change
        self._shown: LineView | None = None
        self._tile = PictureTile(kit)
        self._name = kit.words("", TypeSize.BODY, face="SemiBold")
        self._small = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self._price = kit.words("", TypeSize.BODY, face="Bold", align="right", one_line=True)
        self.void = PushButton(kit, "", self._void, role="step", icon="bin", icon_size=28, radius=16)
        self.change = PushButton(kit, "", self._changed, role="step", icon="tag", icon_size=28, radius=16)
        self.add(self._tile, self._name, self._small, self._price)

    def show(self, shown: tuple[LineView, bool, bool]) -> None:
        """The line, and whether it may be voided and changed now."""
        line, may_void, may_change = shown
        self._shown = line
        self._tile.show(line.names, line.picture)
        self._name.say(self.kit.speaker.name(line.names))
        count = f"{self.kit.speaker.digits(str(line.quantity))} \N{MULTIPLICATION SIGN} " if line.weight is None else ""
        made = f" · {self.kit.say(line.note)}" if line.note is not None else ""
        self._small.say(f"{count}{amount_line(self.kit, line)}{made}")
        self._price.say(self.kit.money(line.net))
        self.keep(self.void, may_void)
        self.keep(self.change, may_change)

    def arrange(self, area: Area) -> None:
        """Picture, words, price, bin."""
        kit = self.kit
        inner = area.inset(kit.px(8), kit.px(6))
        void, inner = inner.right(kit.px(64), kit.px(12))
        self.void.place(void.centre(kit.px(64), kit.px(64)))
        if self.change.parent is not None:
            change, inner = inner.right(kit.px(64), kit.px(8))
            self.change.place(change.centre(kit.px(64), kit.px(64)))
        side = min(inner.h, kit.px(64))
        tile, inner = inner.left(side, kit.px(16))
        self._tile.place(tile.centre(side, side))
        price, inner = inner.right(kit.px(150), kit.px(12))
        self._price.place(price)
        noted = self._shown is not None and self._shown.note is not None
        small, name = inner.bottom(kit.tall(30 + (_NOTE if noted else 0)))
        self._small.place(small)
        self._name.place(name)

    def _void(self) -> None:
        if self._shown is not None:
            self._act(OperatorActed("void_line", line=self._shown.line))

    def _changed(self) -> None:
        if self._shown is not None:
            self._change(self._shown)


class StaffView(View):
    """Draws ``StaffBody``; only an open question (are you sure, how much cash) lives here."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._asking = Asking(kit, self._put, kit.submit)
        self._title = self.title(kit.say("staff.waiting"))
        self._card = Card(kit)
        self.list = Scroller(kit, gap=8)
        self._nothing_icon = Icon(kit, "check", 72, kit.theme.muted)
        self._nothing = kit.words("", TypeSize.LEAD, colour=kit.theme.muted, align="center")
        self._side = Card(kit)
        self._total = BigAmount(kit, beside=kit.large)
        self._facts = kit.words("", TypeSize.NOTE, colour=kit.theme.muted)
        self.acts: dict[OperatorAct, PushButton] = {}
        self.more = PushButton(kit, kit.say("staff.more"), self._more, icon="next")
        self._offered: tuple[OperatorAct, ...] = ()
        self.basket = PushButton(kit, kit.say("staff.basket"), self._basket, icon="basket")
        self.sign_out = PushButton(
            kit, kit.say("staff.sign_out"), self._sign_out, role="primary", icon="exit", size=TypeSize.LEAD, face="Bold"
        )
        search = partial(kit.submit, ViewRequested("look_up"))
        self.search = PushButton(kit, kit.say("staff.enquiry_search"), search, icon="search")
        self.question: Block | None = None
        self.add(self._title, self._card, self.list, self._side, self._facts, self.basket, self.sign_out)

    def show(self, screen: Screen) -> None:
        """Draw the lane."""
        body = screen.body
        assert isinstance(body, StaffBody)  # noqa: S101 - the stage gives each view its own kind
        self._asking.about(body)
        self._show_list(body)
        self._show_side(body)
        self._show_acts(body.acts)
        self.keep(self.search, body.enquiry is not None)
        if body.cash_due is None and isinstance(self.question, CashPad):
            self._close_question()
        if self.question is not None:
            self._put(self.question)  # over whatever has changed beneath
        if self.area.w:
            self.arrange(self.area)

    def close(self) -> None:
        """No question outlives the visit."""
        self._close_question()

    def _show_list(self, body: StaffBody) -> None:
        kit = self.kit
        names = {line.line: kit.speaker.name(line.names) for line in body.lines}
        waiting = tuple(
            Row(
                one.intervention,
                kit.tall(_WAITING_ROW),
                (one, names.get(one.line, "") if one.line is not None else ""),
                self._make_waiting,
                Waiting.show,
            )
            for one in body.interventions
        )
        may_void, may_change = "void_line" in body.acts, bool({"price_override", "quantity"} & set(body.acts))
        lines = tuple(
            Row(
                line.line,
                kit.tall(_LINE_ROW + (_NOTE if line.note is not None else 0)),
                (line, may_void, may_change),
                self._make_line,
                _Line.show,
            )
            for line in body.lines
        )
        troubles = tuple(
            Row(
                said,
                kit.tall(_TROUBLE_ROW + _MORE_LINES * said.count("\n")),
                (said, level),
                self._make_trouble,
                _Trouble.show,
            )
            for said, level in self._troubles(body)
        )
        self.list.show(waiting + troubles + lines)
        empty = not (waiting or troubles or lines)
        self._title.say(kit.say("staff.waiting" if waiting else "staff.nothing_waits"))
        self._nothing.say(kit.say("staff.no_basket") if empty else "")
        self.keep(self._nothing, empty)
        self.keep(self._nothing_icon, empty)

    def _make_waiting(self) -> Waiting:
        return Waiting(self.kit, self._asking.ask, self._asking.look)

    def _troubles(self, body: StaffBody) -> Iterator[tuple[str, Level]]:
        """What was asked about, lost devices with their cause, then what staff should know besides."""
        if body.enquiry is not None:
            yield "\n".join(self._told(body.enquiry)), "info"
        for device, cause in body.devices:
            yield f"{self.kit.say(f'device.{device}')}: {self.kit.say(f'cause.{cause}')}", "error"
        for condition in body.conditions:
            yield self.kit.say(condition), "warning"
        if body.weighing is not None:
            yield self.kit.say(body.weighing), "info"

    def _told(self, enquiry: EnquiryView) -> Iterator[str]:
        """What an item costs, which offers name it, how much is there."""
        kit, item = self.kit, enquiry.names
        if not item:
            yield kit.say("staff.enquiry")
            return
        if enquiry.price is None:
            yield kit.say("staff.enquiry_no_price", item=item)
        else:
            unit = kit.say(f"unit.{enquiry.unit}")
            yield kit.say("staff.enquiry_price", item=item, price=enquiry.price, unit=unit)
        if enquiry.above is not None:
            yield kit.say("staff.enquiry_above", price=enquiry.above)
        yield from (kit.say("staff.enquiry_offer", offer=offer) for offer in enquiry.offers)
        if enquiry.on_hand is not None:
            yield kit.say("staff.enquiry_stock", count=enquiry.on_hand)
        yield from self._elsewhere(enquiry)
        yield from self._bounds(enquiry)

    def _elsewhere(self, enquiry: EnquiryView) -> Iterator[str]:
        """The shops that have any; or that nobody could be asked."""
        kit = self.kit
        if enquiry.stock != "told":
            yield kit.say(f"staff.enquiry_{enquiry.stock}")
            return
        for location, names, count in enquiry.elsewhere[:_MOST_SHOPS]:
            yield kit.say("staff.enquiry_elsewhere", shop=kit.speaker.name(names) if names else location, count=count)

    def _bounds(self, enquiry: EnquiryView) -> Iterator[str]:
        """Department and tax, and what holds a sale up."""
        kit = self.kit
        rate = kit.speaker.percent(enquiry.tax_points) if enquiry.tax_points is not None else ""
        known = (
            kit.speaker.name(enquiry.department) if enquiry.department else "",
            kit.say("staff.enquiry_tax", rate=rate) if rate else "",
        )
        if any(known):
            yield " · ".join(filter(None, known))
        if enquiry.minimum_age:
            yield kit.say("staff.enquiry_age", age=enquiry.minimum_age)
        if enquiry.needs_staff:
            yield kit.say("staff.enquiry_staff")

    def _make_trouble(self) -> _Trouble:
        return _Trouble(self.kit)

    def _make_line(self) -> _Line:
        return _Line(self.kit, self._asking.ask, self._asking.of_line)

    def _show_side(self, body: StaffBody) -> None:
        kit = self.kit
        if body.cash_due is not None:
            self._total.show(kit.say("cash.due"), body.cash_due)
        elif body.totals is not None:
            self._total.show(kit.say("basket.due"), body.totals.due)
        self.keep(self._total, body.cash_due is not None or body.totals is not None)
        suspended = kit.say("staff.suspended", count=body.suspended) if body.suspended else ""
        healthy = "" if body.devices else kit.say("staff.devices_ok")
        self._facts.say("\n".join(fact for fact in (suspended, healthy) if fact))

    def _show_acts(self, offered: tuple[OperatorAct, ...]) -> None:
        wanted = tuple(act for act in offered if act not in _IN_THE_LIST)
        if self._offered == wanted:
            return
        self._offered = wanted
        beside = wanted if len(wanted) <= _BESIDE else wanted[: _BESIDE - 1]
        self.drop(*self.acts.values(), self.more)
        self.acts = {
            act: PushButton(
                self.kit,
                self.kit.say(f"act.{act}"),
                partial(self._asking.ask, OperatorActed(act)),
                role="alarm" if act == "cancel_transaction" else "secondary",
                icon=_ICONS.get(act, ""),
            )
            for act in beside
        }
        self.add(*self.acts.values())
        self.keep(self.more, len(beside) < len(wanted))

    def _more(self) -> None:
        self._asking.more(self._offered[len(self.acts) :])

    def arrange(self, area: Area) -> None:
        """The list at one side; sum, devices and acts at the other."""
        kit = self.kit
        below = self._below() if kit.portrait else 0
        first, second = side_by_side(kit, self.page(area), side=_SIDE, below=below)
        title, rest = first.top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        self._card.place(rest)
        self.list.place(rest.inset(kit.px(12)))
        icon, words = rest.centre(rest.w, kit.tall(180)).top(kit.px(96))
        self._nothing_icon.place(icon)
        self._nothing.place(words)
        self._arrange_side(second)
        if self.question is not None:
            self.question.place(area)

    def _buttons(self) -> tuple[PushButton, ...]:
        more = tuple(button for button in (self.search, self.more) if button.parent is not None)
        return (*self.acts.values(), *more)

    def _below(self) -> int:
        """How much of an upright screen (design pixels) the side needs: what waits has the rest."""
        rows = -(-len(self._buttons()) // _UPRIGHT)
        facts = 210 if self._total.parent is not None else 120
        return 88 + 12 + rows * (72 + 12) + facts

    def _arrange_side(self, area: Area) -> None:
        kit = self.kit
        gap = kit.px(12)
        out, rest = area.bottom(kit.px(88), gap)
        basket, sign_out = out.left(max(kit.px(150), self.basket.natural_width()), gap)
        self.basket.place(basket)
        self.sign_out.place(sign_out)
        buttons, columns = self._buttons(), _UPRIGHT if kit.portrait else 1
        for at in reversed(range(0, len(buttons), columns)):
            row, rest = rest.bottom(kit.px(64 if kit.large else 72), gap)
            for button, place in zip(buttons[at : at + columns], row.columns(columns, gap), strict=False):
                button.place(place)
        self._side.place(rest)
        inner = self._side.inner
        if self._total.parent is not None:
            total, inner = inner.top(kit.tall(60) if kit.large else BigAmount.height_in(kit), kit.px(8))
            self._total.place(total)
        self._facts.place(inner)

    # --- questions ---------------------------------------------------------------------------------------------------

    def _put(self, question: Block | None) -> None:
        """Lay a question over the screen, or take it away."""
        self._close_question()
        self.question = question
        if question is not None:
            self.add(question)
            question.place(self.area)

    def _close_question(self) -> None:
        if self.question is not None:
            self.drop(self.question)
            self.question = None

    def _basket(self) -> None:
        self.kit.submit(ViewRequested("basket"))

    def _sign_out(self) -> None:
        self.kit.submit(OperatorSignedOut())
