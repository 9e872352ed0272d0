"""Stories, each played to its end on boards that script the kiosk, and stopped in words where a board is dead."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.bagger import Bagger
from bench.boards import Boards
from bench.knobs import KnobPanel, KnobRefusedError
from bench.stories import SHORT_DATED, STORIES, Stories
from tests.bench.shop import sample_shop

_AFTER = {
    "languages:bn": "BasketBody",
    "look_up": "LookUpBody",
    "tiles:0": "WeighBody",
    "confirm": "BasketBody",
    "pay": "TenderChoiceBody",
    "tiles:card": "CardBody",
    "tiles:bkash": "QrBody",
    "cancel": "TenderChoiceBody",
    "choices:none": "AttractBody",
    "plus": "BasketBody",
    "savings": "BasketBody",
    "back": "BasketBody",
}


_KEYS = {"keys:beng": {"keys:latn", "keys:ক"}, "keys:latn": {"keys:beng", *(f"keys:{letter}" for letter in "kola")}}
"""What each script's keyboard has on it."""


class _Terminal:
    """Where cards are tapped."""

    def __init__(self, shop: _Shop) -> None:
        self._shop = shop

    async def tap(self, *, outcome: str) -> None:
        """Tap a card."""
        self._shop.done.append(f"card {outcome}")
        self._shop.body = "ThanksBody"


class _Acquirer:
    """Where codes are paid."""

    def __init__(self, shop: _Shop) -> None:
        self._shop = shop

    async def pay(self) -> None:
        """Scan and pay."""
        self._shop.done.append("paid")
        self._shop.body = "ThanksBody"

    async def pay_late(self) -> None:
        """Pay what was cancelled."""
        self._shop.done.append("paid too late")


class _Bag:
    """The bagging area: what lands there and was asked for is right, anything else is told at once."""

    def __init__(self, shop: _Shop) -> None:
        self._shop = shop

    async def put(self, *, grams: int) -> None:
        """Something lands there."""
        self._shop.done.append("bag" if grams < 600 else f"bag {grams}")
        self._shop.bagging = "" if grams < 600 else "bagging.unexpected"

    async def remove(self, *, grams: int = 0) -> None:
        """And is taken off."""
        self._shop.done.append(f"unbag {grams}")
        self._shop.bagging = ""


class _Shop:
    """A kiosk of one screen: each tap leads to the next body. What was done is kept in order.

    ``frozen`` is a body that never comes, ``missing`` a thing that cannot be touched, ``shy`` a body that goes when it
    was seen; a ``blank`` screen tells nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.body = "AttractBody"
        self.can_add = False
        self.frozen = self.missing = self.shy = ""
        self.script = "keys:beng"
        self.blank = False
        self.done: list[str] = []
        self.bagger: Bagger
        self.told: list[str] = []
        self.panels = {
            "panel": self._panel("panel", self.tap, self.shown),
            "scanner": self._panel("scanner", self.scan),
            "produce_scale": self._panel("produce_scale", self.put, self.remove),
            "card_terminal": self._panel("card_terminal", _Terminal(self).tap),
            "acquirer": self._panel("acquirer", _Acquirer(self).pay, _Acquirer(self).pay_late),
            "network": self._panel("network", self.unplug, self.plug),
            "bagging_scale": self._panel("bagging_scale", _Bag(self).put, _Bag(self).remove),
        }
        self.sockets = {name: folder / name for name in self.panels}
        self.boards = Boards(self.sockets, lambda *_: None)
        self.bags = False
        self.bagging = ""
        self.world = self
        self.shop = self
        self.items = [replace(sample_shop().items[0], item_id=SHORT_DATED, gtin="08901234567890")]

    @staticmethod
    def _panel(name: str, *knobs: Any) -> KnobPanel:  # noqa: ANN401 - knobs of any arguments
        return KnobPanel(name=name, category=name, model="simulated", knobs=knobs)

    def products(self) -> list[dict[str, Any]]:
        """Six packs."""
        return [{"code": str(n) if self.bags else f"code-{n}"} for n in range(6)]

    async def tap(self, *, name: str) -> None:
        """Touch."""
        self.done.append(f"tap {name}")
        if name == self.missing:
            text = f"there is no {name} to touch"
            raise KnobRefusedError(text)
        if name.startswith("keys:"):
            self.script = name if name in _KEYS else self.script
        elif name != "field" and _AFTER[name] != self.frozen:
            self.body = _AFTER[name]

    async def shown(self) -> Mapping[str, object]:
        """Look."""
        targets = ["languages:bn", "languages:en"] if self.body == "AttractBody" else sorted(_KEYS[self.script])
        if self.body == "TenderChoiceBody":
            targets = ["tiles:bkash", "tiles:card"]
        if self.body == "BasketBody":
            targets += ["plus", "savings"]
        code = "000201" if self.body == "QrBody" else ""
        seen: dict[str, object] = {"body": self.body, "can_add": self.can_add, "targets": targets, "code": code}
        seen["hint"] = "hint.free" if self.body == "BasketBody" else ""
        seen |= {"bagging": self.bagging, "called": self.bagging == "bagging.unexpected"}
        if self.blank:
            seen.clear()
        if self.body == self.shy:
            self.body = "AttractBody"
        return seen

    async def scan(self, *, data: str, symbology: str) -> None:
        """Scan."""
        self.done.append(f"scan {data} {symbology}")
        if self.bagger.forgets:
            self.bagging = "bagging.place"

    async def put(self, *, grams: int) -> None:
        """Put on the scale, where it stands still."""
        self.done.append(f"put {grams}")
        self.can_add = True

    async def remove(self) -> None:
        """Take off."""
        self.done.append("remove")
        self.can_add = False

    async def unplug(self) -> None:
        """Cut."""
        self.done.append("unplug")

    async def plug(self) -> None:
        """Join."""
        self.done.append("plug")

    async def power_off(self) -> None:
        """The kiosk's boards go."""
        self.done.append("power off")
        await self.panels["panel"].close()

    async def power_on(self) -> None:
        """And come back."""
        self.done.append("power on")
        await self.panels["panel"].start(self.sockets["panel"])


def _play(story: str, *, patience: float = 10, **changes: object) -> _Shop:
    """Play a story at a shop with ``changes``; ``dead`` names a board that is not there."""

    async def run(folder: Path) -> _Shop:
        shop = _Shop(folder)
        dead = changes.pop("dead", "")
        for name, value in changes.items():
            setattr(shop, name, value)
        for name, panel in shop.panels.items():
            if name != dead:
                await panel.start(shop.sockets[name])
        shop.bagger = Bagger(shop.boards, {str(n).zfill(14): (500, 0) for n in range(6)} if shop.bags else {}, moment=0)
        await shop.boards.start()
        try:
            for name in shop.panels:
                if name != dead:
                    await shop.boards.until_here(name)
            await Stories(shop, shop.told.append, pace=0.002, patience=patience).play(story)
        finally:
            await shop.bagger.close()
            await shop.boards.close()
            for panel in shop.panels.values():
                await panel.close()
        return shop

    with tempfile.TemporaryDirectory(prefix="story") as folder:
        return asyncio.run(run(Path(folder)))


def test_every_story_is_played_to_its_end_and_then_its_words_go() -> None:
    for story in STORIES:
        shop = _play(story.id, bags=story.bags)

        assert not any("stopped" in text for text in shop.told), story.id
        assert len(shop.told) >= 3, story.id
        assert shop.told[-1] == "", story.id
        assert all(shop.told[:-1]), story.id


def test_the_card_is_tapped_before_the_power_goes_and_the_kiosk_is_only_watched_after() -> None:
    shop = _play("power")

    assert shop.done[-3:] == ["card approve", "power off", "power on"]
    assert [each for each in shop.done if each.startswith("scan")] == ["scan code-3 ]E0", "scan code-4 ]E0"]


def test_the_fruit_is_found_weighed_and_taken_off_again() -> None:
    shop = _play("banana")

    assert shop.done == [
        "tap languages:bn",
        "tap look_up",
        "tap field",
        "tap keys:latn",
        *(f"tap keys:{letter}" for letter in "kola"),
        "tap tiles:0",
        "remove",
        "put 865",
        "tap confirm",
        "remove",
    ]


def test_the_same_pack_is_scanned_three_times() -> None:
    assert _play("offer", body="BasketBody").done == ["scan code-0 ]E0"] * 3


def test_the_hint_is_taken_by_a_touch_and_a_pack_tells_that_it_is_used_by_tomorrow() -> None:
    before = datetime.now(UTC).date()
    done = _play("hint", body="BasketBody").done
    after = datetime.now(UTC).date()

    dated = [f"scan 010890123456789017{day + timedelta(days=1):%y%m%d} ]d2" for day in (before, after)]
    assert done[:3] == ["scan code-0 ]E0", "scan code-0 ]E0", "tap plus"]
    assert done[3] in dated
    assert done[4:] == ["tap savings", "tap back"]


def test_a_pack_is_forgotten_and_bagged_and_what_nobody_scanned_is_taken_off_before_paying() -> None:
    done = [each for each in _play("bagging", bags=True).done if not each.startswith("tap languages")]

    assert done == [
        "scan 2 ]E0", "bag", "scan 3 ]E0", "bag", "bag 640", "unbag 640", "tap pay", "tap tiles:card", "card approve"
    ]  # fmt: skip


def test_a_sale_is_made_while_the_cable_is_out() -> None:
    done = _play("network").done

    assert done[0] == "unplug"
    assert done[-2:] == ["card approve", "plug"]


def test_the_code_is_paid_only_when_it_is_on_the_screen() -> None:
    assert _play("phone").done[-3:] == ["tap pay", "tap tiles:bkash", "paid"]


def test_a_payment_that_comes_after_the_cancel_is_not_the_one_that_counts() -> None:
    done = _play("late").done

    assert done[-5:] == ["tap tiles:bkash", "tap cancel", "paid too late", "tap tiles:card", "card approve"]


@pytest.mark.parametrize("before", ["ThanksBody", "ReceiptChoiceBody"])
def test_the_shopper_before_is_let_go_first(before: str) -> None:
    shop = _play("offer", body=before, shy="ThanksBody")

    assert shop.done[-4:] == ["tap languages:bn", *["scan code-0 ]E0"] * 3]
    assert ("tap choices:none" in shop.done) == (before == "ReceiptChoiceBody")


@pytest.mark.parametrize(
    ("story", "dead"),
    [
        ("power", "card_terminal"),
        ("banana", "produce_scale"),
        ("offer", "panel"),
        ("network", "scanner"),
        ("phone", "acquirer"),
    ],
)
def test_a_story_that_meets_a_dead_board_says_which(story: str, dead: str) -> None:
    shop = _play(story, dead=dead)

    assert shop.told[-2:] == [f"The story stopped: {dead} is not there now (its process is down)", ""]


def test_a_story_that_stops_leaves_no_cable_out() -> None:
    shop = _play("network", dead="scanner")

    assert shop.done[0] == "unplug"
    assert shop.done[-1] == "plug"


def test_a_story_whose_screen_does_not_come_says_so() -> None:
    shop = _play("banana", patience=1, frozen="WeighBody")

    assert shop.told[-2:] == ["The story stopped: the kiosk did not show what was waited for", ""]


def test_a_refused_touch_is_told_with_the_boards_own_words() -> None:
    shop = _play("banana", missing="look_up")

    assert shop.told[-2] == "The story stopped: there is no look_up to touch"


def test_a_panel_that_shows_what_no_story_understands_stops_it_in_words() -> None:
    shop = _play("offer", blank=True)

    assert shop.told[-2].startswith("The story stopped: the kiosk answered what the story does not understand")


def test_a_story_nobody_wrote_is_told() -> None:
    assert _play("treasure").told == ["There is no story called 'treasure'."]
