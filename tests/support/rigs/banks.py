"""The bank behind a terminal of the bench, whatever wire it is on."""

from __future__ import annotations

from functools import partial

from bench.far_ends.card_reader.terminal import VirtualTerminal
from tests.support.rigs import Bank

__all__ = ["bank_behind"]


def bank_behind(terminal: VirtualTerminal, currency: str) -> Bank:
    """What that terminal has written down, and its knobs."""

    def deeds() -> list[str]:
        charged = [str(deed["what"]) for deed in terminal.charges.outcomes.values()]
        return [*charged, *("reversed" for _ in terminal.charges.reversed)]

    async def lose_answers() -> None:
        await terminal.auto(outcome="approve")
        await terminal.silence(kind="after_charge")

    async def answer() -> None:
        await terminal.silence(kind="off")
        await terminal.auto(outcome="off")

    tap = partial(terminal.tap, outcome="approve")
    return Bank(deeds, lambda: terminal.pending is not None, tap, lose_answers, answer, currency)
