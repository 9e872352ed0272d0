"""While staff are on their way: what shoppers ask most, and the answer to it, over the screen that they stand at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kiosk.i18n.answers import answers
from ui.kit import Kit
from ui.theme import TypeSize
from ui.widgets.button import PushButton
from ui.widgets.sheet import Sheet

__all__ = ["answer_sheet", "questions_sheet"]

_TALL = 88


def questions_sheet(kit: Kit, show: Callable[[Sheet], None], close: Callable[[], None]) -> Sheet:
    """All the questions; the one that is touched is answered in a sheet that ``show`` is given."""
    parts = [
        PushButton(
            kit, asked, partial(_answered, kit, asked, answer, show, close), role="secondary", size=TypeSize.BODY
        )
        for asked, answer in answers(kit.language)
    ]
    parts.append(PushButton(kit, kit.say("button.back"), close, role="primary", icon="back"))
    return Sheet(kit, icon="info", title=kit.say("help.answers"), parts=tuple(parts), part_height=_TALL)


def answer_sheet(kit: Kit, asked: str, answer: str, again: Callable[[], None], close: Callable[[], None]) -> Sheet:
    """One answer, the way back to the questions, and the way on."""
    back = PushButton(kit, kit.say("help.more_answers"), again, role="secondary", icon="back", size=TypeSize.BODY)
    done = PushButton(kit, kit.say("help.understood"), close, role="primary", size=TypeSize.LEAD)
    return Sheet(kit, icon="info", title=asked, said=answer, parts=(done, back), part_height=_TALL)


def _answered(kit: Kit, asked: str, answer: str, show: Callable[[Sheet], None], close: Callable[[], None]) -> None:
    def again() -> None:
        show(questions_sheet(kit, show, close))

    show(answer_sheet(kit, asked, answer, again, close))
