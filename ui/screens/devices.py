"""The devices of the lane, for staff: what each is, how it is, and a button that tests it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from kiosk.checkout.inputs import OperatorActed, ViewRequested
from kiosk.checkout.screen import DeviceRow, DevicesBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import TITLE_ROW, View
from ui.theme import TypeSize
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.card import Card
from ui.widgets.scroller import Row, Scroller

__all__ = ["DevicesView"]

_ROW: Final = 108
_LINE: Final = 30
_LETTERS: Final = 34
"""So many letters of a note certainly fit a line, on an upright screen too."""
_NAMED: Final = frozenset(
    {
        "scanner",
        "produce_scale",
        "bagging_scale",
        "printer",
        "card_reader",
        "camera",
        "lights",
        "fiscal",
        "loyalty_card",
        "cash_recycler",
    }
)
"""Devices that there are words for; another is called what the settings call it."""


class _Device(Block):
    """One device: its name, its model and port, how it is and what was found."""

    def __init__(self, kit: Kit, tested: Callable[[str], None]) -> None:
        super().__init__(kit)
        self._tested = tested
        self._shown: DeviceRow | None = None
        self._name = kit.words("", TypeSize.BODY, face="SemiBold")
        self._kind = kit.words("", TypeSize.NOTE, colour=kit.theme.muted, one_line=True)
        self._state = kit.words("", TypeSize.NOTE)
        self.test = PushButton(kit, kit.say("devices.test"), self._test, radius=16)
        self.add(self._name, self._kind, self._state, self.test)

    def show(self, row: DeviceRow) -> None:
        """The device as it is now."""
        kit = self.kit
        self._shown = row
        self._name.say(kit.say(f"device.{row.device}") if row.device in _NAMED else row.device)
        self._kind.say(" · ".join(filter(None, (f"{row.category}/{row.model}", row.port))))
        self._state.say(_says(kit, row))
        bad = bool(row.cause) or row.test == "failed"
        self._state.paint(kit.theme.on_alarm if bad else kit.theme.ink)
        self.test.enable(row.test != "asked")

    def arrange(self, area: Area) -> None:
        """Words at the left, the button at the right, at the top: it stays there when the words become more."""
        kit = self.kit
        inner = area.inset(kit.px(8), kit.px(4))
        test, words = inner.right(max(kit.px(140), self.test.natural_width()), kit.px(16))
        self.test.place(test.top(kit.tall(_ROW) - kit.px(8))[0].centre(test.w, kit.px(72)))
        name, words = words.top(kit.tall(36))
        self._name.place(name)
        kind, words = words.top(kit.tall(28))
        self._kind.place(kind)
        self._state.place(words.top(self.kit.tall(_LINE * _lines(str(self._state.text))))[0])

    def _test(self) -> None:
        if self._shown is not None:
            self._tested(self._shown.device)
            self.kit.submit(OperatorActed("device_test", self._shown.device))


def _says(kit: Kit, row: DeviceRow) -> str:
    """How it is, then what is known besides."""
    state = kit.say("devices.testing" if row.test == "asked" else "devices.ready")
    if row.cause and row.test != "asked":
        state = kit.say(f"cause.{row.cause}")
    weight = kit.say("devices.weight", weight=row.weight) if row.weight is not None else ""
    losses = kit.say("devices.losses", count=row.losses) if row.losses else ""
    first = " · ".join(filter(None, (state, weight, losses)))
    return f"{first}\n{row.found}" if row.found else first


def _lines(said: str) -> int:
    """How many lines it takes at most."""
    return sum(max(1, -(-len(line) // _LETTERS)) for line in said.splitlines()) or 1


class DevicesView(View):
    """Draws ``DevicesBody``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._title = self.title(kit.say("devices.title"))
        self._card = Card(kit)
        self.list = Scroller(kit, gap=8)
        self._tested = ""  # what its test says is kept in sight, and so is the way to try again
        self._none = kit.words("", TypeSize.LEAD, colour=kit.theme.muted, align="center")
        back = partial(kit.submit, ViewRequested("staff"))
        self.back = PushButton(kit, kit.say("button.back"), back, icon="back", role="primary")
        self.add(self._title, self._card, self.list, self._none, self.back)

    def show(self, screen: Screen) -> None:
        """Each device in a row."""
        body = screen.body
        assert isinstance(body, DevicesBody)  # noqa: S101 - the stage gives each view its own kind
        rows = tuple(Row(row.device, self._tall(row), row, self._make, _Device.show) for row in body.devices)
        self.list.show(rows, keep_in_sight=self._tested)
        self._none.say("" if body.devices else self.kit.say("devices.none"))
        if self.area.w:
            self.arrange(self.area)

    def _tall(self, row: DeviceRow) -> int:
        """What its words need."""
        return self.kit.tall(_ROW + _LINE * (_lines(_says(self.kit, row)) - 1))

    def _make(self) -> _Device:
        return _Device(self.kit, self._note_tested)

    def _note_tested(self, device: str) -> None:
        self._tested = device

    def arrange(self, area: Area) -> None:
        """The list between title and the way back."""
        kit = self.kit
        title, rest = self.page(area).top(kit.tall(TITLE_ROW), kit.px(4))
        self._title.place(title)
        below, rest = rest.bottom(kit.px(88), kit.px(12))
        self.back.place(below.left(max(kit.px(240), self.back.natural_width()))[0])
        self._card.place(rest)
        inner = rest.inset(kit.px(12))
        self.list.place(inner)
        self._none.place(inner)
