"""Whether pictures of the plate are kept when staff are called, of which kinds of call, and for how long."""

from __future__ import annotations

from kiosk.retail.values import dataclass

__all__ = ["FrameRules"]

_MINUTE_MS = 60_000
_MOST_HOURS = 72


@dataclass(frozen=True, slots=True)
class FrameRules:
    """``on``: they are kept; a country's pack says whether that is so where nobody says anything, and ``law_off`` that
    it may not be. ``kinds``: of interventions. They are erased ``minutes`` after it was judged, and ``hours`` after it
    was raised at the latest. ``share``: staff see them from the attendant's page too.
    """

    on: bool = False
    kinds: tuple[str, ...] = ("bagging", "produce", "staff_item", "high_value", "security_tag", "expired", "recalled")
    minutes: int = 10
    hours: int = 4
    share: bool = True
    law_off: bool = False

    def keeps(self, kind: str) -> bool:
        """Whether pictures are kept of an intervention of a kind.

        >>> FrameRules(on=True).keeps("bagging"), FrameRules(on=True, law_off=True).keeps("bagging")
        (True, False)
        """
        return self.on and not self.law_off and kind in self.kinds

    @property
    def after_judging_ms(self) -> int:
        """How long after it was judged."""
        return max(0, self.minutes) * _MINUTE_MS

    @property
    def at_most_ms(self) -> int:
        """How long in any case; never beyond three days."""
        return min(max(0, self.hours), _MOST_HOURS) * 60 * _MINUTE_MS
