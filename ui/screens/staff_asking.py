"""What must be asked before an act of staff can be sent: how much, of how many, why, and whether they are sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from kiosk.checkout.cash_screen import StoreView
from kiosk.checkout.inputs import OperatorAct, OperatorActed, ViewRequested
from kiosk.checkout.screen import InterventionView, LineView, Money, StaffBody
from ui.kit import Kit
from ui.screens.cash_pad import CashPad
from ui.screens.code_pad import CodePad
from ui.screens.staff_pads import DigitsPad, NumberPad, choices, reason_sheet
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.plate_frames import PlateFrames
from ui.widgets.sheet import Sheet

__all__ = ["Asking"]

_ASKED_TWICE: Final[frozenset[OperatorAct]] = frozenset(
    {"cancel_transaction", "close_lane", "z_report", "restart", "reboot", "cashbox_emptied"}
)
_OF_THE_LANE: Final[frozenset[OperatorAct]] = frozenset(
    {
        "training",
        "paper_change",
        "device_test",
        "restart",
        "reboot",
        "unlock_sign_in",
        "cash_count",
        "cashbox_emptied",
    }
)
_LONGEST_PRICE: Final = 8
_PICTURES: Final = 300
"""How high the pictures of a plate are drawn, with the way back below."""
_NO_PICTURES: Final = 104
_LONGEST_COUNT: Final = 5
_OF_A_LINE: Final[tuple[OperatorAct, ...]] = ("price_override", "quantity")


class Asking:
    """Asks one thing after the other over the staff screen. ``put`` lays a question over it (``None`` takes it away),
    ``send`` is given the act once nothing is missing.
    """

    def __init__(self, kit: Kit, put: Callable[[Block | None], None], send: Callable[[OperatorActed], None]) -> None:
        self._kit, self._put, self._send = kit, put, send
        self._body: StaffBody | None = None

    def about(self, body: StaffBody) -> None:
        """What is on show."""
        self._body = body

    def ask(self, act: OperatorActed) -> None:
        """Ask the first thing that is missing, or send it."""
        body = self._body
        if body is None:
            return
        if act.act == "resume_suspended" and not act.target:
            self._put(None)
            self._kit.submit(ViewRequested("parked"))  # which one is chosen there
            return
        question = self._question(act, body)
        self._put(question)
        if question is None:
            self._send(act)

    def look(self, judged: InterventionView) -> None:
        """What lay before the camera when staff were called; gone once it is erased."""
        kit = self._kit
        back = PushButton(kit, kit.say("button.back"), self._away, icon="back", role="primary")
        kept = PlateFrames(kit, kit.frames(judged.intervention), back)
        said = "" if kept.textures else kit.say("staff.pictures_gone")
        height = _PICTURES if kept.textures else _NO_PICTURES
        self._put(Sheet(kit, icon="camera", title=kit.say(judged.text), said=said, parts=(kept,), part_height=height))

    def of_line(self, line: LineView) -> None:
        """What staff may change of a line."""
        kit, body = self._kit, self._body
        if body is None:
            return
        offered = tuple(
            (kit.say(f"act.{act}"), partial(self._asked_of, OperatorActed(act, line=line.line)))
            for act in _OF_A_LINE
            if act in body.acts and not (act == "quantity" and line.weight is not None)
        )
        self._put(choices(kit, kit.speaker.name(line.names), offered, self._away))

    def more(self, acts: tuple[OperatorAct, ...]) -> None:
        """The acts that have no button of their own on the screen."""
        kit = self._kit
        of_lane = tuple(act for act in acts if act in _OF_THE_LANE)
        others = tuple(act for act in acts if act not in _OF_THE_LANE)
        offered = tuple((kit.say(f"act.{act}"), partial(self._asked_of, OperatorActed(act))) for act in others)
        if of_lane:
            offered = (*offered, (kit.say("staff.of_lane"), partial(self._of_lane, of_lane)))
        self._put(choices(kit, kit.say("staff.more"), offered, self._away))

    def _of_lane(self, acts: tuple[OperatorAct, ...]) -> None:
        """The acts on the lane itself, behind one of the others: so many do not fit one sheet."""
        kit = self._kit
        offered = tuple((kit.say(f"act.{act}"), partial(self._asked_of, OperatorActed(act))) for act in acts)
        self._put(choices(kit, kit.say("staff.of_lane"), offered, self._away))

    def _asked_of(self, act: OperatorActed) -> None:
        self.ask(act)

    def _away(self) -> None:
        self._put(None)

    def _question(self, act: OperatorActed, body: StaffBody) -> Block | None:
        number = self._number(act, body)
        if number is not None:
            return number
        reasons = dict(body.reasons).get(act.act, ())
        if reasons and not act.reason:
            return reason_sheet(self._kit, reasons, partial(self._because, act), self._away)
        judged = next((one for one in body.interventions if one.intervention == act.target), None)
        if act.act == "approve" and judged is not None and judged.proofs and not act.reason:
            return self._by_what(act, judged)
        if act.act in _ASKED_TWICE:
            return self._are_you_sure(act)
        return None

    def _by_what(self, act: OperatorActed, judged: InterventionView) -> Sheet:
        """What staff go by: nothing is typed, and nothing of a document is kept."""
        kit = self._kit
        offered = tuple((kit.say(f"proof.{proof}"), partial(self._because, act, proof)) for proof in judged.proofs)
        said = kit.say(judged.text)
        return choices(kit, f"{said}\n{judged.source}" if judged.source else said, offered, self._away)

    def _number(self, act: OperatorActed, body: StaffBody) -> Block | None:
        """A pad for the number that is missing."""
        line = next((one for one in body.lines if one.line == act.line), None)
        if act.act == "cash_received" and act.amount is None and body.cash_due is not None:
            return CashPad(self._kit, body.cash_due, partial(self._with_amount, act), self._away)
        if act.act == "price_override" and act.amount is None and line is not None:
            return self._price_pad(act, line, dict(body.lowest).get(line.line, line.unit_price))
        if act.act == "quantity" and not act.quantity and line is not None:
            return self._quantity_pad(act, line, body.most)
        if act.act == "coupon" and not act.target:
            return CodePad(
                self._kit,
                title=self._kit.say("act.coupon"),
                taken=lambda code: self.ask(replace(act, target=code)),
                cancelled=self._away,
            )
        if act.act == "cash_count":
            return self._count(act, body)
        if act.act == "tax_exempt" and not act.target and body.certificate:
            return self._certificate_pad(act, body.certificate)
        if act.act == "weight_keyed" and not act.quantity and body.weighing_item is not None:
            title = self._kit.say("staff.weight_grams", item=body.weighing_item)
            return self._pad(act, title, "", _LONGEST_COUNT, lambda grams: grams > 0)
        return None

    def _price_pad(self, act: OperatorActed, line: LineView, lowest: Money) -> NumberPad:
        kit = self._kit
        return NumberPad(
            kit,
            title=f"{kit.say('act.price_override')}: {kit.speaker.name(line.names)}",
            hint=kit.say("staff.price_was", price=line.unit_price, lowest=lowest),
            longest=_LONGEST_PRICE,
            written=lambda minor: kit.money(replace(line.unit_price, minor=minor)),
            fits=lambda minor: minor >= lowest.minor,
            taken=lambda minor: self.ask(replace(act, amount=replace(line.unit_price, minor=minor))),
            cancelled=self._away,
        )

    def _quantity_pad(self, act: OperatorActed, line: LineView, most: int) -> NumberPad:
        kit = self._kit
        title = f"{kit.say('act.quantity')}: {kit.speaker.name(line.names)}"
        hint = kit.say("staff.quantity_now", quantity=line.quantity, maximum=most)
        return self._pad(act, title, hint, len(str(most)), lambda quantity: 1 <= quantity <= most)

    def _pad(self, act: OperatorActed, title: str, hint: str, longest: int, fits: Callable[[int], bool]) -> NumberPad:
        kit = self._kit
        return NumberPad(
            kit,
            title=title,
            hint=hint,
            longest=longest,
            written=lambda number: kit.speaker.digits(str(number)),
            fits=fits,
            taken=lambda number: self.ask(replace(act, quantity=number)),
            cancelled=self._away,
        )

    def _count(self, act: OperatorActed, body: StaffBody) -> Block:
        """Of which coin or note, then how many; none is a number, too."""
        kit = self._kit
        store = next((one for one in body.stores if _named(one) == act.target), None)
        if store is None:
            offered = tuple(
                (kit.money(one.value), partial(self._asked_of, replace(act, target=_named(one)))) for one in body.stores
            )
            return choices(kit, kit.say("act.cash_count"), offered, self._away)
        return NumberPad(
            kit,
            title=f"{kit.say('act.cash_count')}: {kit.money(store.value)}",
            hint=kit.say("staff.cash_counted", pieces=store.pieces),
            longest=_LONGEST_COUNT,
            written=lambda number: kit.speaker.digits(str(number)),
            fits=lambda _number: True,
            taken=lambda number: self._counted(replace(act, quantity=number)),
            cancelled=self._away,
        )

    def _counted(self, act: OperatorActed) -> None:
        self._put(None)
        self._send(act)

    def _certificate_pad(self, act: OperatorActed, longest: int) -> DigitsPad:
        kit = self._kit
        return DigitsPad(
            kit,
            title=kit.say("act.tax_exempt"),
            hint=kit.say("exempt.certificate"),
            longest=longest,
            taken=lambda digits: self.ask(replace(act, target=digits)),
            cancelled=self._away,
        )

    def _with_amount(self, act: OperatorActed, amount: Money) -> None:
        self.ask(replace(act, amount=amount))

    def _because(self, act: OperatorActed, reason: str) -> None:
        self.ask(replace(act, reason=reason))

    def _are_you_sure(self, act: OperatorActed) -> Sheet:
        kit = self._kit
        yes = PushButton(kit, kit.say(f"act.{act.act}"), partial(self._sure, act), role="danger", size=TypeSize.LEAD)
        no = PushButton(kit, kit.say("button.back"), self._away, icon="back", size=TypeSize.LEAD)
        return Sheet(kit, icon="warning", title=kit.say("staff.confirm"), parts=(yes, no), part_height=96)

    def _sure(self, act: OperatorActed) -> None:
        self._put(None)
        self._send(act)


def _named(store: StoreView) -> str:
    return f"{store.form}:{store.value.minor}"
