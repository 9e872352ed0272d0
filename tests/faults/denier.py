"""Staff who say that a refund was not done, though the terminal did it and was cut off: it goes back in cash, too."""

from __future__ import annotations

from bench.knobs import KnobClient
from tests.faults.returner import Returner

__all__ = ["Denier"]


class Denier(Returner):
    """The terminal finds its voice again once the visit is over; then what went back twice is found."""

    async def through(self) -> None:
        """As ``Returner``."""
        await super().through()
        await self._terminal(("plug", {}), ("silence", {"kind": "off"}))

    async def _money(self) -> None:
        stage = self.content["stage"]
        if self.content["by_staff"] and stage in ("asking", "unknown") and self._given_back():
            self.touch("OperatorActed", act="tender_was_declined")
        elif self.content["by_staff"] and stage == "refused" and not self._given_back():
            self.touch("MoneyBackRequested")  # the cut came before the terminal had heard of it
        else:
            await super()._money()

    async def _at_the_terminal(self) -> None:
        """The money goes back, and nobody hears of it."""
        if not self._given_back():
            await self._terminal(("silence", {"kind": "after_charge"}))
            await self._tap()
            await self._terminal(("unplug", {}))

    def _given_back(self) -> bool:
        """Whether the terminal has done it, by its own memory."""
        return self.answered > 0

    async def _terminal(self, *knobs: tuple[str, dict[str, str]]) -> None:
        terminal = await KnobClient.connect(self._shop.boards["card_terminal"])
        try:
            for knob, args in knobs:
                await terminal.turn(knob, **args)
        finally:
            await terminal.close()
