"""The money of a return: what goes back, which way, how far it has got, and what staff do next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from kiosk.checkout.inputs import (
    CashHandedBack,
    MoneyBackRequested,
    OperatorActed,
    PaymentCancelled,
    ReturnsDropRequested,
    ViewRequested,
)
from kiosk.checkout.screen import Money, RefundMoneyBody, Screen, TenderType
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View, side_by_side
from ui.theme import SMALLEST_TARGET, TypeSize
from ui.widgets.button import PushButton, Role
from ui.widgets.card import Card
from ui.widgets.hint import Hint
from ui.widgets.scroller import Row, Scroller
from ui.widgets.totals import AmountRow, BigAmount

__all__ = ["RefundMoneyView"]

_SIDE: Final = 480
_BELOW: Final = 640
_ROW: Final = 48
_HINT: Final = 120
_BUTTON: Final = 96
_FEW: Final = 3
"""So many buttons leave the hint its room; more stand lower."""
_SAID: Final = {
    "keeping": "refund.keeping",
    "asking": "refund.stage_asking",
    "unknown": "refund.stage_unknown",
    "refused": "refund.stage_refused",
}
_Deed = tuple[str, Callable[[], None], Role, str]


class RefundMoneyView(View):
    """Draws ``RefundMoneyBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("refund.title_money"))
        self._card = Card(kit)
        self.list = Scroller(kit, gap=4)
        self._side = Card(kit)
        self._hint = Hint(kit, "receipt")
        self._owed = BigAmount(kit)
        self.deeds: dict[str, PushButton] = {}
        self._offered: tuple[str, ...] = ()
        self.add(self._title, self._card, self.list, self._side, self._owed)

    def show(self, screen: Screen) -> None:
        """Draw how far it has got."""
        body, kit = screen.body, self.kit
        assert isinstance(body, RefundMoneyBody)  # noqa: S101 - the stage gives each view its own kind
        self.list.show(tuple(self._row(*each) for each in enumerate(self._rows(body))))
        said = self._said(body)
        self._hint.show(said)
        self.keep(self._hint, said)
        if body.owed.minor < 0:
            self._owed.show(kit.say("refund.pays"), -body.owed)
        else:
            self._owed.show(kit.say("refund.owed"), body.cash_due or body.owed)
        self._show_deeds(self._deeds(body) if body.by_staff else [])
        if self.area.w:
            self.arrange(self.area)

    def _rows(self, body: RefundMoneyBody) -> list[tuple[str, str]]:
        kit = self.kit
        rows = [
            (f"{kit.speaker.digits(str(units))} \N{MULTIPLICATION SIGN} {kit.speaker.name(names)}", kit.money(amount))
            for names, units, amount in body.lines
        ]
        rows.append((kit.say("refund.returned"), kit.money(body.credit)))
        if body.sale is not None:
            rows.append((kit.say("refund.bought"), kit.money(-body.sale)))
        rows += [
            (kit.say("refund.given_to", amount=kit.money(amount), tender=self._name(tender)), "")
            for tender, amount in body.done
        ]
        return rows

    def _row(self, number: int, shown: tuple[str, str]) -> Row:
        return Row(number, self.kit.tall(_ROW), shown, self._make_row, lambda row, value: row.show(*value))

    def _make_row(self) -> AmountRow:
        return AmountRow(self.kit, TypeSize.BODY)

    def _name(self, tender: TenderType) -> str:
        return self.kit.speaker.name(tender.names) or self.kit.say(f"tender.{tender.kind}")

    def _said(self, body: RefundMoneyBody) -> str:
        kit = self.kit
        if not body.by_staff:
            return kit.say("refund.with_staff")
        if body.stage == "cash" and body.cash_due is not None:
            return kit.say("refund.hand_over", amount=body.cash_due)
        if body.stage == "ready" and body.next is not None:
            return self._to(*body.next)
        if body.stage == "unknown" and _by_code(body):
            return kit.say("refund.stage_unknown_code")
        return kit.say(_SAID[body.stage]) if body.stage in _SAID else ""

    def _to(self, tender: TenderType, amount: Money) -> str:
        return self.kit.say("refund.give_to", amount=self.kit.money(amount), tender=self._name(tender))

    def _deeds(self, body: RefundMoneyBody) -> list[_Deed]:
        """What staff may do now: message, deed, role and icon, the likeliest first."""
        submit = self.kit.submit
        again: _Deed = ("refund.again", partial(submit, MoneyBackRequested()), "primary", "")
        cash: _Deed = ("refund.by_cash", partial(submit, MoneyBackRequested(cash=True)), "secondary", "cash")
        credit: _Deed = ("refund.by_credit", partial(submit, MoneyBackRequested(credit=True)), "secondary", "tag")
        stop: _Deed = ("button.cancel", partial(submit, PaymentCancelled()), "secondary", "close")
        scan: _Deed = ("refund.exchange", partial(submit, ViewRequested("basket")), "secondary", "basket")
        drop: _Deed = ("refund.drop", partial(submit, ReturnsDropRequested()), "secondary", "bin")
        dropped = [drop] if body.may_drop else []
        match body.stage:
            case "ready":
                give: _Deed = ("refund.give", partial(submit, MoneyBackRequested()), "primary", "check")
                return [give, *([scan] if body.may_drop else []), *dropped]
            case "refused":
                others = [*([cash] if body.may_cash else []), *([credit] if body.may_credit else [])]
                return [again, *others, *dropped]
            case "cash":
                handed: _Deed = ("refund.handed", partial(submit, CashHandedBack()), "primary", "check")
                return [handed, stop]
            case "unknown":
                done = partial(submit, OperatorActed("tender_was_approved"))
                not_done = partial(submit, OperatorActed("tender_was_declined"))
                said_yes: _Deed = ("act.tender_was_approved", done, "primary", "check")
                said_no: _Deed = ("act.tender_was_declined", not_done, "alarm", "close")
                return [said_yes] if _by_code(body) else [said_yes, said_no]
            case "asking":
                return [stop]
            case "pays":
                return [scan, *dropped]
            case "keeping":
                return [again, *dropped]

    def _show_deeds(self, deeds: list[_Deed]) -> None:
        offered = tuple(message for message, *_ in deeds)
        if offered == self._offered:
            return
        self._offered = offered
        self.drop(*self.deeds.values())
        kit = self.kit
        self.deeds = {
            message: PushButton(kit, kit.say(message), deed, role=role, icon=icon, size=TypeSize.BODY, face="SemiBold")
            for message, deed, role, icon in deeds
        }
        self.add(*self.deeds.values())

    def arrange(self, area: Area) -> None:
        """What came back at one side; the sum, what is going on and what to do at the other."""
        kit = self.kit
        first, second = side_by_side(kit, self.page(area), side=_SIDE, below=_BELOW)
        title, rest = first.top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        self._card.place(rest)
        self.list.place(self._card.inner)
        tall = kit.px(_BUTTON if len(self.deeds) <= _FEW else SMALLEST_TARGET + 8)
        for button in reversed(self.deeds.values()):
            place, second = second.bottom(tall, kit.px(12))
            button.place(place)
        self._side.place(second)
        inner = self._side.inner
        owed, inner = inner.top(BigAmount.height_in(kit), kit.px(12))
        self._owed.place(owed)
        if self._hint.parent is not None:
            self._hint.place(inner.top(min(inner.h, kit.tall(_HINT)))[0])


def _by_code(body: RefundMoneyBody) -> bool:
    """Whether head office is at it: there is no terminal to look at, and only it can say that nothing was given."""
    return body.next is not None and body.next[0].kind == "qr"
