"""Stories: what happens in a shop, played at the press of a button through the same knobs a person has.

A story touches the screen as a finger does (the panel's knobs), puts things on scales, taps cards and pulls cables.
It knows no rule: it says what it does and lets the kiosk answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bench.bagger import Bagger
from bench.boards import Boards
from bench.knobs import KnobRefusedError

__all__ = ["SHORT_DATED", "STORIES", "Stage", "Stories", "Story"]

_PACE = 1.2
_PATIENCE = 30.0
SHORT_DATED = "pk-25556606"
"""Buttermilk: of a department that is marked down by date."""
_CARDS = ("tiles:card", "tiles:credit")
"""A card, by what each sample shop calls it."""
_BY_CODE = ("tiles:bkash", "tiles:pix")
"""Ways to pay by a code, one of which each sample shop has."""


class Stage(Protocol):
    """What a story is played on: the bench."""

    @property
    def boards(self) -> Boards:
        """All knobs."""

    @property
    def bagger(self) -> Bagger:
        """The shopper's hands at the bagging area."""

    @property
    def world(self) -> Any:  # noqa: ANN401 - the little world, for its lists of products
        """The shop's goods."""

    async def power_off(self) -> None:
        """Cut the kiosk's power."""

    async def power_on(self) -> None:
        """Give it back."""


@dataclass(frozen=True, slots=True)
class Story:
    """A button on the bench page. ``bags``: only where the bagging scale watches."""

    id: str
    title: str
    play: Callable[[Stories], Awaitable[None]]
    bags: bool = False


class Stories:
    """Plays one story at a time; ``tell`` says what is being done.

    ``pace``: how many seconds an onlooker has for a sentence; ``patience``: how many a screen may take to change.
    """

    def __init__(
        self, stage: Stage, tell: Callable[[str], None], *, pace: float = _PACE, patience: float = _PATIENCE
    ) -> None:
        self._stage = stage
        self._tell = tell
        self._pace = pace
        self._patience = patience

    async def play(self, wanted: str) -> None:
        """Play a story by its id; what goes wrong is told, not raised."""
        story = next((s for s in STORIES if s.id == wanted), None)
        if story is None:
            self._tell(f"There is no story called {wanted!r:.40}.")
            return
        try:
            await story.play(self)
        except TimeoutError:
            await self._stop("the kiosk did not show what was waited for")
        except (KnobRefusedError, OSError) as stopped:
            await self._stop(str(stopped))
        except (KeyError, IndexError, TypeError, ValueError) as stopped:
            await self._stop(f"the kiosk answered what the story does not understand ({stopped!r})")
        finally:
            self._tell("")

    async def _stop(self, why: str) -> None:
        self._tell(f"The story stopped: {why}")
        await asyncio.sleep(4 * self._pace)

    # --- what stories are made of ----------------------------------------------------------------------------------

    async def say(self, text: str) -> None:
        """Tell the onlooker, and give them time to read."""
        self._tell(text)
        await self.pause()

    async def pause(self) -> None:
        """Give the onlooker time."""
        await asyncio.sleep(self._pace)

    async def turn(self, board: str, knob: str, **args: object) -> Any:  # noqa: ANN401 - a result is any JSON value
        """Turn a knob."""
        return await self._stage.boards.turn(board, knob, **args)

    async def tap(self, name: str) -> None:
        """Touch a named thing on the screen."""
        await self.turn("panel", "tap", name=name)

    async def screen(self) -> Mapping[str, Any]:
        """What is on show: the body's kind, totals, and what may be touched."""
        return await self.turn("panel", "shown")  # type: ignore[no-any-return]  # a JSON object

    async def until(self, *bodies: str) -> Mapping[str, Any]:
        """Wait until one of these bodies is on show. Raises ``TimeoutError``."""
        return await self.until_shown(lambda shown: shown["body"] in bodies)

    async def until_shown(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """Wait until the screen is as wanted: looked at again and again, as an onlooker does."""
        async with asyncio.timeout(self._patience):
            while not wanted(shown := await self.screen()):  # noqa: ASYNC110 - the panel is asked, it does not tell
                await asyncio.sleep(self._pace / 8)
        return shown

    async def begin(self) -> None:
        """A shopper comes to a free lane."""
        shown = await self.until("AttractBody", "ThanksBody", "BasketBody", "ReceiptChoiceBody")
        if shown["body"] == "ReceiptChoiceBody":
            await self.tap("choices:none")
        if shown["body"] != "BasketBody":
            shown = await self.until("AttractBody")
            languages = [name for name in shown["targets"] if name.startswith("languages:")]
            await self.tap(languages[0])
        await self.until("BasketBody")

    async def scan(self, code: str, symbology: str = "]E0") -> None:
        """Pass a pack over the scanner."""
        await self.turn("scanner", "scan", data=code, symbology=symbology)
        await asyncio.sleep(self._pace / 8)

    async def scan_item(self, item_id: str, *, days: int | None = None) -> None:
        """Pass a pack of this item over the scanner: its bar code or, with ``days``, a Data Matrix.

        The Data Matrix tells that the pack may be used for so many days more.
        """
        gtin = next(str(item.gtin) for item in self._stage.world.shop.items if item.item_id == item_id)
        if days is None:
            await self.scan(gtin.removeprefix("0"))
        else:
            await self.scan(f"01{gtin}17{datetime.now(UTC).date() + timedelta(days=days):%y%m%d}", "]d2")

    async def type(self, words: str) -> None:
        """Touch one key after the other, changing the script where a letter is not on the keyboard."""
        for letter in words:
            key = "keys:space" if letter == " " else f"keys:{letter}"
            for script in ("keys:latn", "keys:beng", "keys:digits"):
                names = (await self.screen())["targets"]
                if key not in names and script in names:
                    await self.tap(script)
            await self.tap(key)

    async def pay_by_card(self) -> None:
        """To the point where the terminal asks for the card."""
        await self.tap("pay")
        shown = await self.until("TenderChoiceBody")
        await self.tap(next((name for name in _CARDS if name in shown["targets"]), _CARDS[0]))
        await self.until("CardBody")

    async def ask_for_code(self) -> Mapping[str, Any]:
        """To the point where a code to pay by is on the screen."""
        await self.tap("pay")
        shown = await self.until("TenderChoiceBody")
        await self.tap(next((name for name in _BY_CODE if name in shown["targets"]), _BY_CODE[0]))
        return await self.until_shown(lambda now: now["body"] == "QrBody" and bool(now["code"]))

    async def bag(self, code: str) -> None:
        """Put a pack into the bag by hand, where things are bagged."""
        await self._stage.bagger.bag(code)

    def forget(self, *, on: bool) -> None:
        """What is scanned from now on is not bagged."""
        self._stage.bagger.forgets = on

    @property
    def packs(self) -> list[dict[str, Any]]:
        """Packs with a barcode; the first are on offer."""
        return list(self._stage.world.products())

    async def cut_power(self) -> None:
        """Cut the kiosk's power and give it back."""
        await self._stage.power_off()
        await self.pause()
        await self._stage.power_on()
        await self._stage.boards.until_here("panel")


async def _power_lost(stories: Stories) -> None:
    await stories.begin()
    await stories.say("A shopper scans two packs and pays by card.")
    for pack in stories.packs[3:5]:
        await stories.scan(pack["code"])
    await stories.pay_by_card()
    await stories.say("The terminal asks for the card. Now the power goes.")
    await stories.turn("card_terminal", "tap", outcome="approve")
    await stories.cut_power()
    await stories.say(
        "Power is back: the kiosk asks the terminal what became of the payment. It does not charge again."
    )
    await stories.until("ThanksBody", "ReceiptChoiceBody")
    await stories.say("One charge, one sale, and its receipt.")


async def _find_banana(stories: Stories) -> None:
    await stories.begin()
    await stories.say("Bananas have no barcode. The shopper searches: kola.")
    await stories.tap("look_up")
    await stories.until("LookUpBody")
    await stories.tap("field")
    await stories.type("kola")
    await stories.pause()
    await stories.tap("tiles:0")
    await stories.until("WeighBody")
    await stories.say("They go on the scale. The price waits until the weight stands still.")
    await stories.turn("produce_scale", "remove")
    await stories.turn("produce_scale", "put", grams=865)
    await stories.until_shown(lambda shown: bool(shown.get("can_add")))
    await stories.say("The weight is stable: price and weight are shown, and the shopper agrees.")
    await stories.tap("confirm")
    await stories.until("BasketBody")
    await stories.turn("produce_scale", "remove")


async def _third_item(stories: Stories) -> None:
    await stories.begin()
    pack = stories.packs[0]
    for words in ("One.", "Two.", "The third completes the offer: one is free, and the basket says by which offer."):
        await stories.scan(pack["code"])
        await stories.say(words)


async def _one_more(stories: Stories) -> None:
    await stories.begin()
    for _ in range(2):
        await stories.scan(stories.packs[0]["code"])
    await stories.until_shown(lambda shown: shown["hint"] == "hint.free")
    await stories.say("Two of three: once the basket rests, the kiosk says that one more is free, and by which offer.")
    await stories.tap("plus")
    await stories.bag(stories.packs[0]["code"])
    await stories.until_shown(lambda shown: "savings" in shown["targets"])
    await stories.say("A touch has added it. Now a pack whose Data Matrix tells that it must be used by tomorrow.")
    await stories.scan_item(SHORT_DATED, days=1)
    await stories.say("It is marked down by its own date; a fresh pack of the same would cost its full price.")
    await stories.tap("savings")
    await stories.say("What was saved in all, offer by offer.")
    await stories.tap("back")


async def _network_cut(stories: Stories) -> None:
    await stories.say("The network goes.")
    await stories.turn("network", "unplug")
    try:
        await stories.begin()
        await stories.scan(stories.packs[4]["code"])
        await stories.say("Selling goes on without it.")
        await stories.pay_by_card()
        await stories.turn("card_terminal", "tap", outcome="approve")
        await stories.until("ThanksBody", "ReceiptChoiceBody")
        await stories.say(
            "Paid, printed, and kept in the journal. Head office does not know yet. Now the network comes back."
        )
    finally:  # a story that stops leaves no cable out
        await stories.turn("network", "plug")
    await stories.say("The journal catches up: watch the sale arrive at head office.")


async def _by_phone(stories: Stories) -> None:
    await stories.begin()
    await stories.scan(stories.packs[2]["code"])
    await stories.ask_for_code()
    await stories.say("The acquirer gave head office a code, and the kiosk shows it. It is not paid yet.")
    await stories.turn("acquirer", "pay")
    await stories.say("Scanned and paid on a phone: the acquirer tells head office, head office tells the kiosk.")
    await stories.until("ThanksBody", "ReceiptChoiceBody")
    await stories.say("Paid, with the bank's own reference on the receipt.")


async def _paid_too_late(stories: Stories) -> None:
    await stories.begin()
    await stories.scan(stories.packs[3]["code"])
    await stories.ask_for_code()
    await stories.say("The shopper has the code on the phone, and then cancels at the kiosk.")
    await stories.tap("cancel")
    await stories.until("TenderChoiceBody")
    await stories.say("Cancelled. But the payment was under way, and the bank lets it through.")
    await stories.turn("acquirer", "pay_late")
    await stories.say("Head office gives it back, and the kiosk says so. The shopper pays by card instead.")
    shown = await stories.screen()
    await stories.tap(next((name for name in _CARDS if name in shown["targets"]), _CARDS[0]))
    await stories.until("CardBody")
    await stories.turn("card_terminal", "tap", outcome="approve")
    await stories.until("ThanksBody", "ReceiptChoiceBody")


async def _bagged(stories: Stories) -> None:
    await stories.begin()
    first, second = (pack["code"] for pack in stories.packs[2:4])
    await stories.scan(first)
    await stories.say("A pack is scanned and put into the bag. It weighs what it should: nobody says a word.")
    stories.forget(on=True)
    try:
        await stories.scan(second)
        await stories.say(
            "The next one is scanned and forgotten. The kiosk waits a moment, and then asks for it by its name."
        )
        await stories.until_shown(lambda shown: shown["bagging"] == "bagging.place")
    finally:
        stories.forget(on=False)
    await stories.bag(second)
    await stories.until_shown(lambda shown: not shown["bagging"])
    await stories.say("It is in the bag. Now something lands there that nobody scanned.")
    await stories.turn("bagging_scale", "put", grams=640)
    await stories.until_shown(lambda shown: shown["bagging"] == "bagging.unexpected")
    await stories.say("Again a hint first. Only if it lasts staff are called; scanning goes on, payment waits.")
    await stories.until_shown(lambda shown: bool(shown["called"]))
    await stories.say("The light is amber. The shopper takes it off again: staff need not come.")
    await stories.turn("bagging_scale", "remove", grams=640)
    await stories.until_shown(lambda shown: not shown["bagging"])
    await stories.pay_by_card()
    await stories.turn("card_terminal", "tap", outcome="approve")
    await stories.until("ThanksBody", "ReceiptChoiceBody")


STORIES = (
    Story("power", "Power lost while the card is in", _power_lost),
    Story("banana", "Find “kola” and weigh it", _find_banana),
    Story("offer", "The third item completes an offer", _third_item),
    Story("hint", "One more is free; a short date costs less", _one_more),
    Story("phone", "Scan the code and pay", _by_phone),
    Story("late", "Cancelled, and paid all the same", _paid_too_late),
    Story("network", "Network cut, sale, catch-up", _network_cut),
    Story("bagging", "Forgotten, put in unscanned, taken off", _bagged, bags=True),
)
