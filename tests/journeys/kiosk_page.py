"""The language of the journeys: what a shopper sees and touches on the drawn screen, and what devices do.

``sees`` waits until words are drawn; ``touches`` presses in the middle of what says them. Nobody submits an input: what
is asked of the kiosk goes through the window, or through a device.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from kiosk.checkout.screen import Body
from kiosk.checkout.text import TextValue, text
from kiosk.i18n.translate import Translator
from tests.support.window import UnitTestTouch, frames, middle, settle, within
from ui.app import KioskApp
from ui.area import Area
from ui.text import Words
from ui.widgets.button import PushButton
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.sheet import Sheet

__all__ = ["Glass", "Shopper"]

PATIENCE_S: Final = 10.0
_LOOK_S: Final = 0.004
_MOMENT_S: Final = 0.5
"""As long as a scale may take to say the same again."""
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
T = TypeVar("T")


def said(part: Words) -> str:
    """What a piece of text says; spaces that do not break read as spaces."""
    return str(part.text).replace(_NO_BREAK, " ")


class Glass:
    """What is drawn, and where."""

    def __init__(self, app: KioskApp, size: tuple[int, int]) -> None:
        self.app = app
        self.size = size

    @property
    def body(self) -> Body | None:
        """Which screen is on show, as the kiosk made it; what is on it is read from the glass."""
        stage = self.app.stage
        return stage.screen.body if stage is not None and stage.screen is not None else None

    @property
    def language(self) -> str:
        """The language of the screen."""
        stage = self.app.stage
        assert stage is not None, "nothing is shown yet"
        assert stage.screen is not None, "nothing is shown yet"
        return stage.screen.chrome.language

    @property
    def speaker(self) -> Translator:
        """Its words."""
        return Translator(self.language)

    def parts(self) -> Iterator[Any]:
        """Every widget that can be seen."""
        stage = self.app.stage
        return (part for part in within(stage.root) if self._in_sight(part)) if stage is not None else iter(())

    def words(self) -> list[str]:
        """Everything that is written on the glass now."""
        return [said(part) for part in self.parts() if isinstance(part, Words) and part.text]

    def written(self) -> str:
        """The same in one piece, each on its line."""
        return "\n".join(self.words())

    def holding(self, words: str) -> list[Words]:
        """The pieces of text that hold these words, those that say nothing else first."""
        found = [part for part in self.parts() if isinstance(part, Words) and words in said(part)]
        return sorted(found, key=lambda part: said(part) != words)

    def buttons(self, words: str = "", icon: str = "") -> list[PushButton]:
        """The buttons that say this, or show this icon."""
        every = [part for part in self.parts() if isinstance(part, PushButton)]
        if icon:
            return [part for part in every if part.shows == icon and not part.words]
        exact = [part for part in every if part.words == words]
        return exact or [part for part in every if words in part.words]

    def until(self, condition: Callable[[], T | None], what: str) -> T:
        """Let the screen follow the kiosk until something is so; then it is drawn."""
        end = time.monotonic() + PATIENCE_S
        settle()
        while not (found := condition()):
            assert time.monotonic() < end, f"{what}; on the glass: {self.words()}"
            time.sleep(_LOOK_S)
            settle()
        return found

    def _in_sight(self, part: Any) -> bool:  # noqa: ANN401 - Kivy's widgets have no types
        across = part.right > 0 and part.x < self.size[0]
        return bool(across and part.top > 0 and part.y < self.size[1] and part.width > 1 and part.height > 1)


class Shopper:
    """Somebody before the glass: shopper or staff, it is the same glass."""

    def __init__(self, glass: Glass) -> None:
        self.glass = glass

    # --- eyes ----------------------------------------------------------------------------------------------------

    def sees(self, *words: str) -> None:
        """All of this is written on the screen, now or soon."""
        self.glass.until(lambda: all(self.glass.holding(each) for each in words), f"no {words}")
        frames(1)

    def soon(self, words: str) -> bool:
        """Whether this is written now or within a moment, for what may take longer."""
        end = time.monotonic() + _MOMENT_S
        while not (there := bool(self.glass.holding(words))) and time.monotonic() < end:
            time.sleep(_LOOK_S)
            settle()
        return there

    def sees_no(self, *words: str) -> None:
        """None of this is written, now or soon."""
        self.glass.until(lambda: not any(self.glass.holding(each) for each in words), f"still {words}")

    def sees_screen(self, kind: type[Body]) -> None:
        """A screen of this kind is on show, now or soon."""
        self.glass.until(lambda: isinstance(self.glass.body, kind), f"no {kind.__name__}, but {self.glass.body}")
        frames(1)

    def sees_line(self, name: str, *facts: str) -> None:
        """A line of the list bears this name, and beside it these facts."""

        def beside() -> bool:
            for row in self.glass.holding(name):
                row_says = [said(part) for part in within(row.parent) if isinstance(part, Words)]
                if all(any(fact in each for each in row_says) for fact in facts):
                    return True
            return False

        self.glass.until(beside, f"no line {name} with {facts}")

    def reads(self) -> list[str]:
        """Everything that is written."""
        settle()
        return self.glass.words()

    def says(self, message: str, **values: TextValue) -> str:
        """A message of the catalogue in the language of the screen."""
        return self.glass.speaker.say(text(message, **values)).replace(_NO_BREAK, " ")

    def sees_said(self, *messages: str) -> None:
        """These messages stand on the screen in its own language, now or soon."""
        self.glass.until(lambda: all(self.glass.holding(self.says(each)) for each in messages), f"no {messages}")
        frames(1)

    def touches_said(self, message: str) -> None:
        """Press what bears this message, in whatever language is on show by then."""
        self._press(self.glass.until(lambda: self._place_of(self.says(message)), f"nothing to touch says {message}"))

    # --- hands ---------------------------------------------------------------------------------------------------

    def touches(self, words: str, beside: str = "") -> None:
        """Press what says this: a button first, else wherever it is written; where several do, in the row of these."""
        if beside:
            self._press(self.glass.until(lambda: self._nearest(self.glass.buttons(words), beside), f"no {words!r}"))
            return
        self._press(self.glass.until(lambda: self._place_of(words), f"nothing to touch says {words!r}"))

    def touches_icon(self, icon: str, beside: str = "") -> None:
        """Press the button with this picture, in the row of these words where there are several."""

        def found() -> Area | None:
            there = self._on_top(self.glass.buttons(icon=icon))
            if beside:
                return self._nearest(there, beside)
            return there[0].area if there else None

        self._press(self.glass.until(found, f"no {icon!r} to touch"))

    def cannot_touch(self, words: str) -> None:
        """What says this is there, and looks as if it could not be pressed."""
        self.glass.until(lambda: all(not one.enabled for one in self.glass.buttons(words)), f"{words!r} can be touched")
        assert self.glass.buttons(words), f"nothing says {words!r}"

    def types(self, keys: str) -> None:
        """Press keys of the pad or keyboard on show."""
        for key in keys:
            pad = self.glass.until(self._pad, "no pad to type on")
            self._press(pad.keys[key].area)

    def presses_key(self, key: str) -> None:
        """Press one key by its name (``back``, ``clear``, ``digits``, ``latn``, ...)."""
        self._press(self.glass.until(self._pad, "no pad to type on").keys[key].area)

    def drags(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, slide, let go."""
        touch = UnitTestTouch(*start)
        touch.touch_down()
        for step in range(1, 6):
            touch.touch_move(start[0] + (end[0] - start[0]) * step / 5, start[1] + (end[1] - start[1]) * step / 5)
            settle()
        touch.touch_up()
        settle()

    def touches_at(self, x: float, y: float) -> None:
        """Press and let go at a point."""
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        settle()
        touch.touch_up()
        settle()

    def _place_of(self, words: str) -> Area | None:
        """Where it can be pressed."""
        buttons = self.glass.buttons(words)
        free = [button.area for button in self._on_top(buttons) if button.enabled]
        if free:
            area: Area = free[0]
            return area
        places = [] if buttons else self._on_top(self.glass.holding(words))
        return Area(*map(int, (*places[0].pos, *places[0].size))) if places else None

    def _nearest(self, buttons: list[PushButton], beside: str) -> Area | None:
        """The button in the row of these words."""
        rows = [middle(Area(*map(int, (*row.pos, *row.size))))[1] for row in self.glass.holding(beside)]
        there = sorted(buttons, key=lambda one: abs(middle(one.area)[1] - rows[0])) if rows else []
        return there[0].area if there else None

    def _pad(self) -> Any:  # noqa: ANN401 - whichever pad
        return next((part for part in self.glass.parts() if isinstance(part, Keypad | Keyboard)), None)

    def _press(self, area: Area) -> None:
        frames(1)
        self.touches_at(*middle(area))

    def _on_top(self, parts: list[Any]) -> list[Any]:
        """Only what a sheet leaves free: nothing beneath it can be touched."""
        sheets = [part for part in self.glass.parts() if isinstance(part, Sheet)]
        above = set(within(sheets[-1])) if sheets else set()
        return [part for part in parts if not sheets or part in above]
