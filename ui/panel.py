"""Simulated panel: a finger on the touchscreen, an eye on it, and an ear at the loudspeaker, as knobs.

Only a demonstration or a drill opens it (``ui.main --panel SOCKET``). A touch it makes is a real touch event of the
window, at the place where the thing is drawn, so what cannot be touched there cannot be touched by a finger either.

Things are named by the attribute that holds them in the screen's own code (``pay``, ``languages:bn``, ``keys:k``,
``tiles:0``); of several with one name the topmost, leftmost is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from kiosk.bootstrap import KnobError
from kiosk.checkout.screen import BasketBody, WeighBody
from ui.app import KioskApp
from ui.area import Area
from ui.capture import read_back
from ui.widgets.block import Block
from ui.widgets.button import PushButton
from ui.widgets.field import Field
from ui.widgets.scroller import Scroller

__all__ = ["Panel", "Target", "targets"]

_T = TypeVar("_T")
_FRAMES_DOWN = 2
_FRAMES_TO_SETTLE = 3


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be touched: its name, its words, its middle in window pixels, whether it answers."""

    name: str
    words: str
    x: int
    y: int
    enabled: bool


class _Finger(MotionEvent):
    """A touch at a place of the window."""

    def __init__(self, number: int, x: float, y: float) -> None:
        place = {"x": x / max(1.0, Window.width - 1.0), "y": y / max(1.0, Window.height - 1.0)}
        super().__init__("panel", number, place, is_touch=True, type_id="touch")

    def depack(self, args: Mapping[str, float]) -> None:
        """Where it is, from 0 to 1."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)


_ROW: Final = "buttons:"
"""What a screen shows now of its buttons: each has a name of its own there, too, and keeps it."""


def targets(root: Block) -> list[Target]:
    """Everything on show that answers a touch, from the top left to the bottom right."""
    blocks = [block for block in root.walk(restrict=True) if isinstance(block, Block)]
    row: dict[int, str] = {}
    own: dict[int, str] = {}
    keyed: dict[int, str] = {}
    for block in blocks:
        for attribute, value in vars(block).items():
            for name, part in _named(attribute.lstrip("_"), value):
                answering = _answering(part)
                if answering is not None and ":" in name:
                    (row if name.startswith(_ROW) else keyed)[id(answering)] = name
                elif answering is not None and part is answering:
                    own.setdefault(id(answering), name)
    names = {**row, **own, **keyed}
    found = []
    for block in filter(_answers, blocks):
        seen = _in_sight(block)
        if seen.w > 0 and seen.h > 0:
            words, enabled = str(getattr(block, "words", "")), bool(getattr(block, "enabled", True))
            name = names.get(id(block), "")
            found.append(Target(name, words, seen.x + seen.w // 2, seen.y + seen.h // 2, enabled))
    return sorted(found, key=lambda target: (-target.y, target.x))


def _in_sight(block: Block) -> Area:
    """What of a block is not scrolled away."""
    seen, above = block.area, block.parent
    while above is not None and above is not above.parent:
        if isinstance(above, Scroller):
            left, low = max(seen.x, above.area.x), max(seen.y, above.area.y)
            right = min(seen.x + seen.w, above.area.x + above.area.w)
            high = min(seen.y + seen.h, above.area.y + above.area.h)
            seen = Area(left, low, right - left, high - low)
        above = above.parent
    return seen


def _answers(block: Block) -> bool:
    return isinstance(block, PushButton | Field)


def _answering(part: Block) -> Block | None:
    """The part itself, or the first part of it that answers a touch: a tile's button bears the tile's name."""
    inside = (block for block in part.walk(restrict=True) if isinstance(block, Block) and _answers(block))
    return next(inside, None)


def _named(attribute: str, value: object) -> Iterator[tuple[str, Block]]:
    if isinstance(value, Block):
        yield attribute, value
    elif isinstance(value, list | tuple):
        yield from ((f"{attribute}:{index}", part) for index, part in enumerate(value) if isinstance(part, Block))
    elif isinstance(value, dict):
        yield from ((f"{attribute}:{key}", part) for key, part in value.items() if isinstance(part, Block))


class Panel:
    """Its async methods are the knobs; they run on the engine's loop and do their work on the window's thread."""

    def __init__(self, app: KioskApp) -> None:
        self._app = app
        self._touches = 0

    def _targets(self) -> list[Target]:
        return targets(self._app.stage.root) if self._app.stage is not None else []

    @property
    def knobs(self) -> tuple[Callable[..., Any], ...]:
        """What the board offers."""
        return (self.tap, self.tap_words, self.tap_at, self.shown, self.things, self.look)

    async def tap(self, *, name: str) -> None:
        """Touch the thing of this name."""
        await self._touch(await _in_window(lambda: self._find(lambda target: target.name == name, name)))

    async def tap_words(self, *, words: str) -> None:
        """Touch the thing that bears these words."""
        await self._touch(await _in_window(lambda: self._find(lambda target: words in target.words, words)))

    async def tap_at(self, *, x: int, y: int) -> None:
        """Touch the window here, in pixels from its lower left corner."""
        await self._touch((x, y))

    async def shown(self) -> dict[str, Any]:
        """What is on show, in brief: the body's kind, the language, the total, and the names of what can be touched."""
        return await _in_window(self._brief)

    async def things(self) -> list[dict[str, Any]]:
        """Everything that can be touched, with its place and words."""
        found = await _in_window(self._targets)
        return [{"name": t.name, "words": t.words, "x": t.x, "y": t.y, "enabled": t.enabled} for t in found]

    async def look(self, *, path: str) -> str:
        """Take a picture of the window as it is drawn, into a PNG file."""
        await _frames(_FRAMES_TO_SETTLE)
        picture = await _in_window(read_back)
        await asyncio.to_thread(picture.save, path)
        return path

    def _find(self, wanted: Callable[[Target], bool], called: str) -> tuple[int, int]:
        found = next((target for target in self._targets() if wanted(target)), None)
        if found is None:
            message = f"there is no {called!r} on this screen"
            raise KnobError(message)
        if not found.enabled:
            message = f"{called!r} cannot be pressed now"
            raise KnobError(message)
        return found.x, found.y

    async def _touch(self, place: tuple[int, int]) -> None:
        self._touches += 1
        finger = await _in_window(lambda: _Finger(self._touches, *place))
        await _in_window(lambda: EventLoop.post_dispatch_input("begin", finger))
        await _frames(_FRAMES_DOWN)
        await _in_window(lambda: EventLoop.post_dispatch_input("end", finger))
        await _frames(1)

    def _brief(self) -> dict[str, Any]:
        screen = self._app.stage.screen if self._app.stage is not None else None
        if screen is None:
            return {"body": "", "targets": []}
        body = screen.body
        totals = getattr(body, "totals", None)
        total = getattr(body, "total", None) or (totals.total if totals is not None else None)
        return {
            "body": type(body).__name__,
            "language": screen.chrome.language,
            "large_text": screen.chrome.large_text,
            "notice": screen.notice.text.message if screen.notice is not None else "",
            "total_minor": total.minor if total is not None else None,
            "lines": len(getattr(body, "lines", ())),
            "count": totals.count if totals is not None else 0,
            "reference": str(getattr(body, "reference", "")),
            "receipt": str(getattr(body, "receipt", "")),
            "code": str(getattr(body, "payload", "")),
            "hint": body.hints[0].says.message if isinstance(body, BasketBody) and body.hints else "",
            "bagging": body.bagging.says.message if isinstance(body, BasketBody) and body.bagging else "",
            "called": bool(isinstance(body, BasketBody) and body.bagging and body.bagging.with_staff),
            "can_add": isinstance(body, WeighBody) and body.can_add,
            "targets": [target.name for target in self._targets() if target.name and target.enabled],
        }


async def _in_window(work: Callable[[], _T]) -> _T:
    """Do it on the window's thread. Raises what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def run(_: float) -> None:
        try:
            result = work()
        except Exception as fault:  # noqa: BLE001 - it belongs to whoever waits
            loop.call_soon_threadsafe(_settle, done, None, fault)
        else:
            loop.call_soon_threadsafe(_settle, done, result, None)

    Clock.schedule_once(run)
    return await done


def _settle(done: asyncio.Future[Any], result: object, fault: Exception | None) -> None:
    if done.done():
        return
    if fault is not None:
        done.set_exception(fault)
    else:
        done.set_result(result)


async def _frames(count: int) -> None:
    """Let the window draw so many frames."""
    for _ in range(count):
        await _in_window(Window.canvas.ask_update)
