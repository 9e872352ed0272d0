"""Nobody is here yet: a picture over the whole window, one verb, and each language in its own script."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle

from kiosk.checkout.inputs import HelpPressed, ShopperArrived, ViewRequested
from kiosk.checkout.screen import AttractBody, Screen
from ui.area import Area
from ui.kit import Kit
from ui.screens.view import View
from ui.theme import TypeSize
from ui.widgets.block import Ground
from ui.widgets.button import PushButton
from ui.widgets.header import LANGUAGE_NAMES
from ui.widgets.icon import Icon

__all__ = ["AttractView"]

_PICTURES: Final = Path(__file__).parents[1] / "assets" / "pictures"
_ON_PICTURE: Final = "FFFFFF"
_START: Final = {"bn": "শুরু করুন", "en": "Start", "pt_BR": "Começar"}
"""The one verb in each language: whoever stands here has not chosen one yet."""


class AttractView(View):
    """Draws ``AttractBody``. A touch anywhere begins in the language on show."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        theme = kit.theme
        with self.canvas.before:
            Color(1, 1, 1, 0 if theme.edge else 1)
            self._picture = Rectangle()
        if not theme.edge:
            self._picture.texture = CoreImage(
                str(_PICTURES / ("attract_tall.png" if kit.portrait else "attract.png"))
            ).texture
        ink = theme.ink if theme.edge else _ON_PICTURE
        self._brand_ground = Ground(kit, self.canvas, colour=theme.primary if theme.edge else _ON_PICTURE, radius=16)
        self._brand = Icon(kit, "leaf", 40, theme.on_primary if theme.edge else theme.primary)
        self._store = kit.words("", TypeSize.LEAD, colour=ink, face="Bold")
        self._title = kit.words("", TypeSize.TOTAL, colour=ink, face="Bold")
        self._scan = kit.words("", TypeSize.LEAD, colour=ink, face="Medium")
        self._tenders = kit.words("", TypeSize.BODY, colour=ink, face="Medium")
        self._tender_icon = Icon(kit, "card", 36, ink)
        self._missing = kit.words("", TypeSize.BODY, colour=ink)
        self.languages: dict[str, PushButton] = {}
        self.help = PushButton(kit, kit.say("chrome.help"), self._help, role="help", icon="hand", icon_size=36)
        self.staff = PushButton(kit, "", self._staff, role="bar", icon="lock", icon_size=28, radius=16)
        self.add(self._brand, self._store, self._title, self._scan, self._tenders, self._tender_icon)
        self.add(self._missing)
        self.add(self.help, self.staff)

    def show(self, screen: Screen) -> None:
        """Draw the shop, the languages and what can be paid with."""
        body, kit = screen.body, self.kit
        assert isinstance(body, AttractBody)  # noqa: S101 - the stage gives each view its own kind
        self._store.say(kit.speaker.name(screen.chrome.store_name))
        self._title.say(kit.say("attract.title"))
        self._scan.say(kit.say("attract.scan"))
        self._tenders.say(_payable(kit, body))
        missing = ", ".join(kit.speaker.name(tender.names) for tender in body.missing)
        self._missing.say(f"{kit.say('attract.not_now')}: {missing}" if missing and body.tenders else "")
        for language in screen.chrome.languages:
            if language not in self.languages:
                self._add_language(language)
        self.help.icon("check" if screen.chrome.help_called else "hand")
        if self.area.w:
            self.arrange(self.area)

    def _add_language(self, language: str) -> None:
        said = f"{_START.get(language, '')}\n{LANGUAGE_NAMES.get(language, language)}".strip()
        begin = partial(self.kit.submit, ShopperArrived(language))
        button = PushButton(
            self.kit,
            said,
            begin,
            role="primary" if language == self.kit.language else "key",
            size=TypeSize.LEAD,
            face="Bold",
        )
        self.languages[language] = button
        self.add(button)

    def arrange(self, area: Area) -> None:
        """Words at the left over the picture, languages at the bottom, help and staff at the top right."""
        kit = self.kit
        self._cover(area)
        page = area.inset(kit.px(48), kit.px(32))
        bar, rest = page.top(kit.px(72), kit.px(8))
        brand, name = bar.left(kit.px(72), kit.px(16))
        self._brand_ground.place(brand)
        self._brand.place(brand)
        help_place, name = name.right(max(kit.px(180), self.help.natural_width()), kit.px(12))
        staff, name = name.right(kit.px(72), kit.px(12))
        self.help.place(help_place)
        self.staff.place(staff)
        self._store.place(name)
        buttons, rest = rest.bottom(kit.px(132), kit.px(20))
        places = buttons.columns(max(1, len(self.languages)), kit.px(16))
        for button, place in zip(self.languages.values(), places, strict=False):
            button.place(place)
        words = rest.top(kit.tall(400))[0] if kit.portrait else rest.left(rest.w * 54 // 100)[0]
        missing, words = words.bottom(kit.tall(64) if self._missing.text else 0, kit.px(4))
        self._missing.place(missing.left(kit.px(36), kit.px(12))[1])
        tenders, words = words.bottom(kit.tall(72), kit.px(8))
        icon, said = tenders.left(kit.px(36), kit.px(12))
        self._tender_icon.place(icon)
        self._tenders.place(said)
        scan, title = words.bottom(kit.tall(64), kit.px(8))
        self._scan.place(scan)
        self._title.place(title)

    def _cover(self, area: Area) -> None:
        """The picture fills the window; what does not fit its proportions is cut off evenly."""
        self._picture.pos, self._picture.size = (area.x, area.y), (area.w, area.h)
        texture = self._picture.texture
        if texture is None or not area.h:
            return
        have, want = texture.width / texture.height, area.w / area.h
        across, down = (1 - min(1.0, want / have)) / 2, (1 - min(1.0, have / want)) / 2
        left, low, right, high = across, 1 - down, 1 - across, down
        self._picture.tex_coords = (left, low, right, low, right, high, left, high)

    def notice_area(self, area: Area) -> Area:
        """Below the shop's name."""
        kit = self.kit
        page = area.inset(kit.px(48), kit.px(32))
        return page.top(kit.px(72), kit.px(16))[1].top(kit.tall(72))[0]

    def on_touch_down(self, touch: Any) -> bool:  # noqa: ANN401 - Kivy's touch has no type
        """Anywhere else begins too."""
        if super().on_touch_down(touch):
            return True
        if self.area.holds(*touch.pos):
            self.kit.submit(ShopperArrived(self.kit.language))
            return True
        return False

    def _help(self) -> None:
        self.kit.submit(HelpPressed())

    def _staff(self) -> None:
        self.kit.submit(ViewRequested("staff_sign_in"))


def _payable(kit: Kit, body: AttractBody) -> str:
    """With what can be paid here now, before the first scan."""
    if not body.tenders:
        return kit.say("attract.counter_only" if body.counter else "attract.nothing")
    if body.missing and all(tender.kind == "cash" for tender in body.tenders):
        return kit.say("attract.staff_only")
    if body.card_only and not body.missing:
        return kit.say("attract.card_only")
    names = ", ".join(kit.speaker.name(tender.names) for tender in body.tenders)
    names = f"{names}, {kit.say('attract.counter')}" if body.counter else names
    return f"{kit.say('attract.tenders')}: {names}"
